package features_test

import (
	"math"
	"testing"

	"github.com/mjibson/go-dsp/spectral"
	"github.com/mjibson/go-dsp/window"
	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/features"
)

type welchGolden struct {
	Fs    float64
	X     []float64
	Cases []struct {
		NFFT, NPerSeg, NOverlap int
		Window, Detrend         string
		Symmetric               bool
		XFirst                  int `json:"x_first"`
		Pxx                     []float64
	}
}

var windows = map[string]features.Taper{
	"hann": features.Hann, "hamming": features.Hamming, "blackman": features.Blackman, "boxcar": features.Boxcar,
}

func TestWelchGolden(t *testing.T) {
	var g welchGolden
	loadJSON(t, "welch.json", &g)
	for _, c := range g.Cases {
		x := g.X
		if c.XFirst > 0 {
			x = x[:c.XFirst]
		}
		config := features.WelchConfig{
			Rate: g.Fs, Segment: max(c.NPerSeg, 0), Overlap: c.NOverlap, NFFT: c.NFFT,
			Window: windows[c.Window], Symmetric: c.Symmetric, Detrend: features.Nothing,
		}
		if config.Segment == 0 {
			config.Segment = c.NFFT
		}
		if c.Detrend == "constant" {
			config.Detrend = features.Constant
		}
		got := features.Welch(nil, x, config)
		require.Len(t, got, c.NFFT/2+1)
		for k, want := range c.Pxx {
			// Relative to the value, or to 1e-15 of the largest: the window
			// leaves nothing at bin 0 when the mean is removed.
			require.InDelta(t, want, got[k], math.Max(1e-12*want, 1e-15*maxOf(c.Pxx)), "%+v bin %d", config, k)
		}
	}
}

func maxOf(x []float64) float64 {
	m := x[0]
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

// The same numbers as go-dsp for a mean-free series, an even NFFT and Pad 0.
func TestWelchEqualsGoDSP(t *testing.T) {
	rr := beats(3000)
	m := 0.0
	for _, v := range rr {
		m += v / float64(len(rr))
	}
	for i := range rr {
		rr[i] -= m
	}
	for name, w := range map[string]func(int) []float64{
		"hann": window.Hann, "hamming": window.Hamming, "blackman": window.Blackman, "boxcar": window.Rectangular,
	} {
		for _, nfft := range []int{64, 90, 200, 256, 1024, 1030} {
			for _, overlap := range []int{0, nfft / 2, nfft * 3 / 4} {
				want, freqs := spectral.Pwelch(rr, 4, &spectral.PwelchOptions{NFFT: nfft, Noverlap: overlap, Window: w})
				got := features.Welch(nil, rr, features.WelchConfig{
					Rate: 4, Segment: nfft, Overlap: overlap, Window: windows[name], Symmetric: true, Detrend: features.Nothing,
				})
				require.Len(t, got, len(want))
				top := maxOf(want)
				for k := range want {
					// Where a bin holds 1e-3 of the largest, or less, both round
					// off the rest of the spectrum.
					require.InDelta(t, want[k], got[k], 1e-12*max(want[k], 1e-3*top), "%s %d %d bin %d at %v Hz", name, nfft, overlap, k, freqs[k])
				}
			}
		}
	}
}

func BenchmarkWelch(b *testing.B) {
	x := beats(4096)
	b.Run("sinus", func(b *testing.B) {
		var dst []float64
		b.ReportAllocs()
		for b.Loop() {
			dst = features.Welch(dst[:0], x, features.WelchConfig{Rate: 4, Segment: 1024, Overlap: 512, Symmetric: true, Detrend: features.Nothing})
		}
	})
	b.Run("go-dsp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			spectral.Pwelch(x, 4, &spectral.PwelchOptions{NFFT: 1024, Noverlap: 512, Window: window.Hann})
		}
	})
}

func TestSmoothnessPriorsGolden(t *testing.T) {
	var cases []struct {
		Series, Input, Spline string
		Lambda                float64
		Out                   []float64
	}
	loadJSON(t, "detrend.json", &cases)
	series, _ := golden(t)
	resampled := map[string][]float64{}
	for _, c := range cases {
		if c.Lambda == 0 {
			resampled[c.Spline] = c.Out
		}
	}
	for _, c := range cases {
		x := append([]float64(nil), series[c.Series].RR...)
		if c.Input != "rr_ms" {
			x = append(x[:0], resampled["not-a-knot"]...)
		}
		if c.Lambda == 0 {
			continue
		}
		features.SmoothnessPriors(x, c.Lambda)
		for i := range x {
			require.InDelta(t, c.Out[i], x[i], 1e-6, "%s lambda %v sample %d", c.Series, c.Lambda, i)
		}
	}
}

