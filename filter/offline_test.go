package filter_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
)

// What works on a whole signal: detrend, Hilbert, Fourier resampling, the ends of
// Savitzky-Golay.
func TestOfflineEqualsSciPy(t *testing.T) {
	var g struct {
		Detrend map[string][]float64
		Hilbert []float64 `json:"hilbert_envelope"`
		Savgol  []struct {
			Window, Poly, Deriv int
			Delta               float64
			YInterp             []float64 `json:"y_interp"`
			YNearest            []float64 `json:"y_nearest"`
			YMirror             []float64 `json:"y_mirror"`
			YConstant           []float64 `json:"y_constant"`
		}
	}
	golden(t, "smooth.json", &g)
	x := testSignal(t)
	for name, order := range map[string]int{"constant": 0, "linear": 1} {
		y, err := filter.Detrend(x, order)
		require.NoError(t, err)
		requireClose(t, g.Detrend[name], y, 1e-13, name)
	}
	requireClose(t, g.Hilbert, filter.Envelope(x), 1e-12, "envelope")

	modes := 0
	for _, c := range g.Savgol {
		config := filter.PolynomialConfig{Rate: 1 / c.Delta, Points: c.Window, Order: c.Poly, Derivative: c.Deriv}
		y, err := filter.SavitzkyGolay(x, config)
		require.NoError(t, err)
		requireClose(t, c.YInterp, y, 1e-12, fmt.Sprint(c.Window, c.Poly, c.Deriv))
		// The other ways over the ends are the stage over a longer signal.
		for name, beyond := range map[string]struct {
			want []float64
			at   func(i int) float64 // i samples beyond the first (below 0) or the last
		}{
			"nearest": {c.YNearest, func(i int) float64 {
				if i < 0 {
					return x[0]
				}
				return x[len(x)-1]
			}},
			"mirror": {c.YMirror, func(i int) float64 {
				if i < 0 {
					return x[-i]
				}
				return x[len(x)-1-i]
			}},
			"constant": {c.YConstant, func(int) float64 { return 0 }},
		} {
			if beyond.want == nil {
				continue
			}
			modes++
			half := c.Window / 2
			var longer []float64
			for i := -half; i < 0; i++ {
				longer = append(longer, beyond.at(i))
			}
			longer = append(longer, x...)
			for i := 1; i <= half; i++ {
				longer = append(longer, beyond.at(i))
			}
			y := whole(newPolynomial(t, config), longer)
			requireClose(t, beyond.want, y[half:half+len(x)], 1e-12, name)
		}
	}
	require.Equal(t, 3, modes)

	var r struct {
		Cases []struct {
			Kind string
			Y    []float64
		}
	}
	golden(t, "resample.json", &r)
	checked := 0
	for _, c := range r.Cases {
		if c.Kind == "resample_fft" {
			y, err := filter.ResamplePeriodic(x, len(c.Y))
			require.NoError(t, err)
			requireClose(t, c.Y, y, 1e-12, c.Kind)
			checked++
		}
	}
	require.Equal(t, 1, checked)
}

// A polynomial of the order is taken out whole, with gaps and a large offset.
func TestDetrendTakesAllOut(t *testing.T) {
	for order := range 9 {
		x := make([]float64, 500)
		for i := range x {
			u := float64(i)/250 - 1
			x[i] = 300
			for k := range order {
				x[i] += 10 * math.Pow(u, float64(k+1))
			}
		}
		x[3], x[499], x[77] = math.NaN(), math.NaN(), math.Inf(1)
		y, err := filter.Detrend(x, order)
		require.NoError(t, err)
		for i, v := range y {
			if i == 3 || i == 499 || i == 77 {
				require.True(t, math.IsNaN(v))
				continue
			}
			require.InDelta(t, 0, v, 1e-12*300, "order %d value %d", order, i)
		}
	}
	for _, x := range [][]float64{nil, {5}, {5, 7}, {math.NaN(), 2, math.NaN()}, {math.NaN()}} {
		y, err := filter.Detrend(x, 3)
		require.NoError(t, err)
		require.Len(t, y, len(x))
		for i, v := range y {
			require.True(t, math.IsNaN(x[i]) && math.IsNaN(v) || math.Abs(v) < 1e-12, "%v: %v", x, y)
		}
	}
}

