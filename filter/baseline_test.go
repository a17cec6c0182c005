package filter_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
)

func movingMedian(t testing.TB, rate float64, w time.Duration, leads int) *filter.Median {
	m, err := filter.NewMedian(filter.MedianConfig{Rate: rate, Window: w, Leads: leads})
	require.NoError(t, err)
	return m
}

func medianBaseline(t testing.TB, rate float64, leads int) *filter.MedianBaseline {
	m, err := filter.NewMedianBaseline(filter.MedianBaselineConfig{Rate: rate, Leads: leads})
	require.NoError(t, err)
	return m
}

func linearHighPass(t testing.TB, rate, cutoff float64, leads int) *filter.LinearHighPass {
	m, err := filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: rate, Cutoff: cutoff, Leads: leads})
	require.NoError(t, err)
	return m
}

// padded is x with its ends, or zeros, n times before and behind.
func held(x []float64, n int, zero bool) []float64 {
	a, b := x[0], x[len(x)-1]
	if zero {
		a, b = 0, 0
	}
	return append(append(slices.Repeat([]float64{a}, n), x...), slices.Repeat([]float64{b}, n)...)
}

func TestMedianEqualsSciPy(t *testing.T) {
	var g struct {
		MedianBaseline []struct {
			Fs          float64
			K200        int
			K600        int
			ZeroStage1  []float64 `json:"zero_pad_stage1"`
			Zero        []float64 `json:"zero_pad_baseline"`
			EdgeStage1  []float64 `json:"nearest_pad_stage1"`
			EdgeOfStage []float64 `json:"nearest_pad_baseline"`
		} `json:"median_baseline"`
	}
	golden(t, "smooth.json", &g)
	require.NotEmpty(t, g.MedianBaseline)
	x := testSignal(t)
	for _, c := range g.MedianBaseline {
		for _, zero := range []bool{true, false} {
			first, second := c.EdgeStage1, c.EdgeOfStage
			if zero {
				first, second = c.ZeroStage1, c.Zero
			}
			a, b := c.K200/2, c.K600/2
			one := whole(movingMedian(t, c.Fs, 200*time.Millisecond, 1), held(x, a, zero))[a : a+len(x)]
			require.Equal(t, first, one, "%v Hz", c.Fs)
			two := whole(movingMedian(t, c.Fs, 600*time.Millisecond, 1), held(one, b, zero))[b : b+len(x)]
			require.Equal(t, second, two, "%v Hz", c.Fs)
			// Both in one stage, away from the ends.
			y := whole(medianBaseline(t, c.Fs, 1), x)
			require.Len(t, y, len(x))
			for i := a + b; i < len(x)-a-b; i++ {
				require.Equal(t, x[i]-two[i], y[i])
			}
		}
	}
}

// Against a window that is sorted, with ties, gaps, and gaps longer than it.
func TestMedianIsTheMedian(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 5000)
	for i := range x {
		x[i] = float64(r.IntN(20)) - 10
		if r.IntN(5) == 0 || i > 2000 && i < 2060 || i > 3000 && i < 3020 {
			x[i] = math.NaN()
		}
	}
	const half = 10
	y := whole(movingMedian(t, 100, 210*time.Millisecond, 1), x)
	for i, v := range y {
		if math.IsNaN(x[i]) {
			require.True(t, math.IsNaN(v))
			continue
		}
		var w []float64
		for k := max(0, i-half); k <= min(len(x)-1, i+half); k++ {
			if !math.IsNaN(x[k]) {
				w = append(w, x[k])
			}
		}
		slices.Sort(w)
		require.Equal(t, (w[(len(w)-1)/2]+w[len(w)/2])/2, v, "value %d", i)
	}
}

// The cut-off, the ripple and the phase of the linear high-pass, measured on
// sines.
func TestLinearHighPassResponse(t *testing.T) {
	for _, rate := range []float64{100, 250, 1000} {
		for _, cutoff := range []float64{0.5, 0.67} {
			for _, k := range []struct{ hz, least, most float64 }{
				{cutoff / 10, 0, 0.0118}, // 40 dB per decade
				{cutoff, 0.7, 0.714},     // -3 dB
				{5 * cutoff, 0.98, 1.012}, {10, 0.988, 1.012},
			} {
				x := make([]float64, int(60*rate))
				for i := range x {
					x[i] = math.Sin(2 * math.Pi * k.hz * float64(i) / rate)
				}
				y := whole(linearHighPass(t, rate, cutoff, 1), x)
				a, b := int(20*rate), int(40*rate) // whole periods
				var re, power float64
				for i := a; i < b; i++ {
					re += x[i] * y[i]
					power += x[i] * x[i]
				}
				require.True(t, re/power >= k.least && re/power <= k.most, "%v Hz at %v, cut-off %v: %v", k.hz, rate, cutoff, re/power)
				// Nothing is shifted: all of it is in phase.
				rest := 0.0
				for i := a; i < b; i++ {
					rest += math.Pow(y[i]-re/power*x[i], 2)
				}
				require.Less(t, math.Sqrt(rest/power), 1e-6)
			}
		}
	}
}

