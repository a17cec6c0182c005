package filter_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/filter"
)

func TestNotchEqualsSciPy(t *testing.T) {
	var g struct {
		Cases []struct {
			Kind, Ftype string
			PassZero    bool `json:"pass_zero"`
			Fs, F0, Q   float64
			F           []float64
			H           []pair
			B, A        []float64
		}
		Apply struct {
			Fs, F0, Q         float64
			Lfilter, Filtfilt []float64
		}
	}
	golden(t, "notch.json", &g)
	require.NotEmpty(t, g.Cases)
	for _, c := range g.Cases {
		name := fmt.Sprintf("%s %s %v Hz Q %v at %v", c.Kind, c.Ftype, c.F0, c.Q, c.Fs)
		var f filter.ZPK
		var err error
		switch {
		case c.Kind == "iirnotch":
			f, err = filter.Notch(c.F0, c.Q, c.Fs)
		case c.Kind == "iirpeak":
			f, err = filter.Peak(c.F0, c.Q, c.Fs)
		case c.Ftype == "notch":
			f, err = filter.CombNotch(c.F0, c.Q, c.Fs, c.PassZero)
		default:
			f, err = filter.CombPeak(c.F0, c.Q, c.Fs, c.PassZero)
		}
		require.NoError(t, err, name)
		require.True(t, f.Stable(), name)
		require.NotEmpty(t, c.B, name)
		for i, h := range c.H {
			got := filter.Response(f.Sections(), c.F[i], c.Fs)
			require.LessOrEqual(t, math.Hypot(real(got)-h[0], imag(got)-h[1]), 1e-12, "%s at %v Hz", name, c.F[i])
		}
		if s := f.Sections(); len(c.B) == 3 && c.Kind != "iircomb" {
			require.Len(t, s, 1, name)
			for i, v := range []float64{s[0].B0, s[0].B1, s[0].B2, 1, s[0].A1, s[0].A2} {
				require.InDelta(t, append(c.B, c.A...)[i], v, 1e-15, name)
			}
		}
		// Combs come without a response: that of their b and a, which have two
		// coefficients each, so that no digits are lost.
		for i := 0; i <= 40; i++ {
			hz := c.Fs / 2 * float64(i) / 40
			want := polynomial(c.B, hz/c.Fs) / polynomial(c.A, hz/c.Fs)
			got := filter.Response(f.Sections(), hz, c.Fs)
			require.LessOrEqual(t, cmplx.Abs(got-want), 1e-12, "%s at %v Hz", name, hz)
		}
	}
	f, err := filter.Notch(g.Apply.F0, g.Apply.Q, g.Apply.Fs)
	require.NoError(t, err)
	x := testSignal(t)
	got := make([]float64, len(x))
	filter.Run(f.Sections(), make([]float64, 2), got, x)
	requireClose(t, g.Apply.Lfilter, got, 1e-12, "notch")
	got, err = filter.ZeroPhase(f.Sections(), x, filter.PadConfig{Samples: 9})
	require.NoError(t, err)
	requireClose(t, g.Apply.Filtfilt, got, 1e-12, "notch, both ways")
}

// polynomial is the sum of c[k] z^-k at a frequency as part of the rate.
func polynomial(c []float64, f float64) (sum complex128) {
	for k, v := range c {
		// Whole turns are taken off first: they would cost digits.
		_, turn := math.Modf(float64(k) * f)
		sum += complex(v, 0) * cmplx.Exp(complex(0, -2*math.Pi*turn))
	}
	return sum
}

// testSignal is the 400 samples that the reference outputs are made of.
func testSignal(t *testing.T) []float64 {
	var g struct{ X []float64 }
	golden(t, "apply_sos.json", &g)
	require.Len(t, g.X, 400)
	return g.X
}

// requireClose compares within a part of the largest value.
func requireClose(t *testing.T, want, got []float64, part float64, name string) {
	require.Equal(t, len(want), len(got), name)
	scale := 0.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range want {
		require.LessOrEqual(t, math.Abs(v-got[i]), part*scale, "%s: value %d is %v, want %v", name, i, got[i], v)
	}
}

// The notch is 0 at its frequency and -3 dB at half a bandwidth to each side
// (warped by the tangent), the peak the other way round.
func TestNotchWidth(t *testing.T) {
	for _, q := range []float64{5, 35} {
		n, err := filter.Notch(50, q, 1000)
		require.NoError(t, err)
		p, err := filter.Peak(50, q, 1000)
		require.NoError(t, err)
		gain := func(f filter.ZPK, hz float64) float64 {
			h := filter.Response(f.Sections(), hz, 1000)
			return math.Hypot(real(h), imag(h))
		}
		require.Less(t, gain(n, 50), 1e-12)
		require.InDelta(t, 1, gain(p, 50), 1e-12)
		// The product of the -3 dB edges in the warped domain is the middle's
		// square, their difference the bandwidth.
		c := math.Tan(math.Pi * 50 / 1000)
		bw := math.Tan(math.Pi*50/1000/q) * (1 + c*c)
		up := bw/2 + math.Sqrt(bw*bw/4+c*c)
		for _, w := range []float64{up, c * c / up} {
			hz := math.Atan(w) / math.Pi * 1000
			require.InDelta(t, math.Sqrt(0.5), gain(n, hz), 1e-9)
			require.InDelta(t, math.Sqrt(0.5), gain(p, hz), 1e-9)
		}
	}
}

