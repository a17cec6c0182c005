package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Noise for the versions of a record: recorded, and artificial where there is too
// little of it.

// noises are what may be mixed in: bw and ma of nstdb, and artificial noise.
type noises struct {
	records [][]float32 // each of unit power
	waves   bool        // nothing but waves like complexes
}

// noise adds noise in stretches of 8 to 60 s, a share of them noisy, at a
// signal-to-noise ratio in dB as program nst defines it: a sine of the height
// of the complexes against the power of the noise.
func (s *strip) noise(n *noises, rng *rand.Rand, from, to, share float64) {
	power := heightOf(s.x, s.beats)
	power *= power / 8
	for at := 0; at < len(s.x); {
		length := int((8 + 52*rng.Float64()) * augmentRate)
		part := s.x[at:min(len(s.x), at+length)]
		at += length
		if rng.Float64() >= share {
			continue
		}
		snr := from + (to-from)*rng.Float64()
		add := n.draw(len(part), rng)
		sum := 0.0
		for _, v := range add {
			sum += float64(v) * float64(v)
		}
		scale := float32(math.Sqrt(power * math.Pow(10, -snr/10) / (sum/float64(len(add)) + 1e-12)))
		// The edges of a stretch are no steps.
		const fade = augmentRate / 2
		for i := range part {
			edge := float32(min(1, float64(min(i, len(part)-1-i))/fade))
			part[i] += scale * edge * add[i]
		}
	}
}

// bursts covers stretches of 3 to 20 s with white noise or mains of up to eight
// times the height of the complexes. Nothing is taught there; behind them
// everything is as before.
func (s *strip) bursts(rng *rand.Rand) {
	height := heightOf(s.x, s.beats)
	free := slices.Clone(s.free)
	for at := 0; ; {
		at += int((15 + 60*rng.Float64()) * augmentRate)
		end := at + int((3+17*rng.Float64())*augmentRate)
		if end >= len(s.x) {
			break
		}
		size := height * math.Exp(math.Log(0.3)+rng.Float64()*(math.Log(8)-math.Log(0.3)))
		white := rng.Float64() < 0.7
		for i := at; i < end; i++ {
			if white {
				s.x[i] += float32(size * rng.NormFloat64())
			} else {
				s.x[i] += float32(size * math.Sin(2*math.Pi*50*float64(i)/augmentRate))
			}
		}
		free = append(free, span{int64(at), int64(end)})
		at = end
	}
	s.free = free
}

// draw is a piece of one kind of noise, or of a blend of two.
func (n *noises) draw(length int, rng *rand.Rand) []float32 {
	if n.waves {
		return unit(waves(length, rng), length)
	}
	one := func() []float32 {
		switch k := rng.IntN(8); {
		case k < 4: // recorded
			r := n.records[rng.IntN(len(n.records))]
			at := rng.IntN(max(1, len(r)-length))
			return unit(slices.Clone(r[at:min(len(r), at+length)]), length)
		case k < 5:
			return unit(muscle(length, rng), length)
		default:
			return unit(motion(length, rng), length)
		}
	}
	a := one()
	if rng.Float64() < 0.3 {
		share := float32(rng.Float64())
		for i, v := range one() {
			a[i] = (1-share)*a[i] + share*v
		}
	}
	return a
}

// unit brings noise to zero mean and unit power, and to a length.
func unit(x []float32, length int) []float32 {
	for len(x) < length {
		x = append(x, x[:min(len(x), length-len(x))]...)
	}
	mean, sum := 0.0, 0.0
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for i := range x {
		x[i] -= float32(mean)
		sum += float64(x[i]) * float64(x[i])
	}
	f := float32(1 / math.Sqrt(sum/float64(len(x))+1e-12))
	for i := range x {
		x[i] *= f
	}
	return x
}

// muscle is white noise through two one-pole filters under a slow envelope.
func muscle(length int, rng *rand.Rand) []float32 {
	x := make([]float32, length)
	low, high, env := 0.0, 0.0, 0.0
	corner := 0.1 + 0.5*rng.Float64()
	for i := range x {
		w := rng.NormFloat64()
		low += corner * (w - low)
		high += 0.08 * (low - high)
		env += 0.003 * (rng.NormFloat64()*8 - env)
		x[i] = float32((low - high) * math.Exp(min(2, max(-2, env))))
	}
	return x
}

// motion is electrode motion: bumps at random times that rise fast and decay
// slowly, steps, and a leaky random walk.
func motion(length int, rng *rand.Rand) []float32 {
	x := make([]float32, length)
	for at := 0.0; ; {
		at += rng.ExpFloat64() * 0.35 * augmentRate
		if int(at) >= length {
			break
		}
		height := math.Exp(0.7 * rng.NormFloat64())
		if rng.Float64() < 0.5 {
			height = -height
		}
		rise := (0.01 + 0.11*rng.Float64()) * augmentRate
		decay := (0.04 + 0.56*rng.Float64()) * augmentRate
		end := min(length, int(at+rise+6*decay))
		for i := int(at); i < end; i++ {
			t := float64(i) - at
			if t < rise {
				x[i] += float32(height * 0.5 * (1 - math.Cos(math.Pi*t/rise)))
			} else {
				x[i] += float32(height * math.Exp(-(t-rise)/decay))
			}
		}
	}
	walk, step := 0.0, 0.02+0.06*rng.Float64()
	for i := range x {
		walk = walk*0.998 + step*rng.NormFloat64()
		x[i] += float32(walk)
	}
	return x
}
