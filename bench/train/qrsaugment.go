package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Versions of a record: the detector should find the same beats in another gain,
// at another heart rate, through other electrodes, in noise, beside tall and
// sharp P waves. One random draw per version and record.

const augmentRate = 360 // Hz of mitdb and of nstdb's noise

// strip is one lead with its beats.
type strip struct {
	x     []float32 // mV
	beats []int64   // reference positions
	free  []span    // stretches in which nothing is taught: fibrillation, unreadable signal
}

type span struct{ from, to int64 }

// source is a record: two leads at augmentRate.
type source struct {
	name   string
	leads  [2][]float32
	height [2]float64 // median QRS height, mV
	beats  []int64
	free   []span
}

// version makes one version of a record.
func (s *source) version(v int, n *noises, rng *rand.Rand) strip {
	out := strip{beats: s.beats, free: s.free}
	lead0 := func() { out.x = slices.Clone(s.leads[0]) }
	mix := func() {
		phi := rng.Float64() * math.Pi
		a, b := math.Cos(phi)/s.height[0], math.Sin(phi)/s.height[1]
		out.x = make([]float32, len(s.leads[0]))
		for i := range out.x {
			out.x[i] = float32(a*float64(s.leads[0][i]) + b*float64(s.leads[1][i]))
		}
	}
	either := func() {
		if rng.Float64() < 0.6 {
			lead0()
		} else {
			mix()
		}
	}
	switch v {
	case 0: // as it is
		lead0()
		return out
	case 1: // noise
		lead0()
		out.noise(n, rng, 0, 24, 0.6)
	case 2: // another lead, another heart rate
		mix()
		out.stretch(rng)
		out.electrodes(rng)
	case 3: // the same in noise
		mix()
		out.electrodes(rng)
		out.noise(n, rng, -3, 20, 0.6)
	case 5: // gains that change, mains
		lead0()
		out.stretch(rng)
		out.gains(rng)
		out.electrodes(rng)
		out.mains(rng)
		out.noise(n, rng, 6, 24, 0.6)
	case 6: // waves of other sizes
		lead0()
		out.rescale(rng)
		out.stretch(rng)
		if rng.Float64() < 0.5 {
			out.scatter(rng)
		}
	case 7: // sudden changes of the rate, pauses
		either()
		out.rates(rng)
		if rng.Float64() < 0.3 {
			out.noise(n, rng, 8, 24, 0.6)
		}
	case 9, 10: // sharp P waves, T waves, flutter waves
		if v == 9 {
			lead0()
		} else {
			mix()
		}
		out.atria(rng, 0.6)
		out.stretch(rng)
		if rng.Float64() < 0.5 {
			out.noise(n, rng, 8, 24, 0.6)
		}
	case 11: // much noise
		either()
		out.noise(n, rng, -8, 10, 0.7)
	case 12, 13, 18: // more of it
		if v == 12 {
			lead0()
		} else {
			mix()
		}
		out.noise(n, rng, -10, 6, 0.8)
	case 14: // P waves as tall as the complexes
		either()
		out.shrink(0.25 + 0.5*rng.Float64())
		out.atria(rng, 1.2)
		out.stretch(rng)
		if rng.Float64() < 0.3 {
			out.noise(n, rng, 8, 24, 0.6)
		}
	case 15, 16: // ectopic beats
		if v == 15 {
			lead0()
		} else {
			mix()
		}
		out.ectopy(rng)
		out.stretch(rng)
		if rng.Float64() < 0.3 {
			out.noise(n, rng, 8, 24, 0.6)
		}
	case 17: // no signal at times
		either()
		out.bursts(rng)
	}
	g := float32(math.Exp((2*rng.Float64() - 1) * math.Log(4)))
	for i := range out.x {
		out.x[i] *= g
	}
	return out
}

// heightOf is the median height of the complexes.
func heightOf(x []float32, beats []int64) float64 {
	var h []float64
	for _, b := range beats {
		lo, hi := max(0, b-18), min(int64(len(x)), b+19)
		if hi-lo < 10 {
			continue
		}
		s := x[lo:hi]
		h = append(h, float64(slices.Max(s)-slices.Min(s)))
	}
	if len(h) == 0 {
		return 1
	}
	slices.Sort(h)
	return max(h[len(h)/2], 1e-3)
}

