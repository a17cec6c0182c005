package filter_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
)

// whole is all that a stage makes of x.
func whole[T any](s ecg.Stage[float64, T], x []float64) []T { return s.Flush(s.Append(nil, x)) }

func newPolynomial(t testing.TB, c filter.PolynomialConfig) *filter.Polynomial {
	p, err := filter.NewPolynomial(c)
	require.NoError(t, err)
	return p
}

func average(t testing.TB, rate float64, w time.Duration, leads int) *filter.Average {
	a, err := filter.NewAverage(filter.AverageConfig{Rate: rate, Window: w, Leads: leads})
	require.NoError(t, err)
	return a
}

func integral(t testing.TB, rate float64, w time.Duration, leads int) *filter.Integral {
	a, err := filter.NewIntegral(filter.AverageConfig{Rate: rate, Window: w, Leads: leads})
	require.NoError(t, err)
	return a
}

func TestPolynomialEqualsSciPy(t *testing.T) {
	var g struct {
		Savgol []struct {
			Window, Poly, Deriv int
			Delta               float64
			Coeffs              []float64
			YInterp             []float64 `json:"y_interp"`
		}
		Lfilter []struct {
			Name string
			Y    []float64
		}
	}
	golden(t, "smooth.json", &g)
	x := testSignal(t)
	require.NotEmpty(t, g.Savgol)
	for _, c := range g.Savgol {
		name := fmt.Sprint(c.Window, c.Poly, c.Deriv)
		config := filter.PolynomialConfig{Rate: 1 / c.Delta, Points: c.Window, Order: c.Poly, Derivative: c.Deriv}
		y := whole(newPolynomial(t, config), x)
		require.Len(t, y, len(x))
		half := c.Window / 2
		scale := 0.0
		for _, v := range c.YInterp {
			scale = math.Max(scale, math.Abs(v))
		}
		for i, v := range y {
			if i < half || i >= len(x)-half {
				require.True(t, math.IsNaN(v), "%s: value %d", name, i)
				continue
			}
			require.InDelta(t, c.YInterp[i], v, 1e-12*scale, "%s: value %d", name, i)
		}
		// The weights themselves, in convolution order: the answer to an impulse.
		impulse := make([]float64, 3*c.Window)
		impulse[c.Window] = 1
		y = whole(newPolynomial(t, config), impulse)
		requireClose(t, c.Coeffs, y[c.Window-half:c.Window+half+1], 1e-12, name+" weights")
	}
	// SciPy's are causal, ours two samples earlier.
	d, err := filter.NewDerivative(360, 1)
	require.NoError(t, err)
	y := whole(d, x)
	for _, c := range g.Lfilter {
		scale := map[string]float64{"derivative5_200": 10. / 8 / 360, "derivative5_360": 1}[c.Name]
		if scale == 0 {
			continue
		}
		for i := 4; i < len(x); i++ {
			require.InDelta(t, c.Y[i], scale*y[i-2], 1e-12*360, "%s: value %d", c.Name, i)
		}
	}
}

func TestIntegralEqualsSciPy(t *testing.T) {
	var g struct {
		Lfilter []struct {
			Name string
			B    []float64
			Y    []float64
		}
	}
	golden(t, "smooth.json", &g)
	x := testSignal(t)
	found := 0
	for _, c := range g.Lfilter {
		if c.Name != "mwi_30" && c.Name != "mwi_54" {
			continue
		}
		found++
		n := len(c.B)
		i := integral(t, 1000, time.Duration(n)*time.Millisecond, 1)
		require.Equal(t, float64(n-1)/2, i.GroupDelay())
		for k, v := range whole(i, x) {
			// SciPy's window holds zeros before the first sample.
			want := c.Y[k] * float64(n) / float64(min(n, k+1)) * float64(n) / 1000
			require.InDelta(t, want, v, 1e-14, "%s: value %d", c.Name, k)
		}
	}
	require.Equal(t, 2, found)
}

