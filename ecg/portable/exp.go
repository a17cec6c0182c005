package portable

import "math"

// exp(x) = 2^k exp(r), k the nearest whole number to x/ln 2, |r| <= ln(2)/2.
// ln 2 comes in two parts: k times the first has no rounding.
const (
	ln2Hi  = 0x1.62e42feep-1
	ln2Lo  = 0x1.a39ef35793c76p-33
	invLn2 = 0x1.71547652b82fep+0
)

// Exp returns e**x.
func Exp(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x > 709.782712893384:
		return math.Inf(1)
	case x < -745.1332191019412:
		return 0
	}
	k := math.Floor(float64(x*invLn2) + 0.5)
	hi := x - float64(k*ln2Hi)
	lo := float64(k * ln2Lo)
	r := hi - lo
	// exp(r) - 1 - r, then all of it with r still in two parts.
	y := 1 + (hi - (lo - expTail(r)))
	if k >= -1021 && k <= 1023 {
		return float64(y * math.Float64frombits(uint64(int64(k)+1023)<<52))
	}
	return math.Ldexp(y, int(k))
}

// expTail returns exp(r) - 1 - r for |r| <= 0.35 by Taylor's series; the first
// term left out is 2e-18 of 1.
func expTail(r float64) float64 {
	p := float64(r*(1./6227020800)) + 1./479001600
	p = float64(p*r) + 1./39916800
	p = float64(p*r) + 1./3628800
	p = float64(p*r) + 1./362880
	p = float64(p*r) + 1./40320
	p = float64(p*r) + 1./5040
	p = float64(p*r) + 1./720
	p = float64(p*r) + 1./120
	p = float64(p*r) + 1./24
	p = float64(p*r) + 1./6
	p = float64(p*r) + 0.5
	return float64(float64(r*r) * p)
}

// Expm1 returns e**x - 1, exact also where x is small.
func Expm1(x float64) float64 {
	if math.Abs(x) < 0.35 {
		if math.Abs(x) < 1e-300 {
			return x
		}
		return x + expTail(x)
	}
	return Exp(x) - 1
}

// Sinh returns the hyperbolic sine of x.
func Sinh(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case a < 22:
		e := Expm1(a)
		y = (e + e/(e+1)) / 2
	case a < 709:
		y = Exp(a) / 2
	default:
		h := Exp(a / 2)
		y = h / 2 * h
	}
	return math.Copysign(y, x)
}

// Cosh returns the hyperbolic cosine of x.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	if a < 709 {
		e := Exp(a)
		return (e + 1/e) / 2
	}
	h := Exp(a / 2)
	return float64(h / 2 * h)
}

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	y := 1.0
	if a < 22 {
		e := Expm1(2 * a)
		y = e / (e + 2)
	} else if a != a {
		return x
	}
	return math.Copysign(y, x)
}
