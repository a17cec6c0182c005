package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// order.go: the lowest order that keeps a specification, and the edges to design
// it with (Rabiner and Gold, Theory and Application of Digital Signal
// Processing, 1975, section 4.6).

// Spec is what a filter must do.
type Spec struct {
	Rate float64 // Hz

	// Pass and Stop are the edges in Hz, one each for low- and high-pass, two
	// each (ascending) for band-pass and band-stop. Which band it is follows
	// from their order.
	Pass, Stop []float64

	Loss        float64 // largest loss in the pass band, dB
	Attenuation float64 // smallest attenuation in the stop band, dB, above Loss
}

// Family is a kind of design, for Spec.Order.
type Family uint8

const (
	ButterworthFamily Family = iota
	Chebyshev1Family
	Chebyshev2Family
	EllipticFamily
)

// Order returns the lowest order, the band and the edges (Hz) that Butterworth,
// Chebyshev1, Chebyshev2 or Elliptic need to keep the specification. Where it
// can be kept with something to spare, a Butterworth filter is exact at the stop
// edge or nearer to it.
func (s Spec) Order(family Family) (order int, band Band, edges []float64, err error) {
	pass, stop, band, err := s.warped(family)
	if err != nil {
		return 0, 0, nil, err
	}
	if band == BandStop {
		// The pass band may end nearer to the stop band than it must. The lowest
		// order comes where both stop edges ask for the same, with edges that are
		// symmetric: pass[0] pass[1] = stop[0] stop[1].
		middle := float64(stop[0] * stop[1])
		if v := middle / pass[1]; v > pass[0] {
			pass[0] = v
		} else {
			pass[1] = middle / pass[0]
		}
	}
	ratio := selectivity(band, pass, stop)
	n := math.Ceil(s.least(family, ratio))
	if !(n <= maxOrder) {
		return 0, 0, nil, &ecg.ConfigError{Type: "filter.Spec", Field: "Pass, Stop", Want: "an order of 32 or less"}
	}
	var w []float64
	switch family {
	case ButterworthFamily:
		w = stretch(band, pass, portable.Exp(-portable.Log(rippleFactor(s.Loss))/n))
	case Chebyshev2Family:
		d := rippleFactor(s.Attenuation) / rippleFactor(s.Loss)
		w = stretch(band, pass, portable.Cosh(portable.Acosh(d)/n))
	default:
		w = pass
	}
	for _, v := range w {
		edges = append(edges, portable.Atan(v)/math.Pi*s.Rate)
	}
	return int(n), band, edges, nil
}

// warped checks the specification and returns its edges pre-warped.
func (s Spec) warped(family Family) (pass, stop []float64, band Band, err error) {
	fail := func(field, want string) ([]float64, []float64, Band, error) {
		return nil, nil, 0, &ecg.ConfigError{Type: "filter.Spec", Field: field, Want: want}
	}
	if !(s.Rate > 0 && s.Rate <= ecg.MaxRate) {
		return fail("Rate", "above 0 to 1e6 Hz")
	}
	if family > EllipticFamily {
		return fail("family", "one of the four")
	}
	if !(s.Loss > 0 && s.Loss < s.Attenuation && s.Attenuation <= maxAttenuation) {
		return fail("Loss, Attenuation", "0 < Loss < Attenuation <= 250 dB")
	}
	if n := len(s.Pass); n != len(s.Stop) || n < 1 || n > 2 {
		return fail("Pass, Stop", "one or two edges each")
	}
	all := make([]float64, 0, 4)
	for _, f := range append(append(all, s.Pass...), s.Stop...) {
		if !(f > 0 && f < s.Rate/2) {
			return fail("Pass, Stop", "above 0 and below half of the rate")
		}
		all = append(all, portable.Tan(math.Pi*(f/s.Rate)))
	}
	pass, stop = all[:len(all)/2], all[len(all)/2:]
	switch {
	case len(pass) == 1 && pass[0] < stop[0]:
		band = LowPass
	case len(pass) == 1 && stop[0] < pass[0]:
		band = HighPass
	case len(pass) == 2 && stop[0] < pass[0] && pass[0] < pass[1] && pass[1] < stop[1]:
		band = BandPass
	case len(pass) == 2 && pass[0] < stop[0] && stop[0] < stop[1] && stop[1] < pass[1]:
		band = BandStop
	default:
		return fail("Pass, Stop", "edges in an order that makes a band")
	}
	return pass, stop, band, nil
}

// selectivity is where the stop band begins in the prototype, whose pass band
// ends at 1.
func selectivity(band Band, pass, stop []float64) float64 {
	switch band {
	case LowPass:
		return stop[0] / pass[0]
	case HighPass:
		return pass[0] / stop[0]
	}
	best := math.Inf(1)
	for _, w := range stop {
		r := (float64(w*w) - float64(pass[0]*pass[1])) / float64(w*(pass[0]-pass[1]))
		if band == BandStop {
			r = 1 / r
		}
		best = min(best, math.Abs(r))
	}
	return best
}

// least is the order as a real number.
func (s Spec) least(family Family, ratio float64) float64 {
	d := rippleFactor(s.Attenuation) / rippleFactor(s.Loss)
	switch family {
	case ButterworthFamily:
		return portable.Log(d) / portable.Log(ratio)
	case EllipticFamily:
		k, k1 := 1/ratio, 1/d
		other := func(v float64) float64 { return math.Sqrt(float64((1 - v) * (1 + v))) }
		return ellipticK(other(k)) * ellipticK(k1) / (ellipticK(k) * ellipticK(other(k1)))
	}
	return portable.Acosh(d) / portable.Acosh(ratio)
}

// stretch returns the edges of the band when those of the prototype are moved
// from 1 to v.
func stretch(band Band, pass []float64, v float64) []float64 {
	switch band {
	case LowPass:
		return []float64{pass[0] * v}
	case HighPass:
		return []float64{pass[0] / v}
	case BandStop:
		v = 1 / v
	}
	half := v * (pass[1] - pass[0]) / 2
	middle := float64(pass[0] * pass[1])
	upper := math.Sqrt(float64(half*half)+middle) + half
	return []float64{middle / upper, upper}
}
