package features

import (
	"math"
	"slices"
)

// select.go: order statistics without sorting everything.

// bins holds positive values sorted by bins of equal width. One pass counts,
// one puts each value into its bin; a bin is sorted when it is asked for.
type bins struct {
	start  []int32 // of each bin in values
	values []float64
	scale  float64 // bins per unit
}

const binCount = 1024

// fill takes the values, 0 to top; with an infinite top, of any size.
func (b *bins) fill(x []float64, top float64) {
	if math.IsInf(top, 1) {
		bits := uint64(0) // of positive floats compare as they do, and quicker
		for _, v := range x {
			bits = max(bits, math.Float64bits(v))
		}
		top = math.Float64frombits(bits)
	}
	b.scale = 0
	if top > 0 && !math.IsInf(top, 0) {
		b.scale = (binCount - 1) / top
	}
	if math.IsInf(b.scale, 0) {
		b.scale = 0
	}
	b.start, b.values = sized(b.start, binCount+1), sized(b.values, len(x))
	clear(b.start)
	for _, v := range x {
		b.start[b.bin(v)+1]++
	}
	for i := range binCount {
		b.start[i+1] += b.start[i]
	}
	for _, v := range x {
		k := b.bin(v)
		b.values[b.start[k]] = v
		b.start[k]++
	}
	copy(b.start[1:], b.start) // each start has moved to the next
	b.start[0] = 0
}

func (b *bins) bin(v float64) int { return min(int(v*b.scale), binCount-1) }

// at returns the value of rank k.
func (b *bins) at(k int) float64 {
	i, found := slices.BinarySearch(b.start, int32(k))
	if !found {
		i--
	}
	for i+1 < binCount && b.start[i+1] == int32(k) { // empty bins begin there, too
		i++
	}
	in := b.values[b.start[i]:b.start[i+1]]
	slices.Sort(in)
	return in[k-int(b.start[i])]
}

// below counts the values below limit.
func (b *bins) below(limit float64) int {
	i := b.bin(limit)
	n := int(b.start[i])
	for _, v := range b.values[b.start[i]:b.start[i+1]] {
		if v < limit {
			n++
		}
	}
	return n
}

// order returns the value that sorting x would bring to place k. It reorders x
// (Hoare's selection; the pivot is the median of three).
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
