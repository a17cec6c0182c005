package features

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// SummaryConfig configures Summaries. All but Rate may stay zero.
type SummaryConfig struct {
	Rate    float64        // Hz, of the intervals' sample numbers
	Every   time.Duration  // length of a period; 0: 24 h
	Segment time.Duration  // of SDANN, SDNN index and the spectra; 0: 5 min
	Welch   SpectrumConfig // of each segment
}

// Summary is heart-rate variability over a long period, by default 24 h. Names
// and definitions are those of TimeDomain, Fragmentation and PRSA. It equals
// what Analyze gives of all intervals of the period within rounding (1e-9
// relative), and needs the memory of one segment.
type Summary struct {
	Start, End int64   // samples; End is that of the last interval when the period is not over
	Known      int64   // sample with which it became known
	N          int     // NN intervals
	Rejected   int     // other intervals
	Corrected  int     // NN intervals that are estimates
	Covered    float64 // s, sum of the NN intervals

	Mean, Min, Max  Index // ms
	SDNN, RMSSD     Index // ms
	SDSD            Index // ms
	CVNN            Index // no unit
	PNN50, PNN20    Index // %
	HR              Index // 1/min, 60000/Mean
	TriangularIndex Index // no unit
	TINN            Index // ms

	Segments    int   // whole segments with at least two NN intervals
	SDANN       Index // ms
	SDNNIndex   Index // ms
	LowestHR    Index // 1/min, of the mean NN of a segment
	HighestHR   Index // 1/min
	Spectra     int   // segments with a spectrum
	VLF, LF, HF Index // ms², means over these segments
	Total, LFHF Index // ms²; the ratio of the means, no unit
	Fragmentation
	PRSA
}

// spread is mean and sum of squares of a stream: B. P. Welford, Technometrics
// 4:419, 1962.
type spread struct {
	n        int
	mean, m2 float64
}

func (s *spread) add(v float64) {
	s.n++
	d := v - s.mean
	s.mean += d / float64(s.n)
	s.m2 += float64(d * (v - s.mean))
}

func (s spread) average() Index {
	if s.n == 0 {
		return none(TooShort)
	}
	return value(s.mean)
}

func (s spread) deviation() Index {
	if s.n < 2 {
		return none(TooShort)
	}
	return value(math.Sqrt(s.m2 / float64(s.n-1)))
}

// Summaries is a Stage from intervals to one Summary per period, in constant
// memory. Periods are whole multiples of Every on the sample clock; the last
// one is given out by Flush. A period without an interval is passed over.
type Summaries struct {
	c      SummaryConfig
	length int64 // samples of a period
	a      *Analyzer
	day
	segment Series // of the current segment
}

// day is the state of one period.
type day struct {
	period              int64 // number of the period
	known               int64
	any                 bool  // an interval has come in this period
	latest              int64 // end of the newest interval
	origin              int64 // start of the first NN interval
	begun               bool  // origin is set
	joined              bool  // the interval before was NN
	end                 int64 // of the interval before
	before              float64
	rejected, corrected int
	covered, min, max   float64
	rr, diff            spread
	squares             float64 // ms², sum of d²
	over50, over20      int
	counts              [maxBins]int64 // of 7.8125 ms
	beyond              bool           // an interval is beyond the bins
	fragments           fragments
	phases              phases

	index                   int64 // of the current segment
	means                   spread
	deviations              float64 // ms, sum
	spectra                 int
	vlf, lf, hf, total      float64 // ms², sums
	lowestMean, highestMean float64 // ms
}

