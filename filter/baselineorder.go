package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// orderedWindow is the last n samples with their median at hand: a heap of the
// lower half, its largest on top, and one of the upper half, its smallest on top
// (Williams 1964). Each sample knows its place in its heap, so that the one that
// leaves is taken out in O(log n) steps, without a search.
type orderedWindow struct {
	value []float64 // by slot: samples mod n; NaN: missing, in no heap
	place []int32   // by slot: index in its heap
	low   []int32   // slots, the largest value first
	high  []int32   // slots, the smallest value first
	upper []bool    // by slot: in high
	next  int       // slot of the next sample
}

func newOrderedWindow(n int) orderedWindow {
	w := orderedWindow{value: make([]float64, n), place: make([]int32, n), upper: make([]bool, n)}
	w.low, w.high = make([]int32, 0, n), make([]int32, 0, n)
	w.reset()
	return w
}

func (w *orderedWindow) reset() {
	for i := range w.value {
		w.value[i] = math.NaN()
	}
	w.low, w.high, w.next = w.low[:0], w.high[:0], 0
}

// push puts a sample, or NaN, in the place of the oldest.
func (w *orderedWindow) push(v float64) {
	slot := int32(w.next)
	if w.next++; w.next == len(w.value) {
		w.next = 0
	}
	if !math.IsNaN(w.value[slot]) {
		w.remove(slot)
	}
	w.value[slot] = v + 0 // -0 becomes 0: the median's bits are one thing
	if !math.IsNaN(v) {
		w.insert(slot, len(w.low) > 0 && v > w.value[w.low[0]])
	}
	w.balance()
}

// forget takes the newest k samples out, as if they were missing.
func (w *orderedWindow) forget(k int) {
	n := len(w.value)
	for i := 1; i <= min(k, n); i++ {
		slot := (w.next + n - i) % n
		if !math.IsNaN(w.value[slot]) {
			w.remove(int32(slot))
			w.value[slot] = math.NaN()
			w.balance()
		}
	}
}

// balance keeps as many in low as in high, or one more, after one has left and
// one has come.
func (w *orderedWindow) balance() {
	switch {
	case len(w.low) > len(w.high)+1:
		slot := w.low[0]
		w.remove(slot)
		w.insert(slot, true)
	case len(w.high) > len(w.low):
		slot := w.high[0]
		w.remove(slot)
		w.insert(slot, false)
	}
}

// middle returns the sample in the middle of the window.
func (w *orderedWindow) middle() float64 {
	return w.value[(w.next+len(w.value)/2)%len(w.value)]
}

// median returns the median of the samples that are there, NaN if there is none.
func (w *orderedWindow) median() float64 {
	switch {
	case len(w.low) == 0:
		return math.NaN()
	case len(w.low) > len(w.high):
		return w.value[w.low[0]]
	}
	return (w.value[w.low[0]] + w.value[w.high[0]]) / 2
}

func (w *orderedWindow) insert(slot int32, upper bool) {
	h := &w.low
	if upper {
		h = &w.high
	}
	*h = append(*h, slot)
	w.upper[slot] = upper
	w.place[slot] = int32(len(*h) - 1)
	w.up(*h, len(*h)-1, upper)
}

func (w *orderedWindow) remove(slot int32) {
	upper := w.upper[slot]
	h := &w.low
	if upper {
		h = &w.high
	}
	i, last := int(w.place[slot]), len(*h)-1
	w.swap(*h, i, last)
	*h = (*h)[:last]
	if i < last {
		w.down(*h, i, upper)
		w.up(*h, i, upper)
	}
}

// above reports whether slot a belongs above slot b.
func (w *orderedWindow) above(a, b int32, upper bool) bool {
	if upper {
		return w.value[a] < w.value[b]
	}
	return w.value[a] > w.value[b]
}

func (w *orderedWindow) swap(h []int32, i, j int) {
	h[i], h[j] = h[j], h[i]
	w.place[h[i]], w.place[h[j]] = int32(i), int32(j)
}

func (w *orderedWindow) up(h []int32, i int, upper bool) {
	for i > 0 && w.above(h[i], h[(i-1)/2], upper) {
		w.swap(h, i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (w *orderedWindow) down(h []int32, i int, upper bool) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && w.above(h[child+1], h[child], upper) {
			child++
		}
		if !w.above(h[child], h[i], upper) {
			return
		}
		w.swap(h, i, child)
		i = child
	}
}

// The heaps are made anew from the samples: how they lie does not show.
func (w *orderedWindow) encode(e *checkpoint.Encoder) {
	e.Int(int64(w.next))
	e.Floats(w.value)
}

func (w *orderedWindow) decode(d *checkpoint.Decoder) {
	w.next = d.IntIn(0, len(w.value)-1)
	d.Floats(w.value)
	w.low, w.high = w.low[:0], w.high[:0]
	for slot, v := range w.value {
		if !math.IsNaN(v) {
			w.insert(int32(slot), len(w.low) > 0 && v > w.value[w.low[0]])
			w.balance()
		}
	}
}
