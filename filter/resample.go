package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// ResamplerConfig configures a Resampler. All but the rates may stay zero.
type ResamplerConfig struct {
	From, To float64 // Hz
	Leads    int     // values per frame, 1 to 256; 0 means 1

	// Lobes is half of the length of the anti-aliasing filter, in samples of the
	// lower of the two rates, 2 to 256; 0 means 16. It is what the signal is
	// delayed by, and the steepness: with 16 all is kept up to 69 % of half of
	// the lower rate (at 250 Hz: 86 Hz), with 32 up to 84 %, with 64 up to 92 %.
	Lobes int

	// Kaiser is the shape of the filter's window, 0.1 to 20; 0 means 8: what is
	// beyond half of the lower rate is attenuated by 80 dB.
	Kaiser float64

	// Cutoff is the -6 dB frequency, as a part of half of the lower rate, 0.1 to
	// 1; 0 puts it where the attenuation is complete at half of the lower rate.
	Cutoff float64
}

// Resampler changes the rate of a signal, any rate to any rate: a polyphase
// interpolation with a windowed sine cardinal (Crochiere and Rabiner, Multirate
// Digital Signal Processing, 1983, section 4.3; window of Kaiser 1974). Sample m
// of the result lies exactly at m*From/To of the source, by whole numbers
// (RateMap): nothing drifts, and nothing is shifted. It is an ecg.Stage that
// gives ceil(n*To/From) frames for n, each Delay after its time.
//
// Each output is the sample at or before it plus a weighted sum of the
// differences to that, so that an electrode offset leaves no ripple. Missing
// samples, and what lies beyond the ends, count as the last one before them, seen
// from the output; where the sample at or before it is missing the output is NaN.
type Resampler struct {
	c     ResamplerConfig
	m     RateMap
	delay time.Duration
	table phases
	ring  [][]float64 // by lead: the last samples, twice, in one piece from at
	at    int
	hole  []int64 // by lead: the newest missing frame, -1 at first

	n     int64 // frames taken
	out   int64 // frames given
	whole int64 // floor of the next output's position in the source
	rest  int64 // and the rest of it, in 1/up samples
	ended bool
	exact bool // plain weighted sums, as the reference has them
}

// NewResampler returns a resampler that has seen nothing.
func NewResampler(c ResamplerConfig) (*Resampler, error) {
	if c.Lobes == 0 {
		c.Lobes = 16
	}
	if c.Kaiser == 0 {
		c.Kaiser = 8
	}
	if c.Leads == 0 {
		c.Leads = 1
	}
	fail := func(field, want string) (*Resampler, error) {
		return nil, &ecg.ConfigError{Type: "filter.Resampler", Field: field, Want: want}
	}
	switch {
	case !(c.From >= 1 && c.From <= ecg.MaxRate):
		return fail("From", "1 to 1e6 Hz")
	case !(c.To >= 1 && c.To <= ecg.MaxRate):
		return fail("To", "1 to 1e6 Hz")
	case c.From/c.To > maxRateChange || c.To/c.From > maxRateChange:
		return fail("To", "at most 1000 times more or less than From")
	case c.Leads < 1 || c.Leads > 256:
		return fail("Leads", "1 to 256")
	case c.Lobes < 2 || c.Lobes > 256:
		return fail("Lobes", "2 to 256")
	case !(c.Kaiser >= 0.1 && c.Kaiser <= 20):
		return fail("Kaiser", "0.1 to 20")
	}
	if c.Cutoff == 0 {
		c.Cutoff = 1 - kaiserTransition(c.Kaiser)/float64(c.Lobes)/2
	}
	if !(c.Cutoff >= 0.1 && c.Cutoff <= 1) {
		return fail("Cutoff", "0.1 to 1; a Kaiser of 8 needs 3 Lobes")
	}
	m, err := NewRateMap(c.From, c.To)
	if err != nil {
		return nil, err
	}
	r := &Resampler{c: c, m: m, table: newPhases(c, m)}
	r.delay = time.Duration(math.Ceil(float64(r.table.half+1) / c.From * 1e9))
	for range c.Leads {
		r.ring = append(r.ring, make([]float64, 2*r.table.taps()))
	}
	r.hole = make([]int64, c.Leads)
	r.Reset()
	return r, nil
}

// maxRateChange bounds the length of the filter in samples of the source.
const maxRateChange = 1000

// Map returns the exact map between the sample numbers of source and result.
func (r *Resampler) Map() RateMap { return r.m }

// Format returns the format of the result for the format of the source.
func (r *Resampler) Format(f ecg.Format) ecg.Format {
	f.Rate = r.c.To
	return f
}

// SourceBeat returns a beat that was found in the result with its positions in the
// source, to a fraction of a sample, and Known as the sample of the source with
// which it became known.
func (r *Resampler) SourceBeat(b ecg.Beat) ecg.Beat {
	at, frac := r.m.Source(b.At)
	frac += float64(b.Frac * (float64(r.m.down) / float64(r.m.up)))
	whole := math.Round(frac)
	b.At, b.Frac = at+int64(whole), frac-whole
	known, _, _ := floorRatio(b.Known, r.m.down, r.m.up)
	b.Known = max(known+int64(r.table.half)+1, b.At)
	side := func(v int32) int32 {
		at, _ := r.m.Source(int64(v))
		return int32(max(math.MinInt32, min(math.MaxInt32, at)))
	}
	b.Onset, b.Offset = side(b.Onset), side(b.Offset)
	return b
}

// Delay implements ecg.Stage: the half of the filter, and the sample that an
// output waits for.
func (r *Resampler) Delay() time.Duration { return r.delay }

