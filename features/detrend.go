package features

// Detrending says what is removed before a spectrum.
type Detrending uint8

const (
	Constant Detrending = iota // the mean (of each segment, for Welch)
	Linear                     // the least-squares line (of each segment, for Welch)
	Nothing
)

// remove takes the trend out of x.
func (d Detrending) remove(x []float64) {
	if d == Nothing || len(x) == 0 {
		return
	}
	m := mean(x)
	if d == Constant || len(x) < 2 {
		for i := range x {
			x[i] -= m
		}
		return
	}
	half := float64(len(x)-1) / 2
	sxx, sxy := 0.0, 0.0
	for i, v := range x {
		u := float64(i) - half
		sxx += float64(u * u)
		sxy += float64(u * (v - m))
	}
	c := sxy / sxx
	for i := range x {
		x[i] -= m + float64(c*(float64(i)-half))
	}
}

// SmoothnessPriors removes the trend of the evenly sampled x in place:
// z - (I + λ² D'D)⁻¹ z, D the second difference. M. P. Tarvainen et al., IEEE
// Trans. Biomed. Eng. 49:172-175, 2002; λ 500 at 4 Hz cuts at about 0.035 Hz
// and is the habit of Kubios. The five-diagonal system is solved in linear
// time; at λ 500 its solution is sure to about 1e-8 of x.
func SmoothnessPriors(x []float64, lambda float64) {
	var a Analyzer
	a.smoothnessPriors(x, lambda)
}

func (a *Analyzer) smoothnessPriors(x []float64, lambda float64) {
	n := len(x)
	if n < 3 {
		return // no second difference: nothing is trend
	}
	if cap(a.spline) < 3*n {
		a.spline = make([]float64, 3*n, 4*n)
	}
	// L D L' with two sub-diagonals e and f, solved for the trend z - x.
	d, e, z := a.spline[:n], a.spline[n:2*n], a.spline[2*n:3*n]
	if cap(a.band) < n {
		a.band = make([]float64, n, n+n/3)
	}
	f := a.band[:n]
	l2 := float64(lambda * lambda)
	for i := range n {
		// Row i of D'D: 1 -2 1 | -2 5 -4 1 | 1 -4 6 -4 1 ...
		diagonal, first, second := 6.0, -4.0, 1.0
		switch {
		case n == 3:
			diagonal, first = [3]float64{1, 4, 1}[i], -2
		case i == 0 || i == n-1:
			diagonal = 1
		case i == 1 || i == n-2:
			diagonal = 5
		}
		if n > 3 && (i == 0 || i == n-2) {
			first = -2
		}
		v := 1 + float64(l2*diagonal)
		if i >= 1 {
			v -= float64(e[i-1] * e[i-1] * d[i-1])
		}
		if i >= 2 {
			v -= float64(f[i-2] * f[i-2] * d[i-2])
		}
		d[i] = v
		if i+1 < n {
			u := float64(l2 * first)
			if i >= 1 {
				u -= float64(e[i-1] * f[i-1] * d[i-1])
			}
			e[i] = u / v
		}
		if i+2 < n {
			f[i] = float64(l2*second) / v
		}
		z[i] = x[i]
		if i >= 1 {
			z[i] -= float64(e[i-1] * z[i-1])
		}
		if i >= 2 {
			z[i] -= float64(f[i-2] * z[i-2])
		}
	}
	for i := n - 1; i >= 0; i-- {
		z[i] /= d[i]
		if i+1 < n {
			z[i] -= float64(e[i] * z[i+1])
		}
		if i+2 < n {
			z[i] -= float64(f[i] * z[i+2])
		}
		x[i] -= z[i]
	}
}
