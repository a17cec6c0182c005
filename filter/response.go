package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// response.go: what a filter does to a frequency, and to an impulse.

// Response returns the frequency response of sections at f Hz.
func Response(sections []Section, f, rate float64) complex128 {
	z := newPoint(f, rate)
	h := complex(1, 0)
	for _, s := range sections {
		h = mul(h, div(z.value(s.B0, s.B1, s.B2), z.value(1, s.A1, s.A2)))
	}
	return h
}

// point is a frequency on the unit circle, as its distance d to 1 (below a
// quarter of the rate, side = 1) or -1 (side = -1): z^-1 = side (1 - d). Near
// the double zeros of a high-pass or low-pass d keeps the digits.
type point struct {
	d    complex128
	side float64
}

func newPoint(f, rate float64) point {
	if f > rate/4 {
		// exp(-jw) = -exp(j(pi-w))
		p := newPoint(rate/2-f, rate)
		return point{conj(p.d), -1}
	}
	s, c := portable.Sincos(math.Pi * (f / rate))
	return point{complex(2*float64(s*s), 2*float64(s*c)), 1}
}

// value is c0 + c1 z^-1 + c2 z^-2, expanded around side.
func (z point) value(c0, c1, c2 float64) complex128 {
	c1 *= z.side
	return complex((c0+c1)+c2, 0) + mul(z.d, complex(-(c1+2*c2), 0)+scaled(z.d, c2))
}

// slope is c1 z^-1 + 2 c2 z^-2: j times the derivative of value by the angle.
func (z point) slope(c1, c2 float64) complex128 {
	c1 *= z.side
	return mul(1-z.d, complex(c1+2*c2, 0)-scaled(z.d, 2*c2))
}

// ImpulseResponse returns the first n values that sections at rest make of a
// sample of 1 among zeros.
func ImpulseResponse(sections []Section, n int) []float64 {
	x := make([]float64, max(0, n))
	if n > 0 {
		x[0] = 1
	}
	Run(sections, make([]float64, 2*len(sections)), x, x)
	return x
}

// GroupDelay returns the group delay of the filter at f Hz in samples: how much
// later a narrow band around f comes out. Zeros on the unit circle count half
// a sample.
func (f ZPK) GroupDelay(hz, rate float64) float64 {
	s, c := portable.Sincos(math.Pi * (hz / rate))
	e1 := complex(-2*float64(s*s), 2*float64(s*c)) // e-1
	e := 1 + e1
	part := func(r root) float64 {
		if a := abs(r.r); math.Abs(a-1) < 1e-12 {
			return 0.5
		}
		return real(div(e, e1+r.d))
	}
	d := 0.0
	for _, p := range withDistance(f.P, f.dp) {
		d += part(p)
	}
	for _, q := range withDistance(f.Z, f.dz) {
		d -= part(q)
	}
	return d
}

// GroupDelay returns the group delay of sections at f Hz in samples. On a zero
// of the response it is NaN.
func GroupDelay(sections []Section, f, rate float64) float64 {
	z := newPoint(f, rate)
	d := 0.0
	for _, s := range sections {
		d += real(div(z.slope(s.B1, s.B2), z.value(s.B0, s.B1, s.B2)))
		d -= real(div(z.slope(s.A1, s.A2), z.value(1, s.A1, s.A2)))
	}
	return d
}

// Stable reports whether both poles lie inside the unit circle.
func (s Section) Stable() bool {
	// The triangle of stability (Oppenheim and Schafer, section 6.7).
	return math.Abs(s.A2) < 1 && math.Abs(s.A1) < 1+s.A2
}
