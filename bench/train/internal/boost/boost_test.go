package boost_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
)

// rows have two inputs that matter only together, and one that does not.
func rows(n int) *boost.Rows {
	r := &boost.Rows{Inputs: 3}
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		x := []float32{float32(rng.Float64()), float32(rng.Float64()), float32(rng.Float64())}
		y := float32(0)
		if (x[0] > 0.5) != (x[1] > 0.3) {
			y = 1
		}
		r.Append(x, y, 1)
	}
	return r
}

func TestForestLearns(t *testing.T) {
	c := boost.Config{Trees: 60, Leaves: 4, Rate: 0.2, MinRows: 20, L2: 1, Seed: 1}
	f, err := boost.Train(context.Background(), rows(4000), c)
	require.NoError(t, err)
	test := rows(8000)
	right := 0
	for i := 4000; i < 8000; i++ {
		if (f.Odds(test.X[3*i:3*i+3]) > 0) == (test.Label[i] == 1) {
			right++
		}
	}
	require.Greater(t, right, 3800)
	again, err := boost.Train(context.Background(), rows(4000), c)
	require.NoError(t, err)
	require.Equal(t, f, again)
}

func TestForestIsMonotone(t *testing.T) {
	r := &boost.Rows{Inputs: 2}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		x := []float32{float32(rng.Float64()), float32(rng.Float64())}
		y := float32(0)
		if math.Sin(9*float64(x[0]))+2*float64(x[1])+rng.NormFloat64() > 1 {
			y = 1
		}
		r.Append(x, y, 1)
	}
	f, err := boost.Train(context.Background(), r, boost.Config{Trees: 80, Leaves: 6, Rate: 0.2, MinRows: 10, L2: 1, Monotone: []int8{1, -1}})
	require.NoError(t, err)
	for k := range 20 {
		other := float32(k) / 20
		for i := range 99 {
			a, b := float32(i)/100, float32(i+1)/100
			require.LessOrEqual(t, f.Odds([]float32{a, other}), f.Odds([]float32{b, other}))
			require.GreaterOrEqual(t, f.Odds([]float32{other, a}), f.Odds([]float32{other, b}))
		}
	}
}

// The prior of weighted rows that say nothing else.
func TestForestOfNothing(t *testing.T) {
	r := &boost.Rows{Inputs: 1}
	r.Append([]float32{1}, 1, 3)
	r.Append([]float32{1}, 0, 1)
	f, err := boost.Train(context.Background(), r, boost.Config{Trees: 5, Leaves: 4, Rate: 0.1, MinRows: 1, L2: 1})
	require.NoError(t, err)
	require.InDelta(t, math.Log(3), f.Odds([]float32{1}), 1e-3)
	f, err = boost.Train(context.Background(), &boost.Rows{Inputs: 1}, boost.Config{Trees: 5, Leaves: 4})
	require.NoError(t, err)
	require.Zero(t, f.Odds([]float32{0}))
}