// NewSummaries returns the stage.
func NewSummaries(c SummaryConfig) (*Summaries, error) {
	if c.Every == 0 {
		c.Every = 24 * time.Hour
	}
	if c.Segment == 0 {
		c.Segment = 5 * time.Minute
	}
	wrong := func(field, want string) (*Summaries, error) {
		return nil, &ecg.ConfigError{Type: "features.Summaries", Field: field, Want: want}
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= ecg.MaxRate):
		return wrong("Rate", "1 to 1e6 Hz")
	case !(c.Segment >= 10*time.Second && c.Segment <= time.Hour):
		return wrong("Segment", "10 s to 1 h")
	case !(c.Every >= c.Segment && c.Every <= 1000*time.Hour):
		return wrong("Every", "Segment to 1000 h")
	}
	a, err := NewAnalyzer(Config{Welch: c.Welch})
	if err != nil {
		return nil, err
	}
	c.Welch = a.c.Welch
	s := &Summaries{c: c, length: int64(math.Round(c.Every.Seconds() * c.Rate)), a: a}
	s.Reset()
	return s, nil
}

// Delay implements ecg.Stage: a Summary, whose position is the End of its
// period, comes with the first interval after it; how long a heart may pause
// is not known, an hour is stated.
func (s *Summaries) Delay() time.Duration { return time.Hour }

// Reset implements ecg.Stage.
func (s *Summaries) Reset() {
	s.day = day{}
	s.clearSegment()
}

func (s *Summaries) clearSegment() {
	s.segment = Series{s.segment.RR[:0], s.segment.End[:0], s.segment.Join[:0]}
}

// Append implements ecg.Stage.
func (s *Summaries) Append(dst []Summary, in []ecg.Interval) []Summary {
	for _, v := range in {
		s.known = max(s.known, v.Known)
		if period := (v.End - 1) / s.length; period > s.period {
			dst = s.emit(dst)
			if n := len(dst); s.any {
				dst[n-1].End = dst[n-1].Start + s.length
			}
			s.day = day{period: period, known: s.known}
			s.clearSegment()
		}
		s.add(v)
	}
	return dst
}

// Flush implements ecg.Stage.
func (s *Summaries) Flush(dst []Summary) []Summary {
	dst = s.emit(dst)
	s.any = false
	return dst
}

// Current returns the summary of the period so far.
func (s *Summaries) Current() Summary {
	var buf [1]Summary
	out := s.emit(buf[:0])
	if len(out) == 0 {
		return s.result()
	}
	return out[0]
}

func (s *Summaries) add(v ecg.Interval) {
	s.any, s.latest = true, v.End
	rr := 1000 * v.Length / s.c.Rate
	if !v.NN() || !(rr > 0) || math.IsInf(rr, 0) {
		s.rejected++
		s.joined = false
		return
	}
	if v.Mark >= ecg.Corrected {
		s.corrected++
	}
	if !s.begun {
		s.origin, s.begun = v.Start, true
		s.min, s.max = rr, rr
	}
	join := s.joined && v.Start == s.end
	s.closeSegments(v.End)

	s.covered += rr / 1000
	s.min, s.max = min(s.min, rr), max(s.max, rr)
	s.rr.add(rr)
	if bin := math.Floor(rr / taskForceBin); bin < maxBins {
		s.counts[int(bin)]++
	} else {
		s.beyond = true
	}
	s.fragments.add(s.before, rr, join)
	s.phases.add(rr, join)
	if join {
		d := rr - s.before
		s.diff.add(d)
		s.squares += float64(d * d)
		if above(d, 50) {
			s.over50++
		}
		if above(d, 20) {
			s.over20++
		}
	}
	if len(s.segment.RR) < int(s.c.Segment.Seconds()*maxRate) {
		s.segment.RR = append(s.segment.RR, rr)
		s.segment.End = append(s.segment.End, float64(v.End-s.origin)/s.c.Rate)
		s.segment.Join = append(s.segment.Join, join && len(s.segment.Join) > 0)
	}
	s.before, s.end, s.joined = rr, v.End, true
}

