package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sudden rates: the same beats in their order, each with its own complex, some
// of them near each other, some far apart, and marks that move with them.
func TestRates(t *testing.T) {
	for seed := range uint64(20) {
		s := strip{x: make([]float32, 200*augmentRate)}
		for at := int64(150); at < int64(len(s.x)); at += 290 {
			s.beats = append(s.beats, at)
			s.x[at] = float32(len(s.beats)) // a complex that can be told from the others
		}
		s.free = []span{{s.beats[50] - 5, s.beats[60] + 5}}
		n := len(s.beats)
		s.rates(rand.New(rand.NewPCG(seed, 1)))
		require.Len(t, s.beats, n)
		least, most := int64(1<<40), int64(0)
		for i, b := range s.beats {
			require.Equal(t, float32(i+1), s.x[b], "beat %d", i)
			if i > 0 {
				gap := b - s.beats[i-1]
				least, most = min(least, gap), max(most, gap)
			}
		}
		require.GreaterOrEqual(t, least, int64(augmentRate*29/100))
		require.Less(t, least, int64(augmentRate*6/10))
		require.Greater(t, most, int64(augmentRate))
		require.Less(t, most, int64(augmentRate*36/10))
		require.Equal(t, span{s.beats[50] - 5, s.beats[60] + 5}, s.free[0])
	}
}
