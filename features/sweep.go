package features

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// sweep.go: the counts of neighbours.go for patterns of two and three values,
// the usual case, in a time that does not depend on how many are alike:
// about n^1.5 simple steps.
//
// Values become ranks, so that "within r of x" is an interval of ranks. The
// patterns are visited in the order of their first value; those whose first
// value is within r form a window that moves forward only. Within the window,
// a Fenwick tree over the second value counts the patterns of two, a
// two-dimensional one over cells of the second and third value those of three.
// What lies in a cell that the limits cut is looked at one by one.

type sweep struct {
	order    []int32 // sample at each rank
	rank     []int32 // rank of each sample
	low, top []int32 // per sample: ranks within r of it are low <= rank < top
	line     []int32 // Fenwick tree over the rank of the second value
	cells    []int32 // the same over cells of the second and third
	bySecond []place // per rank of a pattern's second value: its other ranks
	byThird  []place
	keys     []uint64
	keys2    []uint64
	order2   []int32
}

// place is the rank of a pattern's first value, and that of its third or
// second. Where there is no such pattern both are out of every interval.
type place struct{ first, other int32 }

const nowhere = math.MaxInt32

// both returns ApEn and SampEn of x, len(x) >= 4, for patterns of two.
func (t *sweep) both(x []float64, r float64) (apEn, sampEn Index, a, b int64) {
	t.sort(x)
	n := len(x)
	t.low, t.top = sized(t.low, n), sized(t.top, n)
	lo, hi := 0, 0
	for _, i := range t.order {
		for x[i]-x[t.order[lo]] > r {
			lo++
		}
		for hi < n && x[t.order[hi]]-x[i] <= r {
			hi++
		}
		t.low[i], t.top[i] = int32(lo), int32(hi)
	}
	pairs, triples := n-1, n-2
	t.bySecond, t.byThird = sized(t.bySecond, n), sized(t.byThird, n)
	for i := range t.bySecond {
		t.bySecond[i], t.byThird[i] = place{nowhere, nowhere}, place{nowhere, nowhere}
	}
	for i := range triples {
		p, q, u := t.rank[i], t.rank[i+1], t.rank[i+2]
		t.bySecond[q], t.byThird[u] = place{p, u}, place{p, q}
	}
	// Cells of 2^shift ranks; side cells each way. The border costs 2 cells
	// per limit, the tree the square of log2(side): at 2^9 cells both are even
	// for a day of beats.
	shift := 3
	for n>>shift > 512 || n>>shift > 64 && 1<<(2*shift) < n/4 {
		shift++
	}
	side := n>>shift + 1
	t.line, t.cells = sized(t.line, n+1), sized(t.cells, (side+1)*(side+1))
	clear(t.line)
	clear(t.cells)

	var sumPairs, sumTriples float64 // of ln of the shares, for ApEn
	var allPairs int64               // pairs alike among the first triples patterns, twice
	var in, out int                  // ranks that have entered and left the window
	for _, i := range t.order {
		if int(i) >= pairs {
			continue // no pattern begins with the last sample
		}
		for ; in < int(t.top[i]); in++ {
			t.add(int(t.order[in]), 1, pairs, triples, shift, side)
		}
		for ; out < int(t.low[i]); out++ {
			t.add(int(t.order[out]), -1, pairs, triples, shift, side)
		}
		c := t.countLine(t.top[i+1]) - t.countLine(t.low[i+1])
		sumPairs += portable.Log(float64(c) / float64(pairs))
		if int(i) >= triples {
			allPairs -= int64(c) - 1 // its neighbours have counted it once
			continue
		}
		allPairs += int64(c) - 1
		d := t.countBox(int(i), shift, side)
		sumTriples += portable.Log(float64(d) / float64(triples))
		a += int64(d) - 1
	}
	a, b = a/2, allPairs/2
	return value(sumPairs/float64(pairs) - sumTriples/float64(triples)), negLogRatio(a, b), a, b
}

// add puts pattern i into the window (v 1) or takes it out (v -1).
func (t *sweep) add(i, v, pairs, triples, shift, side int) {
	if i >= pairs {
		return
	}
	for k := int(t.rank[i+1]) + 1; k < len(t.line); k += k & -k {
		t.line[k] += int32(v)
	}
	if i >= triples {
		return
	}
	third := int(t.rank[i+2])>>shift + 1
	for k := int(t.rank[i+1])>>shift + 1; k <= side; k += k & -k {
		row := t.cells[k*(side+1) : (k+1)*(side+1)]
		for l := third; l < len(row); l += l & -l {
			row[l] += int32(v)
		}
	}
}

