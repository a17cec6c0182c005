package detect

import "math"

// What a window of the signal looks like. Fibrillation moves all the time; a
// heart that beats rests between its beats, so that most of the signal and of
// its slope is small against the largest. All inputs are ratios within the
// window or times: neither gain nor polarity enters.
//
// Sources: moments and shares of the slope after Irusta et al. and Ayala et al.
// 2014, threshold crossing Arafat et al. 2011, leakage Kuo and Dillman 1978,
// mobility and complexity Hjorth 1970.

const (
	vfSide   = vfHop / 2 // samples of a hop at 64 Hz
	vfHops   = 4         // a window is 4 s
	vfWindow = vfHops * vfSide
	vfBins   = 64

	vfSpiky = 5.5 // kurtosis of the slope
)

// vfSums are sums over one hop. x is the signal, d its slope over 31 ms
// (x[i]-x[i-2]), f over 16 ms, c the curvature.
type vfSums struct {
	x1, x2, x3, x4, xMax float64 // of |x|, x^2, x^3, x^4; largest |x|
	d1, d2, d4, dMax     float64
	f1, f2, c2           float64
	crossings            float64 // of zero
	flat                 float64 // share of grid samples that stand still or are missing
	unit                 float64 // smallest step of the input, mV
}

// vfWave is the last seconds of one lead at 64 Hz.
type vfWave struct {
	x     [vfWindow + 2]float64 // the last window, and the two samples before it
	hops  [vfHops]vfSums        // oldest first
	count int64                 // hops so far
}

// push takes a hop.
func (w *vfWave) push(hop *[vfSide]float64, flat int, unit float64) {
	copy(w.x[:], w.x[vfSide:])
	copy(w.x[len(w.x)-vfSide:], hop[:])
	copy(w.hops[:], w.hops[1:])
	h := vfSums{flat: float64(flat) / vfHop, unit: unit}
	h.signal((*[vfSide + 2]float64)(w.x[vfWindow-vfSide:]))
	h.slope((*[vfSide + 2]float64)(w.x[vfWindow-vfSide:]))
	w.hops[vfHops-1] = h
	w.count++
}

// signal sums over a hop, the first two samples of which are before it.
func (h *vfSums) signal(x *[vfSide + 2]float64) {
	var x1, x2, x3, x4, most float64
	crossings, below := 0, 0
	if x[1] < 0 {
		below = 1
	}
	for _, v := range x[2:] {
		a, q := math.Abs(v), float64(v*v)
		x1 += a
		x2 += q
		x3 += float64(q * v)
		x4 += float64(q * q)
		if a > most { // not max, which minds NaN and the sign of 0
			most = a
		}
		last := below
		below = 0
		if v < 0 {
			below = 1
		}
		crossings += below ^ last
	}
	h.x1, h.x2, h.x3, h.x4, h.xMax, h.crossings = x1, x2, x3, x4, most, float64(crossings)
}

// slope sums over its slopes and its curvature.
func (h *vfSums) slope(x *[vfSide + 2]float64) {
	var d1, d2, d4, f1, f2, c2, most float64
	before := x[1] - x[0]
	for i := range vfSide {
		f, d := x[i+2]-x[i+1], math.Abs(x[i+2]-x[i])
		c, e := f-before, float64(d*d)
		d1 += d
		d2 += e
		d4 += float64(e * e)
		f1 += math.Abs(f)
		f2 += float64(f * f)
		c2 += float64(c * c)
		if d > most {
			most = d
		}
		before = f
	}
	h.d1, h.d2, h.d4, h.f1, h.f2, h.c2, h.dMax = d1, d2, d4, f1, f2, c2, most
}

// sums are those of the window.
func (w *vfWave) sums() vfSums {
	s := vfSums{unit: vfRange}
	for i := range w.hops {
		h := &w.hops[i]
		s.x1, s.x2, s.x3, s.x4, s.xMax = s.x1+h.x1, s.x2+h.x2, s.x3+h.x3, s.x4+h.x4, max(s.xMax, h.xMax)
		s.d1, s.d2, s.d4, s.dMax = s.d1+h.d1, s.d2+h.d2, s.d4+h.d4, max(s.dMax, h.dMax)
		s.f1, s.f2, s.c2 = s.f1+h.f1, s.f2+h.f2, s.c2+h.c2
		s.crossings += h.crossings
		s.flat += h.flat / vfHops
		s.unit = min(s.unit, h.unit)
	}
	return s
}

// vfInputs is the number of inputs of the model; vfGateInputs are the first of
// them, those that follow from sums.
const (
	vfInputs     = 31
	vfGateInputs = 17

	vfLeakage = 30 // the place of the leakage
)

// beats reports whether the slope of nearly every second stands still but for a
// spike, as between QRS complexes: no need to look closer.
func (w *vfWave) beats() bool {
	n := 0
	for i := range w.hops {
		h := &w.hops[i]
		if vfSide*h.d4 > vfSpiky*float64(h.d2*h.d2) {
			n++
		}
	}
	return n >= vfHops-1
}

const vfTiny = 1e-9 // keeps logarithms and quotients finite

func vfLog(v float64) float32 { return roughLog(float64(v) + vfTiny) }

