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
	// 300 mV electrode offset of IEC 60601-2-27; what the half-band filter makes of
	// it, 9/8 at most, is below the 512 mV that filter.Cascade takes.
	vfRange = 448

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

// vfGood reports whether v is a sample, not NaN: of numbers without their sign the
// bits are in the order of the numbers.
func vfGood(v float64) bool { return bitsOf(v) <= math.Float64bits(vfRange) }

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
	k, fill := c.k, max(g.fill, vfBack)
	next := c.end(k)
	t := float64(c.n)
	sum, last, unit, scale := g.sum, g.last, math.Float64bits(g.unit), 1/c.ratio
	for i := 0; i < len(in); i += step {
		v := in[i]
		if !vfGood(v) {
			v = last
		}
		t++
		if t < next {
			sum += v
			last = v
			continue
		}
		if d := bitsOf(v - last); d < unit && d > math.Float64bits(vfSame) {
			unit = d
		}
		last = v
		sum += float64((next - (t - 1)) * v)
		g.grid[fill] = float64(sum * scale)
		fill++
		k++
		from := next
		if next = c.end(k); t >= next {
			// More of them, at rates below that of the grid: a loop although the
			// branch is taken, so that the compiler puts it aside.
			for t >= next {
				g.grid[fill] = float64(float64((next-from)*v) * scale)
				fill++
				k++
				from, next = next, c.end(k)
			}
		}
		sum = float64((t - from) * v)
	}
	if g.fill == 0 && fill > vfBack { // the first one goes back to before the signal
		for i := range g.grid[:vfBack] {
			g.grid[i] = g.grid[vfBack]
		}
	}
	if fill > vfBack {
		g.fill = fill
	}
	g.sum, g.last, g.unit = sum, last, math.Float64frombits(unit)
	return meanClock{c.ratio, int64(t), k}
}

// still returns how many grid samples of the hop stood still for vfFlatRun and more.
func (g *vfGrid) still() (flat int) {
	const (
		limit  = vfSame * 1.1 // with the rounding of sums
		stride = vfFlatRun / 2
	)
	x := g.grid[vfBack-1 : vfBack+vfHop]
	moves := func(i, by int, limit float64) bool { return bitsOf(x[i]-x[i-by]) > math.Float64bits(limit) }
	// Among samples that stand still so long are two in the places looked at here,
	// alike. Where none are, only the last ones may go on standing still.
	i := stride
	for i < len(x) && moves(i, stride, stride*limit) {
		i += stride
	}
	if i >= len(x) && moves(1, 1, vfSame) {
		g.run = 0
		for i = vfHop; !moves(i, 1, vfSame); i-- {
			g.run++
		}
		return 0
	}
	for i := 1; i < len(x); i++ {
		if moves(i, 1, vfSame) {
			g.run = 0
		} else if g.run++; g.run == vfFlatRun {
			flat += vfFlatRun
		} else if g.run > vfFlatRun {
			flat++
		}
	}
	return flat
}

// second filters the hop that is complete and returns it at 64 Hz, how many of
// its grid samples stood still for vfFlatRun and more, and the smallest step.
func (g *vfGrid) second(x *[vfHop / 2]float64) (flat int, unit float64) {
	for i := range x {
		v := (*[vfBack + 1]float64)(g.grid[2*i+1:])
		x[i] = 0.5*v[3] + float64((9./32)*(v[2]+v[4])) - float64((1./32)*(v[0]+v[6]))
	}
	flat = g.still()
	g.high.Append(x[:0], x[:])
	g.fill = copy(g.grid[:], g.grid[vfHop:g.fill])
	unit, g.unit = g.unit, vfRange
	return min(flat, vfHop), unit
}
