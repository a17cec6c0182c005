package ecg_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

func TestClockRateIsTheSimplestFraction(t *testing.T) {
	for _, c := range []struct {
		rate     float64
		num, den int64
	}{
		{360, 360, 1}, {128.5, 257, 2}, {62.4725, 24989, 400}, {130.061, 130061, 1000},
		{512.6171875, 65615, 128}, {1.0 / 3, 1, 3}, {0.1, 1, 10}, {1e-6, 1, 1000000}, {1e6, 1000000, 1},
		{2000.0 / 7, 2000, 7},
	} {
		clock, err := ecg.NewClock(c.rate, time.Time{})
		require.NoError(t, err)
		num, den := clock.Rate()
		require.Equal(t, [2]int64{c.num, c.den}, [2]int64{num, den}, "rate %v", c.rate)
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1), 1e308, 1e-300, 9e-7, 1.1e6} {
		_, err := ecg.NewClock(rate, time.Time{})
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config, "rate %v", rate)
	}
}

// The law: Offset is the exact quotient rounded half away from zero, and Sample
// undoes it.
func TestClockIsExact(t *testing.T) {
	for _, rate := range []float64{360, 128, 130.061, 499.31, 512.6171875, 1.0 / 3, math.Pi * 100, 1e-6, 999999.9999} {
		clock, err := ecg.NewClock(rate, time.Time{})
		require.NoError(t, err)
		num, den := clock.Rate()
		for _, n := range []int64{0, 1, -1, 2, 359, 650000, -650000, 1 << 31, 123456789012} {
			exact := new(big.Rat).SetFrac(
				new(big.Int).Mul(new(big.Int).Mul(big.NewInt(n), big.NewInt(den)), big.NewInt(1e9)), big.NewInt(num))
			if f, _ := exact.Float64(); math.Abs(f) > math.MaxInt64 {
				continue
			}
			diff := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(int64(clock.Offset(n))))
			require.LessOrEqual(t, diff.Abs(diff).Cmp(big.NewRat(1, 2)), 0, "rate %v sample %d", rate, n)
			require.Equal(t, n, clock.Sample(clock.Offset(n)), "rate %v", rate)
		}
	}
}

func TestClockSaturates(t *testing.T) {
	clock, err := ecg.NewClock(360, time.Time{})
	require.NoError(t, err)
	require.Equal(t, time.Duration(math.MaxInt64), clock.Offset(math.MaxInt64))
	require.Equal(t, time.Duration(math.MinInt64), clock.Offset(math.MinInt64))
	fast, err := ecg.NewClock(1e6, time.Time{})
	require.NoError(t, err)
	require.Equal(t, int64(-9223372036854776), fast.Sample(math.MinInt64))
}

func TestClockWallTime(t *testing.T) {
	start := time.Date(2026, 3, 1, 23, 59, 59, 500e6, time.UTC)
	clock, err := ecg.NewClock(250, start)
	require.NoError(t, err)
	at, ok := clock.Time(125)
	require.True(t, ok)
	require.Equal(t, "2026-03-02T00:00:00Z", at.Format(time.RFC3339))
	n, ok := clock.SampleAt(at)
	require.True(t, ok)
	require.Equal(t, int64(125), n)

	unknown, err := ecg.NewClock(250, time.Time{})
	require.NoError(t, err)
	_, ok = unknown.Time(0)
	require.False(t, ok)
	_, ok = unknown.SampleAt(at)
	require.False(t, ok)
}
