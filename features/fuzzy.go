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
		if sum, ok := gaussianTriples(rows[:n], rows[n:2*n]); ok {
			return sum
		}
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
// 70/min. ok is false, and x and y are as they were, where some are so far
// apart that exp(-d²) is nothing, which the loop does not ask.
func gaussianTriples(x, y []float64) (sum float64, ok bool) {
	// The third difference is the sum of the others, a and b, with the other
	// sign; the largest of |a|, |b| and |a+b| is |a/2| + max(|a/2|, |b+a/2|).
	// So x/2 and y+x/2 are what is subtracted.
	xLow, xHigh, yLow, yHigh := x[0]/2, x[0]/2, y[0]+float64(x[0]/2), y[0]+float64(x[0]/2)
	for i, v := range x {
		v = float64(v / 2) // exact, and not fused with the sum
		w := y[i] + v
		xLow, xHigh, yLow, yHigh = min(xLow, v), max(xHigh, v), min(yLow, w), max(yHigh, w)
	}
	// In the unit of expNeg, to save a product per pair.
	unit := math.Sqrt(perUnit)
	far := float64((xHigh - xLow + max(xHigh-xLow, yHigh-yLow)) * unit)
	if !(float64(far*far) < expZero) {
		return 0, false
	}
	for i, v := range x {
		v = float64(v / 2)
		x[i], y[i] = float64(v*unit), float64((y[i]+v)*unit)
	}
	for i := range x {
		v, w := x[i], y[i]
		p, q := x[i+1:], y[i+1:]
		q = q[:len(p)]
		for j := range p {
			// Positive floats compare as their bits do.
			const sign = 1 << 63
			a := math.Float64bits(v-p[j]) &^ sign
			b := math.Float64bits(w-q[j]) &^ sign
			d := math.Float64frombits(a) + math.Float64frombits(max(a, b))
			sum += expNegBelow(float64(d * d))
		}
	}
	return sum, true
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

	// Within half a step exp(y ofStep) = squareScale ((nearInverse+y)² +
	// squareRest): 1/ofStep is 1477.3, and with a whole number in its place
	// nearInverse+y comes out of the subtractions that y takes. The scale
	// spreads the cubic term, the rest what is missing of y²/2.
	nearInverse = 1477
	squareScale = (ofStep + ofStep*ofStep*ofStep/32) / (2 * nearInverse)
	squareRest  = (1+(ofStep*ofStep/2-squareScale)/8)/squareScale - nearInverse*nearInverse
)

// powers holds the bits of squareScale 2^(k/steps).
var powers = func() (t [steps]uint64) {
	for k := range t {
		t[k] = math.Float64bits(portable.Exp(float64(k)/steps*math.Ln2) * squareScale)
	}
	return t
}()

// expNeg returns 2^(-u/steps), u >= 0, within 1e-11 relative, down to 2^-1000.
// It takes a third of the time of portable.Exp.
func expNeg(u float64) float64 {
	if !(u < expZero) {
		return 0
	}
	return expNegBelow(u)
}

// expNegBelow is expNeg for u < expZero.
func expNegBelow(u float64) float64 {
	u = float64(u) // a product of the caller is rounded before it is subtracted
	t := roundInt - u
	n := math.Float64bits(t)
	z := (roundInt + nearInverse - t) - u
	return float64(math.Float64frombits(powers[n&(steps-1)]+n>>logSteps<<52) * (float64(z*z) + squareRest))
}
