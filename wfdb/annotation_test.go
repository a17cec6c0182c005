package wfdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func readBytes(b string, o AnnotationOptions) ([]Annotation, *AnnotationReader, error) {
	r := NewAnnotationReader(strings.NewReader(b), o)
	a, err := ecg.ReadAll[Annotation](r)
	return a, r, err
}

// TestHostileAnnotations is the table of requirements.md 3.2, F34 to F43.
func TestHostileAnnotations(t *testing.T) {
	skip := func(hi, lo string) string { return "\x00\xec" + hi + lo }
	max31 := skip("\xff\x7f", "\xff\xff")
	note := func(s string) string {
		return fmt.Sprintf("\x00\x58%c\xfc%s%s", len(s), s, strings.Repeat("\x00", len(s)%2))
	}
	for _, c := range []struct {
		name, bytes string
		count       int
		err         error
		warns       string
		check       func(a []Annotation, r *AnnotationReader) bool
	}{
		{"F34 empty", "", 0, nil, "end mark", func(a []Annotation, r *AnnotationReader) bool { return !r.Unclosed() }},
		{"F34 one byte", "\x0a", 0, io.ErrUnexpectedEOF, "", nil},
		{"F34 odd length", "\x0a\x04\x0a", 1, io.ErrUnexpectedEOF, "", func(a []Annotation, r *AnnotationReader) bool { return r.Unclosed() }},
		{"F34 no end mark", "\x0a\x04\x0a\x04", 2, nil, "end mark", func(a []Annotation, r *AnnotationReader) bool { return r.Unclosed() }},
		{"F35 SKIP and no more", "\x0a\x04" + max31, 1, io.ErrUnexpectedEOF, "", func(a []Annotation, r *AnnotationReader) bool { return !r.Unclosed() }},
		{"F36 negative time", "\x0a\x04" + skip("\xff\xff", "\x00\x00") + "\x00\x04\x00\x00", 1, ErrRange, "", nil},
		{"F36 backwards", "\x64\x04" + skip("\xff\xff", "\xce\xff") + "\x00\x04\x00\x00", 2, nil, "time",
			func(a []Annotation, r *AnnotationReader) bool { return a[1].Time == 50 }},
		{"F37 AUX cut", "\x0a\x04\xff\xfcabc", 0, io.ErrUnexpectedEOF, "", nil},
		{"F37 AUX without filler", "\x0a\x04\x03\xfcabc", 1, nil, "end mark", func(a []Annotation, r *AnnotationReader) bool { return a[0].Aux == "abc" }},
		{"F37 bytes", "\x0a\x04\x04\xfc\x00\xff\x1b[\x00\x00", 1, nil, "", func(a []Annotation, r *AnnotationReader) bool {
			return a[0].Aux == "\x00\xff\x1b[" && a[0].Text() == ""
		}},
		{"F38 modifiers first", "\x05\xf0\x02\xfcxx\x0a\x04\x00\x00", 1, nil, "modifier", func(a []Annotation, r *AnnotationReader) bool { return a[0].Num == 5 && a[0].Aux == "" }},
		{"F38 repeated", "\x0a\x04\x05\xf0\x06\xf0\x01\xf4\x02\xf4\x00\x00", 1, nil, "", func(a []Annotation, r *AnnotationReader) bool { return a[0].Num == 6 && a[0].Subtype == 2 }},
		{"F38 a million", "\x0a\x04" + strings.Repeat("\x05\xf0", 1_000_000) + "\x00\x00", 1, nil, "", nil},
		{"F39 unknown code", "\x0a\xb0\x0a\xe8\x00\x00", 2, nil, "", func(a []Annotation, r *AnnotationReader) bool { return a[0].Code == 44 && a[1].Code == 58 }},
		{"F40 resolution 0", note("## time resolution: 0") + "\x0a\x04\x00\x00", 1, nil, "time resolution", func(a []Annotation, r *AnnotationReader) bool { return a[0].Time == 10 }},
		{"F40 resolution 1e400", note("## time resolution: 1e400") + "\x0a\x04\x00\x00", 1, nil, "time resolution", nil},
		{"F40 resolution abc", note("## time resolution: abc") + "\x0a\x04\x00\x00", 1, nil, "time resolution", nil},
		{"F40 ten thousand definitions", strings.Repeat(note("42 X y"), 10_000) + "\x00\x00", 0, ErrLimit, "", nil},
		{"F40 code 200", note("200 X y") + "\x0a\x04\x00\x00", 1, nil, "annotation type", nil},
		{"F42 four bytes", "\x00N\x00\x00", 1, nil, "", func(a []Annotation, r *AnnotationReader) bool { return a[0].Code == 19 && !r.aha }},
		{"skips only", strings.Repeat(max31, 1000) + "\x00\x00", 0, nil, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			bounded(t, func() {
				a, r, err := readBytes(c.bytes, AnnotationOptions{Name: "r.atr", Clock: 360})
				if c.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.err)
					var ae *AnnotationError
					require.ErrorAs(t, err, &ae)
					require.Contains(t, err.Error(), "r.atr: byte")
				}
				require.Len(t, a, c.count)
				if c.warns != "" {
					require.Equal(t, c.warns, r.Warnings()[0].Field)
				} else {
					require.Empty(t, r.Warnings())
				}
				require.True(t, c.check == nil || c.check(a, r))
			})
		})
	}
}

