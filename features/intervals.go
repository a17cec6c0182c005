package features

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// Correction is how artefacts in the sequence of beats are found.
type Correction uint8

const (
	// LipponenTarvainen finds beats out of line by thresholds that follow 91
	// beats. J. A. Lipponen and M. P. Tarvainen, J. Med. Eng. Technol. 43:173,
	// 2019. It is not meant for atrial fibrillation.
	LipponenTarvainen Correction = iota

	// PercentFilter refuses an interval that is off the median of the last
	// five accepted ones by more than IntervalsConfig.Percent.
	PercentFilter

	// LabelsOnly goes by the classes of the beats and the limits of length.
	LabelsOnly
)

// IntervalsConfig configures Intervals. All but Rate may stay zero.
type IntervalsConfig struct {
	Rate    float64       // Hz, of the beats' sample numbers
	Method  Correction    // how artefacts are found
	Reject  bool          // mark what is wrong as no NN interval, in place of an estimate
	Percent float64       // of PercentFilter; 0: 20
	Window  int           // beats of the thresholds of LipponenTarvainen, odd, 11 to 181; 0: 91
	MinRR   time.Duration // shorter is Implausible; 0: 300 ms, 200/min
	MaxRR   time.Duration // longer is a Gap: beats may be missing; 0: 2 s

	// Latency is the delay of the detector: when so much more than MaxRR has
	// passed without a beat, what is held back is given out. 0: 2 s.
	Latency time.Duration
}

// Constants of Lipponen and Tarvainen 2019.
const (
	ltAlpha  = 5.2  // threshold, times the quartile deviation of the magnitudes
	ltC1     = 0.13 // slope of the limit between ectopic and other
	ltC2     = 0.17 // its offset
	ltMedian = 11   // intervals of the local median
	ltLimit  = 3    // of the deviation from the median, in thresholds

	// ltFloor keeps the thresholds from closing on a rhythm without variation:
	// a deviation of 25 ms is worth no correction, and a few samples of jitter
	// at 128 Hz are no artefact.
	ltFloor = 0.025 // s

	maxWrong = 3 // beats in a row that are replaced; more is a run, of which nothing is known
	ahead    = 3 // intervals that the rules look at after the one they judge
	accepted = 5 // intervals of the median of PercentFilter
)

// Intervals makes intervals of beats, and marks and corrects those that are
// not between two normal beats. It is a Stage from beats to intervals in the
// order of time, without a hole: each interval starts where the last one ended.
//
// A beat whose class is neither Normal nor Unclassified is not of normal
// origin. With LipponenTarvainen, up to three such beats in a row, and beats
// found to be early, late or false, give way to evenly spaced ones between
// their good neighbours (Corrected; Merged or Split when the number changes);
// an interval in which a beat was missed is split; one that is too long or
// short by itself gets the length of the local median (Corrected), while its
// Start and End stay what they were. With Reject, and with the other methods,
// the intervals are marked Ectopic, Implausible or Gap in place of that.
//
// It looks ahead: by half of Window and 8 beats with LipponenTarvainen (53
// beats, 45 s at 70/min), not at all otherwise.
type Intervals struct {
	c      IntervalsConfig
	half   int
	lo, hi int64 // samples: MinRR, MaxRR
	late   int64 // samples from a beat until the run is over without another

	run     []rrBeat // beats without a gap; older ones than needed are dropped
	medians int      // beats of run whose median is known
	centre  int      // beats of run whose thresholds are known
	next    int      // beat of run to be judged next
	anchor  int      // last good beat that was given out
	wrong   int      // wrong beats since then
	good    bool     // the anchor is of normal origin

	last     [accepted]float64 // accepted by PercentFilter, newest first
	refused  int               // in a row
	known    int64             // sample of the newest input
	started  bool
	previous int64 // position of the newest beat
	judging  bool  // run has beats not given out; the deadline holds

	scratch []float64
}

// rrBeat is one beat and the interval that ends with it, in samples.
type rrBeat struct {
	at       int64
	frac     float64
	rr       float64 // as measured; 0 for the first of a run
	use      float64 // as it is after corrections
	median   float64
	th1, th2 float64
	class    ecg.Class
	ok       bool // the interval is between beats of normal origin
	wrong    bool // the beat is not of normal origin
}

