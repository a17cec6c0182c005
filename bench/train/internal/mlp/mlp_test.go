package mlp

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// circle has points, inside the unit circle (1) or outside (0), and a third input
// that means nothing.
func circle(n int, seed uint64) *Rows {
	rng := rand.New(rand.NewPCG(seed, 1))
	r := &Rows{Inputs: 3}
	for range n {
		x, y := float32(rng.NormFloat64()), float32(rng.NormFloat64())
		label := float32(0)
		if x*x+y*y < 1 {
			label = 1
		}
		r.Append([]float32{x, y, float32(rng.NormFloat64())}, label, 1)
	}
	return r
}

var small = Config{Hidden1: 16, Hidden2: 8, Epochs: 20, Batch: 64, Rate: 0.01, Decay: 1e-4, Leak: 0.05, Clip: 6, Seed: 1}

func TestTrainLearns(t *testing.T) {
	net, err := Train(context.Background(), circle(4000, 1), small)
	require.NoError(t, err)
	test := circle(2000, 2)
	right := 0
	for i, label := range test.Label {
		if (net.Odds(test.X[3*i:3*i+3], small) > 0) == (label == 1) {
			right++
		}
	}
	require.Greater(t, right, 1900, "95 % of points that taught nothing")
}

func TestTrainIsDeterministic(t *testing.T) {
	one, err := Train(context.Background(), circle(1000, 1), small)
	require.NoError(t, err)
	two, err := Train(context.Background(), circle(1000, 1), small)
	require.NoError(t, err)
	require.Equal(t, one, two)
	other := small
	other.Seed = 2
	three, err := Train(context.Background(), circle(1000, 1), other)
	require.NoError(t, err)
	require.NotEqual(t, one.W1, three.W1)
}

func TestTrainStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Train(ctx, circle(1000, 1), small)
	require.ErrorIs(t, err, context.Canceled)
}
