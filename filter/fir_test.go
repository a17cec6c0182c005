package filter_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
)

// windowName is a name, or a name with a parameter.
type windowName struct {
	name  string
	value float64
}

func (w *windowName) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		return json.Unmarshal(b, &w.name)
	}
	return json.Unmarshal(b, &[]any{&w.name, &w.value})
}

func (w windowName) window(t *testing.T) filter.Window {
	switch w.name {
	case "kaiser":
		return filter.Kaiser(w.value)
	case "tukey":
		return filter.Tukey(w.value)
	case "gaussian":
		return filter.Gaussian(w.value)
	}
	f := map[string]filter.Window{"boxcar": filter.Rectangular, "bartlett": filter.Bartlett, "triang": filter.Triangular,
		"hann": filter.Hann, "hamming": filter.Hamming, "blackman": filter.Blackman, "blackmanharris": filter.BlackmanHarris,
		"nuttall": filter.Nuttall, "flattop": filter.FlatTop, "cosine": filter.Cosine, "parzen": filter.Parzen, "bohman": filter.Bohman}[w.name]
	require.NotNil(t, f, w.name)
	return f
}

type firGolden struct {
	Firwin []struct {
		Numtaps  int
		Cutoff   []float64
		Window   windowName
		PassZero any `json:"pass_zero"`
		Scale    *bool
		Fs       float64
		Taps     []float64
		F        []float64
		H        []pair
	}
	Kaiser []struct {
		RippleDB   float64 `json:"ripple_db"`
		WidthHz    float64 `json:"width_hz"`
		Fs         float64
		Numtaps    int
		Beta       float64
		KaiserBeta float64 `json:"kaiser_beta"`
		Atten      float64 `json:"atten_at_101_taps"`
	}
	Remez []struct {
		Numtaps                int
		Bands, Desired, Weight []float64
		Type                   string
		Fs                     float64
		Taps                   []float64
	}
	Firls []struct {
		Numtaps        int
		Bands, Desired []float64
		Fs             float64
		Taps           []float64
	}
	Firwin2 []struct {
		Numtaps    int
		Freq, Gain []float64
		Fs         float64
		Taps       []float64
	}
	Windows []struct {
		Window        windowName
		N             int
		Sym, Periodic []float64
	}
	Apply struct{ Taps, Lfilter, Filtfilt []float64 }
}

func requireNear(t *testing.T, want, got []float64, delta float64, name string) {
	t.Helper()
	require.Equal(t, len(want), len(got), name)
	for i := range want {
		require.InDelta(t, want[i], got[i], delta, "%s: value %d", name, i)
	}
}

func TestFIREqualsSciPy(t *testing.T) {
	var g firGolden
	golden(t, "fir.json", &g)
	require.True(t, len(g.Windows) > 0 && len(g.Firwin) > 0 && len(g.Kaiser) > 0 && len(g.Remez) > 0 && len(g.Firls) > 0 && len(g.Firwin2) > 0)
	for _, c := range g.Windows {
		name := fmt.Sprint(c.Window, c.N)
		w := c.Window.window(t)
		requireNear(t, c.Sym, w(c.N), 1e-15, name)
		requireNear(t, c.Periodic, w.Periodic(c.N), 1e-15, name+" periodic")
	}
	for _, c := range g.Firwin {
		name := fmt.Sprint("firwin ", c.Numtaps, c.Cutoff, c.Window, c.PassZero)
		w := c.Window.window(t)
		var h filter.FIR
		var err error
		switch {
		case c.Scale != nil && !*c.Scale:
			h, err = filter.FIRIdeal(c.Numtaps, c.PassZero == "lowpass", c.Fs, c.Cutoff...)
			h = h.Windowed(w)
		case c.PassZero == true:
			h, err = filter.FIRMultiband(c.Numtaps, w, true, c.Fs, c.Cutoff...)
		default:
			h, err = filter.FIRWindow(c.Numtaps, w, bands[c.PassZero.(string)], c.Fs, c.Cutoff...)
		}
		require.NoError(t, err, name)
		requireNear(t, c.Taps, h, 5e-15, name)
		for i, want := range c.H {
			got := h.Response(c.F[i], c.Fs)
			require.LessOrEqual(t, cmplx.Abs(got-complex(want[0], want[1])), 1e-12, "%s at %v Hz", name, c.F[i])
			if cmplx.Abs(got) > 1e-3 {
				require.InDelta(t, float64(c.Numtaps-1)/2, h.GroupDelay(c.F[i], c.Fs), 1e-10, "%s at %v Hz", name, c.F[i])
			}
		}
	}
	for _, c := range g.Kaiser {
		taps, beta, err := filter.KaiserOrder(c.RippleDB, c.WidthHz, c.Fs)
		require.NoError(t, err)
		require.Equal(t, c.Numtaps, taps)
		require.InDelta(t, c.Beta, beta, 1e-14)
		require.InDelta(t, c.KaiserBeta, filter.KaiserBeta(c.RippleDB), 1e-14)
		require.InDelta(t, c.Atten, filter.KaiserAttenuation(101, c.WidthHz, c.Fs), 1e-13)
	}
	for _, c := range g.Remez {
		name := fmt.Sprint("remez ", c.Type, c.Numtaps, c.Bands)
		var all []filter.RemezBand
		for i, gain := range c.Desired {
			if c.Type == "differentiator" {
				gain /= 2 * math.Pi // SciPy's unit is cycles, ours radians
			}
			all = append(all, filter.RemezBand{From: c.Bands[2*i], To: c.Bands[2*i+1], Gain: gain, Weight: c.Weight[i]})
		}
		h, err := map[string]func(int, float64, ...filter.RemezBand) (filter.FIR, error){
			"bandpass": filter.Remez, "hilbert": filter.RemezHilbert, "differentiator": filter.RemezDifferentiator}[c.Type](c.Numtaps, c.Fs, all...)
		require.NoError(t, err, name)
		t.Log(name, offBy(c.Taps, h))
		requireNear(t, c.Taps, h, 1e-6, name)
	}
	for _, c := range g.Firls {
		name := fmt.Sprint("firls ", c.Numtaps, c.Bands)
		var all []filter.Ramp
		for i := 0; i < len(c.Bands); i += 2 {
			all = append(all, filter.Ramp{From: c.Bands[i], To: c.Bands[i+1], GainFrom: c.Desired[i], GainTo: c.Desired[i+1]})
		}
		h, err := filter.FIRLeastSquares(c.Numtaps, c.Fs, all...)
		require.NoError(t, err, name)
		t.Log(name, offBy(c.Taps, h))
		requireNear(t, c.Taps, h, 1e-12, name)
	}
	for _, c := range g.Firwin2 {
		name := fmt.Sprint("firwin2 ", c.Numtaps, c.Freq)
		h, err := filter.FIRSampled(c.Numtaps, filter.Hamming, c.Fs, c.Freq, c.Gain)
		require.NoError(t, err, name)
		requireNear(t, c.Taps, h, 1e-15, name)
	}

	x := testSignal(t)
	h := filter.FIR(g.Apply.Taps)
	f, err := filter.NewConvolver(filter.ConvolverConfig{Rate: 360, Taps: h})
	require.NoError(t, err)
	f.Append(nil, []float64{0}) // primed to the reference's empty state
	requireClose(t, g.Apply.Lfilter, f.Append(nil, x), 1e-12, "lfilter")
	got, err := h.ZeroPhase(x, filter.PadConfig{})
	require.NoError(t, err)
	requireClose(t, g.Apply.Filtfilt, got, 1e-12, "filtfilt")
}

var _ = ecg.MaxRate