// TestAnnotationTimeOverflow: F35, 2^63 ticks are 2^32 SKIPs; the reader starts
// near the end of the range instead.
func TestAnnotationTimeOverflow(t *testing.T) {
	r := NewAnnotationReader(strings.NewReader(strings.Repeat("\x00\xec\xff\x7f\xff\xff", 10)), AnnotationOptions{Name: "r.atr"})
	r.time = math.MaxInt64 - 5<<31
	_, err := ecg.ReadAll[Annotation](r)
	require.ErrorIs(t, err, ErrRange)
}

// TestNegativeTimes: who asks for them gets what the C library gives.
func TestNegativeTimes(t *testing.T) {
	b := "\x00\xec\xff\xff\x0c\xfe\x00\x04\x64\x04\x00\x00" // SKIP -500
	_, _, err := readBytes(b, AnnotationOptions{Name: "r.atr"})
	require.EqualError(t, err, "wfdb: r.atr: byte 8: out of range: an annotation before the first frame")
	a, _, err := readBytes(b, AnnotationOptions{Negative: true})
	require.NoError(t, err)
	require.Equal(t, []Annotation{{Time: -500, Code: Normal}, {Time: -400, Code: Normal}}, a)
	aha := "\x00N\xff\xff\xfe\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	_, _, err = readBytes(aha, AnnotationOptions{Format: AHAFormat})
	require.ErrorIs(t, err, ErrRange)
	a, r, err := readBytes(aha, AnnotationOptions{Format: AHAFormat, Negative: true})
	require.NoError(t, err)
	require.Equal(t, int64(-2), a[0].Time)
	require.True(t, r.Unclosed())
	require.Equal(t, "end mark", r.Warnings()[0].Field)
}

