package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// What the classifier knows of the rhythm: the last 256 intervals and running
// statistics of them, all of the past only. Ratios of the interval at hand to
// these are the inputs, so that the heart rate itself does not matter.

const (
	beatShortest = 0.1 // s; shorter intervals count as this
	beatLongest  = 2.0 // s; and longer as this, the time that a beat waits
	beatRRFirst  = 0.8 // s, before any is known

	beatShort    = 0.86 // of the base: a short interval
	beatBaseSize = 24   // intervals that were not short
	beatRunMax   = 90   // short ones in a row: then they are the base
	beatJump     = 0.1  // of the median: a difference that is one
	beatBin      = 0.06 // of the median: bins of the histogram for the entropy
)

// beatRhythm holds intervals in s.
type beatRhythm struct {
	last     int64 // frame of the last beat
	lastFrac float64
	beats    int64
	rr0      float32 // the interval at hand
	rr       [256]float32
	n        int64 // of rr
	changes  [128]float32

	sorted16, sorted32, sorted128, sorted256 beatSorted
	change32, change128                      beatSorted // |difference of two| / median

	base  [beatBaseSize]float32
	baseN int64
	run   int32   // short intervals in a row
	start float32 // the first of them beside the base
	early uint32  // of the last 32 beats, newest in bit 0: RR below beatEarly of the median
	m32   float32 // medians at hand
	usual float32 // median of base
}

// beatSorted are the last values of a series in order.
type beatSorted struct {
	v [256]float32
	n int
}

// put adds a value; old leaves if the window holds size values.
func (s *beatSorted) put(v, old float32, size int) {
	if s.n == size {
		i := s.find(old)
		copy(s.v[i:], s.v[i+1:s.n])
		s.n--
	}
	i := s.find(v)
	copy(s.v[i+1:s.n+1], s.v[i:s.n])
	s.v[i] = v
	s.n++
}

// find is the number of values below v.
func (s *beatSorted) find(v float32) int {
	lo, n := 0, s.n
	for n > 0 {
		half := n >> 1
		if s.v[lo+half] < v {
			lo += half + 1
			n -= half + 1
		} else {
			n = half
		}
	}
	return lo
}

// quantile is the value below which a share q lies, otherwise when there is none.
func (s *beatSorted) quantile(q, otherwise float32) float32 {
	if s.n == 0 {
		return otherwise
	}
	return s.v[int(float32(q*float32(s.n-1))+0.5)]
}

func (r *beatRhythm) reset() { *r = beatRhythm{rr0: beatRRFirst, m32: beatRRFirst, usual: beatRRFirst} }

// interval takes note of a beat that came so many seconds after the last one.
func (r *beatRhythm) interval(seconds float64, b ecg.Beat) {
	if r.beats == 0 {
		seconds = beatRRFirst
	}
	r.rr0 = float32(min(beatLongest, max(beatShortest, seconds)))
	r.last, r.lastFrac = b.At, b.Frac
	r.beats++
}

// past is the interval i before the one at hand.
func (r *beatRhythm) past(i int64) float32 {
	if i > r.n || i > 256 {
		return r.m32
	}
	return r.rr[(r.n-i)&255]
}

func ratio32(a, b float32) float32 { return log32(a / b) }

// inputs are the rhythm's, of the interval at hand.
func (r *beatRhythm) inputs(x []float32) {
	rr := r.rr0
	n8 := min(r.n, 8)
	sum, square, top := float32(0), float32(0), float32(0)
	for i := int64(1); i <= n8; i++ {
		v := r.past(i)
		sum += v
		square += float32(v * v)
		top = max(top, v)
	}
	m8, sd := rr, float32(0)
	if n8 > 0 {
		m8 = sum / float32(n8)
		sd = sqrt32(max(0, square/float32(n8)-float32(m8*m8)))
	} else {
		top = rr
	}
	m32 := r.sorted32.quantile(0.5, rr)
	m128 := r.sorted128.quantile(0.5, rr)
	base := rr
	if r.baseN > 0 {
		base = r.usual
	}
	r.m32 = m32
	x[inRR32] = rr / m32
	x[inRR8] = ratio32(rr, m8)
	x[inRRMedian32] = ratio32(rr, m32)
	x[inRR128] = ratio32(rr, m128)
	x[inRRBase] = ratio32(rr, base)
	x[inRRBefore] = ratio32(rr, r.past(1))
	x[inBefore1] = ratio32(r.past(1), m32)
	x[inBefore2] = ratio32(r.past(2), m32)
	x[inBefore3] = ratio32(r.past(3), m32)
	x[inRank] = float32(r.sorted32.find(rr)) / float32(max(1, r.sorted32.n))
	x[inQ25of16] = ratio32(rr, r.sorted16.quantile(0.25, rr))
	x[inQ10of32] = ratio32(rr, r.sorted32.quantile(0.10, rr))
	x[inQ75of32] = ratio32(rr, r.sorted32.quantile(0.75, rr))
	x[inQ90of32] = ratio32(rr, r.sorted32.quantile(0.90, rr))
	x[inQ25of128] = ratio32(rr, r.sorted128.quantile(0.25, rr))
	x[inQ75of128] = ratio32(rr, r.sorted128.quantile(0.75, rr))
	x[inQ90of128] = ratio32(rr, r.sorted128.quantile(0.90, rr))
	x[inQ75of256] = ratio32(rr, r.sorted256.quantile(0.75, rr))
	x[inQ90of256] = ratio32(rr, r.sorted256.quantile(0.90, rr))
	run, start := float32(r.run), r.start
	if rr < float32(beatShort*base) {
		if run == 0 {
			start = rr / base
		}
		run++
	} else {
		run, start = 0, 1
	}
	x[inRun], x[inRunStart] = log32(1+run), start
	x[inIrregular8] = r.irregular(8)
	x[inIrregular32] = r.change32.quantile(0.5, 0)
	x[inIrregular128] = r.change128.quantile(0.5, 0)
	x[inRough12] = r.rough()
	x[inJumps32] = 0
	if c := &r.change32; c.n > 0 {
		x[inJumps32] = float32(c.n-c.find(beatJump)) / float32(c.n)
	}
	x[inEntropy] = r.entropy()
	x[inLogM32], x[inLogRR] = log32(m32), log32(rr)
	x[inEarly32] = float32(bits(r.early)) / 32
	x[inSpread8] = sd / m8
	x[inTop8] = ratio32(rr, top)
	x[inAlternate2], x[inAlternate3] = r.alternate(2), r.alternate(3)
	// What the next beat tells, until there is one.
	x[inNext], x[inNextRatio], x[inPair], x[inNextQ75], x[inNextM8], x[inRNext] = 0, 0, 0, 0, 0, 1
	x[inNextDoubt], x[inNextNormal], x[inNextCluster] = doubt(1), 1, 1
}

