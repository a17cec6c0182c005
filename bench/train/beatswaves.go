package main

import (
	"math"
	"math/rand/v2"
)

// Noise that looks like beats: electrodes that move make waves as wide and as tall
// as complexes, and a detector that knows the other kinds of noise from its own
// lessons finds hardly anything in them that could be taken for a ventricular beat.

// waves are sums of one to three bells at random times, 0.25 to 1.5 s apart on
// average.
func waves(length int, rng *rand.Rand) []float32 {
	x := make([]float32, length)
	gap := 0.25 * math.Exp(rng.Float64()*math.Log(6)) // s
	for at := 0.0; ; {
		at += rng.ExpFloat64() * gap * augmentRate
		if int(at) >= length {
			return x
		}
		height, middle := math.Exp(0.6*rng.NormFloat64()), at
		for range 1 + rng.IntN(3) {
			h := height * rng.NormFloat64()
			sd := (0.01 + 0.04*rng.Float64()) * augmentRate
			for i := max(0, int(middle-4*sd)); i < min(length, int(middle+4*sd)); i++ {
				u := (float64(i) - middle) / sd
				x[i] += float32(h * math.Exp(-u*u/2))
			}
			middle += sd * (1 + 2*rng.Float64())
		}
	}
}