// resample gives a signal another length, by a factor.
func resample(x []float32, f float64) []float32 {
	if f == 1 {
		return x
	}
	y := make([]float32, int(float64(len(x))*f))
	at := func(i int) float64 { return float64(x[min(max(i, 0), len(x)-1)]) }
	for i := range y {
		t := float64(i) / f
		k := int(t)
		u := t - float64(k)
		a, b, c, d := at(k-1), at(k), at(k+1), at(k+2)
		// Cubic convolution with slopes from the neighbours (Catmull-Rom).
		y[i] = float32(b + 0.5*u*(c-a+u*(2*a-5*b+4*c-d+u*(3*(b-c)+d-a))))
	}
	return y
}

// stretch changes the time axis by a factor of 0.83 to 1.2.
func (s *strip) stretch(rng *rand.Rand) {
	f := 0.83 + 0.37*rng.Float64() // new time = f * old time
	s.x = resample(s.x, f)
	move := func(t int64) int64 { return int64(math.Round(float64(t) * f)) }
	beats := make([]int64, len(s.beats))
	for i, b := range s.beats {
		beats[i] = move(b)
	}
	free := make([]span, len(s.free))
	for i, p := range s.free {
		free[i] = span{move(p.from), move(p.to)}
	}
	s.beats, s.free = beats, free
}

// electrodes is one of: nothing, a high-pass, a low-pass, some first difference.
func (s *strip) electrodes(rng *rand.Rand) {
	switch rng.IntN(4) {
	case 1:
		a := float32(1 - math.Exp(-2*math.Pi*(0.05+1.15*rng.Float64())/augmentRate))
		base := s.x[0]
		for i, v := range s.x {
			base += a * (v - base)
			s.x[i] = v - base
		}
	case 2:
		a := float32(1 - math.Exp(-2*math.Pi*(12+28*rng.Float64())/augmentRate))
		low := s.x[0]
		for i, v := range s.x {
			low += a * (v - low)
			s.x[i] = low
		}
	case 3:
		a := float32(2 * rng.Float64())
		last := s.x[0]
		for i, v := range s.x {
			s.x[i] = v + a*(v-last)
			last = v
		}
	}
}

// gains changes the gain slowly and suddenly, up to a factor of 2.5.
func (s *strip) gains(rng *rand.Rand) {
	now, goal := 0.0, 0.0
	next := 0
	slow := true
	for i := range s.x {
		if i == next {
			goal = 1.8*rng.Float64() - 0.9
			slow = rng.Float64() < 0.5
			next += int((5 + 40*rng.Float64()) * augmentRate)
		}
		if slow {
			now += (goal - now) / (4 * augmentRate)
		} else {
			now = goal
		}
		s.x[i] *= float32(math.Exp(now))
	}
}

// mains adds 50 or 60 Hz of 2 to 30 % of the height of the complexes.
func (s *strip) mains(rng *rand.Rand) {
	f := 50.0
	if rng.Float64() < 0.5 {
		f = 60
	}
	a := heightOf(s.x, s.beats) * (0.02 + 0.28*rng.Float64())
	for i := range s.x {
		s.x[i] += float32(a * math.Sin(2*math.Pi*f*float64(i)/augmentRate))
	}
}

// scale makes what rises, from so many seconds from a beat to so many, above the
// line between these two larger or smaller.
func (s *strip) scale(beat int64, from, to, factor float64) {
	lo, hi := beat+int64(from*augmentRate), beat+int64(to*augmentRate)
	if lo < 0 || hi >= int64(len(s.x)) {
		return
	}
	x0, x1 := s.x[lo], s.x[hi]
	for i := lo; i <= hi; i++ {
		u := float32(i-lo) / float32(hi-lo)
		line := x0 + u*(x1-x0)
		s.x[i] = line + float32(factor)*(s.x[i]-line)
	}
}

// shrink makes the complexes smaller.
func (s *strip) shrink(factor float64) {
	for _, b := range s.beats {
		s.scale(b, -0.06, 0.08, factor)
	}
}

