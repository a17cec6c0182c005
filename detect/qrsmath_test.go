package detect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogarithm(t *testing.T) {
	require.Zero(t, logarithm(1))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		x := float32(math.Exp(40 * (rng.Float64() - 0.5)))
		want := math.Log(float64(x))
		require.InDelta(t, want, logarithm(x), 3e-7*max(1, math.Abs(want)), "%v", x)
	}
}

func TestSmallest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		s := make([]float32, 1+rng.IntN(31))
		for i := range s {
			s[i] = float32(rng.IntN(1 + rng.IntN(40))) // often equal
		}
		sorted := slices.Sorted(slices.Values(s))
		k := rng.IntN(len(s))
		require.Equal(t, sorted[k], smallest(s, k))
	}
}
