package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// AFSeries turns beats into what the models of AFDetector look at: how irregular
// the last 16, 32, 64 and 128 intervals are, each described by the means of 17
// numbers per interval. With x = ln RR (so that nothing depends on the rate) and
// d_k = min(|x_i - x_(i-k)|, 0.5), these are:
//
//	d1 d2 d3 v6   d_1, d_2, d_3, d_6
//	nn1 nn2       the least of d_1 to d_8; of max(d_k, d_k of the interval before): has this (pair) been seen just now?
//	dmed xmed     change of the running median of five; distance from it: what single premature beats do not move
//	tp            a turning point
//	ac            product of successive differences, over the mean square of one
//	m1 m2 se      share of the last 12 within 5 %; of pairs; their ratio, which is sample entropy
//	sh            entropy of the histogram of differences
//	x             the logarithm of the interval itself
//	d1x           d_1 without short-long pairs that compensate, as premature beats make them
//	big           a difference of 12 % while the last but one is alike
//
// The statistics are textbook ones (sample entropy: J. S. Richman and J. R.
// Moorman, Am. J. Physiol. Heart 278:H2039-H2049, 2000; turning points, entropy
// and successive differences of RR: S. Dash et al., Ann. Biomed. Eng.
// 37:1701-1709, 2009); what they mean together is learned. No plane of
// differences is divided into cells.
//
// With classes the time over ventricular beats counts as one interval, or as
// equal parts of it, whichever is nearest to the intervals before.
type AFSeries struct {
	rate    float64 // Hz
	classes bool
	s       afSeriesState
}

const (
	afRing   = 128 // intervals of the longest horizon
	afKept   = 256 // that are kept: AFDetector looks back to what was known then
	afLags   = 14  // intervals that one looks back
	afBins   = 16  // of the histogram of differences, 0.05 wide around 0
	afSet    = 17  // numbers per horizon
	afScale  = 1 << 20
	afInputs = len(afHorizons) * afSet

	// AFInputs and AFCentredInputs are the numbers of inputs of the two models:
	// the second one has no use for the longest horizon.
	AFInputs        = afInputs
	AFCentredInputs = afInputs - afSet
)

var afHorizons = [...]int{16, 32, 64, afRing}

// Primitives of one interval, in the order in which they are stored.
const (
	afD1 = iota
	afD2
	afD3
	afV6
	afNN1
	afNN2
	afDMed
	afXMed
	afD1X
	afTP
	afAC
	afM1
	afM2
	afX
	afBig
	afSquare // d_1 squared
	afComp   // premature beat and compensation: d1x leaves it out
	afPrimitives
)

type afSeriesState struct {
	started bool
	last    int64 // the last beat, or the last one that is not ventricular
	frac    float64
	skipped int // ventricular beats since

	n    int64           // intervals
	x    [afLags]float64 // newest first
	med  float64         // running median of five
	comp bool            // of the interval before
	ring [afKept][afPrimitives]int32
	bins [afKept]uint8
	now  afWindow
}

// afWindow are sums over the intervals of each horizon, integers so that they
// never drift.
type afWindow struct {
	sums  [len(afHorizons)][afPrimitives]int64
	shape [len(afHorizons)][afBins]int32
}

// NewAFSeries returns an empty series of beats at this rate (Hz), of which the
// classes mean something or not.
func NewAFSeries(rate float64, classes bool) *AFSeries {
	return &AFSeries{rate: rate, classes: classes}
}

// Push takes a beat and reports whether it ends an interval.
func (a *AFSeries) Push(b ecg.Beat) bool {
	s := &a.s
	if a.classes && (b.Class == ecg.Ventricular || b.Class == ecg.Fusion) {
		if s.started {
			s.skipped++
		}
		return false
	}
	if !s.started {
		s.started, s.last, s.frac = true, b.At, b.Frac
		return false
	}
	rr := (float64(b.At-s.last) + (b.Frac - s.frac)) / a.rate
	over := s.skipped
	s.last, s.frac, s.skipped = b.At, b.Frac, 0
	if over > 0 {
		var ok bool
		if rr, ok = s.divide(rr, over); !ok {
			return false
		}
	}
	s.interval(rr)
	return true
}

