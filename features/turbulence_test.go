package features_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/features"
)

// turbulent is one premature beat in a rhythm of 800 ms with this coupling
// interval and pause, and these intervals after it.
func turbulent(coupling, pause int64, after ...int64) []ecg.Beat {
	var b []ecg.Beat
	at := int64(0)
	add := func(step int64, c ecg.Class) {
		at += step
		b = append(b, ecg.Beat{At: at, Known: at, Class: c})
	}
	for range 9 {
		add(800, ecg.Normal)
	}
	add(coupling, ecg.Ventricular)
	add(pause, ecg.Normal)
	for i := range 20 {
		step := int64(800)
		if i < len(after) {
			step = after[i]
		}
		add(step, ecg.Normal)
	}
	return b
}

func TestTurbulence(t *testing.T) {
	for _, c := range []struct {
		name         string
		beats        []ecg.Beat
		onset, slope float64 // NaN: none
		n            int
	}{
		// (760 + 770 - 1600) / 1600, and a line of 10 ms per interval.
		{"early acceleration, then slower", turbulent(500, 1100, 760, 770, 780, 790, 800, 800), -4.375, 10, 1},
		{"no reaction", turbulent(500, 1100), 0, 0, 1},
		{"not premature enough", turbulent(700, 1100, 760), 0, 0, 0},
		{"no pause", turbulent(500, 900, 760), 0, 0, 0},
		{"a sinus interval far off", turbulent(500, 1100, 760, 770, 1000), 0, 0, 0},
		{"no premature beat", beatsAt(0, 800, 1600), 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rr := intervals(t, features.IntervalsConfig{Rate: 1000, Method: features.LabelsOnly}, c.beats)
			got := features.Turbulence(rr, 1000)
			require.Equal(t, c.n, got.Beats)
			if c.n == 0 {
				require.Equal(t, features.NoAnchor, got.Onset.Why)
				require.Equal(t, features.NoAnchor, got.Slope.Why)
				return
			}
			require.InDelta(t, c.onset, got.Onset.Value, 1e-12)
			require.InDelta(t, c.slope, got.Slope.Value, 1e-12)
		})
	}
}
