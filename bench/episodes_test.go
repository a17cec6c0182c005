package bench_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// episodesOf compares a pair of lists by the options of an epicmp command and
// gives its output.
func episodesOf(t *testing.T, args []string, record, annotator string, ref, test []wfdb.Annotation, h *wfdb.Header) string {
	c := bench.EpisodeConfig{}
	c.Config, _ = config(t, args, h)
	var kinds []bench.EpisodeKind
	for i, a := range args {
		switch a {
		case "-A":
			kinds = append(kinds, bench.AF)
		case "-V":
			kinds = append(kinds, bench.VF)
		case "-S0":
			kinds = append(kinds, bench.ST0)
		case "-S1":
			kinds = append(kinds, bench.ST1)
		case "-S":
			kinds = append(kinds, bench.ST)
		case "-x":
			c.WithoutFlutter = true
		case "-i", "-I":
			require.Equal(t, "10", args[i+1])
			c.Shortest, c.ShortestInBoth = int64(10*h.Rate+0.5), a == "-I"
		}
	}
	var got bytes.Buffer
	for _, kind := range kinds {
		result, err := bench.CompareEpisodes(ref, test, kind, c)
		require.NoError(t, err)
		if kind >= bench.ST0 {
			require.NoError(t, bench.WriteSTMeasurements(&got, record, h.Rate, bench.MeasureST(ref, test, kind)))
		}
		require.NoError(t, result.WriteReport(&got, record, "atr", annotator))
	}
	return got.String()
}

func TestEpisodesOfCornersEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "synth"))
	tables := map[string]*bench.EpisodeTable{}
	var measurements bytes.Buffer
	measurements.WriteString(bench.STMeasurementHead)
	for n := range 24 {
		r := fmt.Sprintf("syn%02d", n)
		h, err := wfdb.ReadHeader(dir, r)
		require.NoError(t, err)
		ref, test := load(t, dir, r, "atr", h.Rate), load(t, dir, r, "tst", h.Rate)
		list := sections(t, dir, "expect/"+r+".epicmp.txt")
		require.Len(t, list, 10)
		for _, s := range list {
			requireText(t, strings.Join(s.args, " "), strings.TrimSuffix(s.text, "\n"), episodesOf(t, s.args, r, "tst", ref, test, h))
		}
		for name, kind := range map[string]bench.EpisodeKind{"af": bench.AF, "vf": bench.VF, "st": bench.ST} {
			for _, from := range []string{"from5", "from0"} {
				c := bench.EpisodeConfig{Config: bench.EC57(h.Rate, h.Frames)}
				if from == "from0" {
					c.Start = 0
				}
				result, err := bench.CompareEpisodes(ref, test, kind, c)
				require.NoError(t, err)
				file := "expect/epicmp." + from + "." + name + ".sum.txt"
				if tables[file] == nil {
					tables[file] = &bench.EpisodeTable{Kind: kind}
				}
				tables[file].Add(r, result)
			}
		}
		require.NoError(t, bench.WriteSTMeasurements(&measurements, r, h.Rate, bench.MeasureST(ref, test, bench.ST)))
	}
	require.Len(t, tables, 6)
	requireTables(t, dir, tables)
	for _, file := range []string{"expect/epicmp.from5.stm.txt", "expect/epicmp.from0.stm.txt"} {
		want, err := fs.ReadFile(dir, file)
		require.NoError(t, err)
		requireText(t, file, string(want), measurements.String())
	}
}

func requireTables(t *testing.T, dir fs.FS, tables map[string]*bench.EpisodeTable) {
	for file, table := range tables {
		var got bytes.Buffer
		_, err := table.WriteTo(&got)
		require.NoError(t, err)
		want, err := fs.ReadFile(dir, file)
		require.NoError(t, err)
		requireText(t, file, string(want), got.String())
	}
}

// Disturbed rhythm annotations of real records.
func TestEpisodesEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "episodes"))
	data := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	files, err := fs.Glob(dir, "*.epicmp.txt")
	require.NoError(t, err)
	require.Len(t, files, 12)
	tables := map[string]*bench.EpisodeTable{}
	for _, file := range files {
		r := strings.TrimSuffix(file, ".epicmp.txt")
		h, err := wfdb.ReadHeader(data, r)
		require.NoError(t, err)
		ref, test := load(t, data, r, "atr", h.Rate), load(t, dir, r, "ep", h.Rate)
		list := sections(t, dir, file)
		require.Len(t, list, 6)
		for _, s := range list {
			requireText(t, strings.Join(s.args, " "), strings.TrimSuffix(s.text, "\n"), episodesOf(t, s.args, r, "ep", ref, test, h))
		}
		for name, kind := range map[string]bench.EpisodeKind{"af": bench.AF, "vf": bench.VF} {
			for _, from := range []string{"from5", "from0"} {
				c := bench.EpisodeConfig{Config: bench.EC57(h.Rate, h.Frames)}
				if from == "from0" {
					c.Start = 0
				}
				result, err := bench.CompareEpisodes(ref, test, kind, c)
				require.NoError(t, err)
				file := name + "." + from + ".sum.txt"
				if tables[file] == nil {
					tables[file] = &bench.EpisodeTable{Kind: kind}
				}
				tables[file].Add(r, result)
			}
		}
	}
	require.Len(t, tables, 4)
	requireTables(t, dir, tables)
}

