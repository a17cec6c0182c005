package features_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/features"
)

// patient returns the first lead of a synthetic patient and its beats.
func patient(t testing.TB, c synth.Config) ([]float64, []ecg.Beat) {
	t.Helper()
	c.Leads = 1
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(p)
	require.NoError(t, err)
	return x, p.Truth(nil)
}

func TestMorphologyContract(t *testing.T) {
	c := synth.Default()
	c.Rate, c.Duration = 200, 100*time.Second
	x, _ := patient(t, c)
	ecgtest.TestStage(t, ecgtest.Stage[float64, features.BeatFeatures]{
		New:   func() ecg.Stage[float64, features.BeatFeatures] { return morphology(t, 200) },
		Input: x, Rate: 200, MaxState: 200000,
		At:    func(_ int, f features.BeatFeatures) int64 { return f.Beat.At },
		Known: func(f features.BeatFeatures) int64 { return f.Known },
		Recovered: func(want, got []features.BeatFeatures) error {
			// The detector may add or lose a beat at the edge; the shapes are
			// the same.
			w, g := widths(want), widths(got)
			require.InDelta(t, len(want), len(got), 2)
			require.InEpsilon(t, w, g, 0.1)
			return nil
		},
	})
}

func widths(f []features.BeatFeatures) float64 {
	var v []float64
	for _, b := range f {
		if b.Width.Why == features.OK {
			v = append(v, b.Width.Value)
		}
	}
	m, _ := meanSD(v)
	return m
}

// Gain changes what is in mV and nothing else; another rate changes times by
// less than two samples.
func TestMorphologyLaws(t *testing.T) {
	c := synth.Config{Rate: 500, Duration: time.Minute, HF: 20, Muscle: 0.005, Seed: 4}
	x, _ := patient(t, c)
	m := morphology(t, 500)
	want := m.Flush(m.Append(nil, x))
	require.Greater(t, len(want), 50)
	for _, gain := range []float64{0.25, 4, -1} {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = v * gain
		}
		m := morphology(t, 500)
		got := m.Flush(m.Append(nil, y))
		if gain < 0 {
			// The detector may take another deflection for the peak.
			require.Len(t, got, len(want))
		}
		for i := range got {
			require.InDelta(t, want[i].Width.Value, got[i].Width.Value, 8, "gain %v beat %d", gain, i)
			if gain > 0 {
				require.Equal(t, want[i].Beat.At, got[i].Beat.At)
				require.InEpsilon(t, want[i].Amplitude.Value*gain, got[i].Amplitude.Value, 1e-9)
				require.InDelta(t, want[i].TEnd.Value, got[i].TEnd.Value, 1e-9)
			}
		}
	}
	c.Rate = 250
	x, _ = patient(t, c)
	m = morphology(t, 250)
	got := m.Flush(m.Append(nil, x))
	for i := 2; i < min(len(got), len(want)); i++ {
		require.InDelta(t, want[i].Width.Value, got[i].Width.Value, 10)
		require.InDelta(t, want[i].QT.Value, got[i].QT.Value, 12)
	}
}

// Every kind of beat of the default patient is measured as what it is.
func TestMorphologySeparatesBeats(t *testing.T) {
	x, truth := patient(t, synth.Default())
	m := morphology(t, 360)
	all := m.Flush(m.Append(nil, x))
	var wide, narrow, early, alike []float64
	k := 0
	for _, b := range truth {
		for k < len(all) && all[k].Beat.At < b.At-36 {
			k++
		}
		if k == len(all) || all[k].Beat.At > b.At+36 || all[k].Width.Why != features.OK {
			continue
		}
		f := all[k]
		switch b.Class {
		case ecg.Ventricular:
			wide = append(wide, f.Width.Value)
		case ecg.Supraventricular:
			early = append(early, f.PreRatio.Value)
		case ecg.Normal:
			narrow = append(narrow, f.Width.Value)
			if f.Correlation.Why == features.OK {
				alike = append(alike, f.Correlation.Value)
			}
		}
	}
	w, _ := meanSD(wide)
	n, _ := meanSD(narrow)
	e, _ := meanSD(early)
	a, _ := meanSD(alike)
	t.Logf("width: normal %.0f ms, ventricular %.0f ms; RR ratio of atrial beats %.2f; correlation of normal %.3f", n, w, e, a)
	require.Greater(t, w, n+30)
	require.Less(t, e, 0.85)
	require.Greater(t, a, 0.95)
}

