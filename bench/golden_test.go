package bench_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// The reference evaluators' outputs in golden/bxb (WFDB 10.7.0).

var nstdb = []string{"118e24", "118e18", "118e12", "118e06", "118e00", "118e_6", "119e24", "119e18", "119e12", "119e06", "119e00", "119e_6"}

func load(t *testing.T, fsys fs.FS, record, annotator string, rate float64) []wfdb.Annotation {
	list, err := bench.LoadAnnotations(fsys, record, annotator, rate)
	require.NoError(t, err)
	return list
}

func mitdbRecords(t *testing.T) []string {
	b, err := os.ReadFile(ecgtest.Shared(t, "data", "mitdb", "RECORDS"))
	require.NoError(t, err)
	return strings.Fields(string(b))
}

// requireText compares texts line by line, so that a difference is readable.
func requireText(t *testing.T, what, want, got string) {
	t.Helper()
	w, g := strings.SplitAfter(want, "\n"), strings.SplitAfter(got, "\n")
	for i := range min(len(w), len(g)) {
		require.Equal(t, w[i], g[i], "%s, line %d", what, i+1)
	}
	require.Equal(t, len(w), len(g), "%s: lines", what)
}

// Every detector, both databases, both starts: the line formats of -L and -l and
// the shutdown tables, with the aggregates.
func TestTablesEqualTheEvaluators(t *testing.T) {
	golden := os.DirFS(ecgtest.Shared(t, "golden", "bxb"))
	for db, records := range map[string][]string{"mitdb": mitdbRecords(t), "nstdb": nstdb} {
		data := os.DirFS(ecgtest.Shared(t, "data", db))
		headers := map[string]*wfdb.Header{}
		refs := map[string][]wfdb.Annotation{}
		for _, r := range records {
			h, err := wfdb.ReadHeader(data, r)
			require.NoError(t, err)
			headers[r], refs[r] = h, load(t, data, r, "atr", h.Rate)
		}
		for _, detector := range []string{"osea", "gqrs", "wqrs", "sqrs"} {
			tests := map[string][]wfdb.Annotation{}
			for _, r := range records {
				tests[r] = load(t, golden, path.Join(detector, r), detector, headers[r].Rate)
			}
			for _, from := range []string{"from5", "from0"} {
				for _, sveb := range []bool{true, false} {
					table := bench.Table{SVEB: sveb}
					for _, r := range records {
						c := bench.EC57(headers[r].Rate, headers[r].Frames)
						c.SVEB = sveb
						if from == "from0" {
							c.Start = 0
						}
						result, err := bench.Compare(refs[r], tests[r], c)
						require.NoError(t, err)
						table.Add(r, result)
						if want, err := fs.ReadFile(golden, path.Join(detector, from, r+".txt")); err == nil && sveb {
							var got bytes.Buffer
							require.NoError(t, result.WriteReport(&got, r, "atr", detector, sveb))
							requireText(t, detector+" "+from+" "+r, string(want), got.String())
						}
					}
					kind := "l"
					if sveb {
						kind = "L"
					}
					var a, b bytes.Buffer
					_, err := table.WriteTo(&a)
					require.NoError(t, err)
					require.NoError(t, table.WriteShutdown(&b))
					for name, got := range map[string]*bytes.Buffer{kind: &a, kind + "-sd": &b} {
						file := path.Join(detector, from, db+"."+name+".sum.txt")
						want, err := fs.ReadFile(golden, file)
						require.NoError(t, err)
						requireText(t, file, string(want), got.String())
					}
				}
			}
		}
	}
}

// section is one command of a golden file with its output.
type section struct {
	args []string
	text string
}

func sections(t *testing.T, fsys fs.FS, file string) []section {
	b, err := fs.ReadFile(fsys, file)
	require.NoError(t, err)
	var list []section
	for _, line := range strings.SplitAfter(string(b), "\n") {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, section{args: strings.Fields(command)})
		} else if len(list) > 0 {
			list[len(list)-1].text += line
		}
	}
	return list
}

