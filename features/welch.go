package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Taper is the window of a segment in Welch's method.
type Taper uint8

const (
	Hann Taper = iota
	Hamming
	Blackman
	Boxcar
)

// WelchConfig configures the spectrum of an evenly sampled series: P. D.
// Welch, IEEE Trans. Audio Electroacoust. 15:70, 1967.
type WelchConfig struct {
	Rate      float64    // Hz, of the samples
	Segment   int        // samples per segment; 0: all of x
	Overlap   int        // samples that two segments share
	NFFT      int        // length of the transform, at least Segment, even, zero-padded; 0: Segment
	Window    Taper      // periodic unless Symmetric
	Symmetric bool       // the divisor of the window is Segment-1, as in go-dsp
	Detrend   Detrending // per segment
}

// Welch appends the one-sided density of x to dst: NFFT/2+1 values in
// unit²/Hz at k Rate/NFFT. All but the first and the last stand for both signs
// of the frequency. What is left after the last whole segment is not used. It
// appends nothing where x does not fill one segment, or Segment, Overlap and
// NFFT do not fit.
func Welch(dst, x []float64, c WelchConfig) []float64 {
	var a Analyzer
	return a.welch(dst, x, c)
}

func (a *Analyzer) welch(dst, x []float64, c WelchConfig) []float64 {
	if c.Segment == 0 {
		c.Segment = len(x)
	}
	if c.NFFT == 0 {
		c.NFFT = c.Segment
	}
	if c.Segment < 2 || len(x) < c.Segment || c.Overlap < 0 || c.Overlap >= c.Segment ||
		c.NFFT < c.Segment || c.NFFT%2 != 0 || !(c.Rate > 0) {
		return dst
	}
	w := a.taper(c)
	norm := 0.0
	for _, v := range w {
		norm += float64(v * v)
	}
	f := a.plan(c.NFFT)
	re, im := a.zeros(c.NFFT)
	half := c.NFFT / 2
	start := len(dst)
	for range half + 1 {
		dst = append(dst, 0)
	}
	psd := dst[start:]
	segments := 0
	load := func(to []float64, at int) {
		copy(to, x[at:at+c.Segment])
		clear(to[c.Segment:])
		c.Detrend.remove(to[:c.Segment])
		for i, v := range w {
			to[i] *= v
		}
	}
	step := c.Segment - c.Overlap
	for at := 0; at+c.Segment <= len(x); at += 2 * step {
		// Two real segments in one complex transform: the sum of their
		// squares is the mean of |Z[k]|² and |Z[n-k]|².
		load(re, at)
		segments++
		if at+step+c.Segment <= len(x) {
			load(im, at+step)
			segments++
		} else {
			clear(im)
		}
		f.Transform(re, im)
		for k := range psd {
			j := (c.NFFT - k) % c.NFFT
			psd[k] += (float64(re[k]*re[k]) + float64(im[k]*im[k]) + (float64(re[j]*re[j]) + float64(im[j]*im[j]))) / 2
		}
	}
	scale := 1 / (c.Rate * norm * float64(segments))
	for k := range psd {
		psd[k] = float64(psd[k] * scale) // doubled below, which is a sum
		if k != 0 && k != half {
			psd[k] *= 2
		}
	}
	return dst
}

// taper returns the window of the configuration, kept for the next call.
func (a *Analyzer) taper(c WelchConfig) []float64 {
	if len(a.window) == c.Segment && a.windowOf == c.Window && a.windowSymmetric == c.Symmetric {
		return a.window
	}
	a.windowOf, a.windowSymmetric = c.Window, c.Symmetric
	if cap(a.window) < c.Segment {
		a.window = make([]float64, c.Segment)
	}
	a.window = a.window[:c.Segment]
	n := float64(c.Segment)
	if c.Symmetric {
		n--
	}
	for i := range a.window {
		x := 2 * math.Pi * float64(i) / n
		switch c.Window {
		case Hann:
			a.window[i] = 0.5 - float64(0.5*portable.Cos(x))
		case Hamming:
			a.window[i] = 0.54 - float64(0.46*portable.Cos(x))
		case Blackman:
			a.window[i] = 0.42 - float64(0.5*portable.Cos(x)) + float64(0.08*portable.Cos(2*x))
		default:
			a.window[i] = 1
		}
	}
	return a.window
}

// zeros returns the real and the imaginary part of n zeros to transform.
func (a *Analyzer) zeros(n int) (re, im []float64) {
	a.re, a.im = sized(a.re, n), sized(a.im, n)
	clear(a.re)
	clear(a.im)
	return a.re, a.im
}

// plan returns the transform of length n, kept for the next call.
func (a *Analyzer) plan(n int) *portable.FFT {
	for i, f := range a.plans {
		if f.Len() == n {
			a.plans[0], a.plans[i] = a.plans[i], a.plans[0]
			return a.plans[0]
		}
	}
	const kept = 4 // Welch and Lomb need one each, which for Lomb varies with the length
	if len(a.plans) == kept {
		a.plans = a.plans[:kept-1]
	}
	a.plans = append(a.plans, portable.NewFFT(n))
	last := len(a.plans) - 1
	a.plans[0], a.plans[last] = a.plans[last], a.plans[0]
	return a.plans[0]
}
