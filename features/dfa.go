package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// DFA holds the exponents of detrended fluctuation analysis: C.-K. Peng et
// al., Chaos 5:82-87, 1995. Boxes begin at the start, do not overlap, and what
// is left over is dropped; a line is removed per box; F(n) is the root mean
// square over all that was boxed; the exponent is the slope of log10 F on
// log10 n over every integer n. The NN intervals are taken as one list.
type DFA struct {
	Alpha1 Index // no unit, n = 4 to 16 intervals
	Alpha2 Index // no unit, n = 16 to 64 intervals
}

const dfaMin, dfaMid, dfaMax = 4, 16, 64 // intervals per box (Peng 1995)

func (a *Analyzer) dfa(rr []float64) DFA {
	m := mean(rr)
	y := a.x[:0]
	sum := 0.0
	for _, v := range rr {
		sum += v - m
		y = append(y, sum)
	}
	a.x = y
	logN, logF := a.y[:0], a.rates[:0]
	why := OK
	var d DFA
	for n := dfaMin; n <= dfaMax; n++ {
		if n <= dfaMid || d.Alpha1.Why != TooShort {
			f := fluctuation(y, n)
			if f.Why != OK && why == OK {
				why = f.Why
			} else if f.Why == OK && f.Value == 0 && why == OK {
				why = NoVariance
			}
			if why == OK {
				logN = append(logN, portable.Log10(float64(n)))
				logF = append(logF, portable.Log10(f.Value))
			}
		}
		switch {
		case n == dfaMid && why != OK:
			d.Alpha1 = none(why)
		case n == dfaMid:
			d.Alpha1 = value(slope(logN, logF))
			logN, logF = append(logN[:0], logN[len(logN)-1]), append(logF[:0], logF[len(logF)-1])
		case n == dfaMax && why != OK:
			d.Alpha2 = none(why)
		case n == dfaMax:
			d.Alpha2 = value(slope(logN, logF))
		}
	}
	a.y, a.rates = logN, logF
	return d
}

// fluctuation returns F(n) in ms of the profile y.
func fluctuation(y []float64, n int) Index {
	boxes := len(y) / n
	if boxes == 0 {
		return none(TooShort)
	}
	// Abscissa k - (n-1)/2, whose sum of squares is n(n²-1)/12.
	half := float64(n-1) / 2
	sxx := float64(n) * float64(n*n-1) / 12
	total := 0.0
	// Two boxes side by side: a sum waits for the addition before.
	for b := 0; b < boxes; b += 2 {
		p := y[b*n : b*n+n]
		q := p
		if b+1 < boxes {
			q = y[b*n+n : b*n+2*n]
		}
		q = q[:len(p)]
		var sp, sxp, sq, sxq float64
		x := -half
		for i, u := range p {
			v := q[i]
			sp += u
			sxp += float64(x * u)
			sq += v
			sxq += float64(x * v)
			x++
		}
		mp, cp, mq, cq := sp/float64(n), sxp/sxx, sq/float64(n), sxq/sxx
		var ep, eq float64
		x = -half
		for i, u := range p {
			e, f := u-mp-float64(cp*x), q[i]-mq-float64(cq*x)
			ep += float64(e * e)
			eq += float64(f * f)
			x++
		}
		total += ep
		if b+1 < boxes {
			total += eq
		}
	}
	return value(math.Sqrt(total / float64(boxes*n)))
}
