package filter

import "github.com/sinus-ecg/sinus/ecg/checkpoint"

// runningSum is the sum of the last n values: that of the block of n values at
// hand, from its beginning, plus that of the block before, to its end. Each sum
// begins anew with its block, so that no rounding error outlives 2n values,
// however long the stream (van Herk 1992 does so for a maximum).
type runningSum struct {
	// ring holds the values of this block up to at, and from there on, of the
	// block before, the sums from each place to its end.
	ring []float64
	at   int
	head float64 // of this block
}

func newRunningSum(n int) runningSum { return runningSum{ring: make([]float64, n)} }

// push takes a value and returns the sum with it.
func (r *runningSum) push(v float64) float64 {
	r.ring[r.at] = v
	r.head += v
	if r.at++; r.at < len(r.ring) {
		return r.head + r.ring[r.at]
	}
	sum, tail := r.head, 0.0
	for i := len(r.ring) - 1; i >= 0; i-- {
		tail += r.ring[i]
		r.ring[i] = tail
	}
	r.at, r.head = 0, 0
	return sum
}

func (r *runningSum) reset() {
	clear(r.ring)
	r.at, r.head = 0, 0
}

func (r *runningSum) encode(e *checkpoint.Encoder) {
	e.Int(int64(r.at))
	e.Float(r.head)
	e.Floats(r.ring)
}

func (r *runningSum) decode(d *checkpoint.Decoder) {
	r.at = d.IntIn(0, len(r.ring)-1)
	r.head = d.Float()
	d.Floats(r.ring)
}

// runningMean is the sum and the number of the samples among the last n.
type runningMean struct{ sum, count runningSum }

func newRunningMean(n int) runningMean { return runningMean{newRunningSum(n), newRunningSum(n)} }

// push takes a sample, or NaN, and returns the mean of those that are there.
func (r *runningMean) push(v float64) float64 {
	w := 1.0
	if v != v {
		v, w = 0, 0
	}
	sum := r.sum.push(v)
	return sum / r.count.push(w)
}

func (r *runningMean) reset()                       { r.sum.reset(); r.count.reset() }
func (r *runningMean) encode(e *checkpoint.Encoder) { r.sum.encode(e); r.count.encode(e) }
func (r *runningMean) decode(d *checkpoint.Decoder) { r.sum.decode(d); r.count.decode(d) }
