package wfdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

// bounded runs f and fails if it takes more time or memory than what is refused
// may take.
func bounded(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if took > 100*time.Millisecond*slowness() {
		t.Errorf("took %v", took)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("allocated %d bytes", n)
	}
}

// slowness is a factor for machines that are busy with other tests.
func slowness() time.Duration { return 5 }

func parse(text string) (*Header, error) {
	return Options{}.ParseHeader(strings.NewReader(text), "d/r.hea")
}

// TestHostileHeaders is the table of requirements.md 3.2, F1 to F25: what is
// refused, and with which error.
func TestHostileHeaders(t *testing.T) {
	sig := func(format string) string { return "r 1 360 10\nr.dat " + format + "\n" }
	for _, c := range []struct {
		name, text string
		want       error
		field      string
		line       int
	}{
		{"F1 empty", "", ErrHeader, "record line", 0},
		{"F1 comments only", "# a\n\n#b\n", ErrHeader, "record line", 3},
		{"F1 name only", "r\n", ErrHeader, "number of signals", 1},
		{"F2 negative", "r -1\n", ErrRange, "number of signals", 1},
		{"F2 2^31", "r 2147483648\n", ErrLimit, "number of signals", 1},
		{"F2 10^18", "r 1000000000000000000\n", ErrLimit, "number of signals", 1},
		{"F2 beyond 64 bits", "r 100000000000000000000\n", ErrLimit, "number of signals", 1},
		{"F2 not a number", "r 2x\n", ErrHeader, "number of signals", 1},
		{"F2 over the limit", "r 4097\n", ErrLimit, "number of signals", 1},
		{"F3 too few", "r 3 360 10\nr.dat 16\nr.dat 16\n", ErrHeader, "signals", 0},
		{"F4 zero", "r 0 0\n", ErrHeader, "sampling frequency", 1},
		{"F4 negative", "r 0 -1\n", ErrHeader, "sampling frequency", 1},
		{"F4 NaN", "r 0 NaN\n", ErrHeader, "sampling frequency", 1},
		{"F4 Inf", "r 0 Inf\n", ErrHeader, "sampling frequency", 1},
		{"F4 huge", "r 0 1e308\n", ErrHeader, "sampling frequency", 1},
		{"F4 tiny", "r 0 1e-300\n", ErrHeader, "sampling frequency", 1},
		{"F4 unit", "r 0 360Hz\n", ErrHeader, "sampling frequency", 1},
		{"F5 negative", "r 0 360 -1\n", ErrRange, "number of samples", 1},
		{"F5 2^63", "r 0 360 9223372036854775808\n", ErrLimit, "number of samples", 1},
		{"F7 none", "r/0 1\n", ErrRange, "number of segments", 1},
		{"F7 negative", "r/-5 1\n", ErrRange, "number of segments", 1},
		{"F7 2^31", "r/2147483648 1\n", ErrLimit, "number of segments", 1},
		{"F7 plus", "r/2+ 1\n", ErrHeader, "number of segments", 1},
		{"F7 too few", "r/3 1 360 20\na 10\nb 10\n", ErrHeader, "segments", 0},
		{"F7 too many", "r/1 1 360 10\na 10\nb 10\n", ErrHeader, "segments", 0},
		{"F9 negative", "r/1 1 360 20\na -10\n", ErrRange, "number of samples", 2},
		{"F9 sum beyond 64 bits", "r/2 1 360\na 9223372036854775807\nb 9223372036854775807\n", ErrRange, "segments", 0},
		{"F10 parent", "r 1 360 10\n../x 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 absolute", "r 1 360 10\n/etc/passwd 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 drive", "r 1 360 10\nC:\\x 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 share", "r 1 360 10\n\\\\host\\x 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 URL", "r 1 360 10\nhttp://x/y 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 NUL", "r 1 360 10\nx\x00y 16\n", fs.ErrInvalid, "file name", 2},
		{"F10 segment", "r/1 1 360 20\n../a 10\n", fs.ErrInvalid, "segment", 2},
		{"F12 unknown", sig("9999"), ErrFormat, "format", 2},
		{"F12 negative", sig("-16"), ErrFormat, "format", 2},
		{"F12 x0", sig("16x0"), ErrRange, "samples per frame", 2},
		{"F12 x2^30", sig("16x1073741824"), ErrLimit, "samples per frame", 2},
		{"F12 skew", sig("16:-5"), ErrRange, "skew", 2},
		{"F12 skew 2^31", sig("16:2147483648"), ErrLimit, "skew", 2},
		{"F12 offset", sig("16+4611686018427387904"), ErrLimit, "byte offset", 2},
		{"F12 offset negative", sig("16+-1"), ErrRange, "byte offset", 2},
		{"F13 frame", "r 20 360 10\n" + strings.Repeat("r.dat 16x100000\n", 20), ErrLimit, "samples per frame", 0},
		{"F14 skew", sig("16:2147483647"), ErrLimit, "skew", 2},
		{"F16 NaN", sig("16 NaN"), ErrHeader, "gain", 2},
		{"F16 tiny", sig("16 1e-320"), ErrRange, "gain", 2},
		{"F16 huge", sig("16 1e308"), ErrRange, "gain", 2},
		{"F16 open", sig("16 200(/mV"), ErrHeader, "baseline", 2},
		{"F17 baseline", sig("16 200(1099511627776)"), ErrLimit, "baseline", 2},
		{"F17 ADC zero", sig("16 200 12 1099511627776"), ErrLimit, "ADC zero", 2},
		{"F20 UTF-16", "\xff\xfer\x00 \x001\x00", ErrHeader, "header", 0},
		{"F21 two groups", "r 3 360 10\nr.dat 16\nx.dat 16\nr.dat 16\n", ErrHeader, "file name", 0},
		{"F21 two formats", "r 2 360 10\nr.dat 16\nr.dat 61\n", ErrHeader, "format", 0},
		{"F21 two offsets", "r 2 360 10\nr.dat 16+3\nr.dat 16\n", ErrHeader, "byte offset", 0},
		{"F22 version", "#wfdb 99.0\nr 0\n", ErrVersion, "version", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			bounded(t, func() { _, err = parse(c.text) })
			var he *HeaderError
			require.ErrorAs(t, err, &he)
			require.ErrorIs(t, err, c.want)
			require.Equal(t, c.field, he.Field, err)
			require.Equal(t, c.line, he.Line, err)
			require.Contains(t, err.Error(), "d/r.hea")
			require.LessOrEqual(t, len(err.Error()), 400)
			for _, b := range []byte(err.Error()) {
				require.True(t, b >= ' ' && b < 0x7f, "control characters are quoted")
			}
		})
	}
}

