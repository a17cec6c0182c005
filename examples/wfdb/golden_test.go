package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// call runs a command line and returns what it prints.
func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

// same compares the output of a command line with a file of expected text, byte
// for byte.
func same(t *testing.T, file string, args string) {
	t.Helper()
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	_, got, stderr := call(t, "", strings.Fields(args)...)
	if got == string(want) {
		return
	}
	for i, l := range strings.Split(string(want), "\n") {
		g := strings.Split(got, "\n")
		if i >= len(g) || g[i] != l {
			t.Fatalf("%s\n%s, line %d\ngot  %q\nwant %q\n%s", args, file, i+1, append(g, "")[min(i, len(g))], l, stderr)
		}
	}
	t.Fatalf("%s\n%s: more than the expected text\n%s", args, file, stderr)
}

// Every expected text of the signal vectors.
func TestGoldenSignals(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	t.Chdir(dir)
	files, err := filepath.Glob("expect/*")
	require.NoError(t, err)
	compared := 0
	for _, file := range files {
		record, kind, _ := strings.Cut(filepath.Base(file), ".")
		args := ""
		switch kind {
		case "desc.txt":
			args = "wfdbdesc " + record
		case "raw.csv":
			args = "rdsamp -r R -c"
		case "rawH.csv":
			args = "rdsamp -r R -c -H"
		case "phys.csv":
			args = "rdsamp -r R -c -P"
		case "physH.csv":
			args = "rdsamp -r R -c -P -H"
		case "seekH.csv":
			args = "rdsamp -r R -c -H -f s13 -t s31"
		case "seek.csv":
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			from, _, _ := strings.Cut(string(b), ",")
			args = "rdsamp -r R -c -f s" + from + " -t s" + map[string]string{"31": "57", "7": "19", "45": "95"}[from]
		case "v.txt":
			args = "rdsamp -r R -v"
		case "p-v.txt":
			args = "rdsamp -r R -p -v"
		case "v.csv":
			args = "rdsamp -r R -c -v"
		case "s.txt":
			args = "rdsamp -r R -s 3 ABP 0"
		case "S1.txt":
			args = "rdsamp -r R -S 1 -f s20"
		case "S2.txt":
			args = "rdsamp -r R -S 2"
		case "f30s.txt":
			args = "rdsamp -r R -f 0:30 -t 0:50"
		case "clock.txt":
			args = "rdsamp -r R -f [13:05:27.35] -t [13:05:27.5] -pd"
		case "pd.txt", "pe.txt", "ph.txt", "pm.txt", "ps.txt", "pS.txt":
			args = "rdsamp -r R -v -" + kind[:2]
		case "pd.csv", "pe.csv", "ph.csv", "pm.csv", "ps.csv", "pS.csv":
			args = "rdsamp -r R -v -c -P" + kind[1:2]
		default:
			require.True(t, strings.HasSuffix(kind, "err"), "no command for %s", file)
			continue
		}
		compared++
		args = strings.Replace(args, "-r R", "-r "+record, 1)
		same(t, file, args)
	}
	require.Greater(t, compared, 300)
}

// Every expected text of the annotation vectors.
func TestGoldenAnnotations(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "annotations")
	t.Chdir(dir)
	files, err := filepath.Glob("expect/*.txt")
	require.NoError(t, err)
	flags := map[string]string{
		"": "", "x": " -x", "e": " -e", "v": " -v", "pNV": " -p N V", "c0": " -c 0", "n0s0": " -n 0 -s 0",
		"ft": " -f 3:00 -t 30:00", "a20-a40": " -f a20 -t a40", "b10-b20": " -f b10 -t b20", "h10-h5": " -f #10 -t #5",
	}
	for _, file := range files {
		part := strings.Split(strings.TrimSuffix(filepath.Base(file), ".txt"), ".")
		option, ok := flags[strings.Join(part[2:], ".")]
		require.True(t, ok, file)
		same(t, file, "rdann -r "+part[0]+" -a "+part[1]+option)
	}
	require.Greater(t, len(files), 100)
}

