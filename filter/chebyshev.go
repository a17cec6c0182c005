package filter

import (
	"math"
	"strconv"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// chebyshev.go: filters with equal ripple in the pass band (type I) or in the
// stop band (type II); poles on an ellipse instead of Butterworth's circle
// (Parks and Burrus, Digital Filter Design, 1987, section 7.2).

// maxAttenuation bounds ripple and attenuation in dB: float64 ends there.
const maxAttenuation = 250

// Chebyshev1 designs a filter with a ripple of so many dB in the pass band,
// above 0 to 250, and the steepest edge that has no ripple in the stop band.
// order is that of the low-pass prototype, 1 to 32; edges (Hz) are where the
// ripple ends, one for low- and high-pass, two for the others. With an even
// order the gain of the middle of the pass band is -ripple dB.
func Chebyshev1(order int, ripple float64, band Band, rate float64, edges ...float64) (ZPK, error) {
	const name = "Chebyshev1"
	if err := orderIn(name, order, maxOrder); err != nil {
		return ZPK{}, err
	}
	if !(ripple > 0 && ripple <= maxAttenuation) {
		return ZPK{}, &ecg.ConfigError{Type: "filter." + name, Field: "ripple", Want: "above 0 to 250 dB"}
	}
	eps := rippleFactor(ripple)
	mu := portable.Asinh(1/eps) / float64(order)
	proto := prototype{p: ellipse(order, portable.Sinh(mu), portable.Cosh(mu))}
	proto.k = gainOf(nil, proto.p)
	if order%2 == 0 {
		proto.k /= math.Sqrt(1 + float64(eps*eps))
	}
	return digital(name, proto, band, rate, edges)
}

// Chebyshev2 designs a filter that is flat in the pass band and has at least so
// many dB of attenuation in the stop band, above 0 to 250. order is that of the
// low-pass prototype, 1 to 32; edges (Hz) are where the attenuation begins.
func Chebyshev2(order int, attenuation float64, band Band, rate float64, edges ...float64) (ZPK, error) {
	const name = "Chebyshev2"
	if err := orderIn(name, order, maxOrder); err != nil {
		return ZPK{}, err
	}
	if !(attenuation > 0 && attenuation <= maxAttenuation) {
		return ZPK{}, &ecg.ConfigError{Type: "filter." + name, Field: "attenuation", Want: "above 0 to 250 dB"}
	}
	mu := portable.Asinh(rippleFactor(attenuation)) / float64(order)
	var proto prototype
	for _, p := range ellipse(order, portable.Sinh(mu), portable.Cosh(mu)) {
		proto.p = append(proto.p, div(1, p))
	}
	for i := range order / 2 {
		sin, _ := portable.Sincos(math.Pi * float64(order-1-2*i) / float64(2*order))
		proto.z = append(proto.z, complex(0, 1/sin), complex(0, -1/sin))
	}
	proto.k = gainOf(proto.z, proto.p)
	return digital(name, proto, band, rate, edges)
}

// rippleFactor is sqrt(10^(db/10) - 1).
func rippleFactor(db float64) float64 {
	return math.Sqrt(portable.Expm1(db * (math.Ln10 / 10)))
}

// ellipse returns the poles -(a cos t + j b sin t) of the left half plane, in
// conjugate pairs, the real one last.
func ellipse(order int, a, b float64) []complex128 {
	var poles []complex128
	for i := range order / 2 {
		sin, cos := portable.Sincos(math.Pi * float64(order-1-2*i) / float64(2*order))
		p := complex(-float64(a*cos), float64(b*sin))
		poles = append(poles, p, conj(p))
	}
	if order%2 == 1 {
		poles = append(poles, complex(-a, 0))
	}
	return poles
}

// gainOf is the gain that gives an analogue filter with these zeros and poles
// gain 1 at 0 Hz.
func gainOf(z, p []complex128) float64 {
	num, den := complex(1, 0), complex(1, 0)
	for _, q := range p {
		num = mul(num, -q)
	}
	for _, q := range z {
		den = mul(den, -q)
	}
	return real(div(num, den))
}

func orderIn(name string, order, limit int) error {
	if order < 1 || order > limit {
		return &ecg.ConfigError{Type: "filter." + name, Field: "order", Want: "1 to " + strconv.Itoa(limit)}
	}
	return nil
}
