package features

import "math"

// PRSA holds the capacities of phase-rectified signal averaging: A. Bauer et
// al., Lancet 367:1674-1681, 2006. Anchors are intervals longer (deceleration)
// or shorter (acceleration) than the one before by at most 5 %, with two
// intervals before and one after them, all joined; the capacity is
// (X(0) + X(1) - X(-1) - X(-2))/4 of the intervals averaged around them.
type PRSA struct {
	DC, AC               Index    // ms, deceleration and acceleration capacity
	DCAnchors, ACAnchors int      // how many anchors
	DCCurve, ACCurve     [4]Index // ms, X(-2), X(-1), X(0), X(1)
}

// prsaLimit is the largest relative change of an anchor: beyond it artefacts
// and ectopy are likely (Bauer 2006).
const prsaLimit = 0.05

// phases sums around the anchors, one interval at a time.
type phases struct {
	last     [4]float64    // ms, the newest intervals, newest last
	joined   int           // how many of them, from the newest, are joined; at most 4
	sum      [2][4]float64 // ms, around decelerations and accelerations
	anchors  [2]int
	observed int // intervals
}

// add takes an interval (ms) and whether it shares a beat with the one before.
func (p *phases) add(rr float64, join bool) {
	p.observed++
	if !join {
		p.joined = 0
	}
	copy(p.last[:], p.last[1:])
	p.last[3] = rr
	if p.joined = min(p.joined+1, 4); p.joined < 4 {
		return
	}
	d := p.last[2] - p.last[1]
	if d == 0 || math.Abs(d) > prsaLimit*p.last[1] {
		return
	}
	k := 0
	if d < 0 {
		k = 1
	}
	p.anchors[k]++
	for i, v := range p.last {
		p.sum[k][i] += v
	}
}

func (p *phases) result() (r PRSA) {
	r.DCCurve, r.DC = p.capacity(0)
	r.ACCurve, r.AC = p.capacity(1)
	r.DCAnchors, r.ACAnchors = p.anchors[0], p.anchors[1]
	return r
}

func (p *phases) capacity(k int) (curve [4]Index, c Index) {
	if p.anchors[k] == 0 {
		why := NoAnchor
		if p.observed < 4 {
			why = TooShort
		}
		n := none(why)
		return [4]Index{n, n, n, n}, n
	}
	for i, v := range p.sum[k] {
		curve[i] = value(v / float64(p.anchors[k]))
	}
	return curve, value((curve[2].Value + curve[3].Value - curve[1].Value - curve[0].Value) / 4)
}

func prsa(s Series) PRSA {
	var p phases
	for i, rr := range s.RR {
		p.add(rr, s.Join[i])
	}
	return p.result()
}