// countLine counts the patterns in the window whose second rank is below k.
func (t *sweep) countLine(k int32) (c int32) {
	for ; k > 0; k &= k - 1 {
		c += t.line[k]
	}
	return c
}

// countBox counts the patterns of three like pattern i.
func (t *sweep) countBox(i, shift, side int) (c int32) {
	firstLow, firstWide := t.low[i], uint32(t.top[i]-t.low[i])
	low1, top1 := t.low[i+1], t.top[i+1]
	low2, top2 := t.low[i+2], t.top[i+2]
	// Whole cells inside the limits.
	size := int32(1) << shift
	a1, b1 := (low1+size-1)>>shift, top1>>shift
	a2, b2 := (low2+size-1)>>shift, top2>>shift
	if a1 >= b1 || a2 >= b2 {
		// No whole cell: every pattern in the narrower strip.
		if top1-low1 <= top2-low2 {
			return strip(t.bySecond[low1:top1], firstLow, firstWide, low2, uint32(top2-low2))
		}
		return strip(t.byThird[low2:top2], firstLow, firstWide, low1, uint32(top1-low1))
	}
	c = t.corner(b1, b2, side) - t.corner(a1, b2, side) - t.corner(b1, a2, side) + t.corner(a1, a2, side)
	// The four strips around them: below and above in the second value over
	// the full width of the third, then left and right between those.
	c += strip(t.bySecond[low1:a1<<shift], firstLow, firstWide, low2, uint32(top2-low2))
	c += strip(t.bySecond[b1<<shift:top1], firstLow, firstWide, low2, uint32(top2-low2))
	low1, top1 = a1<<shift, b1<<shift
	c += strip(t.byThird[low2:a2<<shift], firstLow, firstWide, low1, uint32(top1-low1))
	c += strip(t.byThird[b2<<shift:top2], firstLow, firstWide, low1, uint32(top1-low1))
	return c
}

// strip counts the places in both intervals of ranks, without a branch: one
// bit in two is not to be predicted. In 64 bits a-b is negative when a < b.
func strip(p []place, first int32, firstWide uint32, other int32, otherWide uint32) int32 {
	c := uint64(0)
	for _, v := range p {
		c += ((uint64(uint32(v.first-first)) - uint64(firstWide)) & (uint64(uint32(v.other-other)) - uint64(otherWide))) >> 63
	}
	return int32(c)
}

// corner counts the patterns in the window in the cells below k and l.
func (t *sweep) corner(k, l int32, side int) (c int32) {
	for ; k > 0; k &= k - 1 {
		row := t.cells[int(k)*(side+1):]
		for m := l; m > 0; m &= m - 1 {
			c += row[m]
		}
	}
	return c
}

// sort fills order and rank: by value, equal values by time. Radix sort on the
// bits of the values, made to rise with them.
func (t *sweep) sort(x []float64) {
	n := len(x)
	t.keys, t.keys2 = sized(t.keys, n), sized(t.keys2, n)
	t.order, t.order2, t.rank = sized(t.order, n), sized(t.order2, n), sized(t.rank, n)
	var differ uint64
	for i, v := range x {
		k := math.Float64bits(v + 0) // -0 becomes 0
		if k>>63 != 0 {
			k = ^k
		} else {
			k |= 1 << 63
		}
		t.keys[i], t.order[i] = k, int32(i)
		differ |= k ^ t.keys[0]
	}
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var start [257]int32
		for _, k := range t.keys {
			start[k>>shift&0xff+1]++
		}
		for i := range 256 {
			start[i+1] += start[i]
		}
		for i, k := range t.keys {
			d := k >> shift & 0xff
			t.keys2[start[d]], t.order2[start[d]] = k, t.order[i]
			start[d]++
		}
		t.keys, t.keys2 = t.keys2, t.keys
		t.order, t.order2 = t.order2, t.order
	}
	for k, i := range t.order {
		t.rank[i] = int32(k)
	}
}

// sized returns a slice of n elements, of s if it has room.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return slices.Grow(s[:0], n)[:n]
	}
	return s[:n]
}
