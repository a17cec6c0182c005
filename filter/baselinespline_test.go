package filter_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/filter"
)

func spline(t testing.TB, c filter.SplineBaselineConfig) *filter.SplineBaseline {
	s, err := filter.NewSplineBaseline(c)
	require.NoError(t, err)
	return s
}

func detected(t testing.TB, rate float64) filter.SplineBaselineConfig {
	d, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	require.NoError(t, err)
	return filter.SplineBaselineConfig{Rate: rate, Detector: d}
}

// The isoelectric line of the known and of the detected beats: a wander of 0.2 Hz
// goes, ST stays.
func TestSplineFollowsTheBaseline(t *testing.T) {
	const rate = 250
	_, beats := heart(t, rate, 72, 40)
	for name, c := range map[string]filter.SplineBaselineConfig{
		"known beats":    {Rate: rate, Beats: beats},
		"detected beats": detected(t, rate),
	} {
		rest, st := wanderAndST(t, spline(t, c), rate)
		t.Logf("%s: of a wander of 0.71 mV (rms) %.3f mV are left; ST is off by %.4f mV", name, rest, st)
		require.Less(t, rest, 0.06, name)
		require.Less(t, st, 0.001, name)
	}
}

// A parabola through the knots is met everywhere between them: that is what the
// slopes are for.
func TestSplineIsExactForAParabola(t *testing.T) {
	const rate = 200
	x := make([]float64, 40*rate)
	for i := range x {
		s := float64(i)/rate - 20
		x[i] = 3 + 0.1*s + 0.02*s*s
	}
	var beats []ecg.Beat
	for at := int64(rate); at < 39*rate; at += 150 + at%97 {
		beats = append(beats, ecg.Beat{At: at, Onset: -10})
	}
	y := whole(spline(t, filter.SplineBaselineConfig{Rate: rate, Beats: beats}), x)
	for i := 4 * rate; i < 36*rate; i++ {
		require.InDelta(t, 0, y[i], 1e-5, "value %d", i) // a knot is a mean over 20 ms
	}
}

// Where no beat comes the line is held; where the next one comes it goes on from
// there without a step.
func TestSplineHoldsInAPause(t *testing.T) {
	const rate = 100
	x := make([]float64, 60*rate)
	level := func(s float64) float64 { return 0.05 * s }
	var beats []ecg.Beat
	for i := range x {
		x[i] = level(float64(i) / rate)
	}
	for at := int64(rate); at < 60*rate; at += rate {
		if at < 20*rate || at > 40*rate {
			beats = append(beats, ecg.Beat{At: at, Onset: -5})
		}
	}
	y := whole(spline(t, filter.SplineBaselineConfig{Rate: rate, Beats: beats}), x)
	for i := 2 * rate; i < 58*rate; i++ {
		if s := float64(i) / rate; s < 18 || s > 43 {
			require.InDelta(t, 0, y[i], 1e-4, "at %v s", s)
		}
		require.InDelta(t, y[i-1], y[i], 0.05, "a step at %d", i)
	}
}

// A ventricular beat gives no knot, a gap begins the line anew.
func TestSplineLeavesOut(t *testing.T) {
	const rate = 100
	x := make([]float64, 40*rate)
	var beats []ecg.Beat
	for i := range x {
		x[i] = 1
		if i > 20*rate {
			x[i] = 5 // the electrode is put on again
		}
		if i > 18*rate && i <= 20*rate {
			x[i] = math.NaN()
		}
	}
	for at := int64(rate); at < 40*rate; at += rate {
		b := ecg.Beat{At: at}
		if at == 10*rate {
			b.Class = ecg.Ventricular
			for i := at - 15; i < at; i++ {
				x[i] = 3
			}
		}
		beats = append(beats, b)
	}
	y := whole(spline(t, filter.SplineBaselineConfig{Rate: rate, Beats: beats}), x)
	for i, v := range y {
		switch {
		case math.IsNaN(x[i]):
			require.True(t, math.IsNaN(v))
		case x[i] == 3:
			require.InDelta(t, 2, v, 1e-12)
		default:
			require.InDelta(t, 0, v, 1e-12, "value %d", i)
		}
	}
}

func TestSplineKeepsTheContract(t *testing.T) {
	const rate = 250
	p, err := synth.New(synth.Config{Rate: rate, Leads: 1, HeartRate: 72, HF: 30, Wander: 0.02, Muscle: 0.005})
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, 40*rate)))
	require.NoError(t, err)
	t.Run("detector", func(t *testing.T) {
		ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
			New:   func() ecg.Stage[float64, float64] { return spline(t, detected(t, rate)) },
			Input: x, Rate: rate,
		})
	})
	beats := p.Truth(nil)
	t.Run("beats", func(t *testing.T) {
		ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
			New: func() ecg.Stage[float64, float64] {
				return spline(t, filter.SplineBaselineConfig{Rate: rate, Beats: beats})
			},
			Input: x, Rate: rate,
			// The garbage shifts the signal against the beats that are known.
			Recovered: func(_, got []float64) error {
				for i, v := range got {
					if !(math.Abs(v) < 3) {
						return fmt.Errorf("value %d is %v", i, v)
					}
				}
				return nil
			},
		})
	})
}

func TestSplineRefuses(t *testing.T) {
	for name, c := range map[string]filter.SplineBaselineConfig{
		"no rate":      {Beats: []ecg.Beat{{At: 4}}},
		"no beats":     {Rate: 360},
		"both":         {Rate: 360, Beats: []ecg.Beat{{At: 4}}, Detector: detected(t, 360).Detector},
		"out of order": {Rate: 360, Beats: []ecg.Beat{{At: 4}, {At: 3}}},
		"negative":     {Rate: 360, Beats: []ecg.Beat{{At: -4}}},
	} {
		require.Error(t, second(filter.NewSplineBaseline(c)), name)
	}
}

func ExampleNewSplineBaseline() {
	const rate = 250
	p, _ := synth.New(synth.Config{Rate: rate, Leads: 1, Wander: 0.3, Duration: time.Minute})
	detector, _ := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	s, err := filter.NewSplineBaseline(filter.SplineBaselineConfig{Rate: rate, Detector: detector})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := ecg.ReadAll(ecg.Through[float64, float64](p, s))
	// The isoelectric line between T and P, half a second after each beat.
	worst := 0.0
	for _, b := range p.Truth(nil)[2:58] {
		worst = max(worst, math.Abs(x[b.At+rate/2]))
	}
	fmt.Printf("wander of 0.3 mV: at most %.2f mV left\n", worst)
	// Output: wander of 0.3 mV: at most 0.06 mV left
}
