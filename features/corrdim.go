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
	// Squared distances along the diagonals: each is the sum of the squared
	// differences of ten successive pairs,
	// neighbours first.
	d := sized(a.pairs, n*(n-1)/2)[:0]
	sq := sized(a.x, len(rr))
	for lag := 1; lag < n; lag++ {
		s := sq[:len(rr)-lag]
		for i, v := range rr[lag:] {
			e := rr[i] - v
			s[i] = float64(e * e)
		}
		for i := range len(s) - 1 {
			s[i] += s[i+1]
		}
		at := len(d)
		d = d[:at+len(s)-embedding+1]
		for i := range d[at:] {
			d[at+i] = ((s[i] + s[i+2]) + (s[i+4] + s[i+6])) + s[i+8]
		}
	}
	a.pairs, a.x = d, sq

	// Only the lower tenth matters, and the next pair for the interpolation.
	near := a.lowest(d, min(int(0.1*float64(len(d)-1))+2, len(d)))
	at := func(p float64) float64 {
		h := float64(p * float64(len(d)-1))
		i := int(h)
		v := math.Sqrt(order(near, i))
		if i+1 >= len(near) {
			return v
		}
		return v + float64((h-float64(i))*(math.Sqrt(order(near, i+1))-v))
	}
	lo, hi := at(0.01), at(0.1)
	if lo == 0 || lo == hi {
		return none(NoVariance)
	}
	step := portable.Log(hi/lo) / (radii - 1)
	logR, logC := a.y[:0], a.rates[:0]
	var limit [radii]float64
	for k := range radii {
		r := lo * portable.Exp(float64(float64(k)*step))
		if k == radii-1 {
			r = hi
		}
		limit[k] = float64(r*tieMargin) * float64(r*tieMargin)
		logR = append(logR, portable.Log(r))
	}
	a.below = [radii]int{}
	for _, v := range near {
		k := radii
		for k > 0 && v < limit[k-1] {
			k--
		}
		if k < radii {
			a.below[k]++
		}
	}
	for k := range radii {
		if k > 0 {
			a.below[k] += a.below[k-1]
		}
		if a.below[k] == 0 {
			return none(NoMatch)
		}
		logC = append(logC, portable.Log(float64(a.below[k])/float64(len(d))))
	}
	a.y, a.rates = logR, logC
	return value(slope(logR, logC))
}

// lowest returns the k lowest values of x >= 0, in no order, and perhaps some
// of the next. The bits of such values rise with them: one pass counts by the
// exponent and four bits below it, one collects.
func (a *Analyzer) lowest(x []float64, k int) []float64 {
	const shift, bins = 48, 1 << 15
	a.tally = sized(a.tally, bins)
	clear(a.tally)
	for _, v := range x {
		a.tally[math.Float64bits(v)>>shift]++
	}
	total, last := 0, uint64(0)
	for i, c := range a.tally {
		if total += int(c); total >= k {
			last = uint64(i)
			break
		}
	}
	near := a.sorted[:0]
	for _, v := range x {
		if math.Float64bits(v)>>shift <= last {
			near = append(near, v)
		}
	}
	a.sorted = near
	return near
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
