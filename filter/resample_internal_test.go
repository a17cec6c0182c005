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
		if c.Kind != "resample_poly" {
			continue
		}
		name := fmt.Sprint(c.From, " to ", c.To, " ", c.Padtype)
		r := build(c.From, c.To)
		up, down := r.Map().Ratio()
		require.Equal(t, []int64{c.Up, c.Down}, []int64{up, down}, name)
		r.exact = true
		// The signal may go on beyond its ends: whole periods before, and more behind.
		n := len(x)
		mean, start, skip := 0.0, 10*int(down), 10*int(up)
		var beyond func(i int) float64
		switch c.Padtype {
		case "mean":
			for _, v := range x {
				mean += v / float64(n)
			}
			fallthrough
		case "constant":
			start, skip = 0, 0
		case "edge":
			beyond = func(i int) float64 { return x[max(0, min(n-1, i))] }
		case "reflect":
			beyond = func(i int) float64 { return x[min(max(i, -i), 2*(n-1)-i)] }
		case "line": // through the first and the last value
			beyond = func(i int) float64 {
				end := max(0, min(n-1, i))
				return x[end] + float64(i-end)*(x[n-1]-x[0])/float64(n-1)
			}
		default:
			t.Fatal(name)
		}
		var in []float64
		for i := -start; i < n+start; i++ {
			if i < 0 || i >= n {
				in = append(in, beyond(i))
			} else {
				in = append(in, x[i]-mean)
			}
		}
		y := r.Flush(r.Append(nil, in))[skip:]
		if skip == 0 {
			require.Len(t, y, len(c.Y), name)
		}
		for i, want := range c.Y {
			require.InDelta(t, want, y[i]+mean, 1e-12, "%s: value %d", name, i)
		}
		checked++
	}
	require.Equal(t, 13, checked)
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