// TestOddHeaders are read, with a warning for what is odd.
func TestOddHeaders(t *testing.T) {
	sig := func(format string) string { return "r 1 360 10\nr.dat " + format + "\n" }
	for _, c := range []struct {
		name, text, warns string
		check             func(h *Header) bool
	}{
		{"F3 surplus", "r 1 360 10\nr.dat 16\nr.dat 16\n", "lines", func(h *Header) bool { return len(h.Signals) == 1 }},
		{"F4 fraction", "r 0 128.0\n", "", func(h *Header) bool { return h.Rate == 128 }},
		{"F4 exponent", "r 0 1e3\n", "", func(h *Header) bool { return h.Rate == 1000 }},
		{"no rate", "r 0\n", "", func(h *Header) bool { return h.Rate == 250 && h.CounterRate == 250 }},
		{"F5 none", "r 0 360\n", "", func(h *Header) bool { return h.Frames == 0 }},
		{"F6 time", "r 0 360 10 25:61:99\n", "base time", func(h *Header) bool { return !h.HasTime && h.TimeText == "25:61:99" }},
		{"F6 exponent", "r 0 360 10 1e99\n", "base time", nil},
		{"F6 date", "r 0 360 10 1:02:03 31/02/2020\n", "base date", func(h *Header) bool { return h.HasTime && h.Start.IsZero() && h.DateText == "31/02/2020" }},
		{"F6 zero date", "r 0 360 10 1:02:03 0/0/0\n", "base date", nil},
		{"F6 year", "r 0 360 10 1:02:03 1/1/1000000000\n", "base date", nil},
		{"F6 two digits", "r 0 360 10 1:02:03 1/1/99\n", "base date", nil},
		{"F6 month by name", "r 0 360 10 1:02:03 05-May-2020\n", "base date", nil},
		{"F6 date first", "r 0 360 10 1/2/2020 1:02:03\n", "base time", nil},
		{"midnight", "r 0 360 10 0:0:0\n", "", func(h *Header) bool { return h.HasTime && h.TimeOfDay == 0 }},
		{"elapsed style", "r 0 360 10      5:00\n", "", func(h *Header) bool { return h.TimeOfDay == 5*time.Minute }},
		{"F9 sum", "r/2 1 360 30\na 10\nb 10\n", "number of samples", func(h *Header) bool { return h.Frames == 20 }},
		{"F12 null", sig("0"), "", nil},
		{"F16 uncalibrated", sig("16 0"), "", func(h *Header) bool { return h.Signals[0].Gain == 0 && h.Signals[0].AduPerUnit() == 200 }},
		{"F16 negative", sig("16 -200"), "", func(h *Header) bool { return h.Signals[0].Gain == -200 }},
		{"F16 two baselines", sig("16 200(5)(6)"), "baseline", func(h *Header) bool { return h.Signals[0].Baseline == 5 }},
		{"units and baseline swapped", sig("16 200/mV(7)"), "gain", func(h *Header) bool {
			return h.Signals[0].Baseline == 7 && h.Signals[0].Units == "mV"
		}},
		{"F17 resolution", sig("16 200 99"), "ADC resolution", func(h *Header) bool { return h.Signals[0].ADCResolution == 12 }},
		{"F17 checksum", sig("16 200 12 0 0 99999"), "", func(h *Header) bool { return h.Signals[0].Checksum == 99999-2*65536 }},
		{"F17 block size", sig("16 200 12 0 0 0 -1"), "block size", nil},
		{"F18 bytes", sig("16 200 12 0 0 0 0 a\x1b[31m\xff"), "", func(h *Header) bool { return h.Signals[0].Description == "a\x1b[31m\xff" }},
		{"F20 mark", "\xef\xbb\xbfr 0\n", "", func(h *Header) bool { return h.Name == "r" }},
		{"F20 CR", "r 1 360 10\rr.dat 16\r#x\r", "", func(h *Header) bool { return len(h.Signals) == 1 && h.Comments[0] == "x" }},
		{"F20 mixed", "r 1 360 10\r\nr.dat 16\n#x\r#y", "", func(h *Header) bool { return len(h.Comments) == 2 }},
		{"F23 name", "q 0\n", "record name", nil},
		{"F25 names", "r 2 360 10\nr.dat 16 1 0 0 0 0 0 I\nr.dat 16 1 0 0 0 0 0 I\n", "description", func(h *Header) bool { return h.Signal("I") == 0 }},
		{"tabs, blank lines, comments between", "#a\n\n r\t1   360 10\n#b\n\n\tr.dat 16\n # indented\n#c\n", "", func(h *Header) bool {
			return len(h.Comments) == 2 && h.Comments[0] == "b"
		}},
		{"counter", "r 0 360/720(-5.5)\n", "", func(h *Header) bool { return h.CounterRate == 720 && h.BaseCounter == -5.5 }},
		{"counter of zero", "r 0 360/0\n", "counter frequency", func(h *Header) bool { return h.CounterRate == 360 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := parse(c.text)
			require.NoError(t, err)
			require.Equal(t, c.text, string(h.Text))
			if c.warns == "" {
				require.Empty(t, h.Warnings)
			} else {
				require.NotEmpty(t, h.Warnings)
				require.Equal(t, c.warns, h.Warnings[0].Field)
				require.Contains(t, h.Warnings[0].String(), "d/r.hea")
				fsys := fstest.MapFS{"r.hea": {Data: []byte(c.text)}}
				if h.Segments == nil {
					_, err = Options{Strict: true}.ReadHeader(fsys, "r")
					if c.name != "F23 name" {
						require.ErrorIs(t, err, ErrHeader)
					}
				}
			}
			if c.check != nil {
				require.True(t, c.check(h))
			}
		})
	}
}

