package wfdb

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// sumWarnings reads a record whole, twice, and returns how often the sum of its
// stream is doubted, and the samples.
func sumWarnings(t *testing.T, fsys fs.FS, name string) (int, []float64) {
	r, err := Open(fsys, name)
	require.NoError(t, err)
	defer r.Close()
	var x []float64
	for range 2 {
		require.NoError(t, r.SeekFrame(0))
		x, err = ecg.ReadAll[float64](r)
		require.NoError(t, err)
	}
	n := 0
	for _, w := range r.Warnings() {
		if w.Field == "MD5" {
			n++
			require.Equal(t, "r.dat: MD5: that in the head of the FLAC stream is not that of the samples", w.String())
		}
	}
	return n, x
}

// TestFlacSum: a wrong MD5 in the head of a stream is a warning, once the whole
// stream has been read.
func TestFlacSum(t *testing.T) {
	const stated, total = 26, 21 // bytes of the file
	for _, format := range []int{508, 516, 524} {
		dir := Dir(t.TempDir()) // the encoder goes back to state the sum
		_, x := randomRecord(t, format, 2, 5000)
		w, err := NewWriter(dir, testHeader(format, 2), WriterOptions{})
		require.NoError(t, err)
		_, err = w.WriteDigital(x)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		dat, err := fs.ReadFile(dir, "w.dat")
		require.NoError(t, err)
		require.NotEqual(t, make([]byte, 16), dat[stated:stated+16], "the writer states a sum")
		_, want := sumWarnings(t, dir, "w")
		for _, c := range []struct {
			name, length string
			spoil        func(b []byte)
			warnings     int
		}{
			{"right", " 5000", func([]byte) {}, 0},
			{"wrong", " 5000", func(b []byte) { b[stated+15] ^= 1 }, 1},
			{"wrong, length unknown", "", func(b []byte) { b[stated] ^= 0x80 }, 1},
			{"not stated", " 5000", func(b []byte) { clear(b[stated : stated+16]) }, 0},
			{"wrong, not read to the end", " 10", func(b []byte) { b[stated] ^= 1 }, 0},
			{"wrong, total unknown", " 5000", func(b []byte) { b[stated] ^= 1; clear(b[total+1 : total+5]) }, 1},
			{"right, total unknown", "", func(b []byte) { clear(b[total+1 : total+5]) }, 0},
		} {
			b := bytes.Clone(dat)
			c.spoil(b)
			line := "r.dat " + strconv.Itoa(format) + " 200\n"
			n, x := sumWarnings(t, fstest.MapFS{
				"r.hea": {Data: []byte("r 2 360" + c.length + "\n" + line + line)}, "r.dat": {Data: b}}, "r")
			require.Equal(t, c.warnings, n, "%d %s", format, c.name)
			if c.length == " 10" {
				continue
			}
			require.Len(t, x, len(want))
		}
	}
}

// TestFlacSumGolden: the streams of libFLAC have the sums that they state.
func TestFlacSumGolden(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	files, err := filepath.Glob(filepath.Join(dir, "f5*.hea"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		name := filepath.Base(f[:len(f)-len(".hea")])
		r, err := Open(os.DirFS(dir), name)
		require.NoError(t, err)
		_, err = ecg.ReadAll[float64](r)
		require.NoError(t, err)
		s := r.p.groups[0].src.(*flacSource)
		require.NotZero(t, s.info.md5, name)
		require.False(t, s.damaged(), name)
		s.info.md5[3] ^= 1
		require.True(t, s.damaged(), name)
	}
}
