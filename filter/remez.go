package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// remez.go: the filters with the smallest largest error, by the exchange
// algorithm (Parks and McClellan, Chebyshev approximation for nonrecursive
// digital filters with linear phase, IEEE Trans. Circuit Theory 19:189-194, 1972;
// the grid is that of McClellan, Parks and Rabiner, IEEE Trans. Audio
// Electroacoust. 21:506-526, 1973).

// RemezBand is a band with the gain that is wanted there. Between bands the
// response may be anything.
type RemezBand struct {
	From, To float64 // Hz
	Gain     float64
	Weight   float64 // of the error; 0 means 1
}

// Remez designs the symmetric filter of so many taps (3 to 1024) whose largest
// weighted error over the bands is smallest. bands ascend within 0 and half of
// the rate (Hz). An even number of taps can't pass half of the rate. It is a
// ConfigError if the exchange does not converge or the taps do not keep what it
// found: where an error below -200 dB is asked for, or so much room is left
// between bands that the gain there goes beyond all bounds.
func Remez(taps int, rate float64, bands ...RemezBand) (FIR, error) {
	r := remez{name: "Remez", taps: taps, rate: rate, bands: bands}
	return r.design()
}

// RemezHilbert is Remez for an antisymmetric filter: beyond its delay the response
// is j times the gain, which advances all that it passes by 90 degrees, a sine to
// a cosine (as SciPy's; the Hilbert transform proper is minus that). It can't pass
// 0 Hz, with an odd number of taps not half of the rate either.
func RemezHilbert(taps int, rate float64, bands ...RemezBand) (FIR, error) {
	r := remez{name: "RemezHilbert", taps: taps, rate: rate, bands: bands, odd: true}
	return r.design()
}

// RemezDifferentiator is Remez for a derivative: in a band of Gain g the response
// is g times that of the derivative by the sample number, 2 pi j f/rate, and the
// error weighs Weight rate/f, so that it is the relative one. With an odd number
// of taps it can't pass half of the rate.
func RemezDifferentiator(taps int, rate float64, bands ...RemezBand) (FIR, error) {
	r := remez{name: "RemezDifferentiator", taps: taps, rate: rate, bands: bands, odd: true, slope: true}
	return r.design()
}

// remezDensity is how many points of the grid fall on one extremum of the error.
const remezDensity = 16

// remez is one design. The amplitude of the response is
//
//	A(f) = F(f) P(cos(2 pi f)), f as part of the rate,
//
// with P a polynomial and F a factor that has the zeros of the kind of filter: 1
// or cos(pi f) for symmetric taps, odd or even in number, sin(2 pi f) or sin(pi
// f) for antisymmetric ones.
type remez struct {
	name       string
	taps       int
	rate       float64
	bands      []RemezBand
	odd, slope bool

	// The grid: band, f, x = cos(2 pi f), gain and weight of P.
	band               []int
	f, x, want, weight []float64

	// The exchange: where the error alternates, the barycentric weights and the
	// values of P there.
	at            []int
	scale, values []float64
	level         float64 // of the error, with its sign at the first point
	top           float64 // largest weighted gain
}

// remezFloor is the error, as a part of the largest gain, below which rounding
// decides where the extremes are: -200 dB.
const remezFloor = 1e-10

func (r *remez) fail(field, want string) error {
	return &ecg.ConfigError{Type: "filter." + r.name, Field: field, Want: want}
}

func (r *remez) design() (FIR, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	r.grid()
	n := r.unknowns() + 1
	if len(r.x) < n {
		return nil, r.fail("bands", "wider bands: the grid has too few points for so many taps")
	}
	for g, v := range r.want {
		r.top = max(r.top, math.Abs(float64(v*r.weight[g])))
	}
	// With many taps the error of evenly spread points is below the rounding, and
	// the exchange starts lost. So a polynomial of few coefficients comes first;
	// the points where its error alternates, with points put between, are a start
	// for one of twice as many.
	sizes := []int{n}
	for sizes[0] > remezStart {
		sizes = append([]int{(sizes[0] + 1) / 2}, sizes...)
	}
	r.at = []int{0, len(r.x) - 1}
	for _, size := range sizes {
		r.spread(size)
		settled := r.settle()
		if size == n && !settled {
			return nil, r.fail("taps, bands", "other bands or fewer taps: the exchange does not converge")
		}
	}
	h := r.impulse()
	if r.errorOf(h) > max(1.001*math.Abs(r.level), remezFloor*r.top) {
		return nil, r.fail("taps, bands", "fewer taps or narrower gaps between bands: rounding hides the optimum")
	}
	return h, nil
}

// errorOf is the largest weighted error of taps, from the taps themselves.
func (r *remez) errorOf(h FIR) float64 {
	worst := 0.0
	for g, f := range r.f {
		sum := 0.0
		for k := 0; 2*k < r.taps-1; k++ {
			sin, cos := portable.Sincos(math.Pi * math.Mod(float64(r.taps-1-2*k)*f, 2))
			if r.odd {
				cos = sin
			}
			sum += 2 * float64(h[k]*cos)
		}
		if r.taps%2 == 1 {
			sum += h[r.taps/2]
		}
		factor := r.factor(f)
		worst = max(worst, math.Abs(r.weight[g]/factor*(sum-float64(r.want[g]*factor))))
	}
	return worst
}

