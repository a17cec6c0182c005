package edf

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

// memory is an io.WriteSeeker.
type memory struct {
	b   []byte
	pos int
}

func (m *memory) Write(p []byte) (int, error) {
	if n := m.pos + len(p); n > len(m.b) {
		m.b = append(m.b, make([]byte, n-len(m.b))...)
	}
	m.pos += copy(m.b[m.pos:], p)
	return len(p), nil
}

func (m *memory) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += int64(m.pos)
	case io.SeekEnd:
		off += int64(len(m.b))
	}
	m.pos = int(off)
	return off, nil
}

func TestWriteAndReadBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		rate   float64
		spf    []int
		frames int // of a data record
		dur    string
	}{
		{360, []int{1, 1}, 360, "1"},
		{250, []int{1}, 250, "1"},
		{128.5, []int{1}, 257, "2"},
		{62.4725, []int{1}, 24989, "400"},
		{100, []int{4, 1, 2}, 100, "1"},
		{0.5, []int{1}, 1, "2"},
		{1000, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 929, "0.929"},
		{130.061, []int{1}, 130, "0.999531"}, // not exact: 130061 samples would not fit
	} {
		var m memory
		config := WriterConfig{Rate: c.rate, Start: time.Date(2020, 2, 29, 23, 59, 59, 5e8, time.UTC), PatientName: "Jané Doe", Sex: "F"}
		width := 0
		for i, n := range c.spf {
			config.Signals = append(config.Signals, WriterSignal{Label: fmt.Sprint("ECG ", i), Unit: "mV", SamplesPerFrame: n})
			width += n
		}
		w, err := NewWriter(&m, config)
		require.NoError(t, err)
		require.EqualValues(t, c.frames, w.frames, "%v Hz", c.rate)
		require.Equal(t, c.dur, w.seconds)
		frames := 2*c.frames + 7
		x := make([]int32, frames*width)
		for i := range x {
			x[i] = int32(rnd.IntN(65535)) - 32767
		}
		x[3*width] = InvalidSample
		for rest := x; len(rest) > 0; {
			n := min(len(rest), width*(1+rnd.IntN(100)))
			require.NoError(t, w.WriteDigital(rest[:n]))
			rest = rest[n:]
		}
		require.Equal(t, 500*time.Millisecond, w.Onset(0))
		require.NoError(t, w.Annotate(Annotation{Onset: 1250 * time.Millisecond, Duration: time.Second, Text: "Überprüfung"}))
		require.NoError(t, w.Close())
		require.NoError(t, w.Close())
		strict(t, m.b)

		r, err := openBytes(m.b)
		require.NoError(t, err)
		require.InDelta(t, c.rate, r.Header().Rate(0)/float64(c.spf[0]), c.rate*1e-6)
		require.Equal(t, time.Date(2020, 2, 29, 23, 59, 59, 5e8, time.UTC), r.Header().Start)
		require.Equal(t, "X F X Jan?_Doe", r.Header().Patient)
		a, err := r.Annotations()
		require.NoError(t, err)
		require.Len(t, a, 1)
		require.Equal(t, "1.25s 1s Überprüfung", fmt.Sprint(a[0].Onset, " ", a[0].Duration, " ", a[0].Text))
		require.EqualValues(t, 0, r.Frame(w.Onset(0)))
		for i, n := range c.spf {
			r, err := Options{Signals: []int{i}}.Open(singleFile(m.b), "x.edf")
			require.NoError(t, err)
			got := readDigital(t, r)
			require.Len(t, got, (frames+c.frames-1)/c.frames*c.frames*n)
			off := 0
			for _, k := range c.spf[:i] {
				off += k
			}
			for f := range frames {
				for k := range n {
					if got[f*n+k] != x[f*width+off+k] {
						t.Fatalf("%v Hz, signal %d, frame %d: %d, want %d", c.rate, i, f, got[f*n+k], x[f*width+off+k])
					}
				}
			}
			for _, v := range got[frames*n:] {
				require.Equal(t, InvalidSample, v)
			}
		}
	}
}

