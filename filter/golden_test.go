package filter_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
)

type pair [2]float64

type design struct {
	Family, Btype string
	Order         int
	Fs            float64
	Wn            []float64
	Rp, Rs        float64
	Norm          string
	Z, P          []pair
	K             float64
	H             []pair
	SciPyErr      float64 `json:"scipy_err"`
	Gd            []float64
}

type designs struct {
	Freqs   map[string][]float64
	GdIndex []int `json:"gd_index"`
	Designs []design
}

func golden(t *testing.T, name string, v any) {
	b, err := os.ReadFile(ecgtest.Shared(t, "golden", "filter", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v))
}

var bands = map[string]filter.Band{"lowpass": filter.LowPass, "highpass": filter.HighPass, "bandpass": filter.BandPass, "bandstop": filter.BandStop}

// requireSet compares zeros or poles as sets.
func requireSet(t *testing.T, what string, want []pair, got []complex128) {
	require.Equal(t, len(want), len(got), what)
	left := append([]complex128(nil), got...)
	for _, w := range want {
		best, at := math.Inf(1), -1
		for i, g := range left {
			if d := math.Hypot(real(g)-w[0], imag(g)-w[1]); d < best {
				best, at = d, i
			}
		}
		require.Less(t, best, 1e-9, "%s: %v is missing", what, w)
		left = append(left[:at], left[at+1:]...)
	}
}

var norms = map[string]filter.Norm{"phase": filter.NormPhase, "mag": filter.NormMag, "delay": filter.NormDelay}

func (g design) make() (filter.ZPK, error) {
	switch band := bands[g.Btype]; g.Family {
	case "cheby1":
		return filter.Chebyshev1(g.Order, g.Rp, band, g.Fs, g.Wn...)
	case "cheby2":
		return filter.Chebyshev2(g.Order, g.Rs, band, g.Fs, g.Wn...)
	case "ellip":
		return filter.Elliptic(g.Order, g.Rp, g.Rs, band, g.Fs, g.Wn...)
	case "bessel":
		return filter.Bessel(g.Order, norms[g.Norm], band, g.Fs, g.Wn...)
	default:
		return filter.Butterworth(g.Order, band, g.Fs, g.Wn...)
	}
}

// Responses against 40-digit values, zeros and poles as sets, group delays from
// the poles and zeros.
func TestDesignsEqualSciPy(t *testing.T) {
	for _, family := range []string{"butter", "cheby1", "cheby2", "ellip", "bessel", "ecg_presets"} {
		var d designs
		golden(t, "designs_"+family+".json", &d)
		require.NotEmpty(t, d.Designs)
		worst := 0.0 // of the tolerance
		for _, g := range d.Designs {
			name := fmt.Sprintf("%s %s order %d %v Hz at %v %s", g.Family, g.Btype, g.Order, g.Wn, g.Fs, g.Norm)
			f, err := g.make()
			require.NoError(t, err, name)
			require.True(t, f.Stable(), name)
			if len(g.P) > 0 {
				requireSet(t, name+" zeros", g.Z, f.Z)
				requireSet(t, name+" poles", g.P, f.P)
				require.InEpsilon(t, g.K, f.K, 1e-9, name)
			}
			key := fmt.Sprint(g.Fs)
			sections := f.Sections()
			limit := max(1e-12, 10*g.SciPyErr)
			for i, h := range g.H {
				got := filter.Response(sections, d.Freqs[key][i], g.Fs)
				off := math.Hypot(real(got)-h[0], imag(got)-h[1])
				worst = max(worst, off/limit)
				require.LessOrEqual(t, off, limit, "%s at %v Hz", name, d.Freqs[key][i])
			}
			for i, want := range g.Gd {
				at := d.Freqs[key][d.GdIndex[i]]
				require.InEpsilon(t, 1+math.Abs(want), 1+math.Abs(f.GroupDelay(at, g.Fs)), 1e-6, "%s: group delay at %v Hz", name, at)
			}
		}
		t.Logf("%s: %d designs, largest error %.2g of the tolerance", family, len(d.Designs), worst)
	}
}