// nextInputs are those of the beat before, when the interval at hand follows it.
func (r *beatRhythm) nextInputs(x []float32) {
	next := r.rr0
	m32 := float32(portable.Exp(float64(x[inLogM32])))
	rr := float32(portable.Exp(float64(x[inLogRR])))
	x[inNext] = ratio32(next, m32)
	x[inNextRatio] = ratio32(next, rr)
	x[inPair] = (rr + next) / (2 * m32)
	x[inNextQ75] = x[inNext] - (x[inRRMedian32] - x[inQ75of32])
	m8 := x[inRRMedian32] - x[inRR8] // ln(m8/m32)
	x[inNextM8] = abs32(x[inNext] - m8)
}

// take makes the interval at hand part of the past.
func (r *beatRhythm) take(x []float32) {
	if r.beats < 2 {
		return
	}
	rr := r.rr0
	if r.n > 0 {
		change := abs32(rr-r.past(1)) / r.m32
		// A change is remembered beside the interval that made it.
		r.change32.put(change, r.changeAt(32), 32)
		r.change128.put(change, r.changeAt(128), 128)
		r.changes[(r.n-1)&127] = change
	}
	r.sorted16.put(rr, r.past(16), 16)
	r.sorted32.put(rr, r.past(32), 32)
	r.sorted128.put(rr, r.past(128), 128)
	r.sorted256.put(rr, r.past(256), 256)
	r.rr[r.n&255] = rr
	r.n++
	r.early <<= 1
	if x[inRR32] < beatEarly {
		r.early |= 1
	}
	short := r.baseN > 0 && rr < float32(beatShort*r.usual)
	if short {
		if r.run == 0 {
			r.start = rr / r.usual
		}
		r.run++
	} else {
		r.run = 0
	}
	if !short || r.run > beatRunMax {
		r.base[r.baseN%beatBaseSize] = rr
		r.baseN++
		r.usual = medianBase(r.base[:min(r.baseN, beatBaseSize)])
	}
}

func medianBase(v []float32) float32 {
	var s [beatBaseSize]float32
	n := copy(s[:], v)
	return smallest(s[:n], n/2)
}

// changeAt is the change that leaves a window of so many.
func (r *beatRhythm) changeAt(size int64) float32 { return r.changes[(r.n-1-size)&127] }

// irregular is the median change of the last n intervals.
func (r *beatRhythm) irregular(n int64) float32 {
	var v [8]float32
	n = min(n, r.n-1)
	if n <= 0 {
		return 0
	}
	for i := range n {
		v[i] = abs32(r.past(i+1)-r.past(i+2)) / r.m32
	}
	sortFloats(v[:n])
	return v[n/2]
}

// rough is the root mean square change of the last 12 intervals.
func (r *beatRhythm) rough() float32 {
	n := min(12, r.n-1)
	if n <= 0 {
		return 0
	}
	sum := float32(0)
	for i := range n {
		d := (r.past(i+1) - r.past(i+2)) / r.m32
		sum += float32(d * d)
	}
	return sqrt32(sum / float32(n))
}

// alternate compares the changes over lag intervals with those over one: low
// where every second, or third, is alike.
func (r *beatRhythm) alternate(lag int64) float32 {
	n := min(12, r.n-lag)
	if n <= 0 {
		return 0
	}
	a, b := float32(0), float32(0)
	for i := range n {
		a += abs32(r.past(i+1) - r.past(i+1+lag))
		b += abs32(r.past(i+1) - r.past(i+2))
	}
	return ratio32(a+float32(0.01*r.m32), b+float32(0.01*r.m32))
}

// entropy is that of the histogram of the last 32 intervals, in bits.
func (r *beatRhythm) entropy() float32 {
	n := min(32, r.n)
	if n == 0 {
		return 0
	}
	var bins [64]uint8
	for i := range n {
		k := int(r.past(i+1) / float32(beatBin*r.m32))
		bins[min(k, 63)]++
	}
	sum := float32(0)
	for _, c := range bins {
		sum += beatLogTable[c]
	}
	// -sum(p log p) with p = c/n.
	return (beatLogTable[n] - sum) / float32(n)
}

// beatLogTable is n log2 n.
var beatLogTable = func() (t [33]float32) {
	for n := 2; n <= 32; n++ {
		t[n] = float32(float64(n) * float64(log32(float32(n))) / math.Ln2)
	}
	return t
}()
