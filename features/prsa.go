package features

import "math"

// PRSA holds the capacities of phase-rectified signal averaging: A. Bauer et
// al., Lancet 367:1674-1681, 2006. Anchors are intervals longer (deceleration)
// or shorter (acceleration) than the one before by at most 5 %, with two
// intervals before and one after them, all joined; the capacity is
// (X(0) + X(1) - X(-1) - X(-2))/4 of the intervals averaged around them.
type PRSA struct {
	DC, AC               Index      // ms, deceleration and acceleration capacity
	DCAnchors, ACAnchors int        // how many anchors
	DCCurve, ACCurve     [4]float64 // ms, X(-2), X(-1), X(0), X(1); NaN without anchors
}

// prsaLimit is the largest relative change of an anchor: beyond it artefacts
// and ectopy are likely (Bauer 2006).
const prsaLimit = 0.05

func prsa(s Series) (p PRSA) {
	p.DCCurve, p.DCAnchors, p.DC = capacity(s, 1)
	p.ACCurve, p.ACAnchors, p.AC = capacity(s, -1)
	return p
}

// capacity averages around the anchors whose change has this sign.
func capacity(s Series, sign float64) (curve [4]float64, anchors int, c Index) {
	for i := 2; i+1 < len(s.RR); i++ {
		d := s.RR[i] - s.RR[i-1]
		if !(d*sign > 0) || math.Abs(d) > prsaLimit*s.RR[i-1] ||
			!s.Join[i-1] || !s.Join[i] || !s.Join[i+1] {
			continue
		}
		anchors++
		for k := range curve {
			curve[k] += s.RR[i-2+k]
		}
	}
	if anchors == 0 {
		why := NoAnchor
		if len(s.RR) < 4 {
			why = TooShort
		}
		return [4]float64{math.NaN(), math.NaN(), math.NaN(), math.NaN()}, 0, none(why)
	}
	for k := range curve {
		curve[k] /= float64(anchors)
	}
	return curve, anchors, value((curve[2] + curve[3] - curve[1] - curve[0]) / 4)
}