// endless gives the same bytes for ever.
type endless struct {
	text string
	read int64
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[(e.read+int64(i))%int64(len(e.text))]
	}
	e.read += int64(len(p))
	return len(p), nil
}

// TestEndlessHeaders are found to be too long before they are read (F19, F24).
func TestEndlessHeaders(t *testing.T) {
	for text, limit := range map[string]int64{"x": 1 << 17, "# a comment\n": 5 << 20} {
		e := &endless{text: text}
		var err error
		bounded(t, func() { _, err = Options{}.ParseHeader(e, "r.hea") })
		require.ErrorIs(t, err, ErrLimit)
		require.Less(t, e.read, limit)
	}
}

func record(hea, dat string) fs.FS {
	return fstest.MapFS{"r.hea": {Data: []byte(hea)}, "r.dat": {Data: []byte(dat)}}
}

// readAll reads a record in physical units.
func readAll(t testing.TB, fsys fs.FS, name string) ([]float64, *Record, error) {
	r, err := Open(fsys, name)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	x, err := ecg.ReadAll[float64](r)
	return x, r, err
}

// TestHostileSignals is F5, F11, F14, F15, F26 to F29, F33.
func TestHostileSignals(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name string
		fsys fs.FS
		want []float64
		err  error
	}{
		{"F5 2^40", record("r 1 360 1099511627776\nr.dat 16 1\n", "\x01\x00\x02\x00"), []float64{1, 2}, io.ErrUnexpectedEOF},
		{"F5 none", record("r 1 360\nr.dat 16 1\n", "\x01\x00\x02\x00"), []float64{1, 2}, nil},
		{"F5 none, odd byte", record("r 1 360\nr.dat 16 1\n", "\x01\x00\x02"), []float64{1}, io.ErrUnexpectedEOF},
		{"F11 minus", record("r 1 360 2\n- 16 1\n", ""), nil, fs.ErrInvalid},
		{"F11 folder", fstest.MapFS{"r.hea": {Data: []byte("r 1 360 2\nsub 16 1\n")}, "sub/x": {}}, nil, fs.ErrInvalid},
		{"F11 no file", record("r 1 360 2\n~ 0 1\n", ""), []float64{nan, nan}, nil},
		{"F11 no file, no length", record("r 1 360\n~ 0 1\n", ""), nil, nil},
		{"F14 skew beyond the file", record("r 2 360 3\nr.dat 16:7 1\nr.dat 16 1\n", "\x01\x00\x02\x00\x01\x00\x02\x00\x01\x00\x02\x00"),
			[]float64{nan, 2, nan, 2, nan, 2}, nil},
		{"F15 offset beyond the end", record("r 1 360 2\nr.dat 16+1000 1\n", "\x01\x00"), nil, io.ErrUnexpectedEOF},
		{"F26 missing", fstest.MapFS{"r.hea": {Data: []byte("r 1 360 2\nr.dat 16 1\n")}}, nil, fs.ErrNotExist},
		{"F26 empty", record("r 1 360 2\nr.dat 16 1\n", ""), nil, io.ErrUnexpectedEOF},
		{"F26 longer", record("r 1 360 1\nr.dat 16 1\n", "\x01\x00\x02\x00"), []float64{1}, nil},
		{"F27 212 odd", record("r 1 360\nr.dat 212 1\n", "\x01\x00\x02\x03\x00"), []float64{1, 2, 3}, nil},
		{"F27 212 one byte", record("r 1 360\nr.dat 212 1\n", "\x01\x00\x02\x03"), []float64{1, 2}, io.ErrUnexpectedEOF},
		{"F27 310 one byte", record("r 1 360\nr.dat 310 1\n", "\x02\x18\x04\x00\x08"), []float64{1, 2, 3}, io.ErrUnexpectedEOF},
		{"F27 310 three", record("r 1 360\nr.dat 310 1\n", "\x02\x18\x04\x00\x08\x00\x01"), []float64{1, 2, 3, 4}, io.ErrUnexpectedEOF},
		{"F27 311 three", record("r 1 360\nr.dat 311 1\n", "\x01\x08\x30\x00\x04\x14\x00"), []float64{1, 2, 3, 4, 5}, nil},
		{"F28 checksum", record("r 1 360 2\nr.dat 16 1 12 0 1 4\n", "\x01\x00\x02\x00"), []float64{1, 2}, ErrChecksum},
		{"F28 initial value", record("r 1 360 2\nr.dat 16 1 12 0 7 3\n", "\x01\x00\x02\x00"), []float64{1, 2}, ErrChecksum},
		{"F28 unsigned checksum", record("r 1 360 2\nr.dat 16 1 12 0 -1 65533\n", "\xff\xff\xfe\xff"), []float64{-1, -2}, nil},
		{"F29 sentinels", record("r 1 360 2\nr.dat 16 1\n", "\x00\x80\x00\x80"), []float64{nan, nan}, nil},
		{"no signals", record("r 0 360 2\n", ""), nil, nil},
		{"frame cut", record("r 2 360\nr.dat 16 1\nr.dat 16 1\n", "\x01\x00\x02\x00\x03\x00"), []float64{1, 2}, io.ErrUnexpectedEOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			bounded(t, func() {
				got, r, err := readAll(t, c.fsys, "r")
				if c.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.err)
					if !errors.Is(err, fs.ErrNotExist) && c.name != "F11 folder" {
						require.Contains(t, err.Error(), "r.")
					}
				}
				require.Len(t, got, len(c.want))
				for i := range c.want {
					require.True(t, got[i] == c.want[i] || got[i] != got[i] && c.want[i] != c.want[i], "%v", got)
				}
				if r != nil {
					_, err = r.Read(make([]float64, 8))
					require.ErrorIs(t, err, fs.ErrClosed)
				}
			})
		})
	}
}