// TestManySkips is F41: SKIPs without end take time, but no memory, and the
// reader of the file is asked again and again: a context ends them.
func TestManySkips(t *testing.T) {
	const there, back = "\x00\xec\xff\x7f\xff\xff", "\x00\xec\x00\x80\x01\x00"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	in := &endless{text: there + back}
	ctx, cancel := context.WithCancel(t.Context())
	r := NewAnnotationReader(readerFunc(func(p []byte) (int, error) {
		if in.read > 64<<20 {
			cancel()
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return in.Read(p)
	}), AnnotationOptions{Name: "r.atr"})
	n, err := r.Read(make([]Annotation, 1))
	require.Zero(t, n)
	require.ErrorIs(t, err, context.Canceled)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func randomAnnotations(seed uint64, n int) []Annotation {
	rnd := rand.New(rand.NewPCG(seed, 1))
	a := make([]Annotation, n)
	at := int64(0)
	for i := range a {
		switch rnd.IntN(8) {
		case 0:
			at += 5 << 31
		case 1:
			at += rnd.Int64N(1 << 33)
		case 2, 3:
		default:
			at += rnd.Int64N(1100)
		}
		a[i] = Annotation{Time: at, Code: Code(rnd.IntN(int(MaxCode) + 1))}
		if rnd.IntN(3) == 0 {
			a[i].Subtype, a[i].Channel, a[i].Num = int8(rnd.IntN(256)), uint8(rnd.IntN(256)), int8(rnd.IntN(256))
		}
		if rnd.IntN(3) == 0 {
			b := make([]byte, 1+rnd.IntN(255))
			for j := range b {
				b[j] = byte(rnd.IntN(256))
			}
			a[i].Aux = string(b)
		}
	}
	a[0].Time = 1 // a note at time 0 would be one about the file
	SortAnnotations(a)
	return a
}

// TestAnnotationsRoundTrip: what is written is read, through readers that give
// what they like; a file cut anywhere gives a prefix and an error.
func TestAnnotationsRoundTrip(t *testing.T) {
	types := []AnnotationType{{1, "n", "normal, renamed"}, {42, "X", "mine"}}
	for seed := range uint64(20) {
		a := randomAnnotations(seed, 60)
		for _, o := range []AnnotationWriterOptions{{}, {Rate: 360}, {Rate: 128.25, Types: types}, {Types: types}} {
			var b bytes.Buffer
			require.NoError(t, WriteAnnotations(&b, a, o))
			for _, in := range []io.Reader{bytes.NewReader(b.Bytes()), iotest.OneByteReader(bytes.NewReader(b.Bytes())),
				iotest.DataErrReader(bytes.NewReader(b.Bytes())), iotest.HalfReader(bytes.NewReader(b.Bytes()))} {
				r := NewAnnotationReader(in, AnnotationOptions{})
				got, err := ecg.ReadAll[Annotation](r)
				require.NoError(t, err)
				require.Equal(t, a, got)
				require.Equal(t, o.Rate, r.Rate())
				require.Equal(t, o.Types, r.Types())
				require.False(t, r.Unclosed())
			}
			if seed > 0 {
				continue
			}
			for n := range b.Len() {
				r := NewAnnotationReader(bytes.NewReader(b.Bytes()[:n]), AnnotationOptions{})
				got, err := ecg.ReadAll[Annotation](r)
				if err == nil { // cut between words: who knows
					require.Equal(t, "end mark", r.Warnings()[len(r.Warnings())-1].Field)
				} else {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d", n)
				}
				if k := len(got); k > 0 { // the last one may lack what describes it
					require.Equal(t, a[:k-1], got[:k-1])
					require.Equal(t, a[k-1].Time, got[k-1].Time)
				}
			}
		}
	}
}

func TestAnnotationWriterRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		a Annotation
		o AnnotationWriterOptions
	}{
		"code":                {a: Annotation{Code: 50}},
		"long text":           {a: Annotation{Code: 1, Aux: strings.Repeat("x", 256)}},
		"far away":            {a: Annotation{Code: 1, Time: 1 << 60}},
		"rate":                {o: AnnotationWriterOptions{Rate: math.NaN()}},
		"definition of 0":     {o: AnnotationWriterOptions{Types: []AnnotationType{{0, "x", ""}}}},
		"mnemonic with blank": {o: AnnotationWriterOptions{Types: []AnnotationType{{42, "x y", ""}}}},
		"AHA with rate":       {o: AnnotationWriterOptions{Format: AHAFormat, Rate: 360}},
		"AHA time":            {a: Annotation{Code: 1, Time: 1 << 40}, o: AnnotationWriterOptions{Format: AHAFormat}},
	} {
		var b bytes.Buffer
		err := WriteAnnotations(&b, []Annotation{c.a}, c.o)
		var ae *AnnotationError
		require.ErrorAs(t, err, &ae, name)
	}
	w := NewAnnotationWriter(failing{}, AnnotationWriterOptions{})
	require.NoError(t, w.Write(Annotation{Time: 1, Code: 1}))
	require.ErrorIs(t, w.Close(), errFailing)
	require.ErrorIs(t, w.Write(Annotation{Time: 1, Code: 1}), errFailing)
}

var errFailing = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFailing }

// TestAnnotationFlush: what was flushed can be read while the file is open.
func TestAnnotationFlush(t *testing.T) {
	var b bytes.Buffer
	w := NewAnnotationWriter(&b, AnnotationWriterOptions{Rate: 360})
	for i := range int64(5) {
		require.NoError(t, w.Write(Annotation{Time: 100 * i, Code: Normal}))
		require.NoError(t, w.Flush())
		a, _, err := readBytes(b.String(), AnnotationOptions{})
		require.NoError(t, err)
		require.Len(t, a, int(i)+1)
	}
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	require.Error(t, w.Write(Annotation{}))
}

func TestAnnotationContract(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteAnnotations(&b, randomAnnotations(7, 500), AnnotationWriterOptions{Rate: 250}))
	for final, file := range map[error][]byte{io.EOF: b.Bytes(), io.ErrUnexpectedEOF: b.Bytes()[:b.Len()-1]} {
		require.NoError(t, ecgtest.CheckReader(ecgtest.Reader[Annotation]{
			New: func() ecg.Reader[Annotation] {
				return NewAnnotationReader(bytes.NewReader(file), AnnotationOptions{Clock: 360})
			},
			Final: final, MayAlloc: true, // texts
		}))
	}
}

