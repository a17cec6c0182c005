package wfdb

import (
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
