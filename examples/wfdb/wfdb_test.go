package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// good runs a command line that has to succeed.
func good(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, out, stderr := call(t, stdin, args...)
	require.Zero(t, code, "%q: %s", args, stderr)
	return out
}

// small makes a record of 5 s of two signals with a few annotations.
func small(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	var b strings.Builder
	b.WriteString("I ABP\nmV mmHg\n")
	for i := range 500 {
		v := strconv.Itoa(i % 200)
		if i == 77 {
			v = "-"
		}
		b.WriteString(v + " " + strconv.Itoa(1000-2*i) + "\n")
	}
	good(t, b.String(), "wrsamp", "-o", "r", "-F", "100", "-G", "200 10", "-O", "212")
	good(t, "    0:00.500       50     N    0    0    0\n"+
		"    0:01.000      100     V    1    0    2\ttext, with blanks\n    0:02.005      201  what    0    1    0\tis it\n"+
		"      Time   Sample #  Type  Sub Chan  Num\tAux\n", "wrann", "-r", "r", "-a", "qrs")
}

func TestWriteAndPrint(t *testing.T) {
	small(t)
	require.Equal(t, "r 2 100 500\r\nr.dat 212 200/mV 12 0 0 -22911 0 I\r\nr.dat 212 10/mmHg 12 0 1000 -11644 0 ABP\r\n", file(t, "r.hea"))
	require.Equal(t, "             77\t -32768\t    846\n", good(t, "", "rdsamp", "-r", "r", "-f", "s77", "-t", "s78"))
	require.Equal(t, "    0:00.500       50     N    0    0    0\n    0:01.000      100     V    1    0    2\ttext, with blanks\n"+
		"    0:02.005      201     \"    0    1    0\twhat is it\n",
		strings.ReplaceAll(good(t, "", "rdann", "-r", "r", "-a", "qrs"), "    0:02.010", "    0:02.005"))

	code, _, text := call(t, "[01:00:00.000]       50     N    0    0    0\n", "wrann", "-r", "r", "-a", "x")
	require.Equal(t, 1, code)
	require.Contains(t, text, "standard input:1:")

	// What rdsamp prints, wrsamp reads.
	for _, flags := range []string{"-v", "-c -v", "-X"} {
		out := good(t, "", append([]string{"rdsamp", "-r", "r"}, strings.Fields(flags)...)...)
		good(t, out, "wrsamp", "-z", "-o", "again", "-F", "100", "-O", "212")
		require.Equal(t, file(t, "r.dat"), file(t, "again.dat"), flags)
		require.Contains(t, file(t, "again.hea"), "ABP", flags)
	}
	out := good(t, "", "rdsamp", "-r", "r", "-p", "-v")
	good(t, out, "wrsamp", "-z", "-o", "phys", "-F", "100", "-O", "212", "-x", "200 10", "-G", "200 10")
	require.Equal(t, file(t, "r.dat"), file(t, "phys.dat"))
	require.Equal(t, strings.ReplaceAll(file(t, "r.hea"), "r", "phys"), strings.ReplaceAll(file(t, "phys.hea"), "r", "phys"))

	// Bare samples, columns, lines.
	require.Equal(t, "\x02\x00\xfe\xff", good(t, "5,1.5\n5,-1.5\n5,7\n", "wrsamp", "-t", "2", "1"))
	require.Equal(t, "\xfe\xff", good(t, "5 1.5\n5 -1.5\n5 7\n", "wrsamp", "-f", "1", "-t", "2", "1"))
	require.Equal(t, "\x03\x00\x00\x80", good(t, "1;2;3|4;5;x|", "wrsamp", "-s", ";", "-r", "|", "2"))
	_, _, stderr := call(t, "1 2\n3\n", "wrsamp", "-c")
	require.Contains(t, stderr, "line 2 has 1 fields, not 2")
	_, _, stderr = call(t, "5000\n", "wrsamp", "-o", "clip", "-O", "212")
	require.Contains(t, stderr, "1 samples were beyond the format")
	require.Equal(t, good(t, "1\n2\n3\n", "wrsamp", "-d"), good(t, "1\n2\n3\n", "wrsamp", "-d"), "the noise is always the same")
	good(t, "[12:30:15.25 03/04/1999],7\n[12:30:15.26 03/04/1999],8\n", "wrsamp", "-z", "-o", "clock")
	require.Contains(t, file(t, "clock.hea"), "clock 1 250 2 12:30:15.250 03/04/1999")
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

// Times of day, and formats of ann2rr.
func TestAnn2rrFormats(t *testing.T) {
	small(t)
	args := func(s string) []string { return strings.Fields("ann2rr -r r -a qrs -c " + s) }
	require.Equal(t, "50\n", good(t, "", args("")...))
	require.Equal(t, "0.500\n", good(t, "", args("-i s")...))
	require.Equal(t, "0.008333\n", good(t, "", args("-i m6")...))
	require.Equal(t, "0.500\tN\t50\tV\t    0:01.000\n", good(t, "", args("-V s -W -w -v t")...))
	// A rounded interval moves the begin of the next one.
	require.Equal(t, "0\t0.01\n60\t0.01\n", good(t, "", strings.Fields("ann2rr -r r -a qrs -i m2 -V -t 1")...))
	require.Equal(t, "50\n", good(t, "", strings.Fields("ann2rr -r r -a qrs -p V")...)[:3])
}

func TestXform(t *testing.T) {
	small(t)
	// The same samples, cut, in another order, in another format.
	good(t, "", strings.Fields("xform -i r -a qrs -n part -f 0.5 -t 3 -s ABP I")...)
	a := good(t, "", strings.Fields("rdsamp -r r -c -s 1 0 -f 0.5 -t 3")...)
	b := good(t, "", strings.Fields("rdsamp -r part -c")...)
	require.Equal(t, values(t, a), values(t, b))
	require.Contains(t, file(t, "part.hea"), "#record part, signal 0 <- record r, signal 1\r\n")
	require.Contains(t, file(t, "part.hea"), "#Produced by xform from record r, beginning at 0.5\r\n")
	require.Equal(t, "    0:00.000        0     N    0    0    0", firstLine(good(t, "", strings.Fields("rdann -r part -a qrs")...)))

	// Another gain and ADC zero keep the physical values; so does another rate,
	// where the signal is linear.
	require.NoError(t, os.WriteFile("o.hea", []byte("o 2 250\no.dat 16 400/mV 16 100 0 0 0 x\no.dat 16 20/mmHg 16 0 0 0 0 y\n"), 0o644))
	good(t, "", strings.Fields("xform -i r -a qrs -o o -n fast")...)
	r, err := wfdb.Open(os.DirFS("."), "fast")
	require.NoError(t, err)
	defer r.Close()
	require.Equal(t, 250.0, r.Format().Rate)
	require.Contains(t, file(t, "fast.hea"), "fast 2 250/100 ")
	x, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Len(t, x, 2*1248) // up to the last input sample
	for i := 0; i < len(x); i += 2 {
		at := float64(i) / 2 / 2.5 // input sample
		if math.Mod(at, 200) < 199 && math.Abs(at-77) >= 1 {
			require.InDelta(t, math.Mod(at, 200)/200, x[i], 1.001/400, "%d", i/2)
		}
		require.InDelta(t, (1000-2*at)/10, x[i+1], 1.001/20, "%d", i/2)
	}
	require.Equal(t, "    0:00.500      125     N    0    0    0", firstLine(good(t, "", strings.Fields("rdann -r fast -a qrs")...)))

	// Answers from a script: signals, rate, folder, format, one file, and for the signal gain, bits, zero.
	require.NoError(t, os.WriteFile("script", []byte("1\n50\n\n80\n100\n8\n0\n"), 0o644))
	good(t, "", strings.Fields("xform -i r -n slow -S script")...)
	require.Contains(t, file(t, "slow.hea"), "slow 1 50/100 250\r\nslow.dat 80 100/mV 8 0 0 ")
	code, _, _ := call(t, "", strings.Fields("xform -i r -n r")...)
	require.Equal(t, 2, code)
}

// values are the samples of CSV rows without their numbers.
func values(t *testing.T, csv string) (v []string) {
	for l := range strings.Lines(csv) {
		_, row, ok := strings.Cut(l, ",")
		require.True(t, ok)
		v = append(v, row)
	}
	require.NotEmpty(t, v)
	return v
}

func firstLine(s string) string { l, _, _ := strings.Cut(s, "\n"); return l }

// There and back again.
func TestEDF(t *testing.T) {
	small(t)
	good(t, "", "mit2edf", "-r", "r", "-o", "x.edf")
	good(t, "", "edf2mit", "-i", "x.edf", "-r", "back")
	require.Equal(t, values(t, good(t, "", "rdsamp", "-r", "r", "-c")), values(t, good(t, "", "rdsamp", "-r", "back", "-c")))
	require.Equal(t, values(t, good(t, "", "rdsamp", "-r", "r", "-c", "-p")), values(t, good(t, "", "rdsamp", "-r", "x.edf", "-c", "-p")))
	require.Contains(t, good(t, "", "wfdbdesc", "x.edf"), "Sampling frequency: 1 Hz\n3 signals\n") // with that for annotations, as the C library
	require.Contains(t, good(t, "", "edf2mit", "-i", "x.edf", "-r", "one", "-s", "ABP", "-v"), `Signal 1: "ABP"`)
	require.Contains(t, file(t, "one.hea"), "one 1 100 500\r\none.dat 16 10/mmHg 11 0 1000 -11644 0 ABP")

	// Of the real files every one is converted, and no sample is changed.
	dir := ecgtest.Shared(t, "data", "edf")
	list, err := filepath.Glob(filepath.Join(dir, "*.?df"))
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, name := range list {
		good(t, "", "edf2mit", "-i", name, "-r", "real")
		r, err := wfdb.Open(os.DirFS("."), "real")
		require.NoError(t, err, name)
		_, err = ecg.ReadAll[float64](r)
		require.NoError(t, err, name) // and the checksums are right
		require.NoError(t, r.Close())
	}
	good(t, "", "edf2mit", "-i", filepath.Join(dir, "test_uneven_samp.edf"), "-r", "real")
	require.Equal(t, values(t, good(t, "", "rdsamp", "-r", filepath.Join(dir, "test_uneven_samp.edf"), "-c")),
		values(t, good(t, "", "rdsamp", "-r", "real", "-c", "-H")))
	good(t, "", "edf2mit", "-i", filepath.Join(dir, "evt.bdf"), "-r", "real")
	require.Equal(t, "[10:10:59.756 15/08/2021]      271     \"    0    0    0\t200", firstLine(good(t, "", "rdann", "-r", "real", "-a", "edf")))
}

func TestInfoFile(t *testing.T) {
	small(t)
	require.NotContains(t, good(t, "", "wfdbdesc", "r"), "Notes")
	require.NoError(t, os.WriteFile("r.info", []byte("# one\r\nno info\n#two"), 0o644))
	require.Contains(t, good(t, "", "wfdbdesc", "r"), "Record r\nNotes\n=====\n one\ntwo\n=====\n\nStarting")
}

// FuzzWrann: what rdann prints of what wrann read is read as the same again.
func FuzzWrann(f *testing.F) {
	f.Add("    0:00.214       77     N    0    0    0")
	f.Add("[12:30:15.300 03/04/1999]       18     +    0    1   -2\t(AFIB")
	f.Add("    0:00.031       11          0    0    0")
	f.Fuzz(func(t *testing.T, line string) {
		h := &wfdb.Header{Name: "x", Rate: 360}
		times := h.Times(0)
		a, ok, err := parseAnnotation(line, times)
		if err != nil || !ok || strings.ContainsAny(a.Aux, "\x00\n") || a.Time < 0 || a.Time > 1<<50 {
			return
		}
		l := annotations{h: h, times: times}
		printed := fmt.Sprintf("%s%6s%5d%5d%5d", l.line(options{})(a.Time), a.Code, a.Subtype, a.Channel, a.Num)
		if a.Aux != "" {
			printed += "\t" + a.Text()
		}
		b, ok, err := parseAnnotation(printed, times)
		if !ok || err != nil || a != b {
			t.Fatalf("%q: %+v, again %q: %+v, %v, %v", line, a, printed, b, ok, err)
		}
	})
}

func TestDeid(t *testing.T) {
	small(t)
	good(t, "", "deid", "-r", "r", "-o", "A1", "-a", "qrs")
	require.Equal(t, file(t, "r.dat"), file(t, "A1.dat"))
	require.NotContains(t, file(t, "A1.qrs"), "text")
	good(t, "", "mit2edf", "-r", "r", "-o", "x.edf")
	good(t, "", "deid", "-r", "x.edf", "-o", "A1.edf")
	require.Equal(t, len(file(t, "x.edf")), len(file(t, "A1.edf")))
	code, _, _ := call(t, "", "deid", "-r", "r", "-o", "r")
	require.Equal(t, 2, code)
	code, _, _ = call(t, "", "deid", "-r", "x.edf", "-o", "x.edf")
	require.Equal(t, 2, code)
}

func TestPhysioNet(t *testing.T) {
	small(t)
	require.NoError(t, os.MkdirAll("files/db/1.0.0", 0o755))
	for _, n := range []string{"r.hea", "r.dat", "r.qrs"} {
		require.NoError(t, os.Rename(n, "files/db/1.0.0/"+n))
	}
	server := httptest.NewServer(http.FileServer(http.Dir(".")))
	defer server.Close()
	t.Setenv("SINUS_PHYSIONET", server.URL+"/files")
	t.Setenv("SINUS_CACHE", "cache")
	code, out, stderr := call(t, "", "rdsamp", "-r", "db/r", "-c", "-t", "s2")
	require.Zero(t, code, stderr)
	require.Equal(t, "0,0,1000\n1,1,998\n", out)
	require.Contains(t, stderr, "reading it from PhysioNet")
	require.FileExists(t, "cache/db/1.0.0/r.dat")
	code, _, stderr = call(t, "", "rdsamp", "-r", "db/none")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "none.hea")
}

