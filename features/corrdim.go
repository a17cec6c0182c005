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
	// How far it reaches is guessed from some diagonals; a wrong guess costs a
	// second pass over all.
	need := min(int(0.1*float64(pairs-1))+2, pairs)
	a.pairs = sized(a.pairs, pairs+1)
	guess := math.Inf(1)
	const sparse = 16
	if n > 8*sparse {
		k := a.distances(rr, sparse/2, sparse, guess)
		guess = order(a.pairs[:k], k/8)
	}
	k := a.distances(rr, 1, 1, guess)
	if k < need {
		k = a.distances(rr, 1, 1, math.Inf(1))
	}
	near := a.pairs[:k]
	at := func(p float64) float64 {
		h := float64(p * float64(pairs-1))
		i := int(h)
		v := math.Sqrt(order(near, i))
		if i+1 >= len(near) {
			return v
		}
		next := near[i+1]
		for _, u := range near[i+1:] { // order leaves the higher ones there
			next = min(next, u)
		}
		return v + float64((h-float64(i))*(math.Sqrt(next)-v))
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
		// Squares of positive floats compare as their bits do.
		limit := math.Float64bits(float64(r*tieMargin) * float64(r*tieMargin))
		below := uint64(0)
		for _, v := range near {
			below += (math.Float64bits(v) - limit) >> 63
		}
		if below == 0 {
			return none(NoMatch)
		}
		a.below[k] = int(below)
		logR = append(logR, portable.Log(r))
		logC = append(logC, portable.Log(float64(below)/float64(pairs)))
	}
	a.y, a.rates = logR, logC
	return value(slope(logR, logC))
}

// distances fills a.pairs with the squared distances along the diagonals
// first, first + every, ... that are at most limit, and returns how many. Each
// is the sum of the squared differences of ten successive pairs, added
// neighbours first.
func (a *Analyzer) distances(rr []float64, first, every int, limit float64) (k int) {
	sq := sized(a.x, len(rr))
	top := math.Float64bits(limit)
	d := a.pairs
	for lag := first; lag <= len(rr)-embedding; lag += every {
		s := sq[:len(rr)-lag]
		for i, v := range rr[lag:] {
			e := rr[i] - v
			s[i] = float64(e * e)
		}
		for i := range len(s) - 1 {
			s[i] += s[i+1]
		}
		for i := range len(s) - embedding + 1 {
			t := s[i : i+9]
			v := ((t[0] + t[2]) + (t[4] + t[6])) + t[8]
			d[k] = v
			k += 1 - int((top-math.Float64bits(v))>>63)
		}
	}
	a.x = sq
	return k
}

// order returns the value that sorting x would bring to place k. It reorders x.
func order(x []float64, k int) float64 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		p, q, u := x[lo], x[(lo+hi)/2], x[hi]
		pivot := max(min(p, q), min(max(p, q), u))
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			lo = hi
		}
	}
	return x[k]
}
