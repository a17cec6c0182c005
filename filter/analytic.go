package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// analytic.go: the Hilbert transform of a whole signal, taken as one period
// (S. L. Marple, IEEE Trans. Signal Process. 47:2600, 1999). A stream has
// RemezHilbert.

// Hilbert returns x with every frequency a quarter of a turn later, a cosine as a
// sine: the imaginary part of the analytic signal of which x is the real part. x
// is without NaN; where its end and its beginning differ, the ends ring.
func Hilbert(x []float64) []float64 {
	n := len(x)
	if n == 0 {
		return nil
	}
	re, im := append([]float64(nil), x...), make([]float64, n)
	f := portable.NewFFT(n)
	f.Transform(re, im)
	for k := 1; k < n; k++ {
		switch {
		case 2*k < n: // positive frequencies, twice
			re[k], im[k] = 2*re[k], 2*im[k]
		case 2*k > n:
			re[k], im[k] = 0, 0
		}
	}
	f.Inverse(re, im)
	return im
}

// Envelope returns the magnitude of the analytic signal of x (Hilbert), in the
// unit of x: of a burst of oscillation its swell. A mean of x counts as part of
// it; take that out first.
func Envelope(x []float64) []float64 {
	y := Hilbert(x)
	for i, v := range x {
		y[i] = math.Sqrt(float64(v*v) + float64(y[i]*y[i]))
	}
	return y
}
