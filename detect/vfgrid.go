package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/filter"
)

// The front end of the VF detector: any rate becomes 128 Hz by the mean of the
// signal over each grid interval; then, a second at once, 64 Hz by a half-band
// filter, and a high-pass at 1 Hz.

const (
	vfGridRate = 128 // Hz
	vfHop      = 128 // grid samples between two decisions: 1 s

	// vfEdge is that of the high-pass in Hz, of order 2: fibrillation lies in 2
	// to 10 Hz.
	vfEdge = 1

	// vfRange is the largest magnitude taken for a sample in mV: above the
	// 300 mV electrode offset of IEC 60601-2-27.
	vfRange = 512

	// vfFlatRun is how long one value must last, in grid samples (100 ms), to be
	// a rail or a lost packet; vfSame is how little it may move in mV.
	vfFlatRun = 13
	vfSame    = 1e-7

	vfMargin = 2 // grid samples that the input sample that ends a hop can begin behind it

	// The half-band filter looks so many grid samples back from its newest one:
	// the maximally flat one of 7 taps, (-1 0 9 16 9 0 -1)/32, -6 dB at 32 Hz,
	// -29 dB at 50 Hz. (O. Herrmann, IEEE Trans. Circuit Theory 18:411-413, 1971)
	vfBack = 6
)

// meanClock tells which input samples make a sample of a grid of means.
type meanClock struct {
	ratio float64 // input samples per grid sample
	n     int64   // input frames taken
	k     int64   // grid samples complete
}

// end is where grid sample k ends, in input samples.
func (c *meanClock) end(k int64) float64 { return float64(float64(k+1) * c.ratio) }

// vfClock also counts the hops that are complete.
type vfClock struct {
	meanClock
	hops int64
}

// hopEnd is the number of input frames that complete the hop at hand.
func (c *vfClock) hopEnd() int64 { return int64(math.Ceil(c.end((c.hops+1)*vfHop - 1))) }

// vfGrid is what one lead has of the hop at hand. A missing or impossible sample
// is the last good one: a longer loss is a signal that stands still.
type vfGrid struct {
	sum  float64                            // of the grid sample at hand
	last float64                            // the last good input sample
	unit float64                            // smallest step between two of them in this hop, mV: the resolution of the lead
	grid [vfBack + vfHop + vfMargin]float64 // what the filter looks back to, then the hop at hand
	fill int                                // of grid
	run  int                                // grid samples that have stood still
	high *filter.Cascade
}

func newVFGrid() (vfGrid, error) {
	hp, err := filter.Butterworth(2, filter.HighPass, vfGridRate/2, vfEdge)
	if err != nil {
		return vfGrid{}, err
	}
	high, err := filter.NewCascade(filter.CascadeConfig{Rate: vfGridRate / 2, Sections: hp.Sections()})
	return vfGrid{high: high}, err
}

func (g *vfGrid) reset() {
	g.high.Reset()
	*g = vfGrid{high: g.high, unit: vfRange}
}

// take reads every step-th value of in, the samples of one lead from c.n on, and
// returns the clock behind them.
func (g *vfGrid) take(c meanClock, in []float64, step int) meanClock {
	next := c.end(c.k)
	t := float64(c.n)
	sum, last, unit, scale := g.sum, g.last, g.unit, 1/c.ratio
	for i := 0; i < len(in); i += step {
		v := in[i]
		if !(v >= -vfRange && v <= vfRange) { // also NaN
			v = last
		}
		t++
		if t < next {
			sum += v
			last = v
			continue
		}
		if d := math.Abs(v - last); d > vfSame && d < unit {
			unit = d
		}
		last = v
		from := t - 1
		for t >= next {
			sum += float64((next - from) * v)
			g.store(float64(sum * scale))
			sum, from = 0, next
			c.k++
			next = c.end(c.k)
		}
		sum = float64((t - from) * v)
	}
	g.sum, g.last, g.unit = sum, last, unit
	c.n = int64(t)
	return c
}

// store takes a grid sample; the first one goes back to before the signal.
func (g *vfGrid) store(v float64) {
	if g.fill == 0 {
		for ; g.fill < vfBack; g.fill++ {
			g.grid[g.fill] = v
		}
	}
	g.grid[g.fill] = v
	g.fill++
}

// second filters the hop that is complete and returns it at 64 Hz, how many of
// its grid samples stood still for vfFlatRun and more, and the smallest step.
func (g *vfGrid) second(x *[vfHop / 2]float64) (flat int, unit float64) {
	for i := range x {
		v := (*[vfBack + 1]float64)(g.grid[2*i+1:])
		x[i] = 0.5*v[3] + float64((9./32)*(v[2]+v[4])) - float64((1./32)*(v[0]+v[6]))
	}
	before := g.grid[vfBack-1]
	for _, v := range g.grid[vfBack : vfBack+vfHop] {
		if math.Abs(v-before) > vfSame {
			g.run = 0
		} else if g.run++; g.run == vfFlatRun {
			flat += vfFlatRun
		} else if g.run > vfFlatRun {
			flat++
		}
		before = v
	}
	g.high.Append(x[:0], x[:])
	g.fill = copy(g.grid[:], g.grid[vfHop:g.fill])
	unit, g.unit = g.unit, vfRange
	return min(flat, vfHop), unit
}
