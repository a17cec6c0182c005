package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// Burden is how many ectopic beats there were in a stretch of time, as the tables
// of a Holter report count them hour by hour.
type Burden struct {
	From, To int64 // samples, To exclusive
	Known    int64 // sample with which it became known

	Beats       int // of any class
	Ventricular Ectopy
	Supra       Ectopy // supraventricular
}

// Ectopy counts the ectopic beats of one class. Beats in a row over the end of a
// stretch are a couplet or a run of that in which they have become one.
type Ectopy struct {
	Beats    int
	Couplets int // two in a row
	Runs     int // three and more in a row
	Longest  int // beats in a row
}

// PerHour is a number of beats of this stretch per hour, at a rate in Hz.
func (b *Burden) PerHour(beats int, rate float64) float64 {
	return float64(beats) / float64(b.To-b.From) * rate * 3600
}

// BurdenConfig configures a BurdenCounter.
type BurdenConfig struct {
	Rate  float64       // Hz, 1 to 1e6
	Every time.Duration // length of a stretch, 10 s to 24 h; 0 means an hour

	// Delay of the stage that gives the beats, as BeatClassifier.Delay: so long
	// after the end of a stretch without a beat it is over. Up to an hour.
	Delay time.Duration
}

// BurdenCounter counts ectopic beats in stretches of time from sample 0 on: a
// Stage from classified beats to Burden, one per stretch, also where no beat was.
type BurdenCounter struct {
	every, delay int64 // samples
	late         time.Duration
	s            burdenState
}

type burdenState struct {
	b   Burden // the stretch at hand
	v   ectopyRow
	s   ectopyRow
	now int64 // the last sample that is known of
}

// ectopyRow is the ectopic beats in a row at hand.
type ectopyRow struct {
	length  int
	couplet bool // counted as a couplet of the stretch at hand
}

// NewBurdenCounter returns the stage.
func NewBurdenCounter(c BurdenConfig) (*BurdenCounter, error) {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "detect.BurdenCounter", Field: field, Want: want}
	}
	if c.Every == 0 {
		c.Every = time.Hour
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= 1e6):
		return nil, bad("Rate", "1 to 1e6 Hz")
	case c.Every < 10*time.Second || c.Every > 24*time.Hour:
		return nil, bad("Every", "10 s to 24 h")
	case c.Delay < 0 || c.Delay > time.Hour:
		return nil, bad("Delay", "0 to 1 h")
	}
	b := &BurdenCounter{every: samples(c.Every, c.Rate), delay: samples(c.Delay, c.Rate)}
	b.late = c.Every + c.Delay + time.Duration(2/c.Rate*float64(time.Second))
	b.Reset()
	return b, nil
}

// Reset implements ecg.Stage.
func (b *BurdenCounter) Reset() { b.s = burdenState{b: Burden{To: b.every}, now: -1} }

// Delay implements ecg.Stage: from the first sample of a stretch on.
func (b *BurdenCounter) Delay() time.Duration { return b.late }

// Append implements ecg.Stage. Beats come in order: one behind the end of a
// stretch ends it.
func (b *BurdenCounter) Append(dst []Burden, in []ecg.Beat) []Burden {
	s := &b.s
	for _, x := range in {
		dst = b.until(dst, x.Known)
		for x.At >= s.b.To {
			dst = b.end(dst, x.Known)
		}
		s.b.Beats++
		s.v.count(&s.b.Ventricular, x.Class == ecg.Ventricular)
		s.s.count(&s.b.Supra, x.Class == ecg.Supraventricular)
	}
	return dst
}

// Advance implements ecg.Advancer.
func (b *BurdenCounter) Advance(dst []Burden, now int64) []Burden { return b.until(dst, now-1) }

// until ends the stretches whose time is over with this sample.
func (b *BurdenCounter) until(dst []Burden, sample int64) []Burden {
	s := &b.s
	s.now = max(s.now, sample)
	for s.b.To+b.delay <= sample {
		dst = b.end(dst, s.b.To+b.delay)
	}
	return dst
}

// end gives the stretch at hand, and begins the next one.
func (b *BurdenCounter) end(dst []Burden, known int64) []Burden {
	s := &b.s
	s.b.Known = known
	dst = append(dst, s.b)
	s.b = Burden{From: s.b.To, To: s.b.To + b.every}
	s.v.couplet, s.s.couplet = false, false
	return dst
}

// count takes the next beat.
func (r *ectopyRow) count(e *Ectopy, ectopic bool) {
	if !ectopic {
		*r = ectopyRow{}
		return
	}
	r.length++
	e.Beats++
	e.Longest = max(e.Longest, r.length)
	switch r.length {
	case 2:
		e.Couplets++
		r.couplet = true
	case 3:
		e.Runs++
		if r.couplet {
			e.Couplets--
		}
	}
}

// Flush implements ecg.Stage: the last stretch ends where the beats do.
func (b *BurdenCounter) Flush(dst []Burden) []Burden {
	s := &b.s
	if s.now < s.b.From || s.b.To == s.b.From {
		return dst
	}
	to := min(s.now+1, s.b.To)
	s.b.To = to
	dst = b.end(dst, s.now)
	s.b.To = s.b.From // nothing more
	return dst
}

const burdenMagic, burdenVersion = "Burd", 1

func (b *BurdenCounter) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Int(b.every).Int(b.delay)
}

// ints are the numbers of a state.
func (s *burdenState) ints() []*int64 {
	return []*int64{&s.b.From, &s.b.To, &s.b.Known, &s.now}
}

func (s *burdenState) counts() []*int {
	list := []*int{&s.b.Beats, &s.v.length, &s.s.length}
	for _, e := range []*Ectopy{&s.b.Ventricular, &s.b.Supra} {
		list = append(list, &e.Beats, &e.Couplets, &e.Runs, &e.Longest)
	}
	return list
}

// AppendBinary implements encoding.BinaryAppender.
func (b *BurdenCounter) AppendBinary(dst []byte) ([]byte, error) {
	e := checkpoint.Append(dst, burdenMagic, burdenVersion, b.fingerprint())
	for _, v := range b.s.ints() {
		e.Int(*v)
	}
	for _, v := range b.s.counts() {
		e.Int(int64(*v))
	}
	e.Bool(b.s.v.couplet)
	e.Bool(b.s.s.couplet)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (b *BurdenCounter) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, burdenMagic, burdenVersion, b.fingerprint())
	if err != nil {
		return err
	}
	var s burdenState
	for _, v := range s.ints() {
		*v = d.Int()
	}
	for _, v := range s.counts() {
		*v = d.IntIn(0, math.MaxInt32)
	}
	s.v.couplet, s.s.couplet = d.Bool(), d.Bool()
	if err := d.Close(); err != nil {
		return err
	}
	if s.b.From < 0 || s.b.To < s.b.From || s.b.To-s.b.From > b.every || s.now < -1 {
		return &checkpoint.Error{Magic: burdenMagic, Err: checkpoint.ErrCorrupt}
	}
	b.s = s
	return nil
}
