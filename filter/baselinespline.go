package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// SplineBaselineConfig configures a SplineBaseline: where the beats come from is
// one of Detector and Beats.
type SplineBaselineConfig struct {
	Rate     float64                      // Hz, 50 to 10000
	Detector ecg.Stage[float64, ecg.Beat] // finds the beats; it is fed by SplineBaseline and belongs to it
	Beats    []ecg.Beat                   // beats that are known already, in order of At: the annotations of a record
}

// SplineBaseline takes the baseline out of one lead with a cubic spline through
// the isoelectric line: the PR segment before each QRS, where the heart is
// electrically silent (Meyer and Keiser, Electrocardiogram baseline noise
// estimation and removal using cubic splines and state-space computation
// techniques, Comput. Biomed. Res. 10:459-470, 1977). Between the beats nothing
// is filtered, so ST and T keep their shape; what moves faster than the heart
// beats stays.
//
// A knot is the mean of the 20 ms that end 8 ms before the QRS onset, where the
// beat has one, else of the 20 ms around 66 ms before the R peak. Through two
// knots goes the cubic whose slopes are those of the parabolas through three.
// Beats of Class Ventricular have no PR segment and give no knot.
//
// It is an ecg.Stage over one lead, whose output k belongs to input k. It comes
// Delay later: that of the detector and 3 s, within which the next two beats are
// known above 40 bpm; of a slower heart the line is held, and goes on from
// there. After a second without samples it begins anew.
type SplineBaseline struct {
	c     SplineBaselineConfig
	look  int64
	delay time.Duration
	p     splineTimes
	found []ecg.Beat // scratch
	s     splineState
}

// splineTimes are in samples.
type splineTimes struct {
	width, beforeOnset, beforeR, apart, gap int64
}

const (
	splineAhead       = 3 * time.Second       // the next two beats at 40 bpm
	splineWidth       = 20 * time.Millisecond // one period of 50 Hz: hum cancels
	splineBeforeOnset = 8 * time.Millisecond  // of its end: an onset is known to about so much
	splineBeforeR     = 66 * time.Millisecond // of its middle (Meyer and Keiser)

	// splineApart is the least distance of two knots: shorter than a cardiac
	// cycle can be.
	splineApart = 200 * time.Millisecond

	// splineGap is the longest loss of signal over which the line goes on.
	splineGap = time.Second

	// splineKnots is more than a look-ahead of a minute can hold 200 ms apart.
	splineKnots = 320
)

// knot is a point of the isoelectric line. A fresh one is the first sample of a
// stretch of signal: the line begins anew.
type knot struct {
	at, level, slope float64 // samples, mV, mV per sample
	fresh            bool
}

type splineState struct {
	ring    []float64 // the samples that have not come out, and those a knot may need
	n       int64     // samples taken
	missing int64     // in a row
	beats   int       // of Beats, used
	ended   bool

	knots [splineKnots]knot // those ahead of the output, a ring
	first int
	count int
	last  float64 // place of the newest knot
	left  knot    // the newest one that the output has passed
	begun bool    // there is a left one, and not only the first sample
	held  bool    // the output has gone beyond left without one ahead
	next  float64 // slope at the knot ahead
	fixed bool    // next is decided
}

// NewSplineBaseline returns a baseline remover that has seen nothing.
func NewSplineBaseline(c SplineBaselineConfig) (*SplineBaseline, error) {
	fail := func(field, want string) (*SplineBaseline, error) {
		return nil, &ecg.ConfigError{Type: "filter.SplineBaseline", Field: field, Want: want}
	}
	if !(c.Rate >= 50 && c.Rate <= 10000) {
		return fail("Rate", "50 to 10000 Hz")
	}
	if (c.Detector == nil) == (c.Beats == nil) {
		return fail("Detector", "a detector, or Beats")
	}
	for i, b := range c.Beats {
		if b.At < 0 || i > 0 && b.At < c.Beats[i-1].At {
			return fail("Beats", "in order of At, from 0")
		}
	}
	delay := splineAhead
	if c.Detector != nil {
		if d := c.Detector.Delay(); d < 0 || d > time.Minute-splineAhead {
			return fail("Detector", "a delay below a minute")
		}
		delay += c.Detector.Delay()
	}
	samples := func(d time.Duration) int64 { return int64(math.Round(d.Seconds() * c.Rate)) }
	s := &SplineBaseline{c: c, look: samples(delay)}
	s.delay = time.Duration(math.Round(float64(s.look) / c.Rate * 1e9))
	s.p = splineTimes{max(1, samples(splineWidth)), samples(splineBeforeOnset), samples(splineBeforeR), samples(splineApart), samples(splineGap)}
	s.found = make([]ecg.Beat, 0, 16)
	s.s.ring = make([]float64, s.look+samples(time.Second))
	s.clear()
	return s, nil
}

