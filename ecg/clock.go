package ecg

import (
	"math"
	"math/big"
	"math/bits"
	"time"
)

// Clock maps sample numbers to time, exactly and in integers: the rate is kept
// as a fraction num/den Hz, the simplest one that is the given float64. So
// 360, 62.4725, 130.061, 1/3 and 512.6171875 Hz all are what they say, and no
// position drifts however long the stream.
//
// The zero Clock is not usable.
type Clock struct {
	num, den int64 // Hz
	start    time.Time
}

// Limits of a sampling rate in Hz: from a sample in eleven days to a
// microsecond, which is more than any ECG needs.
const (
	MinRate = 1e-6
	MaxRate = 1e6
)

// NewClock returns the clock of a stream with this rate (Hz, MinRate to
// MaxRate) whose sample 0 is at start; a zero start is an unknown one.
func NewClock(rate float64, start time.Time) (Clock, error) {
	if !(rate >= MinRate && rate <= MaxRate) {
		return Clock{}, &ConfigError{"ecg.Clock", "rate", "1e-6 to 1e6 Hz"}
	}
	num, den := fraction(rate)
	return Clock{num, den, start}, nil
}

// fraction returns the first convergent of the continued fraction of x that is
// x when rounded to float64.
func fraction(x float64) (num, den int64) {
	r := new(big.Rat).SetFloat64(x)
	a, b := new(big.Int).Set(r.Num()), new(big.Int).Set(r.Denom())
	p0, q0, p1, q1 := big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)
	for b.Sign() != 0 {
		q, m := new(big.Int).QuoRem(a, b, new(big.Int))
		p0, p1 = p1, new(big.Int).Add(new(big.Int).Mul(q, p1), p0)
		q0, q1 = q1, new(big.Int).Add(new(big.Int).Mul(q, q1), q0)
		a, b = b, m
		if f, _ := new(big.Rat).SetFrac(p1, q1).Float64(); f == x {
			break
		}
	}
	return p1.Int64(), q1.Int64()
}

// Rate returns the rate as a fraction num/den Hz in lowest terms.
func (c Clock) Rate() (num, den int64) { return c.num, c.den }

// Offset returns the time from sample 0 to this sample, rounded to the nearest
// nanosecond, halves away from zero. Beyond the range of a Duration (292
// years) it is the largest or smallest one.
func (c Clock) Offset(sample int64) time.Duration {
	// den*1e9 stays below 2^38 * 2^30 for every rate that NewClock takes; the
	// product with den below 2^34 fits 64 bits, else one factor moves over.
	return time.Duration(mulDiv(sample, c.den, int64(time.Second), c.num, 1))
}

// Sample returns the sample nearest to the time d after sample 0, halves away
// from zero. Sample(Offset(n)) is n.
func (c Clock) Sample(d time.Duration) int64 {
	return mulDiv(int64(d), c.num, 1, c.den, int64(time.Second))
}

// Time returns the wall time of a sample, and false if the start is unknown.
func (c Clock) Time(sample int64) (time.Time, bool) {
	if c.start.IsZero() {
		return time.Time{}, false
	}
	return c.start.Add(c.Offset(sample)), true
}

// SampleAt returns the sample nearest to a wall time, and false if the start
// is unknown.
func (c Clock) SampleAt(t time.Time) (int64, bool) {
	if c.start.IsZero() {
		return 0, false
	}
	return c.Sample(t.Sub(c.start)), true
}

// mulDiv returns x*a*b/(c*d) rounded half away from zero; a, b, c, d > 0. It
// saturates.
func mulDiv(x, a, b, c, d int64) int64 {
	neg := x < 0
	u := uint64(x)
	if neg {
		u = -u
	}
	var q uint64
	abHi, ab := bits.Mul64(uint64(a), uint64(b))
	cdHi, cd := bits.Mul64(uint64(c), uint64(d))
	if abHi == 0 && cdHi == 0 && cd < 1<<63 {
		hi, lo := bits.Mul64(u, ab)
		var carry uint64
		lo, carry = bits.Add64(lo, cd/2, 0)
		hi += carry
		if hi >= cd {
			q = math.MaxUint64
		} else {
			q, _ = bits.Div64(hi, lo, cd)
		}
	} else { // rates with unusual fractions
		n := new(big.Int).SetUint64(u)
		n.Mul(n, big.NewInt(a)).Mul(n, big.NewInt(b))
		m := new(big.Int).Mul(big.NewInt(c), big.NewInt(d))
		n.Add(n, new(big.Int).Rsh(m, 1)).Quo(n, m)
		if q = math.MaxUint64; n.IsUint64() {
			q = n.Uint64()
		}
	}
	switch {
	case !neg && q > math.MaxInt64:
		return math.MaxInt64
	case neg && q >= 1<<63:
		return math.MinInt64
	case neg:
		return -int64(q)
	}
	return int64(q)
}
