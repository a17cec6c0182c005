package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// roundedLog is float32(portable.Log(v)), every bit of it, at less than half the
// cost.
//
// With m the mantissa and c near 1/m from a table, ln v is e ln 2 - ln c + ln(1+r)
// with r = mc - 1. Three terms of the last leave an error below 5e-12. Where that
// decides how the sum is rounded, once in some thousand times, the long way is
// taken.
func roundedLog(v float64) float32 {
	b := math.Float64bits(v)
	if b-1<<52 >= 0x7fe<<52 { // not a normal positive number
		return float32(portable.Log(v))
	}
	t := &logTable[b>>(52-logTableBits)&(1<<logTableBits-1)]
	r := float64(math.Float64frombits(b&(1<<52-1)|1023<<52)*t.inverse) - 1
	y := float64(float64(int(b>>52)-1023)*math.Ln2) + t.log + (r + float64(float64(r*r)*(float64(r*(1./3))-0.5)))
	if lo := float32(y - logError); lo == float32(y+logError) {
		return lo
	}
	return float32(portable.Log(v))
}

func log32(v float32) float32 { return roundedLog(float64(v)) }

const (
	logTableBits = 8 // of the mantissa

	// logError is beyond that of the sum: r^4/4 with |r| < 2^-9, 4e-12, and the
	// rounding of sums below 1024, 5e-13.
	logError = 5e-12
)

// logTable has c for the middle of each part of the mantissa's range, and -ln c.
var logTable = func() (t [1 << logTableBits]struct{ inverse, log float64 }) {
	for i := range t {
		c := (1 << logTableBits) / (1<<logTableBits + 0.5 + float64(i))
		t[i].inverse, t[i].log = c, -portable.Log(c)
	}
	return t
}()