// wave adds a bell of a height with its top at a sample, wider by skew behind it.
func (s *strip) wave(at, sigma, height, skew float64) {
	lo, hi := max(0, int(at-4*sigma)), min(len(s.x)-1, int(at+4*sigma))
	for i := lo; i <= hi; i++ {
		u := (float64(i) - at) / sigma
		if u > 0 {
			u /= skew
		}
		s.x[i] += float32(height * math.Exp(-u*u/2))
	}
}

// rescale makes QRS, P and T larger or smaller, one factor each for the record.
func (s *strip) rescale(rng *rand.Rand) {
	logRange := func(lo, hi float64) float64 {
		return math.Exp(math.Log(lo) + rng.Float64()*(math.Log(hi)-math.Log(lo)))
	}
	qrs, p, t := logRange(0.2, 1.1), logRange(0.5, 4), logRange(0.5, 2.5)
	for i, b := range s.beats {
		s.scale(b, -0.06, 0.08, qrs)
		if i > 0 && b-s.beats[i-1] > augmentRate*6/10 {
			s.scale(b, -0.24, -0.07, p)
		}
		if i+1 < len(s.beats) && s.beats[i+1]-b > augmentRate*6/10 {
			s.scale(b, 0.1, 0.42, t)
		}
	}
}

// scatter is a random FIR of nine taps 8.3 ms apart around the identity.
func (s *strip) scatter(rng *rand.Rand) {
	var h [9]float32
	size := 0.1 + 0.7*rng.Float64()
	for k := range h {
		h[k] = float32(size * rng.NormFloat64() * math.Exp(-math.Abs(float64(k-4))/2))
	}
	h[4]++
	y := make([]float32, len(s.x))
	for i := range y {
		for k, c := range h {
			if j := i + 3*(k-4); j >= 0 && j < len(s.x) {
				y[i] += c * s.x[j]
			}
		}
	}
	s.x = y
}

// atria adds sharp P waves before every beat, of up to a share of the height of
// the complexes, T waves behind half of the
// records' beats, lone P waves in pauses, and flutter waves in stretches.
func (s *strip) atria(rng *rand.Rand, most float64) {
	height := heightOf(s.x, s.beats)
	sign := func() float64 {
		if rng.Float64() < 0.5 {
			return -1
		}
		return 1
	}
	sigma := (0.009 + 0.019*rng.Float64()) * augmentRate
	p := height * (0.12 + (most-0.12)*rng.Float64()) * sign()
	pr := (0.11 + 0.12*rng.Float64()) * augmentRate
	skew := 1.0
	if rng.Float64() < 0.3 {
		skew = 1.5
	}
	withT := rng.Float64() < 0.5
	tSigma := (0.02 + 0.03*rng.Float64()) * augmentRate
	t := height * (0.2 + 0.7*rng.Float64()) * sign()
	rt := (0.2 + 0.16*rng.Float64()) * augmentRate
	for i, b := range s.beats {
		jitter := 0.006 * augmentRate * rng.NormFloat64()
		if i == 0 || b-s.beats[i-1] > int64(pr)+augmentRate/4 {
			s.wave(float64(b)-pr+jitter, sigma, p, skew)
		}
		if i+1 == len(s.beats) {
			continue
		}
		gap := s.beats[i+1] - b
		if withT && gap > int64(rt)+augmentRate/5 {
			s.wave(float64(b)+rt, tSigma, t, 1)
		}
		for at := float64(b) + (0.7+0.3*rng.Float64())*augmentRate; gap > 3*augmentRate/2 && at < float64(s.beats[i+1])-0.5*augmentRate; at += (0.6 + 0.3*rng.Float64()) * augmentRate {
			s.wave(at, sigma, p, skew)
		}
	}
	if rng.Float64() < 0.4 {
		f := 3.5 + 3.5*rng.Float64()
		a := height * (0.03 + 0.12*rng.Float64())
		for at := 0; at < len(s.x); at += 10 * augmentRate {
			if rng.Float64() < 0.5 {
				continue
			}
			for i := at; i < min(len(s.x), at+10*augmentRate); i++ {
				_, u := math.Modf(f * float64(i) / augmentRate)
				s.x[i] += float32(a * (2*u - 1))
			}
		}
	}
}
