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

// Block by P waves, on beats that the library finds: mitdb has one record with it, which
// chose nothing, and there is no confirmed one in the others.
func TestBlockOnStrangers(t *testing.T) {
	d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", "mitdb"))}
	names, err := d.Records()
	require.NoError(t, err)
	detector, err := bench.FindRhythmDetector(bench.BlockTask, "")
	require.NoError(t, err)
	results, err := d.EvaluateRhythms(names, bench.RhythmEvaluation{
		Task: bench.BlockTask, Reference: "atr", Start: "0:00", Least: ecg.Confirmed,
		Test: d.DetectedRhythm(detector, bench.BeatsOf(d.DetectorSource(bench.Classification{}.With(bench.Detectors[0]), "0")), true, "0"),
	})
	require.NoError(t, err)
	var sum bench.RhythmScore
	for _, r := range results {
		sum.Add(&r.Score)
	}
	require.GreaterOrEqual(t, sum.Se(), 85.0)
	require.GreaterOrEqual(t, sum.Sp(), 99.9)
	require.Zero(t, sum.Missed)
	require.LessOrEqual(t, sum.Wrong, 1)
}
