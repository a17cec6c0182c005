package wfdb

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// memory is a Creator in memory, and the fs.FS of what was written.
type memory struct{ files map[string]*bytes.Buffer }

func newMemory() *memory { return &memory{map[string]*bytes.Buffer{}} }

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

func (m *memory) Create(name string) (File, error) {
	m.files[name] = new(bytes.Buffer)
	return memoryFile{m.files[name]}, nil
}

func (m *memory) Replace(name string, content []byte) error {
	m.files[name] = bytes.NewBuffer(bytes.Clone(content))
	return nil
}

func (m *memory) fs() fs.FS {
	f := fstest.MapFS{}
	for name, b := range maps.All(m.files) {
		f[name] = &fstest.MapFile{Data: bytes.Clone(b.Bytes())}
	}
	return f
}

func allFrames(t testing.TB, fsys fs.FS, name string) (*Header, []int32) {
	t.Helper()
	r, err := Open(fsys, name)
	require.NoError(t, err)
	defer r.Close()
	width := 0
	for i := range r.h.Signals {
		width += r.h.Signals[i].SamplesPerFrame
	}
	p := make([]int32, 50*width)
	var all []int32
	for {
		n, err := r.ReadFrames(p)
		all = append(all, p[:n]...)
		if err == io.EOF || errors.Is(err, ErrChecksum) {
			return r.h, all
		}
		require.NoError(t, err)
	}
}

// TestGoldenWriter writes the samples of the vectors again: the data files have
// the same bytes (FLAC: the same samples) and the headers the same text.
func TestGoldenWriter(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	list, err := filepath.Glob(filepath.Join(dir, "*.hea"))
	require.NoError(t, err)
	written := 0
	for _, path := range list {
		name := strings.TrimSuffix(filepath.Base(path), ".hea")
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if !bytes.Contains(text, []byte("\r\n")) || strings.HasPrefix(name, "skew") || strings.HasPrefix(name, "ms") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			h, frames := allFrames(t, os.DirFS(dir), name)
			o := WriterOptions{Block: time.Duration(20 / h.Rate * float64(time.Second)), Preamble: map[string][]byte{}}
			for i := range h.Signals {
				if s := &h.Signals[i]; s.ByteOffset > 0 {
					b, err := os.ReadFile(filepath.Join(dir, s.File))
					require.NoError(t, err)
					o.Preamble[s.File] = b[:s.ByteOffset]
				}
			}
			m := newMemory()
			w, err := NewWriter(m, h, o)
			require.NoError(t, err)
			for rest := frames; len(rest) > 0; {
				n, err := w.WriteDigital(rest[:min(len(rest), 7)])
				require.NoError(t, err)
				rest = rest[n:]
			}
			require.NoError(t, w.Close())
			require.NoError(t, w.Close())
			require.Equal(t, string(text), m.files[name+".hea"].String())
			for i := range h.Signals {
				s := &h.Signals[i]
				if s.null() {
					continue
				}
				if s.Format > 500 {
					continue
				}
				want, err := os.ReadFile(filepath.Join(dir, s.File))
				require.NoError(t, err)
				require.Equal(t, want, m.files[s.File].Bytes(), s.File)
				written++
			}
			h2, again := allFrames(t, m.fs(), name)
			require.Equal(t, frames, again)
			for i := range h.Signals {
				require.Equal(t, h.Signals[i].Checksum, h2.Signals[i].Checksum)
			}
		})
	}
	t.Logf("%d signals written byte for byte", written)
}

func testHeader(format, signals int) *Header {
	h := &Header{Name: "w", Rate: 250, Start: time.Date(2024, 2, 29, 13, 5, 27, 250e6, time.UTC), Comments: []string{" a comment"}}
	for i := range signals {
		h.Signals = append(h.Signals, SignalInfo{Format: format, Gain: 200, Description: string(rune('A' + i)), Units: "mV"})
	}
	return h
}

