package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Membership is how alike two patterns at distance d (Chebyshev) are held to
// be in fuzzy entropy.
type Membership uint8

const (
	Gaussian      Membership = iota // exp(-(d/r)²), the mean of each pattern removed
	Exponential                     // exp(-d/r), the mean removed; what NeuroKit2 computes
	GaussianPlain                   // exp(-(d/r)²), the mean kept
)

// FuzzyEntropy returns the fuzzy entropy of x (nat) with patterns of m values
// and the width r in the unit of x: ln of the mean membership of pairs of
// patterns of length m over that of length m+1, among the first len(x)-m
// patterns. After W. Chen et al., IEEE Trans. Neural Syst. Rehabil. Eng.
// 15:266, 2007, whose exp(-d²/r) depends on the unit of x and is the Gaussian
// with width √r here. Time grows with the square of len(x).
func FuzzyEntropy(x []float64, m int, r float64, f Membership) Index {
	if why := listCheck(x, m, r); why != OK {
		return none(why)
	}
	var a Analyzer
	return a.fuzzy(x, m, r, f)
}

func (a *Analyzer) fuzzy(x []float64, m int, r float64, f Membership) Index {
	if r == 0 {
		return none(NoVariance)
	}
	n := len(x) - m
	p := a.membership(x, n, m, r, f)
	q := a.membership(x, n, m+1, r, f)
	if p == 0 || q == 0 {
		return none(NoMatch)
	}
	return value(portable.Log(p / q))
}

// membership sums the membership of all pairs of the n patterns of length d.
func (a *Analyzer) membership(x []float64, n, d int, r float64, f Membership) float64 {
	// One row per place in the pattern, in units of r, so that the inner loops
	// run along rows.
	rows := sized(a.x, n*d)
	scale := 1 / r
	for i := range n {
		c := 0.0
		if f != GaussianPlain {
			c = mean(x[i : i+d])
		}
		for k := range d {
			rows[k*n+i] = (x[i+k] - c) * scale
		}
	}
	a.x, a.y = rows, sized(a.y, n)
	if f == Gaussian && d == 2 {
		if sum, ok := a.gaussianPairs(rows[:n]); ok {
			return sum
		}
	}
	sum := 0.0
	for i := 0; i+1 < n; i++ {
		e := a.y[:n-i-1]
		switch {
		case f != GaussianPlain && d == 2:
			// Without the mean the second value is the first with the other sign.
			v, row := rows[i], rows[i+1:n]
			for j, w := range row[:len(e)] {
				e[j] = math.Abs(v - w)
			}
		case f != GaussianPlain && d == 3:
			// Three differences that sum to 0: the largest magnitude is that of
			// the sum of the others, half of all three.
			v0, row0, v1, row1 := rows[i], rows[i+1:n], rows[n+i], rows[n+i+1:2*n]
			row0, row1 = row0[:len(e)], row1[:len(e)]
			for j := range e {
				p, q := v0-row0[j], v1-row1[j]
				e[j] = (math.Abs(p) + math.Abs(q) + math.Abs(p+q)) / 2
			}
		default:
			clear(e)
			for k := range d {
				v, row := rows[k*n+i], rows[k*n+i+1:k*n+n]
				for j, w := range row[:len(e)] {
					e[j] = max(e[j], math.Abs(v-w))
				}
			}
		}
		if f != Exponential {
			for j, u := range e {
				e[j] = u * u
			}
		}
		sum += sumExpNeg(e)
	}
	return sum
}

// gaussianPairs returns the sum of exp(-(v-w)²) over all pairs of x in a time
// that grows with len(x) times its range. On an interval longer than the range
// by what a Gaussian reaches, it is a sum of cosines, and the sum over pairs is
// one of squared magnitudes. ok is false where the plain way is faster or the
// sum too small to be what is left of a difference.
func (a *Analyzer) gaussianPairs(x []float64) (sum float64, ok bool) {
	const (
		reach = 6.3  // exp(-6.3²) is 6e-18
		waves = 2.05 // per unit of the period: the rest is below exp(-(2.05π)²), 1e-18
	)
	lo, hi := x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	n := len(x)
	period := hi - lo + reach
	if !(waves*period < float64(n)/2) {
		return 0, false
	}
	phase := sized(a.band, 4*n)
	a.band = phase
	re, im, c, s := phase[:n], phase[n:2*n], phase[2*n:3*n], phase[3*n:]
	for j, v := range x {
		s[j], c[j] = portable.Sincos(2 * math.Pi * (v - lo) / period)
		re[j], im[j] = 1, 0
	}
	total := float64(n) * float64(n)
	for k := 1; k <= int(waves*period)+1; k++ {
		var sr, si float64
		for j := range re {
			p, q := re[j], im[j]
			p, q = float64(p*c[j])-float64(q*s[j]), float64(p*s[j])+float64(q*c[j])
			re[j], im[j] = p, q
			sr += p
			si += q
		}
		u := math.Pi * float64(k) / period
		total += float64(2 * portable.Exp(-u*u) * (float64(sr*sr) + float64(si*si)))
	}
	total *= math.Sqrt(math.Pi) / period
	sum = (total - float64(n)) / 2 // without the pairs of a value with itself
	return sum, sum > 1e-3*float64(n)
}

const (
	logSteps = 10
	steps    = 1 << logSteps // of a factor of two in the table, 8 kB

	perStep = steps / math.Ln2
	ofStep  = math.Ln2 / steps

	roundInt  = 3 << 51
	roundBits = 1 << 51 // the low 52 bits of roundInt

	expZero = 700.0
)

// powers holds the bits of 2^(k/steps).
var powers = func() (t [steps]uint64) {
	for k := range t {
		t[k] = math.Float64bits(portable.Exp(float64(k) / steps * math.Ln2))
	}
	return t
}()

// sumExpNeg returns the sum of exp(-u) over e, u >= 0, each within 1e-11
// relative, down to exp(-700) = 1e-304, which is nothing.
// It is a fraction of the time of portable.Exp, and here the time of fuzzy
// entropy goes: 60000 calls for five minutes at 70/min.
func sumExpNeg(e []float64) float64 {
	sum := 0.0
	for _, u := range e {
		if u > expZero {
			u = expZero
		}
		// n is u in steps of ln2/steps, rounded: adding 1.5 2^52 leaves it in
		// the low bits.
		t := float64(u*perStep) + roundInt
		f := t - roundInt
		n := -int64(math.Float64bits(t)<<12>>12 - roundBits)
		// x in ±ln2/(2 steps): x³/6 is below 7e-12.
		x := float64(f*ofStep) - u
		p := x + float64(0.5*float64(x*x))
		v := math.Float64frombits(powers[n&(steps-1)] + uint64(n>>logSteps)<<52)
		sum += v + float64(v*p)
	}
	return sum
}
