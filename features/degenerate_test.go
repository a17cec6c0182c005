package features_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/features"
)

// sound walks through a result: each Index is a finite number or NaN with a
// reason, and the whole can be written as JSON.
func sound(t testing.TB, name string, v any) {
	t.Helper()
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if x, ok := v.Interface().(features.Index); ok {
			if math.IsNaN(x.Value) != (x.Why != features.OK) || math.IsInf(x.Value, 0) {
				t.Errorf("%s: %s is %v with reason %v", name, path, x.Value, x.Why)
			}
			return
		}
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				walk(v.Field(i), path+"."+v.Type().Field(i).Name)
			}
		}
	}
	walk(reflect.ValueOf(v), "")
}

func repeat(v float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = v
	}
	return x
}

func TestDegenerateSeries(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	outlier := repeat(800, 300)
	outlier[150] = 1600
	alternating := repeat(800, 300)
	for i := range alternating {
		alternating[i] += float64(i%2) * 100
	}
	for _, c := range []struct {
		name string
		rr   []float64
		sdnn features.Reason
		mean float64
	}{
		{"no beats", nil, features.TooShort, 0},
		{"one interval", []float64{800}, features.TooShort, 800},
		{"two intervals", []float64{800, 810}, features.OK, 805},
		{"three", []float64{800, 810, 805}, features.OK, 805},
		{"four", []float64{800, 810, 805, 805}, features.OK, 805},
		{"constant", repeat(800, 300), features.OK, 800},
		{"one outlier", outlier, features.OK, 0},
		{"alternating", alternating, features.OK, 850},
		{"a negative", []float64{800, -800, 800}, features.NotPlausible, 0},
		{"zero", []float64{800, 0, 800}, features.NotPlausible, 0},
		{"all zero", repeat(0, 20), features.NotPlausible, 0},
		{"NaN", []float64{800, nan, 800}, features.NotFinite, 0},
		{"infinite", []float64{800, inf, 800}, features.NotFinite, 0},
		{"1e9 ms", repeat(1e9, 20), features.OK, 1e9},
		{"1e9 among others", append(repeat(800, 20), 1e9, 800), features.OK, 0},
		{"1e300", []float64{1e300, 1e300, 800, 900, 1e300}, features.NotFinite, 0},
		{"tiny", repeat(1e-300, 50), features.OK, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := features.Analyze(features.FromRR(c.rr))
			sound(t, c.name, h)
			require.Equal(t, len(c.rr), h.Time.N)
			require.Equal(t, c.sdnn, h.Time.SDNN.Why)
			if c.mean > 0 {
				require.InEpsilon(t, c.mean, h.Time.Mean.Value, 1e-12)
			}
			_, err := json.Marshal(h)
			require.NoError(t, err)
			sound(t, c.name, features.Entropy{
				SampEn: first(features.SampEn(c.rr, 2, 100)), ApEn: features.ApEn(c.rr, 3, 100),
				Fuzzy: features.FuzzyEntropy(c.rr, 2, 100, features.Exponential),
			})
			for _, e := range features.MultiscaleEntropy(nil, c.rr, 20, 2, 100) {
				sound(t, c.name, e)
			}
		})
	}
}

func first(e features.Index, _, _ int64) features.Index { return e }

// Constant intervals have no variation, and that is a number.
func TestConstantSeries(t *testing.T) {
	h := features.Analyze(features.FromRR(repeat(800, 400)))
	require.Equal(t, 0.0, h.Time.SDNN.Value)
	require.Equal(t, 0.0, h.Time.RMSSD.Value)
	require.Equal(t, 75.0, h.Time.HR.Value)
	require.Equal(t, features.NoVariance, h.Entropy.SampEn.Why)
	require.Equal(t, features.NoVariance, h.DFA.Alpha1.Why)
	require.Equal(t, features.NoVariance, h.Time.StressIndex.Why)
	require.Equal(t, features.NoAnchor, h.PRSA.DC.Why)
	for _, s := range []features.Spectrum{h.Welch, h.Lomb, h.Burg} {
		require.InDelta(t, 0, s.Total.Value, 1e-9)
		sound(t, "constant", s)
	}
}

// A day of fibrillation: every index is defined, in bounded time.
func TestDayOfFibrillation(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rr := make([]float64, 120000)
	for i := range rr {
		rr[i] = 350 + 370*r.ExpFloat64()
	}
	start := time.Now()
	h := features.Analyze(features.FromRR(rr))
	t.Logf("%v", time.Since(start))
	sound(t, "fibrillation", h)
	require.Equal(t, features.OK, h.Entropy.SampEn.Why)
	require.Equal(t, features.TooLong, h.Entropy.Fuzzy.Why)
	require.InDelta(t, 0.55, h.DFA.Alpha1.Value, 0.06) // independent intervals: 0.5, a little more in small boxes
}

