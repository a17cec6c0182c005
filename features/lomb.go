package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// lomb.go: the periodogram of an unevenly sampled series: N. R. Lomb,
// Astrophys. Space Sci. 39:447, 1976, in the form of W. H. Press and G. B.
// Rybicki, Astrophys. J. 338:277, 1989: it needs the sums of x cos, x sin, cos
// 2θ and sin 2θ only. These sums, for all frequencies k df at once, are
// non-uniform Fourier transforms, done to 1e-13 by spreading each value over a
// fine grid with a Gaussian, one FFT, and division by the transform of the
// Gaussian (L. Greengard and J.-Y. Lee, SIAM Review 46:443, 2004).

// Lomb appends the one-sided density of the series (unit² of x per Hz) at
// k df, k = 1 to count, t being the time of each value in s. The mean of x is
// removed. A sine keeps its power: the density is 2 P dt with P Lomb's
// periodogram (not divided by the variance) and dt the mean step of t. It
// appends nothing where there are fewer than three values, no time between
// them, or one that is not finite, or where 4 count df would need a grid of more than 2^26 cells.
func Lomb(dst, t, x []float64, df float64, count int) []float64 {
	for _, v := range t {
		if math.IsNaN(v - v) {
			return dst
		}
	}
	for _, v := range x {
		if math.IsNaN(v - v) {
			return dst
		}
	}
	var a Analyzer
	return a.lomb(dst, t, x, df, count)
}

const maxLombGrid = 1 << 26

func (a *Analyzer) lomb(dst, t, x []float64, df float64, count int) []float64 {
	n := len(t)
	if n < 3 || len(x) != n || count < 1 || count > maxLombGrid/4 || !(t[n-1] > t[0]) || !(df > 0) {
		return dst
	}
	// The grid is 1.5 to 3 times the modes -count..count.
	grid := 16
	for grid < 3*(count+1) {
		grid *= 2
	}
	over := float64(grid) / float64(2*count+2)
	reach := int(math.Ceil(33 / (math.Pi * (1 - 1/(2*over-1))))) // e^-33: 5e-15
	modes := float64(2*count + 2)
	tau := math.Pi * float64(reach) / (modes * modes * over * (over - 0.5))
	reach = min(reach, grid/2-1)

	// Both arrays have room before and after, which is folded in at the end.
	re, im := a.zeros(grid + 2*reach + 2)
	m := mean(x)
	cell := 2 * math.Pi / float64(grid)
	// exp(-(l cell)²/4τ), the part of the Gaussian that no value changes.
	shape := a.model[:0]
	for l := range reach {
		u := float64(l+1) * cell
		shape = append(shape, portable.Exp(-u*u/(4*tau)))
	}
	a.model = shape
	spread := func(to []float64, turns, weight float64) {
		// The nearest cell, and how far beyond it the value lies, in cells.
		at := float64((turns - math.Floor(turns)) * float64(grid))
		c := int(at + 0.5)
		u := at - float64(c)
		up, down := expPair(u * cell * cell / (2 * tau))
		center, _ := expPair(-float64(u*u) * cell * cell / (4 * tau))
		p := float64(weight * center)
		q := p
		low, high := to[c:c+reach], to[c+reach:c+2*reach+1]
		high[0] += p
		high = high[1:]
		high = high[:len(shape)]
		for l, g := range shape {
			p *= up
			q *= down
			high[l] += float64(p * g)
			low[len(low)-1-l] += float64(q * g)
		}
	}
	for j := range t {
		// Whole turns fall away in both; each angle is made from its own
		// fraction of a turn, so that the error does not grow.
		turns := float64((t[j] - t[0]) * df)
		spread(re, turns, x[j]-m)
		spread(im, 2*turns, 1)
	}
	re, im = fold(re, reach, grid), fold(im, reach, grid)
	a.plan(grid).Transform(re, im)

	dt := (t[n-1] - t[0]) / float64(n-1)
	// Deconvolution: sqrt(π/τ) exp(k²τ)/grid, with half of it for the
	// separation of the two real transforms.
	factor := math.Sqrt(math.Pi/tau) / float64(grid) / 2
	// exp(k²τ) follows from the one before by a factor that itself grows by a
	// fixed one; every 16 steps all begin anew, within 1e-13.
	var g, up float64
	double := portable.Exp(2 * tau)
	for k := 1; k <= count; k++ {
		if f := float64(k); k%16 == 1 {
			g, up = factor*portable.Exp(f*f*tau), portable.Exp((f+f+1)*tau)
		} else {
			g *= up
			up *= double
		}
		ar, ai, br, bi := re[k], im[k], re[grid-k], im[grid-k]
		// Sums of x e^-iθ and of e^-2iθ.
		xr, xi := g*(ar+br), g*(ai-bi)
		ur, ui := g*(ai+bi), g*(br-ar)
		dst = append(dst, 2*lombPower(float64(n), xr, xi, ur, -ui)*dt)
	}
	return dst
}

// lombPower returns Lomb's periodogram, not divided by the variance, of n
// values: xr and -xi are the sums of x cos θ and x sin θ, c2 and s2 those of
// cos 2θ and sin 2θ.
func lombPower(n, xr, xi, c2, s2 float64) float64 {
	square := float64(c2*c2) + float64(s2*s2)
	rr, ii := float64(xr*xr), float64(xi*xi)
	// With both terms on one denominator τ falls out. Where that is small, as
	// at half the rate of even intervals, too little is left of the difference.
	if rest := float64(n*n) - square; rest > 1e-3*n*n {
		return (float64(n*(rr+ii)) - float64(c2*(rr-ii)) + float64(2*s2*xr*xi)) / rest
	}
	hyp := math.Sqrt(square)
	// cos and sin of τ' = half the angle of (c2, s2), without an angle.
	ct := math.Sqrt(max(0, (1+c2/hyp)/2))
	st := math.Copysign(math.Sqrt(max(0, (1-c2/hyp)/2)), s2)
	xc := float64(xr*ct) - float64(xi*st) // sum x cos(θ-τ'), xi = -sum x sin θ
	xs := -float64(xi*ct) - float64(xr*st)
	p := float64(xc*xc) / (n + hyp)
	if n > hyp {
		p += float64(xs*xs) / (n - hyp)
	}
	return p
}

// fold adds the cells before and after the circle to those they stand for, and
// returns the circle.
func fold(x []float64, reach, grid int) []float64 {
	circle := x[reach : reach+grid]
	for i, v := range x[:reach] {
		circle[grid-reach+i] += v
	}
	for i, v := range x[reach+grid:] {
		circle[i] += v
	}
	return circle
}

// expPair returns exp(x) and exp(-x) for |x| < 0.22, within 1e-15.
func expPair(x float64) (up, down float64) {
	z := float64(x * x)
	even := float64(z*(1./3628800)) + 1./40320
	even = float64(even*z) + 1./720
	even = float64(even*z) + 1./24
	even = float64(even*z) + 0.5
	even = float64(even*z) + 1
	odd := float64(z*(1./362880)) + 1./5040
	odd = float64(odd*z) + 1./120
	odd = float64(odd*z) + 1./6
	odd = float64(odd*z) + 1
	odd = float64(odd * x)
	return even + odd, even - odd
}
