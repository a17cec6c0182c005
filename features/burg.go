package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// burg.go: the autoregressive model of J. P. Burg (1975): each reflection
// coefficient minimises the sum of the squared errors forward and backward.

// Burg returns the autoregressive model of x of this order: a[0] = 1, a[1] ...
// a[order], and the variance of the noise in the square of the unit of x. The
// density is 2 noise/(rate |sum a[k] exp(-2πifk/rate)|²). x should have no mean.
// a is nil where x is not longer than the order.
func Burg(x []float64, order int) (a []float64, noise float64) {
	var an Analyzer
	if order < 1 || len(x) <= order {
		return nil, math.NaN()
	}
	noise = an.burg(x, order)
	return an.model, noise
}

// burg leaves the coefficients in a.model.
func (a *Analyzer) burg(x []float64, order int) (noise float64) {
	f := append(a.x[:0], x...)
	b := append(a.y[:0], x...)
	a.x, a.y = f, b
	model := append(a.model[:0], 1)
	n := len(x)
	noise = squares(x, 0) / float64(n)
	// f and b of step m are needed from m on only.
	for m := 1; m <= order; m++ {
		num, den := 0.0, 0.0
		ff, bb := f[m:n], b[m-1:n-1]
		for i, u := range ff {
			v := bb[i]
			num += float64(u * v)
			den += float64(u*u) + float64(v*v)
		}
		k := 0.0
		if den > 0 {
			k = -2 * num / den
		}
		model = append(model, 0)
		for i, j := 0, m; i <= j; i, j = i+1, j-1 {
			p, q := model[i], model[j]
			model[i] = p + float64(k*q)
			model[j] = q + float64(k*p)
		}
		// Backwards in b, whose value at i-1 becomes the one at i.
		v := b[m-1]
		for i := m; i < n; i++ {
			u, next := f[i], b[i]
			f[i] = u + float64(k*v)
			b[i] = v + float64(k*u)
			v = next
		}
		noise *= 1 - float64(k*k)
	}
	a.model = model
	return noise
}

// modelDensity appends the density of a.model at k*df, k = 0 to count-1.
func (a *Analyzer) modelDensity(dst []float64, noise, rate, df float64, count int) []float64 {
	for k := range count {
		// Horner with z = exp(-2πif/rate).
		s, c := portable.Sincos(-2 * math.Pi * float64(float64(k)*df) / rate)
		re, im := 0.0, 0.0
		for i := len(a.model) - 1; i >= 0; i-- {
			re, im = float64(re*c)-float64(im*s)+a.model[i], float64(re*s)+float64(im*c)
		}
		dst = append(dst, 2*noise/float64(rate*(float64(re*re)+float64(im*im))))
	}
	return dst
}
