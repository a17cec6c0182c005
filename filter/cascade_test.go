package filter_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/filter"
)

func cascade(t testing.TB, rate float64, leads, order int, lo, hi float64) *filter.Cascade {
	f, err := filter.Butterworth(order, filter.BandPass, rate, lo, hi)
	require.NoError(t, err)
	c, err := filter.NewCascade(filter.CascadeConfig{Rate: rate, Sections: f.Sections(), Leads: leads})
	require.NoError(t, err)
	return c
}

// patient is a minute of two leads.
func patient(t testing.TB, rate float64, leads int) []float64 {
	c := synth.Default()
	c.Rate, c.Leads, c.Events = rate, leads, nil
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, int64(30*rate))))
	require.NoError(t, err)
	return x
}

func TestCascadeKeepsTheContract(t *testing.T) {
	for _, rate := range []float64{100, 360, 1000} {
		for leads := 1; leads <= 3; leads++ {
			for _, order := range []int{1, 2} {
				t.Run(fmt.Sprint(rate, leads, order), func(t *testing.T) {
					ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
						New:   func() ecg.Stage[float64, float64] { return cascade(t, rate, leads, order, 0.67, 40) },
						Input: patient(t, rate, leads), Frame: leads, Rate: rate,
					})
				})
			}
		}
	}
}

// An electrode offset of 300 mV does not ring: the baseline of the output is the
// same as without it.
func TestOffsetDoesNotRing(t *testing.T) {
	x := patient(t, 360, 1)
	want := cascade(t, 360, 1, 2, 0.5, 40).Append(nil, x)
	for i := range x {
		x[i] += 300
	}
	got := cascade(t, 360, 1, 2, 0.5, 40).Append(nil, x)
	for i := range want {
		require.InDelta(t, want[i], got[i], 1e-6)
	}
}

// The frequency response, measured: a sine comes out with the height that
// Response gives.
func TestResponseIsWhatComesOut(t *testing.T) {
	const rate = 360
	f, err := filter.Butterworth(3, filter.BandPass, rate, 5, 15)
	require.NoError(t, err)
	for _, hz := range []float64{1, 5, 8.7, 15, 30, 100} {
		c, err := filter.NewCascade(filter.CascadeConfig{Rate: rate, Sections: f.Sections()})
		require.NoError(t, err)
		x := make([]float64, 20*rate)
		for i := range x {
			x[i] = math.Sin(2 * math.Pi * hz * float64(i) / rate)
		}
		peak := 0.0
		for _, v := range c.Append(nil, x)[10*rate:] {
			peak = max(peak, math.Abs(v))
		}
		h := filter.Response(f.Sections(), hz, rate)
		require.InDelta(t, math.Hypot(real(h), imag(h)), peak, 0.01, "%v Hz", hz)
	}
}

// The bits of a filtered minute: the same on every processor.
func TestBits(t *testing.T) {
	h := fnv.New64a()
	for leads := 1; leads <= 3; leads++ {
		for _, v := range cascade(t, 360, leads, 2, 0.5, 40).Append(nil, patient(t, 360, leads)) {
			b := math.Float64bits(v)
			h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24), byte(b >> 32), byte(b >> 40), byte(b >> 48), byte(b >> 56)})
		}
	}
	require.Equal(t, "99fdce075cf59665", fmt.Sprintf("%x", h.Sum64()))
}

func benchmark(b *testing.B, sections, leads int) {
	s := make([]filter.Section, sections)
	f, err := filter.Butterworth(2, filter.LowPass, 360, 40)
	require.NoError(b, err)
	for i := range s {
		s[i] = f.Sections()[0]
	}
	c, err := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: s, Leads: leads})
	require.NoError(b, err)
	x := make([]float64, 1024*leads)
	for i := range x {
		x[i] = math.Sin(float64(i) / 9)
	}
	out := make([]float64, 0, len(x))
	b.ReportAllocs()
	for b.Loop() {
		out = c.Append(out[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}

// BenchmarkReference is the point to compare with: the plain loop of one section
// over a slice in the order that is usually written, y, then z1 = B1 v - A1 y +
// z2, which waits for four operations in a row. No check, no stage around it.
func BenchmarkReference(b *testing.B) {
	f, err := filter.Butterworth(2, filter.LowPass, 360, 40)
	require.NoError(b, err)
	x, out := make([]float64, 1024), make([]float64, 1024)
	for i := range x {
		x[i] = math.Sin(float64(i) / 9)
	}
	s, z := f.Sections()[0], [2]float64{}
	for b.Loop() {
		referenceSection(&s, &z, out, x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}

func referenceSection(s *filter.Section, z *[2]float64, dst, x []float64) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	z1, z2 := z[0], z[1]
	dst = dst[:len(x)]
	for i, v := range x {
		y := float64(b0*v) + z1
		dst[i] = y
		z1 = float64(b1*v) - float64(a1*y) + z2
		z2 = float64(b2*v) - float64(a2*y)
	}
	z[0], z[1] = z1, z2
}

func BenchmarkSOS1(b *testing.B)    { benchmark(b, 1, 1) }
func BenchmarkSOS4(b *testing.B)    { benchmark(b, 4, 1) }
func BenchmarkSOS1x12(b *testing.B) { benchmark(b, 1, 12) }
