package filter

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// ConvolverConfig configures a Convolver.
type ConvolverConfig struct {
	Rate  float64 // Hz, above 0
	Taps  FIR     // 1 to 60000
	Leads int     // values per frame, 1 to 256; 0 means 1
}

// Convolver runs a FIR filter over a stream of frames. It is an ecg.Stage: one
// output per input, at once. Its rules are those of Cascade: the first good
// sample of a lead stands for all before it, a missing or impossible sample (NaN,
// Inf, above 512 mV) comes out as NaN, and for up to 20 ms its place is taken by
// the last good one; after a longer gap the lead begins anew. A block holds
// whole frames; what is left of one is not taken.
type Convolver struct {
	config ConvolverConfig
	hole   int64     // samples without a sign that are bridged
	taps   []float64 // oldest sample first

	lines   [][]float64 // per lead: the samples before the block, then the block
	missing []int64     // samples missing in a row, per lead; at first more than hole
}

// convolverBlock is how many frames are filtered at once.
const convolverBlock = 256

// NewConvolver returns a convolver that has seen nothing.
func NewConvolver(c ConvolverConfig) (*Convolver, error) {
	fail := func(field, want string) (*Convolver, error) {
		return nil, &ecg.ConfigError{Type: "filter.Convolver", Field: field, Want: want}
	}
	if c.Leads == 0 {
		c.Leads = 1
	}
	switch {
	case !(c.Rate > 0 && c.Rate <= ecg.MaxRate):
		return fail("Rate", "above 0 to 1e6 Hz")
	case c.Leads < 1 || c.Leads > 256:
		return fail("Leads", "1 to 256")
	case len(c.Taps) == 0 || len(c.Taps) > maxTaps:
		return fail("Taps", "1 to 60000")
	}
	sum := 0.0
	for _, v := range c.Taps {
		sum += math.Abs(v)
	}
	if !(sum <= math.MaxFloat64/cascadeRange) {
		return fail("Taps", "finite values")
	}
	c.Taps = slices.Clone(c.Taps)
	f := &Convolver{config: c, hole: bridged(c.Rate), taps: slices.Clone(c.Taps)}
	slices.Reverse(f.taps)
	for range c.Leads {
		f.lines = append(f.lines, make([]float64, len(c.Taps)-1+convolverBlock))
	}
	f.missing = make([]int64, c.Leads)
	f.Reset()
	return f, nil
}

// Reset implements ecg.Stage.
func (f *Convolver) Reset() {
	for l := range f.lines {
		clear(f.lines[l])
		f.missing[l] = f.hole + 1
	}
}

// Delay implements ecg.Stage: each value comes out at once. What the filter
// shifts in time is its group delay.
func (f *Convolver) Delay() time.Duration { return 0 }

// GroupDelay returns how much later, in samples, a narrow band around hz comes
// out: (taps-1)/2 for symmetric taps.
func (f *Convolver) GroupDelay(hz float64) float64 {
	return f.config.Taps.GroupDelay(hz, f.config.Rate)
}

// Flush implements ecg.Stage: nothing is held back.
func (f *Convolver) Flush(dst []float64) []float64 { return dst }

// Append implements ecg.Stage.
func (f *Convolver) Append(dst, in []float64) []float64 {
	start, leads := len(dst), f.config.Leads
	in = in[:len(in)-len(in)%leads]
	dst = slices.Grow(dst, len(in))[:start+len(in)]
	for out := dst[start:]; len(in) > 0; {
		n := min(len(in), convolverBlock*leads)
		for l := range leads {
			f.lead(l, out[:n], in[:n])
		}
		out, in = out[n:], in[n:]
	}
	return dst
}

// lead filters one lead of a block.
func (f *Convolver) lead(l int, out, in []float64) {
	leads, past, line := f.config.Leads, len(f.taps)-1, f.lines[l]
	frames := len(in) / leads
	filtered := 0 // frames
	upTo := func(end int) {
		convolve(out[filtered*leads+l:], leads, f.taps, line[filtered:end+past])
		filtered = end
	}
	for i := range frames {
		v := in[i*leads+l]
		if good(v) {
			if f.missing[l] > f.hole {
				upTo(i)
				for k := range past {
					line[i+k] = v
				}
			}
			f.missing[l] = 0
			line[past+i] = v
			continue
		}
		f.missing[l]++
		upTo(i)
		out[i*leads+l] = math.NaN()
		filtered++
		if past > 0 {
			line[past+i] = line[past+i-1]
		}
	}
	if filtered < frames {
		upTo(frames)
	}
	copy(line[:past], line[frames:])
}

// convolve puts the sums of taps times line, from each of its values on, into
// every stride-th value of dst. Each sum is made alone, the oldest sample first;
// four side by side hide the latency of the additions.
func convolve(dst []float64, stride int, taps, line []float64) {
	for ; len(line) >= len(taps)+3; line = line[4:] {
		a, b, c := line[0], line[1], line[2]
		ahead := line[3:][:len(taps)]
		var s0, s1, s2, s3 float64
		for j, h := range taps {
			d := ahead[j]
			s0 += float64(h * a)
			s1 += float64(h * b)
			s2 += float64(h * c)
			s3 += float64(h * d)
			a, b, c = b, c, d
		}
		dst[0], dst[stride], dst[2*stride], dst[3*stride] = s0, s1, s2, s3
		dst = dst[min(4*stride, len(dst)):]
	}
	for ; len(line) >= len(taps); line = line[1:] {
		s := 0.0
		for j, x := range line[:len(taps)] {
			s += float64(taps[j] * x)
		}
		dst[0] = s
		dst = dst[min(stride, len(dst)):]
	}
}

const (
	convolverMagic   = "FIRc"
	convolverVersion = 1
)

func (f *Convolver) fingerprint() checkpoint.Fingerprint {
	p := checkpoint.NewFingerprint().Float(f.config.Rate).Int(int64(f.config.Leads))
	for _, v := range f.taps {
		p = p.Float(v)
	}
	return p
}

// AppendBinary implements encoding.BinaryAppender.
func (f *Convolver) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, convolverMagic, convolverVersion, f.fingerprint())
	e.Ints(f.missing)
	for _, line := range f.lines {
		e.Floats(line[:len(f.taps)-1])
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (f *Convolver) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, convolverMagic, convolverVersion, f.fingerprint())
	if err != nil {
		return err
	}
	missing := make([]int64, len(f.missing))
	d.Ints(missing)
	lines := make([][]float64, len(f.lines))
	for l := range lines {
		lines[l] = make([]float64, len(f.lines[l]))
		d.Floats(lines[l][:len(f.taps)-1])
	}
	if err := d.Close(); err != nil {
		return err
	}
	f.missing, f.lines = missing, lines
	return nil
}
