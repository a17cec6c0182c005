package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// firwindow.go: the ideal filter, cut off and softened by a window (Oppenheim and
// Schafer, section 7.5).

// FIRWindow designs a filter of so many taps (1 to 60000) by a window. edges are
// the frequencies (Hz) at which the gain is about 1/2, one for low- and
// high-pass, two for the others, above 0 and below half of the rate (Hz). The
// middle of the pass band has gain 1: 0 Hz for low-pass and band-stop, half of
// the rate for high-pass. An even number of taps can't pass half of the rate, so
// high-pass and band-stop need an odd one.
func FIRWindow(taps int, w Window, band Band, rate float64, edges ...float64) (FIR, error) {
	const name = "FIRWindow"
	if err := bandEdges(name, band, rate, edges); err != nil {
		return nil, err
	}
	return firBands(name, taps, w, band == LowPass || band == BandStop, rate, edges)
}

// FIRMultiband is FIRWindow for any number of bands that pass and stop in turn,
// with ascending edges (Hz) between them. With passDC the first one passes. The
// middle of the first band that passes has gain 1.
func FIRMultiband(taps int, w Window, passDC bool, rate float64, edges ...float64) (FIR, error) {
	return firBands("FIRMultiband", taps, w, passDC, rate, edges)
}

func firBands(name string, taps int, w Window, passDC bool, rate float64, edges []float64) (FIR, error) {
	h, err := firIdeal(name, taps, passDC, rate, edges)
	if err != nil {
		return nil, err
	}
	middle := 0.0
	if !passDC {
		middle = rate / 2 // one edge: a high-pass
		if len(edges) > 1 {
			middle = (edges[0] + edges[1]) / 2
		}
	}
	return h.Windowed(w).Scaled(middle, rate), nil
}

// FIRIdeal returns the middle of the impulse response of the ideal filter that
// passes and stops in turn between edges (Hz), beginning with a band that passes
// if passDC is set: what a window is multiplied with.
func FIRIdeal(taps int, passDC bool, rate float64, edges ...float64) (FIR, error) {
	return firIdeal("FIRIdeal", taps, passDC, rate, edges)
}

func firIdeal(name string, taps int, passDC bool, rate float64, edges []float64) (FIR, error) {
	fail := func(field, want string) (FIR, error) {
		return nil, &ecg.ConfigError{Type: "filter." + name, Field: field, Want: want}
	}
	if err := tapsIn(name, taps, 1, maxTaps); err != nil {
		return nil, err
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	last := 0.0
	for _, f := range edges {
		if !(f > last && f < rate/2) {
			return fail("edges", "ascending, above 0 and below half of the rate")
		}
		last = f
	}
	if len(edges) == 0 {
		return fail("edges", "at least one")
	}
	passNyquist := passDC == (len(edges)%2 == 0)
	if passNyquist && taps%2 == 0 {
		return fail("taps", "odd: an even number can't pass half of the rate")
	}
	return mirrored(taps, 1, func(k int) float64 {
		t := float64(2*k-(taps-1)) / 2 // samples from the middle
		v, sign := 0.0, 1.0
		if !passDC {
			sign = -1
		}
		for _, f := range edges {
			v += sign * lowPassSinc(2*f/rate, t)
			sign = -sign
		}
		if passNyquist {
			v += lowPassSinc(1, t)
		}
		return v
	}), nil
}

// lowPassSinc is the impulse response of the ideal low-pass with edge w, as part
// of half of the rate, t samples from its middle: w sinc(w t).
func lowPassSinc(w, t float64) float64 {
	if t == 0 {
		return w
	}
	if w == 1 && t == math.Trunc(t) {
		return 0
	}
	// Whole turns are taken off first: they would cost digits.
	return portable.Sin(math.Pi*math.Mod(w*t, 2)) / (math.Pi * t)
}

// KaiserOrder returns the number of taps and beta with which FIRWindow and Kaiser
// keep a ripple (dB, 8 to 250) in pass and stop band, whose edges are width Hz
// apart (Kaiser 1974).
func KaiserOrder(ripple, width, rate float64) (taps int, beta float64, err error) {
	fail := func(field, want string) (int, float64, error) {
		return 0, 0, &ecg.ConfigError{Type: "filter.KaiserOrder", Field: field, Want: want}
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	if !(ripple >= 8 && ripple <= maxAttenuation) {
		return fail("ripple", "8 to 250 dB")
	}
	if !(width > 0 && width < rate/2) {
		return fail("width", "above 0 and below half of the rate")
	}
	// KaiserAttenuation, solved for the taps.
	n := math.Ceil((ripple-7.95)/2.285/(math.Pi*(width/(rate/2))) + 1)
	if !(n <= maxTaps) {
		return fail("width", "so wide that 60000 taps are enough")
	}
	return int(n), KaiserBeta(ripple), nil
}
