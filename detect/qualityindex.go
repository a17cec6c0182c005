package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// The index is a logistic model of the measures. Each measure enters as a line
// that may bend at a few fixed places; only the slopes are fitted (qualitymodel.go,
// models/quality.md).

// qualityPart is how one measure enters.
type qualityPart struct {
	of      func(m *ecg.QualityMeasures) float64
	unknown float64   // what stands for NaN: what it is in good signal
	log     bool      // by its logarithm
	bends   []float64 // of the measure or its logarithm
}

// qualityFloor is the least ratio that is told from 0: -80 dB.
const qualityFloor = 1e-4

var qualityParts = []qualityPart{
	{func(m *ecg.QualityMeasures) float64 { return m.Flat }, 0, false, nil},
	{func(m *ecg.QualityMeasures) float64 { return m.Rails }, 0, false, nil},
	{func(m *ecg.QualityMeasures) float64 { return m.Muscle }, 0.02, true, []float64{-4.5, -3.5, -2.5}},
	{func(m *ecg.QualityMeasures) float64 { return m.Background }, 0.03, true, []float64{-4, -3, -2}},
	{func(m *ecg.QualityMeasures) float64 { return m.Mains }, 0.02, true, []float64{-4, -2}},
	{func(m *ecg.QualityMeasures) float64 { return m.Wander }, 0.1, true, []float64{-2, 0}},
	{func(m *ecg.QualityMeasures) float64 { return m.Kurtosis }, 7, true, []float64{1.5, 2.5}},
	{func(m *ecg.QualityMeasures) float64 { return m.Agreement }, 0.9, false, []float64{0.5, 0.8}},
	{func(m *ecg.QualityMeasures) float64 { return m.Likeness }, 0.9, false, []float64{0.8, 0.95}},
	{func(m *ecg.QualityMeasures) float64 { return m.Evenness }, 0.9, false, []float64{0.5, 0.8}},
}

// AppendQualityTerms appends the terms that the model of SignalQuality weighs:
// a one, then each measure with its bends. The program that fits the model uses
// it too.
func AppendQualityTerms(dst []float64, m *ecg.QualityMeasures) []float64 {
	dst = append(dst, 1)
	for i := range qualityParts {
		p := &qualityParts[i]
		v := p.of(m)
		if math.IsNaN(v) {
			v = p.unknown
		}
		if p.log {
			v = portable.Log(max(v, qualityFloor))
		}
		dst = append(dst, v)
		for _, b := range p.bends {
			dst = append(dst, max(0, v-b))
		}
	}
	return dst
}

// qualityIndex is the probability that a second is usable.
func qualityIndex(m *ecg.QualityMeasures) float64 {
	var space [len(qualityWeights)]float64
	odds := 0.0
	for i, t := range AppendQualityTerms(space[:0], m) {
		odds += float64(qualityWeights[i] * t)
	}
	return 1 / (1 + portable.Exp(-odds))
}