// The other filters of the reference, made of these pieces: the integer filters of
// Pan and Tompkins of means, the first difference and the DC blocker as sections.
func TestPiecesEqualSciPy(t *testing.T) {
	var g struct {
		Lfilter []struct {
			Name string
			Y    []float64
		}
	}
	golden(t, "smooth.json", &g)
	x := held(testSignal(t), 64, true) // SciPy begins at rest
	mean := func(x []float64, n int) []float64 {
		y := whole(integral(t, 1000, time.Duration(n)*time.Millisecond, 1), x)
		for i := range y {
			y[i] *= 1000 / float64(n)
		}
		return y
	}
	section := func(s filter.Section) []float64 {
		y := make([]float64, len(x))
		filter.Run([]filter.Section{s}, make([]float64, 2), y, x)
		return y
	}
	highPass := mean(x, 32)
	for i := range highPass {
		highPass[i] = x[max(0, i-16)] - highPass[i]
	}
	made := map[string][]float64{
		"pt_lowpass":       mean(mean(x, 6), 6),
		"pt_highpass":      highPass,
		"first_difference": section(filter.Section{B0: 1, B1: -1}),
		"dc_block_0995":    section(filter.Section{B0: 1, B1: -1, A1: -0.995}),
	}
	checked := 0
	for _, c := range g.Lfilter {
		if y, ok := made[c.Name]; ok {
			requireClose(t, c.Y, y[64:64+len(c.Y)], 1e-12, c.Name)
			checked++
		}
	}
	require.Equal(t, len(made), checked)
}

// SciPy's mean filters are the plain definition: so is ours here.
func TestAverageIsTheMeanAround(t *testing.T) {
	x := testSignal(t)
	x[100], x[101] = math.NaN(), 1e300
	y := whole(average(t, 360, 50*time.Millisecond, 1), x) // 19 samples
	for i := range x {
		if i == 100 || i == 101 {
			require.True(t, math.IsNaN(y[i]))
			continue
		}
		sum, n := 0.0, 0.0
		for k := max(0, i-9); k <= min(len(x)-1, i+9); k++ {
			if k != 100 && k != 101 {
				sum, n = sum+x[k], n+1
			}
		}
		require.InDelta(t, sum/n, y[i], 1e-14, "value %d", i)
	}
}

// A day at 100 Hz, in which millions of large values have gone by, equals the
// same signal started late.
func TestSumsDoNotDrift(t *testing.T) {
	const rate, day = 100, 24 * 3600 * 100
	sample := func(i int) float64 { return 300 + 5*math.Sin(float64(i)*0.37) + float64(i%1009)*0.3 }
	i, a := integral(t, rate, 150*time.Millisecond, 1), average(t, rate, time.Second, 1)
	block, out := make([]float64, 4096), []float64(nil)
	start := day - 100*4096
	for from := 0; from < start; from += len(block) {
		block = block[:min(len(block), start-from)]
		for k := range block {
			block[k] = sample(from + k)
		}
		out = i.Append(out[:0], block)
		out = a.Append(out[:0], block)
	}
	late, lateA := integral(t, rate, 150*time.Millisecond, 1), average(t, rate, time.Second, 1)
	x := make([]float64, day-start)
	for k := range x {
		x[k] = sample(start + k)
	}
	want, got := late.Append(nil, x), i.Append(nil, x)
	wantA, gotA := lateA.Append(nil, x), a.Append(nil, x)[50:]
	for k := 200; k < len(wantA); k++ {
		require.InDelta(t, want[k], got[k], 1e-9)
		require.InDelta(t, wantA[k], gotA[k], 1e-9)
	}
}

