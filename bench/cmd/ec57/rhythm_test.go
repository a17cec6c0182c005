package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

const disturbed = "106,200,201,202,203,207,210,217,219,221,222,223" // golden/bxb/episodes

// The text begins with the table of the reference evaluators, byte for byte.
func TestRhythmTextBeginsAsTheEvaluators(t *testing.T) {
	db := ecgtest.Shared(t, "data", "mitdb")
	golden := ecgtest.Shared(t, "golden", "bxb")
	for _, c := range []struct{ file, args string }{
		{"episodes/af.from5.sum.txt", "-task af -test ep -testdir episodes -records " + disturbed},
		{"episodes/af.from0.sum.txt", "-task af -test ep -testdir episodes -from 0:00 -records " + disturbed},
		{"episodes/vf.from5.sum.txt", "-task vf -test ep -testdir episodes -records " + disturbed},
		{"osea/from5/mitdb.rxr.L.sum.txt", "-task runs -test osea -testdir osea"},
		{"osea/from0/mitdb.rxr.L.sum.txt", "-task runs -beats osea -testdir osea -from 0:00"},
	} {
		args := strings.Fields(c.args)
		i := slices.Index(args, "-testdir") + 1
		args[i] = filepath.Join(golden, args[i])
		want, err := os.ReadFile(filepath.Join(golden, c.file))
		require.NoError(t, err)
		code, stdout, stderr := ec57(append(args, "-db", db)...)
		require.Zero(t, code, stderr)
		table, rest, _ := strings.Cut(stdout, "\nWhat is known")
		require.Equal(t, string(want), table, c.file)
		require.Contains(t, rest, " gross ")
	}
}

type rhythmOutput struct {
	Task    string
	Records []map[string]any
	Gross   map[string]any
}

func rhythmJSON(t *testing.T, args ...string) rhythmOutput {
	code, stdout, stderr := ec57(append(args, "-json")...)
	require.Zero(t, code, stderr)
	var got rhythmOutput
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	return got
}

func TestRhythmJSON(t *testing.T) {
	db := ecgtest.Shared(t, "data", "mitdb")
	got := rhythmJSON(t, "-db", db, "-task", "af", "-test", "atr", "-from", "0:00", "-records", "100,203")
	require.Equal(t, "af", got.Task)
	require.Equal(t, "100", got.Records[0]["name"])
	for _, key := range []string{"se", "sp", "pp", "ep_se", "ep_pp"} {
		require.Equal(t, 100., got.Gross[key], "against itself: %s", key)
	}
	require.Nil(t, got.Records[0]["se"], "record 100 has no AF")
	require.Equal(t, 100., got.Records[0]["sp"])
	// golden/bxb/osea/from5/mitdb.rxr.L.sum.txt: record 200
	got = rhythmJSON(t, "-db", db, "-task", "runs", "-test", "osea", "-testdir", ecgtest.Shared(t, "golden", "bxb", "osea"), "-records", "200")
	runs := got.Gross["rxr"].(map[string]any)
	require.Equal(t, map[string]any{"tps": 20., "fn": 14., "tpp": 21., "fp": 1.}, runs["couplets"])
	require.Equal(t, map[string]any{"tps": 4., "fn": 2., "tpp": 4., "fp": 0.}, runs["short"])
	require.InDelta(t, 400./6, got.Gross["ep_se"], 1e-9)
}

// withDetector registers a rhythm detector that says AF from its first beat to
// its last.
func withDetector(t *testing.T) {
	before := bench.RhythmDetectors
	t.Cleanup(func() { bench.RhythmDetectors = before })
	bench.RhythmDetectors = []bench.RhythmDetector{{Name: "always", Tasks: []bench.RhythmTask{bench.AFTask}, NeedsBeats: true,
		Find: func(in bench.RhythmInput) ([]ecg.Episode, error) {
			first, last := in.Beats[0].At, in.Beats[len(in.Beats)-1].At
			for _, b := range in.Beats {
				if in.Classified != (b.Class != ecg.Unclassified) {
					last = first // wrong
				}
			}
			return []ecg.Episode{{Rhythm: ecg.AtrialFibrillation, State: ecg.Confirmed, Start: first, Known: first + 1000},
				{Rhythm: ecg.AtrialFibrillation, State: ecg.Ended, Start: first, End: last, Known: last}}, nil
		}}}
}

