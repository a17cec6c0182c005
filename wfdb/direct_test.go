package wfdb

import (
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// randomRecord has full-range samples with some invalid ones.
func randomRecord(t testing.TB, format, signals, frames int) (fs.FS, []int32) {
	f := formatOf(format)
	rnd := rand.New(rand.NewPCG(uint64(format), uint64(signals)))
	x := make([]int32, signals*frames)
	h := testHeader(format, signals)
	for i := range h.Signals {
		h.Signals[i].Gain = 7 + 100*rnd.Float64()
		h.Signals[i].Baseline = rnd.Int32N(100) - 50
	}
	for i := range x {
		x[i] = int32(int64(f.low) + 1 + rnd.Int64N(int64(f.high)-int64(f.low)))
		if f.number == 8 {
			x[i] = int32(rnd.IntN(120))
		} else if rnd.IntN(50) == 0 {
			x[i] = InvalidSample
		}
	}
	m := newMemory()
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(t, err)
	_, err = w.WriteDigital(x)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return m.fs(), x
}

// TestDirectEqualsPlain: the fast ways give the quotients, bit for bit, in
// every format, for any number of signals and any sizes of reads.
func TestDirectEqualsPlain(t *testing.T) {
	for _, f := range formats[1:] {
		for _, signals := range []int{1, 2, 3, 5} {
			frames := 9001 // more than a window
			if f.number == 16 {
				frames += fullAfter // where its table of all codes comes in
			}
			fsys, x := randomRecord(t, f.number, signals, frames)
			r, err := Open(fsys, "w")
			require.NoError(t, err)
			rnd := rand.New(rand.NewPCG(3, 4))
			var got []float64
			for {
				p := make([]float64, signals*(1+rnd.IntN(1000))+rnd.IntN(signals))
				n, err := r.Read(p)
				got = append(got, p[:n]...)
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
			}
			require.Len(t, got, len(x))
			for i, v := range x {
				s := &r.h.Signals[i%signals]
				want := s.Physical(v)
				if v != InvalidSample {
					want = (float64(v) - float64(s.Baseline)) / s.Gain
				}
				if math.Float64bits(got[i]) != math.Float64bits(want) {
					t.Fatalf("format %d, %d signals, value %d: %v, want %v", f.number, signals, i, got[i], want)
				}
			}
			if f.direct != nil {
				require.NotNil(t, r.way)
				require.Equal(t, f.number == 212 || signals <= maxFull, r.way.ready)
			}
		}
	}
}

// TestContract puts readers of every format, and of the vectors with several
// samples per frame, skews and segments, through the rules of a Signal.
func TestContract(t *testing.T) {
	for _, f := range formats[1:] {
		fsys, _ := randomRecord(t, f.number, 3, 1200)
		for _, o := range []Options{{}, {HighResolution: true}} {
			require.NoError(t, ecgtest.CheckReader(ecgtest.Reader[float64]{
				New: func() ecg.Reader[float64] {
					r, err := o.Open(fsys, "w")
					require.NoError(t, err)
					return r
				},
				MayAlloc: f.number > 500, // one block of the stream at a time
			}), "format %d", f.number)
		}
	}
}

func TestContractVectors(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	for _, name := range []string{"f212_spf", "f516_spf", "skewspf", "files4", "msvar", "msfix", "msp", "f0_mix", "toolong", "badsum"} {
		for _, o := range []Options{{}, {HighResolution: true}} {
			final := io.EOF
			switch name {
			case "toolong":
				final = io.ErrUnexpectedEOF
			case "badsum":
				final = ErrChecksum
			}
			require.NoError(t, ecgtest.CheckReader(ecgtest.Reader[float64]{
				New: func() ecg.Reader[float64] {
					r, err := o.Open(osDir(dir), name)
					require.NoError(t, err)
					return r
				},
				Final:    final,
				MayAlloc: true, // opens segments
			}), name)
		}
	}
}

// TestReadAllocates nothing per block, once it is under way.
func TestReadAllocates(t *testing.T) {
	for _, f := range formats[1:] {
		if f.number > 500 {
			continue
		}
		fsys, _ := randomRecord(t, f.number, 2, fullAfter+20000)
		r, err := Open(fsys, "w")
		require.NoError(t, err)
		p := make([]float64, 2*512)
		d := make([]int32, 2*512)
		for range fullAfter/512 + 2 {
			_, err := r.Read(p)
			require.NoError(t, err)
		}
		require.Zero(t, testing.AllocsPerRun(10, func() { r.Read(p) }), "format %d", f.number)
		require.Zero(t, testing.AllocsPerRun(10, func() { r.ReadDigital(d) }), "format %d", f.number)
	}
}
