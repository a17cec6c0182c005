package wfdb

import (
	"math"
	"strconv"
	"strings"
)

// formatFloat is printf("%.12g") of C, in which headers write numbers: 12
// significant digits without trailing zeros, an exponent of at least two
// digits if it is below -4 or above 11.
func formatFloat(x float64) string {
	s := strconv.FormatFloat(x, 'e', 11, 64)
	m, e, ok := strings.Cut(s, "e")
	if !ok { // Inf, NaN
		return s
	}
	exp, _ := strconv.Atoi(e)
	if exp >= -4 && exp < 12 {
		m, e = strconv.FormatFloat(x, 'f', 11-exp, 64), ""
	} else {
		e = "e" + e
	}
	if strings.Contains(m, ".") {
		m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
	}
	return m + e
}

// roundAway rounds to the nearest integer, halves away from zero, and returns
// false if that is no int32. It is how the C library makes adu of units.
func roundAway(x float64) (int32, bool) {
	x = math.Round(x)
	if !(x >= math.MinInt32 && x <= math.MaxInt32) {
		return 0, false
	}
	return int32(x), true
}