// TestWriterRandom writes full-range random samples in every format, in blocks
// of any size, and reads them back.
func TestWriterRandom(t *testing.T) {
	for _, f := range formats[1:] {
		for _, signals := range []int{1, 2, 5} {
			rnd := rand.New(rand.NewPCG(uint64(f.number), uint64(signals)))
			x := make([]int32, 1013*signals)
			for i := range x {
				low, high := int64(f.low), int64(f.high)
				if f.number == 8 {
					low, high = -60, 60 // steps that the format can take
				}
				switch rnd.IntN(10) {
				case 0:
					x[i] = int32(high)
				case 1:
					x[i] = int32(low + 1)
				case 2:
					if x[i] = InvalidSample; f.valid {
						x[i] = 0
					}
				default:
					x[i] = int32(low + 1 + rnd.Int64N(high-low))
				}
			}
			m := newMemory()
			w, err := NewWriter(m, testHeader(f.number, signals), WriterOptions{})
			require.NoError(t, err)
			for rest := x; len(rest) > 0; {
				n, err := w.WriteDigital(rest[:min(len(rest), rnd.IntN(100))])
				require.NoError(t, err)
				rest = rest[n:]
				if rnd.IntN(8) == 0 {
					require.NoError(t, w.Flush())
				}
			}
			require.NoError(t, w.Close())
			require.Zero(t, w.Clipped())
			h, got := allFrames(t, m.fs(), "w")
			require.Equal(t, x, got, "format %d, %d signals", f.number, signals)
			require.Equal(t, int64(1013), h.Frames)
			require.Equal(t, testHeader(16, 1).Start, h.Start)
			require.Equal(t, []string{" a comment"}, h.Comments)
			r, err := Open(m.fs(), "w")
			require.NoError(t, err)
			_, err = ecg.ReadAll[float64](r)
			require.NoError(t, err, "checksum")
		}
	}
}

