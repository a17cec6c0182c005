package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// qualityLead is one lead: its cells, two detectors over them, the sums of the
// last seconds.
type qualityLead struct {
	grid    qualityGrid
	n       int64 // cells taken
	pt      *PanTompkins
	other   qualityLength
	run     bool       // the cell before was there
	before  [2]float64 // the last cells
	seconds [qualitySeconds]qualitySecond
	beats   qualityBeats
	others  [qualityKept]int64 // ring of the cells of beats by curve length
	nOthers int64

	// Scratch.
	cells    []float64
	found    []ecg.Beat
	measures ecg.QualityMeasures
}

// put takes a sample in mV.
func (l *qualityLead) put(v float64, hole int64) {
	l.cells = l.grid.put(l.cells[:0], v, hole)
	for _, y := range l.cells {
		l.tick(y)
	}
}

// tick takes a cell.
func (l *qualityLead) tick(y float64) {
	place := int(l.n % qualityRate)
	s := &l.seconds[l.n/qualityRate%qualitySeconds]
	if place == 0 {
		*s = qualitySecond{}
	}
	l.n++
	l.found = l.pt.step(l.found[:0], y)
	l.take()
	if math.IsNaN(y) {
		l.other.lose()
		l.run = false
		return
	}
	if at, beat := l.other.put(y); beat {
		l.others[l.nOthers%qualityKept] = at
		l.nOthers++
	}
	if !l.run {
		l.run, l.before = true, [2]float64{y, y}
	}
	high := y - 2*l.before[0] + l.before[1]
	l.before[1], l.before[0] = l.before[0], y
	p := &l.pt.s
	s.add(place, y, high, p.band[(p.n-1)&int64(len(p.band)-1)])
}

// take keeps the beats that Pan-Tompkins has found.
func (l *qualityLead) take() {
	for _, b := range l.found {
		l.beats.add(b.At, l.pt)
	}
}

func (l *qualityLead) reset() {
	l.grid.reset()
	l.pt.Reset()
	*l = qualityLead{grid: l.grid, pt: l.pt, cells: l.cells, found: l.found}
}
