//go:build slow

package bench_test

import (
	"errors"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
	"github.com/sinus-ecg/sinus/wfdb"
)

// Another rate, polarity, gain, or mains of 0.1 mV, cost at most 0.05 points of
// the detection error rate over mitdb.
func TestQRSAtOtherRatesAndGains(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	type change struct {
		name string
		rate float64
		f    func(v float64, i int) float64
	}
	same := func(v float64, _ int) float64 { return v }
	gain := func(g float64) func(float64, int) float64 {
		return func(v float64, _ int) float64 { return g * v }
	}
	changes := []change{{"as recorded", 360, same},
		{"100 Hz", 100, same}, {"128 Hz", 128, same}, {"250 Hz", 250, same}, {"500 Hz", 500, same}, {"1000 Hz", 1000, same},
		{"negated", 360, gain(-1)}, {"gain 0.25", 360, gain(0.25)}, {"gain 4", 360, gain(4)},
		{"50 Hz of 0.1 mV", 360, func(v float64, i int) float64 { return v + 0.1*math.Sin(2*math.Pi*50*float64(i)/360) }},
		{"60 Hz of 0.1 mV", 360, func(v float64, i int) float64 { return v + 0.1*math.Sin(2*math.Pi*60*float64(i)/360) }},
	}
	sums := make([]bench.Counts, len(changes))
	for _, record := range mitdbRecords(t) {
		r, err := (wfdb.Options{Signals: []int{0}}).Open(dir, record)
		require.NoError(t, err)
		x, err := ecg.ReadAll(ecg.Reader[float64](r))
		require.True(t, err == nil || errors.Is(err, wfdb.ErrChecksum))
		require.NoError(t, r.Close())
		ref := load(t, dir, record, "atr", 360)
		for i, c := range changes {
			y := make([]float64, len(x))
			for k, v := range x {
				y[k] = c.f(v, k)
			}
			q, err := detect.NewQRS(detect.QRSConfig{Rate: c.rate})
			require.NoError(t, err)
			source := func(b ecg.Beat) ecg.Beat { return b }
			if c.rate != 360 {
				resampler, err := filter.NewResampler(filter.ResamplerConfig{From: 360, To: c.rate})
				require.NoError(t, err)
				y = resampler.Flush(resampler.Append(nil, y))
				source = resampler.SourceBeat
			}
			var test []wfdb.Annotation
			for _, b := range q.Flush(q.Append(nil, y)) {
				test = append(test, wfdb.Annotation{Time: source(b).At, Code: wfdb.Normal})
			}
			result, err := bench.Compare(ref, test, bench.EC57(360, int64(len(x))))
			require.NoError(t, err)
			n := result.Matrix.QRS()
			sums[i] = bench.Counts{TP: sums[i].TP + n.TP, FN: sums[i].FN + n.FN, FP: sums[i].FP + n.FP}
		}
	}
	for i, c := range changes {
		t.Logf("%-16s DER %.3f %% (%d missed, %d extra)", c.name, sums[i].DER(), sums[i].FN, sums[i].FP)
		require.LessOrEqual(t, sums[i].DER(), sums[0].DER()+0.05, c.name)
	}
}
