package features_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/features"
)

// beats is a series of n intervals about 850 ms with LF, HF, a slow trend and
// noise: RR of a healthy heart as far as the algorithms' time depends on it.
func beats(n int) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	rr := make([]float64, n)
	t, walk := 0.0, 0.0
	for i := range rr {
		walk = 0.999*walk + 2*r.NormFloat64()
		rr[i] = 850 + 30*math.Sin(2*math.Pi*0.1*t) + 20*math.Sin(2*math.Pi*0.25*t) + walk + 6*r.NormFloat64()
		t += rr[i] / 1000
	}
	return rr
}

// BenchmarkReference is a million steps of a fixed loop, each a product and a
// sum that wait for the step before: 6 processor cycles where both take 3, so
// 1.9 ms at 3.2 GHz. It tells a busy machine from a slow program: the other
// times are to be read as multiples of it, in the same run.
func BenchmarkReference(b *testing.B) {
	for b.Loop() {
		if !(referenceSteps() > 0) {
			b.Fatal()
		}
	}
}

// referenceSteps is by itself, since variables in the body of b.Loop are kept in
// memory.
func referenceSteps() float64 {
	x := 0.5
	for range 1_000_000 {
		x = float64(x*0.999) + 0.001
	}
	return x
}

func benchmarkHRV(b *testing.B, n int, c features.Config) {
	a, err := features.NewAnalyzer(c)
	if err != nil {
		b.Fatal(err)
	}
	s := features.FromRR(beats(n))
	a.Analyze(s)
	b.ReportAllocs()
	for b.Loop() {
		a.Analyze(s)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/beat")
}

// BenchmarkHRV5min: every index of five minutes, 353 intervals.
func BenchmarkHRV5min(b *testing.B) {
	b.Run("all", func(b *testing.B) { benchmarkHRV(b, 353, features.Config{}) })
	for _, g := range groups {
		b.Run(g.name, func(b *testing.B) { benchmarkHRV(b, 353, features.Config{Skip: ^g.group}) })
	}
}

// BenchmarkHRV24h: every index of 24 hours, 100000 intervals, but for those
// whose time grows with the square.
func BenchmarkHRV24h(b *testing.B) {
	b.Run("all", func(b *testing.B) { benchmarkHRV(b, 100000, features.Config{}) })
	for _, g := range groups {
		b.Run(g.name, func(b *testing.B) { benchmarkHRV(b, 100000, features.Config{Skip: ^g.group}) })
	}
}

var groups = []struct {
	name  string
	group features.Groups
}{
	{"time", features.GroupTime}, {"welch", features.GroupWelch}, {"lomb", features.GroupLomb}, {"burg", features.GroupBurg},
	{"poincare", features.GroupPoincare}, {"entropy", features.GroupEntropy}, {"fractal", features.GroupFractal},
}

func BenchmarkSampEn10k(b *testing.B) {
	rr := beats(10000)
	b.ReportAllocs()
	for b.Loop() {
		features.SampEn(rr, 2, 6)
	}
}

func BenchmarkSampEn2200(b *testing.B) {
	rr := beats(2200)
	b.ReportAllocs()
	for b.Loop() {
		features.SampEn(rr, 2, 6)
	}
}

// BenchmarkIntervals is the correction of a day of beats.
func BenchmarkIntervals(b *testing.B) {
	rr := beats(10000)
	in := []ecg.Beat{{}}
	for _, v := range rr {
		at := in[len(in)-1].At + int64(v)
		in = append(in, ecg.Beat{At: at, Known: at})
	}
	s, err := features.NewIntervals(features.IntervalsConfig{Rate: 1000})
	if err != nil {
		b.Fatal(err)
	}
	var out []ecg.Interval
	out = s.Append(out[:0], in)
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
		out = s.Append(out[:0], in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(in)), "ns/beat")
}

// BenchmarkMorphology is detection and measurement of a minute at 250 Hz.
func BenchmarkMorphology(b *testing.B) {
	x, _ := patient(b, synth.Config{Rate: 250, Duration: time.Minute, HeartRate: 72, HF: 30})
	m := morphology(b, 250)
	var out []features.BeatFeatures
	out = m.Append(out[:0], x)
	b.ReportAllocs()
	for b.Loop() {
		out = m.Append(out[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}