func TestOrderEqualsSciPy(t *testing.T) {
	var g struct {
		Cases []struct {
			Kind             string
			Wp, Ws, Wn       []float64
			Gpass, Gstop, Fs float64
			Order            int
		}
	}
	golden(t, "order.json", &g)
	require.NotEmpty(t, g.Cases)
	family := map[string]filter.Family{"buttord": filter.ButterworthFamily, "cheb1ord": filter.Chebyshev1Family, "cheb2ord": filter.Chebyshev2Family, "ellipord": filter.EllipticFamily}
	for _, c := range g.Cases {
		name := fmt.Sprint(c.Kind, c.Wp, c.Ws, c.Gpass, c.Gstop)
		n, band, edges, err := filter.Spec{Rate: c.Fs, Pass: c.Wp, Stop: c.Ws, Loss: c.Gpass, Attenuation: c.Gstop}.Order(family[c.Kind])
		require.NoError(t, err, name)
		require.Equal(t, c.Order, n, name)
		require.Len(t, edges, len(c.Wn), name)
		for i := range edges {
			if band != filter.BandStop {
				require.InEpsilon(t, c.Wn[i], edges[i], 1e-12, name)
				continue
			}
			// SciPy searches the warped edges and stops 1e-5 from the best; ours
			// are exact, as shown below.
			require.InDelta(t, warped(c.Wn[i], c.Fs), warped(edges[i], c.Fs), 1e-5, name)
		}
		if band == filter.BandStop && (c.Kind == "cheb1ord" || c.Kind == "ellipord") {
			// The edges are those of the pass band. How steep the filter must be, at
			// the worse of the two stop edges: ours less than SciPy's.
			steep := func(pass []float64) float64 {
				p0, p1 := warped(pass[0], c.Fs), warped(pass[1], c.Fs)
				worst := math.Inf(1)
				for _, hz := range c.Ws {
					w := warped(hz, c.Fs)
					worst = min(worst, math.Abs(w*(p1-p0)/(w*w-p0*p1)))
				}
				return worst
			}
			require.Greater(t, steep(edges), steep(c.Wn), name)
		}
	}
}

// What Order asks for, designed, keeps the specification.
func TestOrderKeepsTheSpecification(t *testing.T) {
	for _, s := range []filter.Spec{
		{Rate: 360, Pass: []float64{40}, Stop: []float64{60}, Loss: 1, Attenuation: 40},
		{Rate: 500, Pass: []float64{0.67}, Stop: []float64{0.3}, Loss: 1, Attenuation: 40},
		{Rate: 200, Pass: []float64{5, 15}, Stop: []float64{1, 30}, Loss: 3, Attenuation: 30},
		{Rate: 1000, Pass: []float64{55, 65}, Stop: []float64{59, 61}, Loss: 1, Attenuation: 25},
	} {
		for family := filter.ButterworthFamily; family <= filter.EllipticFamily; family++ {
			n, band, edges, err := s.Order(family)
			require.NoError(t, err)
			var f filter.ZPK
			switch family {
			case filter.ButterworthFamily:
				f, err = filter.Butterworth(n, band, s.Rate, edges...)
			case filter.Chebyshev1Family:
				f, err = filter.Chebyshev1(n, s.Loss, band, s.Rate, edges...)
			case filter.Chebyshev2Family:
				f, err = filter.Chebyshev2(n, s.Attenuation, band, s.Rate, edges...)
			default:
				f, err = filter.Elliptic(n, s.Loss, s.Attenuation, band, s.Rate, edges...)
			}
			require.NoError(t, err)
			db := func(hz float64) float64 {
				h := filter.Response(f.Sections(), hz, s.Rate)
				return -20 * math.Log10(math.Hypot(real(h), imag(h)))
			}
			for i := range s.Pass {
				require.LessOrEqual(t, db(s.Pass[i]), s.Loss+1e-6, "family %d, %v", family, s.Pass)
				require.GreaterOrEqual(t, db(s.Stop[i]), s.Attenuation-1e-6, "family %d, %v", family, s.Stop)
			}
		}
	}
}

func warped(f, rate float64) float64 { return math.Tan(math.Pi * f / rate) }
