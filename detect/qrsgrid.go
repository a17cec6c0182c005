package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// The QRS detector looks at every signal on one grid of 200 Hz, whatever the
// rate it comes in. Grid sample k is the weighted mean of the input samples
// around k/200 s. The weights are a trapezoid, a box of 20 ms convolved with a
// box of 1/60 s, which has exact zeros at 50, 60, 100 and 120 Hz and is 3 dB
// down near 17 Hz. What follows is blind to the offset of the signal and nearly
// blind to its slope, so that there is no other filter.

const (
	qrsRate = 200 // Hz of the grid

	qrsBoxLong  = 1. / 50 // s; its zeros are the multiples of 50 Hz
	qrsBoxShort = 1. / 60 // s; the multiples of 60 Hz
	qrsReach    = (qrsBoxLong + qrsBoxShort) / 2

	// qrsMaxPhases bounds the table of weights for rates that are not in a small
	// ratio to 200 Hz: a phase is then 10 us wide at 200 Hz.
	qrsMaxPhases = 512

	// qrsHole is the longest loss of signal in s that is bridged by the last
	// value; after a longer one the signal goes on at the level where it ended,
	// so that a change of the baseline is no edge.
	qrsHole = 0.02

	// qrsJump is the largest step in mV from one sample to the next: a larger one
	// is none of the heart, and a change of the baseline too.
	qrsJump = 30

	// qrsRange is the largest magnitude in mV that is taken for a sample.
	qrsRange = ptRange
)

// qrsWeights are the weights of the grid for one input rate, the same for all
// streams of that rate.
type qrsWeights struct {
	num, den int64       // input samples per grid sample, in lowest terms
	reach    int64       // taps on either side
	phases   int64       // rows
	rows     [][]float32 // 2*reach weights: input samples base-reach+1 to base+reach
	hole     int64       // input samples
}

func newQRSWeights(rate float64) (qrsWeights, error) {
	clock, err := ecg.NewClock(rate/qrsRate, time.Time{})
	if err != nil {
		return qrsWeights{}, err
	}
	w := qrsWeights{hole: int64(qrsHole * rate)}
	w.num, w.den = clock.Rate()
	w.reach = int64(math.Ceil(float64(qrsReach * rate)))
	w.phases = min(w.den, qrsMaxPhases)
	for p := range w.phases {
		row := make([]float32, 2*w.reach)
		frac := float64(p) / float64(w.phases)
		sum := 0.0
		for j := range row {
			sum += qrsTrapezoid((float64(int64(j)-w.reach+1) - frac) / rate)
		}
		for j := range row {
			row[j] = float32(qrsTrapezoid((float64(int64(j)-w.reach+1)-frac)/rate) / sum)
		}
		w.rows = append(w.rows, row)
	}
	return w, nil
}

// qrsTrapezoid is the kernel at a time in s, 1 on its flat top.
func qrsTrapezoid(t float64) float64 {
	return min(1, max(0, (qrsReach-math.Abs(t))/qrsBoxShort))
}

// qrsGrid walks over the grid: where its next sample lies in the input.
type qrsGrid struct {
	k    int64 // next grid sample
	base int64 // input sample at or before it
	rem  int64 // it lies rem/den behind that
}

func (g *qrsGrid) next(w *qrsWeights) {
	g.k++
	g.base += w.num / w.den
	g.rem += w.num % w.den
	if g.rem >= w.den {
		g.rem -= w.den
		g.base++
	}
}

// row are the weights for the next grid sample.
func (g *qrsGrid) row(w *qrsWeights) []float32 {
	if w.phases == w.den {
		return w.rows[g.rem]
	}
	return w.rows[g.rem*w.phases/w.den]
}

// input is the position of a grid sample in the input: a sample and a fraction
// of one from 0 to below 1.
func (w *qrsWeights) input(c int64) (int64, float64) {
	// c*num stays below 2^63 for 10^5 years of grid and any rate of few digits;
	// the whole part is split off so that others have room too.
	q, r := c/w.den, c%w.den
	n := r * w.num
	return q*w.num + n/w.den, float64(n%w.den) / float64(w.den)
}

// qrsInput is the input of one lead: a ring of what the grid and the search for
// the R peak need.
type qrsInput struct {
	ring    []float32 // mV less offset; a power of two long
	last    float32   // the last good value, less offset
	offset  float64   // mV
	missing int64     // run of missing samples at hand
	started bool
}

// put takes sample n and reports whether it was there.
func (in *qrsInput) put(w *qrsWeights, n int64, v float64) bool {
	if !(v >= -qrsRange && v <= qrsRange) { // also NaN
		in.missing++
		in.ring[n&int64(len(in.ring)-1)] = in.last
		return false
	}
	switch {
	case !in.started:
		in.started = true
		in.offset = v
		in.last = 0
	case in.missing > w.hole || math.Abs(v-in.offset-float64(in.last)) > qrsJump:
		in.offset = v - float64(in.last)
	default:
		in.last = float32(v - in.offset)
	}
	in.missing = 0
	in.ring[n&int64(len(in.ring)-1)] = in.last
	return true
}

// at is the weighted mean around the next grid sample.
func (in *qrsInput) at(g *qrsGrid, w *qrsWeights) float32 {
	row := g.row(w)
	mask := len(in.ring) - 1
	i := int(g.base-w.reach+1) & mask
	a, b := float32(0), float32(0)
	if i+len(row) <= len(in.ring) {
		x := in.ring[i:][:len(row)]
		for j := 0; j+1 < len(row); j += 2 { // their number is even
			a += float32(row[j] * x[j])
			b += float32(row[j+1] * x[j+1])
		}
		return a + b
	}
	for j := 0; j+1 < len(row); j += 2 {
		a += float32(row[j] * in.ring[(i+j)&mask])
		b += float32(row[j+1] * in.ring[(i+j+1)&mask])
	}
	return a + b
}