// What a baseline remover leaves of a wander of 1 mV and 0.2 Hz, and what it does
// to ST (80 ms after the S wave) of the same beats, in mV.
func wanderAndST(t testing.TB, s ecg.Stage[float64, float64], rate float64) (rest, st float64) {
	x, beats := heart(t, rate, 72, 40)
	wander := make([]float64, len(x))
	for i := range wander {
		wander[i] = math.Sin(2 * math.Pi * 0.2 * float64(i) / rate)
	}
	clean := whole(s, x)
	s.Reset()
	y := whole(s, plus(x, wander))
	var left []float64
	for i := int(5 * rate); i < len(x)-int(5*rate); i++ {
		left = append(left, y[i]-clean[i])
	}
	for _, b := range beats[5 : len(beats)-5] {
		at := func(x []float64, ms float64) float64 { return x[int(b.At)+int(ms*rate/1000)] }
		st = math.Max(st, math.Abs((at(clean, 120)-at(clean, -60))-(at(x, 120)-at(x, -60))))
	}
	return rms(left), st
}

func TestBaselineKeepsST(t *testing.T) {
	const rate = 250
	for _, k := range []struct {
		name     string
		s        ecg.Stage[float64, float64]
		rest, st float64
	}{
		{"two medians", medianBaseline(t, rate, 1), 0.06, 0.03},
		{"linear high-pass", linearHighPass(t, rate, 0.67, 1), 0.12, 0.03},
	} {
		rest, st := wanderAndST(t, k.s, rate)
		t.Logf("%s: of a wander of 0.71 mV (rms) %.3f mV are left; ST is off by %.3f mV", k.name, rest, st)
		require.Less(t, rest, k.rest, k.name)
		require.Less(t, st, k.st, k.name)
	}
}

func TestBaselineKeepsTheContract(t *testing.T) {
	const rate = 250
	x := patient(t, rate, 2)
	for name, build := range map[string]func() ecg.Stage[float64, float64]{
		"median":           func() ecg.Stage[float64, float64] { return movingMedian(t, rate, 200*time.Millisecond, 2) },
		"two medians":      func() ecg.Stage[float64, float64] { return medianBaseline(t, rate, 2) },
		"linear high-pass": func() ecg.Stage[float64, float64] { return linearHighPass(t, rate, 0.67, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{New: build, Input: x, Frame: 2, Rate: rate, MaxState: 1 << 16})
		})
	}
}

func TestBaselineRefuses(t *testing.T) {
	for name, err := range map[string]error{
		"median without a rate": second(filter.NewMedian(filter.MedianConfig{Window: time.Second})),
		"median of nothing":     second(filter.NewMedian(filter.MedianConfig{Rate: 360})),
		"median of a day":       second(filter.NewMedian(filter.MedianConfig{Rate: 360, Window: 24 * time.Hour})),
		"leads":                 second(filter.NewMedianBaseline(filter.MedianBaselineConfig{Rate: 360, Leads: -2})),
		"rate of 1":             second(filter.NewMedianBaseline(filter.MedianBaselineConfig{Rate: 1})),
		"cut-off NaN":           second(filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: 360, Cutoff: math.NaN()})),
		"cut-off of 100":        second(filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: 360, Cutoff: 100})),
		"averages too long":     second(filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: 1e6, Cutoff: 0.01})),
	} {
		var c *ecg.ConfigError
		require.ErrorAs(t, err, &c, name)
	}
}

func second[T any](_ T, err error) error { return err }

func benchmarkStage(b *testing.B, s ecg.Stage[float64, float64]) {
	x := patient(b, 360, 1)
	out := make([]float64, 0, len(x))
	b.ReportAllocs()
	for b.Loop() {
		out = s.Append(out[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}

func BenchmarkMedianBaseline(b *testing.B) { benchmarkStage(b, medianBaseline(b, 360, 1)) }
func BenchmarkLinearHighPass(b *testing.B) { benchmarkStage(b, linearHighPass(b, 360, 0.67, 1)) }

// A spike narrower than half of the window goes, a step stays.
func ExampleNewMedian() {
	m, _ := filter.NewMedian(filter.MedianConfig{Rate: 250, Window: 20 * time.Millisecond})
	fmt.Println(m.Flush(m.Append(nil, []float64{0, 0, 9, 0, 0, 0, 1, 1, 1, 1})))
	// Output: [0 0 0 0 0 0 1 1 1 1]
}

func ExampleNewMedianBaseline() {
	m, _ := filter.NewMedianBaseline(filter.MedianBaselineConfig{Rate: 100})
	x := make([]float64, 200)
	for i := range x {
		x[i] = 300 + 0.001*float64(i) // an electrode offset that drifts
	}
	x[100] += 1 // mV
	y := m.Flush(m.Append(nil, x))
	fmt.Printf("%.3f %.3f %.3f, delay %v\n", y[99], y[100], y[101], m.Delay())
	// Output: 0.000 0.999 -0.001, delay 400ms
}

func ExampleNewLinearHighPass() {
	h, _ := filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: 250, Cutoff: 0.67})
	x := make([]float64, 1000)
	for i := range x {
		x[i] = 300
	}
	x[500] += 1
	y := h.Flush(h.Append(nil, x))
	fmt.Printf("%.2f %.2f %.2f, delay %v\n", y[499], y[500], y[501], h.Delay())
	// Output: -0.00 1.00 -0.00, delay 1.068s
}
