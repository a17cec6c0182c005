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
			i := int(seed>>8) % (len(rr) - embedding - lag + 1)
			sum := 0.0
			for j := i; j < i+embedding; j++ {
				e := rr[j] - rr[j+lag]
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
// of ten successive pairs of intervals, added neighbours first.
func (a *Analyzer) distances(rr []float64, limit float64) (k int) {
	// Of the squared differences: sums of 2 and of 4 from each place on.
	n := len(rr)
	a.x, a.y = sized(a.x, n), sized(a.y, n)
	two, four := a.x, a.y
	top := math.Float64bits(limit)
	d := a.pairs
	for lag := 1; lag <= n-embedding; lag++ {
		late := rr[lag:]
		early := rr[:len(late)]
		e := early[0] - late[0]
		before := float64(e * e)
		for j := 1; j < embedding-1; j++ {
			e := early[j] - late[j]
			q := float64(e * e)
			two[j-1] = before + q
			before = q
			if j >= 3 {
				four[j-3] = two[j-3] + two[j-1]
			}
		}
		early, late = early[embedding-1:], late[embedding-1:]
		for i := range early {
			e := early[i] - late[i]
			q := float64(e * e)
			last := before + q
			before = q
			two[i+8] = last
			four[i+6] = two[i+6] + last
			v := (four[i] + four[i+4]) + last
			// Positive floats compare as their bits do: kept without a branch.
			d[k] = v
			k += 1 - int((top-math.Float64bits(v))>>63)
		}
	}
	return k
}
