package features

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// SlidingConfig configures Sliding. All but Rate may stay zero.
type SlidingConfig struct {
	Rate   float64       // Hz, of the intervals' sample numbers
	Window time.Duration // 0: 5 min
	Step   time.Duration // from one result to the next; 0: 30 s
	HRV    Config        // which indices, and how

	// Coverage is the least part of a window that must be NN intervals; below
	// it every index is NaN with TooNoisy. 0: 0.85, the 15 % that PhysioNet's
	// toolbox allows to be bad.
	Coverage float64

	// Latency is how long after its end an interval may still come: the Delay
	// of the stage before. When so much time has passed a result is given out
	// even if no interval comes. 0: 2 min, enough for Intervals.
	Latency time.Duration
}

// Window is the result of one step of Sliding.
type Window struct {
	Start, End int64   // samples; an interval counts when Start < its End <= End
	Known      int64   // sample with which the result became known
	Coverage   float64 // part of the window that is NN intervals, 0 to 1
	Intervals  int     // of any kind
	Corrected  int     // NN intervals that are estimates
	HRV
}

// Sliding is heart-rate variability live: a Stage from intervals to one
// Window each Step, at whole multiples of Step on the sample clock, from the
// first that a whole Window precedes. A window in which no interval ends is
// passed over.
//
// A result equals, bit for bit, Analyze of FromIntervals of the intervals in
// the window: nothing is a running sum that drifts. So each interval is gone
// through Window/Step times, ten by default, however long the stream; an order
// statistic or a spectrum is made once per step. The state is the intervals of
// one window.
type Sliding struct {
	c                     SlidingConfig
	window, step, latency int64 // samples
	a                     *Analyzer

	ring   []ecg.Interval // those of the current window, and later ones
	end    int64          // of the next result
	latest int64          // end of the newest interval
	known  int64
	series Series
}

// maxRate limits the intervals that are kept: 10 a second, twice what any
// heart does. Of a faster stream the oldest are forgotten.
const maxRate = 10

// NewSliding returns the stage.
func NewSliding(c SlidingConfig) (*Sliding, error) {
	if c.Window == 0 {
		c.Window = 5 * time.Minute
	}
	if c.Step == 0 {
		c.Step = 30 * time.Second
	}
	if c.Coverage == 0 {
		c.Coverage = 0.85
	}
	if c.Latency == 0 {
		c.Latency = 2 * time.Minute
	}
	wrong := func(field, want string) (*Sliding, error) {
		return nil, &ecg.ConfigError{Type: "features.Sliding", Field: field, Want: want}
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= ecg.MaxRate):
		return wrong("Rate", "1 to 1e6 Hz")
	case !(c.Window >= 10*time.Second && c.Window <= 24*time.Hour):
		return wrong("Window", "10 s to 24 h")
	case !(c.Step >= time.Second && c.Step <= c.Window):
		return wrong("Step", "1 s to Window")
	case !(c.Coverage > 0 && c.Coverage <= 1):
		return wrong("Coverage", "above 0, to 1")
	case !(c.Latency > 0 && c.Latency <= time.Hour):
		return wrong("Latency", "above 0, to 1 h")
	}
	a, err := NewAnalyzer(c.HRV)
	if err != nil {
		return nil, err
	}
	c.HRV = a.c
	samples := func(d time.Duration) int64 { return int64(math.Round(d.Seconds() * c.Rate)) }
	s := &Sliding{c: c, window: samples(c.Window), step: samples(c.Step), latency: samples(c.Latency), a: a}
	s.Reset()
	return s, nil
}

// Delay implements ecg.Stage.
func (s *Sliding) Delay() time.Duration { return s.c.Latency }

// Reset implements ecg.Stage.
func (s *Sliding) Reset() {
	s.ring, s.latest, s.known = s.ring[:0], 0, 0
	s.end = (s.window + s.step - 1) / s.step * s.step
}

// Append implements ecg.Stage.
func (s *Sliding) Append(dst []Window, in []ecg.Interval) []Window {
	for _, v := range in {
		dst = s.Advance(dst, v.Known)
		s.known = max(s.known, v.Known)
		dst = s.upTo(dst, v.End)
		s.latest = max(s.latest, v.End)
		s.keep(v)
	}
	return dst
}

// Advance implements ecg.Advancer.
func (s *Sliding) Advance(dst []Window, now int64) []Window {
	for now > s.end+s.latency {
		if s.empty() {
			s.pass(now - s.latency)
			break
		}
		s.known = max(s.known, s.end+s.latency)
		dst = s.emit(dst)
	}
	return dst
}

// upTo gives out the windows that end before this sample.
func (s *Sliding) upTo(dst []Window, end int64) []Window {
	for s.end < end {
		if s.empty() {
			s.pass(end)
			break
		}
		dst = s.emit(dst)
	}
	return dst
}

// empty reports whether no interval ends in the window.
func (s *Sliding) empty() bool { return s.latest <= s.end-s.window }

