package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// lanes.go: the frame of every stage whose leads are filtered each on its own
// and whose output k belongs to input k: a look-ahead is waited for, so that
// nothing is shifted in time.

// lane filters one lead.
type lane interface {
	// push takes the next sample, NaN where there is none, and returns the
	// output that belongs to the sample a look-ahead before it.
	push(v float64) float64
	reset()
	encode(e *checkpoint.Encoder)
	decode(d *checkpoint.Decoder)
}

// lanes is a stage over frames. The zero look-ahead is a causal filter.
type lanes struct {
	all   []lane
	fresh func() lane // a new lane, for a checkpoint to be read into
	look  int64       // frames of look-ahead
	delay time.Duration

	n     int64 // frames taken
	ended bool

	magic string
	print checkpoint.Fingerprint
}

// lanesVersion is the layout of a checkpoint of lanes. A lane whose layout
// changes gets another magic.
const lanesVersion = 1

// checkLanes checks what all these stages have in their configuration; 0 leads
// are 1.
func checkLanes(name string, rate float64, leads *int) error {
	if *leads == 0 {
		*leads = 1
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return &ecg.ConfigError{Type: "filter." + name, Field: "Rate", Want: "above 0 to 1e6 Hz"}
	}
	if *leads < 1 || *leads > 256 {
		return &ecg.ConfigError{Type: "filter." + name, Field: "Leads", Want: "1 to 256"}
	}
	return nil
}

// newLanes returns a stage of so many leads; p holds what fresh was made of.
func newLanes(magic string, rate float64, leads int, look int, p checkpoint.Fingerprint, fresh func() lane) lanes {
	s := lanes{fresh: fresh, look: int64(look), magic: magic}
	s.delay = time.Duration(math.Round(float64(look) / rate * 1e9))
	s.print = p.Float(rate).Int(int64(leads)).Int(int64(look))
	for range leads {
		s.all = append(s.all, fresh())
	}
	return s
}

// Append implements ecg.Stage: as many values as come in, those of the frames
// that the look-ahead now covers.
func (s *lanes) Append(dst, in []float64) []float64 {
	// A value is read before the place of the same number is written, so dst may
	// lie over in.
	for len(in) >= len(s.all) {
		for l, a := range s.all {
			v := in[l]
			if !good(v) {
				v = math.NaN()
			}
			if v = a.push(v); s.n >= s.look {
				dst = append(dst, v)
			}
		}
		s.n++
		in = in[len(s.all):]
	}
	return dst
}

// Flush implements ecg.Stage: the frames within the look-ahead of the end.
func (s *lanes) Flush(dst []float64) []float64 {
	if s.ended {
		return dst
	}
	s.ended = true
	for range s.look {
		for _, a := range s.all {
			if v := a.push(math.NaN()); s.n >= s.look {
				dst = append(dst, v)
			}
		}
		s.n++
	}
	return dst
}

// Reset implements ecg.Stage.
func (s *lanes) Reset() {
	s.n, s.ended = 0, false
	for _, a := range s.all {
		a.reset()
	}
}

// Delay implements ecg.Stage: the look-ahead. Output k is that of input k.
func (s *lanes) Delay() time.Duration { return s.delay }

// AppendBinary implements encoding.BinaryAppender.
func (s *lanes) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, s.magic, lanesVersion, s.print)
	e.Int(s.n)
	e.Bool(s.ended)
	for _, a := range s.all {
		a.encode(&e)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *lanes) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, s.magic, lanesVersion, s.print)
	if err != nil {
		return err
	}
	c := *s
	c.n = d.Int()
	c.ended = d.Bool()
	c.all = make([]lane, len(s.all))
	for l := range c.all {
		c.all[l] = s.fresh()
		c.all[l].decode(&d)
	}
	if err := d.Close(); err != nil {
		return err
	}
	if c.n < 0 {
		return &checkpoint.Error{Magic: s.magic, Err: checkpoint.ErrCorrupt}
	}
	*s = c
	return nil
}

// delayLine gives back what it was given a fixed number of samples before.
type delayLine struct {
	ring []float64
	at   int
}

func newDelayLine(n int) delayLine {
	d := delayLine{ring: make([]float64, n)}
	d.reset()
	return d
}

func (d *delayLine) push(v float64) float64 {
	if len(d.ring) == 0 {
		return v
	}
	old := d.ring[d.at]
	d.ring[d.at] = v
	if d.at++; d.at == len(d.ring) {
		d.at = 0
	}
	return old
}

// reset fills the line with missing samples.
func (d *delayLine) reset() {
	d.at = 0
	for i := range d.ring {
		d.ring[i] = math.NaN()
	}
}

func (d *delayLine) encode(e *checkpoint.Encoder) {
	e.Int(int64(d.at))
	e.Floats(d.ring)
}

func (d *delayLine) decode(c *checkpoint.Decoder) {
	d.at = c.IntIn(0, max(0, len(d.ring)-1))
	c.Floats(d.ring)
}

// odd returns the number of samples in a duration, made odd, at least 1: a
// window with a sample in its middle.
func odd(d time.Duration, rate float64) int {
	return int(math.Floor(d.Seconds()*rate)) | 1
}