// NewIntervals returns the stage.
func NewIntervals(c IntervalsConfig) (*Intervals, error) {
	if c.Percent == 0 {
		c.Percent = 20
	}
	if c.Window == 0 {
		c.Window = 91
	}
	if c.MinRR == 0 {
		c.MinRR = 300 * time.Millisecond
	}
	if c.MaxRR == 0 {
		c.MaxRR = 2 * time.Second
	}
	if c.Latency == 0 {
		c.Latency = 2 * time.Second
	}
	wrong := func(field, want string) (*Intervals, error) {
		return nil, &ecg.ConfigError{Type: "features.Intervals", Field: field, Want: want}
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= ecg.MaxRate):
		return wrong("Rate", "1 to 1e6 Hz")
	case c.Method > LabelsOnly:
		return wrong("Method", "LipponenTarvainen, PercentFilter or LabelsOnly")
	case !(c.Percent > 0 && c.Percent < 100):
		return wrong("Percent", "above 0, below 100")
	case c.Window < 11 || c.Window > 181 || c.Window%2 == 0:
		return wrong("Window", "odd, 11 to 181 beats")
	case !(c.MinRR > 0 && c.MaxRR > c.MinRR && c.MaxRR <= time.Minute):
		return wrong("MaxRR", "above MinRR, to 1 min")
	case !(c.Latency > 0 && c.Latency <= time.Hour):
		return wrong("Latency", "above 0, to 1 h")
	}
	samples := func(d time.Duration) int64 {
		return int64(math.Round(d.Seconds() * c.Rate))
	}
	s := &Intervals{c: c, lo: samples(c.MinRR), hi: samples(c.MaxRR), late: samples(c.MaxRR + c.Latency)}
	if c.Method == LipponenTarvainen {
		s.half = c.Window / 2
	}
	s.run = make([]rrBeat, 0, 4*s.half+64)
	s.scratch = make([]float64, 0, 2*c.Window)
	return s, nil
}

// Delay implements ecg.Stage: the look-ahead at the slowest rhythm that is not
// a gap.
func (s *Intervals) Delay() time.Duration {
	return time.Duration(s.lookAhead()+maxWrong+1)*s.c.MaxRR + 2*s.c.Latency
}

// lookAhead is the number of beats after one until it is judged.
func (s *Intervals) lookAhead() int {
	if s.c.Method != LipponenTarvainen {
		return 0
	}
	return s.half + ltMedian/2 + ahead
}

// Append implements ecg.Stage. A beat that is not after the last one is
// ignored.
func (s *Intervals) Append(dst []ecg.Interval, in []ecg.Beat) []ecg.Interval {
	for _, b := range in {
		dst = s.Advance(dst, b.Known)
		if s.started && b.At <= s.previous {
			continue
		}
		s.known = max(s.known, b.Known)
		if !(math.Abs(b.Frac) <= 0.5) {
			b.Frac = 0
		}
		dst = s.push(dst, b)
	}
	return dst
}

// Advance implements ecg.Advancer: with the sample MaxRR and Latency after the
// last beat, what was held back for want of later beats is given out.
func (s *Intervals) Advance(dst []ecg.Interval, now int64) []ecg.Interval {
	if deadline := s.previous + s.late; s.judging && now > deadline {
		s.known = max(s.known, deadline)
		dst = s.endRun(dst)
	}
	return dst
}

// Flush implements ecg.Stage.
func (s *Intervals) Flush(dst []ecg.Interval) []ecg.Interval { return s.endRun(dst) }

// Reset implements ecg.Stage.
func (s *Intervals) Reset() {
	*s = Intervals{c: s.c, half: s.half, lo: s.lo, hi: s.hi, late: s.late, run: s.run[:0], scratch: s.scratch[:0]}
}

func normalOrigin(c ecg.Class) bool { return c == ecg.Normal || c == ecg.Unclassified }

func (s *Intervals) push(dst []ecg.Interval, b ecg.Beat) []ecg.Interval {
	n := rrBeat{at: b.At, frac: b.Frac, class: b.Class, wrong: !normalOrigin(b.Class)}
	if s.started && b.At-s.previous > s.hi {
		dst = s.endRun(dst)
		from := s.run[len(s.run)-1]
		dst = append(dst, ecg.Interval{
			Start: from.at, End: b.At, Length: length(from, n), Known: s.known, From: from.class, To: b.Class, Mark: ecg.Gap,
		})
		s.run = s.run[:0]
	} else if len(s.run) > 0 {
		from := s.run[len(s.run)-1]
		n.rr = length(from, n)
		n.use = n.rr
		n.ok = !n.wrong && !from.wrong
	}
	if len(s.run) == 0 {
		s.medians, s.centre, s.next, s.anchor, s.wrong, s.good = 0, 0, 1, 0, 0, !n.wrong
		s.last, s.refused = [accepted]float64{}, 0
	}
	if len(s.run) == cap(s.run) {
		s.drop()
	}
	s.run = append(s.run, n)
	s.started, s.previous, s.judging = true, b.At, true
	return s.judge(dst, false)
}