func TestReadAnnotations(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteAnnotations(&b, []Annotation{{Time: 1000, Code: Normal}}, AnnotationWriterOptions{Rate: 1000}))
	m := fstest.MapFS{"db/r.atr": {Data: b.Bytes()}}
	a, err := ReadAnnotations(m, "db/r", "atr")
	require.NoError(t, err)
	require.Equal(t, int64(1000), a.List[0].Time)
	require.Equal(t, 1000.0, a.Clock)
	m["db/r.hea"] = &fstest.MapFile{Data: []byte("r 0 360\n")}
	a, err = ReadAnnotations(m, "db/r", "atr")
	require.NoError(t, err)
	require.Equal(t, int64(360), a.List[0].Time)
	require.Equal(t, 360.0, a.Clock)
	require.Equal(t, 1000.0, a.Rate)
	require.Empty(t, a.Warnings)
	m["db/r.hea"] = &fstest.MapFile{Data: []byte("r 0 360 100\n")}
	a, err = ReadAnnotations(m, "db/r", "atr")
	require.NoError(t, err)
	require.Equal(t, "time", a.Warnings[0].Field) // F43
	m["db/r.hea"] = &fstest.MapFile{Data: []byte("r\n")}
	a, err = ReadAnnotations(m, "db/r", "atr")
	require.NoError(t, err)
	require.Len(t, a.Warnings, 1)
}

func TestCodes(t *testing.T) {
	for c := Code(0); c < 64; c++ {
		if c.String() != "" && c <= 58 {
			got, ok := ParseCode(c.String())
			require.True(t, ok)
			require.Equal(t, c, got)
		}
	}
	_, ok := ParseCode("nonsense")
	require.False(t, ok)
	require.Equal(t, "[255]", Code(255).String())
	require.Equal(t, ecg.Supraventricular, NodalEscape.BxbClass())
	require.Equal(t, ecg.Normal, NodalEscape.DeChazalClass())
	require.Equal(t, ecg.Unclassified, FlutterWave.BxbClass())
}

// TestDatabaseCounts has the counts of reference wfdb-format.md, section 9, of
// the annotations of the MIT-BIH Arrhythmia Database.
func TestDatabaseCounts(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "mitdb")
	list, err := filepath.Glob(filepath.Join(dir, "*.atr"))
	require.NoError(t, err)
	require.Len(t, list, 48)
	var codes [64]int
	var bxb, chazal [6]int
	for _, path := range list {
		name := strings.TrimSuffix(filepath.Base(path), ".atr")
		a, err := ReadAnnotations(os.DirFS(dir), name, "atr")
		require.NoError(t, err)
		for _, x := range a.List {
			codes[x.Code]++
			switch name {
			case "102", "104", "107", "217":
			default:
				bxb[x.Code.BxbClass()]++
				chazal[x.Code.DeChazalClass()]++
			}
		}
	}
	for text, n := range map[string]int{"N": 75052, "L": 8075, "R": 7259, "V": 7130, "/": 7028, "A": 2546, "+": 1291, "f": 982,
		"F": 803, "~": 616, "!": 472, "\"": 437, "j": 229, "x": 193, "a": 150, "|": 132, "E": 106, "J": 83, "Q": 33, "e": 16,
		"[": 6, "]": 6, "S": 2} {
		c, ok := ParseCode(text)
		require.True(t, ok)
		require.Equal(t, n, codes[c], text)
	}
	require.Equal(t, []int{89880, 3026, 7009, 803, 15}, bxb[1:])
	require.Equal(t, []int{90125, 2781, 7009, 803, 15}, chazal[1:])
}

// TestAHALetters is the table of reference wfdb-format.md, section 8.4.
func TestAHALetters(t *testing.T) {
	letters := map[Code]byte{}
	for _, c := range []Code{1, 2, 3, 4, 7, 8, 9, 11, 25, 34, 35, 38} {
		letters[c] = 'N'
	}
	letters[5], letters[6], letters[10], letters[12], letters[13], letters[30] = 'V', 'F', 'E', 'P', 'Q', 'Q'
	letters[32], letters[33], letters[41] = '[', ']', 'R'
	for c := Code(0); c <= MaxCode; c++ {
		want := letters[c]
		if want == 0 {
			want = 'O'
		}
		require.Equal(t, want, ahaLetter(&Annotation{Code: c}), "%d", c)
	}
	require.Equal(t, byte('U'), ahaLetter(&Annotation{Code: SignalQuality, Subtype: -1}))
}

// TestConvertTime stays in range.
func TestConvertTime(t *testing.T) {
	require.Equal(t, int64(3), convertTime(5, 1, 2), "half up")
	require.Equal(t, int64(-2), convertTime(-5, 1, 2))
	require.Equal(t, int64(math.MaxInt64), convertTime(math.MaxInt64, 1e6, 1))
	require.Equal(t, int64(math.MinInt64), convertTime(math.MinInt64, 1e6, 1))
}
