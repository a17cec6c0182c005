package filter_test

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/sinus-ecg/sinus/filter"
)

// gains prints the gain of a response at some frequencies, no lower than -100 dB.
func gains(response func(f, rate float64) complex128, rate float64, hz ...float64) {
	for _, f := range hz {
		h := response(f, rate)
		db := 20 * math.Log10(max(1e-5, math.Hypot(real(h), imag(h))))
		fmt.Printf("%3.0f Hz %6.1f dB\n", f, math.Round(10*db)/10+0) // no -0
	}
}

// of makes sections a response for gains.
func of(s []filter.Section) func(f, rate float64) complex128 {
	return func(f, rate float64) complex128 { return filter.Response(s, f, rate) }
}

func Example() {
	band, _ := filter.Butterworth(2, filter.BandPass, 250, 0.67, 40)
	c, _ := filter.NewCascade(filter.CascadeConfig{Rate: 250, Sections: band.Sections()})
	// A constant of 300 mV, the offset of an electrode: nothing rings.
	for _, mv := range c.Append(nil, []float64{300, 300, 300}) {
		fmt.Printf("%.6f\n", math.Abs(mv))
	}
	fmt.Printf("group delay at 10 Hz: %.2f samples\n", c.GroupDelay(10))
	// Output:
	// 0.000000
	// 0.000000
	// 0.000000
	// group delay at 10 Hz: 1.76 samples
}

func ExampleButterworth() {
	f, _ := filter.Butterworth(4, filter.LowPass, 360, 40)
	gains(of(f.Sections()), 360, 0, 20, 40, 60)
	_, err := filter.Butterworth(4, filter.LowPass, 360, 180)
	fmt.Println(err)
	// Output:
	// 0 Hz    0.0 dB
	//  20 Hz    0.0 dB
	//  40 Hz   -3.0 dB
	//  60 Hz  -16.1 dB
	// filter.Butterworth: edges: want above 0 and below half of the rate
}

func ExampleChebyshev1() {
	f, _ := filter.Chebyshev1(5, 0.5, filter.LowPass, 360, 40)
	gains(of(f.Sections()), 360, 0, 20, 40, 60)
	// Output:
	// 0 Hz    0.0 dB
	//  20 Hz   -0.2 dB
	//  40 Hz   -0.5 dB
	//  60 Hz  -29.8 dB
}

func ExampleChebyshev2() {
	f, _ := filter.Chebyshev2(5, 40, filter.LowPass, 360, 60)
	gains(of(f.Sections()), 360, 0, 20, 40, 60)
	// Output:
	// 0 Hz    0.0 dB
	//  20 Hz    0.0 dB
	//  40 Hz   -3.6 dB
	//  60 Hz  -40.0 dB
}

func ExampleElliptic() {
	f, _ := filter.Elliptic(5, 0.5, 40, filter.LowPass, 360, 40)
	gains(of(f.Sections()), 360, 0, 20, 40, 60)
	// Output:
	// 0 Hz    0.0 dB
	//  20 Hz   -0.4 dB
	//  40 Hz   -0.5 dB
	//  60 Hz  -42.0 dB
}

// The delay hardly changes over the pass band: waves keep their shape.
func ExampleBessel() {
	f, _ := filter.Bessel(4, filter.NormMag, filter.LowPass, 1000, 40)
	b, _ := filter.Butterworth(4, filter.LowPass, 1000, 40)
	for _, hz := range []float64{1, 20, 40} {
		fmt.Printf("%2.0f Hz  Bessel %.2f, Butterworth %.2f samples\n", hz, f.GroupDelay(hz, 1000), b.GroupDelay(hz, 1000))
	}
	// Output:
	// 1 Hz  Bessel 8.37, Butterworth 10.35 samples
	// 20 Hz  Bessel 8.40, Butterworth 11.83 samples
	// 40 Hz  Bessel 8.35, Butterworth 14.86 samples
}

func ExampleNotch() {
	f, _ := filter.Notch(50, 30, 360)
	gains(of(f.Sections()), 360, 45, 49, 50, 51)
	// Output:
	// 45 Hz   -0.1 dB
	//  49 Hz   -2.3 dB
	//  50 Hz -100.0 dB
	//  51 Hz   -2.3 dB
}

func ExamplePeak() {
	f, _ := filter.Peak(50, 30, 360)
	gains(of(f.Sections()), 360, 45, 49, 50)
	// Output:
	// 45 Hz  -16.0 dB
	//  49 Hz   -3.9 dB
	//  50 Hz    0.0 dB
}