// The bxb reports of the disturbed records, too.
func TestBeatsOfEpisodesEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "episodes"))
	data := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	files, err := fs.Glob(dir, "*.bxb.txt")
	require.NoError(t, err)
	require.Len(t, files, 12)
	for _, file := range files {
		r := strings.TrimSuffix(file, ".bxb.txt")
		h, err := wfdb.ReadHeader(data, r)
		require.NoError(t, err)
		ref, test := load(t, data, r, "atr", h.Rate), load(t, dir, r, "ep", h.Rate)
		for _, s := range sections(t, dir, file) {
			c, _ := config(t, s.args, h)
			result, err := bench.Compare(ref, test, c)
			require.NoError(t, err)
			var got bytes.Buffer
			require.NoError(t, result.WriteReport(&got, r, "atr", "ep", c.SVEB))
			requireText(t, strings.Join(s.args, " "), strings.TrimSuffix(s.text, "\n"), got.String())
		}
	}
}

func mark(time int64, aux string) wfdb.Annotation {
	return wfdb.Annotation{Time: time, Code: wfdb.RhythmChange, Aux: aux}
}

func TestEpisodeHabits(t *testing.T) {
	ref := []wfdb.Annotation{mark(100, "(AFIB"), mark(200, "(N")}
	touching := []wfdb.Annotation{mark(200, "(AFIB"), mark(300, "(N\x00")}
	within := []wfdb.Annotation{mark(50, "(AFIB"), mark(150, "(AFL")}
	c := bench.EpisodeConfig{Config: bench.Config{Rate: 100, End: 1000}}
	got, err := bench.CompareEpisodes(ref, touching, bench.AF, c)
	require.NoError(t, err)
	require.Equal(t, bench.EpisodeComparison{Rate: 100, FN: 1, FP: 1, RefTime: 100, TestTime: 100}, got)
	got, err = bench.CompareEpisodes(ref, within, bench.AF, c)
	require.NoError(t, err)
	require.Equal(t, bench.EpisodeComparison{Rate: 100, TPs: 1, TPp: 1, RefTime: 100, RefFound: 50, TestTime: 100, TestRight: 50}, got)
	require.Equal(t, []float64{100, 100, 50, 50}, []float64{got.EpisodeSe(), got.EpisodePP(), got.Se(), got.PP()})
	c.End = -1 // of a record without a length
	got, err = bench.CompareEpisodes(ref, within, bench.AF, c)
	require.NoError(t, err)
	require.Equal(t, bench.EpisodeComparison{Rate: 100}, got)
	c.Start, c.End = 10, 5
	_, err = bench.CompareEpisodes(ref, within, bench.AF, c)
	require.ErrorIs(t, err, bench.ErrPeriod)
	_, err = bench.CompareRuns(ref, within, c.Config)
	require.ErrorIs(t, err, bench.ErrPeriod)
	// No annotation in the period: rxr gives up, except after an episode whose
	// state is known.
	c.Start, c.End = 500, 1000
	_, err = bench.CompareRuns(ref, within, c.Config)
	require.ErrorIs(t, err, bench.ErrNoAnnotations)
}

func TestMeasureST(t *testing.T) {
	extremum := func(time int64, aux string) wfdb.Annotation {
		return wfdb.Annotation{Time: time, Code: wfdb.STChange, Aux: aux}
	}
	beat := func(time int64, aux string) wfdb.Annotation {
		return wfdb.Annotation{Time: time, Code: wfdb.Normal, Aux: aux}
	}
	ref := []wfdb.Annotation{extremum(10, "(ST0+"), extremum(100, "AST0+150"), extremum(110, "AST1-200"), extremum(300, "AST-80"), extremum(310, "AST"), extremum(320, "ASTx1")}
	test := []wfdb.Annotation{beat(20, "10 20"), beat(98, "30 40"), beat(101, "50"), {Time: 102, Code: wfdb.Note, Aux: "7 7"}, beat(109, "60 70"), beat(111, "80 90"), beat(200, "1 2")}
	require.Equal(t, []bench.STMeasurement{
		{100, 0, 150, 50}, // the beat behind it is nearer
		{110, 1, -200, 90},
		{300, 0, -80, 1}, // there is none behind it
	}, bench.MeasureST(ref, test, bench.ST))
	require.Equal(t, []bench.STMeasurement{{110, 1, -200, 90}}, bench.MeasureST(ref, test, bench.ST1))
	require.Equal(t, []bench.STMeasurement{{100, 0, 150, 30}}, bench.MeasureST(ref[:2], []wfdb.Annotation{beat(98, "30 40"), beat(103, "50")}, bench.ST0))
}
