package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// FlagsConfig configures a Flags stage. All but Rate may stay zero.
type FlagsConfig struct {
	Rate   float64       // Hz, 50 to 10000
	Leads  int           // values per frame, 1 to 256; 0 means 1
	Window time.Duration // one verdict for so long, 100 ms to 1 min; 0 means 1 s

	// Low and High are the rails of the converter, in mV, where they are known;
	// both 0: not known. Low must be below High.
	Low, High float64

	// FlatRange is the largest range, in mV, that is no variation; 0 means 0.01,
	// below any ECG that a diagnosis is made of.
	FlatRange float64
}

// Flags finds what makes a lead useless whatever its shape: samples that are
// missing (ecg.LeadOff), at a rail (ecg.Saturated), or all the same (ecg.Flat).
// It is an ecg.Stage that gives an ecg.Quality for each Window of each lead that
// has such a fault: Start and End are the first and the last faulty sample in the
// window, Index is the part of the window without fault, Measures has the shares
// of each kind. A lead of which nothing comes is good as far as can be told. Known
// is a second after the window, since a fault may show so late.
//
// LeadOff is a run of more than 20 ms without samples. Flat is a second within
// FlatRange: longer than the line between two waves. Rails that are not known
// show as a value that the signal never exceeds, in the last 10 s at least, where
// it stays for 10 ms and more (at least three samples), and that it comes to, or
// leaves, with a jump of 5 % of its range: a T wave's top may stay as long, but
// comes slowly. From then on every sample at that value is at the rail, until one
// lies beyond it. All but FlatRange is independent of the gain.
type Flags struct {
	c              FlagsConfig
	window, settle int64 // samples
	hole, plateau  int64
	block, teach   int64
	delay          time.Duration
	leads          []flagsLead
	n              int64
	ended          bool
}

const (
	flagsSettle  = time.Second           // a fault shows within it
	flagsHole    = 20 * time.Millisecond // longest loss that is none: as a filter bridges it
	flagsPlateau = 10 * time.Millisecond // shortest stay at a rail
	flagsBlock   = 10 * time.Second      // extremes are those of this block and the last
	flagsLearn   = 2 * time.Second       // before extremes mean anything: a beat or more
	flagsCorner  = 0.05                  // of the range
)

// flagsLead is one lead.
type flagsLead struct {
	faults []ecg.QualityFlags // ring of the last samples

	missing int64

	flatFrom       int64 // first sample of the run within FlatRange
	flatLo, flatHi float64

	last  float64   // the newest sample; NaN: missing
	from  int64     // first sample equal to it in a row
	enter float64   // the one 10 ms before that
	ring  []float64 // samples of the last 10 ms
	due   int64     // when a stay that has ended is judged by what came after it; 0: none
	stay  [2]int64  // its first sample, and the one behind it
	at    float64   // its value

	begin          int64      // first sample after a loss of a second
	lo, hi         [2]float64 // extremes of this block and of the last
	railLo, railHi float64    // learned; infinite: none
}

