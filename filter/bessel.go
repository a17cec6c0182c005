package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// bessel.go: the flattest group delay. The poles are the roots of the reverse
// Bessel polynomials (Thomson 1949).

// Norm says what the edges of a Bessel filter are.
type Norm uint8

const (
	NormPhase Norm = iota // far from them the gain falls as Butterworth's; about half of the phase change is reached
	NormMag               // -3 dB
	NormDelay             // the prototype has a delay of 1/(2 pi edge) s
)

// maxBessel is the highest order of a Bessel filter: its roots crowd together.
const maxBessel = 25

// Bessel designs a filter with the flattest group delay in the pass band (the
// bilinear transformation keeps this for edges far below half of the rate only).
// order is that of the low-pass prototype, 1 to 25; the norm says what edges (Hz)
// are.
func Bessel(order int, norm Norm, band Band, rate float64, edges ...float64) (ZPK, error) {
	if err := orderIn("Bessel", order, maxBessel); err != nil {
		return ZPK{}, err
	}
	if norm > NormDelay {
		return ZPK{}, &ecg.ConfigError{Type: "filter.Bessel", Field: "norm", Want: "one of the three"}
	}
	poles := besselRoots(order)
	switch norm {
	case NormPhase:
		// The product of all poles becomes 1.
		log := 0.0
		for i := 1; i <= order; i++ {
			log += portable.Log(float64(2*i - 1)) // (2n)!/(2^n n!) = 1*3*5...
		}
		scalePoles(poles, portable.Exp(-log/float64(order)))
	case NormMag:
		scalePoles(poles, 1/halfPower(poles))
	}
	return digital("Bessel", prototype{p: poles, k: gainOf(nil, poles)}, band, rate, edges)
}

func scalePoles(p []complex128, v float64) {
	for i := range p {
		p[i] = scaled(p[i], v)
	}
}

// besselRoots finds the roots of the reverse Bessel polynomial
// t(n) = (2n-1) t(n-1) + s^2 t(n-2), whose derivative is t(n) - s t(n-1), all at
// once (Aberth 1973).
func besselRoots(n int) []complex128 {
	roots := make([]complex128, n)
	radius := 0.0
	for i := 1; i <= n; i++ {
		radius += portable.Log(float64(2*i - 1))
	}
	radius = portable.Exp(radius / float64(n)) // geometric mean of the roots
	for i := range roots {
		sin, cos := portable.Sincos(math.Pi * (float64(i) + 0.5) / float64(n))
		roots[i] = scaled(complex(-sin, cos), radius)
	}
	next := make([]complex128, n)
	for range 200 {
		worst := 0.0
		for i, s := range roots {
			t0, t1 := complex(1, 0), 1+s
			s2 := mul(s, s)
			for k := 2; k <= n; k++ {
				t0, t1 = t1, scaled(t1, float64(2*k-1))+mul(s2, t0)
			}
			newton := div(t1, t1-mul(s, t0))
			sum := complex(0, 0)
			for j, r := range roots {
				if j != i {
					sum += div(1, s-r)
				}
			}
			step := div(newton, 1-mul(newton, sum))
			next[i] = s - step
			worst = max(worst, abs(step)/abs(s))
		}
		copy(roots, next)
		if worst < 1e-15 {
			break
		}
	}
	// Exact conjugates: the upper ones count.
	var out []complex128
	for i := range n / 2 {
		out = append(out, roots[i], conj(roots[i]))
	}
	if n%2 == 1 {
		out = append(out, complex(real(roots[n/2]), 0))
	}
	return out
}

// halfPower is the frequency (rad/s) at which an all-pole filter of gain 1 at 0
// has half of the power, by bisection.
func halfPower(poles []complex128) float64 {
	loss := func(w float64) float64 {
		r := 1.0
		for _, p := range poles {
			re, im := real(p), w-imag(p)
			r = r * (float64(re*re) + float64(im*im)) / (float64(re*re) + float64(imag(p)*imag(p)))
		}
		return r
	}
	lo, hi := 0.0, 1.0
	for loss(hi) < 2 {
		hi *= 2
	}
	for range 100 {
		mid := (lo + hi) / 2
		if loss(mid) < 2 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}