// config applies the options of a bxb command.
func config(t *testing.T, args []string, h *wfdb.Header) (c bench.Config, kind string) {
	c = bench.EC57(h.Rate, h.Frames)
	frames := func(s string) int64 {
		seconds := 0.0
		for _, part := range strings.Split(s, ":") {
			v, err := strconv.ParseFloat(part, 64)
			require.NoError(t, err)
			seconds = seconds*60 + v
		}
		return int64(seconds*c.Rate + 0.5)
	}
	for i, a := range args {
		switch a {
		case "-f":
			c.Start = frames(args[i+1])
		case "-t":
			c.End = frames(args[i+1])
		case "-w":
			c.Window = frames(args[i+1])
		case "-s", "-S", "-c", "-C":
			kind = a
		}
	}
	c.SVEB = kind == "-S" || kind == "-C"
	return c, kind
}

// The synthetic pairs hit the corners: exact windows, two candidates, VF without
// end, shutdown of every form, other time resolutions.
func TestCornersEqualTheEvaluators(t *testing.T) {
	dir := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "synth"))
	tables := map[string]*bench.Table{}
	for n := range 24 {
		r := fmt.Sprintf("syn%02d", n)
		h, err := wfdb.ReadHeader(dir, r)
		require.NoError(t, err)
		ref, test := load(t, dir, r, "atr", h.Rate), load(t, dir, r, "tst", h.Rate)
		for _, s := range sections(t, dir, "expect/"+r+".bxb.txt") {
			c, kind := config(t, s.args, h)
			result, err := bench.Compare(ref, test, c)
			require.NoError(t, err)
			var got bytes.Buffer
			if kind == "-s" || kind == "-S" {
				err = result.WriteReport(&got, r, "atr", "tst", c.SVEB)
			} else {
				err = result.WriteCondensed(&got, r, "atr", "tst", c.SVEB)
			}
			require.NoError(t, err)
			requireText(t, strings.Join(s.args, " "), strings.TrimRight(s.text, "\n"), strings.TrimRight(got.String(), "\n"))
		}
		for _, from := range []string{"from5", "from0"} {
			for _, kind := range []string{"L", "l"} {
				c := bench.EC57(h.Rate, h.Frames)
				c.SVEB = kind == "L"
				if from == "from0" {
					c.Start = 0
				}
				result, err := bench.Compare(ref, test, c)
				require.NoError(t, err)
				key := from + "." + kind
				if tables[key] == nil {
					tables[key] = &bench.Table{SVEB: c.SVEB}
				}
				tables[key].Add(r, result)
			}
		}
		want, err := fs.ReadFile(dir, "expect/"+r+".pairs.txt")
		if err != nil {
			continue
		}
		requireText(t, r+" pairs", string(want), pairs(t, ref, test, h, true))
	}
	for key, table := range tables {
		from, kind, _ := strings.Cut(key, ".")
		var a, b bytes.Buffer
		_, err := table.WriteTo(&a)
		require.NoError(t, err)
		require.NoError(t, table.WriteShutdown(&b))
		for name, got := range map[string]*bytes.Buffer{kind: &a, kind + "-sd": &b} {
			file := "expect/bxb." + from + "." + name + ".sum.txt"
			want, err := fs.ReadFile(dir, file)
			require.NoError(t, err)
			requireText(t, file, string(want), got.String())
		}
	}
}

// pairs is the list of -v from 0:00.
func pairs(t *testing.T, ref, test []wfdb.Annotation, h *wfdb.Header, sveb bool) string {
	var b strings.Builder
	c := bench.EC57(h.Rate, h.Frames)
	c.Start, c.SVEB = 0, sveb
	c.Pair = func(p bench.Pair) {
		if p.Ref != p.Test {
			fmt.Fprintf(&b, "%v(%d)/%v(%d)\n", p.Ref, p.RefTime, p.Test, p.TestTime)
		}
	}
	_, err := bench.Compare(ref, test, c)
	require.NoError(t, err)
	return b.String()
}

func TestPairsEqualTheEvaluators(t *testing.T) {
	golden := os.DirFS(ecgtest.Shared(t, "golden", "bxb", "osea"))
	files, err := fs.Glob(golden, "pairs/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		r := strings.TrimSuffix(path.Base(file), ".txt")
		db := "mitdb"
		if slices.Contains(nstdb, r) {
			db = "nstdb"
		}
		data := os.DirFS(ecgtest.Shared(t, "data", db))
		h, err := wfdb.ReadHeader(data, r)
		require.NoError(t, err)
		want, err := fs.ReadFile(golden, file)
		require.NoError(t, err)
		requireText(t, file, string(want), pairs(t, load(t, data, r, "atr", h.Rate), load(t, golden, r, "osea", h.Rate), h, false))
	}
}
