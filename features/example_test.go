package features_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/features"
)

func ExampleAnalyze() {
	h := features.Analyze(features.FromRR([]float64{800, 810, 790, 800, 860, 800, 790, 810}))
	fmt.Printf("mean %.1f ms, SDNN %.2f ms, RMSSD %.2f ms, NN50 %d\n", h.Time.Mean.Value, h.Time.SDNN.Value, h.Time.RMSSD.Value, h.Time.NN50)
	fmt.Println("SDANN:", h.Time.SDANN)
	// Output:
	// mean 807.5 ms, SDNN 22.52 ms, RMSSD 34.43 ms, NN50 2
	// SDANN: too short
}

func ExampleNewAnalyzer() {
	// As Kubios: smoothness priors of λ 500, DFA and entropies left out.
	a, err := features.NewAnalyzer(features.Config{
		Welch: features.SpectrumConfig{SmoothnessPriors: 500},
		Skip:  features.GroupEntropy | features.GroupFractal,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var rr []float64
	for t := 0.0; t < 300; t += rr[len(rr)-1] / 1000 {
		rr = append(rr, 900+50*math.Sin(2*math.Pi*0.25*t))
	}
	w := a.Analyze(features.FromRR(rr)).Welch
	fmt.Printf("%v at %v Hz, λ %v: HF peak at %.2f Hz, LF/HF %.3f\n", w.Settings.Method, w.Settings.Resample, w.Settings.SmoothnessPriors, w.HFPeak.Value, w.LFHF.Value)
	// Output: Welch at 4 Hz, λ 500: HF peak at 0.25 Hz, LF/HF 0.000
}

func ExampleNewIntervals() {
	s, err := features.NewIntervals(features.IntervalsConfig{Rate: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	beats := []ecg.Beat{{At: 0}, {At: 800}, {At: 1300, Class: ecg.Ventricular}, {At: 2400}, {At: 3200}}
	for _, v := range s.Flush(s.Append(nil, beats)) {
		fmt.Println(v.Length, v.Mark)
	}
	// Output:
	// 800 kept
	// 800 corrected
	// 800 corrected
	// 800 kept
}

func ExampleNewSliding() {
	p, _ := synth.New(synth.Config{HeartRate: 75, LF: 20, HF: 30, Leads: 1})
	detector, _ := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: 360})
	intervals, _ := features.NewIntervals(features.IntervalsConfig{Rate: 360})
	hrv, err := features.NewSliding(features.SlidingConfig{Rate: 360, Window: 60e9, Step: 60e9})
	if err != nil {
		fmt.Println(err)
		return
	}
	beats := ecg.Through[float64, ecg.Beat](p, detector)
	for w, err := range ecg.All(ecg.Through(ecg.Through(beats, intervals), hrv)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("to %d s: HR %.0f/min, %d intervals\n", w.End/360, w.Time.HR.Value, w.Time.N)
	}
	// Output:
	// to 60 s: HR 75/min, 74 intervals
	// to 120 s: HR 75/min, 75 intervals
	// to 180 s: HR 75/min, 76 intervals
	// to 240 s: HR 75/min, 75 intervals
}

func ExampleNewSummaries() {
	s, err := features.NewSummaries(features.SummaryConfig{Rate: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	var day []ecg.Interval
	for at := int64(0); at < 3600*1000; at += 800 + at/100000 {
		day = append(day, ecg.Interval{Start: at, End: at + 800 + at/100000, Length: float64(800 + at/100000)})
	}
	d := s.Flush(s.Append(nil, day))[0]
	fmt.Printf("%d intervals, SDNN %.1f ms, SDANN %.1f ms of %d segments\n", d.N, d.SDNN.Value, d.SDANN.Value, d.Segments)
	// Output: 4405 intervals, SDNN 10.4 ms, SDANN 10.8 ms of 12 segments
}

func ExampleNewMorphology() {
	p, _ := synth.New(synth.Config{HeartRate: 60, Leads: 1, Duration: 10e9})
	d, _ := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: 360})
	m, err := features.NewMorphology(features.MorphologyConfig{Rate: 360, Detector: d})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := 0
	for b, err := range ecg.All(ecg.Through[float64, features.BeatFeatures](p, m)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if n++; n == 5 {
			fmt.Printf("RR %.0f ms, QRS %.0f ms, QT %.0f ms, polarity %+d\n", b.RR.Value, b.Width.Value, b.QT.Value, b.Polarity)
		}
	}
	// Output: RR 1000 ms, QRS 92 ms, QT 433 ms, polarity +1
}

func ExampleSampEn() {
	e, a, b := features.SampEn([]float64{1, 2, 1, 2, 1, 2, 1, 2, 1}, 2, 0.5)
	fmt.Printf("%.3f from %d of %d\n", e.Value, a, b)
	// Output: 0.000 from 9 of 9
}

func ExampleCorrectQT() {
	q := features.CorrectQT(400, 800)
	fmt.Printf("Bazett %.0f, Fridericia %.0f, Framingham %.0f, Hodges %.0f ms\n", q.Bazett.Value, q.Fridericia.Value, q.Framingham.Value, q.Hodges.Value)
	// Output: Bazett 447, Fridericia 431, Framingham 431, Hodges 426 ms
}

func ExampleWelch() {
	x := make([]float64, 1024)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * 0.25 * float64(i) / 4)
	}
	power := 0.0
	for _, v := range features.Welch(nil, x, features.WelchConfig{Rate: 4, Segment: 256, Overlap: 128}) {
		power += v * 4 / 256
	}
	fmt.Printf("%.4f\n", power)
	// Output: 0.5000
}

