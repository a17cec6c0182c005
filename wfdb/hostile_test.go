package wfdb

import (
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
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
	if limit := timeLimit(); took > limit {
		t.Errorf("took %v, the limit is %v", took, limit)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("allocated %d bytes", n)
	}
}

// timeLimit is what a refusal may take: 100 ms on a quiet machine, which
// SINUS_TIMES says this is; else what nobody would call an answer.
func timeLimit() time.Duration {
	if os.Getenv("SINUS_TIMES") != "" {
		return 100 * time.Millisecond
	}
	return 30 * time.Second
}

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
		{"F10 newline escape", "r 1 360 10\nx\\ny 16\n", fs.ErrInvalid, "file name", 2},
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
		{"F16 Inf", sig("16 Inf"), ErrHeader, "gain", 2},
		{"F16 tiny", sig("16 1e-320"), ErrRange, "gain", 2},
		{"F16 huge", sig("16 1e308"), ErrRange, "gain", 2},
		{"F16 open", sig("16 200(/mV"), ErrHeader, "baseline", 2},
		{"F17 baseline", sig("16 200(1099511627776)"), ErrLimit, "baseline", 2},
		{"F17 ADC zero", sig("16 200 12 1099511627776"), ErrLimit, "ADC zero", 2},
		{"F18 1 MB", sig("16 200 12 0 0 0 0 " + strings.Repeat("x", 1<<20)), ErrLimit, "line", 2},
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
		{"F5 zero", "r 0 360 0\n", "", func(h *Header) bool { return h.Frames == 0 }},
		{"F6 empty parentheses", "r 0 360/360() 10 () ()\n", "base counter value", func(h *Header) bool {
			return h.BaseCounter == 0 && !h.HasTime && h.TimeText == "()" && h.DateText == "()"
		}},
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
		{"F17 resolution below 0", sig("16 200 -1"), "ADC resolution", func(h *Header) bool { return h.Signals[0].ADCResolution == 12 }},
		{"F17 checksum", sig("16 200 12 0 0 99999"), "", func(h *Header) bool { return h.Signals[0].Checksum == 99999-2*65536 }},
		{"F17 block size", sig("16 200 12 0 0 0 -1"), "block size", nil},
		{"F18 bytes", sig("16 200 12 0 0 0 0 a\x1b[31m\xff"), "", func(h *Header) bool { return h.Signals[0].Description == "a\x1b[31m\xff" }},
		{"F18 units", sig("16 200/m\x1bV\xb5"), "", func(h *Header) bool { return h.Signals[0].Units == "m\x1bV\xb5" }},
		{"F20 NUL", "r 1 360 10\nr.dat 16 200 12 0 0 0 0 a\x00b\n#c\x00d\n", "", func(h *Header) bool {
			return h.Signals[0].Description == "a\x00b" && h.Comments[0] == "c\x00d"
		}},
		{"F20 no last newline", "r 1 360 10\nr.dat 16", "", func(h *Header) bool { return h.Signals[0].Format == 16 }},
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