func length(from, to rrBeat) float64 { return float64(to.at-from.at) + (to.frac - from.frac) }

// drop forgets the beats that no window needs.
func (s *Intervals) drop() {
	k := s.anchor
	if s.c.Method == LipponenTarvainen {
		k = min(s.anchor, s.centre-s.half, s.medians-s.half-ltMedian, s.next-s.half) - 2
	}
	if k <= 0 {
		return
	}
	s.run = s.run[:copy(s.run, s.run[k:])]
	s.anchor, s.next = s.anchor-k, s.next-k
	s.centre, s.medians = max(0, s.centre-k), max(0, s.medians-k)
}

// endRun judges what is left with the beats there are.
func (s *Intervals) endRun(dst []ecg.Interval) []ecg.Interval {
	if !s.judging {
		return dst
	}
	dst = s.judge(dst, true)
	if s.wrong > 0 { // wrong beats at the end have no good neighbour
		dst = s.raw(dst, len(s.run)-1)
	}
	s.judging = false
	// The last beat stays: the next one, or a gap, begins there.
	last := s.run[len(s.run)-1]
	last.rr = 0
	s.run = append(s.run[:0], last)
	s.medians, s.centre, s.next, s.anchor, s.wrong, s.good = 0, 0, 1, 0, 0, !last.wrong
	return dst
}

// judge gives out every beat about which enough is known.
func (s *Intervals) judge(dst []ecg.Interval, ended bool) []ecg.Interval {
	if s.c.Method != LipponenTarvainen {
		for ; s.next < len(s.run); s.next++ {
			dst = s.single(dst, s.next)
		}
		return dst
	}
	for s.medians < len(s.run) && (ended || s.medians+ltMedian/2 < len(s.run)) {
		s.median(s.medians)
		s.medians++
	}
	for s.centre < s.medians && (ended || s.centre+s.half < s.medians) {
		s.thresholds(s.centre)
		s.centre++
	}
	for s.next < s.centre && (ended || s.next+ahead < s.centre) {
		dst = s.rules(dst, s.next)
		s.next++
	}
	return dst
}

// single marks the interval that ends with beat i by itself.
func (s *Intervals) single(dst []ecg.Interval, i int) []ecg.Interval {
	s.wrong = 1 // raw gives out from the anchor to i
	before := len(dst)
	dst = s.raw(dst, i)
	if s.c.Method != PercentFilter || dst[before].Mark != ecg.Kept {
		return dst
	}
	n := 0
	var sorted [accepted]float64
	for _, v := range s.last {
		if v > 0 {
			sorted[n] = v
			n++
		}
	}
	rr := s.run[i].rr
	if n > 0 {
		slices.Sort(sorted[:n])
		m := quantile(sorted[:n], 0.5)
		// A new level is believed after as many intervals as the median has.
		if math.Abs(rr-m) > m*s.c.Percent/100 && s.refused < accepted {
			s.refused++
			dst[before].Mark = ecg.Implausible
			return dst
		}
		if s.refused == accepted {
			s.last = [accepted]float64{}
		}
	}
	s.refused = 0
	copy(s.last[1:], s.last[:accepted-1])
	s.last[0] = rr
	return dst
}

// raw gives out the intervals from the anchor to beat i as they are, marked.
func (s *Intervals) raw(dst []ecg.Interval, i int) []ecg.Interval {
	for k := s.anchor + 1; k <= i; k++ {
		from, to := &s.run[k-1], &s.run[k]
		mark := ecg.Kept
		switch {
		case from.wrong || to.wrong:
			mark = ecg.Ectopic
		case to.at-from.at < s.lo:
			mark = ecg.Implausible
		}
		dst = append(dst, ecg.Interval{
			Start: from.at, End: to.at, Length: to.rr, Known: s.known, From: from.class, To: to.class, Mark: mark,
		})
	}
	s.anchor, s.wrong, s.good = i, 0, !s.run[i].wrong
	return dst
}
