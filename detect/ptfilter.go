package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The filters of Pan and Tompkins (IEEE Trans. Biomed. Eng. 32:230, 1985) at
// 200 Hz, and the same structure, scaled in time, at any other rate:
//
//	low-pass    u = (1 - z^-L)^2 / (1 - z^-1)^2 / L^2       L = 6 at 200 Hz
//	high-pass   f = z^-(H/2) u - (1 - z^-H) / (1 - z^-1) u / H    H = 32
//	derivative  d = (2 + z^-k - z^-3k - 2 z^-4k) f / 8          k = 1
//	squaring, moving mean                                      N = 30
//
// The printed high-pass of the paper, (-1 + 32 z^-16 + z^-32)/(1 + z^-1), can't
// be meant: its denominator is that of an alternating sum. The form above is
// the all-pass minus low-pass that the paper's text describes.
//
// Both recursions are running sums; they run in integers, so that they are
// exact and never drift. The input is rounded to 2^-24 mV (60 pV) and the
// widest sum needs 33 + 2 log2(L) + log2(H) <= 52 bits at 1000 Hz.
type ptFilter struct {
	l, h, k, n int // window lengths in samples

	u1, u2  int64   // the last two low-pass outputs, times L^2
	hpSum   int64   // sum of the last H low-pass outputs
	x       []int64 // ring of the last 2L inputs
	u       []int64 // ring of the last H low-pass outputs
	f       []float64
	sq      []float64 // ring of the last N squared slopes, mV^2
	ix, iu  int
	jf, isq int
	sum     float64 // of sq
	scale   float64 // mV per unit of the band-passed integer
	invN    float64
}

// Time windows of the filters. The 200 Hz values of the paper follow from them.
const (
	ptLowPass    = 30 * time.Millisecond  // L: 6 samples at 200 Hz
	ptHighPass   = 160 * time.Millisecond // H: 32 samples
	ptDerivative = 5 * time.Millisecond   // k: 1 sample
	ptIntegrator = 150 * time.Millisecond // N: 30 samples
)

// ptQuantum is the unit of the integer arithmetic in 1/mV.
const ptQuantum = 1 << 24

// ptRange is the largest magnitude in mV that is taken for a sample: above the
// 300 mV electrode offset of IEC 60601-2-27, far above any heart.
const ptRange = 512

func newPTFilter(rate float64) ptFilter {
	n := func(d time.Duration) int { return max(1, int(samples(d, rate))) }
	p := ptFilter{l: n(ptLowPass), h: n(ptHighPass), k: n(ptDerivative), n: n(ptIntegrator)}
	p.h += p.h % 2 // the tap H/2 is a whole sample
	p.x = make([]int64, 2*p.l)
	p.u = make([]int64, p.h)
	p.f = make([]float64, 4*p.k)
	p.sq = make([]float64, p.n)
	p.scale = 1 / (float64(p.l) * float64(p.l) * float64(p.h) * ptQuantum)
	p.invN = 1 / float64(p.n)
	return p
}

// samples converts a duration to whole samples, half away from zero.
func samples(d time.Duration, rate float64) int64 {
	return int64(math.Round(float64(d) * rate / float64(time.Second)))
}

// bandPassDelay is the delay of the band-passed signal in samples: L-1 of the
// low-pass, H/2 of the high-pass.
func (p *ptFilter) bandPassDelay() int { return p.l - 1 + p.h/2 }

// step takes one input in units of 1/ptQuantum mV and returns the band-passed
// signal in mV, its slope in mV per step, and the integrated squared slope.
func (p *ptFilter) step(x int64) (band, slope, integral float64) {
	u := 2*p.u1 - p.u2 + x - 2*p.x[p.mid()] + p.x[p.ix]
	p.u1, p.u2 = u, p.u1
	p.x[p.ix] = x
	if p.ix++; p.ix == len(p.x) {
		p.ix = 0
	}

	half := p.iu + p.h/2
	if half >= p.h {
		half -= p.h
	}
	mid := p.u[half]
	p.hpSum += u - p.u[p.iu]
	p.u[p.iu] = u
	if p.iu++; p.iu == p.h {
		p.iu = 0
	}
	band = float64(int64(p.h)*mid-p.hpSum) * p.scale

	// The derivative over the ring of the last 4k band-passed values.
	k := p.k
	at := func(back int) float64 {
		i := p.jf - back
		if i < 0 {
			i += len(p.f)
		}
		return p.f[i]
	}
	slope = (float64(2*band) + at(k) - at(3*k) - float64(2*p.f[p.jf])) / 8
	p.f[p.jf] = band
	if p.jf++; p.jf == len(p.f) {
		p.jf = 0
	}

	sq := float64(slope * slope) // float64(): no fused product, the same bits everywhere
	p.sum += sq - p.sq[p.isq]
	p.sq[p.isq] = sq
	if p.isq++; p.isq == p.n {
		p.isq = 0
		p.sum = 0 // recomputed once a turn: a running sum of floats drifts
		for _, v := range p.sq {
			p.sum += v
		}
	}
	return band, slope, max(0, p.sum*p.invN)
}

// mid is the place of the input of L samples ago.
func (p *ptFilter) mid() int {
	i := p.ix + p.l
	if i >= len(p.x) {
		i -= len(p.x)
	}
	return i
}

// reset empties the filters, as if the input had always been 0.
func (p *ptFilter) reset() {
	p.u1, p.u2, p.hpSum, p.sum = 0, 0, 0, 0
	p.ix, p.iu, p.jf, p.isq = 0, 0, 0, 0
	clear(p.x)
	clear(p.u)
	clear(p.f)
	clear(p.sq)
}

func (p *ptFilter) encode(e *checkpoint.Encoder) {
	for _, v := range []int64{p.u1, p.u2, p.hpSum, int64(p.ix), int64(p.iu), int64(p.jf), int64(p.isq)} {
		e.Int(v)
	}
	e.Float(p.sum)
	e.Ints(p.x)
	e.Ints(p.u)
	e.Floats(p.f)
	e.Floats(p.sq)
}

// decode fills a filter made for the same rate.
func (p *ptFilter) decode(d *checkpoint.Decoder) {
	p.u1, p.u2, p.hpSum = d.Int(), d.Int(), d.Int()
	p.ix, p.iu = d.IntIn(0, len(p.x)-1), d.IntIn(0, len(p.u)-1)
	p.jf, p.isq = d.IntIn(0, len(p.f)-1), d.IntIn(0, len(p.sq)-1)
	p.sum = d.Float()
	d.Ints(p.x)
	d.Ints(p.u)
	d.Floats(p.f)
	d.Floats(p.sq)
}