// Whole periods of a sine: its quadrature, its envelope, and itself at any rate.
func TestPeriodicLaws(t *testing.T) {
	for _, n := range []int{1, 2, 3, 16, 25, 360} {
		sine := func(n int, turn float64) []float64 {
			x := make([]float64, n)
			for i := range x {
				x[i] = math.Sin(2 * math.Pi * (float64(i*7)/float64(n) + turn))
			}
			return x
		}
		if n < 16 {
			x := make([]float64, n)
			x[0] = 5
			require.Len(t, filter.Envelope(x), n)
			y, err := filter.ResamplePeriodic(x, n)
			require.NoError(t, err)
			requireClose(t, x, y, 1e-14, "the same length")
			continue
		}
		x := sine(n, 0.2)
		requireClose(t, sine(n, 0.2-0.25), filter.Hilbert(x), 1e-13, "quadrature")
		for _, v := range filter.Envelope(x) {
			require.InDelta(t, 1, v, 1e-13)
		}
		for _, to := range []int{15, 16, 24, 25, 100, 361} {
			y, err := filter.ResamplePeriodic(x, to)
			require.NoError(t, err)
			requireClose(t, sine(to, 0.2), y, 1e-12, fmt.Sprint(n, to))
		}
	}
	require.Empty(t, filter.Envelope(nil))
	// An even length down and up again, with something at half of the rate.
	x := []float64{1, -1, 1, -1, 1, -1, 1, -1}
	y, err := filter.ResamplePeriodic(x, 16)
	require.NoError(t, err)
	for i := range x {
		require.InDelta(t, x[i], y[2*i], 1e-14)
	}
}

func TestOfflineRefuses(t *testing.T) {
	var config *ecg.ConfigError
	x := make([]float64, 10)
	for name, err := range map[string]error{
		"order":       second(filter.Detrend(x, 9)),
		"order -1":    second(filter.Detrend(x, -1)),
		"no samples":  second(filter.ResamplePeriodic(nil, 3)),
		"to nothing":  second(filter.ResamplePeriodic(x, 0)),
		"to too much": second(filter.ResamplePeriodic(x, math.MaxInt)),
		"short":       second(filter.SavitzkyGolay(x, filter.PolynomialConfig{Rate: 360, Points: 11, Order: 2})),
		"leads":       second(filter.SavitzkyGolay(x, filter.PolynomialConfig{Rate: 360, Leads: 2})),
		"no rate":     second(filter.SavitzkyGolay(x, filter.PolynomialConfig{})),
	} {
		require.ErrorAs(t, err, &config, name)
	}
}

func ExampleDetrend() {
	y, _ := filter.Detrend([]float64{10, 11, math.NaN(), 13, 14}, 1) // mV
	fmt.Printf("%.3f\n", y)
	// Output: [0.000 0.000 NaN 0.000 0.000]
}

func ExampleEnvelope() {
	x := make([]float64, 360) // a second of 20 Hz that swells once
	for i := range x {
		u := float64(i) / 360
		x[i] = (1 - math.Cos(2*math.Pi*u)) * math.Sin(2*math.Pi*20*u)
	}
	y := filter.Envelope(x)
	fmt.Printf("%.2f %.2f %.2f\n", y[0], y[90], y[180])
	// Output: 0.00 1.00 2.00
}

func ExampleHilbert() {
	cosine := []float64{1, 0, -1, 0}
	fmt.Println(filter.Hilbert(cosine))
	// Output: [0 1 0 -1]
}

// A template of a beat at another rate.
func ExampleResamplePeriodic() {
	beat := make([]float64, 250)
	beat[100] = 1
	y, _ := filter.ResamplePeriodic(beat, 360)
	fmt.Println(len(y), "samples, peak at", top(y))
	// Output: 360 samples, peak at 144
}

func ExampleSavitzkyGolay() {
	parabola := []float64{0, 1, 4, 9, 16, 25, 36}
	y, _ := filter.SavitzkyGolay(parabola, filter.PolynomialConfig{Rate: 1, Points: 5, Order: 2, Derivative: 1})
	fmt.Printf("%.1f\n", y)
	// Output: [0.0 2.0 4.0 6.0 8.0 10.0 12.0]
}