// Lomb at single frequencies against the definition, and against the
// reference.
func TestLombGolden(t *testing.T) {
	series, values := golden(t)
	compared := 0
	for _, name := range seriesNames {
		f, ok := values[name]["frequency"].(map[string]any)
		if !ok || len(series[name].list().RR) > 600 {
			continue
		}
		want := f["lomb"].(map[string]any)
		s := series[name].list()
		df := want["df_hz"].(float64)
		n := int(want["n_freq"].(float64))
		got := features.Lomb(nil, s.End, s.RR, df, n)
		require.Len(t, got, n)
		plain := plainLomb(s.End, s.RR, df, n)
		top := maxOf(plain)
		for k := range got {
			require.InDelta(t, plain[k], got[k], 1e-9*plain[k]+1e-13*top, "%s %v", name, float64(k+1)*df)
		}
		scale := 2 * want["var"].(float64) * want["dt_mean_s"].(float64)
		require.InEpsilon(t, want["p_norm_max"].(float64), maxOf(got)/scale, 1e-9)
		compared++
	}
	require.Greater(t, compared, 7)
}

// plainLomb is Lomb's formula as it is written.
func plainLomb(t, x []float64, df float64, count int) []float64 {
	n := float64(len(x))
	m := 0.0
	for _, v := range x {
		m += v
	}
	m /= n
	var out []float64
	for k := 1; k <= count; k++ {
		w := 2 * math.Pi * float64(k) * df
		s2, c2 := 0.0, 0.0
		for _, v := range t {
			s, c := math.Sincos(2 * w * (v - t[0]))
			s2, c2 = s2+s, c2+c
		}
		tau := math.Atan2(s2, c2) / (2 * w)
		var xc, xs, cc, ss float64
		for i, v := range t {
			s, c := math.Sincos(w * (v - t[0] - tau))
			xc, xs, cc, ss = xc+(x[i]-m)*c, xs+(x[i]-m)*s, cc+c*c, ss+s*s
		}
		p := (xc*xc/cc + xs*xs/ss) / 2
		out = append(out, 2*p*(t[len(t)-1]-t[0])/(n-1))
	}
	return out
}

// The coefficients of Burg's model.
func TestBurgGolden(t *testing.T) {
	_, values := golden(t)
	want := values["short_64"]["frequency"].(map[string]any)["burg16"].(map[string]any)
	var cases []struct {
		Spline string
		Out    []float64
	}
	loadJSON(t, "detrend.json", &cases)
	for _, c := range cases {
		if c.Spline != "not-a-knot" {
			continue
		}
		m := 0.0
		for _, v := range c.Out {
			m += v / float64(len(c.Out))
		}
		for i := range c.Out {
			c.Out[i] -= m
		}
		a, noise := features.Burg(c.Out, 16)
		for k, v := range want["a"].([]any) {
			require.InDelta(t, v, a[k], 1e-8)
		}
		require.InEpsilon(t, want["noise_var"], noise, 1e-9)
	}
	a, noise := features.Burg(make([]float64, 16), 16)
	require.Nil(t, a)
	require.True(t, math.IsNaN(noise))
}

// IEC 60601-2-47 style patterns: a pure modulation puts its power, a²/2, into
// its band, within 1 %.
func TestPureModulation(t *testing.T) {
	for _, c := range []struct {
		name      string
		hz, depth float64
		welch     float64 // tolerance: a spline through 75 values a minute loses what is near 0.625 Hz
		band      func(features.Spectrum) features.Index
	}{
		{"VLF", 0.02, 50, 0.01, func(s features.Spectrum) features.Index { return s.VLF }},
		{"LF", 0.1, 50, 0.01, func(s features.Spectrum) features.Index { return s.LF }},
		{"HF", 0.25, 25, 0.01, func(s features.Spectrum) features.Index { return s.HF }},
		{"HF, fast", 0.35, 10, 0.06, func(s features.Spectrum) features.Index { return s.HF }},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The interval that ends at t is 800 ms + the modulation at t.
			var rr []float64
			now := 0.0
			for now < 600 {
				v := 800.0
				for range 60 {
					v = 800 + c.depth*math.Sin(2*math.Pi*c.hz*(now+v/1000))
				}
				now += v / 1000
				rr = append(rr, v)
			}
			h := features.Analyze(features.FromRR(rr))
			want := c.depth * c.depth / 2
			t.Logf("Welch %v, Lomb %v of %v ms²", c.band(h.Welch), c.band(h.Lomb), want)
			require.InEpsilon(t, want, c.band(h.Welch).Value, c.welch)
			require.InEpsilon(t, want, c.band(h.Lomb).Value, 0.01)
		})
	}
}
