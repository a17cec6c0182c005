package bench

import (
	"time"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/features"
	"github.com/sinus-ecg/sinus/filter"
)

// measuredFilters are the stages of filter and features over one lead, each in its
// usual configuration.
func measuredFilters() []MeasuredStage {
	of := func(name string, build func(rate float64) (ecg.Stage[float64, float64], error)) MeasuredStage {
		return MeasuredStage{name, func(rate float64, x []float64, block int) (Latency, error) {
			s, err := build(rate)
			if err != nil {
				return Latency{}, err
			}
			return measure(s, x, block, rate, nil), nil
		}}
	}
	pantompkins := func(rate float64) (*detect.PanTompkins, error) {
		return detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	}
	type filters = ecg.Stage[float64, float64]
	return []MeasuredStage{
		of("bandpass", func(rate float64) (filters, error) { return filter.Monitoring.Cascade(rate, 1) }),
		of("fir101", func(rate float64) (filters, error) {
			h, err := filter.FIRWindow(101, filter.Hamming, filter.LowPass, rate, 40)
			if err != nil {
				return nil, err
			}
			return filter.NewConvolver(filter.ConvolverConfig{Rate: rate, Taps: h})
		}),
		of("mains", func(rate float64) (filters, error) { return filter.NewMains(filter.MainsConfig{Rate: rate}) }),
		of("medians", func(rate float64) (filters, error) {
			return filter.NewMedianBaseline(filter.MedianBaselineConfig{Rate: rate})
		}),
		of("linear", func(rate float64) (filters, error) {
			return filter.NewLinearHighPass(filter.LinearHighPassConfig{Rate: rate})
		}),
		of("spline", func(rate float64) (filters, error) {
			d, err := pantompkins(rate)
			if err != nil {
				return nil, err
			}
			return filter.NewSplineBaseline(filter.SplineBaselineConfig{Rate: rate, Detector: d})
		}),
		of("average", func(rate float64) (filters, error) {
			return filter.NewAverage(filter.AverageConfig{Rate: rate, Window: 20 * time.Millisecond})
		}),
		of("integral", func(rate float64) (filters, error) {
			return filter.NewIntegral(filter.AverageConfig{Rate: rate, Window: 150 * time.Millisecond})
		}),
		of("derivative", func(rate float64) (filters, error) { return filter.NewDerivative(rate, 1) }),
		of("resample250", func(rate float64) (filters, error) {
			return filter.NewResampler(filter.ResamplerConfig{From: rate, To: 250})
		}),
		of("pacing", func(rate float64) (filters, error) { return filter.NewPacing(filter.PacingConfig{Rate: rate}) }),
		{"flags", func(rate float64, x []float64, block int) (Latency, error) {
			s, err := filter.NewFlags(filter.FlagsConfig{Rate: rate})
			if err != nil {
				return Latency{}, err
			}
			return measure(s, x, block, rate, nil), nil
		}},
		{"morphology", func(rate float64, x []float64, block int) (Latency, error) {
			d, err := pantompkins(rate)
			if err != nil {
				return Latency{}, err
			}
			s, err := features.NewMorphology(features.MorphologyConfig{Rate: rate, Detector: d})
			if err != nil {
				return Latency{}, err
			}
			return measure(s, x, block, rate, func(f features.BeatFeatures) int64 { return f.Known - f.Beat.At }), nil
		}},
	}
}
