package detect

import "math"

// One lead as the beat classifier sees it: the grid of the QRS detector (200 Hz,
// blind to mains) behind a one-pole high-pass that takes the offset and slow
// wander away and has forgotten a step within a second.

const (
	beatCorner = 0.5 // Hz of the high-pass (AHA: 0.67 Hz changes no QRS)
	// 1 - 2 pi beatCorner/qrsRate, to first order.
	beatPole = 1 - 2*math.Pi*beatCorner/qrsRate
)

// beatLead is the signal of a lead and what is known of its beats.
type beatLead struct {
	in   qrsInput
	ring []float32 // high-passed grid samples, NaN where the signal is missing
	k    int64     // grid samples taken
	x, y float32   // last input and output of the high-pass

	height  float32 // running height of the dominant QRS, mV; 0: not known
	quality float32 // running correlation of dominant beats with their shape
	noise   float32 // running share of noise, of height

	// The usual distance of a normal beat from its shape, and how that varies.
	far, spread float32

	shape  [beatClusters]beatShape
	before beatShape // of the beat before
	p      beatAtria

	// Scratch: the beat at hand.
	now beatSight
}

func newBeatLead(input, ring []float32) beatLead {
	l := beatLead{ring: ring, quality: beatQuality0, far: beatFar0, spread: beatSpread0}
	l.in.ring = input
	return l
}

// take takes every stride-th value of x as input from sample n on, and returns
// where the grid is then.
func (l *beatLead) take(w *qrsWeights, g qrsGrid, n int64, x []float64, stride int) qrsGrid {
	whole, part := w.num/w.den, w.num%w.den
	in := &l.in
	for i := 0; i < len(x); i += stride {
		v := x[i]
		d := v - in.offset
		if in.started && in.missing == 0 && v >= -qrsRange && v <= qrsRange && math.Abs(d-float64(in.last)) <= qrsJump {
			in.last = float32(d) // what put does with an ordinary sample
			in.ring[n&int64(len(in.ring)-1)] = in.last
		} else {
			in.put(w, n, v)
		}
		for g.base+w.reach <= n {
			l.step(&g, w)
			g.k++
			g.base += whole
			if g.rem += part; g.rem >= w.den {
				g.rem -= w.den
				g.base++
			}
		}
		n++
	}
	return g
}

// hold goes on with the last value for so many samples.
func (l *beatLead) hold(w *qrsWeights, g qrsGrid, n, samples int64) qrsGrid {
	for last := n + samples; n < last; n++ {
		l.in.ring[n&int64(len(l.in.ring)-1)] = l.in.last
		for ; g.base+w.reach <= n; g.next(w) {
			l.step(&g, w)
		}
	}
	return g
}

// step takes the next grid sample.
func (l *beatLead) step(g *qrsGrid, w *qrsWeights) {
	x := l.in.at(g, w)
	y := float32(beatPole*l.y) + x - l.x
	l.x, l.y = x, y
	if !l.in.started || l.in.missing > w.hole {
		l.y, y = 0, float32(math.NaN())
	}
	l.ring[l.k&int64(len(l.ring)-1)] = y
	l.k++
}

// at is grid sample k.
func (l *beatLead) at(k int64) float32 { return l.ring[k&int64(len(l.ring)-1)] }

// whole reports whether every sample from k to the last one is there.
func (l *beatLead) whole(k, last int64) bool {
	if k < 0 || k <= l.k-int64(len(l.ring)) || last >= l.k {
		return false
	}
	for ; k <= last; k++ {
		if v := l.at(k); v != v {
			return false
		}
	}
	return true
}