// outline describes the window by its sums, none of them 0: the first inputs.
func (w *vfWave) outline(in *[vfInputs]float32, s *vfSums) {
	const n = float64(vfWindow)
	var hopMax, slopeMax, kurt, slopeKurt spread
	for i := range w.hops {
		h := &w.hops[i]
		hopMax.add(h.xMax / s.xMax)
		slopeMax.add(h.dMax / s.dMax)
		kurt.add(vfSide * h.x4 / (float64(h.x2*h.x2) + vfTiny*vfTiny))
		slopeKurt.add(vfSide * h.d4 / (float64(h.d2*h.d2) + vfTiny*vfTiny))
	}
	rms, slope := math.Sqrt(s.x2/n), math.Sqrt(s.d2/n)
	*(*[vfGateInputs]float32)(in[:]) = [vfGateInputs]float32{
		vfLog(n*s.x4/float64(s.x2*s.x2) + 0.1),
		float32(math.Abs(s.x3 / n / float64(rms*rms*rms))),
		vfLog(n*s.d4/float64(s.d2*s.d2) + 0.1),
		vfLog(slope / rms),
		vfLog(s.c2/s.f2) / 2,
		vfLog(s.period()),
		vfLog(s.x1 / n / rms),
		vfLog(s.d1 / n / slope),
		vfLog(s.xMax / rms),
		vfLog(s.dMax / slope),
		float32(s.crossings / n),
		vfLog(hopMax.least), vfLog(slopeMax.least),
		vfLog(kurt.least), vfLog(kurt.most),
		vfLog(slopeKurt.least), vfLog(slopeKurt.most),
	}
}

// period is the mean one, in samples.
func (s *vfSums) period() float64 { return min(max(2*math.Pi*s.x1/s.f1, 4), vfSide) }

// leakage is what is left of the signal when half a mean period later is added.
func (w *vfWave) leakage(s *vfSums) float32 {
	lag := s.period() / 2
	whole := int(lag)
	part := lag - float64(whole)
	now := w.x[whole+1:]
	n := len(now)
	then := w.x[:n+1]
	even, odd := 0.0, 0.0 // a single sum would wait for each addition
	for len(now) >= 2 && len(then) >= 3 {
		even += math.Abs(now[0] + then[1] + float64(part*(then[0]-then[1])))
		odd += math.Abs(now[1] + then[2] + float64(part*(then[1]-then[2])))
		now, then = now[2:], then[2:]
	}
	if len(now) == 1 {
		even += math.Abs(now[0] + then[1] + float64(part*(then[0]-then[1])))
	}
	leak := even + odd
	return float32(leak * vfWindow / float64(n) / (2 * s.x1))
}

// details are the inputs that need all samples.
func (w *vfWave) details(in *[vfInputs]float32, s *vfSums) {
	const n = float64(vfWindow)

	// The window in shares of its largest value, and its slope too.
	var bx, bd vfShares
	sx, sd := vfBins/s.xMax, vfBins/s.dMax
	for i, x := range w.x[2:] {
		bx[1+magnitude(int32(x*sx))&127]++
		bd[1+magnitude(int32((x-w.x[i])*sd))&127]++
	}
	bx.sum()
	bd.sum()
	q50, i := bx.quantile(0, 0.5*n)
	q75, i := bx.quantile(i, 0.75*n)
	q95, _ := bx.quantile(i, 0.95*n)
	d50, i := bd.quantile(0, 0.5*n)
	d90, i := bd.quantile(i, 0.9*n)
	d98, _ := bd.quantile(i, 0.98*n)

	level := 0.3 * q95 / sx
	// Without their signs the bits of numbers are in the order of the numbers.
	limit, crossed, before := int64(math.Float64bits(level)), uint64(0), int64(0)
	for _, v := range w.x[2:] {
		under := limit - int64(math.Float64bits(v)&^(1<<63))
		crossed += uint64(under^before) >> 63
		before = under
	}
	*(*[vfInputs - vfGateInputs]float32)(in[vfGateInputs:]) = [vfInputs - vfGateInputs]float32{
		vfLog(q50 / q95),
		float32((q75 - q50) / q95),
		vfLog(q95 / vfBins),
		bx.below(0.2 * q95), bx.below(0.35 * q95), bx.below(0.5 * q95),
		vfLog(d50 / vfBins),
		vfLog(d90 / vfBins),
		bd.below(0.1 * d98), bd.below(0.25 * d98), bd.below(0.5 * d98),
		float32(float64(crossed) / n),
		vfLog(d50 / d90),
		w.leakage(s),
	}
}

func magnitude(v int32) uint32 { return uint32((v ^ v>>31) - v>>31) }

// roughLog is the natural logarithm of a normal number to within 0.006, the same
// everywhere: the exponent, and a parabola for the rest.
func roughLog(v float64) float32 {
	b := math.Float64bits(v)
	m := math.Float64frombits(b&(1<<52-1)|1023<<52) - 1 // 0 to 1
	e := float64(int(b>>52) - 1023)
	return float32(math.Ln2 * (e + float64(m*(1+float64(0.344*(1-m))))))
}

// spread is the least and the largest of some positive values.
type spread struct{ least, most float64 }

func (s *spread) add(v float64) {
	if s.most == 0 {
		s.least = v
	}
	s.least, s.most = min(s.least, v), max(s.most, v)
}

// vfShares are numbers of samples: of those in bin i-1, then, once summed, of
// those below bin i. The largest sample lies in bin vfBins, or by rounding below.
type vfShares [129]int32

func (s *vfShares) sum() {
	below := int32(0)
	for i := range s[:vfBins+2] {
		below += s[i]
		s[i] = below
	}
}

// quantile returns the value, in bins, that so many of the samples are below, and
// its bin; it is looked for from bin i on.
func (s *vfShares) quantile(i int, count float64) (float64, int) {
	for n := int32(math.Ceil(count)); s[i+1] < n; {
		i++
	}
	return float64(i) + (count-float64(s[i]))/float64(s[i+1]-s[i]), i
}

// below is the share of the samples below a value in bins.
func (s *vfShares) below(v float64) float32 {
	i := min(int(v), vfBins)
	return float32((float64(s[i]) + float64((float64(v)-float64(i))*float64(s[i+1]-s[i]))) / vfWindow)
}