// divide makes one interval of the time over some ventricular beats: the part of
// it that is nearest to the median of the last eight.
func (s *afSeriesState) divide(rr float64, over int) (float64, bool) {
	n := int(min(s.n, 8))
	if n == 0 {
		return rr / float64(over+1), true
	}
	var sorted [8]float64
	copy(sorted[:], s.x[:n])
	usual := middle(sorted[:n])
	best, distance := 0.0, math.Inf(1)
	for k := 1; k <= over+1; k++ {
		part := rr / float64(k)
		if d := math.Abs(portable.Log(part) - usual); d < distance {
			best, distance = part, d
		}
	}
	// Over a run there may be no part of it that could be an interval: ln 1.25.
	return best, over < 2 || distance < 0.2231
}

// middle sorts a few values and returns the one in the middle.
func middle(v []float64) float64 {
	for i := 1; i < len(v); i++ {
		for k := i; k > 0 && v[k-1] > v[k]; k-- {
			v[k-1], v[k] = v[k], v[k-1]
		}
	}
	return v[len(v)/2]
}

// Limits of an interval: faster or slower is not told apart.
const afShortest, afLongest = 0.2, 2.5 // s

// interval adds one.
func (s *afSeriesState) interval(rr float64) {
	x := portable.Log(min(max(rr, afShortest), afLongest))
	copy(s.x[1:], s.x[:afLags-1])
	s.x[0] = x
	s.n++
	have := int(min(s.n, afLags)) // intervals in s.x
	var p [afPrimitives]float64
	bin := uint8(afBins / 2)
	p[afX] = x
	med := x
	if have >= 5 {
		five := [5]float64(s.x[:5])
		med = middle(five[:])
	}
	if have > 1 {
		s.differences(&p, have)
		if s.n > 5 {
			p[afDMed] = min(math.Abs(med-s.med), 0.5)
			p[afXMed] = min(math.Abs(s.x[2]-med), 0.5)
		}
		bin = uint8(min(max(math.Floor((s.x[0]-s.x[1])*20)+afBins/2, 0), afBins-1))
	}
	s.med = med
	s.store(&p, bin)
}

// differences fills in what needs an interval before.
func (s *afSeriesState) differences(p *[afPrimitives]float64, have int) {
	x := &s.x
	lag := func(k int) float64 { return min(math.Abs(x[0]-x[min(k, have-1)]), 0.5) }
	d1 := lag(1)
	p[afD1], p[afD2], p[afD3], p[afV6] = d1, lag(2), lag(3), lag(6)
	p[afSquare] = float64(d1 * d1)
	// Of numbers without their sign the bits are in the order of the numbers, and
	// integers are compared without branches.
	half, close := bitsOf(0.5), bitsOf(0.05)
	nn1, nn2 := half, half
	alike, pairs := uint64(0), uint64(0)
	for k := 1; k < have && k <= 12; k++ {
		a, b := bitsOf(x[0]-x[k]), half
		if k+1 < have {
			b = bitsOf(x[1] - x[k+1])
		}
		both := max(a, b)
		if k <= 8 {
			nn1, nn2 = min(nn1, a), min(nn2, both)
		}
		alike += (a - close) >> 63 // 1 if a is the smaller one
		pairs += (both - close) >> 63
	}
	p[afNN1], p[afNN2] = math.Float64frombits(nn1), math.Float64frombits(nn2)
	lags := float64(min(have-1, 12))
	p[afM1], p[afM2] = float64(alike)/lags, float64(pairs)/lags
	comp := false
	if have > 2 {
		dx, before := x[0]-x[1], x[1]-x[2]
		if float64(dx*before) < 0 {
			p[afTP] = 1
		}
		p[afAC] = float64(clip64(dx, 0.5) * clip64(before, 0.5))
		if d1 > 0.12 && math.Abs(x[0]-x[2]) < 0.06 {
			p[afBig] = 1
		}
		if before < -0.10 && dx > 0.15 { // short, then long
			sum := portable.Log((portable.Exp(x[0]) + portable.Exp(x[1])) / 2)
			comp = math.Abs(sum-x[2]) < 0.06 || math.Abs(sum+math.Ln2-x[2]) < 0.06 || math.Abs(x[0]-x[2]) < 0.05
		}
	}
	p[afD1X] = d1
	if comp || s.comp {
		p[afD1X], p[afComp] = 0, 1
	}
	s.comp = comp
}

