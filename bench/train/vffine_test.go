package main

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Up to an episode nothing changes, a second behind its onset it has the level and the noise.
func TestFiner(t *testing.T) {
	const rate, unit = 250., 0.005
	x := make([]float64, 40*250)
	for i := range x {
		x[i] = unit * math.Round((math.Sin(float64(i)/8)+0.3*math.Sin(float64(i)/600))/unit)
	}
	x[30*250] = math.NaN()
	e := vfSpan{from: 10 * 250, to: 38 * 250, kind: vfShock}
	require.Equal(t, x[:10*250], finer(x[:30*250], rate, vfSpan{from: 10 * 250, to: 29 * 250}, 0.1)[:10*250])
	for _, level := range []float64{0.2, 0.05} {
		y := finer(x, rate, e, level)
		require.Len(t, y, 38*250)
		require.True(t, math.IsNaN(y[30*250]))
		sum, n := 0.0, 0
		for i := 12 * 250; i < 37*250; i++ {
			if v := y[i] - 0.3*math.Sin(float64(i)/600); !math.IsNaN(v) {
				sum += v * v
				n++
			}
		}
		require.InDelta(t, math.Hypot(level, vfFineNoise), math.Sqrt(sum/float64(n)), 0.1*level)
	}
	require.True(t, slices.Equal(x[:100], finer(x, rate, e, 0)[:100]))
}