// TestChecksumOnce: the error comes once, after the samples, then io.EOF.
func TestChecksumOnce(t *testing.T) {
	r, err := Open(record("r 1 360 2\nr.dat 16 1 12 0 1 4\n", "\x01\x00\x02\x00"), "r")
	require.NoError(t, err)
	p := make([]float64, 8)
	n, err := r.Read(p)
	require.Equal(t, 2, n)
	require.NoError(t, err)
	_, err = r.Read(p)
	var ce *ChecksumError
	require.ErrorAs(t, err, &ce)
	require.Equal(t, []Mismatch{{"r.dat", 0, "record r, signal 0", "checksum", 4, 3}}, ce.Mismatches)
	for range 3 {
		_, err = r.Read(p)
		require.Equal(t, io.EOF, err)
	}
	require.NoError(t, r.SeekFrame(1))
	_, err = ecg.ReadAll[float64](r)
	require.NoError(t, err, "nothing to verify after a move")
	require.NoError(t, r.SeekFrame(0))
	_, err = ecg.ReadAll[float64](r)
	require.ErrorIs(t, err, ErrChecksum, "but from the start there is")
}

func TestSeekLimits(t *testing.T) {
	flac, _ := randomRecord(t, 516, 1, 2)
	b, err := fs.ReadFile(flac, "w.dat")
	require.NoError(t, err)
	for _, fsys := range []fs.FS{
		record("r 1 360 2\nr.dat 16 1\n", "\x01\x00\x02\x00"),
		record("r 1 360\nr.dat 16 1\n", "\x01\x00\x02\x00"),
		record("r 1 360\nr.dat 212 1\n", "\x01\x00\x02"),
		record("r 1 360\nr.dat 8 1 0 0 0\n", "\x01\x01"),
		record("r 1 360\nr.dat 516 1\n", string(b)),
		stream{record("r 1 360\nr.dat 16 1\n", "\x01\x00\x02\x00")},
	} {
		want, _, err := readAll(t, fsys, "r")
		require.NoError(t, err)
		require.Len(t, want, 2)
		r, err := Open(fsys, "r")
		require.NoError(t, err)
		require.ErrorIs(t, r.SeekFrame(-1), ErrRange)
		for _, n := range []int64{2, 3, 1 << 40, 1 << 61, 1 << 62, 1<<62 + 1, math.MaxInt64} {
			require.NoError(t, r.SeekFrame(n))
			_, err := r.Read(make([]float64, 4))
			require.Equal(t, io.EOF, err)
		}
		require.NoError(t, r.SeekFrame(1))
		x, err := ecg.ReadAll[float64](r)
		require.NoError(t, err)
		require.Equal(t, want[1:], x)
	}
}

