package filter

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// CascadeConfig configures a Cascade.
type CascadeConfig struct {
	Rate     float64   // Hz, above 0
	Sections []Section // at least one
	Leads    int       // values per frame, 1 to 256; 0 means 1
}

// Cascade runs second-order sections, one after the other, over a stream of
// frames, as SciPy's sosfilt does, in a form with a shorter chain and smaller
// errors. It is an ecg.Stage: one output per input, at once. For each lead on
// its own: the first good sample primes the state to the steady one, a missing
// or impossible sample (NaN, Inf, above 512 mV) comes out as NaN and leaves the
// state alone, after more than 20 ms without a sample the lead is primed anew.
// A block holds whole frames; what is left of one is not taken.
type Cascade struct {
	config CascadeConfig
	loops  []loop // the sections
	hole   int64  // samples without a sign that are bridged

	// state is z1, d (see kernel.go) of section 0 of lead 0, of lead 1, ...; then of section 1.
	state   [][2]float64
	missing []int64 // samples missing in a row, per lead; at first more than hole
	n       int64   // frames
}

const (
	// cascadeHole is the longest run of missing samples over which a state goes
	// on as it was: shorter than a QRS edge.
	cascadeHole = 20 * time.Millisecond

	// cascadeRange is the largest magnitude taken for a sample in mV: above the
	// 300 mV electrode offset of IEC 60601-2-27.
	cascadeRange = 512

	// flushEvery is how often, in frames of the stream, states below tiny are
	// set to 0: denormal numbers are slow on some processors.
	flushEvery = 4096
	tiny       = 1e-290
)

// NewCascade returns a cascade that has seen nothing.
func NewCascade(c CascadeConfig) (*Cascade, error) {
	fail := func(field, want string) (*Cascade, error) {
		return nil, &ecg.ConfigError{Type: "filter.Cascade", Field: field, Want: want}
	}
	if c.Leads == 0 {
		c.Leads = 1
	}
	switch {
	case !(c.Rate > 0 && c.Rate <= ecg.MaxRate):
		return fail("Rate", "above 0 to 1e6 Hz")
	case c.Leads < 1 || c.Leads > 256:
		return fail("Leads", "1 to 256")
	case len(c.Sections) == 0 || len(c.Sections) > 256:
		return fail("Sections", "1 to 256")
	}
	for _, s := range c.Sections {
		if !s.Stable() {
			return fail("Sections", "poles inside the unit circle")
		}
		if !(math.Abs(s.B0)+math.Abs(s.B1)+math.Abs(s.B2) <= math.MaxFloat64) {
			return fail("Sections", "finite coefficients")
		}
	}
	c.Sections = append([]Section(nil), c.Sections...)
	f := &Cascade{config: c, loops: loops(c.Sections), hole: bridged(c.Rate)}
	f.state = make([][2]float64, len(c.Sections)*c.Leads)
	f.missing = make([]int64, c.Leads)
	f.Reset()
	return f, nil
}

// bridged is cascadeHole in samples.
func bridged(rate float64) int64 { return int64(math.Round(cascadeHole.Seconds() * rate)) }

// Reset implements ecg.Stage.
func (f *Cascade) Reset() {
	clear(f.state)
	for l := range f.missing {
		f.missing[l] = f.hole + 1
	}
	f.n = 0
}

// Delay implements ecg.Stage: each value comes out at once. What the filter
// shifts in time is its group delay.
func (f *Cascade) Delay() time.Duration { return 0 }

// GroupDelay returns how much later, in samples, a narrow band around hz comes
// out.
func (f *Cascade) GroupDelay(hz float64) float64 {
	return GroupDelay(f.config.Sections, hz, f.config.Rate)
}

// Flush implements ecg.Stage: nothing is held back.
func (f *Cascade) Flush(dst []float64) []float64 { return dst }

// Append implements ecg.Stage.
func (f *Cascade) Append(dst, in []float64) []float64 {
	start := len(dst)
	in = in[:len(in)-len(in)%f.config.Leads]
	dst = slices.Grow(dst, len(in))[:start+len(in)]
	for out := dst[start:]; len(in) > 0; {
		frames := min(len(in)/f.config.Leads, flushEvery-int(f.n%flushEvery))
		n := frames * f.config.Leads
		f.block(out[:n], in[:n])
		out, in = out[n:], in[n:]
		if f.n += int64(frames); f.n%flushEvery == 0 {
			f.flushTiny()
		}
	}
	return dst
}

// flushTiny sets states to 0 that are so near to it that they soon get slow.
func (f *Cascade) flushTiny() {
	for i := range f.state {
		for j, z := range f.state[i] {
			if math.Abs(z) < tiny {
				f.state[i][j] = 0
			}
		}
	}
}

// block filters whole frames: while every lead is good and primed through the
// fast loops, else one by one.
func (f *Cascade) block(out, in []float64) {
	leads := f.config.Leads
	for len(in) > 0 {
		if !slices.ContainsFunc(f.missing, func(m int64) bool { return m > 0 }) {
			n := runFrames(f.loops, f.state, out, in, leads)
			out, in = out[n:], in[n:]
		}
		if len(in) > 0 {
			for l := range leads {
				out[l] = f.one(l, in[l])
			}
			out, in = out[leads:], in[leads:]
		}
	}
}

// one filters one value of one lead: the slow path.
func (f *Cascade) one(lead int, v float64) float64 {
	if !good(v) {
		f.missing[lead]++
		return math.NaN()
	}
	primed := f.missing[lead] <= f.hole
	f.missing[lead] = 0
	for i := range f.loops {
		s := &f.loops[i]
		z := &f.state[i*f.config.Leads+lead]
		if !primed {
			_, _, y := f.config.Sections[i].steady(v)
			s.settle(z, v, y)
		}
		v = s.step(z, v)
	}
	return v
}

const (
	cascadeMagic   = "SOSc"
	cascadeVersion = 3
)

func (f *Cascade) fingerprint() checkpoint.Fingerprint {
	p := checkpoint.NewFingerprint().Float(f.config.Rate).Int(int64(f.config.Leads))
	for _, s := range f.config.Sections {
		p = p.Float(s.B0).Float(s.B1).Float(s.B2).Float(s.A1).Float(s.A2)
	}
	return p
}

// AppendBinary implements encoding.BinaryAppender.
func (f *Cascade) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, cascadeMagic, cascadeVersion, f.fingerprint())
	e.Int(f.n)
	for _, z := range f.state {
		e.Float(z[0])
		e.Float(z[1])
	}
	e.Ints(f.missing)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (f *Cascade) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, cascadeMagic, cascadeVersion, f.fingerprint())
	if err != nil {
		return err
	}
	c := Cascade{config: f.config, loops: f.loops, hole: f.hole, state: make([][2]float64, len(f.state)), missing: make([]int64, len(f.missing))}
	c.n = d.Int()
	for i := range c.state {
		c.state[i] = [2]float64{d.Float(), d.Float()}
	}
	d.Ints(c.missing)
	if err := d.Close(); err != nil {
		return err
	}
	if c.n < 0 {
		return &checkpoint.Error{Magic: cascadeMagic, Err: checkpoint.ErrCorrupt}
	}
	*f = c
	return nil
}