// strict looks at what strict readers refuse.
func strict(t *testing.T, b []byte) {
	t.Helper()
	h, err := Options{}.ReadHeader(bytes.NewReader(b), "")
	require.NoError(t, err)
	require.Empty(t, h.Warnings)
	for i, c := range b[:h.Bytes()] {
		require.True(t, c >= 32 && c <= 126, "byte %d of the header is %#x", i, c)
	}
	require.Equal(t, h.Bytes()+h.Records*h.RecordBytes(), int64(len(b)))
	require.LessOrEqual(t, h.RecordBytes(), int64(61440))
	require.Len(t, strings.Split(h.Patient, " "), 4)
	require.Len(t, strings.Split(h.Recording, " "), 5)
}

func singleFile(b []byte) mapFS { return mapFS{"x.edf": b} }

func TestWritePhysical(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, WriterConfig{Rate: 4, Signals: []WriterSignal{
		{Label: "I", Unit: "mV", PhysicalMin: -2.0476543, PhysicalMax: 2.0474321, DigitalMin: -2048, DigitalMax: 2047},
		{Label: "II", Unit: "µV", PhysicalMin: 500, PhysicalMax: -500, DigitalMin: -32768, DigitalMax: 32767},
	}})
	require.NoError(t, err)
	x := []float64{0, 0, 1, 100, -1, -100, math.NaN(), math.NaN(), 5, 501, -5, -501, math.Inf(1), math.Inf(-1), 0.001, 0.01}
	require.NoError(t, w.Write(x))
	require.EqualValues(t, 6, w.Clipped())
	require.NoError(t, w.Close())
	strict(t, m.b)
	r, err := openBytes(m.b)
	require.NoError(t, err)
	require.Equal(t, "uV", r.Format().Leads[1].Unit)
	got, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	want := []float64{0, 0, 1, 100, -1, -100, math.NaN(), 500, 2.04743, 500, -2.04765, -500, 2.04743, -500, 0.001, 0.01}
	for i := range want {
		if math.IsNaN(want[i]) {
			require.True(t, math.IsNaN(got[i]))
			continue
		}
		step := []float64{0.0005, 0.008}[i%2]
		require.InDelta(t, want[i], got[i], step*1.01, "%d", i)
	}
}

// A stretch without any sample makes the file discontinuous.
func TestWriteGap(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, WriterConfig{Rate: 4, Signals: []WriterSignal{{Label: "I"}}})
	require.NoError(t, err)
	x := make([]float64, 24)
	for i := range x {
		x[i] = float64(i)
		if i >= 6 && i < 17 {
			x[i] = math.NaN()
		}
	}
	require.NoError(t, w.Write(x))
	require.NoError(t, w.Close())
	strict(t, m.b)
	r, err := openBytes(m.b)
	require.NoError(t, err)
	require.True(t, r.Header().Discontinuous)
	require.EqualValues(t, 4, r.Header().Records)
	got, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Len(t, got, 24)
	for i := range x {
		if math.IsNaN(x[i]) {
			require.True(t, math.IsNaN(got[i]), "%d", i)
		} else {
			require.InDelta(t, x[i], got[i], 1e-3)
		}
	}
}

// A file whose writer died has all whole records.
func TestCrash(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.edf")
	f, err := os.Create(name)
	require.NoError(t, err)
	w, err := NewWriter(f, WriterConfig{Rate: 100, Signals: []WriterSignal{{Label: "I"}}})
	require.NoError(t, err)
	require.NoError(t, w.Write(make([]float64, 350)))
	require.NoError(t, f.Close())
	r, err := Open(os.DirFS(filepath.Dir(name)), "x.edf")
	require.NoError(t, err)
	x, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Len(t, x, 300)
	require.NoError(t, r.Close())
}