// TestHostileSegments is F8 and F9, and segments that are not what the master
// header says.
func TestHostileSegments(t *testing.T) {
	two := "\x01\x00\x02\x00"
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	base := func() fstest.MapFS {
		return fstest.MapFS{
			"m.hea": file("m/2 1 360 4\na 2\nb 2\n"),
			"a.hea": file("a 1 360 2\na.dat 16 1\n"), "a.dat": file(two),
			"b.hea": file("b 1 360 2\nb.dat 16 1\n"), "b.dat": file(two),
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(m fstest.MapFS)
		want  string
		err   error
	}{
		{"fine", func(m fstest.MapFS) {}, "[1 2 1 2]", nil},
		{"F8 names itself", func(m fstest.MapFS) { m["m.hea"] = file("m/1 1 360 4\nm 4\n") }, "[]", ErrHeader},
		{"F8 master in master", func(m fstest.MapFS) { m["a.hea"] = file("a/1 1 360 2\nb 2\n") }, "[]", ErrHeader},
		{"F8 second is a master", func(m fstest.MapFS) { m["b.hea"] = file("b/1 1 360 2\nm 2\n") }, "[1 2]", ErrHeader},
		{"short segment", func(m fstest.MapFS) { m["a.dat"] = file("\x01\x00") }, "[1 NaN 1 2]", io.ErrUnexpectedEOF},
		{"long segment", func(m fstest.MapFS) {
			m["a.hea"], m["a.dat"] = file("a 1 360 3\na.dat 16 1\n"), file(two+"\x03\x00")
		}, "[1 2 1 2]", nil},
		{"header of segment is shorter", func(m fstest.MapFS) { m["a.hea"] = file("a 1 360 1\na.dat 16 1\n") }, "[1 NaN 1 2]", nil},
		{"missing header", func(m fstest.MapFS) { delete(m, "b.hea") }, "[1 2]", fs.ErrNotExist},
		{"missing file", func(m fstest.MapFS) { delete(m, "b.dat") }, "[1 2]", fs.ErrNotExist},
		{"other rate", func(m fstest.MapFS) { m["b.hea"] = file("b 1 250 2\nb.dat 16 1\n") }, "[1 2]", ErrHeader},
		{"more signals", func(m fstest.MapFS) { m["b.hea"] = file("b 2 360 1\nb.dat 16 1\nb.dat 16 1\n") }, "[1 2]", ErrHeader},
		{"own gain", func(m fstest.MapFS) { m["b.hea"] = file("b 1 360 2\nb.dat 16 10\n") }, "[1 2 0.1 0.2]", nil},
		{"gap", func(m fstest.MapFS) { m["m.hea"] = file("m/3 1 360 5\na 2\n~ 1\nb 2\n") }, "[1 2 NaN 1 2]", nil},
		{"empty segment", func(m fstest.MapFS) { m["m.hea"] = file("m/3 1 360 4\na 2\nx 0\nb 2\n") }, "[1 2 1 2]", nil},
		{"gaps only", func(m fstest.MapFS) { m["m.hea"] = file("m/1 1 360 4\n~ 4\n") }, "[]", ErrHeader},
		{"checksum in a segment", func(m fstest.MapFS) { m["a.hea"] = file("a 1 360 2\na.dat 16 1 12 0 1 9\n") }, "[1 2 1 2]", ErrChecksum},
		{"layout without gain", func(m fstest.MapFS) {
			m["m.hea"] = file("m/3 1 360 4\nL 0\na 2\nb 2\n")
			m["L.hea"] = file("L 2 360 0\n~ 0 0 12 0 0 0 0 I\n~ 0 1 12 0 0 0 0 II\n")
			m["a.hea"] = file("a 1 360 2\na.dat 16 0 12 0 1 3 0 II\n")
			m["b.hea"] = file("b 1 360 2\nb.dat 16 0 12 0 1 3 0 I\n")
		}, "[NaN 0 NaN 0 0.005 NaN 0.01 NaN]", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := base()
			c.spoil(m)
			bounded(t, func() {
				got, _, err := readAll(t, m, "m")
				if c.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.err)
				}
				require.Equal(t, c.want, fmt.Sprint(got))
			})
		})
	}
}