// The analytic response: -3 dB at the edges, wherever they are. (A cut-off that
// is pre-warped with twice its frequency, a common mistake, fails here.)
func TestEdgesAreMinus3dB(t *testing.T) {
	for _, rate := range []float64{100, 250, 360, 1000} {
		for order := 1; order <= 8; order++ {
			for _, edges := range [][]float64{{10}, {40}, {5, 15}, {0.5, 40}} {
				for band := filter.LowPass; band <= filter.BandStop; band++ {
					if (band >= filter.BandPass) != (len(edges) == 2) {
						continue
					}
					f, err := filter.Butterworth(order, band, rate, edges...)
					require.NoError(t, err)
					for _, e := range edges {
						h := filter.Response(f.Sections(), e, rate)
						require.InDelta(t, math.Sqrt(0.5), math.Hypot(real(h), imag(h)), 1e-9)
					}
				}
			}
		}
	}
}

// The sections of the reference through our cascade: its output to the last
// digits. A sample of 0 primes the cascade to the reference's empty state.
func TestCascadeEqualsSciPy(t *testing.T) {
	var g struct {
		X     []float64
		Cases []struct {
			Sos     [][6]float64
			Sosfilt []float64
		}
	}
	golden(t, "apply_sos.json", &g)
	require.NotEmpty(t, g.Cases)
	for k, c := range g.Cases {
		var sections []filter.Section
		for _, s := range c.Sos {
			sections = append(sections, filter.Section{B0: s[0], B1: s[1], B2: s[2], A1: s[4], A2: s[5]})
		}
		f, err := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: sections})
		require.NoError(t, err)
		got := f.Append(f.Append(nil, []float64{0})[:0], g.X)
		scale := 0.0
		for _, v := range c.Sosfilt {
			scale = max(scale, math.Abs(v))
		}
		for i, want := range c.Sosfilt {
			require.InDelta(t, want, got[i], 1e-12*scale, "case %d sample %d", k, i)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, f := range map[string]func() (filter.ZPK, error){
		"order 0":          func() (filter.ZPK, error) { return filter.Butterworth(0, filter.LowPass, 360, 40) },
		"order 33":         func() (filter.ZPK, error) { return filter.Butterworth(33, filter.LowPass, 360, 40) },
		"at Nyquist":       func() (filter.ZPK, error) { return filter.Butterworth(2, filter.LowPass, 360, 180) },
		"NaN":              func() (filter.ZPK, error) { return filter.Butterworth(2, filter.LowPass, 360, math.NaN()) },
		"rate NaN":         func() (filter.ZPK, error) { return filter.Butterworth(2, filter.LowPass, math.NaN(), 40) },
		"one edge":         func() (filter.ZPK, error) { return filter.Butterworth(2, filter.BandPass, 360, 40) },
		"edges turned":     func() (filter.ZPK, error) { return filter.Butterworth(2, filter.BandPass, 360, 40, 5) },
		"two edges":        func() (filter.ZPK, error) { return filter.Butterworth(2, filter.LowPass, 360, 4, 5) },
		"no such band":     func() (filter.ZPK, error) { return filter.Butterworth(2, 9, 360, 4) },
		"negative edge":    func() (filter.ZPK, error) { return filter.Butterworth(2, filter.HighPass, 360, -4) },
		"infinite sampler": func() (filter.ZPK, error) { return filter.Butterworth(2, filter.HighPass, math.Inf(1), 4) },
	} {
		_, err := f()
		require.Error(t, err, name)
	}
	for name, c := range map[string]filter.CascadeConfig{
		"no sections": {Rate: 360},
		"no rate":     {Sections: []filter.Section{{B0: 1}}},
		"unstable":    {Rate: 360, Sections: []filter.Section{{B0: 1, A2: 1.01}}},
		"NaN":         {Rate: 360, Sections: []filter.Section{{B0: math.NaN()}}},
		"leads":       {Rate: 360, Leads: 300, Sections: []filter.Section{{B0: 1}}},
	} {
		_, err := filter.NewCascade(c)
		require.Error(t, err, name)
	}
}
