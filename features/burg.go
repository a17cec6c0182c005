package features

import "math"

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
	noise = an.burg(x, order, Nothing)
	return an.model, noise
}

// burg leaves the coefficients of x without its trend in a.model.
func (a *Analyzer) burg(x []float64, order int, trend Detrending) (noise float64) {
	f := append(a.x[:0], x...)
	trend.remove(f)
	b := append(a.y[:0], f...)
	a.x, a.y = f, b
	model := append(a.model[:0], 1)
	n := len(x)
	noise = squares(f, 0) / float64(n)
	num, den := 0.0, 0.0
	before := f[0]
	for _, v := range f[1:] {
		num += float64(v * before)
		den += float64(v*v) + float64(before*before)
		before = v
	}
	for m := 1; m <= order; m++ {
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
		noise *= 1 - float64(k*k)
		num, den = reflect(f[m:n], b[m-1:n], k)
	}
	a.model = model
	return noise
}

// reflect takes the errors to the next order and returns the sums that the
// next reflection coefficient is made of. The error backward at b[i] belongs to
// the one forward at f[i], and moves to b[i+1].
func reflect(f, b []float64, k float64) (num, den float64) {
	next := b[1:]
	next = next[:len(f)]
	// Two sums at a time: an addition waits for the one before.
	var num0, num1, den0, den1 float64
	u, v := f[0], b[0]
	f[0] = u + float64(k*v)
	last := v + float64(k*u)
	v, next[0] = next[0], last
	i := 1
	for ; i+1 < len(f); i += 2 {
		u0, u1, v0, v1 := f[i], f[i+1], v, next[i]
		f0, f1 := u0+float64(k*v0), u1+float64(k*v1)
		b0, b1 := v0+float64(k*u0), v1+float64(k*u1)
		num0 += float64(f0 * last)
		num1 += float64(f1 * b0)
		den0 += float64(f0*f0) + float64(last*last)
		den1 += float64(f1*f1) + float64(b0*b0)
		v = next[i+1]
		f[i], f[i+1], next[i], next[i+1] = f0, f1, b0, b1
		last = b1
	}
	if i < len(f) {
		u0 := f[i]
		f0, b0 := u0+float64(k*v), v+float64(k*u0)
		num0 += float64(f0 * last)
		den0 += float64(f0*f0) + float64(last*last)
		f[i], next[i] = f0, b0
	}
	return num0 + num1, den0 + den1
}

// modelDensity appends the density of a.model at k rate/nfft, k = 0 to nfft/2.
func (a *Analyzer) modelDensity(dst []float64, noise, rate float64, nfft int) []float64 {
	re, im := a.zeros(nfft)
	for i, v := range a.model {
		re[i%nfft] += v
	}
	a.plan(nfft).Transform(re, im)
	for k := range nfft/2 + 1 {
		dst = append(dst, 2*noise/float64(rate*(float64(re[k]*re[k])+float64(im[k]*im[k]))))
	}
	return dst
}
