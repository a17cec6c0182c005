package features

import "math"

// spline.go: the interpolating cubic spline with not-a-knot ends, by which an
// unevenly sampled series is put on an even grid.

// resample appends the spline through (t[i], x[i]), t rising, at t[0] + k/rate
// up to t[len(t)-1]. t needs at least four points.
func (a *Analyzer) resample(dst, t, x []float64, rate float64) []float64 {
	n := len(t)
	// Second derivatives m from a tridiagonal system in m[1..n-2]. Not-a-knot:
	// the third derivative is continuous at t[1] and t[n-2], which gives m[0]
	// and m[n-1] as lines through their neighbours.
	if cap(a.spline) < 3*n {
		a.spline = make([]float64, 3*n, 4*n)
	}
	m, c, h := a.spline[:n], a.spline[n:2*n], a.spline[2*n:3*n]
	for i := range n - 1 {
		h[i] = t[i+1] - t[i]
	}
	for i := 1; i < n-1; i++ {
		lower, upper := h[i-1], h[i]
		diagonal := 2 * (h[i-1] + h[i])
		right := float64(6 * ((x[i+1]-x[i])/h[i] - (x[i]-x[i-1])/h[i-1]))
		if i == 1 { // m[0] = m[1] + (m[1]-m[2]) h0/h1
			diagonal += h[0] + float64(h[0]*h[0])/h[1]
			upper -= float64(h[0]*h[0]) / h[1]
		}
		if i == n-2 { // m[n-1] = m[n-2] + (m[n-2]-m[n-3]) h[n-2]/h[n-3]
			diagonal += h[n-2] + float64(h[n-2]*h[n-2])/h[n-3]
			lower -= float64(h[n-2]*h[n-2]) / h[n-3]
		}
		if i > 1 {
			diagonal -= float64(lower * c[i-1])
			right -= float64(lower * m[i-1])
		}
		c[i] = upper / diagonal
		m[i] = right / diagonal
	}
	for i := n - 3; i >= 1; i-- {
		m[i] -= float64(c[i] * m[i+1])
	}
	m[0] = m[1] + float64((m[1]-m[2])*h[0])/h[1]
	m[n-1] = m[n-2] + float64((m[n-2]-m[n-3])*h[n-2])/h[n-3]

	count := int(math.Floor(float64((t[n-1]-t[0])*rate))) + 1
	i := 0
	for k := range count {
		at := t[0] + float64(k)/rate
		for i < n-2 && at > t[i+1] {
			i++
		}
		w := h[i]
		p, q := (t[i+1]-at)/w, (at-t[i])/w
		curve := float64((float64(p*p*p)-p)*m[i]) + float64((float64(q*q*q)-q)*m[i+1])
		dst = append(dst, float64(p*x[i])+float64(q*x[i+1])+float64(curve*float64(w*w))/6)
	}
	return dst
}
