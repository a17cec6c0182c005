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

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

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
		{"F5 0", record("r 1 360 0\nr.dat 16 1\n", "\x01\x00\x02\x00"), []float64{1, 2}, nil},
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
		{"F27 310 two", record("r 1 360\nr.dat 310 1\n", "\x02\x18\x04\x00\x08\x00"), []float64{1, 2, 3, 4}, nil},
		{"F27 311 one byte", record("r 1 360\nr.dat 311 1\n", "\x01\x08\x30\x00\x04"), []float64{1, 2, 3}, io.ErrUnexpectedEOF},
		{"F27 311 two", record("r 1 360\nr.dat 311 1\n", "\x01\x08\x30\x00\x04\x00"), []float64{1, 2, 3, 4}, nil},
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

// TestChecksumStays: the error comes after the samples, in place of io.EOF.
func TestChecksumStays(t *testing.T) {
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
		require.ErrorAs(t, err, &ce)
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
		for _, n := range []int64{1 << 62, 1<<62 + 1, math.MaxInt64} {
			require.ErrorIs(t, r.SeekFrame(n), ErrRange)
		}
		for _, n := range []int64{2, 3, 1 << 40, 1 << 60} {
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
		_, _, err = readAll(t, Dir(inside), "r")
		require.ErrorContains(t, err, "escapes")
		_, _, err = readAll(t, os.DirFS(inside), "r")
		require.NoError(t, err)
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
