package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

// A block changes runs of N beats and nothing else: ventricular beats and what lies
// before the first run are as they were, and what is written is continuous.
func TestBlockChangesRunsOfNormalBeats(t *testing.T) {
	const n, rr = 400, 300
	r := beatRecord{}
	for l := range r.leads {
		r.leads[l] = make([]float32, n*rr+rr)
	}
	for i := range n {
		b := ecg.Beat{At: int64(rr + i*rr), Class: ecg.Normal}
		if i%10 == 5 {
			b.Class = ecg.Ventricular
		}
		r.beats = append(r.beats, b)
		for k := b.At - 100; k < b.At+150 && k < int64(len(r.leads[0])); k++ {
			at := float64(k-b.At) / augmentRate
			v := math.Exp(-0.5*at*at/0.012/0.012) + 0.3*math.Exp(-0.5*(at-0.25)*(at-0.25)/0.04/0.04)
			r.leads[0][k], r.leads[1][k] = float32(v), float32(-0.5*v)
		}
	}
	out := r.block(rand.New(rand.NewPCG(1, 2)))
	changed := 0
	for _, b := range r.beats {
		same := true
		for k := b.At - 20; k < b.At+60; k++ {
			same = same && out[0][k] == r.leads[0][k]
		}
		if b.Class == ecg.Ventricular || b.At < 20*rr {
			require.True(t, same, "beat at %d", b.At)
		}
		if !same {
			changed++
		}
	}
	require.Greater(t, changed, n/5)
	require.Less(t, changed, n)
	for l := range out {
		for k := 1; k < len(out[l]); k++ {
			require.Less(t, math.Abs(float64(out[l][k]-out[l][k-1])), 0.25, "lead %d, sample %d", l, k)
		}
	}
}
