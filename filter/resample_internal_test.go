package filter

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// SciPy's resample_poly, whose filter is a Kaiser window of 5 over ten lobes with
// its -6 dB point at half of the lower rate: the weights and the plain weighted
// sums, which leave a ripple of the offset that a Resampler does not.
func TestResamplerEqualsSciPy(t *testing.T) {
	var g struct {
		Taps  map[string][]float64 `json:"default_taps_before_gain"`
		Cases []struct {
			Kind     string
			From     float64 `json:"fs_in"`
			To       float64 `json:"fs_out"`
			Up, Down int64
			Padtype  string
			Y        []float64
		}
	}
	read := func(name string, v any) {
		b, err := os.ReadFile(ecgtest.Shared(t, "golden", "filter", name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, v))
	}
	read("resample.json", &g)
	var signal struct{ X []float64 }
	read("apply_sos.json", &signal)
	x := signal.X
	build := func(from, to float64) *Resampler {
		r, err := NewResampler(ResamplerConfig{From: from, To: to, Lobes: 10, Kaiser: 5, Cutoff: 1})
		require.NoError(t, err)
		return r
	}
	checked := 0
	for _, c := range g.Cases {
		if c.Kind != "resample_poly" || c.Padtype != "constant" && c.Padtype != "edge" {
			continue
		}
		name := fmt.Sprint(c.From, " to ", c.To, " ", c.Padtype)
		r := build(c.From, c.To)
		up, down := r.Map().Ratio()
		require.Equal(t, []int64{c.Up, c.Down}, []int64{up, down}, name)
		r.exact = true
		in := x
		skip, start := 0, 0
		if c.Padtype == "edge" {
			// The ends go on: a whole number of periods before, and more behind.
			start = 40 * int(down)
			skip = 40 * int(up)
			in = make([]float64, 0, len(x)+2*start)
			for i := -start; i < len(x)+start; i++ {
				in = append(in, x[max(0, min(len(x)-1, i))])
			}
		}
		y := r.Flush(r.Append(nil, in))[skip:]
		if c.Padtype == "constant" {
			require.Len(t, y, len(c.Y), name)
		}
		for i, want := range c.Y {
			require.InDelta(t, want, y[i], 1e-12, "%s: value %d", name, i)
		}
		checked++
	}
	require.Equal(t, 10, checked)
	for ratio, taps := range g.Taps {
		var up, down int64
		_, err := fmt.Sscanf(ratio, "%d/%d", &up, &down)
		require.NoError(t, err)
		p := build(float64(down), float64(up)).table
		half := 10 * max(up, down)
		if n := 2*half + 1; taps[0] == float64(n) {
			taps = taps[1:]
		}
		for i, want := range taps {
			at := int64(i) - half // from the middle, in 1/up samples
			k := ((-at % up) + up) % up
			tap := int((at+k)/up) + p.half
			got := 0.0
			if tap >= 0 && tap < p.taps() {
				got = p.rows[int(k)*p.taps()+tap] / float64(up)
			}
			require.InDelta(t, want, got, 1e-15, "%s: weight %d", ratio, i)
		}
	}
}

func TestKaiserTransition(t *testing.T) {
	// Kaiser's formulas: 60 dB belong to a shape of 5.653 and (60-7.95)/14.36.
	require.InDelta(t, (60-7.95)/14.36, kaiserTransition(0.1102*(60-8.7)), 1e-9)
	require.InDelta(t, (40-7.95)/14.36, kaiserTransition(0.5842*math.Pow(19, 0.4)+0.07886*19), 1e-9)
	require.InDelta(t, 427.56411572, besselI0(8), 1e-8) // Abramowitz and Stegun, table 9.8
}