// pass moves on to the first window that does not end before this sample.
func (s *Sliding) pass(end int64) { s.end += (end - s.end + s.step - 1) / s.step * s.step }

// Flush implements ecg.Stage: windows that ended with the last interval.
func (s *Sliding) Flush(dst []Window) []Window {
	return s.upTo(dst, s.latest+1)
}

// keep adds an interval and forgets those before the window.
func (s *Sliding) keep(v ecg.Interval) {
	limit := int(s.c.Window.Seconds()*maxRate) + 1
	if len(s.ring) == cap(s.ring) || len(s.ring) >= limit {
		k := 0
		for k < len(s.ring) && s.ring[k].End <= s.end-s.window {
			k++
		}
		if len(s.ring)-k >= limit {
			k++
		}
		s.ring = s.ring[:copy(s.ring, s.ring[k:])]
	}
	s.ring = append(s.ring, v)
}

// emit gives out the window that ends at s.end.
func (s *Sliding) emit(dst []Window) []Window {
	w := Window{Start: s.end - s.window, End: s.end, Known: s.known}
	from := 0
	for from < len(s.ring) && s.ring[from].End <= w.Start {
		from++
	}
	in := s.ring[from:]
	covered, origin, first := 0.0, int64(0), true
	for _, v := range in {
		if !v.NN() {
			continue
		}
		covered += v.Length
		if v.Mark >= ecg.Corrected {
			w.Corrected++
		}
		if first {
			origin, first = v.Start, false
		}
	}
	w.Intervals = len(in)
	w.Coverage = min(1, covered/float64(s.window))
	dst = append(dst, w)
	h := &dst[len(dst)-1].HRV
	if w.Coverage < s.c.Coverage {
		s.a.nothing(h, TooNoisy)
	} else {
		s.series = Series{s.series.RR[:0], s.series.End[:0], s.series.Join[:0]}.AppendIntervals(in, s.c.Rate, origin)
		s.a.analyze(h, s.series)
	}
	s.end += s.step
	return dst
}

const slidingMagic, slidingVersion = "fHRs", 1

func (s *Sliding) fingerprint() checkpoint.Fingerprint {
	c := s.c
	return c.HRV.fingerprint(checkpoint.NewFingerprint().Float(c.Rate).Int(int64(c.Window)).Int(int64(c.Step)).
		Float(c.Coverage).Int(int64(c.Latency)))
}

func (c Config) fingerprint(f checkpoint.Fingerprint) checkpoint.Fingerprint {
	f = f.Int(int64(c.Segment)).Int(int64(c.NNx)).Int(int64(c.Pattern)).Float(c.Tolerance).Int(int64(c.Skip)).Int(int64(c.Longest))
	for _, s := range []SpectrumConfig{c.Welch, c.Lomb, c.Burg} {
		f = f.Int(int64(s.Method)).Float(s.Resample).Int(int64(s.Segment)).Float(s.Overlap).Int(int64(s.NFFT)).
			Int(int64(s.Window)).Int(int64(s.Detrend)).Float(s.SmoothnessPriors).Int(int64(s.Order)).Float(s.Oversample)
		for _, r := range []Range{s.Bands.ULF, s.Bands.VLF, s.Bands.LF, s.Bands.HF, s.Bands.VHF} {
			f = f.Float(r.Low).Float(r.High)
		}
	}
	return f
}

// AppendBinary implements encoding.BinaryAppender.
func (s *Sliding) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, slidingMagic, slidingVersion, s.fingerprint())
	e.Int(s.end)
	e.Int(s.latest)
	e.Int(s.known)
	appendIntervals(&e, s.ring)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Sliding) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, slidingMagic, slidingVersion, s.fingerprint())
	if err != nil {
		return err
	}
	end, latest, known := d.Int(), d.Int(), d.Int()
	ring := readIntervals(&d, int(s.c.Window.Seconds()*maxRate)+1)
	if err := d.Close(); err != nil {
		return err
	}
	s.end, s.latest, s.known, s.ring = end, latest, known, ring
	return nil
}

func appendIntervals(e *checkpoint.Encoder, v []ecg.Interval) {
	e.Int(int64(len(v)))
	for _, i := range v {
		e.Int(i.Start)
		e.Int(i.End)
		e.Float(i.Length)
		e.Int(i.Known)
		e.Int(int64(i.From) | int64(i.To)<<8 | int64(i.Mark)<<16)
	}
}

func readIntervals(d *checkpoint.Decoder, limit int) []ecg.Interval {
	n := d.IntIn(0, limit)
	var v []ecg.Interval
	for range n {
		i := ecg.Interval{Start: d.Int(), End: d.Int(), Length: d.Float(), Known: d.Int()}
		k := d.Int()
		i.From, i.To, i.Mark = ecg.Class(k), ecg.Class(k>>8), ecg.IntervalMark(k>>16)
		v = append(v, i)
	}
	return v
}
