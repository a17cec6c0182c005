package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// window.go: weights that let a cut-off signal or impulse response begin and end
// softly (Harris, On the use of windows for harmonic analysis, Proc. IEEE
// 66:51-83, 1978, where no other source is named).

// Window returns n weights, symmetric, the largest about 1 in the middle. n below
// 1 gives none, n = 1 gives a single 1.
type Window func(n int) []float64

// Periodic returns one period of the window whose next value would be its first
// again: the form for spectra, where FIR design takes the symmetric one.
func (w Window) Periodic(n int) []float64 {
	if n <= 1 {
		return w(n)
	}
	return w(n + 1)[:n]
}

// symmetric fills a window from f, which is given the index of a value of the
// first half and its place from -1 (first) to 0 (middle).
func symmetric(n int, f func(i int, at float64) float64) []float64 {
	if n < 1 {
		return nil
	}
	w := make([]float64, n)
	w[0] = 1
	for i := 0; n > 1 && i <= n-1-i; i++ {
		v := f(i, float64(2*i-(n-1))/float64(n-1))
		w[i], w[n-1-i] = v, v
	}
	return w
}

// Rectangular weighs all alike: the narrowest main lobe, side lobes at -13 dB.
func Rectangular(n int) []float64 {
	return symmetric(n, func(int, float64) float64 { return 1 })
}

// Bartlett is the triangle whose ends are 0. Side lobes -27 dB.
func Bartlett(n int) []float64 {
	return symmetric(n, func(_ int, at float64) float64 { return 1 + at })
}

// Triangular is the triangle that would be 0 just beyond its ends. Side lobes
// -27 dB.
func Triangular(n int) []float64 {
	return symmetric(n, func(i int, _ float64) float64 {
		if n%2 == 1 {
			return float64(2*i+2) / float64(n+1)
		}
		return float64(2*i+1) / float64(n)
	})
}

// cosineSum is a[0] + a[1] cos(pi at) + a[2] cos(2 pi at) + ...
func cosineSum(n int, a ...float64) []float64 {
	return symmetric(n, func(_ int, at float64) float64 {
		v := 0.0
		for k, c := range a {
			v += float64(c * portable.Cos(math.Pi*(float64(k)*at)))
		}
		return v
	})
}

// Hann is the raised cosine, 0 at its ends. Side lobes -31 dB, falling fast.
func Hann(n int) []float64 { return cosineSum(n, 0.5, 0.5) }

// Hamming is a raised cosine on a pedestal. Side lobes -43 dB.
func Hamming(n int) []float64 { return cosineSum(n, 0.54, 0.46) }

// Blackman has three terms. Side lobes -58 dB.
func Blackman(n int) []float64 { return cosineSum(n, 0.42, 0.5, 0.08) }

// BlackmanHarris is the four-term window with the lowest side lobes, -92 dB.
func BlackmanHarris(n int) []float64 { return cosineSum(n, 0.35875, 0.48829, 0.14128, 0.01168) }

// Nuttall is the four-term window with a continuous first derivative and side
// lobes at -98 dB (Nuttall 1981, figure 15).
func Nuttall(n int) []float64 { return cosineSum(n, 0.3635819, 0.4891775, 0.1365995, 0.0106411) }

// FlatTop reads the height of a sine off a spectrum wherever it lies between
// two bins, to 0.01 dB (D'Antona and Ferrero, Digital Signal Processing for
// Measurement Systems, 2006, page 70). Its ends are below 0.
func FlatTop(n int) []float64 {
	return cosineSum(n, 0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368)
}

// Cosine is half a period of a sine. Side lobes -23 dB.
func Cosine(n int) []float64 {
	return symmetric(n, func(i int, _ float64) float64 {
		return portable.Sin(math.Pi * (float64(2*i+1) / float64(2*n)))
	})
}

// Parzen is a cubic spline of four triangles. Side lobes -53 dB.
func Parzen(n int) []float64 {
	return symmetric(n, func(i int, _ float64) float64 {
		// From the middle, in half windows.
		d := float64(n-1-2*i) / float64(n)
		if 4*float64(n-1-2*i) > 2*float64(n-1) {
			return 2 * cube(1-d)
		}
		return 1 - float64(6*float64(d*d)) + float64(6*cube(d))
	})
}

func cube(v float64) float64 { return float64(v * float64(v*v)) }

// Bohman is the autocorrelation of Cosine. Side lobes -46 dB.
func Bohman(n int) []float64 {
	return symmetric(n, func(i int, at float64) float64 {
		if i == 0 {
			return 0
		}
		sin, cos := portable.Sincos(math.Pi * -at)
		return float64((1+at)*cos) + sin/math.Pi
	})
}

// Tukey is flat but for a share of its length, 0 (Rectangular) to 1 (Hann), that
// rises and falls as a raised cosine.
func Tukey(share float64) Window {
	return func(n int) []float64 {
		if !(share > 0) {
			return Rectangular(n)
		}
		return symmetric(n, func(_ int, at float64) float64 {
			at = (1 + at) / min(share, 1) // 0 at the end, 1 where it is flat
			if at >= 1 {
				return 1
			}
			return (1 - portable.Cos(math.Pi*at)) / 2
		})
	}
}

// Gaussian is exp(-t^2/(2 sigma^2)), t and sigma in samples.
func Gaussian(sigma float64) Window {
	return func(n int) []float64 {
		return symmetric(n, func(i int, _ float64) float64 {
			t := float64(n-1-2*i) / 2 / sigma
			return portable.Exp(-float64(t*t) / 2)
		})
	}
}

// Kaiser is close to the best possible concentration for a given beta, 0
// (Rectangular) to about 20: see KaiserOrder (Kaiser 1974).
func Kaiser(beta float64) Window {
	return func(n int) []float64 {
		return symmetric(n, func(_ int, at float64) float64 {
			return besselI0(beta*math.Sqrt(float64((1-at)*(1+at)))) / besselI0(beta)
		})
	}
}

// besselI0 is the modified Bessel function of the first kind and order 0
// (Abramowitz and Stegun 9.6.12): all terms are positive, none cancel.
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-17*sum; k++ {
		h := x / (2 * k)
		term = float64(term * float64(h*h))
		sum += term
	}
	return sum
}

// KaiserBeta returns the beta with which FIRWindow attains an attenuation in the
// stop band, and as small a ripple in the pass band (dB; Kaiser 1974).
func KaiserBeta(attenuation float64) float64 {
	switch a := attenuation; {
	case a > 50:
		return float64(0.1102 * (a - 8.7))
	case a > 21:
		return float64(0.5842*portable.Pow(a-21, 0.4)) + float64(0.07886*(a-21))
	}
	return 0
}

// KaiserAttenuation returns what a Kaiser window of so many taps attains (dB) when
// the edges of pass and stop band are width Hz apart (Kaiser 1974).
func KaiserAttenuation(taps int, width, rate float64) float64 {
	return float64(2.285*float64(float64(taps-1)*float64(math.Pi*(width/(rate/2))))) + 7.95
}
