//go:build slow

package bench_test

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// What the VF detector has reached is a floor. It has learnt from vfdb, cudb, DS1
// of mitdb and svdb; how good it is on others, bench/train says.
func TestVFFloors(t *testing.T) {
	detector, err := bench.FindRhythmDetector(bench.VFTask, "vf")
	require.NoError(t, err)
	score := func(db, lead string, shortest float64, leave ...string) bench.RhythmScore {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", db))}
		records, err := d.Records()
		require.NoError(t, err)
		records = slices.DeleteFunc(records, func(r string) bool { return slices.Contains(leave, r) })
		results, err := d.EvaluateRhythms(records, bench.RhythmEvaluation{
			Task: bench.VFTask, Reference: "atr", Reading: bench.RhythmReading{Before: "(N"}, Start: "0:00", Shortest: shortest,
			Test: d.DetectedRhythm(detector, nil, false, lead), Least: ecg.Confirmed,
		})
		require.NoError(t, err)
		var sum bench.RhythmScore
		for i := range results {
			sum.Add(&results[i].Score)
		}
		return sum
	}
	for _, floor := range []struct {
		db, lead   string
		leave      []string
		se, sp     float64
		missed     int // episodes of 10 s and more
		delay, p90 float64
	}{
		{"vfdb", "0", nil, 97.0, 98.2, 0, 4.7, 6.9},
		{"vfdb", "1", nil, 96.7, 97.8, 0, 4.7, 6.9},
		{"cudb", "0", nil, 80.8, 94.9, 0, 4.6, 7.8},
		{"cudb", "0", []string{"cu12", "cu20", "cu30"}, 94.1, 94.6, 0, 4.5, 6.6},
	} {
		s := score(floor.db, floor.lead, 10, floor.leave...)
		t.Logf("%s lead %s: Se %.2f Sp %.2f, missed %d, delay %.2f %.2f", floor.db, floor.lead, s.Se(), s.Sp(), s.Missed, s.Delay(0.5), s.Delay(0.9))
		require.GreaterOrEqual(t, s.Se(), floor.se)
		require.GreaterOrEqual(t, s.Sp(), floor.sp)
		require.LessOrEqual(t, s.Missed, floor.missed)
		require.LessOrEqual(t, s.Delay(0.5), floor.delay)
		require.LessOrEqual(t, s.Delay(0.9), floor.p90)
	}
	// False alarms on people who have no fibrillation.
	for _, floor := range []struct {
		db, lead string
		wrong    int
	}{{"mitdb", "0", 0}, {"mitdb", "1", 2}, {"mitdb", "all", 0}, {"svdb", "0", 0}, {"svdb", "1", 0}, {"nstdb", "0", 0}, {"nstdb", "1", 0}} {
		s := score(floor.db, floor.lead, 0, "207", "bw", "em", "ma")
		t.Logf("%s lead %s: %d wrong", floor.db, floor.lead, s.Wrong)
		require.LessOrEqual(t, s.Wrong, floor.wrong, "%s lead %s", floor.db, floor.lead)
	}
}