// TestWriterCrash stops a writer at every point: what is in the files is a
// prefix of whole frames, no shorter than the last block.
func TestWriterCrash(t *testing.T) {
	for _, f := range formats[1:] {
		h := testHeader(f.number, 3)
		if f.number < 500 {
			h.Signals[2].File = "w.d2"
			h.Signals[2].Format = 212
		}
		m := newMemory()
		w, err := NewWriter(m, h, WriterOptions{Block: 24 * time.Second / 250})
		require.NoError(t, err)
		var x []int32
		for i := range int32(90) {
			frame := []int32{i % 100, 3 + i%50, 100 - i%100}
			x = append(x, frame...)
			_, err := w.WriteDigital(frame)
			require.NoError(t, err)
			if i < 24 {
				continue
			}
			_, got := allFrames(t, m.fs(), "w")
			require.GreaterOrEqual(t, len(got), len(x)-3*24, "format %d", f.number)
			require.Equal(t, x[:len(got)], got)

			fixed, err := RepairHeader(m.fs(), "w")
			require.NoError(t, err)
			require.Equal(t, int64(len(got)/3), fixed.Frames)
			text, err := fixed.AppendText(nil)
			require.NoError(t, err)
			repaired := m.fs().(fstest.MapFS)
			repaired["w.hea"] = &fstest.MapFile{Data: text}
			r, err := Open(repaired, "w")
			require.NoError(t, err)
			_, err = ecg.ReadAll[float64](r)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		fixed, err := RepairHeader(m.fs(), "w")
		require.NoError(t, err)
		want, err := ReadHeader(m.fs(), "w")
		require.NoError(t, err)
		require.Equal(t, want.Signals, fixed.Signals)
		require.Equal(t, want.Frames, fixed.Frames)
	}
}

func TestWriterValues(t *testing.T) {
	m := newMemory()
	h := testHeader(212, 1)
	h.Signals[0].ADCZero = 1024
	h.Signals[0].Baseline = 1024
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(t, err)
	in := []float64{0, 0.0025, -0.0025, 0.0024, 100, -100, math.NaN(), math.Inf(1)}
	n, err := w.Write(in)
	require.NoError(t, err)
	require.Equal(t, len(in), n)
	require.Equal(t, int64(2), w.Clipped())
	require.NoError(t, w.Close())
	_, got := allFrames(t, m.fs(), "w")
	// Halves go away from zero before the baseline is added.
	require.Equal(t, []int32{1024, 1025, 1023, 1024, 2047, -2047, InvalidSample, InvalidSample}, got)

	w, err = NewWriter(m, testHeader(212, 1), WriterOptions{})
	require.NoError(t, err)
	for _, v := range []int32{2048, -2048, -2049, math.MaxInt32} {
		_, err = w.WriteDigital([]int32{v})
		require.ErrorIs(t, err, ErrRange)
	}
	_, err = w.WriteDigital([]int32{5})
	require.NoError(t, err)

	w, err = NewWriter(m, testHeader(8, 1), WriterOptions{})
	require.NoError(t, err)
	_, err = w.Write([]float64{math.NaN()})
	require.ErrorIs(t, err, ErrRange)

	w, err = NewWriter(m, testHeader(16, 2), WriterOptions{})
	require.NoError(t, err)
	_, err = w.Write([]float64{1, 2, 3})
	require.NoError(t, err)
	require.ErrorIs(t, w.Close(), ErrRange)
	_, got = allFrames(t, m.fs(), "w")
	require.Equal(t, []int32{200, 400}, got)
	_, err = w.Write([]float64{1})
	require.Error(t, err)
}

// TestWriterHeader: the writer is strict.
func TestWriterHeader(t *testing.T) {
	for name, spoil := range map[string]func(h *Header){
		"name with folder":      func(h *Header) { h.Name = "a/b" },
		"no rate":               func(h *Header) { h.Rate = 0 },
		"no name":               func(h *Header) { h.Name = "" },
		"file outside":          func(h *Header) { h.Signals[0].File = "../x" },
		"unknown format":        func(h *Header) { h.Signals[0].Format = 17 },
		"two formats in a file": func(h *Header) { h.Signals[0].Format = 61 },
		"gain not a number":     func(h *Header) { h.Signals[0].Gain = math.NaN() },
		"units with blank":      func(h *Header) { h.Signals[0].Units = "m V" },
		"line in description":   func(h *Header) { h.Signals[0].Description = "a\nb" },
		"line in comment":       func(h *Header) { h.Comments = []string{"a\nb"} },
		"nine channels of FLAC": func(h *Header) { h.Signals = testHeader(516, 9).Signals },
	} {
		h := testHeader(16, 2)
		spoil(h)
		_, err := NewWriter(newMemory(), h, WriterOptions{})
		var he *HeaderError
		require.ErrorAs(t, err, &he, name)
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	w, err := NewWriter(Dir(dir), testHeader(516, 2), WriterOptions{})
	require.NoError(t, err)
	_, err = w.Write([]float64{1, 2, 3, 4})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, got := allFrames(t, Dir(dir), "w")
	require.Equal(t, []int32{200, 400, 600, 800}, got)
	require.NoError(t, fstest.TestFS(Dir(dir), "w.hea", "w.dat"))
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, list, 2)
	_, err = Dir(dir).Create("../x")
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = Dir(filepath.Join(dir, "none")).Create("x")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// faulty fails at its n-th call.
type faulty struct {
	*memory
	calls, at int
}

func (f *faulty) step() error {
	if f.calls++; f.calls == f.at {
		return errFailing
	}
	return nil
}

func (f *faulty) Create(name string) (File, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	file, err := f.memory.Create(name)
	return faultyFile{f, file}, err
}

func (f *faulty) Replace(name string, content []byte) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.memory.Replace(name, content)
}

type faultyFile struct {
	f *faulty
	File
}

func (f faultyFile) Write(p []byte) (int, error) {
	if err := f.f.step(); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

func (f faultyFile) Close() error {
	if err := f.f.step(); err != nil {
		return err
	}
	return f.File.Close()
}

// TestWriterFailures: whichever call of the file system fails, the caller gets
// to know, and again with each later call but Close.
func TestWriterFailures(t *testing.T) {
	for _, format := range []int{212, 516} {
		failures := 0
		for at := 1; ; at++ {
			f := &faulty{newMemory(), 0, at}
			w, err := NewWriter(f, testHeader(format, 2), WriterOptions{})
			require.NoError(t, err)
			var first error
			for range 400 {
				if _, err := w.WriteDigital([]int32{1, 2}); first == nil {
					first = err
				} else {
					require.ErrorIs(t, err, errFailing)
				}
			}
			if err := w.Close(); first == nil {
				first = err
			}
			require.NoError(t, w.Close())
			if f.calls < at {
				require.NoError(t, first)
				break
			}
			require.ErrorIs(t, first, errFailing, "format %d, call %d", format, at)
			failures++
		}
		require.GreaterOrEqual(t, failures, 6)
	}
}

func TestRepairRefuses(t *testing.T) {
	_, err := RepairHeader(fstest.MapFS{}, "../r")
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = RepairHeader(fstest.MapFS{}, "r")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = RepairHeader(fstest.MapFS{"r.hea": {Data: []byte("r/1 1 360 2\na 2\n")}}, "r")
	require.ErrorIs(t, err, ErrHeader)
	_, err = RepairHeader(fstest.MapFS{"r.hea": {Data: []byte("r 1 360\nr.dat 16\n")}}, "r")
	require.ErrorIs(t, err, fs.ErrNotExist)
	h, err := RepairHeader(record("r 1 360\nr.dat 16\n", ""), "r")
	require.NoError(t, err)
	require.Zero(t, h.Frames)
}
