package synth

import (
	"github.com/sinus-ecg/sinus/ecg/portable"
)

var leadNames = [3]string{"MLII", "V5", "V1"}

// wave is one Gaussian event of a beat: height exp(-(t-at)^2 / (2 width^2)).
type wave struct {
	at, width float64    // s, relative to the R peak
	mv        [3]float64 // height per lead
	stretch   bool       // P and T move and widen with the square root of the RR interval
}

// Shapes of beats, amplitudes and times after McSharry et al. 2003, table I, at
// 60 bpm; V5 and V1 are other projections of the same events.
var (
	pWave = wave{-0.17, 0.022, [3]float64{0.14, 0.10, 0.06}, true}

	normalShape = []wave{
		pWave,
		{-0.026, 0.009, [3]float64{-0.12, -0.16, 0.10}, false},
		{0, 0.0105, [3]float64{1.1, 1.35, 0.25}, false},
		{0.028, 0.0095, [3]float64{-0.22, -0.28, -0.9}, false},
		{0.28, 0.048, [3]float64{0.28, 0.32, -0.12}, true},
	}
	// atrialShape: the P wave comes from elsewhere, the ventricles do as usual.
	atrialShape = append([]wave{{-0.14, 0.018, [3]float64{-0.09, 0.05, 0.10}, true}}, normalShape[1:]...)

	// ventricularShape: no P wave, a QRS of 150 ms, T the other way.
	ventricularShape = []wave{
		{-0.045, 0.022, [3]float64{0.35, -0.25, 0.2}, false},
		{0, 0.026, [3]float64{1.45, -1.1, 1.2}, false},
		{0.055, 0.024, [3]float64{-0.35, 0.25, -0.2}, false},
		{0.30, 0.055, [3]float64{-0.5, 0.4, -0.35}, true},
	}

	// narrowShape: conducted, with no P wave of its own.
	narrow = normalShape[1:]

	// pacedWaves: a spike of 2 ms, 50 ms before a wide QRS (ventricular pacing).
	pacedWaves = []wave{
		{-0.05, 0.0009, [3]float64{3, 2, -2.5}, false},
		{-0.03, 0.02, [3]float64{-0.15, 0.1, 0.1}, false},
		{0.012, 0.03, [3]float64{-1.15, -0.9, -0.6}, false},
		{0.32, 0.06, [3]float64{0.45, 0.4, 0.3}, true},
	}

	// loneWaves: a P wave that no beat follows at the usual distance.
	loneWaves = []wave{{0, pWave.width, pWave.mv, true}}
)

// shapeID is what a beat looks like.
type shapeID uint8

const (
	sinusShape shapeID = iota
	earlyShape
	wideShape
	narrowShape
	pacedShape
	loneP
)

// shape is the waves of a beat with the place of the largest deflection of its
// QRS in the first lead.
type shape struct {
	waves []wave
	peak  float64 // s, relative to the nominal R
}

var shapes = [...]shape{
	sinusShape:  {normalShape, peakOf(normalShape)},
	earlyShape:  {atrialShape, peakOf(atrialShape)},
	wideShape:   {ventricularShape, peakOf(ventricularShape)},
	narrowShape: {narrow, peakOf(narrow)},
	pacedShape:  {pacedWaves, peakOf(pacedWaves)},
	loneP:       {loneWaves, 0},
}

// gauss returns exp(-z^2/2).
func gauss(z float64) float64 { return portable.Exp(float64(-0.5*z) * z) }

// peakOf finds the extremum of the sum of the waves near the nominal R by
// Newton's method: the root of the first derivative.
func peakOf(waves []wave) float64 {
	t := 0.0
	for range 30 {
		var d1, d2 float64
		for _, w := range waves {
			z := (t - w.at) / w.width
			g := float64(w.mv[0]*gauss(z)) / w.width
			d1 -= float64(g * z)
			d2 += float64(g*(float64(z*z)-1)) / w.width
		}
		t -= d1 / d2
	}
	return t
}
