//go:build slow

package main

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// In noise, where the index moves most, gain and sign do not count and the rate
// hardly does: on a record of DS1 with muscle noise, whole seconds one by one.
func TestQualityAtOtherGainsAndRates(t *testing.T) {
	s, err := loadSource(os.DirFS(ecgtest.Shared(t, "data", "mitdb")), "208")
	require.NoError(t, err)
	leads, _, err := loadLeads(os.DirFS(ecgtest.Shared(t, "data", "nstdb")), "ma")
	require.NoError(t, err)
	var n noises
	for _, x := range leads {
		n.records = append(n.records, unit(x, len(x)))
	}
	st := strip{slices.Clone(s.leads[0]), s.beats, s.free}
	st.noise(&n, rand.New(rand.NewPCG(1, 1)), -6, 24, 0.7)
	index := func(rate, gain float64) []float64 {
		q, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: rate})
		require.NoError(t, err)
		var x, all []float64
		for _, v := range resample(st.x, rate/augmentRate) {
			x = append(x, gain*float64(v))
		}
		for _, o := range q.Append(nil, x) {
			all = append(all, o.Index)
		}
		return all
	}
	want := index(augmentRate, 1)
	for _, c := range []struct{ rate, gain, limit float64 }{
		{360, 0.25, 1e-3}, {360, 4, 1e-3}, {360, -1, 1e-3}, // 0.25: the least height of a beat
		{100, 1, 0.05}, {128, 1, 0.05}, {250, 1, 0.02}, {500, 1, 0.02}, {1000, 1, 0.02},
	} {
		got := index(c.rate, c.gain)
		sum, n := 0.0, min(len(got), len(want))
		for i := range n {
			sum += math.Abs(got[i] - want[i])
		}
		t.Logf("%v Hz, gain %v: mean difference %.4f", c.rate, c.gain, sum/float64(n))
		require.LessOrEqual(t, sum/float64(n), c.limit, "%v Hz, gain %v", c.rate, c.gain)
	}
}
