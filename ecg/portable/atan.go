package portable

import "math"

// atan(x) = atan(c) + atan((x-c)/(1+xc)), c the nearest multiple of 1/8, so that
// a short series is left; above 1, atan(x) = pi/2 - atan(1/x).

// atanEighths are atan(i/8) in two parts.
var atanEighths = [9][2]float64{
	{0, 0},
	{0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
	{0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
	{0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
	{0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
	{0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
	{0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
	{0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
	{0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
}

// atanUnit returns atan(x) for 0 <= x <= 1 in two parts.
func atanUnit(x float64) (hi, lo float64) {
	i := int(float64(8*x) + 0.5)
	c := float64(i) / 8
	t := (x - c) / (1 + float64(x*c)) // |t| <= 1/16
	z := float64(t * t)
	p := float64(z*(-1./15)) + 1./13
	p = float64(p*z) - 1./11
	p = float64(p*z) + 1./9
	p = float64(p*z) - 1./7
	p = float64(p*z) + 1./5
	p = float64(p*z) - 1./3
	return atanEighths[i][0], t + (float64(float64(t*z)*p) + atanEighths[i][1])
}

// Atan returns the arc tangent of x in radians.
func Atan(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case x != x:
		return x
	case a <= 1:
		hi, lo := atanUnit(a)
		y = hi + lo
	case a > 1e17:
		y = halfPi1
	default:
		r := 1 / a
		hi, lo := atanUnit(r)
		// The rounding of 1/a is put back by the derivative.
		e := -math.FMA(r, a, -1) / a
		y = halfPi1 - (hi + (lo + e/(1+float64(r*r)) - halfPi2))
	}
	return math.Copysign(y, x)
}

// Atan2 returns the angle of the point (x, y) in radians, -pi to pi.
func Atan2(y, x float64) float64 {
	switch {
	case x != x || y != y:
		return math.NaN()
	case y == 0:
		if x > 0 || x == 0 && !math.Signbit(x) {
			return y
		}
		return math.Copysign(math.Pi, y)
	case x == 0:
		return math.Copysign(halfPi1, y)
	case math.IsInf(x, 0) && math.IsInf(y, 0):
		if x > 0 {
			return math.Copysign(halfPi1/2, y)
		}
		return math.Copysign(3*halfPi1/2, y)
	}
	q := Atan(math.Abs(y) / math.Abs(x))
	if x < 0 {
		q = math.Pi - q
	}
	return math.Copysign(q, y)
}

// Asin returns the arc sine of x in radians.
func Asin(x float64) float64 { return Atan2(x, math.Sqrt(float64((1-x)*(1+x)))) }

// Acos returns the arc cosine of x in radians.
func Acos(x float64) float64 { return Atan2(math.Sqrt(float64((1-x)*(1+x))), x) }

// Hypot returns sqrt(p*p + q*q) without needless overflow.
func Hypot(p, q float64) float64 {
	p, q = math.Abs(p), math.Abs(q)
	switch {
	case math.IsInf(p, 0) || math.IsInf(q, 0):
		return math.Inf(1)
	case p != p || q != q:
		return math.NaN()
	}
	p, q = max(p, q), min(p, q)
	if p == 0 {
		return 0
	}
	q /= p
	return float64(p * math.Sqrt(1+float64(q*q)))
}