// TestNames: what is asked for has to lie in the root (F10, F62).
func TestNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "../x", "/x", "a//b", "a/../b", "C:x", "c:\\x", "a\\b", "http://h/x", "a\x00", "/", "x/..", "\x1b[31m\n"} {
		_, err := Open(fstest.MapFS{}, name)
		require.ErrorIs(t, err, fs.ErrInvalid, "%q", name)
		require.NotContains(t, err.Error(), "\x1b")
		_, err = ReadAnnotations(fstest.MapFS{}, name, "atr")
		require.ErrorIs(t, err, fs.ErrInvalid, "%q", name)
	}
	_, err := ReadAnnotations(fstest.MapFS{}, "r", "../../atr")
	require.ErrorIs(t, err, fs.ErrInvalid)

	m := fstest.MapFS{"db/100/100.hea": {Data: []byte("100 1 360 2\n100.dat 16 1\n")}, "db/100/100.dat": {Data: []byte("\x01\x00\x02\x00")}}
	for _, name := range []string{"db/100/100", "db/100/", "db/100/100.hea"} {
		x, _, err := readAll(t, m, name)
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2}, x)
	}

	// A link out of the root: an os.Root refuses it.
	dir := t.TempDir()
	inside := filepath.Join(dir, "in")
	require.NoError(t, os.Mkdir(inside, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.dat"), []byte("\x01\x00"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "r.hea"), []byte("r 1 360 1\nr.dat 16 1\n"), 0o600))
	if os.Symlink("../secret.dat", filepath.Join(inside, "r.dat")) == nil {
		root, err := os.OpenRoot(inside)
		require.NoError(t, err)
		_, _, err = readAll(t, root.FS(), "r")
		require.Error(t, err)
	}
}

// TestCutEverywhere cuts a record and annotations at every byte: what comes is
// a prefix, and there is an error unless all came.
func TestCutEverywhere(t *testing.T) {
	for _, f := range formats[1:] {
		fsys, _ := randomRecord(t, f.number, 2, 25)
		hea, err := fs.ReadFile(fsys, "w.hea")
		require.NoError(t, err)
		dat, err := fs.ReadFile(fsys, "w.dat")
		require.NoError(t, err)
		whole, _, err := readAll(t, fsys, "w")
		require.NoError(t, err)
		for n := range dat {
			if f.number == 311 && n == len(dat)-1 {
				continue // its last two samples need no more
			}
			got, _, err := readAll(t, fstest.MapFS{"w.hea": {Data: hea}, "w.dat": {Data: dat[:n]}}, "w")
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("format %d cut at %d: %v", f.number, n, err)
			}
			for i, v := range got {
				if v != whole[i] && v == v {
					t.Fatalf("format %d cut at %d: value %d is %v, was %v", f.number, n, i, v, whole[i])
				}
			}
		}
		for n := range hea {
			var r *Record
			r, err := Open(fstest.MapFS{"w.hea": {Data: hea[:n]}, "w.dat": {Data: dat}}, "w")
			if err == nil {
				ecg.ReadAll[float64](r)
				r.Close()
			}
		}
	}
}