// closeSegments ends the segments that are over before an interval that ends
// at this sample. Segment k holds kT < t <= (k+1)T from the origin.
func (s *Summaries) closeSegments(end int64) {
	t := float64(end-s.origin) / s.c.Rate
	length := s.c.Segment.Seconds()
	if t <= float64(float64(s.index+1)*length) {
		return
	}
	s.endSegment()
	s.index = max(s.index+1, int64(math.Ceil(t/length))-1)
	if t > float64(float64(s.index+1)*length) {
		s.index++
	}
}

// endSegment takes the whole segment into the sums.
func (s *Summaries) endSegment() {
	defer s.clearSegment()
	rr := s.segment.RR
	if len(rr) < 2 {
		return
	}
	m := mean(rr)
	if s.means.n == 0 {
		s.lowestMean, s.highestMean = m, m
	}
	s.lowestMean, s.highestMean = min(s.lowestMean, m), max(s.highestMean, m)
	s.means.add(m)
	s.deviations += deviation(rr, 1).Value
	s.a.gridRate = 0 // the grid is of the segment before
	w := s.a.spectrum(s.segment, s.c.Welch)
	if w.VLF.Why == OK && w.LF.Why == OK && w.HF.Why == OK && w.Total.Why == OK {
		s.spectra++
		s.vlf += w.VLF.Value
		s.lf += w.LF.Value
		s.hf += w.HF.Value
		s.total += w.Total.Value
	}
}

// emit gives out the period if anything happened in it. A segment that ends
// exactly with the last interval is whole.
func (s *Summaries) emit(dst []Summary) []Summary {
	if !s.any {
		return dst
	}
	return append(dst, s.result())
}

func (s *Summaries) result() (r Summary) {
	d := s.day
	// The segment that is just over counts; the state must not change by it.
	if whole := float64(float64(s.index+1) * s.c.Segment.Seconds()); s.begun && float64(s.end-s.origin)/s.c.Rate >= whole {
		defer func(day day, segment Series) { s.day, s.segment = day, segment }(s.day, s.segment)
		s.endSegment()
		d = s.day
	}
	r = Summary{
		Start: d.period * s.length, End: d.latest, Known: d.known,
		N: d.rr.n, Rejected: d.rejected, Corrected: d.corrected, Covered: d.covered,
		Mean: d.rr.average(), SDNN: d.rr.deviation(), SDSD: d.diff.deviation(),
		Min: none(TooShort), Max: none(TooShort), RMSSD: none(TooShort), PNN50: none(TooShort), PNN20: none(TooShort),
		TriangularIndex: none(TooShort), TINN: none(TooShort),
		Segments: d.means.n, SDANN: d.means.deviation(), SDNNIndex: none(TooShort), LowestHR: none(TooShort), HighestHR: none(TooShort),
		Spectra: d.spectra, VLF: none(TooShort), LF: none(TooShort), HF: none(TooShort), Total: none(TooShort),
		Fragmentation: d.fragments.result(), PRSA: d.phases.result(),
	}
	if d.rr.n > 0 {
		r.Min, r.Max = value(d.min), value(d.max)
		r.TriangularIndex, r.TINN = d.geometry()
	}
	if n := float64(d.diff.n); n > 0 {
		r.RMSSD = value(math.Sqrt(d.squares / n))
		r.PNN50, r.PNN20 = value(100*float64(d.over50)/n), value(100*float64(d.over20)/n)
	}
	if n := float64(d.means.n); n > 0 {
		r.SDNNIndex = value(d.deviations / n)
		r.LowestHR, r.HighestHR = value(60000/d.highestMean), value(60000/d.lowestMean)
	}
	if n := float64(d.spectra); n > 0 {
		r.VLF, r.LF, r.HF, r.Total = value(d.vlf/n), value(d.lf/n), value(d.hf/n), value(d.total/n)
	}
	r.CVNN, r.LFHF = ratio(r.SDNN, r.Mean), ratio(r.LF, r.HF)
	r.HR = ratio(value(60000), r.Mean)
	return r
}

