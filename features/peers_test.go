package features_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/features"
)

// What other packages give for the same series (golden/hrv/peers.json): either
// our number, or our number with the one difference in definition that the
// documentation of this package names.
func TestPeersAreExplained(t *testing.T) {
	series, _ := golden(t)
	var peers map[string]map[string]json.RawMessage
	loadJSON(t, "peers.json", &peers)

	// A list as the peers take it: differences across gaps are differences.
	type list struct {
		rr []float64
		h  features.HRV
	}
	n := func(l list) float64 { return float64(len(l.rr)) }
	differences := func(rr []float64) (d []float64) {
		for i := 1; i < len(rr); i++ {
			d = append(d, rr[i]-rr[i-1])
		}
		return d
	}
	above := func(rr []float64, ms float64) (count float64) { // in floating point, unrounded
		for _, v := range differences(rr) {
			if math.Abs(v) > ms {
				count++
			}
		}
		return count
	}
	ofN := func(sd, n float64) float64 { return sd * math.Sqrt((n-1)/n) } // from divisor n-1 to n
	val := func(of func(features.HRV) features.Index) func(list) float64 {
		return func(l list) float64 { return of(l.h).Value }
	}
	mean := val(func(h features.HRV) features.Index { return h.Time.Mean })
	sdnn := val(func(h features.HRV) features.Index { return h.Time.SDNN })
	rmssd := val(func(h features.HRV) features.Index { return h.Time.RMSSD })
	sdsd := val(func(h features.HRV) features.Index { return h.Time.SDSD })
	median := val(func(h features.HRV) features.Index { return h.Time.Median })
	cvnn := val(func(h features.HRV) features.Index { return h.Time.CVNN })
	cvsd := val(func(h features.HRV) features.Index { return h.Time.CVSD })
	hr := val(func(h features.HRV) features.Index { return h.Time.HRMean })
	hrSD := val(func(h features.HRV) features.Index { return h.Time.HRSD })
	triangular := val(func(h features.HRV) features.Index { return h.Time.TriangularIndex })
	sd1 := val(func(h features.HRV) features.Index { return h.Poincare.SD1 })
	sd2 := val(func(h features.HRV) features.Index { return h.Poincare.SD2 })
	nn50 := func(l list) float64 { return above(l.rr, 50) }
	nn20 := func(l list) float64 { return above(l.rr, 20) }
	ofDifferences := func(f func(list) float64) func(list) float64 {
		return func(l list) float64 { return 100 * f(l) / (n(l) - 1) }
	}
	ofIntervals := func(f func(list) float64) func(list) float64 {
		return func(l list) float64 { return 100 * f(l) / n(l) }
	}
	less := func(f func(list) float64, fewer float64) func(list) float64 { // divisor n of n-fewer values
		return func(l list) float64 { return ofN(f(l), n(l)-fewer) }
	}
	fromSDNN := func(l list) float64 { return math.Sqrt(2*sdnn(l)*sdnn(l) - sd1(l)*sd1(l)) }
	sampEn := func(r float64, divisorN, strict bool) func(list) float64 { // r in SDs
		return func(l list) float64 {
			sd := sdnn(l)
			if divisorN {
				sd = ofN(sd, n(l))
			}
			limit := r * sd
			if strict {
				limit = math.Nextafter(limit, 0)
			}
			e, _, _ := features.SampEn(l.rr, 2, limit)
			return e.Value
		}
	}
	apEn := func(l list) float64 { return features.ApEn(l.rr, 2, 0.2*ofN(sdnn(l), n(l))).Value }
	chosen := 0.1164 * (0.5627*math.Log(2) + 1.3334) // nolds' r for m 2
	poincare := func(of func(features.Poincare) features.Index) func(list) float64 {
		return val(func(h features.HRV) features.Index { return of(h.Poincare) })
	}

	given := func(series, peer string) (m map[string]any) {
		if raw, ok := peers[series][peer]; ok {
			require.NoError(t, json.Unmarshal(raw, &m), "%s %s", series, peer)
		}
		return m
	}
	lists := map[string]list{}
	for _, name := range seriesNames {
		s := series[name].list()
		lists[name] = list{s.RR, analyze(t, s, features.GroupTime|features.GroupPoincare|features.GroupEntropy)}
	}
	for peer, values := range map[string]map[string]func(list) float64{
		"neurokit_time": {
			"MeanNN": mean, "SDNN": sdnn, "RMSSD": rmssd, "SDSD": sdsd, "CVNN": cvnn, "CVSD": cvsd, "MedianNN": median, "HTI": triangular,
			"IQRNN":   val(func(h features.HRV) features.Index { return h.Time.IQR }),
			"Prc20NN": val(func(h features.HRV) features.Index { return h.Time.Prc20 }),
			"Prc80NN": val(func(h features.HRV) features.Index { return h.Time.Prc80 }),
			"MinNN":   val(func(h features.HRV) features.Index { return h.Time.Min }),
			"MaxNN":   val(func(h features.HRV) features.Index { return h.Time.Max }),
			"MadNN":   func(l list) float64 { return l.h.Time.MAD.Value / 1.482602218505602 * 1.4826 },
			"MCVNN":   func(l list) float64 { return l.h.Time.MCV.Value / 1.482602218505602 * 1.4826 },
			"pNN50":   ofIntervals(nn50), "pNN20": ofIntervals(nn20),
		},
		"hrvanalysis_time": {
			"mean_nni": mean, "sdnn": sdnn, "rmssd": rmssd, "sdsd": less(sdsd, 1), "median_nni": median, "cvsd": cvsd, "cvnni": cvnn,
			"nni_50": nn50, "pnni_50": ofDifferences(nn50), "nni_20": nn20, "pnni_20": ofDifferences(nn20),
			"range_nni": val(func(h features.HRV) features.Index { return h.Time.Range }), "mean_hr": hr, "std_hr": less(hrSD, 0),
		},
		"pyhrv_time": {
			"nni_mean": mean, "sdnn": sdnn, "rmssd": rmssd, "hr_mean": hr, "hr_std": hrSD,
			"nn50": nn50, "pnn50": ofDifferences(nn50), "nn20": nn20, "pnn20": ofDifferences(nn20),
		},
		"pyhrv_geometrical": {"tri_index": triangular},
		"biosppy_time_nodetrend": {
			"rr_mean": mean, "rr_median": median, "sdnn": less(sdnn, 0), "rmssd": rmssd, "hr_mean": hr, "nn50": nn50, "pnn50": ofDifferences(nn50),
		},
		"hrv_time":             {"mrri": mean, "sdnn": sdnn, "rmssd": rmssd, "sdsd": sdsd, "mhr": hr, "nn50": nn50, "pnn50": ofIntervals(nn50)},
		"hrv_nonlinear":        {"sd1": sd1, "sd2": fromSDNN},
		"hrvanalysis_poincare": {"sd1": sd1, "sd2": fromSDNN},
		"pyhrv_nonlinear":      {"sd1": less(sd1, 1), "sd2": less(sd2, 1)},
		"neurokit_nonlinear": {
			"SD1": sd1, "SD2": sd2, "S": poincare(func(p features.Poincare) features.Index { return p.Area }),
			"CSI": poincare(func(p features.Poincare) features.Index { return p.CSI }), "CVI": poincare(func(p features.Poincare) features.Index { return p.CVI }),
			"CSI_Modified": poincare(func(p features.Poincare) features.Index { return p.CSIModified }),
			"GI":           poincare(func(p features.Poincare) features.Index { return p.GI }), "SI": poincare(func(p features.Poincare) features.Index { return p.SI }),
			"AI": poincare(func(p features.Poincare) features.Index { return p.AI }), "PI": poincare(func(p features.Poincare) features.Index { return p.PI }),
			"C1d": poincare(func(p features.Poincare) features.Index { return p.C1 }), "C2d": poincare(func(p features.Poincare) features.Index { return p.C2 }),
			"Cd":   poincare(func(p features.Poincare) features.Index { return p.C }),
			"PIP":  func(l list) float64 { return l.h.Fragmentation.PIP.Value / 100 },
			"IALS": func(l list) float64 { return l.h.Fragmentation.IALS.Value },
			"ApEn": func(l list) float64 { return l.h.Entropy.ApEn.Value }, "SampEn": func(l list) float64 { return l.h.Entropy.SampEn.Value },
			"FuzzyEn": func(l list) float64 {
				if len(l.rr) > 4096 {
					return math.NaN() // minutes
				}
				return features.FuzzyEntropy(l.rr, 2, l.h.Entropy.Tolerance.Value, features.Exponential).Value
			},
		},
		"antropy":            {"sample_entropy": sampEn(0.2, true, false), "app_entropy": apEn},
		"nolds":              {"sampen": sampEn(chosen, false, true)},
		"hrvanalysis_sampen": {"sampen": sampEn(chosen, false, true)},
	} {
		for key, own := range values {
			compared := 0
			for _, name := range seriesNames {
				want, ok := given(name, peer)[key].(float64)
				if !ok {
					continue // the peer gives nothing
				}
				got := own(lists[name])
				if math.IsNaN(got) {
					continue // and here is a reason why not
				}
				compared++
				require.InDelta(t, want, got, 1e-9*math.Max(1, math.Abs(want)), "%s %s, %s", peer, key, name)
			}
			require.Greater(t, compared, 8, "%s %s", peer, key)
		}
	}

	// In whole samples the counts of 121 and 123 are 14 and 946.
	for name, counts := range map[string][2]float64{"mitdb_121": {16, 14}, "mitdb_123": {947, 946}} {
		rr := series[name].list()
		require.Equal(t, counts[0], above(rr.RR, 50))
		require.Equal(t, int(counts[1]), analyze(t, rr, features.GroupTime).Time.NN50)
		require.True(t, slices.ContainsFunc(differences(rr.RR), func(d float64) bool { return d != 50 && math.Abs(math.Abs(d)-50) < 1e-9 }))
	}
}