// Delay implements ecg.Stage.
func (s *SplineBaseline) Delay() time.Duration { return s.delay }

// Reset implements ecg.Stage.
func (s *SplineBaseline) Reset() {
	if s.c.Detector != nil {
		s.c.Detector.Reset()
	}
	s.clear()
}

func (s *SplineBaseline) clear() {
	ring := s.s.ring
	for i := range ring {
		ring[i] = math.NaN()
	}
	s.s = splineState{ring: ring, missing: s.p.gap + 1, last: math.Inf(-1)}
}

// Append implements ecg.Stage.
func (s *SplineBaseline) Append(dst, in []float64) []float64 {
	for i := range in {
		// The detector sees one sample at a time, so that each beat comes with the
		// sample that made it known, whatever the blocks. It comes first: dst may
		// lie over in.
		if s.c.Detector != nil {
			s.found = s.c.Detector.Append(s.found[:0], in[i:i+1])
		}
		s.take(in[i])
		dst = s.step(dst)
	}
	return dst
}

// Flush implements ecg.Stage.
func (s *SplineBaseline) Flush(dst []float64) []float64 {
	if s.s.ended {
		return dst
	}
	s.s.ended = true
	s.found = s.found[:0]
	if s.c.Detector != nil {
		s.found = s.c.Detector.Flush(s.found)
	}
	for range s.look {
		s.take(math.NaN())
		dst = s.step(dst)
		s.found = s.found[:0]
	}
	return dst
}

// take puts a sample into the ring.
func (s *SplineBaseline) take(v float64) {
	st := &s.s
	if !good(v) {
		v = math.NaN()
		st.missing++
	} else {
		if st.missing > s.p.gap {
			s.add(knot{at: float64(st.n), level: v, fresh: true})
		}
		st.missing = 0
	}
	st.ring[st.n%int64(len(st.ring))] = v
	st.n++
}

// step makes knots of what has become known, and puts out the sample that is due.
func (s *SplineBaseline) step(dst []float64) []float64 {
	st := &s.s
	for _, b := range s.found {
		s.beat(b)
	}
	for st.beats < len(s.c.Beats) && s.c.Beats[st.beats].At < st.n {
		s.beat(s.c.Beats[st.beats])
		st.beats++
	}
	t := st.n - 1 - s.look
	if t < 0 {
		return dst
	}
	return append(dst, st.ring[t%int64(len(st.ring))]-s.line(float64(t)))
}

// beat adds the knot of a beat, if its PR segment is there.
func (s *SplineBaseline) beat(b ecg.Beat) {
	if b.Class == ecg.Ventricular {
		return
	}
	st := &s.s
	end := b.At - s.p.beforeR + (s.p.width+1)/2
	if b.Onset < 0 {
		end = b.At + int64(b.Onset) - s.p.beforeOnset
	}
	start := end - s.p.width
	if start < max(0, st.n-int64(len(st.ring))) || end > st.n {
		return
	}
	sum := 0.0
	for i := start; i < end; i++ {
		sum += st.ring[i%int64(len(st.ring))]
	}
	at := float64(start) + float64(s.p.width-1)/2
	if math.IsNaN(sum) || at < st.last+float64(s.p.apart) {
		return
	}
	s.add(knot{at: at, level: sum / float64(s.p.width)})
}

// add puts a knot in its place: a beat may become known after the end of the gap
// that followed it.
func (s *SplineBaseline) add(k knot) {
	st := &s.s
	if st.count == splineKnots {
		return // a minute of knots 200 ms apart fits
	}
	i := st.count
	for ; i > 0 && st.knots[(st.first+i-1)%splineKnots].at > k.at; i-- {
		st.knots[(st.first+i)%splineKnots] = st.knots[(st.first+i-1)%splineKnots]
	}
	st.knots[(st.first+i)%splineKnots] = k
	st.count++
	if !k.fresh {
		st.last = k.at
	}
}

// ahead returns the i-th knot ahead of the output; nil where the line ends
// before it.
func (s *SplineBaseline) ahead(i int) *knot {
	st := &s.s
	for j := 0; j <= i; j++ {
		if j == st.count || st.knots[(st.first+j)%splineKnots].fresh {
			return nil
		}
	}
	return &st.knots[(st.first+i)%splineKnots]
}