// One premature beat of 500 ms and its pause; then the heart is faster for a while.
func ExampleTurbulence() {
	rr := []int64{800, 800, 800, 800, 800, 500, 1100, 760, 770, 780, 790, 800}
	for range 12 {
		rr = append(rr, 800)
	}
	beats := []ecg.Beat{{Class: ecg.Normal}}
	for i, v := range rr {
		b := ecg.Beat{At: beats[i].At + v, Class: ecg.Normal}
		if v == 500 {
			b.Class = ecg.Ventricular
		}
		beats = append(beats, b)
	}
	s, _ := features.NewIntervals(features.IntervalsConfig{Rate: 1000, Method: features.LabelsOnly})
	t := features.Turbulence(s.Flush(s.Append(nil, beats)), 1000)
	fmt.Printf("onset %.2f %%, slope %.0f ms per interval, %d beat\n", t.Onset.Value, t.Slope.Value, t.Beats)
	// Output: onset -4.38 %, slope 10 ms per interval, 1 beat
}

// An ectopic beat between the second and the third interval: no difference is
// taken across it.
func ExampleFromIntervals() {
	s := features.FromIntervals([]ecg.Interval{
		{Start: 0, End: 200, Length: 200},
		{Start: 200, End: 405, Length: 205},
		{Start: 405, End: 700, Length: 295, Mark: ecg.Ectopic},
		{Start: 700, End: 900, Length: 200},
	}, 250)
	fmt.Println(s.RR, s.Join)
	fmt.Println("RMSSD", features.Analyze(s).Time.RMSSD)
	// Output:
	// [800 820 800] [false true false]
	// RMSSD 20
}

// Every index with its name and unit, for a table or a model.
func ExampleHRV_Entries() {
	h := features.Analyze(features.FromRR([]float64{800, 810, 790, 800}))
	for _, e := range h.Entries(nil)[1:6] {
		fmt.Println(e.Group, e.Name, e.Index, e.Unit)
	}
	// Output:
	// time mean_nn 800 ms
	// time median_nn 800 ms
	// time min_nn 790 ms
	// time max_nn 810 ms
	// time range_nn 20 ms
}

// Coin tosses are worth ln 2 each, a pattern that repeats nothing.
func ExampleApEn() {
	var regular, coin []float64
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		regular = append(regular, float64(i%3))
		coin = append(coin, float64(random.IntN(2)))
	}
	fmt.Printf("%.2f and %.2f nat\n", math.Abs(features.ApEn(regular, 2, 0.2).Value), features.ApEn(coin, 2, 0.2).Value)
	// Output: 0.00 and 0.69 nat
}

func ExampleFuzzyEntropy() {
	var regular, noise []float64
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		regular = append(regular, math.Sin(2*math.Pi*float64(i)/20))
		noise = append(noise, random.NormFloat64())
	}
	fmt.Printf("%.1f and %.1f nat\n", features.FuzzyEntropy(regular, 2, 0.2, features.Gaussian).Value, features.FuzzyEntropy(noise, 2, 0.2, features.Gaussian).Value)
	// Output: 0.5 and 2.2 nat
}

// White noise loses entropy with the scale: its means vary less.
func ExampleMultiscaleEntropy() {
	var noise []float64
	random := rand.New(rand.NewPCG(1, 2))
	for range 10000 {
		noise = append(noise, random.NormFloat64())
	}
	for i, e := range features.MultiscaleEntropy(nil, noise, 5, 2, 0.15) {
		fmt.Printf("scale %d: %.1f nat\n", i+1, e.Value)
	}
	// Output:
	// scale 1: 2.5 nat
	// scale 2: 2.1 nat
	// scale 3: 1.9 nat
	// scale 4: 1.8 nat
	// scale 5: 1.7 nat
}

// A sine at uneven times: within 1 % its power is half of the square of its
// amplitude.
func ExampleLomb() {
	var t, x []float64
	for at := 0.0; at < 300; at += 0.8 + 0.2*math.Sin(at) {
		t, x = append(t, at), append(x, 20*math.Sin(2*math.Pi*0.25*at))
	}
	const step = 0.001 // Hz
	power := 0.0
	for k, v := range features.Lomb(nil, t, x, step, 400) {
		if hz := float64(k+1) * step; hz >= 0.15 && hz < 0.4 {
			power += v * step
		}
	}
	fmt.Printf("%.0f ms²\n", power)
	// Output: 199 ms²
}

// A sine of eight samples is its own recursion: x[n] = 2 cos(2π/8) x[n-1] - x[n-2].
func ExampleBurg() {
	x := make([]float64, 4000)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * float64(i) / 8)
	}
	a, _ := features.Burg(x, 2)
	fmt.Printf("%.3f\n", a)
	// Output: [1.000 -1.414 1.000]
}

func ExampleSmoothnessPriors() {
	x := make([]float64, 1200) // 5 min at 4 Hz: a slow drift of 100 ms and a wave of 10 ms at 0.25 Hz
	for i := range x {
		x[i] = 100*float64(i)/1200 + 10*math.Sin(2*math.Pi*0.25*float64(i)/4)
	}
	features.SmoothnessPriors(x, 500)
	fmt.Printf("%.1f %.1f %.1f %.1f\n", x[600], x[604], x[608], x[612])
	// Output: 0.0 -10.0 0.0 10.0
}
