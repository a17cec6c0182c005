package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Poincare holds the indices of the plot of each interval against the one
// before: points (x, y) = (RR_i, RR_i+1) of intervals that share a beat.
type Poincare struct {
	// Brennan, Palaniswami and Kamen, IEEE Trans. Biomed. Eng. 48:1342, 2001:
	// standard deviations (n-1) across and along the line of identity.
	SD1   Index // ms, SD(y-x)/√2
	SD2   Index // ms, SD(y+x)/√2
	Ratio Index // SD1/SD2, no unit
	Area  Index // ms², π SD1 SD2

	CSI         Index // SD2/SD1; Toichi et al., J. Auton. Nerv. Syst. 62:79, 1997
	CVI         Index // log10(16 SD1 SD2), SDs in ms; the same
	CSIModified Index // ms, 4 SD2²/SD1; Jeppesen et al., Seizure 24:1, 2015

	// Asymmetry, in %: the share of the decelerations (y > x) in the sum of
	// distances to the line of identity (Guzik et al., Biomed. Tech. 51:272,
	// 2006), of angles to it (Karmakar et al. 2015) and of sector areas (Yan
	// et al. 2017); Porta's index is the share of the accelerations in the
	// number of points off the line (Porta et al. 2008).
	GI, SI, AI, PI Index // %

	// Share of the decelerations in the variance across (C1), along (C2) and
	// together (C): Piskorski and Guzik, Physiol. Meas. 32:1011, 2011. That of
	// the accelerations is 1 minus it.
	C1, C2, C Index // no unit

	Decelerations, Accelerations, Equal int
}

func (a *Analyzer) poincare(s Series) (p Poincare) {
	x, y := a.x[:0], a.y[:0]
	for i := 1; i < len(s.RR); i++ {
		if s.Join[i] {
			x, y = append(x, s.RR[i-1]), append(y, s.RR[i])
		}
	}
	a.x, a.y = x, y
	if len(x) < 2 {
		no := none(TooShort)
		p.SD1, p.SD2, p.Ratio, p.Area, p.CSI, p.CVI, p.CSIModified = no, no, no, no, no, no, no
		p.GI, p.SI, p.AI, p.PI, p.C1, p.C2, p.C = no, no, no, no, no, no, no
		return p
	}

	along := a.rates[:0]
	for i := range x {
		along = append(along, x[i]+y[i])
	}
	a.rates = along
	a.diff = differences(a.diff[:0], s)
	sd1 := deviation(a.diff, 1).Value / math.Sqrt2
	sd2 := deviation(along, 1).Value / math.Sqrt2
	p.SD1, p.SD2 = value(sd1), value(sd2)
	p.Ratio, p.CSI = ratio(p.SD1, p.SD2), ratio(p.SD2, p.SD1)
	p.Area = value(math.Pi * sd1 * sd2)
	p.CVI, p.CSIModified = none(NoVariance), none(NoVariance)
	if sd1 > 0 {
		p.CSIModified = value(4 * sd2 * sd2 / sd1)
		if sd2 > 0 {
			p.CVI = value(portable.Log10(16 * sd1 * sd2))
		}
	}

	// Sums over decelerations [0] and accelerations [1].
	var distance, angle, area, across, longer [2]float64
	equal := 0.0
	mx, my := mean(x), mean(y)
	for i := range x {
		e := ((x[i] - mx) + (y[i] - my)) / math.Sqrt2
		k := 0
		switch {
		case y[i] > x[i]:
			p.Decelerations++
		case y[i] < x[i]:
			p.Accelerations++
			k = 1
		default:
			p.Equal++
			equal += float64(e * e)
			continue
		}
		d := math.Abs(y[i]-x[i]) / math.Sqrt2
		theta := math.Abs(math.Pi/4 - portable.Atan(y[i]/x[i]))
		distance[k] += d
		angle[k] += theta
		area[k] += float64(theta * (float64(x[i]*x[i]) + float64(y[i]*y[i])) / 2)
		across[k] += float64(d * d)
		longer[k] += float64(e * e)
	}
	longer[0], longer[1] = longer[0]+equal/2, longer[1]+equal/2
	p.GI, p.SI, p.AI = percent(distance), percent(angle), percent(area)
	p.PI = percent([2]float64{float64(p.Accelerations), float64(p.Decelerations)})
	p.C1, p.C2 = share(across), share(longer)
	p.C = share([2]float64{across[0] + longer[0], across[1] + longer[1]})
	return p
}

// share is v[0] as a part of both.
func share(v [2]float64) Index { return ratio(value(v[0]), value(v[0]+v[1])) }

// percent is share in %.
func percent(v [2]float64) Index { return ratio(value(100*v[0]), value(v[0]+v[1])) }