// remezStart is how many evenly spread points have an error that float64 can
// tell from 0, also with wide gaps between bands.
const remezStart = 16

// settle exchanges points until none moves.
func (r *remez) settle() bool {
	for range 250 {
		r.interpolate()
		moved, ok := r.exchange()
		if !ok || !moved {
			return ok
		}
	}
	return false
}

// spread makes n points of the present ones, in the same proportion.
func (r *remez) spread(n int) {
	at := make([]int, n)
	for i := range at {
		pos := i * (len(r.at) - 1)
		k, part := pos/(n-1), pos%(n-1)
		at[i] = r.at[k]
		if part > 0 {
			at[i] += (r.at[k+1] - r.at[k]) * part / (n - 1)
		}
	}
	// Each on a point of its own.
	for i := 1; i < n; i++ {
		at[i] = max(at[i], at[i-1]+1)
	}
	for i, top := n-1, len(r.x)-1; i >= 0; i, top = i-1, at[i]-1 {
		at[i] = min(at[i], top)
	}
	r.at = at
}

func (r *remez) check() error {
	if err := tapsIn(r.name, r.taps, 3, 1024); err != nil {
		return err
	}
	if !(r.rate > 0 && r.rate <= ecg.MaxRate) {
		return r.fail("rate", "above 0 to 1e6 Hz")
	}
	if len(r.bands) == 0 {
		return r.fail("bands", "at least one")
	}
	last, passes := 0.0, false
	for i, b := range r.bands {
		passes = passes || b.Gain != 0
		if !(b.From >= last && b.To > b.From && b.To <= r.rate/2) || i > 0 && b.From == last {
			return r.fail("bands", "ascending, with gaps, from 0 to half of the rate")
		}
		if !(math.Abs(b.Gain) <= math.MaxFloat32 && b.Weight >= 0 && b.Weight <= math.MaxFloat32) {
			return r.fail("bands", "finite gains and weights, no negative weight")
		}
		last = b.To
	}
	if !passes {
		return r.fail("bands", "a gain above 0 in one of them")
	}
	if last == r.rate/2 && r.odd == (r.taps%2 == 1) && r.bands[len(r.bands)-1].Gain != 0 {
		return r.fail("taps", "one more or less: this number can't pass half of the rate")
	}
	if r.odd && !r.slope && r.bands[0].From == 0 && r.bands[0].Gain != 0 {
		return r.fail("bands", "a first band that begins above 0 Hz")
	}
	return nil
}

// unknowns is the number of coefficients of P.
func (r *remez) unknowns() int {
	if r.taps%2 == 1 && !r.odd {
		return r.taps/2 + 1
	}
	return r.taps / 2
}

// factor is F at f as part of the rate.
func (r *remez) factor(f float64) float64 {
	switch {
	case !r.odd && r.taps%2 == 1:
		return 1
	case !r.odd:
		return portable.Sin(math.Pi * (0.5 - f)) // cos(pi f), exact at its zero
	case r.taps%2 == 0:
		return portable.Sin(math.Pi * f)
	case f > 0.25:
		return portable.Sin(2 * math.Pi * (0.5 - f))
	}
	return portable.Sin(2 * math.Pi * f)
}

// grid fills the grid. The points of a band lie one step apart from its lower
// edge on, the last one at its upper edge; a point on a zero of F is left out.
func (r *remez) grid() {
	step := 0.5 / float64(remezDensity*r.unknowns())
	for k, b := range r.bands {
		lo, hi := b.From/r.rate, b.To/r.rate
		if r.odd && k == 0 && lo < step {
			lo = step
		}
		var fs []float64
		for f := lo; f <= hi; f += step {
			fs = append(fs, f)
		}
		if len(fs) == 0 {
			continue
		}
		fs[len(fs)-1] = hi
		if k == len(r.bands)-1 && r.odd == (r.taps%2 == 1) && hi > 0.5-step {
			fs = fs[:len(fs)-1]
		}
		for _, f := range fs {
			gain, weight := b.Gain, b.Weight
			if weight == 0 {
				weight = 1
			}
			if r.slope {
				gain = gain * (2 * math.Pi * f)
				if b.Gain != 0 {
					weight /= f
				}
			}
			factor := r.factor(f)
			r.band = append(r.band, k)
			r.f = append(r.f, f)
			r.x = append(r.x, portable.Cos(2*math.Pi*f))
			r.want = append(r.want, gain/factor)
			r.weight = append(r.weight, weight*factor)
		}
	}
}

