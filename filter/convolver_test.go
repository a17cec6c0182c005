package filter_test

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/filter"
)

func convolver(t testing.TB, rate float64, leads, taps int) *filter.Convolver {
	h, err := filter.FIRWindow(taps, filter.Hamming, filter.LowPass, rate, 40)
	require.NoError(t, err)
	c, err := filter.NewConvolver(filter.ConvolverConfig{Rate: rate, Taps: h, Leads: leads})
	require.NoError(t, err)
	return c
}

func TestConvolverKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		rate        float64
		leads, taps int
	}{{100, 1, 1}, {360, 1, 31}, {360, 3, 64}, {1000, 2, 401}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
				New:   func() ecg.Stage[float64, float64] { return convolver(t, c.rate, c.leads, c.taps) },
				Input: patient(t, c.rate, c.leads), Frame: c.leads, Rate: c.rate,
			})
		})
	}
}

// The bits of the plain sum, oldest sample first, with holes and gaps.
func TestConvolverIsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for taps := 1; taps <= 40; taps += 3 {
		for leads := 1; leads <= 4; leads++ {
			h := make(filter.FIR, taps)
			for k := range h {
				h[k] = r.NormFloat64()
			}
			x := make([]float64, 1500*leads)
			for i := range x {
				x[i] = 300 + r.NormFloat64()
			}
			for l := range leads {
				for i := 0; i < 1500; i += 1 + r.IntN(200) {
					for n := r.IntN(40); n > 0 && i < 1500; n-- { // 20 are bridged
						x[i*leads+l] = []float64{math.NaN(), math.Inf(-1), 513}[r.IntN(3)]
						i++
					}
				}
			}
			want := make([]float64, len(x))
			for l := range leads {
				past := make([]float64, taps) // oldest first
				missing := 21
				for i := l; i < len(x); i += leads {
					if !(math.Abs(x[i]) <= 512) {
						missing++
						past = append(past[1:], past[taps-1])
						want[i] = math.NaN()
						continue
					}
					past = append(past[1:], x[i])
					if missing > 20 {
						for k := range past {
							past[k] = x[i]
						}
					}
					missing = 0
					for k, v := range past {
						want[i] += float64(h[taps-1-k] * v)
					}
				}
			}
			f, err := filter.NewConvolver(filter.ConvolverConfig{Rate: 1000, Taps: h, Leads: leads})
			require.NoError(t, err)
			requireBits(t, want, f.Append(nil, x), fmt.Sprint(taps, " taps, ", leads, " leads"))
		}
	}
}

// The output lags by the stated group delay: a slow sine comes out that much
// later.
func TestConvolverGroupDelay(t *testing.T) {
	f := convolver(t, 360, 1, 64)
	require.InDelta(t, 31.5, f.GroupDelay(1), 1e-9)
	x := make([]float64, 1000)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * 5 * float64(i) / 360)
	}
	h := convolverGain(t, 5)
	for i, v := range f.Append(nil, x) {
		if i >= 64 {
			require.InDelta(t, h*math.Sin(2*math.Pi*5*(float64(i)-31.5)/360), v, 1e-12)
		}
	}
}

func convolverGain(t *testing.T, hz float64) float64 {
	h, err := filter.FIRWindow(64, filter.Hamming, filter.LowPass, 360, 40)
	require.NoError(t, err)
	v := h.Response(hz, 360)
	return math.Hypot(real(v), imag(v))
}

// The bits of designs, of their responses and of a filtered minute: the same on every processor.
func TestDesignBits(t *testing.T) {
	h := fnv.New64a()
	add := func(values []float64) {
		for _, v := range values {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
	}
	for _, w := range []filter.Window{filter.Hann, filter.Kaiser(6), filter.Parzen, filter.Bohman, filter.Tukey(0.3), filter.Gaussian(9)} {
		taps, err := filter.FIRWindow(101, w, filter.BandPass, 360, 0.67, 40)
		require.NoError(t, err)
		add(taps)
	}
	taps, err := filter.Remez(101, 360, filter.RemezBand{From: 0, To: 40, Gain: 1}, filter.RemezBand{From: 45, To: 180})
	require.NoError(t, err)
	add(taps)
	taps, err = filter.FIRLeastSquares(51, 360, filter.Ramp{To: 40, GainFrom: 1, GainTo: 1}, filter.Ramp{From: 50, To: 180})
	require.NoError(t, err)
	add(taps)
	taps, err = filter.FIRSampled(51, filter.Hann, 360, []float64{0, 40, 60, 180}, []float64{1, 1, 0, 0})
	require.NoError(t, err)
	add(taps)
	// The other designs and what is computed from them.
	var designs []filter.ZPK
	put := func(f filter.ZPK, err error) {
		require.NoError(t, err)
		designs = append(designs, f)
	}
	put(filter.Chebyshev1(5, 1, filter.BandStop, 360, 45, 55))
	put(filter.Chebyshev2(4, 40, filter.HighPass, 360, 0.5))
	put(filter.Elliptic(5, 1, 60, filter.BandPass, 360, 5, 15))
	put(filter.Bessel(7, filter.NormMag, filter.LowPass, 360, 40))
	put(filter.Notch(50, 30, 360))
	put(filter.CombNotch(60, 30, 360, false))
	for _, f := range designs {
		s := f.Sections()
		for _, v := range s {
			add([]float64{v.B0, v.B1, v.B2, v.A1, v.A2})
		}
		for _, hz := range []float64{0.1, 7, 50, 130, 179} {
			r, g := filter.Response(s, hz, 360), taps.Response(hz, 360)
			add([]float64{real(r), imag(r), filter.GroupDelay(s, hz, 360), f.GroupDelay(hz, 360)})
			add([]float64{real(g), imag(g), taps.GroupDelay(hz, 360)})
		}
	}
	add(convolver(t, 360, 2, 63).Append(nil, patient(t, 360, 2)))
	require.Equal(t, "625b902ccaef2ec8", fmt.Sprintf("%x", h.Sum64()))
}

// BenchmarkFIR101 is 101 taps over one lead.
func BenchmarkFIR101(b *testing.B) {
	c := convolver(b, 360, 1, 101)
	x := make([]float64, 1024)
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
