package filter_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
)

// The bits of half a minute through each stage of this package that is no
// cascade: the same on every processor.
func TestBitsOfTheStages(t *testing.T) {
	const rate = 360
	x := patient(t, rate, 1)
	x = plus(x, hum(len(x), rate, 0.1, 50.2, 0))
	for i := range x {
		x[i] = math.Round(x[i]/0.005) * 0.005 // hum is made by package math
	}
	derivative, err := filter.NewDerivative(rate, 1)
	require.NoError(t, err)
	for _, k := range []struct {
		name, want string
		s          ecg.Stage[float64, float64]
	}{
		{"mains", "e9f8ac705fcebe61", mains(t, filter.MainsConfig{Rate: rate, Harmonics: 3})},
		{"two medians", "4c0ad6a619b95d7b", medianBaseline(t, rate, 1)},
		{"linear high-pass", "8078bb9c20f8f9d2", linearHighPass(t, rate, 0.67, 1)},
		{"spline", "30ae21261e9c6271", spline(t, detected(t, rate))},
		{"average", "c2c8aa5b973a5199", average(t, rate, 50*time.Millisecond, 1)},
		{"integral", "587e513a12df5f3b", integral(t, rate, 150*time.Millisecond, 1)},
		{"derivative", "2ae6bee1fc16d1af", derivative},
		{"polynomial", "7c05f9a3752f8adf", newPolynomial(t, filter.PolynomialConfig{Rate: rate, Points: 31, Order: 4, Derivative: 2})},
		{"to 250 Hz", "dd818bc31f14ff20", resampler(t, filter.ResamplerConfig{From: rate, To: 250})},
		{"to 62.4725 Hz", "35cc5abcb593ea2d", resampler(t, filter.ResamplerConfig{From: rate, To: 62.4725})},
		{"pacing", "71c901bee648782f", pacing(t, rate, 1)},
	} {
		h := fnv.New64a()
		for _, v := range whole(k.s, x) {
			if math.IsNaN(v) {
				v = math.NaN() // one of its many bit patterns
			}
			b := math.Float64bits(v)
			h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24), byte(b >> 32), byte(b >> 40), byte(b >> 48), byte(b >> 56)})
		}
		require.Equal(t, k.want, fmt.Sprintf("%x", h.Sum64()), k.name)
	}
}