// interpolate finds the level of the error that alternates at all points, and
// with it the values of P there.
func (r *remez) interpolate() {
	n := len(r.at)
	r.scale = barycentric(r.x, r.at)
	num, den, sign := 0.0, 0.0, 1.0
	for i, g := range r.at {
		num += float64(r.scale[i] * r.want[g])
		den += sign * r.scale[i] / r.weight[g]
		sign = -sign
	}
	r.level = num / den
	r.values = make([]float64, n)
	sign = 1
	for i, g := range r.at {
		r.values[i] = r.want[g] - sign*r.level/r.weight[g]
		sign = -sign
	}
}

// barycentric returns the weights 1/product(x[i] - x[j]) of the points at, up to
// a common factor, which keeps them within the range of float64.
func barycentric(x []float64, at []int) []float64 {
	m, e := make([]float64, len(at)), make([]int, len(at))
	top := math.MinInt
	for i, a := range at {
		p := 1.0
		for j, b := range at {
			if j != i {
				var k int
				p, k = math.Frexp(p * (x[a] - x[b]))
				e[i] -= k
			}
		}
		m[i] = 1 / p
		top = max(top, e[i])
	}
	for i := range m {
		m[i] = math.Ldexp(m[i], e[i]-top)
	}
	return m
}

// p is P at x: the polynomial through the points (Berrut and Trefethen 2004).
func (r *remez) p(x float64) float64 {
	num, den := 0.0, 0.0
	for i, g := range r.at {
		d := x - r.x[g]
		if d == 0 {
			return r.values[i]
		}
		w := r.scale[i] / d
		num += float64(w * r.values[i])
		den += w
	}
	return num / den
}

// exchange moves the points to where the error is largest. moved tells whether
// any of them moved; not ok: the errors do not alternate often enough.
func (r *remez) exchange() (moved, ok bool) {
	e := make([]float64, len(r.x))
	for g := range e {
		e[g] = r.weight[g] * (r.want[g] - r.p(r.x[g]))
	}
	largest := 0.0
	for _, v := range e {
		largest = max(largest, math.Abs(v))
	}
	if largest <= remezFloor/100*r.top {
		return false, true
	}
	sign := 1.0
	for _, g := range r.at { // as it was computed, without the rounding of p
		e[g] = sign * r.level
		sign = -sign
	}
	// Local extremes within each band that reach the level; of neighbours with
	// the same sign only the larger one.
	var peaks []int
	for g, v := range e {
		size := math.Abs(v)
		if !(size >= math.Abs(r.level)*(1-1e-9)) {
			continue
		}
		if g > 0 && r.band[g-1] == r.band[g] && e[g-1]*math.Copysign(1, v) > size ||
			g+1 < len(e) && r.band[g+1] == r.band[g] && e[g+1]*math.Copysign(1, v) >= size {
			continue
		}
		if k := len(peaks) - 1; k >= 0 && (e[peaks[k]] > 0) == (v > 0) {
			if size > math.Abs(e[peaks[k]]) {
				peaks[k] = g
			}
			continue
		}
		peaks = append(peaks, g)
	}
	// Too many: the smallest goes, an inner one with its smaller neighbour, so
	// that signs still alternate; one too many goes at an end.
	for len(peaks) > len(r.at) {
		last := len(peaks) - 1
		low := 0
		for k, g := range peaks {
			if math.Abs(e[g]) < math.Abs(e[peaks[low]]) {
				low = k
			}
		}
		if len(peaks) == len(r.at)+1 && low > 0 && low < last {
			low = 0
			if math.Abs(e[peaks[last]]) < math.Abs(e[peaks[0]]) {
				low = last
			}
		}
		from, to := low, low+1
		if low > 0 && low < last {
			if math.Abs(e[peaks[low-1]]) < math.Abs(e[peaks[low+1]]) {
				from--
			} else {
				to++
			}
		}
		peaks = append(peaks[:from], peaks[to:]...)
	}
	if len(peaks) < len(r.at) {
		return false, false
	}
	for i, g := range peaks {
		// Where nothing is gained, rounding must not keep the exchange going.
		if g != r.at[i] && math.Abs(e[g]) > math.Abs(r.level)*(1+1e-12) {
			moved = true
		}
	}
	r.at = peaks
	return moved, true
}

// impulse is the inverse transform of the amplitude at as many frequencies as
// there are taps.
func (r *remez) impulse() FIR {
	n := r.taps
	r.interpolate()
	amplitude := make([]float64, n/2+1)
	for k := range amplitude {
		f := float64(k) / float64(n)
		amplitude[k] = r.factor(f) * r.p(portable.Cos(2*math.Pi*f))
	}
	sign := 1.0
	if r.odd {
		sign = -1
	}
	return mirrored(n, sign, func(i int) float64 {
		sum := 0.0
		for k, a := range amplitude {
			// The angle 2 pi k (i - (n-1)/2)/n, with whole turns taken off.
			sin, cos := portable.Sincos(math.Pi * (float64(k*(2*i-(n-1))%(2*n)) / float64(n)))
			weight := 2.0
			if k == 0 || 2*k == n {
				weight = 1
			}
			if r.odd {
				cos = -sin
			}
			sum += float64(weight * float64(a*cos))
		}
		return sum / float64(n)
	})
}
