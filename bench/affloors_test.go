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

func evaluateAF(t *testing.T, db, before string, unclassified bool) []bench.RhythmResult {
	d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", db))}
	names, err := d.Records()
	require.NoError(t, err)
	detector, err := bench.FindRhythmDetector(bench.AFTask, "af")
	require.NoError(t, err)
	results, err := d.EvaluateRhythms(names, bench.RhythmEvaluation{
		Task: bench.AFTask, Reference: "atr", Reading: bench.RhythmReading{Before: before}, Start: "0:00", Least: ecg.Confirmed,
		Test: d.DetectedRhythm(detector, bench.AnnotatedBeats(d.FS, "atr"), !unclassified, "0"),
	})
	require.NoError(t, err)
	return results
}

// False alarms on healthy people.
func TestAFFalseMinutes(t *testing.T) {
	for _, unclassified := range []bool{true, false} {
		var sum bench.RhythmScore
		for _, r := range evaluateAF(t, "nsrdb", "(N", unclassified) {
			require.LessOrEqual(t, r.Score.FalsePerDay(), 5.05, "%s, without classes: %v", r.Name, unclassified)
			sum.Add(&r.Score)
		}
		require.LessOrEqual(t, sum.FalsePerDay(), 0.41)
	}
}

// mitdb took no part in the training.
func TestAFOnStrangers(t *testing.T) {
	var sum bench.RhythmScore
	for _, r := range evaluateAF(t, "mitdb", "", false) {
		sum.Add(&r.Score)
	}
	require.GreaterOrEqual(t, sum.Se(), 97.58)
	require.GreaterOrEqual(t, sum.Sp(), 97.73)
}

// With the waves, on beats that the library finds in one lead.
func TestAFWithWavesOnStrangers(t *testing.T) {
	sum := rhythmOfMITDB(t, bench.AFTask, "afwaves")
	require.GreaterOrEqual(t, sum.Se(), 98.41)
	require.GreaterOrEqual(t, sum.Sp(), 98.69)
}

// rhythmOfMITDB scores a rhythm detector on the beats that the library finds, and
// the signal, of the first leads of mitdb.
func rhythmOfMITDB(t *testing.T, task bench.RhythmTask, name string) (sum bench.RhythmScore) {
	d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", "mitdb"))}
	detector, err := bench.FindRhythmDetector(task, name)
	require.NoError(t, err)
	results, err := d.EvaluateRhythms(mitdbRecords(t), bench.RhythmEvaluation{
		Task: task, Reference: "atr", Start: "0:00", Least: ecg.Confirmed,
		Test: d.DetectedRhythm(detector, bench.BeatsOf(d.DetectorSource(bench.Classification{}.With(bench.Detectors[0]), "0")), true, "0"),
	})
	require.NoError(t, err)
	for _, r := range results {
		sum.Add(&r.Score)
	}
	return sum
}

// Runs of three and more ventricular beats, and couplets, of all of mitdb on beats that
// the library finds and classifies, from 5:00. The patients of DS1 taught the classes,
// those of DS2 did not.
func TestRunFloors(t *testing.T) {
	d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", "mitdb"))}
	var sum, ds2 bench.RunComparison
	results, err := d.EvaluateRhythms(mitdbRecords(t), bench.RhythmEvaluation{
		Task: bench.RunsTask, Reference: "atr", Start: "5:00",
		Test: bench.RhythmOfSource(d.DetectorSource(bench.Classification{}.With(bench.Detectors[0]), bench.AllLeads)),
	})
	require.NoError(t, err)
	for _, r := range results {
		sum.Add(&r.Runs.VE)
		if slices.Contains(bench.Groups["ds2"], r.Name) {
			ds2.Add(&r.Runs.VE)
		}
	}
	for _, floor := range []struct {
		name   string
		runs   bench.RunCounts
		se, pp float64 // percent, at the least
	}{
		{"three and more", sum.AtLeast(3), 87.87, 85.52},
		{"couplets", sum.Couplets(), 92.37, 96.99},
		{"three and more, DS2", ds2.AtLeast(3), 72.72, 76.19},
	} {
		t.Logf("%s: %.2f / %.2f", floor.name, floor.runs.Se(), floor.runs.PP())
		require.GreaterOrEqual(t, floor.runs.Se(), floor.se, floor.name)
		require.GreaterOrEqual(t, floor.runs.PP(), floor.pp, floor.name)
	}
}
