package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// corrdim.go: correlation dimension, P. Grassberger and I. Procaccia, Physica D
// 9:189, 1983: the slope of ln C(r) on ln r, C(r) the share of the pairs of
// patterns closer than r. The radii are a convention: ten, in a geometric row
// from the 1st to the 10th percentile of the pair distances.

const (
	embedding = 10 // intervals per pattern, lag 1, Euclidean distance (as Kubios)
	radii     = 10

	// The first and the last radius often equal a distance, and RR on a grid of
	// samples has many pairs at that distance, which rounding would put on
	// either side. All of them count as not closer.
	tieMargin = 1 - 1e-12
)

// correlationDimension leaves the counts of pairs closer than each radius in
// a.below.
func (a *Analyzer) correlationDimension(rr []float64) Index {
	n := len(rr) - embedding + 1
	if n < 3 {
		return none(TooShort)
	}
	pairs := n * (n - 1) / 2
	// Only the lower tenth matters, and the next pair for the interpolation.
	// How far it reaches is guessed from a few pairs of each diagonal; a wrong
	// guess costs a second pass over all.
	need := min(int(0.1*float64(pairs-1))+2, pairs)
	a.pairs = sized(a.pairs, pairs+1)
	guess := math.Inf(1)
	if n > 128 {
		few := a.sample(rr)
		a.distance.fill(few, math.Inf(1))
		guess = a.distance.at(len(few) / 7)
	}
	k := a.distances(rr, guess)
	if k < need {
		guess = math.Inf(1)
		k = a.distances(rr, guess)
	}
	near := &a.distance
	near.fill(a.pairs[:k], guess)
	at := func(p float64) float64 {
		h := float64(p * float64(pairs-1))
		i := int(h)
		v := math.Sqrt(near.at(i))
		if i+1 >= pairs {
			return v
		}
		return v + float64((h-float64(i))*(math.Sqrt(near.at(i+1))-v))
	}
	lo, hi := at(0.01), at(0.1)
	if lo == 0 || lo == hi {
		return none(NoVariance)
	}
	step := portable.Log(hi/lo) / (radii - 1)
	logR, logC := a.y[:0], a.rates[:0]
	for k := range radii {
		r := lo * portable.Exp(float64(float64(k)*step))
		if k == radii-1 {
			r = hi
		}
		below := near.below(float64(r*tieMargin) * float64(r*tieMargin))
		if below == 0 {
			return none(NoMatch)
		}
		a.below[k] = below
		logR = append(logR, portable.Log(r))
		logC = append(logC, portable.Log(float64(below)/float64(pairs)))
	}
	a.y, a.rates = logR, logC
	return value(slope(logR, logC))
}

// sample returns the squared distances of four pairs of each diagonal, at
// places of a congruential generator, so that no rhythm of the heart beats with
// the choice.
func (a *Analyzer) sample(rr []float64) []float64 {
	few := a.rates[:0]
	seed := uint32(1)
	for lag := 1; lag <= len(rr)-embedding; lag++ {
		for range 4 {
			seed = seed*1664525 + 1013904223
			i := int(uint64(seed) * uint64(len(rr)-embedding-lag+1) >> 32)
			early, late := (*[embedding]float64)(rr[i:]), (*[embedding]float64)(rr[i+lag:])
			sum := 0.0
			for j, v := range early {
				e := v - late[j]
				sum += float64(e * e)
			}
			few = append(few, sum)
		}
	}
	a.rates = few
	return few
}

// distances fills a.pairs with the squared distances of all pairs that are at
// most limit, and returns how many. Each is the sum of the squared differences
// of ten successive pairs of intervals: the end of one block of ten and the
// beginning of the next, so that each takes three additions.
func (a *Analyzer) distances(rr []float64, limit float64) (k int) {
	top := math.Float64bits(limit)
	d := a.pairs
	for lag := 1; lag <= len(rr)-embedding; lag++ {
		late := rr[lag:]
		early := rr[:len(late)]
		// ends[j] is the sum of the block before from j on. Before the first
		// block there is none, and NaN is above any limit.
		var ends [embedding + 1]float64
		for j := range embedding {
			ends[j] = math.NaN()
		}
		for len(early) >= embedding {
			x, y := (*[embedding]float64)(early), (*[embedding]float64)(late)
			early, late = early[embedding:], late[embedding:]
			var q [embedding]float64
			sum := 0.0
			for j := range embedding {
				e := x[j] - y[j]
				q[j] = float64(e * e)
				sum += q[j]
				v := ends[j+1] + sum
				// Positive floats compare as their bits do: kept without a branch.
				d[k] = v
				k += 1 - int((top-math.Float64bits(v))>>63)
			}
			sum = 0
			for j := embedding - 1; j > 0; j-- {
				sum += q[j]
				ends[j] = sum
			}
		}
		sum := 0.0
		for j, v := range early {
			e := v - late[j]
			sum += float64(e * e)
			v := ends[j+1] + sum
			d[k] = v
			k += 1 - int((top-math.Float64bits(v))>>63)
		}
	}
	return k
}
