package bench_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// runsOf scores the runs of a pair of lists by the options of an rxr command and
// gives its report.
func runsOf(t *testing.T, args []string, record, annotator string, ref, test []wfdb.Annotation, h *wfdb.Header) string {
	c, kind := config(t, args, h)
	runs, err := bench.CompareRuns(ref, test, c)
	require.NoError(t, err)
	var got bytes.Buffer
	if kind == "-S" {
		err = runs.WriteReport(&got, record, "atr", annotator, true)
	} else {
		err = runs.WriteCondensed(&got, record, "atr", annotator, kind == "-C")
	}
	require.NoError(t, err)
	return got.String()
}

// Real detections over a database: every report and the tables.
func TestRunsOfMitdbEqualTheEvaluators(t *testing.T) {
	golden := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "osea"))
	data := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	for _, from := range []string{"from5", "from0"} {
		var table bench.RunTable
		for _, r := range mitdbRecords(t) {
			h, err := wfdb.ReadHeader(data, r)
			require.NoError(t, err)
			c := bench.EC57(h.Rate, h.Frames)
			if from == "from0" {
				c.Start = 0
			}
			runs, err := bench.CompareRuns(load(t, data, r, "atr", h.Rate), load(t, golden, r, "osea", h.Rate), c)
			require.NoError(t, err)
			table.Add(r, runs)
			if want, err := fs.ReadFile(golden, path.Join(from, r+".rxr.txt")); err == nil {
				var got bytes.Buffer
				require.NoError(t, runs.WriteReport(&got, r, "atr", "osea", true))
				requireText(t, "runs of "+r, string(want), got.String())
			}
		}
		var ve, sve bytes.Buffer
		_, err := table.WriteTo(&ve)
		require.NoError(t, err)
		require.NoError(t, table.WriteSVE(&sve))
		for name, got := range map[string]*bytes.Buffer{"mitdb.rxr.L.sum.txt": &ve, "mitdb.rxr.Lsve.sum.txt": &sve} {
			want, err := fs.ReadFile(golden, path.Join(from, name))
			require.NoError(t, err)
			requireText(t, from+" "+name, string(want), got.String())
		}
	}
}

// The synthetic pairs: fibrillation of every form, shutdown, files that end
// early.
func TestRunsOfCornersEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "synth"))
	tables := map[string]*bench.RunTable{"from5": {}, "from0": {}}
	for n := range 24 {
		r := fmt.Sprintf("syn%02d", n)
		h, err := wfdb.ReadHeader(dir, r)
		require.NoError(t, err)
		ref, test := load(t, dir, r, "atr", h.Rate), load(t, dir, r, "tst", h.Rate)
		list := sections(t, dir, "expect/"+r+".rxr.txt")
		require.Len(t, list, 3)
		for _, s := range list {
			requireText(t, strings.Join(s.args, " "), strings.TrimSuffix(s.text, "\n"), runsOf(t, s.args, r, "tst", ref, test, h))
		}
		for from, table := range tables {
			c := bench.EC57(h.Rate, h.Frames)
			if from == "from0" {
				c.Start = 0
			}
			runs, err := bench.CompareRuns(ref, test, c)
			require.NoError(t, err)
			table.Add(r, runs)
		}
	}
	for from, table := range tables {
		var ve, sve bytes.Buffer
		_, err := table.WriteTo(&ve)
		require.NoError(t, err)
		require.NoError(t, table.WriteSVE(&sve))
		for name, got := range map[string]*bytes.Buffer{"L": &ve, "Lsve": &sve} {
			file := "expect/rxr." + from + "." + name + ".sum.txt"
			want, err := fs.ReadFile(dir, file)
			require.NoError(t, err)
			requireText(t, file, string(want), got.String())
		}
	}
}

// Real beats with disturbed rhythm annotations.
func TestRunsOfEpisodesEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "episodes"))
	data := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	files, err := fs.Glob(dir, "*.rxr.txt")
	require.NoError(t, err)
	require.Len(t, files, 12)
	for _, file := range files {
		r := strings.TrimSuffix(file, ".rxr.txt")
		h, err := wfdb.ReadHeader(data, r)
		require.NoError(t, err)
		ref, test := load(t, data, r, "atr", h.Rate), load(t, dir, r, "ep", h.Rate)
		list := sections(t, dir, file)
		require.Len(t, list, 2)
		for _, s := range list {
			requireText(t, strings.Join(s.args, " "), strings.TrimSuffix(s.text, "\n"), runsOf(t, s.args, r, "ep", ref, test, h))
		}
	}
}