// line is the isoelectric line at sample t; t never goes back.
func (s *SplineBaseline) line(t float64) float64 {
	st := &s.s
	for st.count > 0 && st.knots[st.first].at <= t {
		k := st.knots[st.first]
		st.first, st.count = (st.first+1)%splineKnots, st.count-1
		if !k.fresh {
			switch b := s.ahead(0); {
			case st.fixed:
				k.slope = st.next
			case b != nil:
				k.slope = (b.level - k.level) / (b.at - k.at)
			}
		}
		st.left, st.begun, st.held, st.fixed = k, !k.fresh, false, false
	}
	b := s.ahead(0)
	switch {
	case b == nil:
		st.held = true
		return st.left.level
	case st.held:
		st.left.at, st.left.slope = t, 0
		st.begun, st.held = true, false
	case !st.begun:
		return b.level // before the first knot of a stretch
	}
	a := &st.left
	if !st.fixed {
		st.next, st.fixed = (b.level-a.level)/(b.at-a.at), true
		if c := s.ahead(1); c != nil {
			// The slope at b of the parabola through a, b and c.
			h, g := b.at-a.at, c.at-b.at
			st.next = (float64(g*st.next) + float64(h*((c.level-b.level)/g))) / (g + h)
		}
	}
	h := b.at - a.at
	u := (t - a.at) / h
	w := 1 - u
	// Hermite's cubic, by the distance from the chord.
	chord := (b.level - a.level) / h
	bend := float64(w*(a.slope-chord)) - float64(u*(st.next-chord))
	return float64(w*a.level) + float64(u*b.level) + float64(float64(u*w)*float64(h*bend))
}

const (
	splineMagic   = "SPLB"
	splineVersion = 1
)

func (s *SplineBaseline) fingerprint() checkpoint.Fingerprint {
	p := checkpoint.NewFingerprint().Float(s.c.Rate).Int(s.look).Int(int64(len(s.c.Beats)))
	for _, b := range s.c.Beats {
		p = p.Int(b.At)
	}
	return p
}

// AppendBinary implements encoding.BinaryAppender. The checkpoint of the
// detector is part of it.
func (s *SplineBaseline) AppendBinary(b []byte) ([]byte, error) {
	var detector []byte
	if s.c.Detector != nil {
		var err error
		if detector, err = s.c.Detector.AppendBinary(nil); err != nil {
			return b, err
		}
	}
	st := &s.s
	e := checkpoint.Append(b, splineMagic, splineVersion, s.fingerprint())
	e.Bytes(detector)
	e.Floats(st.ring)
	e.Int(st.n)
	e.Int(st.missing)
	e.Int(int64(st.beats))
	e.Int(int64(st.count))
	for i := range st.count {
		st.knots[(st.first+i)%splineKnots].encode(&e)
	}
	st.left.encode(&e)
	e.Float(st.last)
	e.Float(st.next)
	for _, v := range []bool{st.ended, st.begun, st.held, st.fixed} {
		e.Bool(v)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *SplineBaseline) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, splineMagic, splineVersion, s.fingerprint())
	if err != nil {
		return err
	}
	detector := d.Bytes()
	st := splineState{ring: make([]float64, len(s.s.ring))}
	d.Floats(st.ring)
	st.n = d.Int()
	st.missing = d.Int()
	st.beats = d.IntIn(0, len(s.c.Beats))
	st.count = d.IntIn(0, splineKnots)
	for i := range st.count {
		st.knots[i].decode(&d)
	}
	st.left.decode(&d)
	st.last = d.Float()
	st.next = d.Float()
	for _, v := range []*bool{&st.ended, &st.begun, &st.held, &st.fixed} {
		*v = d.Bool()
	}
	if err := d.Close(); err != nil {
		return err
	}
	if st.n < 0 {
		return &checkpoint.Error{Magic: splineMagic, Err: checkpoint.ErrCorrupt}
	}
	if s.c.Detector != nil {
		if err := s.c.Detector.UnmarshalBinary(detector); err != nil {
			return err // the detector leaves itself unchanged, and so is everything
		}
	}
	s.s = st
	return nil
}

func (k *knot) encode(e *checkpoint.Encoder) {
	e.Float(k.at)
	e.Float(k.level)
	e.Float(k.slope)
	e.Bool(k.fresh)
}

func (k *knot) decode(d *checkpoint.Decoder) {
	*k = knot{d.Float(), d.Float(), d.Float(), d.Bool()}
}
