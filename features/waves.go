package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// waves.go: where the waves of one beat begin and end, from the slope of the
// signal: its convolution with the derivative of a Gaussian, which is smooth
// and free of baseline. Constants in ms were chosen on the 27 records of the
// QT Database in the shared folder; qtdb_test.go prints what they give.

const (
	qrsSigma  = 5.0 // ms, Gaussian of the slope for the QRS: passes 30 Hz, 0.3 of 50 Hz
	waveSigma = 20.0
	levelSD   = 10.0 // ms, Gaussian of the levels of P and T

	// QRS, in parts of the steepest slope within 100 ms of the R peak.
	firstSlope = 0.2  // the first slope of the QRS is the first extremum of at least this, from 120 ms before R
	lastSlope  = 0.12 // the last one, to 150 ms after R
	qrsEdge    = 0.1  // the QRS ends where the slope falls below this part of its first or last one
	qrsNoise   = 5    // or below so many quartiles of the slope before the QRS
	valley     = 0.3  // or where it rises again, below this part

	// Readers put the onset before, and the end after, the slope that a
	// threshold finds.
	onsetLead = 8.0 // ms
	offsetLag = -4.0

	// T wave.
	tAfter    = 40.0  // ms after the QRS
	tPart     = 0.65  // of the interval to the next beat, to here
	tLatest   = 600.0 // ms after R, to here at most
	tLeast    = 0.5   // of the interval to the next beat: T is looked for to here, P wave or not
	tSlope    = 0.4   // of the steepest slope in the window: what counts as a side of T
	tSecond   = 0.6   // a following opposite slope of this part belongs to T (biphasic)
	tReach    = 120.0 // ms, if it comes within
	trapezium = 110.0 // ms from the steepest slope to the far corner
	tWeak     = 0.01  // of the QRS slope: no T wave below

	// P wave.
	pBefore = 280.0 // ms before the QRS onset, from here
	pAfter  = 16.0  // ms before the onset, to here
	pShare  = 0.4   // at most this part of the interval from the beat before
	pHalf   = 80.0  // ms from the begin of a P wave to its peak: P lasts up to 160 ms
)

// kernels are the filters at one rate, and the scratch of one beat.
type kernels struct {
	rate                 float64 // Hz
	slopeQRS, slopeWave  []float64
	level                []float64
	s, y, x              []float64
	sorted               []float64
	before, after, reach int // samples of a window before and after R; reach of the widest kernel
}

func newKernels(rate float64) kernels {
	k := kernels{rate: rate}
	k.slopeQRS = gaussian(qrsSigma*rate/1000, true)
	k.slopeWave = gaussian(waveSigma*rate/1000, true)
	k.level = gaussian(levelSD*rate/1000, false)
	k.before, k.after, k.reach = k.ms(600), k.ms(900), len(k.slopeWave)/2
	n := k.before + k.after + 1
	k.x, k.s, k.y = make([]float64, n), make([]float64, n), make([]float64, n)
	k.sorted = make([]float64, 0, n)
	return k
}

func (k *kernels) ms(v float64) int { return int(math.Round(v * k.rate / 1000)) }

// gaussian returns the samples of a Gaussian of sd samples, of sum 1, or of its
// derivative, that of a line of slope 1 per sample being 1.
func gaussian(sd float64, derivative bool) []float64 {
	sd = max(sd, 0.5)
	n := int(math.Ceil(3 * sd))
	g := make([]float64, 2*n+1)
	sum := 0.0
	for i := -n; i <= n; i++ {
		v := portable.Exp(-float64(i*i) / (2 * sd * sd))
		w := v
		if derivative {
			v *= float64(i)
			w = v * float64(i)
		}
		g[i+n] = v
		sum += w
	}
	for i := range g {
		g[i] /= sum
	}
	return g
}

// filter fills y[from:to+1] with the convolution of x and g. What the kernel
// misses beyond the ends of x is the value there.
func filter(y, x, g []float64, from, to int) {
	n := len(g) / 2
	for i := from; i <= to; i++ {
		s := 0.0
		if i >= n && i+n < len(x) {
			for j, v := range x[i-n : i+n+1] {
				s += float64(v * g[j])
			}
		} else {
			for j, c := range g {
				s += float64(x[min(max(i+j-n, 0), len(x)-1)] * c)
			}
		}
		y[i] = s
	}
}

// qrs finds onset and offset of the QRS at r in k.x, and the steepest slope in
// mV per sample. ok is false where there is no slope. k.s holds the slope.
func (k *kernels) qrs(r int) (onset, offset int, steepest float64, ok bool) {
	s := k.s
	filter(s, k.x, k.slopeQRS, r-k.ms(300), r+k.ms(300))
	abs := func(i int) float64 { return math.Abs(s[i]) }
	for i := r - k.ms(100); i <= r+k.ms(100); i++ {
		steepest = max(steepest, abs(i))
	}
	extremum := func(i int) bool { return abs(i) >= abs(i-1) && abs(i) >= abs(i+1) }
	first, last := -1, -1
	for i := r - k.ms(120); i <= r+k.ms(60); i++ {
		if abs(i) >= firstSlope*steepest && extremum(i) {
			first = i
			break
		}
	}
	for i := r + k.ms(150); i >= r-k.ms(40); i-- {
		if abs(i) >= lastSlope*steepest && extremum(i) {
			last = i
			break
		}
	}
	if !(steepest > 0) || first < 0 || last < first {
		return 0, 0, 0, false
	}
	// The lower quartile of the slope in the 150 ms before the QRS: between P
	// waves, noise.
	quiet := k.sorted[:0]
	for i := r - k.ms(260); i < r-k.ms(110); i++ {
		quiet = append(quiet, abs(i))
	}
	noise := qrsNoise * order(quiet, len(quiet)/4)

	limit := max(qrsEdge*abs(first), noise)
	onset = first
	for stop := r - k.ms(250); onset > stop && abs(onset) > limit &&
		!(abs(onset-1) > abs(onset) && abs(onset) < valley*abs(first)); {
		onset--
	}
	limit = max(qrsEdge*abs(last), noise)
	offset = last
	for stop := r + k.ms(250); offset < stop && abs(offset) > limit &&
		!(abs(offset+1) > abs(offset) && abs(offset) < valley*abs(last)); {
		offset++
	}
	onset = min(onset-k.ms(onsetLead), r)
	offset = max(offset+k.ms(offsetLag), r)
	return onset, offset, steepest, true
}