// NewFlags returns a stage that has seen nothing.
func NewFlags(c FlagsConfig) (*Flags, error) {
	if err := checkLanes("Flags", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	fail := func(field, want string) (*Flags, error) {
		return nil, &ecg.ConfigError{Type: "filter.Flags", Field: field, Want: want}
	}
	if c.Window == 0 {
		c.Window = time.Second
	}
	if c.FlatRange == 0 {
		c.FlatRange = 0.01
	}
	switch {
	case !(c.Rate >= 50 && c.Rate <= 10000):
		return fail("Rate", "50 to 10000 Hz")
	case !(c.Window >= 100*time.Millisecond && c.Window <= time.Minute):
		return fail("Window", "100 ms to 1 min")
	case !(c.Low == 0 && c.High == 0 || c.Low < c.High):
		return fail("Low", "below High")
	case !(c.FlatRange > 0 && c.FlatRange <= 1):
		return fail("FlatRange", "above 0, to 1 mV")
	}
	samples := func(d time.Duration) int64 { return int64(math.Round(d.Seconds() * c.Rate)) }
	f := &Flags{c: c, window: samples(c.Window), settle: samples(flagsSettle), hole: samples(flagsHole)}
	f.plateau = max(3, int64(math.Ceil(flagsPlateau.Seconds()*c.Rate)))
	f.block, f.teach = samples(flagsBlock), samples(flagsLearn)
	f.delay = time.Duration(math.Round(float64(f.window+f.settle) / c.Rate * 1e9))
	f.leads = make([]flagsLead, c.Leads)
	for l := range f.leads {
		f.leads[l].faults = make([]ecg.QualityFlags, f.window+f.settle+f.plateau)
		f.leads[l].ring = make([]float64, f.plateau)
	}
	f.Reset()
	return f, nil
}

// Delay implements ecg.Stage.
func (f *Flags) Delay() time.Duration { return f.delay }

// Reset implements ecg.Stage.
func (f *Flags) Reset() {
	f.n, f.ended = 0, false
	for l := range f.leads {
		faults, ring := f.leads[l].faults, f.leads[l].ring
		clear(faults)
		for i := range ring {
			ring[i] = math.NaN()
		}
		f.leads[l] = flagsLead{
			faults: faults, ring: ring, last: math.NaN(), enter: math.NaN(),
			railLo: math.Inf(-1), railHi: math.Inf(1),
		}
		f.leads[l].forget(0)
	}
}

// forget makes the extremes those of a signal that begins at a sample.
func (l *flagsLead) forget(begin int64) {
	l.begin = begin
	for i := range l.lo {
		l.lo[i], l.hi[i] = math.Inf(1), math.Inf(-1)
	}
}

// Append implements ecg.Stage.
func (f *Flags) Append(dst []ecg.Quality, in []float64) []ecg.Quality {
	for ; len(in) >= len(f.leads); in = in[len(f.leads):] {
		for l := range f.leads {
			f.sample(&f.leads[l], in[l])
		}
		f.n++
		if end := f.n - f.settle; end > 0 && end%f.window == 0 {
			dst = f.verdict(dst, end-f.window, end)
		}
	}
	return dst
}

// Flush implements ecg.Stage.
func (f *Flags) Flush(dst []ecg.Quality) []ecg.Quality {
	if f.ended {
		return dst
	}
	f.ended = true
	for l := range f.leads {
		f.leave(&f.leads[l])
	}
	for start := max(0, f.n-f.settle) / f.window * f.window; start < f.n; start += f.window {
		dst = f.verdict(dst, start, min(start+f.window, f.n))
	}
	return dst
}

// verdict appends what was wrong from start to end.
func (f *Flags) verdict(dst []ecg.Quality, start, end int64) []ecg.Quality {
	for l := range f.leads {
		q := ecg.Quality{Lead: l, Start: -1, Known: f.n - 1}
		bad, off, flat, rails := 0, 0, 0, 0
		for i := start; i < end; i++ {
			if v := f.leads[l].faults[i%int64(len(f.leads[l].faults))]; v != 0 {
				if q.Start < 0 {
					q.Start = i
				}
				q.End = i + 1
				q.Flags |= v
				bad++
				if v&ecg.LeadOff != 0 {
					off++
				}
				if v&ecg.Flat != 0 {
					flat++
				}
				if v&ecg.Saturated != 0 {
					rails++
				}
			}
		}
		if bad > 0 {
			n := float64(end - start)
			q.Index = 1 - float64(bad)/n
			q.Measures = ecg.Unmeasured()
			q.Measures.Off, q.Measures.Flat, q.Measures.Rails = float64(off)/n, float64(flat)/n, float64(rails)/n
			dst = append(dst, q)
		}
	}
	return dst
}

// mark sets a fault on the samples from one up to another, as far as they are
// still open.
func (f *Flags) mark(l *flagsLead, from, end int64, fault ecg.QualityFlags) {
	n := int64(len(l.faults))
	for i := max(from, f.n-n+1, 0); i < end; i++ {
		l.faults[i%n] |= fault
	}
}

// sample takes sample f.n of a lead.
func (f *Flags) sample(l *flagsLead, v float64) {
	l.faults[f.n%int64(len(l.faults))] = 0
	if f.n%f.block == 0 {
		l.lo[1], l.hi[1] = l.lo[0], l.hi[0]
		l.lo[0], l.hi[0] = math.Inf(1), math.Inf(-1)
	}
	if !good(v) {
		v = math.NaN()
	}
	f.rail(l, v)
	l.ring[f.n%f.plateau] = v
	if math.IsNaN(v) {
		l.flatFrom = f.n + 1
		if l.missing++; l.missing > f.hole {
			f.mark(l, f.n-l.missing+1, f.n+1, ecg.LeadOff)
		}
		if l.missing >= f.settle {
			l.forget(f.n + 1)
		}
		return
	}
	l.missing = 0
	f.flat(l, v)
}

// flat extends the run within FlatRange, or begins it anew.
func (f *Flags) flat(l *flagsLead, v float64) {
	if l.flatFrom == f.n || f.n == 0 {
		l.flatLo, l.flatHi = v, v
	}
	l.flatLo, l.flatHi = min(l.flatLo, v), max(l.flatHi, v)
	if l.flatHi-l.flatLo > f.c.FlatRange {
		l.flatFrom, l.flatLo, l.flatHi = f.n, v, v
		return
	}
	switch length := f.n - l.flatFrom + 1; {
	case length == f.settle:
		f.mark(l, l.flatFrom, f.n+1, ecg.Flat)
	case length > f.settle:
		f.mark(l, f.n, f.n+1, ecg.Flat)
	}
}

// rail follows the stays at one value, and the rails that are known or learned.
// v may be missing.
func (f *Flags) rail(l *flagsLead, v float64) {
	if v != l.last { // also where one of them is missing
		f.leave(l)
		l.enter, l.last, l.from = l.ring[f.n%f.plateau], v, f.n
	}
	if l.due > 0 && f.n >= l.due {
		if lo, hi := l.extremes(); inside(v, l.at, lo, hi) {
			f.learn(l, l.at, lo, l.stay[0], l.stay[1])
		}
		l.due = 0
	}
	if math.IsNaN(v) {
		return
	}
	l.lo[0], l.hi[0] = min(l.lo[0], v), max(l.hi[0], v)
	if v < l.railLo {
		l.railLo = math.Inf(-1) // it was none
	}
	if v > l.railHi {
		l.railHi = math.Inf(1)
	}
	known := f.c.Low < f.c.High && (v <= f.c.Low || v >= f.c.High)
	if known || v == l.railLo || v == l.railHi {
		f.mark(l, f.n, f.n+1, ecg.Saturated)
	}
	// A stay of a second needs no corner.
	if lo, hi := l.extremes(); f.n-l.from+1 >= f.settle && lo < hi && (v == lo || v == hi) {
		f.learn(l, v, lo, l.from, f.n+1)
	}
}

func (l *flagsLead) extremes() (lo, hi float64) {
	return min(l.lo[0], l.lo[1]), max(l.hi[0], l.hi[1])
}

// inside reports whether x lies away from v, an extreme, towards the other one.
func inside(x, v, lo, hi float64) bool {
	return (v == lo || v == hi) && math.Abs(x-v) >= flagsCorner*(hi-lo) && (v == lo) == (x > v)
}

// leave looks whether the stay that ends before sample f.n was one at a rail, or
// has that judged 10 ms later.
func (f *Flags) leave(l *flagsLead) {
	v := l.last
	if math.IsNaN(v) || f.n-l.from < f.plateau || f.n-l.begin < f.teach {
		return
	}
	switch lo, hi := l.extremes(); {
	case !(lo < hi) || v != lo && v != hi:
	case inside(l.enter, v, lo, hi):
		f.learn(l, v, lo, l.from, f.n)
	default:
		l.due, l.stay, l.at = f.n+f.plateau-1, [2]int64{l.from, f.n}, v
	}
}

// learn marks a stay at v, and takes v for the rail that it is.
func (f *Flags) learn(l *flagsLead, v, lo float64, from, end int64) {
	f.mark(l, from, end, ecg.Saturated)
	if v == lo {
		l.railLo = v
	} else {
		l.railHi = v
	}
}

const (
	flagsMagic   = "FLAG"
	flagsVersion = 1
)

func (f *Flags) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(f.c.Rate).Int(int64(f.c.Leads)).Int(int64(f.c.Window)).
		Float(f.c.Low).Float(f.c.High).Float(f.c.FlatRange)
}

