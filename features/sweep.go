package features

import (
	"math"
	"math/bits"
	"slices"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// sweep.go: the counts of neighbours.go for patterns of two and three values,
// the usual case, 64 patterns at a time.
//
// Values become ranks, so that "within r of x" is an interval of ranks.
// Patterns are bits, in the order of their first value: those whose first
// value is within r are a stretch of bits. A row of bits says which patterns
// have a second value below a limit; two rows differ in those between their
// limits. The same for the third value. There is a row for each 2^shift ranks:
// the nearest one is taken, and the few patterns between it and the true limit
// are looked at one by one. n patterns take about n²/64 steps of a word times
// the share of the patterns that are alike in the first value.

type sweep struct {
	order    []int32  // sample at each rank
	rank     []int32  // rank of each sample
	low, top []int32  // per sample: ranks within r of it are low <= rank < top
	second   []uint64 // row k: patterns whose second value has a rank below k<<shift
	third    []uint64
	bySecond []place // per rank of a pattern's second value: its other ranks
	byThird  []place
	pairs    []int32 // how many patterns of two have so many neighbours, themselves included
	triples  []int32 // of three
	keys     []uint64
	keys2    []uint64
	order2   []int32
}

// place is the rank of a pattern's first value, and that of its third or
// second. Where there is no such pattern both are out of every interval.
type place struct{ first, other int32 }

const nowhere = math.MaxInt32

// rowBytes is the memory that both sets of rows may take, as long as a row is
// not more than 128 ranks from the next: what a second-level cache holds.
const rowBytes = 1 << 20

// both returns ApEn and SampEn of x, len(x) >= 4, for patterns of two. sort
// must have seen x.
func (t *sweep) both(x []float64, r float64) (apEn, sampEn Index, a, b int64) {
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
	t.bySecond[t.rank[0]] = place{nowhere, nowhere} // the first value is no second one
	t.byThird[t.rank[0]], t.byThird[t.rank[1]] = place{nowhere, nowhere}, place{nowhere, nowhere}
	for i := range triples {
		p, q, u := t.rank[i], t.rank[i+1], t.rank[i+2]
		t.bySecond[q], t.byThird[u] = place{p, u}, place{p, q}
	}
	t.bySecond[t.rank[n-1]] = place{t.rank[n-2], nowhere}
	words := (n + 63) / 64
	shift := 0
	for shift < 7 && 16*words*(n>>shift) > rowBytes {
		shift++
	}
	t.second = fillRows(t.second, t.bySecond, words, shift)
	t.third = fillRows(t.third, t.byThird, words, shift)

	t.pairs, t.triples = sized(t.pairs, n), sized(t.triples, n)
	clear(t.pairs)
	clear(t.triples)
	var allPairs int64 // pairs alike among the first triples patterns, twice
	for _, i := range t.order {
		i := int(i)
		if i >= pairs {
			continue // no pattern begins with the last sample
		}
		low2, top2 := int32(0), int32(0)
		if i < triples {
			low2, top2 = t.low[i+2], t.top[i+2]
		}
		c, d := t.count(t.low[i], t.top[i], t.low[i+1], t.top[i+1], low2, top2, words, shift)
		t.pairs[c]++
		if i == triples {
			allPairs -= int64(c) - 1 // its neighbours have counted it once
			continue
		}
		allPairs += int64(c) - 1
		t.triples[d]++
		a += int64(d) - 1
	}
	a, b = a/2, allPairs/2
	return value(meanLog(t.pairs, pairs) - meanLog(t.triples, triples)), negLogRatio(a, b), a, b
}

// meanLog is the mean of ln(c/n) over n patterns, of which many[c] have c
// neighbours.
func meanLog(many []int32, n int) float64 {
	sum := 0.0
	for c, k := range many {
		if k > 0 {
			sum += float64(float64(k) * portable.Log(float64(c)/float64(n)))
		}
	}
	return sum / float64(n)
}

// fillRows makes the rows of the patterns at these places.
func fillRows(rows []uint64, at []place, words, shift int) []uint64 {
	rows = sized(rows, words*(len(at)>>shift+2))
	clear(rows[:words])
	for k := 0; (k+1)*words < len(rows); k++ {
		row := rows[(k+1)*words : (k+2)*words]
		copy(row, rows[k*words:])
		for _, v := range at[min(k<<shift, len(at)):min((k+1)<<shift, len(at))] {
			if v.first != nowhere {
				row[v.first>>6] |= 1 << (v.first & 63)
			}
		}
	}
	return rows
}

// count returns how many patterns of two, and of three, have the ranks of
// their values between low and top.
func (t *sweep) count(low0, top0, low1, top1, low2, top2 int32, words, shift int) (pairs, triples int32) {
	half := int32(1) << shift >> 1
	a1, b1, a2, b2 := (low1+half)>>shift, (top1+half)>>shift, (low2+half)>>shift, (top2+half)>>shift
	from, to := int(low0>>6), int((top0-1)>>6)
	row := func(rows []uint64, k int32) []uint64 {
		return rows[int(k)*words+from : int(k)*words+to+1]
	}
	s, u := row(t.second, a1), row(t.second, b1)
	v, w := row(t.third, a2), row(t.third, b2)
	u, v, w = u[:len(s)], v[:len(s)], w[:len(s)]
	// What the first and the last word hold outside of the stretch is counted
	// first and taken away.
	before, after := uint64(1)<<(low0&63)-1, ^uint64(0)<<((top0-1)&63)<<1
	last := len(s) - 1
	p, q := s[0]^u[0], s[last]^u[last]
	two := -bits.OnesCount64(p&before) - bits.OnesCount64(q&after)
	three := -bits.OnesCount64(p&(v[0]^w[0])&before) - bits.OnesCount64(q&(v[last]^w[last])&after)
	for k, bit := range s {
		bit ^= u[k]
		two += bits.OnesCount64(bit)
		three += bits.OnesCount64(bit & (v[k] ^ w[k]))
	}
	pairs, triples = int32(two), int32(three)
	if shift == 0 {
		return pairs, triples
	}
	// Between the row and the limit: too few or too many.
	n := int32(len(t.bySecond))
	a1, b1, a2, b2 = min(a1<<shift, n), min(b1<<shift, n), min(a2<<shift, n), min(b2<<shift, n)
	wide0, wide1, wide2 := uint32(top0-low0), uint32(b1-a1), uint32(top2-low2)
	c, d := strip(t.bySecond, low1, a1, low0, wide0, low2, wide2)
	e, f := strip(t.bySecond, b1, top1, low0, wide0, low2, wide2)
	_, g := strip(t.byThird, low2, a2, low0, wide0, a1, wide1)
	_, h := strip(t.byThird, b2, top2, low0, wide0, a1, wide1)
	return pairs + c + e, triples + d + f + g + h
}

// strip counts the places p[from:to] whose first rank is in its interval, and
// those in both intervals; with from > to, less than none. There is no branch:
// one bit in two is not to be predicted. In 64 bits a-b is negative when a < b.
func strip(p []place, from, to, first int32, firstWide uint32, other int32, otherWide uint32) (pairs, triples int32) {
	var c, d uint64
	for _, v := range p[min(from, to):max(from, to)] {
		in := uint64(uint32(v.first-first)) - uint64(firstWide)
		c += in >> 63
		d += (in & (uint64(uint32(v.other-other)) - uint64(otherWide))) >> 63
	}
	if from > to {
		return -int32(c), -int32(d)
	}
	return int32(c), int32(d)
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
