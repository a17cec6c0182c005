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
	a.x = rows
	if f == Gaussian && d == 2 {
		if sum, ok := a.gaussianPairs(rows[:n]); ok {
			return sum
		}
	}
	if f == Gaussian && d == 3 {
		return gaussianTriples(rows[:n], rows[n:2*n])
	}
	e := sized(a.y, n)
	a.y = e
	sum := 0.0
	for i := 0; i+1 < n; i++ {
		e := e[:n-i-1]
		clear(e)
		for k := range d {
			v, row := rows[k*n+i], rows[k*n+i+1:k*n+n]
			for j, w := range row[:len(e)] {
				e[j] = max(e[j], math.Abs(v-w))
			}
		}
		if f == Exponential {
			for _, u := range e {
				sum += expNeg(u * perUnit)
			}
			continue
		}
		for _, u := range e {
			sum += expNeg(float64(u*u) * perUnit)
		}
	}
	return sum
}

// gaussianTriples returns the sum of exp(-d²) over all pairs of patterns of
// three values whose mean is zero, x and y the first two of each: the time of
// fuzzy entropy of a short series goes here, 60000 pairs for five minutes at
// 70/min.
func gaussianTriples(x, y []float64) float64 {
	// In the unit of expNeg, to save a product per pair.
	unit := math.Sqrt(perUnit)
	for i := range x {
		x[i] *= unit
		y[i] *= unit
	}
	sum := 0.0
	for i := range x {
		v, w := x[i], y[i]
		p, q := x[i+1:], y[i+1:]
		q = q[:len(p)]
		for j := range p {
			// The third difference is the sum of the others with the other
			// sign. Positive floats compare as their bits do.
			a, b := v-p[j], w-q[j]
			c := a + b
			largest := max(math.Float64bits(a*a), math.Float64bits(b*b), math.Float64bits(c*c))
			sum += expNeg(math.Float64frombits(largest))
		}
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
	total = float64(total * (math.Sqrt(math.Pi) / period))
	sum = (total - float64(n)) / 2 // without the pairs of a value with itself
	return sum, sum > 1e-3*float64(n)
}

const (
	logSteps = 10
	steps    = 1 << logSteps // of a factor of two in the table, 8 kB

	perUnit = steps / math.Ln2
	ofStep  = math.Ln2 / steps

	roundInt = 3 << 51        // to add it leaves the nearest whole number in the low bits
	expZero  = 1000.0 * steps // 2^-1000 is nothing
)

// powers holds the bits of 2^(k/steps-1).
var powers = func() (t [steps]uint64) {
	for k := range t {
		t[k] = math.Float64bits(portable.Exp(float64(k)/steps*math.Ln2) / 2)
	}
	return t
}()

// expNeg returns 2^(-u/steps), u >= 0, within 1e-11 relative, down to 2^-1000.
// It takes a third of the time of portable.Exp.
func expNeg(u float64) float64 {
	if !(u < expZero) {
		return 0
	}
	u = float64(u) // a product of the caller is rounded before it is subtracted
	t := roundInt - u
	n := math.Float64bits(t)
	// x in ±ln2/(2 steps): exp(x) = (1 + (1+x)²)/2 + x³/6, and x³/6 is below
	// 7e-12.
	z := 1 + float64((roundInt-t-u)*ofStep)
	v := math.Float64frombits(powers[n&(steps-1)] + n>>logSteps<<52)
	return v + float64(v*float64(z*z))
}
