package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

const (
	// qualityKept bounds the beats that are kept of a detector: more than four
	// seconds of them, 200 ms apart.
	qualityKept = 32

	// qualityMatch is how far two detectors may put one beat from each other:
	// 150 ms (Q. Li, R. G. Mark and G. D. Clifford, Robust heart rate estimation
	// from multiple asynchronous noisy sources, Physiol. Meas. 29:15-32, 2008).
	qualityMatch = 30

	// qualityEdge is how long before the end of the four seconds beats are still
	// compared: later ones may not be known yet. 0.5 s, Pan-Tompkins needs 0.4 s.
	qualityEdge = 100

	qualityShapes = 4  // beats that another is compared with: room for two forms in turn
	qualitySide   = 20 // cells of a shape on either side of the peak, 100 ms
)

// qualityShape is a beat in the QRS band, of unit power.
type qualityShape [2 * qualitySide]float64

// qualityBeats are the last beats of Pan-Tompkins: cell, height, and likeness to
// the beats before.
type qualityBeats struct {
	at           [qualityKept]int64
	height, like [qualityKept]float64
	n            int64
	shapes       [qualityShapes]qualityShape
	nShapes      int64
}

// add takes a beat at a cell from what the detector still holds of it. Of a beat
// that search-back found, that may be nothing.
func (b *qualityBeats) add(at int64, p *PanTompkins) {
	k := b.n % qualityKept
	b.n++
	b.at[k], b.height[k], b.like[k] = at, math.NaN(), math.NaN()
	s := &p.s
	c := at + int64(s.filter.bandPassDelay())
	from, to := c-qualitySide, c+qualitySide
	if from < 0 || to > s.n || from < s.n-int64(len(s.band)) {
		return
	}
	var shape qualityShape
	power, height := 0.0, 0.0
	for i := range shape {
		v := s.band[(from+int64(i))&int64(len(s.band)-1)]
		shape[i] = v
		power += float64(v * v)
		height = max(height, v, -v)
	}
	if !(power > qualityTiny) {
		return
	}
	f := 1 / math.Sqrt(power)
	for i := range shape {
		shape[i] *= f
	}
	b.height[k] = height
	if b.nShapes > 0 {
		b.like[k] = 0
		for i := range min(b.nShapes, qualityShapes) {
			b.like[k] = max(b.like[k], shape.like(&b.shapes[i]))
		}
	}
	b.shapes[b.nShapes%qualityShapes] = shape
	b.nShapes++
}

// like is the correlation of two shapes, as far as a cell apart.
func (a *qualityShape) like(b *qualityShape) float64 {
	same, early, late := 0.0, 0.0, 0.0
	for i := 1; i < len(a)-1; i++ {
		same += float64(a[i] * b[i])
		early += float64(a[i] * b[i+1])
		late += float64(a[i] * b[i-1])
	}
	return max(same, early, late)
}

// measureBeats is what the beats around second k show.
func (l *qualityLead) measureBeats(k int64, m *ecg.QualityMeasures) {
	from, end := (k+2-qualitySeconds)*qualityRate, min((k+2)*qualityRate, l.n)
	edge := end - qualityEdge
	both, all := 0, 0
	like, nLike := 0.0, 0
	low, high := math.Inf(1), 0.0
	b := &l.beats
	j := max(0, l.nOthers-qualityKept)
	// pass counts the beats of the second detector before a cell: nobody else
	// found them. At the ends their partners may lie outside.
	pass := func(to int64) {
		for ; j < l.nOthers && l.others[j%qualityKept] < to; j++ {
			if at := l.others[j%qualityKept]; at >= from+qualityMatch && at < edge-qualityMatch {
				all++
			}
		}
	}
	for i := max(0, b.n-qualityKept); i < b.n; i++ {
		at := b.at[i%qualityKept]
		if at < from || at >= end {
			continue
		}
		if v := b.like[i%qualityKept]; !math.IsNaN(v) {
			like += v
			nLike++
		}
		if v := b.height[i%qualityKept]; !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
		if at >= edge {
			continue
		}
		pass(at - qualityMatch)
		all++
		if j < l.nOthers && l.others[j%qualityKept] <= at+qualityMatch {
			both++
			j++
		}
	}
	pass(edge)
	if all > 0 && !l.pt.s.learning {
		m.Agreement = float64(both) / float64(all)
	}
	if nLike > 0 {
		m.Likeness = like / float64(nLike)
	}
	if high > 0 {
		m.Evenness = low / high
	}
}
