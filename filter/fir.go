package filter

import (
	"math"
	"slices"
	"strconv"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// FIR is a filter without feedback, by its taps, which are its impulse response:
//
//	y[n] = h[0] x[n] + h[1] x[n-1] + ... + h[N-1] x[n-N+1]
//
// The designs of this package are symmetric (or antisymmetric, for derivatives
// and the Hilbert transform): every frequency is delayed by (N-1)/2 samples. A
// Convolver runs it over a stream.
type FIR []float64

// maxTaps bounds the length of a design: a minute at 1000 Hz.
const maxTaps = 60000

// Response returns the frequency response at f Hz.
func (h FIR) Response(f, rate float64) complex128 {
	sum, _ := h.sums(f, rate)
	return sum
}

// GroupDelay returns the group delay at f Hz in samples; where the response is 0
// it is NaN.
func (h FIR) GroupDelay(f, rate float64) float64 {
	sum, slope := h.sums(f, rate)
	return real(div(slope, sum))
}

// sums are the sum of h[k] z^-k and that of k h[k] z^-k.
func (h FIR) sums(f, rate float64) (sum, slope complex128) {
	for k, v := range h {
		sin, cos := portable.Sincos(2 * math.Pi * math.Mod(float64(k)*(f/rate), 1))
		term := complex(float64(v*cos), -float64(v*sin))
		sum += term
		slope += scaled(term, float64(k))
	}
	return sum, slope
}

// Windowed returns the taps weighed by a window.
func (h FIR) Windowed(w Window) FIR {
	out := make(FIR, len(h))
	for i, v := range w(len(h)) {
		out[i] = h[i] * v
	}
	return out
}

// Scaled returns the taps of a symmetric filter times what gives it gain 1 at f
// Hz.
func (h FIR) Scaled(f, rate float64) FIR {
	gain := 0.0
	for k, v := range h {
		turn := math.Mod(float64(2*k-(len(h)-1))/2*(f/rate), 1)
		gain += float64(v * portable.Cos(2*math.Pi*turn))
	}
	out := make(FIR, len(h))
	for k, v := range h {
		out[k] = v / gain
	}
	return out
}

// ZeroPhase runs the filter over x forwards and backwards: no delay, the square
// of the gain. x must be longer than the padding, by default three lengths of
// the filter (else a ConfigError), and without NaN.
func (h FIR) ZeroPhase(x []float64, pad PadConfig) ([]float64, error) {
	n, err := pad.samples("FIR.ZeroPhase", len(x), 3*len(h))
	if err != nil {
		return nil, err
	}
	if len(h) == 0 {
		return nil, &ecg.ConfigError{Type: "filter.FIR", Field: "h", Want: "at least one tap"}
	}
	y := extended(x, n, pad.Kind)
	taps := slices.Clone(h)
	slices.Reverse(taps)
	past := len(h) - 1
	line := make([]float64, past+len(y))
	for range 2 {
		for i := range past {
			line[i] = y[0]
		}
		copy(line[past:], y)
		convolve(y, 1, taps, line)
		reverse(y)
	}
	return y[n : n+len(x)], nil
}

// tapsIn checks the number of taps of a design.
func tapsIn(name string, taps, lowest, highest int) error {
	if taps < lowest || taps > highest {
		return &ecg.ConfigError{Type: "filter." + name, Field: "taps", Want: strconv.Itoa(lowest) + " to " + strconv.Itoa(highest)}
	}
	return nil
}

// mirrored returns n taps from those of the first half, with their sign in the
// second half.
func mirrored(n int, sign float64, f func(k int) float64) FIR {
	h := make(FIR, n)
	for k := 0; k <= n-1-k; k++ {
		v := f(k)
		h[n-1-k] = sign * v
		h[k] = v
	}
	return h
}
