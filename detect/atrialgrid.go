package detect

import "math"

// The front end of AtrialWaves: any rate becomes 110 Hz by the mean of the signal
// over each grid interval and that of two neighbours, which takes 20 dB off mains
// of 50 and of 60 Hz; behind it a high-pass.

const (
	atrialRate = 110 // Hz of the grid

	// atrialCorner is that of the high-pass of order 1 in Hz: a P wave of 0.1 s
	// keeps its shape, the base line goes within a second.
	atrialCorner = 0.5
	atrialPole   = 1 - 2*math.Pi*atrialCorner/atrialRate // to first order

	// atrialHole is the longest loss of signal in s that is bridged by the last
	// value.
	atrialHole = 0.02

	// atrialRange is the largest magnitude taken for a sample in mV.
	atrialRange = vfRange
)

// atrialGrid is the signal of one lead. Grid sample k is centred where interval k
// begins. A lost sample is the last good one, a longer loss NaN.
type atrialGrid struct {
	sum, last    float64 // of the interval at hand; the last good input sample
	missing      int64   // input samples, in a row
	started      bool    // the high-pass has a sample
	before, x, y float32 // the interval before; input and output of the high-pass
	ring         []float32
}

func (g *atrialGrid) reset() {
	clear(g.ring)
	*g = atrialGrid{ring: g.ring}
}

// take reads every step-th value of in, the samples of one lead from c.n on, and
// returns the clock behind them.
func (g *atrialGrid) take(c meanClock, in []float64, step int, hole int64) meanClock {
	next := c.end(c.k)
	t := float64(c.n)
	sum, last, scale := g.sum, g.last, 1/c.ratio
	for i := 0; i < len(in); i += step {
		v := in[i]
		if v >= -atrialRange && v <= atrialRange {
			g.missing = 0
		} else { // also NaN
			v = last
			g.missing++
		}
		last = v
		t++
		if t < next {
			sum += v
			continue
		}
		from := t - 1
		for t >= next {
			sum += float64((next - from) * v)
			g.store(c.k, float32(sum*scale), g.missing > hole)
			sum, from = 0, next
			c.k++
			next = c.end(c.k)
		}
		sum = float64((t - from) * v)
	}
	g.sum, g.last = sum, last
	c.n = int64(t)
	return c
}

// store takes the mean of interval k.
func (g *atrialGrid) store(k int64, mean float32, lost bool) {
	at := k & int64(len(g.ring)-1)
	if lost {
		g.started = false
		g.ring[at] = float32(math.NaN())
		return
	}
	if !g.started {
		g.started, g.before, g.x, g.y = true, mean, mean, 0
	}
	x := (mean + g.before) / 2
	g.y = float32(atrialPole*g.y) + (x - g.x)
	g.before, g.x = mean, x
	g.ring[at] = g.y
}

// span copies grid samples from k on, and reports whether all of them are there;
// newest is the last one that is complete.
func (g *atrialGrid) span(dst []float32, k, newest int64) bool {
	if k < 0 || k+int64(len(dst))-1 > newest || k <= newest-int64(len(g.ring)) {
		return false
	}
	part := g.ring[k&int64(len(g.ring)-1):]
	copy(dst[copy(dst, part):], g.ring)
	for _, v := range dst {
		if v != v {
			return false
		}
	}
	return true
}