// The mains with all harmonics, and 0 Hz with them.
func ExampleCombNotch() {
	f, _ := filter.CombNotch(50, 30, 500, false)
	gains(of(f.Sections()), 500, 0, 25, 50, 100)
	// Output:
	// 0 Hz -100.0 dB
	//  25 Hz    0.0 dB
	//  50 Hz -100.0 dB
	// 100 Hz -100.0 dB
}

func ExampleCombPeak() {
	f, _ := filter.CombPeak(50, 30, 500, true)
	gains(of(f.Sections()), 500, 0, 25, 50, 100)
	// Output:
	// 0 Hz    0.0 dB
	//  25 Hz -100.0 dB
	//  50 Hz    0.0 dB
	// 100 Hz    0.0 dB
}

// The lowest order that keeps at most 1 dB loss up to 40 Hz and 40 dB from 60 Hz
// on.
func ExampleSpec_Order() {
	s := filter.Spec{Rate: 360, Pass: []float64{40}, Stop: []float64{60}, Loss: 1, Attenuation: 40}
	for _, family := range []filter.Family{filter.ButterworthFamily, filter.Chebyshev1Family, filter.EllipticFamily} {
		order, _, edges, _ := s.Order(family)
		fmt.Printf("order %d, edge %.2f Hz\n", order, edges[0])
	}
	// Output:
	// order 12, edge 42.12 Hz
	// order 6, edge 40.00 Hz
	// order 4, edge 40.00 Hz
}

func ExampleImpulseResponse() {
	f, _ := filter.Butterworth(1, filter.LowPass, 360, 40)
	for _, v := range filter.ImpulseResponse(f.Sections(), 4) {
		fmt.Printf("%.4f ", v)
	}
	// Output:
	// 0.2668 0.3913 0.1825 0.0851
}

func ExampleGroupDelay() {
	f, _ := filter.Butterworth(2, filter.HighPass, 360, 0.67)
	fmt.Printf("%.2f samples at 1 Hz, %.2f at 10 Hz\n", filter.GroupDelay(f.Sections(), 1, 360), filter.GroupDelay(f.Sections(), 10, 360))
	// Output:
	// 65.47 samples at 1 Hz, 0.55 at 10 Hz
}

// In two pieces, from the steady state of the first sample: as if in one.
func ExampleRun() {
	f, _ := filter.Butterworth(1, filter.HighPass, 360, 40)
	x := []float64{300, 300, 301, 300}
	y := make([]float64, len(x))
	state := filter.SteadyState(f.Sections(), x[0])
	filter.Run(f.Sections(), state, y[:2], x[:2])
	filter.Run(f.Sections(), state, y[2:], x[2:])
	fmt.Printf("%.3f\n", y)
	// Output:
	// [0.000 0.000 0.733 -0.391]
}

func ExampleResponse() {
	f, _ := filter.Butterworth(2, filter.LowPass, 360, 40)
	h := filter.Response(f.Sections(), 40, 360)
	fmt.Printf("gain %.4f, phase %.0f degrees\n", cmplx.Abs(h), cmplx.Phase(h)*180/math.Pi)
	// Output:
	// gain 0.7071, phase -90 degrees
}

// A packet of two leads; the second electrode falls off for one sample.
func ExampleCascade() {
	f, _ := filter.Butterworth(2, filter.LowPass, 360, 40)
	c, _ := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: f.Sections(), Leads: 2})
	out := c.Append(nil, []float64{0.1, 5, 0.1, math.NaN(), 0.1, 5})
	for i := 0; i < len(out); i += 2 {
		fmt.Printf("%.3f %.3f\n", out[i], out[i+1])
	}
	// Output:
	// 0.100 5.000
	// 0.100 NaN
	// 0.100 5.000
}

// A record at once: no delay at any frequency.
func ExampleZeroPhase() {
	x := make([]float64, 360)
	for i := range x {
		x[i] = math.Exp(-math.Pow(float64(i-180)/5, 2)) // a wave, its peak at 180
	}
	f, _ := filter.Butterworth(2, filter.LowPass, 360, 40)
	y, _ := filter.ZeroPhase(f.Sections(), x, filter.PadConfig{})
	c, _ := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: f.Sections()})
	fmt.Println("peaks at", top(y), "and, causal, at", top(c.Append(nil, x)))
	// Output:
	// peaks at 180 and, causal, at 182
}

