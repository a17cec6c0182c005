package wfdb

import (
	"bytes"
	"io"
	"log"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
	"github.com/stretchr/testify/require"
)

// flacFile makes a stream of blocks of 16-bit samples, the same in all channels.
func flacFile(t testing.TB, channels, blocks, size int, sample func(i int) int32) string {
	var b bytes.Buffer
	enc, err := flac.NewEncoder(&b, &meta.StreamInfo{BlockSizeMin: 16, BlockSizeMax: 65535, SampleRate: flacRate,
		NChannels: uint8(channels), BitsPerSample: 16})
	require.NoError(t, err)
	x := make([]int32, size)
	for at := range blocks {
		for i := range x {
			x[i] = sample(at*size + i)
		}
		f := &frame.Frame{Header: frame.Header{BlockSize: uint16(size), SampleRate: flacRate,
			Channels: frame.Channels(channels - 1), BitsPerSample: 16}}
		for range channels {
			f.Subframes = append(f.Subframes, &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, Samples: x, NSamples: size})
		}
		require.NoError(t, enc.WriteFrame(f))
	}
	return b.String()
}

func flacRecord(channels int, length, dat string) fstest.MapFS {
	return fstest.MapFS{
		"r.hea": {Data: []byte("r " + strconv.Itoa(channels) + " 360 " + length + "\n" + strings.Repeat("r.dat 516 1\n", channels))},
		"r.dat": {Data: []byte(dat)},
	}
}

// TestFlacLargestBlock is F30: the block that the format allows at most takes
// the memory of a few of its size.
func TestFlacLargestBlock(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	dat := flacFile(t, 8, 1, 65535, func(int) int32 { return rnd.Int32N(60000) - 30000 })
	p := make([]float64, 8*1024)
	bounded(t, func() {
		r, err := Open(flacRecord(8, "", dat), "r")
		require.NoError(t, err)
		n := 0
		for err == nil {
			var m int
			m, err = r.Read(p)
			n += m
		}
		require.Equal(t, io.EOF, err)
		require.Equal(t, 8*65535, n)
	})
}

// TestFlacBomb is F31: a stream that unpacks to a thousand times its size takes
// time, but no memory; the length in the header ends it.
func TestFlacBomb(t *testing.T) {
	const frames = 100 * 8192
	dat := flacFile(t, 2, 100, 8192, func(int) int32 { return 7 })
	require.Less(t, len(dat), 4*frames/1000)
	p := make([]float64, 2*1024)
	bounded(t, func() {
		r, err := Open(flacRecord(2, "1000", dat), "r")
		require.NoError(t, err)
		require.NoError(t, readFull(r, p[:2000]))
		_, err = r.Read(p)
		require.Equal(t, io.EOF, err)
	})
	r, err := Open(flacRecord(2, "", dat), "r")
	require.NoError(t, err)
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	before, n := s.HeapAlloc, 0
	for err == nil {
		var m int
		m, err = r.Read(p)
		if n += m; n%(1<<18) == 0 {
			runtime.GC()
			runtime.ReadMemStats(&s)
			require.Less(t, int64(s.HeapAlloc)-int64(before), int64(4<<20))
		}
	}
	require.Equal(t, io.EOF, err)
	require.Equal(t, 2*frames, n)
}

// TestFlacPrintsNothing is F30: with odd rates the decoder would write to the
// standard logger.
func TestFlacPrintsNothing(t *testing.T) {
	var out bytes.Buffer
	old := log.Writer()
	log.SetOutput(&out)
	defer log.SetOutput(old)
	dat := flacFile(t, 1, 1, 192, func(i int) int32 { return int32(i) })
	const at = 4 + 4 + 34 // behind the mark and STREAMINFO
	require.Equal(t, byte(0xff), dat[at])
	for code := range 16 {
		b := []byte(dat)
		b[at+2] = b[at+2]&0xf0 | byte(code)
		_, _, err := readAll(t, flacRecord(1, "", string(b)), "r")
		if code == 2 || code == 7 { // 176.4 and 24 kHz
			require.ErrorIs(t, err, ErrSignal)
		}
	}
	require.Empty(t, out.String())
}
