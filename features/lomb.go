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
// appends nothing where there are fewer than three values or no time between
// them, or 4 count df would need a grid of more than 2^26 cells.
func Lomb(dst, t, x []float64, df float64, count int) []float64 {
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

	re, im := a.zeros(grid)
	m := mean(x)
	cell := 2 * math.Pi / float64(grid)
	// exp(-(l cell)²/4τ), the part of the Gaussian that no value changes.
	shape := a.model[:0]
	for l := range reach + 1 {
		u := float64(l) * cell
		shape = append(shape, portable.Exp(-u*u/(4*tau)))
	}
	a.model = shape
	spread := func(to []float64, theta, weight float64) {
		c := int(math.Floor(theta / cell))
		u := theta - float64(float64(c)*cell)
		base := weight * portable.Exp(-u*u/(4*tau))
		up := portable.Exp(u * cell / (2 * tau))
		down := 1 / up
		// Cells c+l and c-l around the value, wrapped to the circle.
		mask := grid - 1
		to[c&mask] += base
		p, q := base, base
		for l := 1; l <= reach; l++ {
			p *= up
			q *= down
			to[(c+l)&mask] += float64(p * shape[l])
			to[(c-l)&mask] += float64(q * shape[l])
		}
	}
	for j := range t {
		// Whole turns fall away in both; each angle is made from its own
		// fraction of a turn, so that the error does not grow.
		turns := float64((t[j] - t[0]) * df)
		spread(re, 2*math.Pi*(turns-math.Floor(turns)), x[j]-m)
		turns *= 2
		spread(im, 2*math.Pi*(turns-math.Floor(turns)), 1)
	}
	a.plan(grid).transform(re, im)

	dt := (t[n-1] - t[0]) / float64(n-1)
	// Deconvolution: sqrt(π/τ) exp(k²τ)/grid, with half of it for the
	// separation of the two real transforms.
	factor := math.Sqrt(math.Pi/tau) / float64(grid) / 2
	for k := 1; k <= count; k++ {
		g := factor * portable.Exp(float64(k)*float64(k)*tau)
		ar, ai, br, bi := re[k], im[k], re[grid-k], im[grid-k]
		// Sums of x e^-iθ and of e^-2iθ.
		xr, xi := g*(ar+br), g*(ai-bi)
		ur, ui := g*(ai+bi), g*(br-ar)
		c2, s2 := ur, -ui // sums of cos 2θ and sin 2θ
		hyp := math.Sqrt(float64(c2*c2) + float64(s2*s2))
		// cos and sin of τ' = half the angle of (c2, s2), without an angle.
		ct, st := 1.0, 0.0
		if hyp > 0 {
			ct = math.Sqrt(max(0, (1+c2/hyp)/2))
			st = math.Copysign(math.Sqrt(max(0, (1-c2/hyp)/2)), s2)
		}
		xc := float64(xr*ct) - float64(xi*st) // sum x cos(θ-τ'), xi = -sum x sin θ
		xs := -float64(xi*ct) - float64(xr*st)
		cc := (float64(n) + hyp) / 2
		ss := (float64(n) - hyp) / 2
		p := float64(xc*xc) / cc / 2
		if ss > 0 {
			p += float64(xs*xs) / ss / 2
		}
		dst = append(dst, 2*p*dt)
	}
	return dst
}
