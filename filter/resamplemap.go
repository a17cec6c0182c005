package filter

import (
	"math"
	"math/bits"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// RateMap is the exact map between the sample numbers of a signal and of the
// same signal at another rate, both of whose first samples lie at the same time.
// It is the fraction up/down = to/from in lowest terms: sample m of the new
// signal lies at m*down/up samples of the old one. No position drifts, however
// long the stream.
type RateMap struct{ up, down int64 }

// NewRateMap returns the map from one rate to another (Hz, ecg.MinRate to
// ecg.MaxRate), each taken as the simplest fraction that it is (ecg.Clock).
func NewRateMap(from, to float64) (RateMap, error) {
	fail := func(field, want string) (RateMap, error) {
		return RateMap{}, &ecg.ConfigError{Type: "filter.RateMap", Field: field, Want: want}
	}
	a, err := ecg.NewClock(from, time.Time{})
	if err != nil {
		return fail("From", "1e-6 to 1e6 Hz")
	}
	b, err := ecg.NewClock(to, time.Time{})
	if err != nil {
		return fail("To", "1e-6 to 1e6 Hz")
	}
	an, ad := a.Rate()
	bn, bd := b.Rate()
	// up/down = (bn/bd) / (an/ad)
	g, h := gcd(bn, an), gcd(bd, ad)
	up, okU := product(bn/g, ad/h)
	down, okD := product(an/g, bd/h)
	if !okU || !okD {
		return fail("To", "a ratio of numbers below 2^40")
	}
	return RateMap{up, down}, nil
}

// maxRatio bounds up and down, so that a position times one of them has room in
// 128 bits with everything else.
const maxRatio = 1 << 40

func product(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && lo <= maxRatio
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Ratio returns to/from in lowest terms.
func (m RateMap) Ratio() (up, down int64) { return m.up, m.down }

// Source returns where sample n of the new signal lies in the old one: at the
// sample at, plus frac of one, -0.5 < frac <= 0.5.
func (m RateMap) Source(n int64) (at int64, frac float64) { return ratio(n, m.down, m.up) }

// Target returns where sample n of the old signal lies in the new one.
func (m RateMap) Target(n int64) (at int64, frac float64) { return ratio(n, m.up, m.down) }

// ratio returns n*a/b as the nearest whole number (halves down) and the rest.
// It saturates.
func ratio(n, a, b int64) (int64, float64) {
	q, r, ok := floorRatio(n, a, b)
	if !ok {
		return q, 0
	}
	if r > b/2 {
		return q + 1, float64(r-b) / float64(b)
	}
	return q, float64(r) / float64(b)
}

// floorRatio returns the largest q with q*b <= n*a, and r = n*a - q*b; false
// where q has no room.
func floorRatio(n, a, b int64) (q, r int64, ok bool) {
	u := uint64(n)
	if n < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(a))
	if hi >= uint64(b) {
		return saturated(n), 0, false
	}
	quotient, rest := bits.Div64(hi, lo, uint64(b))
	if quotient >= 1<<63 {
		return saturated(n), 0, false
	}
	q, r = int64(quotient), int64(rest)
	if n < 0 {
		if q = -q; r > 0 {
			q, r = q-1, b-r
		}
	}
	return q, r, true
}

func saturated(n int64) int64 {
	if n < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}