// Every expected text of mitdb that these commands make.
func TestGoldenMitdb(t *testing.T) {
	golden := ecgtest.Shared(t, "golden", "wfdb-formats", "mitdb-100")
	golden, err := filepath.Abs(golden)
	require.NoError(t, err)
	t.Chdir(ecgtest.Shared(t, "data", "mitdb"))
	for file, args := range map[string]string{
		"rdsamp.c.csv":              "rdsamp -r 100 -c -t 10",
		"rdsamp.v.txt":              "rdsamp -r 100 -v -t 3",
		"rdsamp.p.txt":              "rdsamp -r 100 -p -t 2",
		"rdsamp.P.txt":              "rdsamp -r 100 -P -t 2",
		"rdsamp.pe-v.txt":           "rdsamp -r 100 -pe -v -t 2",
		"rdsamp.H.csv":              "rdsamp -r 100 -H -c -t 1",
		"rdsamp.f5m.csv":            "rdsamp -r 100 -c -f 5:00 -t 5:01",
		"rdsamp.tail.csv":           "rdsamp -r 100 -c -P -f 30:04",
		"rdsamp.last.csv":           "rdsamp -r 100 -c -f s649990",
		"rdsamp.s.csv":              "rdsamp -r 100 -c -s V5 -t 0.5 -v",
		"rdann.txt":                 "rdann -r 100 -a atr",
		"rdann.v.txt":               "rdann -r 100 -a atr -v -t 20",
		"rdann.x.txt":               "rdann -r 100 -a atr -x -t 20",
		"rdann.e.txt":               "rdann -r 100 -a atr -e -t 20",
		"rdann.pAV.txt":             "rdann -r 100 -a atr -p A V -v",
		"rdann203.noise-rhythm.txt": "rdann -r 203 -a atr -p + ~",
		"ann2rr.txt":                "ann2rr -r 100 -a atr",
		"ann2rr.is8.txt":            "ann2rr -r 100 -a atr -i s8 -t 2:00",
		"ann2rr.c-v-w.txt":          "ann2rr -r 100 -a atr -c -v s -w -t 5:00",
		"ann2rr.A.txt":              "ann2rr -r 100 -a atr -A -V -v -W -w -t 2:00",
		"ann2rr.NN.txt":             "ann2rr -r 100 -a atr -P N -p N -t 10:00 -v t",
		"ann2rr203.c.txt":           "ann2rr -r 203 -a atr -c -v -w -W",
		"wfdbdesc.txt":              "wfdbdesc 100",
	} {
		t.Run(file, func(t *testing.T) { same(t, filepath.Join(golden, file), args) })
	}
}

// Samples that rdsamp printed, written by wrsamp, are the bytes that the C
// library wrote.
func TestGoldenWriting(t *testing.T) {
	dir, err := filepath.Abs(ecgtest.Shared(t, "golden", "wfdb-formats", "signals"))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for _, f := range []string{"8", "16", "24", "32", "61", "80", "160", "212", "310", "311"} {
		for _, n := range []string{"_n1", "_n2", "_n3"} {
			text, err := os.ReadFile(filepath.Join(dir, "expect", "f"+f+n+".raw.csv"))
			require.NoError(t, err)
			want, err := os.ReadFile(filepath.Join(dir, "f"+f+n+".dat"))
			require.NoError(t, err)
			code, _, stderr := call(t, string(text), "wrsamp", "-z", "-o", "w", "-O", f)
			require.Zero(t, code, stderr)
			got, err := os.ReadFile("w.dat")
			require.NoError(t, err)
			require.Equal(t, want, got, "format %s%s", f, n)
		}
	}
}

// Behind -f the C library sums differences up from the initial value, 100 here,
// and with -S it adds that of the sample found a second time.
func TestFormat8(t *testing.T) {
	t.Chdir(t.TempDir())
	good(t, "100\n102\n105\n109\n114\n", "wrsamp", "-o", "d", "-O", "8")
	for args, want := range map[string]string{
		"":                 "0,100\n1,102\n2,105\n3,109\n4,114\n",
		"-f s2":            "2,103\n3,107\n4,112\n",
		"-f s2 -true":      "2,105\n3,109\n4,114\n",
		"-f s2 -S 0":       "2,106\n3,110\n4,115\n",
		"-f s2 -S 0 -true": "2,105\n3,109\n4,114\n",
		"-S 0":             "0,100\n1,102\n2,105\n3,109\n4,114\n",
	} {
		code, out, stderr := call(t, "", strings.Fields("rdsamp -c -r d "+args)...)
		require.Zero(t, code)
		require.Equal(t, want, out, args)
		require.Equal(t, args != "" && !strings.Contains(args, "-true"), strings.Contains(stderr, "format 8"), args)
	}
}

// What the C library takes from a header as it stands: blanks behind a
// description, a checksum without sign; and when it prints not even a heading.
func TestAsItStands(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) { require.NoError(t, os.WriteFile(name, []byte(text), 0o600)) }
	write("r.hea", "# a comment\nr 1 360 2\r\nr.dat 16 200 12 0 -1 65534 0 MCL1 \r\n")
	write("r.dat", "\xff\xff\xff\xff")
	write("m.hea", "m/2 1 360 4\n~ 2\nr 2\n")
	write("lost.hea", "lost 1 360 2\nnone.dat 16\n")
	require.Equal(t, "'sample #','MCL1 '\n0,-1\n1,-1\n", good(t, "", "rdsamp", "-r", "r", "-c", "-v"))
	require.Contains(t, good(t, "", "rdsamp", "-r", "m", "-c", "-v", "-s", "MCL1"), "'sample #','MCL1 '\n")
	text := good(t, "", "wfdbdesc", "r")
	require.Contains(t, text, " Description: MCL1 \n")
	require.Contains(t, text, " Checksum: 65534\n")
	for _, args := range []string{"-r lost", "-r lost -v", "-r r -v -f s5"} {
		code, out, stderr := call(t, "", strings.Fields("rdsamp "+args)...)
		require.Equal(t, 1, code)
		require.Empty(t, out, args)
		require.NotEmpty(t, stderr)
	}
}
