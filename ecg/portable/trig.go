package portable

import (
	"math"
	"math/big"
)

// pi/2 in three parts of 53 bits.
const (
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633145c07p-54
	halfPi3 = -0x1.f1976b7ed8fbcp-110

	twoOverPi = 0x1.45f306dc9c883p-1
)

// reduce returns x - q pi/2 in two parts, with |hi| <= pi/4 but for rounding,
// and q modulo 4.
func reduce(x float64) (hi, lo float64, q uint64) {
	if math.Abs(x) <= math.Pi/4 {
		return x, 0, 0
	}
	if math.Abs(x) > 1<<30 {
		return reduceBig(x)
	}
	k := math.Floor(float64(x*twoOverPi) + 0.5)
	a := math.FMA(-k, halfPi1, x) // exact: x is close to k pi/2
	p := float64(k * halfPi2)
	pe := math.FMA(k, halfPi2, -p)
	hi = a - p
	lo = ((a - hi) - p) - pe - float64(k*halfPi3)
	return hi, lo, uint64(int64(k)) & 3
}

// reduceBig reduces by pi/2 with as many digits as the exponent needs.
func reduceBig(x float64) (hi, lo float64, q uint64) {
	if math.IsInf(x, 0) || x != x {
		return math.NaN(), 0, 0
	}
	v := new(big.Float).SetPrec(1200).SetFloat64(x)
	half := new(big.Float).SetPrec(1200).Quo(bigPi(), big.NewFloat(2))
	n, _ := new(big.Float).SetPrec(1200).Quo(v, half).Int(nil)
	v.Sub(v, new(big.Float).SetPrec(1200).Mul(new(big.Float).SetPrec(1200).SetInt(n), half))
	limit := new(big.Float).SetPrec(1200).Quo(half, big.NewFloat(2))
	if v.Cmp(limit) > 0 {
		v.Sub(v, half)
		n.Add(n, big.NewInt(1))
	} else if v.Cmp(new(big.Float).Neg(limit)) < 0 {
		v.Add(v, half)
		n.Sub(n, big.NewInt(1))
	}
	hi, _ = v.Float64()
	lo, _ = v.Sub(v, new(big.Float).SetFloat64(hi)).Float64()
	return hi, lo, uint64(new(big.Int).And(n, big.NewInt(3)).Int64())
}

// bigPi is pi to 1200 bits by Machin's formula, 16 atan(1/5) - 4 atan(1/239).
func bigPi() *big.Float {
	atan := func(n int64) *big.Int {
		t := new(big.Int).Lsh(big.NewInt(1), 1300)
		t.Quo(t, big.NewInt(n))
		sum := new(big.Int)
		for k := int64(1); t.Sign() != 0; k += 2 {
			term := new(big.Int).Quo(t, big.NewInt(k))
			if k%4 == 1 {
				sum.Add(sum, term)
			} else {
				sum.Sub(sum, term)
			}
			t.Quo(t, big.NewInt(n*n))
		}
		return sum
	}
	pi := new(big.Int).Sub(new(big.Int).Mul(atan(5), big.NewInt(16)), new(big.Int).Mul(atan(239), big.NewInt(4)))
	f := new(big.Float).SetPrec(1200).SetInt(pi)
	return f.SetMantExp(f, -1300)
}

// sinPoly is the sine of hi+lo, |hi| <= pi/4, by Taylor's series to hi^17.
func sinPoly(hi, lo float64) float64 {
	z := float64(hi * hi)
	p := float64(z*(1./355687428096000)) - 1./1307674368000
	p = float64(p*z) + 1./6227020800
	p = float64(p*z) - 1./39916800
	p = float64(p*z) + 1./362880
	p = float64(p*z) - 1./5040
	p = float64(p*z) + 1./120
	p = float64(p*z) - 1./6
	return hi + (float64(float64(hi*z)*p) + (lo - float64(float64(0.5*z)*lo)))
}

// cosPoly is the cosine of hi+lo, |hi| <= pi/4, by Taylor's series to hi^18.
func cosPoly(hi, lo float64) float64 {
	z := float64(hi * hi)
	p := float64(z*(-1./6402373705728000)) + 1./20922789888000
	p = float64(p*z) - 1./87178291200
	p = float64(p*z) + 1./479001600
	p = float64(p*z) - 1./3628800
	p = float64(p*z) + 1./40320
	p = float64(p*z) - 1./720
	p = float64(p*z) + 1./24
	h := float64(0.5 * z)
	w := 1 - h
	return w + (((1 - w) - h) + (float64(float64(z*z)*p) - float64(hi*lo)))
}

// Sincos returns the sine and the cosine of x (radians).
func Sincos(x float64) (sin, cos float64) {
	hi, lo, q := reduce(x)
	s, c := sinPoly(hi, lo), cosPoly(hi, lo)
	switch q {
	case 1:
		return c, -s
	case 2:
		return -s, -c
	case 3:
		return -c, s
	}
	return s, c
}

// Sin returns the sine of x (radians).
func Sin(x float64) float64 {
	hi, lo, q := reduce(x)
	switch q {
	case 1:
		return cosPoly(hi, lo)
	case 2:
		return -sinPoly(hi, lo)
	case 3:
		return -cosPoly(hi, lo)
	}
	if x == 0 {
		return x // keeps -0
	}
	return sinPoly(hi, lo)
}

// Cos returns the cosine of x (radians).
func Cos(x float64) float64 {
	hi, lo, q := reduce(x)
	switch q {
	case 1:
		return -sinPoly(hi, lo)
	case 2:
		return -cosPoly(hi, lo)
	case 3:
		return sinPoly(hi, lo)
	}
	return cosPoly(hi, lo)
}

// Tan returns the tangent of x (radians).
func Tan(x float64) float64 {
	if x == 0 {
		return x
	}
	s, c := Sincos(x)
	return s / c
}
