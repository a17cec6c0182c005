package portable

import "math"

// log(x) = k ln 2 + log(1+f), x = 2^k (1+f), 1+f in [sqrt(1/2), sqrt(2)). With
// s = f/(2+f), log(1+f) = 2 artanh(s) = 2s + 2s^3/3 + 2s^5/5 + ...

// logTail returns 2 artanh(s)/s - 2 for |s| <= 0.172; the first term left out is
// below 1e-18.
func logTail(s float64) float64 {
	z := float64(s * s)
	p := float64(z*(2./23)) + 2./21
	p = float64(p*z) + 2./19
	p = float64(p*z) + 2./17
	p = float64(p*z) + 2./15
	p = float64(p*z) + 2./13
	p = float64(p*z) + 2./11
	p = float64(p*z) + 2./9
	p = float64(p*z) + 2./7
	p = float64(p*z) + 2./5
	p = float64(p*z) + 2./3
	return float64(p * z)
}

// log1f returns log(1+f) + k ln 2 for 1+f in [sqrt(1/2), sqrt(2)). With h =
// f*f/2, 2s = f - s f = f - h + s h: so the large term f stays exact and what is
// rounded is small beside it.
func log1f(f, c, k float64) float64 {
	s := f / (2 + f)
	h := float64(float64(0.5*f) * f)
	small := float64(s*(h+logTail(s))) + (float64(k*ln2Lo) + c)
	return float64(k*ln2Hi) - ((h - small) - f)
}

// Log returns the natural logarithm of x.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	m, e := math.Frexp(x) // m in [1/2, 1)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	return log1f(m-1, 0, float64(e))
}

// Log1p returns log(1+x), exact also where x is small.
func Log1p(x float64) float64 {
	if x > -0.29 && x < 0.41 {
		if math.Abs(x) < 1e-17 {
			return x
		}
		return log1f(x, 0, 0)
	}
	u := 1 + x
	if !(u > 0) || u > math.MaxFloat64 {
		return Log(u)
	}
	// What the sum lost, c = x - (u-1), is log(1+c/u) = c/u away.
	c := (x - (u - 1)) / u
	if x > 1 {
		c = (1 - (u - x)) / u
	}
	m, e := math.Frexp(u)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	return log1f(m-1, c, float64(e))
}

// Log2 returns the binary logarithm of x, exact for powers of two.
func Log2(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return Log(x)
	}
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = 2*m, e-1
	}
	return float64(log1f(m-1, 0, 0)*invLn2) + float64(e)
}

// Log10 returns the decimal logarithm of x.
func Log10(x float64) float64 { return float64(Log(x) * (1 / math.Ln10)) }

// Asinh returns the inverse hyperbolic sine of x.
func Asinh(x float64) float64 {
	a := math.Abs(x)
	var y float64
	switch {
	case a > 1e9:
		y = Log(a) + math.Ln2
	default:
		z := float64(a * a)
		y = Log1p(a + z/(1+math.Sqrt(z+1)))
	}
	return math.Copysign(y, x)
}

// Acosh returns the inverse hyperbolic cosine of x >= 1.
func Acosh(x float64) float64 {
	if x > 1e9 {
		return Log(x) + math.Ln2
	}
	t := x - 1
	return Log1p(t + math.Sqrt(float64(2*t)+float64(t*t)))
}

// Atanh returns the inverse hyperbolic tangent of x.
func Atanh(x float64) float64 {
	a := math.Abs(x)
	return math.Copysign(0.5*Log1p(2*a/(1-a)), x)
}

// Pow returns x**y.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case y == 1:
		return x
	case y == 2:
		return float64(x * x)
	case y == 0.5 && x > 0:
		return math.Sqrt(x)
	case y == -1:
		return 1 / x
	case !(x > 0 && x <= math.MaxFloat64) || !(math.Abs(y) <= math.MaxFloat64):
		return powSpecial(x, y)
	}
	return powPositive(x, y)
}

// powPositive is exp(y log x) with the rounding error of the product put back.
func powPositive(x, y float64) float64 {
	l := Log(x)
	p := float64(y * l)
	e := Exp(p)
	if e == 0 || e > math.MaxFloat64 {
		return e
	}
	return e + float64(e*math.FMA(y, l, -p))
}

// powSpecial handles zeros, infinities, NaN and negative bases, which package
// math decides by comparisons only, and negative bases with whole powers.
func powSpecial(x, y float64) float64 {
	if x < 0 && x >= -math.MaxFloat64 && math.Abs(y) <= math.MaxFloat64 && y == math.Floor(y) {
		p := powPositive(-x, y)
		if math.Mod(y, 2) != 0 {
			return -p
		}
		return p
	}
	return math.Pow(x, y)
}
