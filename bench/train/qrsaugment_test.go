package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// ticks is a strip of 200 s whose beats are single samples, each of its own
// height, and of which ten are free.
func ticks() strip {
	s := strip{x: make([]float32, 200*augmentRate)}
	for at := int64(150); at < int64(len(s.x)); at += 290 {
		s.beats = append(s.beats, at)
		s.x[at] = float32(len(s.beats))
	}
	s.free = []span{{s.beats[50] - 5, s.beats[60] + 5}}
	return s
}

// Sudden rates: the same beats in their order, each with its own complex, some
// of them near each other, some far apart, and marks that move with them.
func TestRates(t *testing.T) {
	for seed := range uint64(20) {
		s := ticks()
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

// Ectopic beats: as many beats as before, some earlier, some of another height,
// the others with their complexes at their marks.
func TestEctopy(t *testing.T) {
	early, changed := 0, 0
	for seed := range uint64(20) {
		s := ticks()
		n := len(s.beats)
		s.ectopy(rand.New(rand.NewPCG(seed, 1)))
		require.Len(t, s.beats, n)
		for i, b := range s.beats {
			if i > 0 {
				gap := b - s.beats[i-1]
				require.GreaterOrEqual(t, gap, int64(augmentRate/4))
				if gap < 275 {
					early++
				}
			}
			if diff := s.x[b] - float32(i+1); diff > 0.01 || diff < -0.01 {
				changed++
			}
		}
		require.Equal(t, span{s.beats[50] - 5, s.beats[60] + 5}, s.free[0])
	}
	// 20 times 248 beats, 2 to 15 % of them the beginning of what may be a run.
	require.Greater(t, early, 100)
	require.Less(t, early, 1500)
	require.Greater(t, changed, 100)
	require.Less(t, changed, 1500)
}

// Bursts: what is changed is free, the rest is as it was.
func TestBursts(t *testing.T) {
	for seed := range uint64(20) {
		s, before := ticks(), ticks()
		s.bursts(rand.New(rand.NewPCG(seed, 1)))
		require.Equal(t, before.beats, s.beats)
		require.Greater(t, len(s.free), len(before.free))
		free := make([]bool, len(s.x))
		for _, f := range s.free {
			for i := f.from; i < f.to; i++ {
				free[i] = true
			}
		}
		for i, v := range s.x {
			if !free[i] {
				require.Equal(t, before.x[i], v)
			}
		}
	}
}
