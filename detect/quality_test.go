package detect_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

func newQuality(t testing.TB, c detect.SignalQualityConfig) *detect.SignalQuality {
	q, err := detect.NewSignalQuality(c)
	require.NoError(t, err)
	return q
}

// qualityOf is the quality of one lead.
func qualityOf(t testing.TB, rate float64, x []float64) []ecg.Quality {
	q := newQuality(t, detect.SignalQualityConfig{Rate: rate})
	return q.Flush(q.Append(nil, x))
}

// sleeper is a quiet synthetic patient, one lead.
func sleeper(t testing.TB, rate float64, seconds int) []float64 {
	c := synth.Default()
	c.Rate, c.Leads, c.Events = rate, 1, nil
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, int64(float64(seconds)*rate))))
	require.NoError(t, err)
	return x
}

func meanIndex(q []ecg.Quality) float64 {
	sum := 0.0
	for _, v := range q {
		sum += v.Index
	}
	return sum / float64(len(q))
}

func TestSignalQualityKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		leads int
		state int
	}{{100, 1, 11 << 10}, {130.061, 2, 22 << 10}, {360, 1, 15 << 10}, {360, 2, 30 << 10}, {1000, 1, 26 << 10}} {
		t.Run(fmt.Sprint(c.rate, c.leads), func(t *testing.T) {
			x := sleeper(t, c.rate, 30)
			frames := make([]float64, 0, len(x)*c.leads)
			for i, v := range x {
				frames = append(frames, v)
				if c.leads == 2 {
					frames = append(frames, 0.7*v+0.2*float64(i%5))
				}
			}
			ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Quality]{
				New: func() ecg.Stage[float64, ecg.Quality] {
					return newQuality(t, detect.SignalQualityConfig{Rate: c.rate, Leads: c.leads})
				},
				Input: frames, Frame: c.leads, Rate: c.rate,
				At:       func(_ int, q ecg.Quality) int64 { return q.Start },
				Known:    func(q ecg.Quality) int64 { return q.Known },
				MaxState: c.state,
				Recovered: func(want, got []ecg.Quality) error {
					// The garbage need not end with a second.
					if len(got) < len(want)-c.leads || len(got) > len(want)+c.leads {
						return fmt.Errorf("%d seconds, without garbage %d", len(got), len(want))
					}
					if w, g := meanIndex(want), meanIndex(got); math.Abs(w-g) > 0.05 {
						return fmt.Errorf("mean index %v, without garbage %v", g, w)
					}
					return nil
				},
			})
		})
	}
}

// Every second of every lead has one value, in order, known a second later.
func TestSignalQualityOfEverySecond(t *testing.T) {
	q := newQuality(t, detect.SignalQualityConfig{Rate: 250, Leads: 3})
	out := q.Flush(q.Append(nil, make([]float64, 3*(7*250+100))))
	require.Len(t, out, 3*8)
	for i, v := range out {
		k := int64(i / 3)
		require.Equal(t, i%3, v.Lead)
		require.Equal(t, 250*k, v.Start)
		require.Equal(t, min(250*(k+1), 1850), v.End)
		require.Equal(t, min(250*(k+2), 1850)-1, v.Known)
	}
}

// A good signal is good at every rate.
func TestSignalQualityAtEveryRate(t *testing.T) {
	for _, rate := range []float64{100, 128, 130.061, 200, 250, 360, 500, 1000} {
		good := qualityOf(t, rate, sleeper(t, rate, 60))
		require.Greater(t, meanIndex(good), 0.95, "%v Hz", rate)
		for _, q := range good[3:] {
			require.Greater(t, q.Index, 0.8, "%v Hz, at %d", rate, q.Start)
			require.Zero(t, q.Flags, "%v Hz, at %d: %+v", rate, q.Start, q.Measures)
		}
	}
}

// A rhythm is no noise: in a clean signal beats are told whatever their order.
func TestSignalQualityDoesNotAskForTheRhythm(t *testing.T) {
	span := func(k ecg.Rhythm, rate float64) synth.Config {
		return synth.Config{Rhythms: []synth.Rhythm{{Kind: k, At: 10 * time.Second, For: 50 * time.Second, Rate: rate}}}
	}
	for name, c := range map[string]synth.Config{
		"tachycardia":  span(ecg.SinusTachycardia, 150),
		"bradycardia":  {HeartRate: 35},
		"fibrillation": span(ecg.AtrialFibrillation, 110),
		"bigeminy":     span(ecg.VentricularBigeminy, 0),
		"pause":        {Events: []synth.Event{{Kind: synth.Pause, At: 20 * time.Second, For: 4 * time.Second}}},
	} {
		c.Rate, c.Leads, c.Duration, c.Seed = 360, 1, time.Minute, 1
		c.Wander, c.Mains, c.Muscle = 0.08, 0.01, 0.01
		p, err := synth.New(c)
		require.NoError(t, err, name)
		x, err := ecg.ReadAll(ecg.Reader[float64](p))
		require.NoError(t, err)
		bad := 0
		for _, q := range qualityOf(t, 360, x) {
			if q.Index < 0.5 {
				bad++
			}
		}
		require.LessOrEqual(t, bad, 1, name)
	}
}

