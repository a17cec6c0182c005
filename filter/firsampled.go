package filter

import (
	"math"
	"math/bits"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// FIRSampled designs a symmetric filter of so many taps (1 to 4096) whose gain
// runs in straight lines through gains at freqs (Hz, ascending from 0 to half of
// the rate): the inverse transform of samples of that curve, then a window
// (Oppenheim and Schafer, section 7.6). An even number of taps needs gain 0 at
// half of the rate.
func FIRSampled(taps int, w Window, rate float64, freqs, gains []float64) (FIR, error) {
	const name = "FIRSampled"
	fail := func(field, want string) (FIR, error) {
		return nil, &ecg.ConfigError{Type: "filter." + name, Field: field, Want: want}
	}
	if err := tapsIn(name, taps, 1, 4096); err != nil {
		return nil, err
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	n := len(freqs)
	if n < 2 || len(gains) != n || freqs[0] != 0 || freqs[n-1] != rate/2 {
		return fail("freqs, gains", "as many of both, from 0 to half of the rate")
	}
	for i, g := range gains {
		if i > 0 && !(freqs[i] > freqs[i-1]) || !(math.Abs(g) <= math.MaxFloat32) {
			return fail("freqs, gains", "ascending frequencies and finite gains")
		}
	}
	if taps%2 == 0 && gains[n-1] != 0 {
		return fail("taps", "odd: an even number can't pass half of the rate")
	}
	// Samples of the curve: as many steps as the next power of two above taps,
	// so that the tails of the impulse response fold back little.
	steps := 1 << bits.Len(uint(taps-1))
	curve := make([]float64, steps+1)
	for i, k := 0, 1; i <= steps; i++ {
		f := float64(rate / 2 * (float64(i) / float64(steps)))
		for k < n-1 && f > freqs[k] {
			k++
		}
		part := (f - freqs[k-1]) / (freqs[k] - freqs[k-1])
		curve[i] = gains[k-1] + float64(part*(gains[k]-gains[k-1]))
	}
	h := mirrored(taps, 1, func(k int) float64 {
		sum := curve[0]
		for i := 1; i <= steps; i++ {
			// cos(pi i t/steps), t = k - (taps-1)/2, with whole turns taken off.
			turn := (i * (2*k - (taps - 1))) % (4 * steps)
			c := portable.Cos(math.Pi * (float64(turn) / float64(2*steps)))
			weight := 2.0
			if i == steps {
				weight = 1
			}
			sum += float64(weight * float64(curve[i]*c))
		}
		return sum / float64(2*steps)
	})
	return h.Windowed(w), nil
}