func TestCorrectQT(t *testing.T) {
	for _, c := range []struct {
		name                                      string
		qt, rr, bazett, fridericia, framing, hodg float64
	}{
		{"60/min: no correction", 400, 1000, 400, 400, 400, 400},
		{"75/min", 400, 800, 400 / math.Sqrt(0.8), 400 / math.Cbrt(0.8), 430.8, 426.25},
		{"48/min", 440, 1250, 440 / math.Sqrt(1.25), 440 / math.Cbrt(1.25), 401.5, 419},
	} {
		got := features.CorrectQT(c.qt, c.rr)
		require.InDelta(t, c.bazett, got.Bazett.Value, 1e-9, c.name)
		require.InDelta(t, c.fridericia, got.Fridericia.Value, 1e-9, c.name)
		require.InDelta(t, c.framing, got.Framingham.Value, 1e-9, c.name)
		require.InDelta(t, c.hodg, got.Hodges.Value, 1e-9, c.name)
	}
	for _, v := range [][2]float64{{0, 800}, {400, 0}, {-1, 800}, {math.NaN(), 800}, {400, math.NaN()}, {400, math.Inf(1)}} {
		got := features.CorrectQT(v[0], v[1])
		require.Equal(t, features.NotPlausible, got.Bazett.Why)
		require.True(t, math.IsNaN(got.Hodges.Value))
	}
}

// IEC 60601-2-47: triangle waves 100 ms wide at 60/min. What detector and chain
// add to SDNN stays below 1 ms: steady, with the heart's own variation, and with
// peaks anywhere between samples (beats on whole samples would add 1/√6 of one,
// 3.2 ms at 128 Hz).
func TestTriangleThroughTheWholeChain(t *testing.T) {
	for _, rate := range []float64{128, 200, 250, 360, 500} {
		for _, c := range []struct {
			name     string
			interval float64 // s
			depth    float64 // ms
		}{{"steady", 1, 0}, {"modulated", 1, 50}, {"off the grid", 0.99731, 0}, {"off the grid, modulated", 0.99731, 50}} {
			name := c.name
			var truth []float64 // s
			for at := 1.0; at < 330; {
				truth = append(truth, at)
				at += c.interval + c.depth/1000*math.Sin(2*math.Pi*0.1*at)
			}
			x := make([]float64, int(331*rate))
			for _, at := range truth {
				for i := int(math.Ceil((at - 0.05) * rate)); i <= int((at+0.05)*rate); i++ {
					x[i] += 1 - math.Abs(float64(i)/rate-at)/0.05
				}
			}
			d, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
			require.NoError(t, err)
			s, err := features.NewIntervals(features.IntervalsConfig{Rate: rate, Method: features.LabelsOnly})
			require.NoError(t, err)
			beats := d.Flush(d.Append(nil, x))
			require.InDelta(t, len(truth), len(beats), 4)
			rr := s.Flush(s.Append(nil, beats))
			got := features.Analyze(features.FromIntervals(rr[5:], rate)).Time

			var own []float64
			for i := 1; i < len(truth); i++ {
				own = append(own, 1000*(truth[i]-truth[i-1]))
			}
			want := features.Analyze(features.FromRR(own[5:])).Time
			t.Logf("%v Hz, %s: SDNN %.3f ms, own %.3f ms", rate, name, got.SDNN.Value, want.SDNN.Value)
			require.InDelta(t, want.SDNN.Value, got.SDNN.Value, 1, "%v Hz, %s", rate, name)
		}
	}
}