func TestAnnotationSpace(t *testing.T) {
	var m memory
	w, err := NewWriter(&m, WriterConfig{Rate: 10, Signals: []WriterSignal{{Label: "I"}}, AnnotationBytes: 60})
	require.NoError(t, err)
	require.ErrorIs(t, w.Annotate(Annotation{Text: strings.Repeat("x", 40)}), ErrNoSpace)
	require.ErrorIs(t, w.Annotate(Annotation{Text: "a\x14b"}), ErrRange)
	require.ErrorIs(t, w.Annotate(Annotation{Text: "\xff"}), ErrRange)
	require.ErrorIs(t, w.Annotate(Annotation{}), ErrRange)
	require.ErrorIs(t, w.Annotate(Annotation{Text: "a", Duration: -1}), ErrRange)
	for i := range 10 {
		require.NoError(t, w.Annotate(Annotation{Onset: time.Duration(i) * time.Second, Text: "note number " + fmt.Sprint(i)}))
	}
	require.NoError(t, w.Write(make([]float64, 30)))
	err = w.Close()
	require.ErrorIs(t, err, ErrNoSpace)
	const n = (60 - len("+0\x14\x14\x00")) / len("+0\x14note number 0\x14\x00") // a record
	r, err := openBytes(m.b)
	require.NoError(t, err)
	a, err := r.Annotations()
	require.NoError(t, err)
	require.Len(t, a, n*3)
}

func TestWriterConfig(t *testing.T) {
	good := []WriterSignal{{Label: "I"}}
	for _, c := range []struct {
		field  string
		config WriterConfig
	}{
		{"Rate", WriterConfig{Signals: good}},
		{"Rate", WriterConfig{Signals: good, Rate: math.NaN()}},
		{"Signals", WriterConfig{Rate: 1}},
		{"Start", WriterConfig{Rate: 1, Signals: good, Start: time.Date(1984, 1, 1, 0, 0, 0, 0, time.UTC)}},
		{"Sex", WriterConfig{Rate: 1, Signals: good, Sex: "female"}},
		{"AnnotationBytes", WriterConfig{Rate: 1, Signals: good, AnnotationBytes: -1}},
		{"Signals[0].Label", WriterConfig{Rate: 1, Signals: []WriterSignal{{Label: "a label of 17 ch."}}}},
		{"Signals[0].Unit", WriterConfig{Rate: 1, Signals: []WriterSignal{{Unit: "millivolt"}}}},
		{"Signals[0].DigitalMin", WriterConfig{Rate: 1, Signals: []WriterSignal{{DigitalMin: 5, DigitalMax: 5}}}},
		{"Signals[0].PhysicalMin", WriterConfig{Rate: 1, Signals: []WriterSignal{{PhysicalMin: 1, PhysicalMax: 1.00000001}}}},
		{"Signals[0].SamplesPerFrame", WriterConfig{Rate: 1, Signals: []WriterSignal{{SamplesPerFrame: -1}}}},
	} {
		_, err := NewWriter(&memory{}, c.config)
		var ce *ecg.ConfigError
		require.ErrorAs(t, err, &ce, c.field)
		require.Equal(t, c.field, ce.Field)
	}
}

func TestEight(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
		ok   bool
	}{
		{0, "0", true}, {-32.768, "-32.768", true}, {-163.925, "-163.925", true}, {-1.23456789, "-1.23457", true},
		{12345678, "12345678", true}, {-12345678, "", false}, {1e-9, "0", true}, {math.NaN(), "", false}, {1e300, "", false},
		{-1e-9, "0", true}, {99999.96, "99999.96", true}, {-99999.96, "-100000", true},
	} {
		got, ok := eight(c.x)
		require.Equal(t, c.ok, ok, "%v", c.x)
		require.Equal(t, c.want, got, "%v", c.x)
	}
}

type failing struct {
	memory
	left int
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, os.ErrPermission
	}
	return f.memory.Write(p)
}

func TestWriteFails(t *testing.T) {
	for n := range 6 {
		f := &failing{left: n}
		w, err := NewWriter(f, WriterConfig{Rate: 10, Signals: []WriterSignal{{Label: "I"}}})
		if err == nil {
			err = w.Write(make([]float64, 30))
		}
		if err == nil {
			err = w.Close()
		}
		if n < 5 {
			require.ErrorIs(t, err, os.ErrPermission, "%d", n)
		} else {
			require.NoError(t, err)
		}
	}
}