func TestSmoothKeepsTheContract(t *testing.T) {
	const rate = 250
	x := patient(t, rate, 2)
	for name, build := range map[string]func() ecg.Stage[float64, float64]{
		"average":  func() ecg.Stage[float64, float64] { return average(t, rate, 100*time.Millisecond, 2) },
		"integral": func() ecg.Stage[float64, float64] { return integral(t, rate, 150*time.Millisecond, 2) },
		"polynomial": func() ecg.Stage[float64, float64] {
			return newPolynomial(t, filter.PolynomialConfig{Rate: rate, Points: 9, Order: 3, Leads: 2})
		},
		"derivative": func() ecg.Stage[float64, float64] {
			d, err := filter.NewDerivative(rate, 2)
			require.NoError(t, err)
			return d
		},
	} {
		t.Run(name, func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{New: build, Input: x, Frame: 2, Rate: rate, MaxState: 4096, Recovered: sameButNaN})
		})
	}
}

// sameButNaN compares what comes 2 s after garbage, where NaN at the end of the
// stream is right.
func sameButNaN(want, got []float64) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d values, want %d", len(got), len(want))
	}
	for i, w := range want {
		if math.IsNaN(w) != math.IsNaN(got[i]) || math.Abs(w-got[i]) > 1e-9*(1+math.Abs(w)) {
			return fmt.Errorf("value %d is %v, want %v", i, got[i], w)
		}
	}
	return nil
}

func TestSmoothRefuses(t *testing.T) {
	for name, c := range map[string]filter.PolynomialConfig{
		"no rate":    {},
		"even":       {Rate: 360, Points: 4, Order: 2},
		"too few":    {Rate: 360, Points: 3, Order: 3},
		"order":      {Rate: 360, Points: 21, Order: 9},
		"derivative": {Rate: 360, Points: 5, Order: 2, Derivative: 3},
	} {
		_, err := filter.NewPolynomial(c)
		require.Error(t, err, name)
	}
	for name, c := range map[string]filter.AverageConfig{
		"no rate":   {Window: time.Second},
		"no window": {Rate: 360},
		"too long":  {Rate: 1e6, Window: time.Hour},
		"leads":     {Rate: 360, Window: time.Second, Leads: 257},
	} {
		_, err := filter.NewAverage(c)
		require.Error(t, err, name)
		_, err = filter.NewIntegral(c)
		require.Error(t, err, name)
	}
}

func ExampleNewDerivative() {
	d, _ := filter.NewDerivative(250, 1)
	ramp := []float64{0, 0.02, 0.04, 0.06, 0.08, 0.1} // mV
	for i, slope := range d.Flush(d.Append(nil, ramp)) {
		fmt.Printf("%d: %.1f mV/s\n", i, slope)
	}
	// Output:
	// 0: NaN mV/s
	// 1: NaN mV/s
	// 2: 5.0 mV/s
	// 3: 5.0 mV/s
	// 4: NaN mV/s
	// 5: NaN mV/s
}

// A parabola keeps its top, which an average would lower.
func ExampleNewPolynomial() {
	p, _ := filter.NewPolynomial(filter.PolynomialConfig{Rate: 250, Points: 5, Order: 2})
	fmt.Printf("%.2f\n", p.Flush(p.Append(nil, []float64{0, 5, 8, 9, 8, 5, 0})))
	// Output: [NaN NaN 8.00 9.00 8.00 NaN NaN]
}

func ExampleNewAverage() {
	a, _ := filter.NewAverage(filter.AverageConfig{Rate: 250, Window: 20 * time.Millisecond})
	fmt.Println(a.Flush(a.Append(nil, []float64{0, 0, 5, 0, 0, math.NaN(), 1})))
	// Output: [1.6666666666666667 1.25 1 1.25 1.5 NaN 0.5]
}

func ExampleNewIntegral() {
	i, _ := filter.NewIntegral(filter.AverageConfig{Rate: 200, Window: 150 * time.Millisecond})
	y := i.Append(nil, make([]float64, 30))
	y = i.Append(y, []float64{2}) // mV²: one sample of a squared slope
	fmt.Printf("%.3f mV² s, group delay %.1f samples\n", y[30], i.GroupDelay())
	// Output: 0.010 mV² s, group delay 14.5 samples
}