// Reset implements ecg.Stage.
func (r *Resampler) Reset() {
	for _, ring := range r.ring {
		for i := range ring {
			ring[i] = math.NaN()
		}
	}
	for l := range r.hole {
		r.hole[l] = -1
	}
	r.at, r.n, r.out, r.whole, r.rest, r.ended = 0, 0, 0, 0, 0, false
}

// Append implements ecg.Stage.
func (r *Resampler) Append(dst, in []float64) []float64 {
	leads := r.c.Leads
	// Where dst lies over in, the values that are written must not overtake those
	// that are read: more may come out than goes in.
	if r.m.up > r.m.down && len(in) > 0 && cap(dst) > len(dst) && &dst[:len(dst)+1][len(dst)] == &in[0] {
		grown := make([]float64, len(dst), len(dst)+int(float64(len(in))*float64(r.m.up)/float64(r.m.down))+2*leads)
		copy(grown, dst)
		dst = grown
	}
	for ; len(in) >= leads; in = in[leads:] {
		r.take(in[:leads])
		dst = r.due(dst)
	}
	return dst
}

// take puts a frame into the rings.
func (r *Resampler) take(frame []float64) {
	taps := r.table.taps()
	for l, v := range frame {
		if !good(v) {
			v = math.NaN()
			r.hole[l] = r.n
		}
		r.ring[l][r.at], r.ring[l][r.at+taps] = v, v
	}
	if r.at++; r.at == taps {
		r.at = 0
	}
	r.n++
}

// due puts out the frames whose last sample is the newest one.
func (r *Resampler) due(dst []float64) []float64 {
	for r.whole+int64(r.table.half)+1 < r.n {
		for l := range r.ring {
			dst = append(dst, r.value(l))
		}
		r.out++
		r.rest += r.m.down % r.m.up
		r.whole += r.m.down / r.m.up
		if r.rest >= r.m.up {
			r.rest -= r.m.up
			r.whole++
		}
	}
	return dst
}

// value is the next output of a lead, from the samples in the ring: whole-half to
// whole+half+1.
func (r *Resampler) value(lead int) float64 {
	t := &r.table
	x := r.ring[lead][r.at:][:t.taps()]
	low, high, part := t.weights(r.rest)
	middle := x[t.half]
	if math.IsNaN(middle) {
		return middle
	}
	sum := 0.0
	if r.exact {
		for i, v := range x {
			if v == v {
				sum += float64((low[i] + float64(part*(high[i]-low[i]))) * v)
			}
		}
		return sum
	}
	if r.whole-int64(t.half) > r.hole[lead] {
		if part == 0 {
			for i, v := range x {
				sum += float64(low[i] * (v - middle))
			}
			return middle + sum
		}
		for i, v := range x {
			sum += float64((low[i] + float64(part*(high[i]-low[i]))) * (v - middle))
		}
		return middle + sum
	}
	// From the middle outwards: the last sample goes on over a missing one.
	last := middle
	for i := t.half; i < len(x); i++ {
		if !math.IsNaN(x[i]) {
			last = x[i]
		}
		sum += float64((low[i] + float64(part*(high[i]-low[i]))) * (last - middle))
	}
	last = middle
	for i := t.half - 1; i >= 0; i-- {
		if !math.IsNaN(x[i]) {
			last = x[i]
		}
		sum += float64((low[i] + float64(part*(high[i]-low[i]))) * (last - middle))
	}
	return middle + sum
}

// Flush implements ecg.Stage: the frames that lie before the end of the source.
func (r *Resampler) Flush(dst []float64) []float64 {
	if r.ended {
		return dst
	}
	r.ended = true
	var none [256]float64
	for l := range none {
		none[l] = math.NaN()
	}
	for end := r.n; r.whole < end; {
		r.take(none[:r.c.Leads])
		dst = r.due(dst)
	}
	return dst
}

const (
	resamplerMagic   = "RSMP"
	resamplerVersion = 1
)

func (r *Resampler) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Int(r.m.up).Int(r.m.down).Float(r.c.From).Int(int64(r.c.Leads)).
		Int(int64(r.c.Lobes)).Float(r.c.Kaiser).Float(r.c.Cutoff)
}

// AppendBinary implements encoding.BinaryAppender.
func (r *Resampler) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, resamplerMagic, resamplerVersion, r.fingerprint())
	e.Int(r.n)
	e.Int(r.out)
	e.Ints(r.hole)
	e.Bool(r.ended)
	for _, ring := range r.ring {
		e.Floats(ring[r.at:][:r.table.taps()])
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (r *Resampler) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, resamplerMagic, resamplerVersion, r.fingerprint())
	if err != nil {
		return err
	}
	c := *r
	c.n, c.out, c.at = d.Int(), d.Int(), 0
	c.hole = make([]int64, len(r.hole))
	d.Ints(c.hole)
	c.ended = d.Bool()
	c.ring = make([][]float64, len(r.ring))
	taps := r.table.taps()
	for l := range c.ring {
		c.ring[l] = make([]float64, 2*taps)
		d.Floats(c.ring[l][:taps])
		copy(c.ring[l][taps:], c.ring[l][:taps])
	}
	if err := d.Close(); err != nil {
		return err
	}
	var ok bool
	c.whole, c.rest, ok = floorRatio(c.out, r.m.down, r.m.up)
	// The last sample of the next output is still to come.
	if !ok || c.n < 0 || c.out < 0 || c.whole+int64(r.table.half)+1 < c.n {
		return &checkpoint.Error{Magic: resamplerMagic, Err: checkpoint.ErrCorrupt}
	}
	*r = c
	return nil
}
