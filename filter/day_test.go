//go:build slow

package filter_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// A day gives no drift: after 24 hours the output is that of stages which began
// an hour before the end, within 1e-9 mV. The narrowest low cut-offs in use,
// where the poles are nearest to 1.
func TestDayWithoutDrift(t *testing.T) {
	const rate, day, hour = 250, 24 * 3600 * 250, 3600 * 250
	c := synth.Default()
	c.Rate, c.Leads, c.Events, c.Duration = rate, 1, nil, -1
	patient, err := synth.New(c)
	require.NoError(t, err)

	presets := map[string][]float64{"0.05-100": {0.05, 100}, "0.67-40": {0.67, 40}, "0.5-40": {0.5, 40}}
	type pair struct {
		name        string
		early, late ecg.Stage[float64, float64]
		worst       float64
	}
	var pairs []*pair
	for name, edges := range presets {
		for _, order := range []int{1, 2, 4} {
			pairs = append(pairs, &pair{name, cascade(t, rate, 1, order, edges[0], edges[1]), cascade(t, rate, 1, order, edges[0], edges[1]), 0})
		}
	}
	pairs = append(pairs, &pair{"FIR", convolver(t, rate, 1, 101), convolver(t, rate, 1, 101), 0})

	block := make([]float64, 5000)
	early, late := make([]float64, 0, len(block)), make([]float64, 0, len(block))
	for n := 0; n < day; {
		k, err := patient.Read(block)
		require.NoError(t, err)
		for _, p := range pairs {
			early = p.early.Append(early[:0], block[:k])
			if n < day-hour {
				continue
			}
			late = p.late.Append(late[:0], block[:k])
			if n < day-hour/2 {
				continue // the transient of the late start, up to 20 s each decade
			}
			for i := range early {
				p.worst = max(p.worst, math.Abs(early[i]-late[i]))
			}
		}
		n += k
	}
	for _, p := range pairs {
		t.Logf("%s: %.2g mV", p.name, p.worst)
		require.LessOrEqual(t, p.worst, 1e-9, p.name)
	}
}
