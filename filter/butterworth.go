package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// maxOrder bounds the order of a design: above it the poles of a practical
// filter can't be told apart in float64.
const maxOrder = 32

// Butterworth designs a filter that is as flat as can be (Butterworth 1930).
// order is that of the low-pass prototype, 1 to 32: a band-pass has twice as
// many poles. edges are the -3 dB frequencies in Hz, one for low- and high-pass,
// two for the others, above 0 and below half of the rate (Hz).
func Butterworth(order int, band Band, rate float64, edges ...float64) (ZPK, error) {
	if err := orderIn("Butterworth", order, maxOrder); err != nil {
		return ZPK{}, err
	}
	proto := prototype{k: 1}
	for i := range order / 2 {
		// Poles on the unit circle of the left half plane, in conjugate pairs.
		sin, cos := portable.Sincos(math.Pi * float64(2*i+1) / float64(2*order))
		p := complex(-sin, cos)
		proto.p = append(proto.p, p, conj(p))
	}
	if order%2 == 1 {
		proto.p = append(proto.p, -1)
	}
	return digital("Butterworth", proto, band, rate, edges)
}