// bitsOf are the bits of the magnitude of v.
func bitsOf(v float64) uint64 { return math.Float64bits(v) &^ (1 << 63) }

func clip64(v, limit float64) float64 { return min(max(v, -limit), limit) }

// store puts an interval into the ring and the sums.
func (s *afSeriesState) store(p *[afPrimitives]float64, bin uint8) {
	i := (s.n - 1) % afKept
	for k, v := range p {
		s.ring[i][k] = int32(v * afScale)
	}
	s.bins[i] = bin
	s.now.advance(s, s.n, len(afHorizons))
}

// advance takes the nth interval into the first horizons.
func (w *afWindow) advance(s *afSeriesState, n int64, horizons int) {
	i := (n - 1) % afKept
	in := &s.ring[i]
	for h := range horizons {
		sums, shape := &w.sums[h], &w.shape[h]
		shape[s.bins[i]]++
		length := int64(afHorizons[h])
		if n <= length {
			for j := range sums {
				sums[j] += int64(in[j])
			}
			continue
		}
		k := (n - 1 - length) % afKept
		out := &s.ring[k]
		for j := range sums {
			sums[j] += int64(in[j]) - int64(out[j])
		}
		shape[s.bins[k]]--
	}
}

// upTo is the window of the first horizons as it was after n intervals; as many
// as the longest of these must still have been kept then.
func (s *afSeriesState) upTo(n int64, horizons int) (w afWindow) {
	for h := range horizons {
		for k := max(0, n-int64(afHorizons[h])); k < n; k++ {
			i := k % afKept
			for j := range w.sums[h] {
				w.sums[h][j] += int64(s.ring[i][j])
			}
			w.shape[h][s.bins[i]]++
		}
	}
	return w
}

// Inputs appends the inputs of the models, those of the shortest horizon first.
func (a *AFSeries) Inputs(dst []float32) []float32 {
	for h := range afHorizons {
		dst = a.s.now.inputs(dst, a.s.n, h)
	}
	return dst
}

// inputs appends those of one horizon, after so many intervals.
func (w *afWindow) inputs(dst []float32, intervals int64, h int) []float32 {
	n := float64(max(1, min(intervals, int64(afHorizons[h]))))
	mean := func(i int) float64 { return float64(w.sums[h][i]) / (afScale * n) }
	log := func(i int) float32 { return roundedLog(mean(i) + 0.003) }
	m1, m2 := mean(afM1), mean(afM2)
	clear := float64(w.sums[h][afD1X]) / (afScale * max(n-float64(w.sums[h][afComp])/afScale, 1))
	return append(dst,
		log(afD1), log(afD2), log(afD3), log(afV6), log(afNN1), log(afNN2), log(afDMed), log(afXMed),
		float32(mean(afTP)), float32(mean(afAC)/(mean(afSquare)+1e-4)), float32(m1), float32(m2),
		roundedLog((m1+0.01)/(m2+0.01)), float32(w.entropy(h, n)), float32(mean(afX)),
		roundedLog(clear+0.003), float32(mean(afBig)))
}

// entropy of the histogram of a horizon, from counts c: ln n - sum c ln c / n.
func (w *afWindow) entropy(h int, n float64) float64 {
	sum := 0.0
	for _, c := range w.shape[h] {
		sum += countLogs[c]
	}
	return countLogs[int(n)]/n - sum/n
}

// countLogs has c ln c.
var countLogs = func() (t [afRing + 1]float64) {
	for c := 2; c < len(t); c++ {
		t[c] = float64(c) * portable.Log(float64(c))
	}
	return t
}()
