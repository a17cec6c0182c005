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
		h = mul(h, div(z.quadratic(s.B0, s.B1, s.B2), z.quadratic(1, s.A1, s.A2)))
	}
	return h
}

// point is a frequency on the unit circle as 1 - z^-1 and 1 - z^-2, which keep
// their digits near 0 Hz.
type point struct{ d1, d2 complex128 }

func newPoint(f, rate float64) point {
	w := math.Pi * (f / rate)
	s1, c1 := portable.Sincos(w)
	s2, c2 := portable.Sincos(2 * w)
	return point{complex(2*s1*s1, 2*s1*c1), complex(2*s2*s2, 2*s2*c2)}
}

// quadratic is c0 + c1 z^-1 + c2 z^-2.
func (z point) quadratic(c0, c1, c2 float64) complex128 {
	sum := (c0 + c1) + c2
	if math.Abs(c0+c2) < math.Abs(c0+c1) {
		sum = (c0 + c2) + c1
	}
	return complex(
		sum-float64(c1*real(z.d1))-float64(c2*real(z.d2)),
		-float64(c1*imag(z.d1))-float64(c2*imag(z.d2)))
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
	e := complex(1-2*float64(s*s), 2*s*c)
	e1 := complex(-2*s*s, 2*s*c) // e-1
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
	z1, z2 := 1-z.d1, 1-z.d2
	part := func(c0, c1, c2 float64) float64 {
		slope := complex(
			float64(c1*real(z1))+2*float64(c2*real(z2)),
			float64(c1*imag(z1))+2*float64(c2*imag(z2)))
		return real(div(slope, z.quadratic(c0, c1, c2)))
	}
	d := 0.0
	for _, s := range sections {
		d += part(s.B0, s.B1, s.B2) - part(1, s.A1, s.A2)
	}
	return d
}

// Stable reports whether both poles lie inside the unit circle.
func (s Section) Stable() bool {
	// The triangle of stability (Oppenheim and Schafer, section 6.7).
	return math.Abs(s.A2) < 1 && math.Abs(s.A1) < 1+s.A2
}
