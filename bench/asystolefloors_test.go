//go:build slow

package bench_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// Asystole by beats and waveform. Of the 13 marks of vfdb seven have 4 s in which
// the line is still (detect/models/vf.md); a single lead that fell off looks the same.
func TestAsystoleFloors(t *testing.T) {
	detector, err := bench.FindRhythmDetector(bench.AsystoleTask, "")
	require.NoError(t, err)
	qrs, err := bench.FindDetector("qrs")
	require.NoError(t, err)
	for _, floor := range []struct {
		db, lead, group string
		found, wrong    int
		delay           float64 // s, of the slowest but for the agonal rhythm of 427
	}{
		{"vfdb", "0", "", 6, 0, 6.9}, {"vfdb", "1", "", 8, 1, 6.9}, {"vfdb", "all", "", 7, 1, 6.9},
		{"mitdb", "0", "ds1", 0, 2, 0}, {"mitdb", "1", "ds1", 0, 1, 0}, {"mitdb", "all", "ds1", 0, 0, 0},
		{"svdb", "0", "", 0, 0, 0}, {"svdb", "1", "", 0, 0, 0}, {"svdb", "all", "", 0, 0, 0},
		{"nsrdb_excerpt", "0", "", 0, 0, 0}, {"nsrdb_excerpt", "1", "", 0, 0, 0}, {"nsrdb_excerpt", "all", "", 0, 0, 0},
	} {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", floor.db))}
		records := bench.Groups[floor.group]
		if records == nil {
			records, err = d.Records()
			require.NoError(t, err)
		}
		before := "(N"
		if floor.db == "vfdb" {
			before = ""
		}
		results, err := d.EvaluateRhythms(records, bench.RhythmEvaluation{
			Task: bench.AsystoleTask, Reference: "atr", Reading: bench.RhythmReading{Before: before}, Start: "0:00", Least: ecg.Confirmed,
			Test: d.DetectedRhythm(detector, bench.BeatsOf(d.DetectorSource(qrs, floor.lead)), false, floor.lead),
		})
		require.NoError(t, err)
		var sum bench.RhythmScore
		for i := range results {
			sum.Add(&results[i].Score)
			for _, e := range results[i].Score.Each {
				if e.Found && results[i].Name != "427" {
					require.LessOrEqual(t, e.Delay, floor.delay, "%s at %.0f s", results[i].Name, e.Start)
				}
			}
		}
		t.Logf("%s lead %s: %d found, %d wrong, median delay %.1f s", floor.db, floor.lead, sum.Found, sum.Wrong, sum.Delay(0.5))
		require.GreaterOrEqual(t, sum.Found, floor.found, "%s lead %s", floor.db, floor.lead)
		require.LessOrEqual(t, sum.Wrong, floor.wrong, "%s lead %s", floor.db, floor.lead)
	}
}
