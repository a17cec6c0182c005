package detect

import "math"

// The glance: a candidate that looks just like the last beats, and comes when
// one may come, is told as a beat before the first look. All that the detector
// remembers is as if there were no glance: the candidate is judged, and learned
// from, when its looks are due, so that the networks see what they were taught
// with. How sure they were of the last beats is the confidence of a glance.
//
// Chosen on the 22 records of DS1, also in noise: as many beats as possible
// earlier with as many errors as without.

const (
	qrsGlance      = 25                             // grid samples after a candidate that it sees: 125 ms, the edges of the QRS need them
	qrsGlanceSize  = (qrsShapeSide+qrsGlance)/2 + 1 // of a shape, what it sees of it
	qrsGlanceLike  = 0.95                           // correlation with a beat from which the candidate looks like it
	qrsGlanceBeats = 3                              // of the last eight must be like it
	qrsGlanceLevel = 2                              // it is at most so many times as large, steep and high as they are, and no smaller by as much
	qrsGlanceRR    = 0.6                            // of the median interval since the last beat at least
	qrsGlanceOdds  = 0                              // log odds of the last beats on average, at least: 50 %
)

// glance tells, once per candidate, whether it is clearly a beat with grid
// sample k. All leads that can be used must have it and agree.
func (q *QRS) glance(p *qrsPending, k int64) bool {
	s := &q.s
	if s.glanced || q.observe != nil {
		return false
	}
	q.use(p)
	leads := 0
	for i := range s.leads {
		if !q.usable[i] {
			continue
		}
		if p.own[i] == qrsNone || k < p.at(i)+qrsGlance {
			return false // it may come into view
		}
		leads++
	}
	s.glanced = true
	r := &s.rhythm
	if leads == 0 || r.broken || r.beats < qrsPast || float32(p.c-r.last) < max(qrsRefractory, float32(qrsGlanceRR*r.median())) || r.usualOdds() < qrsGlanceOdds {
		return false
	}
	for i := range s.leads {
		if q.usable[i] && !s.leads[i].recognises(p.at(i), &q.measures[i]) {
			return false
		}
	}
	return true
}

// recognises reports whether what the lead shows at c is like its last beats, and
// nothing steeper comes behind it.
func (l *qrsLead) recognises(c int64, m *qrsMeasure) bool {
	v := &l.ev
	a := &l.level
	if l.beats < qrsPast || !ofLikeSize(v.e2[c&qrsMask], a.e2) {
		return false
	}
	v.measure(c, m) // but e3 and the end of the shape are not complete yet
	if !ofLikeSize(m.height, a.height) || !ofLikeSize(m.slope, a.slope) {
		return false
	}
	for k := c + qrsFollow; k <= c+qrsGlance-2; k++ {
		if v.slope(k) > m.slope {
			return false
		}
	}
	// The part of the shape that is in view, without mean and of unit length.
	var x [qrsGlanceSize]float32
	sum, norm := float32(0), float32(0)
	for i := range x {
		x[i] = v.y[(c-qrsShapeSide+2*int64(i))&qrsMask]
		sum += x[i]
	}
	for i := range x {
		x[i] -= sum / qrsGlanceSize
		norm += float32(x[i] * x[i])
	}
	like := 0
	for i := 0; i < qrsPast && like < qrsGlanceBeats; i++ {
		dot, sum, square := float32(0), float32(0), float32(0)
		for j, f := range l.shapes[i][:qrsGlanceSize] {
			dot += float32(f * x[j])
			sum += f
			square += float32(f * f)
		}
		if dot >= float32(qrsGlanceLike*float32(math.Sqrt(float64(norm*(square-float32(sum*sum)/qrsGlanceSize))))) {
			like++
		}
	}
	return norm > 0 && like >= qrsGlanceBeats
}

// ofLikeSize reports whether two sizes differ by no more than a glance allows.
func ofLikeSize(a, b float32) bool {
	return a <= qrsGlanceLevel*b && b <= qrsGlanceLevel*a
}
