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
	k, ring, mask, lost := c.k, g.ring, int64(len(g.ring)-1), float32(math.NaN())
	next := c.end(k)
	t := float64(c.n)
	sum, last, missing, scale := g.sum, g.last, g.missing, 1/c.ratio
	for i := 0; i < len(in); i += step {
		v := in[i]
		if !vfGood(v) {
			v = last
			missing++
		} else {
			missing = 0
		}
		last = v
		t++
		if t < next {
			sum += v
			continue
		}
		ring[k&mask] = float32((sum + float64((next-(t-1))*v)) * scale)
		if missing > hole {
			ring[k&mask] = lost
		}
		k++
		from := next
		if next = c.end(k); t >= next {
			// More of them, at rates below that of the grid: a loop although the
			// branch is taken, so that the compiler puts it aside.
			for t >= next {
				ring[k&mask] = float32(float64((next-from)*v) * scale)
				if missing > hole {
					ring[k&mask] = lost
				}
				k++
				from, next = next, c.end(k)
			}
		}
		sum = float64((t - from) * v)
	}
	g.sum, g.last, g.missing = sum, last, missing
	g.filter(c.k, k)
	return meanClock{c.ratio, int64(t), k}
}

// filter makes grid samples of the means of intervals from k to end, in their place
// in the ring.
func (g *atrialGrid) filter(k, end int64) {
	before, x, y := g.before, g.x, g.y
	for ; k < end; k++ {
		p := &g.ring[k&int64(len(g.ring)-1)]
		mean := *p
		if mean != mean {
			g.started = false
			continue
		}
		if !g.started {
			g.started, before, x, y = true, mean, mean, 0
		}
		now := (mean + before) / 2
		y = float32(atrialPole*y) + (now - x)
		before, x = mean, now
		*p = y
	}
	g.before, g.x, g.y = before, x, y
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
