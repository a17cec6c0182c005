package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

func TestSolve(t *testing.T) {
	b := []float64{8, 7}
	require.NoError(t, solve([]float64{4, 0, 2, 3}, b)) // 4x + 2y = 8, 2x + 3y = 7
	require.InDeltaSlice(t, []float64{1.25, 1.5}, b, 1e-12)
	require.Error(t, solve([]float64{1, 0, 1, 1}, b))
}

// With one term that is 0 or 1 the model is the share that is usable in each group.
func TestFitLogistic(t *testing.T) {
	var rows []qualityRow
	for i := range 100000 {
		group := i % 2
		rows = append(rows, qualityRow{terms: []float32{1, float32(group)}, usable: i/2%10 < 3+4*group})
	}
	model, err := fitLogistic(t.Context(), [][]qualityRow{rows, nil}, func(int) bool { return true })
	require.NoError(t, err)
	odds := func(p float64) float64 { return math.Log(p / (1 - p)) }
	require.InDelta(t, odds(0.3), model[0], 1e-3)
	require.InDelta(t, odds(0.7)-odds(0.3), model[1], 1e-3)
}

func TestAUC(t *testing.T) {
	s := []scored{{0.9, true}, {0.4, true}, {0.6, false}, {0.4, false}}
	require.InDelta(t, (2+0.5)/4, auc(s), 1e-12)
	require.True(t, math.IsNaN(auc(s[:2])), "of one kind only")
}

func TestBeatErrors(t *testing.T) {
	found := []ecg.Beat{{At: 110}, {At: 700}, {At: 1054}, {At: 2000}}
	require.Equal(t, []int64{400, 700, 2000}, beatErrors([]int64{100, 400, 1000}, found))
	require.Equal(t, []int64{5}, beatErrors([]int64{5}, nil))
}

// A model file is Go that holds the weights.
func TestQualityModelFile(t *testing.T) {
	file, err := qualityModelFile([]float64{1.5, -0.25})
	require.NoError(t, err)
	require.Contains(t, string(file), "var qualityWeights = [2]float64{\n\t1.5000, -0.2500,\n}")
}
