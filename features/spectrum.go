package features

import (
	"math"
	"time"
)

// Method is how a spectrum is estimated.
type Method uint8

const (
	WelchMethod Method = iota // Welch, of the series resampled by a cubic spline
	LombMethod                // Lomb-Scargle, of the series as it is
	BurgMethod                // autoregressive, of the series resampled by a cubic spline
)

var methodText = [...]string{"Welch", "Lomb", "Burg"}

// String returns the name of the method's author.
func (m Method) String() string {
	if int(m) < len(methodText) {
		return methodText[m]
	}
	return "Method"
}

// MarshalText implements encoding.TextMarshaler.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// SpectrumConfig configures the frequency domain. The zero value is the
// recommended one. It comes back, filled, with every spectrum.
type SpectrumConfig struct {
	Method   Method
	Resample float64       // Hz, grid of the spline for Welch and Burg; 0: 4
	Segment  time.Duration // of Welch, shorter for a shorter series; 0: 256 s
	Overlap  float64       // of Welch, share of a segment, below 1; 0: 0.5; negative: none
	NFFT     int           // of Welch and Burg, power of two; 0: the samples of Segment, rounded up to one
	Window   Taper         // of Welch, periodic
	Detrend  Detrending    // of Welch per segment, of Burg of the whole; Lomb removes the mean

	// SmoothnessPriors is λ of Tarvainen 2002, applied to the resampled series
	// before all else; 0: none. Kubios uses 500.
	SmoothnessPriors float64

	Order      int     // of Burg; 0: 16
	Oversample float64 // of Lomb, steps of frequency per 1/length; 0: 4

	Bands Bands // the zero value: TaskForceBands
}

// Range is a band of frequencies [Low, High) in Hz.
type Range struct{ Low, High float64 }

// Bands are the bands of heart-rate variability.
type Bands struct{ ULF, VLF, LF, HF, VHF Range }

var taskForceBands = Bands{
	ULF: Range{0, 0.003}, VLF: Range{0.003, 0.04}, LF: Range{0.04, 0.15}, HF: Range{0.15, 0.4}, VHF: Range{0.4, 0.5},
}

// TaskForceBands returns the bands of the Task Force (1996), with 0.4 to 0.5
// Hz as VHF: ULF to 0.003, VLF to 0.04, LF to 0.15, HF to 0.4 Hz.
func TaskForceBands() Bands { return taskForceBands }

func (c SpectrumConfig) filled() SpectrumConfig {
	if c.Resample == 0 {
		c.Resample = 4
	}
	if c.Segment == 0 {
		c.Segment = 256 * time.Second
	}
	if c.Overlap == 0 {
		c.Overlap = 0.5
	}
	if c.Order == 0 {
		c.Order = 16
	}
	if c.Oversample == 0 {
		c.Oversample = 4
	}
	if c.Bands == (Bands{}) {
		c.Bands = taskForceBands
	}
	if c.NFFT == 0 {
		c.NFFT = 1
		for c.NFFT < c.segment() {
			c.NFFT *= 2
		}
	}
	return c
}

// segment is the samples of one segment.
func (c SpectrumConfig) segment() int { return int(math.Round(c.Segment.Seconds() * c.Resample)) }

// wrong returns the field that can't work and what it should be, or "".
func (c SpectrumConfig) wrong() (field, want string) {
	switch {
	case c.Method > BurgMethod:
		return "Method", "WelchMethod, LombMethod or BurgMethod"
	case !(c.Resample >= 1 && c.Resample <= 1000):
		return "Resample", "1 to 1000 Hz"
	case !(c.Segment >= time.Second && c.Segment <= 24*time.Hour):
		return "Segment", "1 s to 24 h"
	case !(c.Overlap < 1):
		return "Overlap", "below 1"
	case c.NFFT < 2 || c.NFFT&(c.NFFT-1) != 0 || c.NFFT > 1<<24 || c.NFFT < c.segment():
		return "NFFT", "a power of two, at least the samples of a segment, to 2^24"
	case c.Window > Boxcar:
		return "Window", "Hann, Hamming, Blackman or Boxcar"
	case c.Detrend > Nothing:
		return "Detrend", "Constant, Linear or Nothing"
	case !(c.SmoothnessPriors >= 0 && c.SmoothnessPriors <= 1e6):
		return "SmoothnessPriors", "0 to 1e6"
	case c.Order < 1 || c.Order > 256:
		return "Order", "1 to 256"
	case !(c.Oversample >= 1 && c.Oversample <= 64):
		return "Oversample", "1 to 64"
	}
	for _, r := range []Range{c.Bands.ULF, c.Bands.VLF, c.Bands.LF, c.Bands.HF, c.Bands.VHF} {
		if !(r.Low >= 0 && r.Low <= r.High && r.High <= c.Resample/2) {
			return "Bands", "0 <= Low <= High <= Resample/2"
		}
	}
	return "", ""
}

