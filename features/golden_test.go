package features_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/features"
)

// goldenSeries is one series of golden/hrv/series.json.
type goldenSeries struct {
	Name    string
	RR      []float64 `json:"rr_ms"`
	Fs      float64   `json:"fs"`
	Samples []int64   `json:"rr_samples"`
	End     []int64   `json:"end_sample"`
	Start   int64     `json:"start_sample"`
}

// list is the series as the reference takes it: every interval joined to the
// one before.
func (g goldenSeries) list() features.Series {
	if g.Samples == nil {
		return features.FromRR(g.RR)
	}
	s := g.joined()
	for i := range s.Join {
		s.Join[i] = i > 0
	}
	return s
}

// joined is the series with its gaps.
func (g goldenSeries) joined() features.Series {
	s := features.FromRR(make([]float64, len(g.Samples)))
	for i, n := range g.Samples {
		s.RR[i] = 1000 * float64(n) / g.Fs
		s.End[i] = float64(g.End[i]-g.Start) / g.Fs
		s.Join[i] = i > 0 && g.End[i]-n == g.End[i-1]
	}
	return s
}

var seriesNames = []string{
	"const_800", "lfhf_600", "lfhf_int", "hf_resp", "walk_1000", "af_500", "ectopic_500", "white_800", "logistic_700",
	"long_7000", "short_64", "ramp_300", "alternans_300", "mitdb_100", "mitdb_103", "mitdb_112", "mitdb_115", "mitdb_121",
	"mitdb_123", "mitdb_200", "mitdb_203", "mitdb_234",
}

func loadJSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(ecgtest.Shared(t, "golden", "hrv", name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

func golden(t testing.TB) (map[string]goldenSeries, map[string]map[string]any) {
	t.Helper()
	raw := map[string]json.RawMessage{}
	loadJSON(t, "series.json", &raw)
	series := map[string]goldenSeries{}
	for _, name := range seriesNames {
		var g goldenSeries
		require.NoError(t, json.Unmarshal(raw[name], &g))
		series[name] = g
	}
	values := map[string]map[string]any{}
	loadJSON(t, "values.json", &values)
	return series, values
}

// close fails when got is not want (nil: NaN with a reason) within rel, or
// within abs where want is that small.
func closeTo(t *testing.T, what string, want any, got features.Index, rel, abs float64) {
	t.Helper()
	w, ok := want.(float64)
	if !ok {
		if got.Why == features.OK || !math.IsNaN(got.Value) {
			t.Errorf("%s: got %v, want a reason", what, got)
		}
		return
	}
	if got.Why != features.OK || !(math.Abs(got.Value-w) <= math.Max(abs, rel*math.Abs(w))) {
		t.Errorf("%s: got %v, want %v (%.2g)", what, got, w, (got.Value-w)/w)
	}
}

func num(v float64) features.Index { return features.Index{Value: v} }

func TestTimeDomainGolden(t *testing.T) {
	series, values := golden(t)
	for _, name := range seriesNames {
		t.Run(name, func(t *testing.T) {
			s := series[name].list()
			want := values[name]["time"].(map[string]any)
			got := analyze(t, s, features.GroupTime).Time
			for key, v := range map[string]features.Index{
				"n": num(float64(got.N)), "mean": got.Mean, "median": got.Median, "min": got.Min, "max": got.Max,
				"sdnn": got.SDNN, "rmssd": got.RMSSD, "sdsd": got.SDSD,
				"nn50": num(float64(got.NN50)), "pnn50": got.PNN50, "nn20": num(float64(got.NN20)), "pnn20": got.PNN20,
				"cvnn": got.CVNN, "cvsd": got.CVSD, "mad": got.MAD, "mcv": got.MCV, "prc20": got.Prc20, "prc80": got.Prc80, "iqr": got.IQR,
				"hr_of_mean": got.HR, "hr_mean": got.HRMean, "hr_sd": got.HRSD, "hr_min": got.HRMin, "hr_max": got.HRMax,
				"sdann_5min": got.SDANN, "sdnn_index_5min": got.SDNNIndex, "segments_5min": num(float64(got.Segments)),
				"triangular_index": got.TriangularIndex, "tinn": got.TINN, "tinn_n": got.TINNLeft, "tinn_m": got.TINNRight,
				"baevsky_si": got.StressIndex, "baevsky_si_median": got.StressIndexMedian, "baevsky_si_median_sqrt": got.StressIndexRoot,
			} {
				require.Contains(t, want, key)
				closeTo(t, key, want[key], v, 1e-9, 1e-9)
			}
			if adj, ok := want["adj"].(map[string]any); ok {
				got := analyze(t, series[name].joined(), features.GroupTime|features.GroupPoincare)
				closeTo(t, "adj differences", adj["differences"], num(float64(got.Time.Differences)), 0, 0)
				closeTo(t, "adj rmssd", adj["rmssd"], got.Time.RMSSD, 1e-9, 0)
				closeTo(t, "adj sdsd", adj["sdsd"], got.Time.SDSD, 1e-9, 0)
				closeTo(t, "adj nn50", adj["nn50"], num(float64(got.Time.NN50)), 0, 0)
				closeTo(t, "adj nn20", adj["nn20"], num(float64(got.Time.NN20)), 0, 0)
				closeTo(t, "adj pnn50", adj["pnn50"], got.Time.PNN50, 1e-9, 0)
				closeTo(t, "adj pnn20", adj["pnn20"], got.Time.PNN20, 1e-9, 0)
				closeTo(t, "adj sd1", adj["sd1"], got.Poincare.SD1, 1e-9, 0)
				closeTo(t, "adj sd2", adj["sd2"], got.Poincare.SD2, 1e-9, 0)
			}
		})
	}
}

func TestSegmentsGolden(t *testing.T) {
	series, values := golden(t)
	for _, name := range seriesNames {
		want := values[name]["time"].(map[string]any)
		for key, minutes := range map[string]int{"_1min": 1, "_2min": 2, "_5min": 5} {
			a, err := features.NewAnalyzer(features.Config{Segment: minuteDuration(minutes), Skip: ^features.GroupTime})
			require.NoError(t, err)
			got := a.Analyze(series[name].list()).Time
			closeTo(t, name+" sdann"+key, want["sdann"+key], got.SDANN, 1e-9, 1e-9)
			closeTo(t, name+" sdnn_index"+key, want["sdnn_index"+key], got.SDNNIndex, 1e-9, 1e-9)
			closeTo(t, name+" segments"+key, want["segments"+key], num(float64(got.Segments)), 0, 0)
		}
	}
}

func TestNonlinearGolden(t *testing.T) {
	series, values := golden(t)
	for _, name := range seriesNames {
		t.Run(name, func(t *testing.T) {
			s := series[name].list()
			want := values[name]["nonlinear"].(map[string]any)
			at := func(group string) map[string]any {
				m, _ := want[group].(map[string]any)
				if m == nil {
					m = map[string]any{}
				}
				return m
			}
			got := analyze(t, s, features.GroupPoincare|features.GroupEntropy|features.GroupFractal)
			p := got.Poincare
			for key, v := range map[string]features.Index{
				"sd1": p.SD1, "sd2": p.SD2, "sd1_sd2": p.Ratio, "area": p.Area, "csi": p.CSI, "cvi": p.CVI, "csi_modified": p.CSIModified,
				"gi": p.GI, "si": p.SI, "ai": p.AI, "pi": p.PI, "c1d": p.C1, "c2d": p.C2, "cd": p.C,
				"n_dec": num(float64(p.Decelerations)), "n_acc": num(float64(p.Accelerations)), "n_equal": num(float64(p.Equal)),
			} {
				closeTo(t, key, at("poincare")[key], v, 1e-9, 1e-9)
			}
			f := got.Fragmentation
			for key, v := range map[string]features.Index{"pip": f.PIP, "pip_hard": f.PIPHard, "ials": f.IALS, "pss": f.PSS, "pas": f.PAS} {
				closeTo(t, key, at("fragmentation")[key], v, 1e-9, 1e-9)
			}
			closeTo(t, "dc", at("prsa")["dc"], got.PRSA.DC, 1e-9, 1e-9)
			closeTo(t, "ac", at("prsa")["ac"], got.PRSA.AC, 1e-9, 1e-9)
			closeTo(t, "dc_anchors", at("prsa")["dc_anchors"], num(float64(got.PRSA.DCAnchors)), 0, 0)
			for i, v := range got.PRSA.DCCurve {
				if x, ok := at("prsa")["dc_x"].([]any); ok {
					closeTo(t, "dc_x", x[i], v, 1e-9, 0)
				}
			}
			for i, v := range got.PRSA.ACCurve {
				if x, ok := at("prsa")["ac_x"].([]any); ok {
					closeTo(t, "ac_x", x[i], v, 1e-9, 0)
				}
			}
			closeTo(t, "alpha1", at("dfa")["alpha1"], got.DFA.Alpha1, 1e-9, 1e-9)
			closeTo(t, "alpha2", at("dfa")["alpha2"], got.DFA.Alpha2, 1e-9, 1e-9)

			se := at("sampen")
			closeTo(t, "sampen", se["value"], got.Entropy.SampEn, 1e-9, 0)
			if se["value"] == nil {
				return // no variance: no entropy is given
			}
			closeTo(t, "A", se["A"], num(float64(got.Entropy.A)), 0, 0)
			closeTo(t, "B", se["B"], num(float64(got.Entropy.B)), 0, 0)
			r := se["r"].(float64)
			closeTo(t, "r", r, got.Entropy.Tolerance, 1e-14, 0)
			pop := at("sampen_pop")
			v, a, b := features.SampEn(s.RR, 2, pop["r"].(float64))
			closeTo(t, "sampen_pop", pop["value"], v, 1e-9, 0)
			closeTo(t, "pop A", pop["A"], num(float64(a)), 0, 0)
			closeTo(t, "pop B", pop["B"], num(float64(b)), 0, 0)
			for m, key := range map[int]string{1: "sampen_m1", 3: "sampen_m3"} {
				v, a, b := features.SampEn(s.RR, m, r)
				closeTo(t, key, at(key)["value"], v, 1e-9, 0)
				closeTo(t, key+" A", at(key)["A"], num(float64(a)), 0, 0)
				closeTo(t, key+" B", at(key)["B"], num(float64(b)), 0, 0)
			}
			closeTo(t, "apen", at("apen")["value"], got.Entropy.ApEn, 1e-9, 0)
			fz := at("fuzzyen")
			closeTo(t, "fuzzy ratio", fz["ratio"], features.FuzzyEntropy(s.RR, 2, r, features.Gaussian), 1e-9, 0)
			if len(s.RR) <= 4096 {
				closeTo(t, "fuzzy", fz["ratio"], got.Entropy.Fuzzy, 1e-9, 0)
				closeTo(t, "fuzzy linear", fz["linear"], features.FuzzyEntropy(s.RR, 2, r, features.Exponential), 1e-9, 0)
				closeTo(t, "fuzzy plain", fz["plain"], features.FuzzyEntropy(s.RR, 2, r, features.GaussianPlain), 1e-9, 0)
				closeTo(t, "fuzzy chen", fz["chen"], features.FuzzyEntropy(s.RR, 2, math.Sqrt(r), features.Gaussian), 1e-9, 0)
			}
			mse := features.MultiscaleEntropy(nil, s.RR, 20, 2, at("mse")["r"].(float64))
			for i, row := range at("mse")["scales"].([]any) {
				closeTo(t, "mse", row.([]any)[3], mse[i], 1e-9, 0)
			}
			if series[name].Samples == nil {
				closeTo(t, "corrdim", at("corrdim")["d2"], got.CorrDim, 1e-9, 0)
			} // else see TestCorrelationCounts
		})
	}
}

func bandsClose(t *testing.T, want map[string]any, got features.Spectrum, rel float64) {
	t.Helper()
	for key, v := range map[string]features.Index{
		"ulf": got.ULF, "vlf": got.VLF, "lf": got.LF, "hf": got.HF, "vhf": got.VHF, "total": got.Total,
		"lf_peak_hz": got.LFPeak, "hf_peak_hz": got.HFPeak, "lf_nu": got.LFnu, "hf_nu": got.HFnu, "lf_hf": got.LFHF,
	} {
		closeTo(t, got.Settings.Method.String()+" "+key, want[key], v, rel, 1e-9)
	}
}

func TestFrequencyGolden(t *testing.T) {
	series, values := golden(t)
	for _, name := range seriesNames {
		for _, key := range []string{"frequency", "frequency_concatenated"} {
			want, ok := values[name][key].(map[string]any)
			if !ok {
				continue
			}
			t.Run(name+"/"+key, func(t *testing.T) {
				s := series[name].list()
				if key == "frequency_concatenated" {
					s = features.FromRR(s.RR)
				}
				at := func(k string) map[string]any { return want[k].(map[string]any) }
				got := analyze(t, s, features.GroupWelch|features.GroupLomb|features.GroupBurg)
				if name == "short_64" {
					// No frequency of Lomb's grid lies in the band. The reference
					// says 0, we say that it is not known.
					require.Equal(t, features.TooShort, got.Lomb.ULF.Why)
					got.Lomb.ULF = num(0)
				}
				closeTo(t, "samples", at("resample")["n"], num(float64(got.Welch.Samples)), 0, 0)
				bandsClose(t, at("welch"), got.Welch, 1e-9)
				bandsClose(t, at("lomb"), got.Lomb, 1e-9)
				bandsClose(t, at("burg16"), got.Burg, 1e-6)

				a, err := features.NewAnalyzer(features.Config{Skip: ^features.GroupWelch, Welch: features.SpectrumConfig{Segment: 64e9, NFFT: 1024, Detrend: features.Linear}})
				require.NoError(t, err)
				bandsClose(t, at("welch_256_linear"), a.Analyze(s).Welch, 1e-9)

				// The smoothness priors are sure to 1e-8 of the series only.
				a, err = features.NewAnalyzer(features.Config{Skip: ^features.GroupWelch, Welch: features.SpectrumConfig{SmoothnessPriors: 500}})
				require.NoError(t, err)
				bandsClose(t, at("smoothness_priors_500"), a.Analyze(s).Welch, 1e-6)
			})
		}
	}
}
