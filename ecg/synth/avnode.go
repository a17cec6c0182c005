package synth

import (
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// avNode is the conduction of atrial fibrillation to the ventricles (Corino,
// Sandberg, Mainardi, Sornmo, An atrioventricular node model for analysis of the
// ventricular response during atrial fibrillation, IEEE Trans. Biomed. Eng.
// 58:3386-3395, 2011): atrial impulses arrive at random (Poisson); after a beat
// none is conducted for the refractory time of one of two pathways, then each is
// with a probability that grows from 0 to 1 within the prolongation.
type avNode struct {
	fast, slow   float64 // s, refractory times
	prolongation float64 // s
}

const (
	impulseRate = 8.0 // 1/s; 5 to 8 in the paper
	fastShare   = 0.6 // probability of the pathway with the short refractory time
)

// newAVNode has the paper's example (0.25, 0.4 and 0.2 s), stretched so that
// the mean interval is the given one.
func newAVNode(mean float64) avNode {
	stretched := func(q float64) avNode { return avNode{0.25 * q, 0.4 * q, 0.2 * q} }
	lo, hi := 0.0, 10.0
	for range 50 { // to the last bit, nearly
		q := (lo + hi) / 2
		if stretched(q).mean() < mean {
			lo = q
		} else {
			hi = q
		}
	}
	return stretched((lo + hi) / 2)
}

// mean interval: the refractory time and the integral of the probability that
// nothing was conducted after it, exp(-rate t^2/(2 prolongation)) first (by
// Simpson's rule), exp(-rate t) then.
func (n avNode) mean() float64 {
	const parts = 32
	sum, h := 0.0, n.prolongation/parts
	at := func(i int) float64 {
		t := float64(i) * h
		if n.prolongation == 0 {
			return 1
		}
		return portable.Exp(float64(-impulseRate*t) * t / (2 * n.prolongation))
	}
	for i := 0; i < parts; i += 2 {
		sum += at(i) + float64(4*at(i+1)) + at(i+2)
	}
	return float64(fastShare*n.fast) + float64((1-fastShare)*n.slow) + float64(sum*h)/3 + at(parts)/impulseRate
}

// interval draws the time from one beat to the next.
func (n avNode) interval(random *rand.PCG) float64 {
	refractory := n.slow
	if uniform(random) < fastShare {
		refractory = n.fast
	}
	for t := 0.0; ; {
		t += exponential(random) / impulseRate
		if float64(uniform(random)*n.prolongation) < t {
			return refractory + t
		}
	}
}

// uniform draws from [0, 1).
func uniform(random *rand.PCG) float64 { return float64(random.Uint64()>>11) / (1 << 53) }

// exponential draws from the exponential distribution of mean 1.
func exponential(random *rand.PCG) float64 { return -portable.Log(1 - uniform(random)) }