// tWave finds peak and end of the T wave after the QRS that ends at offset; rr
// is the number of samples to the next beat, nextP to its P wave, steepest the slope of the QRS,
// end the last valid sample of k.x. The end is the corner of the largest
// trapezium: Q. Zhang, A. Illanes Manriquez, C. Médigue, Y. Papelier, M. Sorine,
// Comput. Cardiol. 33:305, 2006.
func (k *kernels) tWave(r, offset int, rr, nextP, steepest float64, end int) (peak, tEnd int, confidence float64, why Reason) {
	s, y := k.s, k.y
	from := max(offset+k.ms(tAfter), r+k.ms(100))
	to := r + min(int(min(tPart*rr, max(nextP, tLeast*rr))), k.ms(tLatest))
	if to <= from+k.ms(60) {
		return 0, 0, 0, TooShort
	}
	corner := k.ms(trapezium)
	if end < to+corner {
		return 0, 0, 0, NotFinite
	}
	filter(s, k.x, k.slopeWave, from-1, to+1)
	filter(y, k.x, k.level, from, to+corner)
	high := 0.0
	for i := from; i <= to; i++ {
		high = max(high, math.Abs(s[i]))
	}
	if !(high > tWeak*steepest) {
		return 0, 0, 0, Absent
	}
	// Sides of T: the steepest places. The pair of opposite ones whose weaker
	// side is strongest is the wave; then a third, if it is biphasic.
	before, side, best := -1, -1, 0.0
	previous := -1
	for i := from; i <= to; i++ {
		if !k.side(i, tSlope*high) {
			continue
		}
		if side < 0 {
			side = i // of a single slope, the first
		}
		if previous >= 0 && s[previous]*s[i] < 0 {
			if v := min(math.Abs(s[previous]), math.Abs(s[i])); v > best {
				before, side, best = previous, i, v
			}
		}
		previous = i
	}
	if side < 0 {
		return 0, 0, 0, Absent
	}
	if before < 0 {
		side = previous
	}
	for i := side + 1; i <= to; i++ {
		if k.side(i, tSlope*high) {
			if s[i]*s[side] > 0 || math.Abs(s[i]) <= tSecond*math.Abs(s[side]) || i-side >= k.ms(tReach) {
				break
			}
			before, side = side, i
		}
	}
	// The peak is where the slope changes its sign before the last side.
	peak = side
	for peak > max(before, from) && s[peak-1]*s[side] > 0 {
		peak--
	}
	far := side + corner
	if next := r + int(0.9*rr) - k.ms(60); far > next {
		far = min(far, max(next, side+k.ms(40)))
	}
	falling := 1.0
	if s[side] > 0 {
		falling = -1
	}
	area := -1.0
	for i := side; i < far; i++ {
		if v := falling * (y[side] - y[i]) * float64(2*far-i-side); v > area {
			area, tEnd = v, i
		}
	}
	return peak, tEnd, high / (high + float64(5*tWeak*steepest)), OK
}

// side reports whether the slope has an extremum of at least this size at i.
func (k *kernels) side(i int, size float64) bool {
	s := k.s
	return math.Abs(s[i]) >= size && (s[i] > 0 && s[i] >= s[i-1] && s[i] > s[i+1] || s[i] < 0 && s[i] <= s[i-1] && s[i] < s[i+1])
}

// pWave finds the largest bump before the QRS, its height over the line
// between the ends of the window in mV, and how sure it is to be one, 0 to 1:
// its height against that of noise and a fiftieth of the QRS.
func (k *kernels) pWave(onset int, rrBefore, amplitude float64, first int) (peak int, height, evidence float64, why Reason) {
	from := max(onset-min(k.ms(pBefore), int(pShare*rrBefore)), k.reach)
	to := onset - k.ms(pAfter)
	if to-from < k.ms(60) {
		return 0, 0, 0, TooShort
	}
	if first > from-k.ms(3*levelSD) {
		return 0, 0, 0, NotFinite
	}
	y := k.y
	filter(y, k.x, k.level, from, to)
	line := func(i int) float64 {
		return y[from] + float64((y[to]-y[from])*float64(i-from))/float64(to-from)
	}
	rough := k.sorted[:0]
	peak = from
	for i := from; i <= to; i++ {
		if v := y[i] - line(i); math.Abs(v) > math.Abs(height) {
			peak, height = i, v
		}
		rough = append(rough, math.Abs(k.x[i]-y[i]))
	}
	noise := order(rough, len(rough)/2)
	size := math.Abs(height)
	evidence = size / (size + 2*noise + float64(0.02*amplitude))
	if math.IsNaN(evidence) || evidence < 0.5 {
		return 0, 0, max(evidence, 0), Absent
	}
	return peak, height, evidence, OK
}