func ExampleZeroPhaseOptimal() {
	f, _ := filter.Butterworth(1, filter.LowPass, 360, 20)
	y, _ := filter.ZeroPhaseOptimal(f.Sections(), []float64{1, 1, 1, 2, 2, 2, 1, 1, 1})
	fmt.Printf("%.3f\n", y)
	// Output:
	// [1.242 1.274 1.340 1.418 1.453 1.418 1.340 1.274 1.242]
}

func top(x []float64) (at int) {
	for i, v := range x {
		if v > x[at] {
			at = i
		}
	}
	return at
}

func ExampleFIRWindow() {
	h, _ := filter.FIRWindow(101, filter.Hamming, filter.LowPass, 360, 40)
	gains(h.Response, 360, 0, 35, 40, 50)
	fmt.Printf("delay %.1f samples\n", h.GroupDelay(10, 360))
	// Output:
	// 0 Hz    0.0 dB
	//  35 Hz   -0.2 dB
	//  40 Hz   -6.0 dB
	//  50 Hz  -62.9 dB
	// delay 50.0 samples
}

// How many taps, and which window, 60 dB between 40 and 50 Hz take.
func ExampleKaiserOrder() {
	taps, beta, _ := filter.KaiserOrder(60, 10, 360)
	h, _ := filter.FIRWindow(taps|1, filter.Kaiser(beta), filter.LowPass, 360, 45)
	fmt.Printf("%d taps, beta %.2f\n", taps, beta)
	gains(h.Response, 360, 40, 50)
	// Output:
	// 132 taps, beta 5.65
	//  40 Hz    0.0 dB
	//  50 Hz  -63.7 dB
}

func ExampleWindow_Periodic() {
	fmt.Printf("symmetric %.2f\n", filter.Hann(5))
	fmt.Printf("periodic  %.2f\n", filter.Window(filter.Hann).Periodic(4))
	// Output:
	// symmetric [0.00 0.50 1.00 0.50 0.00]
	// periodic  [0.00 0.50 1.00 0.50]
}

// Each window at an eighth, a quarter and half of its length.
func ExampleWindow() {
	for _, w := range []struct {
		name string
		of   filter.Window
	}{
		{"rectangular", filter.Rectangular}, {"Bartlett", filter.Bartlett}, {"triangular", filter.Triangular}, {"Hann", filter.Hann},
		{"Hamming", filter.Hamming}, {"Blackman", filter.Blackman}, {"Blackman-Harris", filter.BlackmanHarris},
		{"Nuttall", filter.Nuttall}, {"flat top", filter.FlatTop}, {"cosine", filter.Cosine}, {"Parzen", filter.Parzen},
		{"Bohman", filter.Bohman}, {"Tukey 0.5", filter.Tukey(0.5)}, {"Gauss 10", filter.Gaussian(10)}, {"Kaiser 8", filter.Kaiser(8)},
	} {
		v := w.of(41)
		fmt.Printf("%-15s %6.3f %6.3f %6.3f\n", w.name, v[5], v[10], v[20])
	}
	// Output:
	// rectangular      1.000  1.000  1.000
	// Bartlett         0.250  0.500  1.000
	// triangular       0.286  0.524  1.000
	// Hann             0.146  0.500  1.000
	// Hamming          0.215  0.540  1.000
	// Blackman         0.066  0.340  1.000
	// Blackman-Harris  0.022  0.217  1.000
	// Nuttall          0.025  0.227  1.000
	// flat top        -0.027 -0.055  1.000
	// cosine           0.409  0.721  1.000
	// Parzen           0.039  0.269  1.000
	// Bohman           0.048  0.318  1.000
	// Tukey 0.5        0.500  1.000  1.000
	// Gauss 10         0.325  0.607  1.000
	// Kaiser 8         0.083  0.369  1.000
}

func ExampleKaiserBeta() {
	fmt.Printf("beta %.3f for 60 dB; 101 taps and 10 Hz give %.1f dB\n", filter.KaiserBeta(60), filter.KaiserAttenuation(101, 10, 360))
	// Output:
	// beta 5.653 for 60 dB; 101 taps and 10 Hz give 47.8 dB
}

func ExampleFIRMultiband() {
	h, _ := filter.FIRMultiband(201, filter.Hamming, true, 360, 45, 55, 95, 105)
	gains(h.Response, 360, 0, 50, 75, 100, 150)
	// Output:
	// 0 Hz    0.0 dB
	//  50 Hz  -57.0 dB
	//  75 Hz    0.0 dB
	// 100 Hz  -57.1 dB
	// 150 Hz    0.0 dB
}

