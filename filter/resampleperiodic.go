package filter

import (
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// ResamplePeriodic returns n samples for the len(x) of one period of a signal: its
// Fourier series at other places, sample k at k*len(x)/n. It is exact for what is
// periodic and below half of the lower rate; where the end and the beginning of x
// differ, the ends ring. It is for a beat or a template; a record or a stream has
// Resampler. x is without NaN; x and n have 1 to 2^24 samples, else a ConfigError.
func ResamplePeriodic(x []float64, n int) ([]float64, error) {
	fail := func(field string) ([]float64, error) {
		return nil, &ecg.ConfigError{Type: "filter.ResamplePeriodic", Field: field, Want: "1 to 16777216 samples"}
	}
	const longest = 1 << 24
	from := len(x)
	switch {
	case from < 1 || from > longest:
		return fail("x")
	case n < 1 || n > longest:
		return fail("n")
	}
	re, im := append([]float64(nil), x...), make([]float64, from)
	portable.NewFFT(from).Transform(re, im)
	outRe, outIm := make([]float64, n), make([]float64, n)
	outRe[0] = re[0]
	low := min(from, n)
	for k := 1; 2*k < low; k++ {
		outRe[k], outIm[k] = re[k], im[k]
		outRe[n-k], outIm[n-k] = re[from-k], im[from-k]
	}
	// What lies at half of the lower rate has two signs of frequency in the longer
	// of the two, and one value in the shorter.
	if k := low / 2; low%2 == 0 {
		switch {
		case from > n:
			outRe[k] = re[k] + re[from-k]
		case from < n:
			outRe[k], outRe[n-k] = re[k]/2, re[k]/2
		default:
			outRe[k] = re[k]
		}
	}
	portable.NewFFT(n).Inverse(outRe, outIm)
	scale := float64(n) / float64(from)
	for i := range outRe {
		outRe[i] *= scale
	}
	return outRe, nil
}