// Neither gain nor sign counts: what differs is the rounding of the detectors
// (60 pV) and their least height (10 uV).
func TestSignalQualityHasNoGain(t *testing.T) {
	x := sleeper(t, 360, 120)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		if i > 60*360 {
			x[i] += 0.15 * r.NormFloat64()
		}
	}
	want := qualityOf(t, 360, x)
	for _, gain := range []float64{0.25, 0.5, 2, 4, -1, -0.3} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = gain * x[i]
		}
		got := qualityOf(t, 360, y)
		require.Len(t, got, len(want))
		for i := range got {
			require.InDelta(t, want[i].Index, got[i].Index, 0.01, "gain %v, second %d: %+v, %+v", gain, i, want[i].Measures, got[i].Measures)
			require.Equal(t, want[i].Flags, got[i].Flags, "gain %v, second %d", gain, i)
		}
	}
}

// More noise is not better.
func TestSignalQualityFallsWithNoise(t *testing.T) {
	clean := sleeper(t, 360, 120)
	for name, noise := range map[string]func(r *rand.Rand, i int) float64{
		"white":  func(r *rand.Rand, _ int) float64 { return r.NormFloat64() },
		"bursts": func(r *rand.Rand, i int) float64 { return 3 * r.NormFloat64() * float64(1-i/1440%2) },
	} {
		last := 1.0
		for _, mv := range []float64{0, 0.1, 0.2, 0.4, 0.8} {
			r := rand.New(rand.NewPCG(1, 2))
			x := make([]float64, len(clean))
			for i := range x {
				x[i] = clean[i] + mv*noise(r, i)
			}
			now := meanIndex(qualityOf(t, 360, x))
			require.LessOrEqual(t, now, last+0.01, "%s of %v mV", name, mv)
			last = now
		}
		require.Less(t, last, 0.6, name)
	}
}

// Each fault is seen in its seconds, forgotten behind them, and named.
func TestSignalQualityNamesFaults(t *testing.T) {
	const rate = 360
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range map[string]struct {
		spoil  func(v float64, i int) float64
		flag   ecg.QualityFlags
		useful bool // beats can be found all the same
		since  int  // seconds until the fault is known; 0: 3
	}{
		"missing":    {func(float64, int) float64 { return math.NaN() }, ecg.LeadOff, false, 0},
		"flat":       {func(float64, int) float64 { return 0.4 }, ecg.Flat, false, 0},
		"clipped":    {func(v float64, _ int) float64 { return min(v, 0.5) }, ecg.Saturated, true, 20},
		"white":      {func(v float64, _ int) float64 { return v + 0.8*r.NormFloat64() }, ecg.Noisy, false, 0},
		"mains 50":   {func(v float64, i int) float64 { return v + 0.3*math.Sin(2*math.Pi*50*float64(i)/rate) }, ecg.Mains, true, 0},
		"mains 60":   {func(v float64, i int) float64 { return v + 0.3*math.Cos(2*math.Pi*60*float64(i)/rate) }, ecg.Mains, true, 0},
		"drift":      {func(v float64, i int) float64 { return v + 3*math.Sin(2*math.Pi*0.4*float64(i)/rate) }, ecg.Wander, true, 0},
		"every 10th": {func(v float64, i int) float64 { return map[bool]float64{true: math.NaN(), false: v}[i%10 == 0] }, 0, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			since := max(3, c.since)
			x := sleeper(t, rate, 80)
			for i := 20 * rate; i < 60*rate; i++ {
				x[i] = c.spoil(x[i], i)
			}
			for k, q := range qualityOf(t, rate, x) {
				switch {
				case k >= 3 && k < 18 || k >= 63:
					require.Greater(t, q.Index, 0.8, "second %d: %+v", k, q)
					require.Zero(t, q.Flags, "second %d: %+v", k, q)
				case k >= 20+since && k < 57:
					if c.flag != 0 {
						require.NotZero(t, q.Flags&c.flag, "second %d: %+v", k, q)
					}
					if c.useful {
						require.Greater(t, q.Index, 0.5, "second %d: %+v", k, q)
					} else {
						require.Less(t, q.Index, 0.3, "second %d: %+v", k, q)
					}
					if c.flag == ecg.LeadOff {
						require.Zero(t, q.Index)
						require.Equal(t, 1.0, q.Measures.Off)
					}
				}
			}
		})
	}
}

