package wfdb

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// degenerate is the signals of requirements.md 3.3 that a file can hold, mV.
func degenerate() map[string][]float64 {
	nan, inf := math.NaN(), math.Inf(1)
	constant := func(x float64) []float64 { return slices.Repeat([]float64{x}, 500) }
	hold := make([]float64, 0, 500)
	square := make([]float64, 500)
	impulse := make([]float64, 500)
	holes := make([]float64, 500)
	for i := range 500 {
		hold = append(hold, math.Round(20*math.Sin(float64(i/3)))/20)
		square[i] = float64(i / 125 % 2)
		if i%250 == 7 {
			impulse[i] = 100
		}
		holes[i] = 0.5
		if i%2 == 1 {
			holes[i] = nan
		}
	}
	return map[string][]float64{
		"S1 empty":            {},
		"S1 one sample":       {0.1},
		"S1 two samples":      {0.1, -0.1},
		"S2 zero":             constant(0),
		"S2 5 mV":             constant(5),
		"S2 high rail":        constant(300),
		"S2 low rail":         constant(-300),
		"S3 NaN":              constant(nan),
		"S3 every second NaN": holes,
		"S3 NaN at both ends": slices.Concat([]float64{nan}, constant(1), constant(nan)),
		"S4 infinite":         {0, inf, -inf, 0, inf},
		"S4 huge and tiny":    {1e300, -1e300, 5e-324, -5e-324, math.Copysign(0, -1), math.MaxFloat64, 1e9, -1e9},
		"S8 square":           square,
		"S8 impulse of 100":   impulse,
		"S19 sample and hold": hold,
	}
}

// TestDegenerateSignals is the table of requirements.md 3.3 for files: in every
// format each value comes back within half a step, or at the end of the range,
// counted, or as no sample; format 8, which has no code for that, refuses it.
func TestDegenerateSignals(t *testing.T) {
	for name, x := range degenerate() {
		t.Run(name, func(t *testing.T) {
			bounded(t, func() {
				for _, f := range formats[1:] {
					degenerateFormat(t, f, x)
				}
			})
		})
	}
}

func degenerateFormat(t *testing.T, f *format, x []float64) {
	m := newMemory()
	h := testHeader(f.number, 1)
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(t, err)
	n, err := w.Write(x)
	if f.number == 8 {
		none := slices.IndexFunc(x, func(v float64) bool { return v != v || math.IsInf(v, 0) })
		if none >= 0 {
			require.ErrorIs(t, err, ErrRange)
			x = x[:n]
		}
	} else {
		require.NoError(t, err)
	}
	if err := w.Close(); err != nil {
		require.ErrorIs(t, err, ErrRange)
	}
	got, r, err := readAll(t, m.fs(), "w")
	require.NoError(t, err, "checksums hold")
	require.Empty(t, r.Warnings())
	require.Len(t, got, len(x))
	low, high := float64(f.low+1)/200, float64(f.high)/200
	clipped := int64(0)
	for i, v := range x {
		switch {
		case v != v, math.IsInf(v, 0):
			require.True(t, got[i] != got[i], "format %d: %v is %v", f.number, v, got[i])
		case v > high+0.0025, v < low-0.0025:
			clipped++
			require.True(t, got[i] == low || got[i] == high || f.number == 8, "format %d: %v is %v", f.number, v, got[i])
		case f.number != 8: // which may take several samples for a large step
			require.InDelta(t, v, got[i], 0.0025+1e-12, "format %d", f.number)
		}
		require.False(t, math.IsInf(got[i], 0))
	}
	if f.number != 8 {
		require.Equal(t, clipped, w.Clipped(), "format %d", f.number)
	}
}

// TestDegenerateRates is S20: what a header can say comes back exactly, and what
// is no rate is refused.
func TestDegenerateRates(t *testing.T) {
	for _, rate := range []float64{1, 10, 50, 128, 130.061, 499.31, 512.6171875, 5000, 100_000, 1e6, 1e-6} {
		m := newMemory()
		h := testHeader(16, 1)
		h.Rate = rate
		w, err := NewWriter(m, h, WriterOptions{})
		require.NoError(t, err, rate)
		_, err = w.Write([]float64{1, 2, 3})
		require.NoError(t, err)
		require.NoError(t, w.Close())
		r, err := Open(m.fs(), "w")
		require.NoError(t, err)
		require.Equal(t, rate, r.Format().Rate)
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1), 1 << 31, 1e-7} {
		h := testHeader(16, 1)
		h.Rate = rate
		_, err := NewWriter(newMemory(), h, WriterOptions{})
		require.Error(t, err, rate)
		_, err = parse(fmt.Sprintf("r 1 %v 10\nr.dat 16\n", rate))
		require.ErrorIs(t, err, ErrHeader, rate)
	}
}

// TestDegenerateLeads is S22: a lead without samples among 12, and among 64.
func TestDegenerateLeads(t *testing.T) {
	for _, leads := range []int{12, 64} {
		m := newMemory()
		w, err := NewWriter(m, testHeader(212, leads), WriterOptions{})
		require.NoError(t, err)
		x := make([]float64, leads*100)
		for i := range x {
			x[i] = float64(i%100) / 200
			if i%leads == 5 {
				x[i] = math.NaN()
			}
		}
		_, err = w.Write(x)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		got, _, err := readAll(t, m.fs(), "w")
		require.NoError(t, err)
		require.Len(t, got, len(x))
		for i, v := range x {
			require.True(t, got[i] == v || got[i] != got[i] && v != v, i)
		}
	}
}
