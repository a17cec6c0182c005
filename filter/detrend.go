package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Detrend returns x without the polynomial that fits it best by least squares:
// order 0 is its mean, 1 a straight line, up to 8 (else a ConfigError). Missing
// samples (NaN, Inf) come out as NaN and do not count. It is for a whole signal;
// a stream has LinearHighPass and MedianBaseline.
//
// The polynomials are made orthogonal over the samples that are there by their
// three-term recurrence (G. E. Forsythe, J. Soc. Indust. Appl. Math. 5:74, 1957),
// and taken out one after the other, so that a large offset costs no digits.
func Detrend(x []float64, order int) ([]float64, error) {
	if order < 0 || order >= maxPolynomial {
		return nil, &ecg.ConfigError{Type: "filter.Detrend", Field: "order", Want: "0 to 8"}
	}
	y := make([]float64, len(x))
	there := 0
	for i, v := range x {
		y[i] = v
		if !good(v) {
			y[i] = math.NaN()
			continue
		}
		there++
	}
	last, now := make([]float64, len(x)), make([]float64, len(x))
	for i := range now {
		now[i] = 1
	}
	place := func(i int) float64 { return float64(2*i-(len(x)-1)) / float64(max(1, len(x)-1)) } // -1 to 1
	lastNorm := 0.0
	for k := 0; k <= min(order, there-1); k++ {
		var norm, own, middle float64 // of the polynomial; its share of y; of the place
		for i, p := range now {
			if y[i] == y[i] {
				square := float64(p * p)
				norm += square
				own += float64(p * y[i])
				middle += float64(place(i) * square)
			}
		}
		share := own / norm
		middle /= norm
		back := 0.0
		if k > 0 {
			back = norm / lastNorm
		}
		for i, p := range now {
			y[i] -= float64(share * p)
			last[i], now[i] = p, float64((place(i)-middle)*p)-float64(back*last[i])
		}
		lastNorm = norm
	}
	return y, nil
}
