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

// noises are what may be mixed in: bw and ma of nstdb, and artificial noise.
type noises struct {
	records [][]float32 // each of unit power
	waves   bool        // nothing but waves like complexes
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

// splice copies a strip piece by piece, with stretches left out or put in.
type splice struct {
	from   *strip
	at     int64 // of what is not copied yet
	x      []float32
	beats  []int64
	pieces [][2]int64 // old and new beginnings
}

const spliceBlend = augmentRate / 40 // from one piece into the next

func (c *splice) copyTo(to int64) {
	c.pieces = append(c.pieces, [2]int64{c.at, int64(len(c.x))})
	c.x = append(c.x, c.from.x[c.at:to]...)
	c.at = to
}

func (c *splice) beat(b int64) {
	c.copyTo(b)
	c.beats = append(c.beats, int64(len(c.x)))
}

// skip leaves so many samples out.
func (c *splice) skip(n int64) {
	for k := range int64(spliceBlend) {
		u := float32(k) / spliceBlend
		c.x = append(c.x, (1-u)*c.from.x[c.at+k]+u*c.from.x[c.at+n+k])
	}
	c.at += n + spliceBlend
}

// wait puts in so many seconds, by going to and fro over the last 0.1 s.
func (c *splice) wait(seconds float64) {
	const turn = augmentRate / 10
	for range int(seconds * augmentRate / (2 * turn)) {
		for j := range int64(turn) {
			c.x = append(c.x, c.from.x[c.at-1-j])
		}
		for j := range int64(turn) {
			c.x = append(c.x, c.from.x[c.at-turn+j])
		}
	}
}

// end copies the rest and puts the new strip in the place of the old one.
func (c *splice) end() {
	s := c.from
	c.copyTo(int64(len(s.x)))
	move := func(t int64) int64 {
		k, _ := slices.BinarySearchFunc(c.pieces, t, func(p [2]int64, t int64) int { return int(min(1, max(-1, p[0]-t))) })
		if k == len(c.pieces) || c.pieces[k][0] > t {
			k--
		}
		return c.pieces[k][1] + t - c.pieces[k][0]
	}
	free := make([]span, len(s.free))
	for i, p := range s.free {
		free[i] = span{move(p.from), max(move(p.from), move(p.to))}
	}
	s.x, s.beats, s.free = c.x, c.beats, free
}

// rates makes some stretches of up to 20 beats fast, at 0.3 to 0.55 s from beat
// to beat, by leaving out what lies between two beats, and puts pauses into others,
// in front of the next P wave.
func (s *strip) rates(rng *rand.Rand) {
	c := splice{from: s}
	left, fast, target := 0, false, int64(0)
	for i, b := range s.beats {
		if b < c.at || b >= int64(len(s.x)) {
			continue // never: beats are in order and in the signal
		}
		c.beat(b)
		if i+1 == len(s.beats) {
			break
		}
		if left--; left < 0 {
			left = 3 + rng.IntN(18)
			fast = rng.Float64() < 0.3
			target = int64((0.3 + 0.25*rng.Float64()) * augmentRate)
		}
		gap := s.beats[i+1] - b
		switch {
		case fast && gap > target+2*spliceBlend:
			c.copyTo(b + target*6/10) // this is kept of the beat, the rest is of the next
			c.skip(gap - target)
		case !fast && gap > augmentRate*6/10 && rng.Float64() < 0.08:
			c.copyTo(b + gap*7/10)
			c.wait(0.3 + 2.2*rng.Float64())
		}
	}
	c.end()
}

// ectopy makes some beats premature, alone, in couplets and in short runs, and
// gives them other shapes: wide complexes from up to three places with a T wave of
// the opposite sign and no P wave, or the patient's own at another height. Half of
// the time a pause follows.
func (s *strip) ectopy(rng *rand.Rand) {
	height := heightOf(s.x, s.beats)
	share := 0.02 + 0.13*rng.Float64()
	c := splice{from: s}
	var which []int // of the new beats
	left := 0
	for i, b := range s.beats {
		if b < c.at || b >= int64(len(s.x)) {
			continue // never, as above
		}
		c.beat(b)
		if i+1 == len(s.beats) {
			break
		}
		gap := s.beats[i+1] - b
		switch {
		case left > 0:
			left--
		case rng.Float64() < share:
			left = max(0, 2-rng.IntN(6)) // 4 of 6 alone
			if left > 0 && rng.Float64() < 0.3 {
				left += rng.IntN(4)
			}
		default:
			if n := len(which); n > 0 && which[n-1] == len(c.beats)-1 && gap > augmentRate/2 && rng.Float64() < 0.5 {
				c.copyTo(b + gap*7/10)
				c.wait(0.6 * rng.Float64())
			}
			continue
		}
		which = append(which, len(c.beats))
		if target := max(augmentRate/4, int64(float64(gap)*(0.45+0.45*rng.Float64()))); gap > target+2*spliceBlend {
			c.copyTo(b + target*6/10)
			c.skip(gap - target)
		}
	}
	c.end()

	type focus struct{ own, p, h, width, second, t float64 }
	foci := make([]focus, 1+rng.IntN(3))
	for i := range foci {
		f := focus{own: math.Exp(math.Log(0.25) + rng.Float64()*math.Log(5)), p: 1} // 0.25 to 1.25
		if rng.Float64() < 0.7 {
			f = focus{
				own: 0.4 * rng.Float64(), p: 0.2,
				h:      height * math.Exp(math.Log(0.2)+rng.Float64()*math.Log(7)), // 0.2 to 1.4
				width:  (0.015 + 0.03*rng.Float64()) * augmentRate,
				second: -0.7 * rng.Float64(), t: -0.2 - 0.5*rng.Float64(),
			}
			if rng.Float64() < 0.5 {
				f.h = -f.h
			}
		}
		foci[i] = f
	}
	for _, i := range which {
		f := foci[rng.IntN(len(foci))]
		b := s.beats[i]
		s.scale(b, -0.06, 0.08, f.own)
		s.scale(b, -0.24, -0.07, f.p)
		if f.h == 0 {
			continue
		}
		h := f.h * (0.9 + 0.2*rng.Float64())
		s.wave(float64(b), f.width, h, 1)
		s.wave(float64(b)+2.2*f.width, f.width, h*f.second, 1)
		s.wave(float64(b)+0.24*augmentRate, 0.05*augmentRate, h*f.t, 1.3)
	}
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