// Spectrum holds the powers of the bands: the sum of the density over the
// frequencies Low <= f < High, times their step.
type Spectrum struct {
	Settings SpectrumConfig

	ULF, VLF, LF, HF, VHF Index // ms²
	Total                 Index // ms², below the end of HF, frequency 0 included where the method has it
	LFPeak, HFPeak        Index // Hz, where the density of the band is largest
	LFnu, HFnu            Index // normalised units, 100 LF/(LF+HF), 100 HF/(LF+HF)
	LFHF                  Index // LF/HF, no unit

	Step     float64 // Hz between two frequencies of the density; 0: there is none
	Samples  int     // values that went in: of the resampled series, or intervals for Lomb
	Segments int     // of Welch, averaged
	Order    int     // of Burg, as used
}

func noSpectrum(why Reason, c SpectrumConfig) Spectrum {
	n := none(why)
	return Spectrum{c, n, n, n, n, n, n, n, n, n, n, n, 0, 0, 0, 0}
}

// spectrum computes one spectrum. The density stays in a.psd, its first
// frequency being 0, for Lomb Step.
func (a *Analyzer) spectrum(s Series, c SpectrumConfig) (r Spectrum) {
	a.psd = a.psd[:0]
	n := len(s.RR)
	if n < 4 {
		return noSpectrum(TooShort, c)
	}
	for i := 1; i < n; i++ {
		if !(s.End[i] > s.End[i-1]) {
			return noSpectrum(NotPlausible, c)
		}
	}
	length := s.End[n-1] - s.End[0]
	const longest = 48 * 60 * 60 // s; the memory of the grid grows with the length
	if !(length <= longest) {
		return noSpectrum(TooLong, c)
	}
	r = noSpectrum(OK, c)
	first := 0
	if c.Method == LombMethod {
		// 1 s to 48 h, so that neither the step nor the number is extreme.
		if length < 1 {
			return noSpectrum(TooShort, c)
		}
		r.Step = 1 / float64(c.Oversample*length)
		top := max(c.Bands.ULF.High, c.Bands.VLF.High, c.Bands.LF.High, c.Bands.HF.High, c.Bands.VHF.High)
		count := int(top / r.Step)
		a.psd = a.lomb(a.psd, s.End, s.RR, r.Step, count)
		r.Samples, first = n, 1
	} else {
		x := a.even(s, c)
		r.Samples = len(x)
		r.Step = c.Resample / float64(c.NFFT)
		if c.Method == WelchMethod {
			segment := min(c.segment(), len(x)) &^ 1
			if segment < 2 {
				return noSpectrum(TooShort, c)
			}
			overlap := int(float64(segment) * max(0, c.Overlap))
			r.Segments = (len(x)-segment)/(segment-overlap) + 1
			a.psd = a.welch(a.psd, x, WelchConfig{
				Rate: c.Resample, Segment: segment, Overlap: overlap, NFFT: c.NFFT, Window: c.Window, Detrend: c.Detrend,
			})
		} else {
			if len(x) <= c.Order {
				return noSpectrum(TooShort, c)
			}
			r.Order = c.Order
			noise := a.burg(x, c.Order, c.Detrend)
			a.psd = a.modelDensity(a.psd, noise, c.Resample, c.NFFT)
		}
	}
	if len(a.psd) == 0 {
		return noSpectrum(TooShort, c)
	}
	a.bands(&r, first)
	return r
}

// even returns the series on the even grid of c, as Welch has left it for Burg
// if their settings are the same.
func (a *Analyzer) even(s Series, c SpectrumConfig) []float64 {
	if a.gridRate != c.Resample || a.gridPriors != c.SmoothnessPriors {
		a.grid = a.resample(a.grid[:0], s.End, s.RR, c.Resample)
		a.gridRate, a.gridPriors = c.Resample, c.SmoothnessPriors
		if c.SmoothnessPriors > 0 {
			a.smoothnessPriors(a.grid, c.SmoothnessPriors)
		}
	}
	return a.grid
}

// bands sums a.psd, whose first value is at first*Step.
func (a *Analyzer) bands(r *Spectrum, first int) {
	b := r.Settings.Bands
	band := func(in Range) (power, peak Index) {
		sum, best, at, count := 0.0, 0.0, -1, 0
		// The index is found by division and corrected, so that a frequency
		// on the limit belongs to the band above it in every case.
		from := max(0, int(in.Low/r.Step)-first-1)
		for i := from; i < len(a.psd); i++ {
			f := float64(i+first) * r.Step
			if f < in.Low {
				continue
			}
			if f >= in.High {
				break
			}
			count++
			sum += a.psd[i]
			if at < 0 || a.psd[i] > best {
				best, at = a.psd[i], i
			}
		}
		if count == 0 {
			return none(TooShort), none(TooShort)
		}
		peak = value(float64(at+first) * r.Step)
		if best == 0 {
			peak = none(NoVariance)
		}
		return value(sum * r.Step), peak
	}
	r.ULF, _ = band(b.ULF)
	r.VLF, _ = band(b.VLF)
	r.LF, r.LFPeak = band(b.LF)
	r.HF, r.HFPeak = band(b.HF)
	r.VHF, _ = band(b.VHF)
	r.Total, _ = band(Range{0, b.HF.High})
	r.LFHF = ratio(r.LF, r.HF)
	both := value(r.LF.Value + r.HF.Value)
	if r.LF.Why != OK {
		both = r.LF
	} else if r.HF.Why != OK {
		both = r.HF
	}
	r.LFnu, r.HFnu = ratio(value(100*r.LF.Value), both), ratio(value(100*r.HF.Value), both)
}
