package wfdb

import (
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchRecord is five minutes of two leads at 360 Hz that look like an ECG:
// beats of 1 mV on a wandering baseline, with noise.
func benchRecord(t testing.TB, format int) fs.FS {
	h := testHeader(format, 2)
	h.Rate = 360
	m := newMemory()
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 5 * 60 * 360 {
		phase := float64(i%300) - 150
		x := math.Exp(-phase*phase/50) + 0.2*math.Sin(float64(i)/700) + 0.02*rnd.NormFloat64()
		_, err := w.Write([]float64{x, -0.5 * x})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return m.fs()
}

func benchRead(b *testing.B, fsys fs.FS) {
	r, err := Open(fsys, "w")
	require.NoError(b, err)
	p := make([]float64, 2*1024)
	samples := 0
	for b.Loop() {
		n, err := r.Read(p)
		samples += n
		if err == io.EOF {
			if err := r.SeekFrame(0); err != nil {
				b.Fatal(err)
			}
		} else if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(samples), "ns/sample")
}

func BenchmarkRead212(b *testing.B) { benchRead(b, benchRecord(b, 212)) }
func BenchmarkRead16(b *testing.B)  { benchRead(b, benchRecord(b, 16)) }

// BenchmarkRead16Wide has samples from the whole range of the format, far from
// the table of quotients: the worst case.
func BenchmarkRead16Wide(b *testing.B) {
	h := testHeader(16, 2)
	m := newMemory()
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(b, err)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		_, err := w.WriteDigital([]int32{rnd.Int32N(65535) - 32767, rnd.Int32N(65535) - 32767})
		require.NoError(b, err)
	}
	require.NoError(b, w.Close())
	benchRead(b, m.fs())
}

// BenchmarkReference divides as many numbers: what the processor needs for the
// arithmetic alone.
func BenchmarkReference(b *testing.B) {
	x := make([]int32, 2*1024)
	for i := range x {
		x[i] = int32(i)
	}
	p := make([]float64, len(x))
	n := 0
	gain := float64(len(x)) / 10
	for b.Loop() {
		for i, v := range x {
			p[i] = (float64(v) - 3) / gain
		}
		n += len(x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
}

func BenchmarkRead212Digital(b *testing.B) {
	r, err := Open(benchRecord(b, 212), "w")
	require.NoError(b, err)
	p := make([]int32, 2*1024)
	samples := 0
	for b.Loop() {
		n, err := r.ReadDigital(p)
		samples += n
		if err == io.EOF {
			r.SeekFrame(0)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(samples), "ns/sample")
}