// Exit codes: 0 good, 1 failed, 2 wrong use; messages say what, in one line.
func TestExitCodes(t *testing.T) {
	small(t)
	require.NoError(t, os.WriteFile("cut.hea", []byte("cut 1 100 5000\nr.dat 16 200 16 0 0 0 0 x\n"), 0o644))
	require.NoError(t, os.WriteFile("sum.hea", []byte(strings.Replace(file(t, "r.hea"), "-22911", "5", 1)), 0o644))
	require.NoError(t, os.WriteFile("bad.hea", []byte("bad x 100\n"), 0o644))
	for _, c := range []struct {
		code int
		args string
		says string
	}{
		{2, "", "Subcommands"},
		{0, "-h", ""},
		{0, "help", ""},
		{2, "nosuch", "no subcommand"},
		{2, "rdsamp", "-r RECORD is missing"},
		{2, "rdsamp -r", "needs a value"},
		{2, "rdsamp -r r -q", "no option"},
		{2, "rdsamp -r r x", "belongs to no option"},
		{2, "rdsamp -r r -s nosuch", "no signal"},
		{2, "rdsamp -r r -s 2", "no signal 2"},
		{2, "rdsamp -r r -f soon", "not a time"},
		{2, "rdsamp -r r -f 4 -t 2", "before the begin"},
		{2, "rdsamp -r r -px", "-px"},
		{1, "rdsamp -r nosuch", "nosuch"},
		{1, "rdsamp -r bad", "bad.hea:1: number of signals"},
		{1, "rdsamp -r cut -c", "unexpected EOF in signal 0"},
		{1, "rdsamp -r sum -c", "checksum error in signal 0"},
		{0, "rdsamp -r r.hea -t s1", ""},
		{2, "rdann -r r", "-a ANNOTATOR is missing"},
		{1, "rdann -r r -a none", "r.none"},
		{2, "rdann -r r -a qrs -p nosuch", "no annotation type"},
		{2, "rdann -r r -a qrs -c 300", "0 to 255"},
		{2, "wrann -r r -a ../x", "a name has"},
		{0, "wrann -r r -a none", ""},
		{2, "ann2rr -r r -a qrs -i x", "want one of"},
		{2, "ann2rr -r r -a qrs -i s99", "0 to 15 digits"},
		{2, "wfdbdesc", "one record"},
		{1, "wfdbdesc nosuch", "nosuch"},
		{1, "wrsamp -o w", "no line of numbers"},
		{2, "wrsamp -o ../w/x.y", "a name has"},
		{2, "wrsamp -O 7", "want 8 to 524"},
		{2, "wrsamp -O 9", "no format"},
		{2, "xform -i r", "-n NEW or -o RECORD"},
		{2, "edf2mit -i r", ".edf"},
		{1, "edf2mit -i nosuch.edf", "nosuch.edf"},
		{1, "mit2edf -r nosuch", "nosuch"},
		{2, "deid -r r", "-o NEW is missing"},
	} {
		code, _, stderr := call(t, "", strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.says, c.args)
		if c.code > 0 && c.args != "" {
			require.LessOrEqual(t, strings.Count(stderr, "\n"), 2, c.args)
		}
	}
	for _, c := range commands() {
		code, out, stderr := call(t, "", c.name, "-h")
		require.Zero(t, code)
		require.Empty(t, stderr)
		require.True(t, strings.HasPrefix(out, "wfdb ") && strings.Contains(out, c.name), "help of %s begins with an example", c.name)
	}
}

func TestInterrupt(t *testing.T) {
	small(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, stderr strings.Builder
	require.Equal(t, 1, run(ctx, []string{"rdsamp", "-r", "r"}, strings.NewReader(""), &out, &stderr))
	require.Contains(t, stderr.String(), "interrupted")
	require.Equal(t, 1, run(ctx, []string{"rdann", "-r", "r", "-a", "qrs"}, strings.NewReader(""), &out, &stderr))
	require.True(t, out.String() == "" || strings.HasSuffix(out.String(), "\n"))
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		x       float64
		six, tw string
	}{
		{0, "0", "0"}, {360, "360", "360"}, {1e6, "1e+06", "1000000"}, {0.00277777777, "0.00277778", "0.00277777777"},
		{1e-5, "1e-05", "1e-05"}, {512.6171875, "512.617", "512.6171875"}, {1.5e300, "1.5e+300", "1.5e+300"}, {math.Inf(1), "inf", "inf"},
		{999999.5, "1e+06", "999999.5"}, {-200, "-200", "-200"},
	} {
		require.Equal(t, c.six, number6(c.x))
		require.Equal(t, c.tw, number12(c.x))
	}
}
