package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Entropy holds the entropies of one series, taken as one list. r is a share
// of the standard deviation (divisor n-1): Config.Tolerance, m is
// Config.Pattern.
type Entropy struct {
	SampEn Index // nat; J. S. Richman and J. R. Moorman, Am. J. Physiol. 278:H2039, 2000
	ApEn   Index // nat; S. M. Pincus, PNAS 88:2297, 1991; patterns match themselves
	Fuzzy  Index // nat; FuzzyEntropy with the Gaussian membership

	A, B      int64 // pairs of patterns alike of length m+1 and m behind SampEn
	Tolerance Index // ms, r
}

// SampEn returns the sample entropy of x (nat) with patterns of m values and
// the tolerance r in the unit of x, and the numbers of pairs: b alike over m
// values, a of them over m+1, among the first len(x)-m patterns.
// Richman and Moorman 2000: -ln(a/b), distances <= r.
func SampEn(x []float64, m int, r float64) (entropy Index, a, b int64) {
	if why := listCheck(x, m, r); why != OK {
		return none(why), 0, 0
	}
	var t counter
	_, entropy, a, b = t.both(x, m, r)
	return entropy, a, b
}

// ApEn returns the approximate entropy of x (nat) with patterns of m values
// and the tolerance r in the unit of x. Pincus 1991; patterns match themselves.
func ApEn(x []float64, m int, r float64) Index {
	if why := listCheck(x, m, r); why != OK {
		return none(why)
	}
	var t counter
	e, _, _, _ := t.both(x, m, r)
	return e
}

// listCheck returns why no entropy of x exists, or OK.
func listCheck(x []float64, m int, r float64) Reason {
	if m < 1 || len(x) < m+2 {
		return TooShort
	}
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return NotFinite
		}
	}
	if !(r >= 0) || math.IsInf(r, 0) {
		return NotFinite
	}
	return OK
}

// counter counts neighbours the faster way.
type counter struct {
	tree  neighbours
	sweep sweep
}

// both returns ApEn and SampEn: they count the same neighbours, ApEn one
// pattern of length m more. len(x) >= m+2.
func (t *counter) both(x []float64, m int, r float64) (apEn, sampEn Index, a, b int64) {
	if m == 2 {
		t.sweep.sort(x)
	}
	return t.sorted(x, m, r)
}

// sorted is both where sweep.sort has seen x.
func (t *counter) sorted(x []float64, m int, r float64) (apEn, sampEn Index, a, b int64) {
	if m == 2 {
		return t.sweep.both(x, r)
	}
	return t.tree.both(x, m, r)
}

// both is counter.both for any m.
func (t *neighbours) both(x []float64, m int, r float64) (apEn, sampEn Index, a, b int64) {
	n := len(x) - m
	t.count(x, n+1, m, r)
	phi := t.logMean()
	for k, c := range t.counts {
		if int(t.index[k]) < n {
			b += int64(c) - 1
		} else {
			b -= int64(c) - 1 // the last pattern was counted by its neighbours
		}
	}
	t.count(x, n, m+1, r)
	phi -= t.logMean()
	for _, c := range t.counts {
		a += int64(c) - 1
	}
	a, b = a/2, b/2
	return value(phi), negLogRatio(a, b), a, b
}

// negLogRatio is -ln(a/b).
func negLogRatio(a, b int64) Index {
	if a == 0 || b == 0 {
		return none(NoMatch)
	}
	return value(portable.Log(float64(b) / float64(a)))
}

// logMean is the mean of ln(count/n) over all patterns, in the order of the
// tree. Equal counts are common, and their logarithm is kept.
func (t *neighbours) logMean() float64 {
	n := float64(len(t.counts))
	sum := 0.0
	last, logLast := int32(-1), 0.0
	for _, c := range t.counts {
		if c != last {
			last, logLast = c, portable.Log(float64(c)/n)
		}
		sum += logLast
	}
	return sum / n
}

// MultiscaleEntropy appends the sample entropies (nat) of x at the scales
// 1 to scales: of the means of non-overlapping blocks, with patterns of m
// values and the same tolerance r, in the unit of x, at every scale. M. Costa
// et al., Phys. Rev. Lett. 89:068102, 2002; there m 2, r 0.15 SD, 20 scales.
func MultiscaleEntropy(dst []Index, x []float64, scales, m int, r float64) []Index {
	var t counter
	coarse := make([]float64, 0, len(x))
	for scale := 1; scale <= scales; scale++ {
		coarse = coarse[:0]
		for i := 0; i+scale <= len(x); i += scale {
			coarse = append(coarse, mean(x[i:i+scale]))
		}
		if why := listCheck(coarse, m, r); why != OK {
			dst = append(dst, none(why))
			continue
		}
		_, e, _, _ := t.both(coarse, m, r)
		dst = append(dst, e)
	}
	return dst
}