// TestFlac is F30 and F31: streams that are not what they say.
func TestFlac(t *testing.T) {
	fsys, _ := randomRecord(t, 516, 2, 100)
	dat, err := fs.ReadFile(fsys, "w.dat")
	require.NoError(t, err)
	const hea = "r 2 360 100\nr.dat 516 1\nr.dat 516 1\n"
	edit := func(f func(b []byte) []byte) string { return string(f(bytes.Clone(dat))) }
	for _, c := range []struct {
		name, hea, dat string
		err            error
	}{
		{"fine", hea, string(dat), nil},
		{"garbage after the end", hea, string(dat) + "garbage", nil},
		{"wrong sync", hea, edit(func(b []byte) []byte { b[42] = 0; return b }), ErrSignal},
		{"bits unlike the format", strings.ReplaceAll(hea, "516", "508"), string(dat), ErrSignal},
		{"channels unlike the group", "r 1 360 100\nr.dat 516 1\n", string(dat), ErrSignal},
		{"samples per frame", "r 2 360 100\nr.dat 516x2 1\nr.dat 516 1\n", string(dat), ErrSignal},
		{"not FLAC", hea, "RIFF" + string(dat[4:]), ErrSignal},
		{"no STREAMINFO", hea, "fLaC\x81\x00\x00\x04abcd", ErrSignal},
		{"2^36 samples claimed", hea, edit(func(b []byte) []byte { b[21] |= 15; return b }), nil},
		{"16 MB picture", hea, edit(func(b []byte) []byte {
			b[4] &= 0x7f
			return append(append(b[:42:42], 0x86, 0xff, 0xff, 0xff), b[42:]...)
		}), io.ErrUnexpectedEOF},
		{"endless 0xFF", hea, string(dat[:42]) + strings.Repeat("\xff", 1<<16), ErrSignal},
		{"24 kHz", hea, edit(func(b []byte) []byte { b[44] = b[44]&0xf0 | 7; return b }), ErrSignal},
		{"cut", hea, string(dat[:100]), io.ErrUnexpectedEOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			bounded(t, func() {
				x, _, err := readAll(t, record(c.hea, c.dat), "r")
				if c.err == nil {
					require.NoError(t, err)
					require.Len(t, x, 200)
					return
				}
				require.ErrorIs(t, err, c.err)
				require.Contains(t, err.Error(), "r.dat")
			})
		})
	}
}

