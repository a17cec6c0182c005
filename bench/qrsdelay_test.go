//go:build slow

package bench_test

import (
	"io"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// From the R peak to the sample with which the beat is known, over mitdb: what a
// patient waits, not only record 100. Paced complexes are wide, and their R peak
// lies well before the middle that the detector's looks are counted from.
func TestQRSDelay(t *testing.T) {
	fsys := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	var all, unpaced []int64
	rate := 360.0
	for _, name := range mitdbRecords(t) {
		r, err := (wfdb.Options{Signals: []int{0}}).Open(fsys, name)
		require.NoError(t, err)
		q, err := detect.NewQRS(detect.QRSConfig{Rate: r.Format().Rate})
		require.NoError(t, err)
		rate = r.Format().Rate
		beats := ecg.Through(ecg.Reader[float64](r), q)
		buf := make([]ecg.Beat, 256)
		for {
			n, err := beats.Read(buf)
			for _, b := range buf[:n] {
				if b.At < int64(2*rate) {
					continue // the start, see QRS
				}
				all = append(all, b.Known-b.At)
				if !slices.Contains(bench.Groups["paced"], name) {
					unpaced = append(unpaced, b.Known-b.At)
				}
			}
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
		}
		require.NoError(t, r.Close())
	}
	for _, g := range []struct {
		name     string
		delays   []int64
		p50, p95 float64 // ms, what has been reached
	}{{"all 48", all, 145, 253}, {"without paced", unpaced, 145, 231}} {
		slices.Sort(g.delays)
		ms := func(share float64) float64 {
			return 1000 * float64(g.delays[int(share*float64(len(g.delays)-1))]) / rate
		}
		within := func(limit float64) float64 {
			n, _ := slices.BinarySearch(g.delays, int64(limit*rate)+1)
			return 100 * float64(n) / float64(len(g.delays))
		}
		t.Logf("%s: %d beats, median %.0f, 95 %% %.0f, 99 %% %.0f, longest %.0f ms; %.1f %% within 160, %.1f %% within 260 ms", g.name, len(g.delays), ms(0.5), ms(0.95), ms(0.99), ms(1), within(0.16), within(0.26))
		require.LessOrEqual(t, ms(0.5), g.p50)
		require.LessOrEqual(t, ms(0.95), g.p95)
	}
}