// The hum is measured in the unit that is said: its amplitude beside that of the
// complexes, the same for both frequencies and for every phase and rate.
func TestSignalQualityMeasuresTheHum(t *testing.T) {
	for _, rate := range []float64{250, 360, 1000} {
		ratio := func(hz, phase, mv float64) float64 {
			x := sleeper(t, rate, 20)
			for i := range x {
				x[i] += mv * math.Sin(2*math.Pi*hz*float64(i)/rate+phase)
			}
			return qualityOf(t, rate, x)[10].Measures.Mains
		}
		want := ratio(50, 0, 0.2)
		for _, phase := range []float64{0, 1, 2} {
			require.InEpsilon(t, want, ratio(50, phase, 0.2), 0.15, "%v Hz", rate)
			require.InEpsilon(t, want, ratio(60, phase, 0.2), 0.15, "%v Hz", rate)
			require.InEpsilon(t, 2*want, ratio(60, phase, 0.4), 0.15, "%v Hz", rate)
		}
	}
}

func TestSignalQualityOnNothing(t *testing.T) {
	for name, x := range map[string][]float64{
		"empty":      nil,
		"one sample": {1},
		"0.4 s":      make([]float64, 144),
		"zeros":      make([]float64, 3600),
	} {
		for _, q := range qualityOf(t, 360, x) {
			require.Less(t, q.Index, 0.1, name)
			require.False(t, math.IsNaN(q.Index), name)
		}
	}
}

// Nor do whole seconds allocate, in which something is judged each time.
func TestSignalQualityAllocatesNothing(t *testing.T) {
	x := sleeper(t, 360, 20)
	q := newQuality(t, detect.SignalQualityConfig{Rate: 360})
	out := q.Append(nil, x)
	require.Zero(t, testing.AllocsPerRun(20, func() { out = q.Append(out[:0], x[:3*360]) }))
	require.Len(t, out, 3)
}

func TestSignalQualityRefuses(t *testing.T) {
	for field, c := range map[string]detect.SignalQualityConfig{
		"Rate":  {Rate: math.NaN()},
		"Leads": {Rate: 360, Leads: 257},
		"Low":   {Rate: 360, Low: 1},
	} {
		_, err := detect.NewSignalQuality(c)
		var config *ecg.ConfigError
		require.True(t, errors.As(err, &config))
		require.Equal(t, field, config.Field)
	}
}

func BenchmarkSignalQuality(b *testing.B) {
	x := sleeper(b, 360, 60)
	q := newQuality(b, detect.SignalQualityConfig{Rate: 360})
	out := q.Append(nil, x)
	b.ReportAllocs()
	for b.Loop() {
		out = q.Append(out[:0], x)
	}
	state, err := q.AppendBinary(nil)
	require.NoError(b, err)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
	b.ReportMetric(float64(len(state)), "state-B")
}

// A lead that falls off, as a gate sees it.
func ExampleSignalQuality() {
	c := synth.Default()
	c.Leads, c.Rate = 1, 250
	patient, _ := synth.New(c) // its lead is off from 3:20 to 3:24
	stage, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: 250})
	if err != nil {
		fmt.Println(err)
		return
	}
	for q, err := range ecg.All(ecg.Through(patient, stage)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if second := q.Start / 250; second >= 197 && second < 207 {
			fmt.Printf("%d s: %.1f off=%v usable=%v\n", second, q.Index, q.Flags&ecg.LeadOff != 0, q.Index >= 0.5)
		}
	}
	// Output:
	// 197 s: 1.0 off=false usable=true
	// 198 s: 1.0 off=false usable=true
	// 199 s: 1.0 off=false usable=true
	// 200 s: 0.0 off=true usable=false
	// 201 s: 0.0 off=true usable=false
	// 202 s: 0.0 off=true usable=false
	// 203 s: 0.0 off=true usable=false
	// 204 s: 0.9 off=false usable=true
	// 205 s: 1.0 off=false usable=true
	// 206 s: 1.0 off=false usable=true
}