// A folder of annotation files alone.
func TestAnnotationsAlone(t *testing.T) {
	withDetector(t)
	db := t.TempDir()
	from := ecgtest.Shared(t, "data", "mitdb")
	for _, r := range []string{"203", "222"} {
		b, err := os.ReadFile(filepath.Join(from, r+".atr"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(db, r+".atr"), b, 0o666))
	}
	args := []string{"-db", db, "-task", "af", "-beats", "atr", "-fs", "360", "-from", "0:00"}
	got := rhythmJSON(t, args...)
	require.Len(t, got.Records, 2)
	require.Greater(t, got.Gross["se"], 99.)
	require.Less(t, got.Gross["sp"], 1.)
	require.Greater(t, got.Gross["false_min_per_day"], 300.)
	require.Equal(t, 100., got.Gross["ep_se"])
	require.GreaterOrEqual(t, got.Gross["delay_p90_s"], got.Gross["delay_median_s"])
	live := rhythmJSON(t, append(args, "-live")...)
	require.Less(t, live.Gross["se"], got.Gross["se"])
	require.Equal(t, got.Gross, rhythmJSON(t, append(args, "-unclassified")...).Gross)
	require.Less(t, rhythmJSON(t, append(args, "-min", "10")...).Gross["ep_found"], got.Gross["ep_found"])
	require.Greater(t, rhythmJSON(t, append(args, "-aswritten")...).Gross["fp_s"], got.Gross["fp_s"])
	require.Greater(t, rhythmJSON(t, append(args, "-before", "N")...).Gross["tn_s"], got.Gross["tn_s"])
	code, stdout, stderr := ec57(args...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "(AF detection)")
	require.Contains(t, stdout, "first report: median")
	code, _, stderr = ec57("-db", db, "-task", "af", "-beats", "atr")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "-fs")
}

func TestRhythmErrors(t *testing.T) {
	withDetector(t)
	db := ecgtest.Shared(t, "data", "mitdb")
	for name, c := range map[string]struct{ args, says string }{
		"no such task":          {"-task st -test atr", "runs"},
		"two sources":           {"-task af -test atr -beats atr", "exclude"},
		"no source":             {"-task runs", "needed"},
		"no beats":              {"-task af", "always works on beats"},
		"no detector":           {"-task vf -beats atr", "no rhythm detector"},
		"another detector":      {"-task af -beats atr -rhythm nosuch", "always"},
		"no rhythm for runs":    {"-task runs -beats atr -rhythm always", "-rhythm"},
		"no rhythm for files":   {"-task af -test atr -rhythm always", "-rhythm"},
		"folder of nothing":     {"-task af -detector pantompkins -testdir x", "-testdir"},
		"frequency":             {"-task af -beats atr -fs -1", "-fs"},
		"shortest":              {"-task af -beats atr -min NaN", "-min"},
		"rhythm before":         {"-task af -beats atr -before NOSUCH", "NOSUCH"},
		"no QRS detector":       {"-task af -detector nosuch", "pantompkins"},
		"rhythm without a task": {"-test atr -live", "-task"},
	} {
		code, _, stderr := ec57(append(strings.Fields(c.args), "-db", db)...)
		require.Equal(t, 2, code, "%s: %s", name, stderr)
		require.Contains(t, stderr, c.says, name)
	}
	for name, c := range map[string]struct{ args, says string }{
		"no annotations":    {"-task af -test nosuch -records 100", "100.nosuch"},
		"no beats":          {"-task af -beats nosuch -records 100", "100.nosuch"},
		"no record":         {"-task af -test atr -records nosuch", "nosuch.hea"},
		"ends before start": {"-task af -test atr -records 100 -from 9:0:0", "record 100"},
	} {
		code, _, stderr := ec57(append(strings.Fields(c.args), "-db", db)...)
		require.Equal(t, 1, code, "%s: %s", name, stderr)
		require.Contains(t, stderr, c.says, name)
	}
}

func TestRhythmFromASignal(t *testing.T) {
	withDetector(t)
	got := rhythmJSON(t, "-db", ecgtest.Shared(t, "data", "mitdb"), "-task", "af", "-detector", "pantompkins", "-unclassified", "-records", "203")
	require.Greater(t, got.Gross["se"], 99.)
}

// -detector may name a rhythm detector that needs no beats.
func TestRhythmDetectorOfTheSignal(t *testing.T) {
	db := ecgtest.Shared(t, "data", "vfdb")
	_, want, _ := ec57("-db", db, "-task", "vf", "-rhythm", "vf", "-records", "609")
	code, got, stderr := ec57("-db", db, "-task", "vf", "-detector", "vf", "-records", "609")
	require.Zero(t, code, stderr)
	require.Equal(t, want, got)
	require.Contains(t, got, " gross ")
	code, _, _ = ec57("-db", db, "-task", "af", "-detector", "vf", "-records", "609")
	require.NotZero(t, code)
}
