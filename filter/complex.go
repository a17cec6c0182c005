package filter

import "math"

// Complex arithmetic with every product rounded: complex128 may be fused inside
// and then differs between processors.

func mul(a, b complex128) complex128 {
	return complex(float64(real(a)*real(b))-float64(imag(a)*imag(b)), float64(real(a)*imag(b))+float64(imag(a)*real(b)))
}

func div(a, b complex128) complex128 {
	d := float64(real(b)*real(b)) + float64(imag(b)*imag(b))
	return complex(
		(float64(real(a)*real(b))+float64(imag(a)*imag(b)))/d,
		(float64(imag(a)*real(b))-float64(real(a)*imag(b)))/d)
}

func scaled(a complex128, v float64) complex128 {
	return complex(float64(real(a)*v), float64(imag(a)*v))
}

func conj(a complex128) complex128 { return complex(real(a), -imag(a)) }

func abs(a complex128) float64 {
	return math.Sqrt(float64(real(a)*real(a)) + float64(imag(a)*imag(a)))
}

// sqrt is the root with a real part >= 0.
func sqrt(a complex128) complex128 {
	if a == 0 {
		return 0
	}
	x, y := real(a), imag(a)
	r := math.Sqrt((math.Abs(x) + abs(a)) / 2)
	if x >= 0 {
		return complex(r, y/(2*r))
	}
	return complex(math.Abs(y)/(2*r), math.Copysign(r, y))
}
