package filter_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
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

// Every file of golden/filter, and every list in each, belongs to a test.
func TestGoldenIsCovered(t *testing.T) {
	designs := map[string]string{"freqs": "TestDesignsEqualSciPy", "gd_index": "TestDesignsEqualSciPy", "designs": "TestDesignsEqualSciPy"}
	covered := map[string]map[string]string{
		"designs_butter.json": designs, "designs_cheby1.json": designs, "designs_cheby2.json": designs, "designs_ellip.json": designs,
		"designs_bessel.json": designs, "designs_ecg_presets.json": {"freqs": "TestDesignsEqualSciPy", "designs": "TestDesignsEqualSciPy"},
		"apply_sos.json": {"x": "all", "cases": "TestRunEqualsSciPy, TestCascadeEqualsSciPy"},
		"apply_padding.json": {"sos": "TestPaddingEqualsSciPy", "state_after_150": "TestPaddingEqualsSciPy", "sosfiltfilt": "TestPaddingEqualsSciPy",
			"ba": "TestPaddingEqualsSciPy; lfilter_zi is the state of a form that is not ours"},
		"notch.json": {"cases": "TestNotchEqualsSciPy", "apply": "TestNotchEqualsSciPy"},
		"fir.json": {"firwin": "TestFIREqualsSciPy", "kaiser": "TestFIREqualsSciPy", "remez": "TestFIREqualsSciPy", "firls": "TestFIREqualsSciPy",
			"firwin2": "TestFIREqualsSciPy", "windows": "TestFIREqualsSciPy", "apply": "TestFIREqualsSciPy"},
		"order.json": {"cases": "TestOrderEqualsSciPy"},
		"resample.json": {"default_taps_before_gain": "TestResamplerEqualsSciPy",
			"cases": "TestResamplerEqualsSciPy, TestDecimationEqualsSciPy, TestOfflineEqualsSciPy"},
		"smooth.json": {"median_baseline": "TestMedianEqualsSciPy", "savgol": "TestPolynomialEqualsSciPy, TestOfflineEqualsSciPy",
			"lfilter": "TestPolynomialEqualsSciPy, TestIntegralEqualsSciPy, TestPiecesEqualSciPy",
			"detrend": "TestOfflineEqualsSciPy", "hilbert_envelope": "TestOfflineEqualsSciPy"},
	}
	files, err := os.ReadDir(ecgtest.Shared(t, "golden", "filter"))
	require.NoError(t, err)
	for _, f := range files {
		if f.Name() == "README.md" {
			continue
		}
		var lists map[string]json.RawMessage
		golden(t, f.Name(), &lists)
		delete(lists, "meta")
		require.ElementsMatch(t, slices.Collect(maps.Keys(covered[f.Name()])), slices.Collect(maps.Keys(lists)), f.Name())
	}
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
		require.Less(t, best, 1e-13, "%s: %v is missing", what, w)
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
				require.InEpsilon(t, g.K, f.K, 1e-12, name)
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
				// The given values are within 2e-12 of the derivative of the phase.
				require.InDelta(t, want, f.GroupDelay(at, g.Fs), 5e-12*(1+math.Abs(want)), "%s: group delay at %v Hz", name, at)
				// The coefficients of a section are rounded: at 0.05 Hz and 1000 Hz a
				// pole is 2e-4 from 1, and twice that many digits are gone.
				require.InDelta(t, want, filter.GroupDelay(sections, at, g.Fs), 1e-9*(1+math.Abs(want)), "%s: group delay of the sections at %v Hz", name, at)
			}
		}
		t.Logf("%s: %d designs, largest error %.2g of the tolerance", family, len(d.Designs), worst)
	}
}

// The analytic response of Butterworth filters at every frequency, not from a
// reference: 1/sqrt(1 + W^2n) with W the warped frequency of the prototype. A
// cut-off that is pre-warped with twice its frequency, a common mistake, moves
// every edge by an octave and fails here; so does one that is not pre-warped.
func TestAnalyticResponse(t *testing.T) {
	for _, rate := range []float64{100, 250, 360, 1000} {
		warp := func(f float64) float64 { return math.Tan(math.Pi * f / rate) }
		for order := 1; order <= 8; order++ {
			for _, edges := range [][]float64{{0.5}, {10}, {40}, {5, 15}, {0.5, 40}, {45, 49}} {
				for band := filter.LowPass; band <= filter.BandStop; band++ {
					if (band >= filter.BandPass) != (len(edges) == 2) {
						continue
					}
					f, err := filter.Butterworth(order, band, rate, edges...)
					require.NoError(t, err)
					s := f.Sections()
					first, last := warp(edges[0]), warp(edges[len(edges)-1])
					for _, hz := range append(edges, 0.02, 0.3, 1, 3, 7, 12, 30, 42, 48, 49.9) {
						w := warp(hz)
						ratio := w / first
						switch band {
						case filter.HighPass:
							ratio = first / w
						case filter.BandPass:
							ratio = math.Abs(w*w-first*last) / (w * (last - first))
						case filter.BandStop:
							ratio = w * (last - first) / math.Abs(w*w-first*last)
						}
						want := 1 / math.Sqrt(1+math.Pow(ratio, float64(2*order)))
						h := filter.Response(s, hz, rate)
						limit := 1e-11
						if order > 4 {
							limit = 1e-9 // what rounded coefficients can do to a sharp low cut-off
						}
						require.InDelta(t, want, math.Hypot(real(h), imag(h)), limit, "order %d, band %d, %v Hz of %v, at %v Hz", order, band, edges, rate, hz)
					}
				}
			}
		}
	}
}

// The edges of the other families are where their definitions say: the end of
// the ripple, the beginning of the attenuation, -3 dB, half of the phase.
func TestEdgesAreWhereTheySay(t *testing.T) {
	const rate = 360
	db := func(v float64) float64 { return math.Pow(10, -v/20) }
	for order := 1; order <= 8; order++ {
		for _, edges := range [][]float64{{10}, {5, 15}} {
			for band := filter.LowPass; band <= filter.BandStop; band++ {
				if (band >= filter.BandPass) != (len(edges) == 2) {
					continue
				}
				check := func(f filter.ZPK, err error, want float64) {
					t.Helper()
					require.NoError(t, err)
					for _, hz := range edges {
						h := filter.Response(f.Sections(), hz, rate)
						require.InDelta(t, want, math.Hypot(real(h), imag(h)), 1e-11, "order %d, band %d, %v Hz", order, band, hz)
					}
				}
				f, err := filter.Chebyshev1(order, 1, band, rate, edges...)
				check(f, err, db(1))
				f, err = filter.Chebyshev2(order, 40, band, rate, edges...)
				check(f, err, db(40))
				f, err = filter.Elliptic(order, 1, 40, band, rate, edges...)
				check(f, err, db(1))
				f, err = filter.Bessel(order, filter.NormMag, band, rate, edges...)
				check(f, err, math.Sqrt(0.5))
			}
		}
		// Far above the edge a phase-normalised Bessel filter falls as a Butterworth
		// filter with this edge: W^-n.
		f, err := filter.Bessel(order, filter.NormPhase, filter.LowPass, rate, 0.5)
		require.NoError(t, err)
		h := filter.Response(f.Sections(), 179.999, rate)
		ratio := math.Tan(math.Pi*179.999/rate) / math.Tan(math.Pi*0.5/rate)
		require.InEpsilon(t, math.Pow(ratio, -float64(order)), math.Hypot(real(h), imag(h)), 1e-9, "order %d", order)
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
