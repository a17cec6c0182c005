package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Versions of a record with other intervals: beats that are early or late.

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