// geometry is Analyzer.geometry of the counts.
func (d *day) geometry() (index, tinn Index) {
	if d.beyond {
		return none(NotPlausible), none(NotPlausible)
	}
	first, last, mode := maxBins, 0, 0
	counts := make([]int, 0, maxBins)
	for i, c := range d.counts {
		if c > 0 {
			first, last = min(first, i), i
		}
		if c > d.counts[mode] {
			mode = i
		}
	}
	for _, c := range d.counts[first : last+1] {
		counts = append(counts, int(c))
	}
	n, m := triangle(counts, mode-first)
	return value(float64(d.rr.n) / float64(d.counts[mode])), value(float64(m-n) * taskForceBin)
}

const summaryMagic, summaryVersion = "fHRd", 1

func (s *Summaries) fingerprint() checkpoint.Fingerprint {
	f := checkpoint.NewFingerprint().Float(s.c.Rate).Int(int64(s.c.Every)).Int(int64(s.c.Segment))
	return Config{Welch: s.c.Welch}.fingerprint(f)
}

// fields lists the state for saving and loading.
func (d *day) fields() (ints []*int, longs []*int64, floats []*float64, bools []*bool) {
	p, f := &d.phases, &d.fragments
	ints = []*int{
		&d.rejected, &d.corrected, &d.rr.n, &d.diff.n, &d.over50, &d.over20, &d.means.n, &d.spectra,
		&f.n, &f.soft, &f.hard, &f.runs, &f.inRuns, &f.inLong, &f.alternating, &f.run, &f.alternation, &f.last,
		&p.joined, &p.anchors[0], &p.anchors[1], &p.observed,
	}
	longs = []*int64{&d.period, &d.known, &d.origin, &d.end, &d.index, &d.latest}
	floats = []*float64{
		&d.before, &d.covered, &d.min, &d.max, &d.rr.mean, &d.rr.m2, &d.diff.mean, &d.diff.m2, &d.squares,
		&d.means.mean, &d.means.m2, &d.deviations, &d.vlf, &d.lf, &d.hf, &d.total, &d.lowestMean, &d.highestMean,
	}
	for i := range p.last {
		floats = append(floats, &p.last[i], &p.sum[0][i], &p.sum[1][i])
	}
	return ints, longs, floats, []*bool{&d.any, &d.begun, &d.joined, &d.beyond, &f.known}
}

// AppendBinary implements encoding.BinaryAppender.
func (s *Summaries) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, summaryMagic, summaryVersion, s.fingerprint())
	ints, longs, floats, bools := s.day.fields()
	for _, v := range ints {
		e.Int(int64(*v))
	}
	for _, v := range longs {
		e.Int(*v)
	}
	for _, v := range floats {
		e.Float(*v)
	}
	for _, v := range bools {
		e.Bool(*v)
	}
	e.Ints(s.counts[:])
	e.Floats(s.segment.RR)
	e.Floats(s.segment.End)
	for _, v := range s.segment.Join {
		e.Bool(v)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Summaries) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, summaryMagic, summaryVersion, s.fingerprint())
	if err != nil {
		return err
	}
	var n day
	ints, longs, floats, bools := n.fields()
	for _, v := range ints {
		*v = int(d.Int())
	}
	for _, v := range longs {
		*v = d.Int()
	}
	for _, v := range floats {
		*v = d.Float()
	}
	for _, v := range bools {
		*v = d.Bool()
	}
	d.Ints(n.counts[:])
	limit := int(s.c.Segment.Seconds() * maxRate)
	segment := Series{RR: d.AppendFloats(nil, limit), End: d.AppendFloats(nil, limit)}
	for range segment.RR {
		segment.Join = append(segment.Join, d.Bool())
	}
	if err := d.Close(); err != nil {
		return err
	}
	if len(segment.End) != len(segment.RR) {
		return &checkpoint.Error{Magic: summaryMagic, Err: checkpoint.ErrCorrupt}
	}
	s.day, s.segment = n, segment
	return nil
}
