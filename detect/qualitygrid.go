package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The quality of a lead is measured on a grid of 200 cells a second, so that
// neither the rate of the input nor the cost of a high one enters: each cell is
// the mean over its 5 ms of the line through the samples. The grid lies one
// sample behind the input.
const qualityRate = 200

// qualityGrid brings one lead to the grid.
type qualityGrid struct {
	second int64   // samples in a second
	scale  float64 // from the area to the mean of a cell

	next   int64 // end of the cell at hand, in samples of this second times qualityRate
	at     int64 // start of the line at hand, the same unit
	area   float64
	last   float64 // the sample before, mV
	lost   int64   // run of missing samples at hand
	begun  bool    // there was a sample
	broken bool    // the cell at hand has lost too much
}

// put takes a sample in mV, NaN for a missing one, and appends the cells that
// are complete with it: at most three at 100 Hz. A short loss is bridged by the
// last sample; cells of a longer one are NaN.
func (g *qualityGrid) put(cells []float64, v float64, hole int64) []float64 {
	if v >= -ptRange && v <= ptRange {
		if !g.begun || g.lost > hole {
			g.last = v // no line over a loss
		}
		g.begun, g.lost = true, 0
	} else {
		v = g.last
		if g.lost++; g.lost > hole || !g.begun {
			g.broken = true
		}
	}
	// The line from the last sample, at 0, to this one, at 1; twice its area.
	end := g.at + qualityRate
	from, height := 0.0, g.last
	slope := v - g.last
	for g.next <= end {
		to := float64(float64(g.next-g.at) * (1. / qualityRate))
		there := g.last + float64(slope*to)
		g.area += float64((to - from) * (height + there))
		if g.broken {
			cells = append(cells, math.NaN())
		} else {
			cells = append(cells, float64(g.area*g.scale))
		}
		g.area, from, height = 0, to, there
		g.broken = g.lost > hole || !g.begun
		g.next += g.second
	}
	g.area += float64((1 - from) * (height + v))
	g.at, g.last = end, v
	if g.at == g.second*qualityRate { // a new second
		g.at, g.next, g.area = 0, g.second, 0
	}
	return cells
}

func newQualityGrid(second int64) qualityGrid {
	return qualityGrid{second: second, scale: qualityRate / float64(2*second), next: second}
}

func (g *qualityGrid) reset() { *g = newQualityGrid(g.second) }

func (g *qualityGrid) encode(e *checkpoint.Encoder) {
	for _, v := range []int64{g.next, g.at, g.lost} {
		e.Int(v)
	}
	e.Float(g.area)
	e.Float(g.last)
	e.Bool(g.begun)
	e.Bool(g.broken)
}

func (g *qualityGrid) decode(d *checkpoint.Decoder) {
	end := int(g.second * qualityRate)
	g.next, g.at = int64(d.IntIn(1, end)), int64(d.IntIn(0, end-1))
	g.lost = notNegative(d)
	g.area, g.last = d.Float(), d.Float()
	g.begun, g.broken = d.Bool(), d.Bool()
}