// The same by hand, without scaling.
func ExampleFIRIdeal() {
	h, _ := filter.FIRIdeal(101, true, 360, 40)
	h = h.Windowed(filter.Blackman)
	gains(h.Response, 360, 0, 60)
	// Output:
	// 0 Hz    0.0 dB
	//  60 Hz -100.0 dB
}

// A gain that falls in a straight line.
func ExampleFIRSampled() {
	h, _ := filter.FIRSampled(101, filter.Hamming, 360, []float64{0, 20, 60, 180}, []float64{1, 1, 0, 0})
	for _, f := range []float64{10, 30, 40, 50} {
		v := h.Response(f, 360)
		fmt.Printf("%.0f Hz %.3f\n", f, math.Hypot(real(v), imag(v)))
	}
	// Output:
	// 10 Hz 1.000
	// 30 Hz 0.750
	// 40 Hz 0.500
	// 50 Hz 0.250
}

func ExampleFIRLeastSquares() {
	h, _ := filter.FIRLeastSquares(61, 360,
		filter.Ramp{From: 0, To: 40, GainFrom: 1, GainTo: 1},
		filter.Ramp{From: 55, To: 180, Weight: 10})
	gains(h.Response, 360, 0, 40, 60, 100)
	// Output:
	// 0 Hz    0.0 dB
	//  40 Hz   -0.2 dB
	//  60 Hz  -58.7 dB
	// 100 Hz  -66.7 dB
}

// The same ripple all over each band: the fewest taps for it.
func ExampleRemez() {
	h, _ := filter.Remez(61, 360,
		filter.RemezBand{From: 0, To: 40, Gain: 1},
		filter.RemezBand{From: 55, To: 180, Weight: 10})
	gains(h.Response, 360, 0, 40, 55, 180)
	// Output:
	// 0 Hz    0.1 dB
	//  40 Hz   -0.1 dB
	//  55 Hz  -57.6 dB
	// 180 Hz  -57.6 dB
}

// The slope of a wave in mV/s, from samples in mV.
func ExampleRemezDifferentiator() {
	const rate = 360
	h, _ := filter.RemezDifferentiator(20, rate, filter.RemezBand{From: 0.5, To: 150, Gain: rate})
	c, _ := filter.NewConvolver(filter.ConvolverConfig{Rate: rate, Taps: h})
	x := make([]float64, 100)
	for i := range x {
		x[i] = 3 * float64(i) / rate // 3 mV/s
	}
	fmt.Printf("%.3f mV/s\n", c.Append(nil, x)[99])
	// Output:
	// 3.000 mV/s
}

// The envelope of a tone, from the signal and its quadrature.
func ExampleRemezHilbert() {
	h, _ := filter.RemezHilbert(61, 360, filter.RemezBand{From: 5, To: 175, Gain: 1})
	c, _ := filter.NewConvolver(filter.ConvolverConfig{Rate: 360, Taps: h})
	x := make([]float64, 400)
	for i := range x {
		x[i] = 2 * math.Sin(2*math.Pi*20*float64(i)/360)
	}
	y := c.Append(nil, x)
	for _, i := range []int{200, 203, 206} { // the filter's delay is 30 samples
		fmt.Printf("%.2f\n", math.Hypot(x[i-30], y[i]))
	}
	// Output:
	// 2.00
	// 2.00
	// 2.00
}

func ExampleConvolver() {
	h, _ := filter.FIRWindow(31, filter.Hamming, filter.LowPass, 360, 40)
	c, _ := filter.NewConvolver(filter.ConvolverConfig{Rate: 360, Taps: h})
	for _, mv := range c.Append(nil, []float64{300, 300, math.NaN(), 300}) {
		fmt.Printf("%.3f\n", mv)
	}
	fmt.Printf("group delay %.1f samples\n", c.GroupDelay(10))
	// Output:
	// 300.000
	// 300.000
	// NaN
	// 300.000
	// group delay 15.0 samples
}

func ExampleFIR_ZeroPhase() {
	h, _ := filter.FIRWindow(31, filter.Hamming, filter.LowPass, 360, 40)
	x := make([]float64, 360)
	x[180] = 1
	y, _ := h.ZeroPhase(x, filter.PadConfig{})
	fmt.Println("peak at", top(y))
	// Output:
	// peak at 180
}
