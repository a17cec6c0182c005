package filter_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
)

var presets = []filter.Preset{filter.Monitoring, filter.Diagnostic, filter.STSafe}

func gain(f filter.ZPK, hz, rate float64) float64 {
	h := filter.Response(f.Sections(), hz, rate)
	return math.Hypot(real(h), imag(h))
}

func TestPresetEdges(t *testing.T) {
	for _, p := range presets {
		low, high := p.Edges()
		for _, rate := range []float64{100, 250, 360, 500, 1000} {
			f, err := p.Design(rate)
			if rate <= 2*high {
				require.Error(t, err, "%v at %v", p, rate)
				continue
			}
			require.NoError(t, err)
			require.True(t, f.Stable())
			require.InDelta(t, math.Sqrt(0.5), gain(f, low, rate), 2e-3, "%v at %v", p, rate)
			require.InDelta(t, math.Sqrt(0.5), gain(f, high, rate), 2e-3, "%v at %v", p, rate)
			require.InDelta(t, 1, gain(f, 5, rate), 0.02)
			// AAMI EC38, IEC 60601-2-47: 70 to 140 % of the height at 5 Hz over the
			// pass band (the -3 dB edges are 70.7 %).
			for hz := math.Max(low, 0.67); hz <= 40; hz += 0.1 {
				part := gain(f, hz, rate) / gain(f, 5, rate)
				require.True(t, part > 0.7 && part < 1.4, "%v at %v: %v at %v Hz", p, rate, part, hz)
			}
		}
	}
	_, err := filter.Preset(9).Design(360)
	require.Error(t, err)
	require.Equal(t, "unknown", filter.Preset(9).String())
}

// IEC 60601-2-25: within 10 % up to 40 Hz, 70 to 110 % up to 100 Hz.
func TestDiagnosticIsFlat(t *testing.T) {
	f, err := filter.Diagnostic.Design(1000)
	require.NoError(t, err)
	for hz := 0.67; hz <= 40; hz += 0.1 {
		require.InDelta(t, 1, gain(f, hz, 1000), 0.1, "%v Hz", hz)
	}
	for hz := 40.0; hz <= 100; hz++ {
		require.True(t, gain(f, hz, 1000) > 0.7 && gain(f, hz, 1000) < 1.1, "%v Hz", hz)
	}
}

// impulseTest is the low-frequency test of IEC 60601-2-47 (and -2-25, -2-27): an
// impulse of 3 mV and 100 ms. It returns how far (mV) and how fast (mV/s) the
// line moves from 50 ms, and 40 samples, after it: by then the low-pass, whose
// tail counts in samples where its edge is near half of the rate, has settled.
func impulseTest(t testing.TB, p filter.Preset, rate float64) (offset, slope float64) {
	c, err := p.Cascade(rate, 1)
	require.NoError(t, err)
	x := make([]float64, int(12*rate))
	for i := range x {
		if s := float64(i) / rate; s >= 1 && s < 1.1 {
			x[i] = 3
		}
	}
	y := c.Append(nil, x)
	for i := int(1.1*rate + math.Max(40, 0.05*rate)); i < len(y); i++ {
		offset = math.Max(offset, math.Abs(y[i]))
		slope = math.Max(slope, math.Abs(y[i]-y[i-1])*rate)
	}
	return offset, slope
}

func TestLowFrequencyImpulse(t *testing.T) {
	for _, rate := range []float64{100, 250, 360, 500, 1000} {
		offset, slope := impulseTest(t, filter.STSafe, rate)
		t.Logf("ST-safe at %v Hz: %.4f mV, %.4f mV/s", rate, offset, slope)
		require.Less(t, offset, 0.1)
		require.Less(t, slope, 0.3)
		if rate > 300 {
			offset, slope = impulseTest(t, filter.Diagnostic, rate)
			require.Less(t, offset, 0.1)
			require.Less(t, slope, 0.3)
		}
		// The test tells: the monitor band fails it.
		offset, _ = impulseTest(t, filter.Monitoring, rate)
		require.Greater(t, offset, 0.1)
	}
}

// All of a QRS comes out equally late, and a step hardly overshoots.
func TestSTSafeKeepsTheShape(t *testing.T) {
	for _, p := range []filter.Preset{filter.Diagnostic, filter.STSafe} {
		const rate = 1000
		f, err := p.Design(rate)
		require.NoError(t, err)
		at10 := f.GroupDelay(10, rate)
		_, high := p.Edges()
		for hz := 5.0; hz <= 0.7*high; hz++ {
			require.InDelta(t, at10, f.GroupDelay(hz, rate), 1, "%v at %v Hz: samples of 1 ms", p, hz)
		}
		c, err := p.Cascade(rate, 1)
		require.NoError(t, err)
		step := make([]float64, 200)
		for i := range step {
			step[i] = 1
		}
		top := 0.0
		for _, v := range c.Append(nil, append(make([]float64, 1), step...)) {
			top = math.Max(top, v)
		}
		require.Less(t, top, map[filter.Preset]float64{filter.STSafe: 1.02, filter.Diagnostic: 1.05}[p], "%v", p)
	}
}

func TestPresetsKeepTheContract(t *testing.T) {
	for _, p := range presets {
		t.Run(p.String(), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
				New: func() ecg.Stage[float64, float64] {
					c, err := p.Cascade(360, 2)
					require.NoError(t, err)
					return c
				},
				Input: patient(t, 360, 2), Frame: 2, Rate: 360,
			})
		})
	}
}

func ExamplePreset() {
	p := filter.STSafe
	f, _ := p.Design(500)
	fmt.Printf("%v: a QRS comes out %.1f ms later\n", p, f.GroupDelay(10, 500)*1000/500)
	c, _ := p.Cascade(500, 1)
	y := c.Append(nil, []float64{300, 300, 301}) // 300 mV electrode offset
	fmt.Printf("%.3f %.3f %.3f\n", y[0], y[1], y[2])
	// Output:
	// st-safe: a QRS comes out 8.3 ms later
	// 0.000 0.000 0.007
}