// TestDecodedLimit: a limit on what a file may unpack to (F31).
func TestDecodedLimit(t *testing.T) {
	for _, format := range []int{16, 212, 516} {
		fsys, _ := randomRecord(t, format, 2, 5000)
		r, err := Options{Limits: Limits{DecodedBytes: 8 * 4000}}.Open(fsys, "w")
		require.NoError(t, err)
		x, err := ecg.ReadAll[float64](r)
		require.ErrorIs(t, err, ErrLimit)
		require.Len(t, x, 2*4000)
	}
}

func TestSkewLimit(t *testing.T) {
	_, err := Open(record("r 100 360 10\n"+strings.Repeat("r.dat 16:1000000 1\n", 100), ""), "r")
	require.ErrorIs(t, err, ErrLimit)
}

// TestManyFiles: a header of 4096 files, each with a scale of its own, is
// opened and read in little memory, and refused as fast if they are not there.
func TestManyFiles(t *testing.T) {
	var hea strings.Builder
	hea.WriteString("r 4096 360 30\n")
	m := fstest.MapFS{}
	for i := range 4096 {
		fmt.Fprintf(&hea, "f%d 16 %d\n", i, i+1)
		m[fmt.Sprintf("f%d", i)] = &fstest.MapFile{Data: make([]byte, 60)}
	}
	m["r.hea"] = &fstest.MapFile{Data: []byte(hea.String())}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, _, err := readAll(t, m, "r")
	require.NoError(t, err)
	require.Len(t, x, 30*4096)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(48<<20)) // a third of it the values themselves
	delete(m, "f0")
	p := make([]float64, 4096)
	bounded(t, func() {
		r, err := Open(m, "r")
		require.NoError(t, err)
		_, err = r.Read(p)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoError(t, r.Close())
	})
}