// A series whose slices do not fit together, or whose time does not rise.
func TestMisshapenSeries(t *testing.T) {
	s := features.FromRR(repeat(800, 20))
	s.Join = s.Join[:10]
	require.Equal(t, features.TooShort, features.Analyze(s).Time.Mean.Why)
	s = features.FromRR(repeat(800, 20))
	s.End[5] = s.End[4]
	h := features.Analyze(s)
	require.Equal(t, features.NotPlausible, h.Welch.LF.Why)
	require.Equal(t, features.OK, h.Time.Mean.Why)
	sound(t, "time stands still", h)
	s.End[7] = math.NaN()
	require.Equal(t, features.NotFinite, features.Analyze(s).Time.Mean.Why)
}

// Times and values that are not finite give no spectrum.
func TestLombOfGarbage(t *testing.T) {
	good := []float64{0, 1, 2, 3, 4}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		bad := []float64{0, 1, v, 3, 4}
		require.Empty(t, features.Lomb(nil, bad, good, 0.01, 20))
		require.Empty(t, features.Lomb(nil, good, bad, 0.01, 20))
	}
	for _, df := range []float64{1e-300, 1e300} {
		for _, v := range features.Lomb(nil, good, []float64{1, 3, 2, 5, 4}, df, 20) {
			require.False(t, v < 0)
		}
	}
	require.Len(t, features.Lomb(nil, []float64{0, 2, 1, -3, 4}, good, 0.01, 1), 1, "times in any order")
}

// Random garbage never panics and never gives an infinity.
func FuzzAnalyze(f *testing.F) {
	f.Add([]byte{200, 0, 0, 201, 0, 0, 150, 1, 2})
	f.Add([]byte{255, 255, 255, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s features.Series
		end := 0.0
		for len(data) >= 3 && len(s.RR) < 400 {
			rr := float64(int8(data[1]))*256 + float64(data[0])
			end += rr / 1000
			s.RR, s.End, s.Join = append(s.RR, rr), append(s.End, end), append(s.Join, len(s.RR) > 0 && data[2]%5 > 0)
			data = data[3:]
		}
		sound(t, "fuzz", features.Analyze(s))
	})
}

// A checkpoint of garbage is refused and leaves the stage as it was.
func FuzzCheckpoints(f *testing.F) {
	rr, _ := features.NewIntervals(features.IntervalsConfig{Rate: 250})
	saved, _ := rr.AppendBinary(nil)
	f.Add(saved)
	f.Fuzz(func(t *testing.T, data []byte) {
		rr, _ := features.NewIntervals(features.IntervalsConfig{Rate: 250})
		s, _ := features.NewSliding(features.SlidingConfig{Rate: 250})
		d, _ := features.NewSummaries(features.SummaryConfig{Rate: 250})
		for _, stage := range []interface {
			AppendBinary([]byte) ([]byte, error)
			UnmarshalBinary([]byte) error
		}{rr, s, d} {
			before, _ := stage.AppendBinary(nil)
			if stage.UnmarshalBinary(data) == nil {
				continue
			}
			after, _ := stage.AppendBinary(nil)
			if string(before) != string(after) {
				t.Fatal("a refused checkpoint changed the stage")
			}
		}
	})
}

func TestConfigErrors(t *testing.T) {
	var e *ecg.ConfigError
	for _, c := range []struct {
		field string
		err   error
	}{
		{"Rate", second(features.NewIntervals(features.IntervalsConfig{}))},
		{"Rate", second(features.NewIntervals(features.IntervalsConfig{Rate: math.NaN()}))},
		{"Window", second(features.NewIntervals(features.IntervalsConfig{Rate: 250, Window: 90}))},
		{"MaxRR", second(features.NewIntervals(features.IntervalsConfig{Rate: 250, MinRR: 3 * time.Second}))},
		{"Rate", second(features.NewSliding(features.SlidingConfig{}))},
		{"Step", second(features.NewSliding(features.SlidingConfig{Rate: 250, Step: time.Hour}))},
		{"Coverage", second(features.NewSliding(features.SlidingConfig{Rate: 250, Coverage: 2}))},
		{"Pattern", second(features.NewSliding(features.SlidingConfig{Rate: 250, HRV: features.Config{Pattern: 9}}))},
		{"Every", second(features.NewSummaries(features.SummaryConfig{Rate: 250, Every: time.Second}))},
		{"Welch.NFFT", second(features.NewAnalyzer(features.Config{Welch: features.SpectrumConfig{NFFT: 1000}}))},
		{"Lomb.Oversample", second(features.NewAnalyzer(features.Config{Lomb: features.SpectrumConfig{Oversample: -1}}))},
		{"Burg.Order", second(features.NewAnalyzer(features.Config{Burg: features.SpectrumConfig{Order: 1000}}))},
		{"Welch.Bands", second(features.NewAnalyzer(features.Config{Welch: features.SpectrumConfig{Bands: features.Bands{LF: features.Range{Low: 0.2, High: 0.1}}}}))},
		{"Rate", second(features.NewMorphology(features.MorphologyConfig{Rate: 50}))},
		{"Detector", second(features.NewMorphology(features.MorphologyConfig{Rate: 250}))},
	} {
		require.ErrorAs(t, c.err, &e)
		require.Equal(t, c.field, e.Field)
	}
}

func second[T any](_ T, err error) error { return err }