// AppendBinary implements encoding.BinaryAppender.
func (f *Flags) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, flagsMagic, flagsVersion, f.fingerprint())
	e.Int(f.n)
	e.Bool(f.ended)
	for i := range f.leads {
		l := &f.leads[i]
		e.Int(int64(len(l.faults)))
		for _, v := range l.faults {
			e.Int(int64(v))
		}
		for _, v := range []int64{l.missing, l.flatFrom, l.from, l.due, l.stay[0], l.stay[1], l.begin} {
			e.Int(v)
		}
		e.Floats(l.ring)
		for _, v := range []float64{l.flatLo, l.flatHi, l.last, l.enter, l.at, l.lo[0], l.lo[1], l.hi[0], l.hi[1], l.railLo, l.railHi} {
			e.Float(v)
		}
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (f *Flags) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, flagsMagic, flagsVersion, f.fingerprint())
	if err != nil {
		return err
	}
	c := *f
	c.n, c.ended = d.Int(), d.Bool()
	c.leads = make([]flagsLead, len(f.leads))
	for i := range c.leads {
		l := &c.leads[i]
		l.faults = make([]ecg.QualityFlags, d.IntIn(len(f.leads[i].faults), len(f.leads[i].faults)))
		for k := range l.faults {
			l.faults[k] = ecg.QualityFlags(d.IntIn(0, math.MaxUint8))
		}
		for _, v := range []*int64{&l.missing, &l.flatFrom, &l.from, &l.due, &l.stay[0], &l.stay[1], &l.begin} {
			*v = d.Int()
		}
		l.ring = make([]float64, f.plateau)
		d.Floats(l.ring)
		for _, v := range []*float64{&l.flatLo, &l.flatHi, &l.last, &l.enter, &l.at, &l.lo[0], &l.lo[1], &l.hi[0], &l.hi[1], &l.railLo, &l.railHi} {
			*v = d.Float()
		}
	}
	if err := d.Close(); err != nil {
		return err
	}
	if c.n < 0 {
		return &checkpoint.Error{Magic: flagsMagic, Err: checkpoint.ErrCorrupt}
	}
	*f = c
	return nil
}
