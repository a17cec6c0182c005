package filter_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/filter"
)

func sections(sos [][6]float64) (out []filter.Section) {
	for _, s := range sos {
		out = append(out, filter.Section{B0: s[0], B1: s[1], B2: s[2], A1: s[4], A2: s[5]})
	}
	return out
}

func flat(state [][2]float64) (out []float64) {
	for _, z := range state {
		out = append(out, z[0], z[1])
	}
	return out
}

func TestRunEqualsSciPy(t *testing.T) {
	var g struct {
		X     []float64
		Cases []struct {
			Family, Btype string
			Sos           [][6]float64
			Zi, Zf        [][2]float64
			Sosfilt       []float64
			SosfiltZi     []float64 `json:"sosfilt_zi"`
			Sosfiltfilt   []float64
			Padlen        int
		}
	}
	golden(t, "apply_sos.json", &g)
	require.NotEmpty(t, g.Cases)
	for _, c := range g.Cases {
		name := fmt.Sprint(c.Family, " ", c.Btype)
		s := sections(c.Sos)
		state, got := make([]float64, 2*len(s)), make([]float64, len(g.X))
		filter.Run(s, state, got, g.X)
		requireClose(t, c.Sosfilt, got, 1e-12, name)
		requireClose(t, flat(c.Zf), state, 1e-12, name+" state")
		// SciPy solves equations whose determinant is 1+A1+A2, near 0 for the low
		// cut-offs, and is off by 2e-10: a high-pass has exactly -B0 here.
		requireClose(t, flat(c.Zi), filter.SteadyState(s, 1), 1e-9, name+" steady state")
		filter.Run(s, filter.SteadyState(s, g.X[0]), got, g.X)
		for i, want := range c.SosfiltZi {
			require.InDelta(t, want, got[i], 1e-10, "%s primed, value %d", name, i)
		}
		got, err := filter.ZeroPhase(s, g.X, filter.PadConfig{})
		require.NoError(t, err)
		for i, want := range c.Sosfiltfilt {
			require.InDelta(t, want, got[i], 1e-10, "%s both ways, value %d", name, i)
		}
	}
}

func TestPaddingEqualsSciPy(t *testing.T) {
	var g struct {
		Sos           [][6]float64
		StateAfter150 [][2]float64 `json:"state_after_150"`
		Sosfiltfilt   []struct {
			Padtype string
			Padlen  int
			Y       []float64
		}
		Ba struct {
			Lfilter, Filtfilt []float64
			FiltfiltGust      []float64 `json:"filtfilt_gust"`
		}
	}
	golden(t, "apply_padding.json", &g)
	x := testSignal(t)
	s := sections(g.Sos)
	state := make([]float64, 2*len(s))
	filter.Run(s, state, make([]float64, 150), x[:150])
	requireClose(t, flat(g.StateAfter150), state, 1e-12, "state after 150")
	kinds := map[string]filter.Padding{"odd": filter.PadOdd, "even": filter.PadEven, "constant": filter.PadConst, "none": filter.PadNone}
	for _, c := range g.Sosfiltfilt {
		pad := filter.PadConfig{Kind: kinds[c.Padtype], Samples: c.Padlen}
		switch {
		case c.Padlen < 0:
			pad.Samples = 0 // our word for SciPy's default
		case c.Padlen == 0:
			pad.Samples = -1
		}
		got, err := filter.ZeroPhase(s, x, pad)
		require.NoError(t, err)
		requireClose(t, c.Y, got, 1e-10, fmt.Sprint(c.Padtype, c.Padlen))
	}

	// The same filter of order 2 in b, a form; our sections lose fewer digits.
	f, err := filter.Butterworth(2, filter.BandPass, 360, 5, 15)
	require.NoError(t, err)
	s = f.Sections()
	got := make([]float64, len(x))
	filter.Run(s, make([]float64, 4), got, x)
	requireClose(t, g.Ba.Lfilter, got, 1e-11, "lfilter")
	got, err = filter.ZeroPhase(s, x, filter.PadConfig{Samples: 15})
	require.NoError(t, err)
	requireClose(t, g.Ba.Filtfilt, got, 1e-10, "filtfilt")
	got, err = filter.ZeroPhaseOptimal(s, x)
	require.NoError(t, err)
	requireClose(t, g.Ba.FiltfiltGust, got, 1e-9, "filtfilt, Gustafsson")
}

// Zero phase: a sine comes out where it went in, with the gain squared.
func TestZeroPhaseHasNoDelay(t *testing.T) {
	f, err := filter.Butterworth(2, filter.LowPass, 360, 20)
	require.NoError(t, err)
	x := make([]float64, 3600)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * 10 * float64(i) / 360)
	}
	y, err := filter.ZeroPhase(f.Sections(), x, filter.PadConfig{})
	require.NoError(t, err)
	h := filter.Response(f.Sections(), 10, 360)
	g := real(h)*real(h) + imag(h)*imag(h)
	for i := 360; i < 3240; i++ {
		require.InDelta(t, g*x[i], y[i], 1e-9)
	}
	_, err = filter.ZeroPhase(f.Sections(), x[:5], filter.PadConfig{})
	require.Error(t, err)
	_, err = filter.ZeroPhaseOptimal(f.Sections(), x[:3])
	require.Error(t, err)
	_, err = filter.ZeroPhase(f.Sections(), nil, filter.PadConfig{Samples: -1})
	require.Error(t, err)
}
