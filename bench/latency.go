package bench

import (
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// Latency is what a stage costs and how late its results come.
type Latency struct {
	Stage   string
	Samples int64 // frames that went through
	Block   int   // frames per Append

	// Compute time per frame in ns: the time of one Append divided by Block.
	P50, P99, Max float64

	Allocs     float64 // per frame
	StateBytes int     // size of a checkpoint at the end

	Stated time.Duration // worst delay, as the stage says

	// Delay from the R peak to the emission of a beat in ms, of Beats beats;
	// exact and the same on every machine. NaN for stages without beats.
	Beats                        int
	DelayP50, DelayP95, DelayMax float64
}

// MeasuredStage is a stage that MeasureLatency knows.
type MeasuredStage struct {
	Name    string
	Measure func(rate float64, x []float64, block int) (Latency, error) // over one lead in mV
}

// MeasuredStages are all stages over the samples of one lead.
var MeasuredStages = slices.Concat(measuredFilters(), measuredDetectors(), []MeasuredStage{
	{"quality", func(rate float64, x []float64, block int) (Latency, error) {
		q, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: rate})
		if err != nil {
			return Latency{}, err
		}
		return measure(q, x, block, rate, nil), nil
	}},
	{"vf", func(rate float64, x []float64, block int) (Latency, error) {
		v, err := detect.NewVFDetector(detect.VFConfig{Rate: rate})
		if err != nil {
			return Latency{}, err
		}
		return measure(v, x, block, rate, nil), nil
	}},
	{"atrial", func(rate float64, x []float64, block int) (Latency, error) {
		// With the detector inside, which is measured by itself too.
		a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: rate})
		if err != nil {
			return Latency{}, err
		}
		return measure(a, x, block, rate, func(e detect.AtrialEvidence) int64 { return e.Beat.Known - e.Beat.At }), nil
	}},
	{"beats", func(rate float64, x []float64, block int) (Latency, error) {
		// With the detector inside, which is measured by itself too.
		b, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: rate})
		if err != nil {
			return Latency{}, err
		}
		return measure(b, x, block, rate, func(b detect.ClassifiedBeat) int64 { return b.Known - b.At }), nil
	}},
})

func measuredDetectors() []MeasuredStage {
	stages := make([]MeasuredStage, len(Detectors))
	for i, d := range Detectors {
		stages[i] = MeasuredStage{d.Name, func(rate float64, x []float64, block int) (Latency, error) {
			s, err := d.New(rate, 1)
			if err != nil {
				return Latency{}, err
			}
			return measure(s, x, block, rate, func(b ecg.Beat) int64 { return b.Known - b.At }), nil
		}}
	}
	return stages
}

// MeasureLatency runs every stage over x, one lead in mV at a rate in Hz, in
// blocks of so many frames.
func MeasureLatency(rate float64, x []float64, block int) ([]Latency, error) {
	if block < 1 {
		return nil, &ecg.ConfigError{Type: "bench.MeasureLatency", Field: "block", Want: "at least 1"}
	}
	var all []Latency
	for _, s := range MeasuredStages {
		l, err := s.Measure(rate, x, block)
		if err != nil {
			return nil, err
		}
		l.Stage = s.Name
		all = append(all, l)
	}
	return all, nil
}

// measure runs a stage over x. delay is the delay of an output in samples, nil
// for a stage without beats.
func measure[Out any](s ecg.Stage[float64, Out], x []float64, block int, rate float64, delay func(Out) int64) Latency {
	l := Latency{Samples: int64(len(x)), Block: block, Stated: s.Delay(), DelayP50: math.NaN(), DelayP95: math.NaN(), DelayMax: math.NaN()}
	out := make([]Out, 0, len(x)/10+block)
	s.Append(out, x[:min(len(x), 10*block)]) // warm
	s.Reset()
	times := make([]float64, 0, len(x)/block+1)
	var delays []float64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for rest := x; len(rest) >= block; rest = rest[block:] {
		begin := time.Now()
		out = s.Append(out, rest[:block])
		times = append(times, float64(time.Since(begin).Nanoseconds())/float64(block))
		if delay == nil {
			out = out[:0]
		}
	}
	runtime.ReadMemStats(&after)
	l.Allocs = float64(after.Mallocs-before.Mallocs) / float64(max(1, len(x)))
	if state, err := s.AppendBinary(nil); err == nil {
		l.StateBytes = len(state)
	}
	slices.Sort(times)
	l.P50, l.P99, l.Max = quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1)
	if delay != nil {
		for _, o := range s.Flush(out) {
			delays = append(delays, 1000*float64(delay(o))/rate)
		}
		slices.Sort(delays)
		l.Beats = len(delays)
		l.DelayP50, l.DelayP95, l.DelayMax = quantile(delays, 0.5), quantile(delays, 0.95), quantile(delays, 1)
	}
	return l
}

// quantile of sorted values: the smallest that at least a share q of them does
// not exceed. NaN of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
