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

// step takes the next grid sample.
func (l *beatLead) step(g *qrsGrid, w *qrsWeights) {
	x := l.mean(g, w)
	y := float32(beatPole*l.y) + x - l.x
	l.x, l.y = x, y
	if !l.in.started || l.in.missing > w.hole {
		l.y, y = 0, float32(math.NaN())
	}
	l.ring[l.k&int64(len(l.ring)-1)] = y
	l.k++
}

// mean is l.in.at without a mask per sample: the ring in at most two pieces.
func (l *beatLead) mean(g *qrsGrid, w *qrsWeights) float32 {
	row, ring := g.row(w), l.in.ring
	i := int(g.base-w.reach+1) & (len(ring) - 1)
	first := ring[i:min(len(ring), i+len(row))]
	sum := float32(0)
	for j, c := range row[:len(first)] {
		sum += float32(c * first[j])
	}
	rest := row[len(first):]
	second := ring[:len(rest)]
	for j, c := range rest {
		sum += float32(c * second[j])
	}
	return sum
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
