package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Ramp is a band in which the gain that is wanted goes in a straight line.
type Ramp struct {
	From, To         float64 // Hz
	GainFrom, GainTo float64 // at From and at To
	Weight           float64 // of the squared error; 0 means 1
}

// FIRLeastSquares designs the symmetric filter of so many taps (odd, 1 to 1001)
// with the smallest weighted integral of the squared error over the bands, which
// ascend within 0 and half of the rate (Parks and Burrus 1987, section 3.2). What
// lies between bands does not count.
func FIRLeastSquares(taps int, rate float64, bands ...Ramp) (FIR, error) {
	const name = "FIRLeastSquares"
	fail := func(field, want string) (FIR, error) {
		return nil, &ecg.ConfigError{Type: "filter." + name, Field: field, Want: want}
	}
	if err := tapsIn(name, taps, 1, 1001); err != nil {
		return nil, err
	}
	if taps%2 == 0 {
		return fail("taps", "odd")
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	if len(bands) == 0 {
		return fail("bands", "at least one")
	}
	last := 0.0
	for _, b := range bands {
		if !(b.From >= last && b.To > b.From && b.To <= rate/2) {
			return fail("bands", "ascending, from 0 to half of the rate")
		}
		if !(math.Abs(b.GainFrom)+math.Abs(b.GainTo) <= math.MaxFloat32 && b.Weight >= 0 && b.Weight <= math.MaxFloat32) {
			return fail("bands", "finite gains and weights, no negative weight")
		}
		last = b.To
	}
	half := (taps - 1) / 2
	// The response is a[0] + a[1] cos w + ... + a[half] cos(half w). Its squared
	// error is least where sum over m of a[m] (q[n-m] + q[n+m]) = 2 b[n], with q
	// and b the integrals of weight and of weight times gain with cos(n w).
	q, b := make([]float64, 2*half+1), make([]float64, half+1)
	for _, band := range bands {
		weight := band.Weight
		if weight == 0 {
			weight = 1
		}
		lo, hi := 2*band.From/rate, 2*band.To/rate // in half rates
		slope := (band.GainTo - band.GainFrom) / (hi - lo)
		for n := range q {
			q[n] += float64(weight * (sineIntegral(n, hi) - sineIntegral(n, lo)))
		}
		for n := range b {
			// The integral of (gain at lo + slope (v - lo)) cos(pi n v).
			line := float64(band.GainTo*sineIntegral(n, hi)) - float64(band.GainFrom*sineIntegral(n, lo))
			if n == 0 {
				line -= slope * (hi - lo) * (hi + lo) / 2
			} else {
				p := math.Pi * float64(n)
				line += slope * (cosOf(n, hi) - cosOf(n, lo)) / p / p
			}
			b[n] += float64(weight * line)
		}
	}
	columns := make([][]float64, half+1)
	right := make([]float64, half+1)
	for m := range columns {
		for n := range half + 1 {
			columns[m] = append(columns[m], q[max(n-m, m-n)]+q[n+m])
		}
		right[m] = 2 * b[m]
	}
	a := leastSquares(columns, right)
	return mirrored(taps, 1, func(k int) float64 {
		if k == half {
			return a[0]
		}
		return a[half-k] / 2
	}), nil
}

// sineIntegral is the integral of cos(pi n v) from 0 to v.
func sineIntegral(n int, v float64) float64 {
	if n == 0 {
		return v
	}
	return portable.Sin(math.Pi*math.Mod(float64(n)*v, 2)) / (math.Pi * float64(n))
}

func cosOf(n int, v float64) float64 {
	return portable.Cos(math.Pi * math.Mod(float64(n)*v, 2))
}
