package detect

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// Decisions: each candidate is judged in its order and finally, at a glance, by the
// gate, the first look, the second look; search-back takes the best rejected one where
// beats are missing.

const (
	qrsFollow     = 13  // what is steeper from 65 ms on is no part of the same complex
	qrsLarger     = 2.5 // evidence with which one candidate outdoes another within the refractory time
	qrsRefractory = 36  // no QRS within 180 ms of another

	// Log odds: at or below the lower ones a candidate is none, at or above the
	// upper ones it is a beat; between those of the gate the first look decides,
	// between those of the first look the mean of both looks. What does not look
	// like some of the last beats may be a sharp P wave, whose QRS the first look cannot see
	// yet: it must be more certain.
	qrsGateNo    = -7
	qrsGateYes   = 5
	qrsNo        = -2.9444 // 5 %
	qrsYes       = 1.0986  // 75 %
	qrsYesNew    = 3.4761  // 97 %
	qrsLike      = 0.9     // correlation from which a candidate looks like a beat
	qrsLikeBeats = 2       // one alone may have been a mistake
	qrsTheta     = 0       // 50 %

	// The gate rejects nothing after 1.5 s without a beat, and nothing that has
	// this share of the evidence of the last beat: where the signal has changed
	// the levels are those of before.
	qrsGateRR   = 1.5 * qrsRate
	qrsGateLike = 0.7

	// Leads may see the peak of one wide complex at times so far apart that they
	// have it as two candidates, 120 ms at the most. Each is half a beat then.
	qrsSplit = 24

	// A candidate that the second look accepts may be the P wave of one that comes
	// 120 to 220 ms behind it. If the first look at that one, as if there were no beat
	// between, is so much surer, in log odds, the other is none.
	qrsRivalFrom = 24
	qrsRivalTo   = 44
	qrsRivalMore = 0.5

	// Search-back: with no beat for 1.55 median intervals the best candidate since
	// the last one is a beat if its odds were not below these; the wait is bounded.
	// The model was taught with 1.6: so it is while a trainer watches.
	qrsBackFactor = 1.55
	qrsBackTaught = 1.6
	qrsBackOdds   = -1.7346 // 15 %
	qrsBackBeats  = 3
	qrsBackWait   = 2 * qrsRate
)

// decide takes all decisions that are due with grid sample k, in the order of
// the candidates.
func (q *QRS) decide(dst []ecg.Beat, k int64) []ecg.Beat {
	s := &q.s
	r := &s.rhythm
	factor := float32(qrsBackFactor)
	if q.observe != nil {
		factor = qrsBackTaught
	}
	for {
		horizon := s.scan
		if len(s.pending) > 0 {
			horizon = s.pending[0].c
		}
		if r.isHeld && r.beats >= qrsBackBeats && !r.broken && r.heldOdds >= qrsBackOdds &&
			(float32(horizon-r.last) >= float32(factor*r.median()) || horizon-r.heldAt >= qrsBackWait) {
			c := r.heldAt
			for i := range s.leads {
				q.measures[i], q.usable[i] = s.leads[i].held, true
			}
			if q.outdone(c, 0) {
				r.isHeld = false
				continue
			}
			dst = q.accept(dst, c, r.heldOdds, s.heldAt)
			s.looked = false
			continue
		}
		if len(s.pending) == 0 {
			return dst
		}
		p := &s.pending[0]
		c := p.c
		if q.glance(p, k) {
			s.told = true
			dst = q.tell(dst, s.rhythm.usualOdds(), q.place(p))
		}
		due := int64(qrsLook1)
		if s.looked || q.observe != nil {
			due = qrsLook2
		}
		if k < c+due+q.wait(p) {
			return dst
		}
		if !s.looked {
			r.candidate(c)
		}
		q.measure(p)
		if r.beats > 0 && !r.broken && c-r.last < qrsRefractory {
			if q.observe != nil {
				q.seen = QRSCandidate{At: q.input(c), E2: float64(q.measures[0].e2), Odds: [2]float64{math.NaN(), math.NaN()}}
				q.observe(&q.seen)
			}
			q.reject(p, nil)
			q.pop()
			continue
		}
		odds, accept, decided := q.judge(p, k)
		if !decided && !s.told {
			s.looked = true
			return dst
		}
		switch {
		case s.told:
			q.learn(true)
			q.take(c, odds)
		case accept:
			q.learn(true)
			dst = q.accept(dst, c, odds, q.place(p))
		case q.observe == nil && q.split(c, odds):
			at := q.place(p)
			if r.isHeld && r.heldOdds > odds && r.heldOdds >= qrsBackOdds && c-r.heldAt <= qrsSplit {
				c, at = r.heldAt, s.heldAt
				for i := range s.leads {
					q.measures[i], q.usable[i] = s.leads[i].held, true
				}
			}
			dst = q.accept(dst, c, qrsTheta, at)
		default:
			q.learn(false)
			q.reject(p, &odds)
			r.doubt(c, odds)
		}
		q.pop()
	}
}

// pop removes the first candidate.
func (q *QRS) pop() {
	s := &q.s
	s.pending = s.pending[:copy(s.pending, s.pending[1:])]
	s.glanced, s.told, s.looked = false, false, false
}

// use finds out which leads have signal around the candidate, and know their level.
func (q *QRS) use(p *qrsPending) {
	for i := range q.s.leads {
		l := &q.s.leads[i]
		q.usable[i] = l.lostAt < p.c-qrsShapeSide && l.ev.blocks >= 2
	}
}

// wait is how long leads that have not seen the candidate yet may still see it, or
// how much later than it the last one has.
func (q *QRS) wait(p *qrsPending) int64 {
	last := int8(0)
	for i := range q.s.leads {
		if p.own[i] == qrsNone {
			return qrsJoin
		}
		last = max(last, p.own[i])
	}
	return int64(last)
}

// judge asks the verifier about a candidate: both looks when an observer is
// there, else the second only when the first one left it open.
func (q *QRS) judge(p *qrsPending, k int64) (odds float32, accept, decided bool) {
	s := &q.s
	q.use(p)
	if !slices.Contains(q.usable, true) {
		for i := range q.usable {
			q.usable[i] = true
		}
	}
	first := float32(math.NaN())
	q.asked = false
	if !s.looked {
		if q.observe == nil {
			if odds, accept, decided = q.gate(p); decided {
				return odds, accept, true
			}
		}
		first = q.look(p, 0, len(s.leads) == 1 && q.observe == nil)
		odds, s.first = first, first
		accept = first >= qrsYes && (first >= qrsYesNew || q.familiar()) && !q.followed(p)
		decided = accept || first <= qrsNo
	}
	if k >= p.c+qrsLook2+q.wait(p) && (!decided || q.observe != nil) {
		rival, ready := q.rival(p, k)
		if !ready {
			return odds, false, false
		}
		second := q.look(p, 1, false)
		if !decided {
			odds = (s.first + second) / 2
			accept, decided = odds >= qrsTheta && rival <= odds+qrsRivalMore && !q.outdone(p.c, 1), true
		}
		if q.observe != nil {
			q.seen = QRSCandidate{At: q.input(p.c), E2: float64(q.measures[0].e2), Odds: [2]float64{float64(first), float64(second)}, Inputs: q.x, Accept: accept}
			q.observe(&q.seen)
			accept = q.seen.Accept
		}
	}
	return odds, accept, decided
}

// rival are the log odds by the first look of the likeliest candidate that may have
// p for its P wave; ready is whether all of these can be looked at.
func (q *QRS) rival(p *qrsPending, k int64) (odds float32, ready bool) {
	odds = -qrsOddsLimit
	if q.observe != nil { // the trainer's rows are of single candidates
		return odds, true
	}
	s := &q.s
	looked := false
	for j := 1; j < len(s.pending) && s.pending[j].c-p.c <= qrsRivalTo; j++ {
		o := &s.pending[j]
		if o.c-p.c < qrsRivalFrom {
			continue
		}
		if k < o.c+qrsLook1+q.wait(o) {
			return odds, false
		}
		q.measure(o)
		odds, looked = max(odds, q.look(o, 0, false)), true
	}
	if looked {
		q.measure(p)
	}
	return odds, true
}

// measure measures a candidate on all leads.
func (q *QRS) measure(p *qrsPending) {
	for i := range q.s.leads {
		q.s.leads[i].ev.measure(p.at(i), &q.measures[i])
	}
}

// familiar reports whether the candidate looks like some of the last beats on a
// lead, not like their mean: ectopic beats that come often need no second look.
func (q *QRS) familiar() bool {
	for i := range q.s.leads {
		l := &q.s.leads[i]
		if !q.usable[i] {
			continue
		}
		like := 0
		for j := range min(l.beats, qrsPast) {
			if q.measures[i].shape.dot(&l.shapes[j]) >= qrsLike {
				like++
			}
		}
		if like >= qrsLikeBeats {
			return true
		}
	}
	return false
}

// gate decides what is clear at first sight: no lead that has the candidate
// finds it worth a look, or all leads are sure.
func (q *QRS) gate(p *qrsPending) (odds float32, accept, decided bool) {
	s := &q.s
	least, most := float32(qrsOddsLimit), float32(qrsGateNo)
	if s.rhythm.since(p.c) > qrsGateRR {
		most = 0
	}
	for i := range s.leads {
		if !q.usable[i] {
			continue
		}
		if p.own[i] == qrsNone {
			least = qrsGateNo
			continue
		}
		l := &s.leads[i]
		o := q.model.gate.odds(l.gateInputs(q.x[0][:0], p.at(i), &q.measures[i], &s.rhythm))
		if q.measures[i].e2 > float32(qrsGateLike*l.lastE2) {
			most = 0
		}
		least, most = min(least, o), max(most, o)
		if least < qrsGateYes && most > qrsGateNo {
			return 0, false, false
		}
	}
	if most > qrsGateNo && q.followed(p) {
		return 0, false, false
	}
	return min(most, qrsOddsLimit), most > qrsGateNo, true
}

// followed reports whether something steeper than the candidate comes into view
// on a lead: then it may be a P wave, and what comes its QRS.
func (q *QRS) followed(p *qrsPending) bool {
	for i := range q.s.leads {
		if !q.usable[i] || p.own[i] == qrsNone {
			continue
		}
		v, c := &q.s.leads[i].ev, p.at(i)
		for k := c + qrsFollow; k <= c+qrsLook1-2; k++ {
			if v.slope(k) > q.measures[i].slope {
				return true
			}
		}
	}
	return false
}

// outdone reports whether one of the pending candidates from the n-th on is too
// near for both to be beats, and has so much more evidence on every lead that it
// is the beat: the candidate at c, as measured, is a P wave or noise.
func (q *QRS) outdone(c int64, n int) bool {
	s := &q.s
	for j := n; j < len(s.pending); j++ {
		p := &s.pending[j]
		if p.c-c >= qrsRefractory {
			break
		}
		more := true
		for i := range s.leads {
			if q.usable[i] {
				more = more && s.leads[i].ev.e2[p.at(i)&qrsMask] > float32(qrsLarger*q.measures[i].e2)
			}
		}
		if more {
			return true
		}
	}
	return false
}

// split reports whether the rejected candidate at c and those shortly before it
// are probably one beat: of several of which one at most is a beat, the
// probabilities add up.
func (q *QRS) split(c int64, odds float32) bool {
	if len(q.s.leads) == 1 {
		return false
	}
	r := &q.s.rhythm
	p := sigmoid(odds)
	for _, d := range r.doubts {
		if c-d.at <= qrsSplit && d.at > r.last {
			p += d.p
		}
	}
	return p >= 0.5 && !q.outdone(c, 1)
}

// look is one look at a candidate: the log odds of the leads, weighted by how
// well each has agreed with the decisions so far. gated: the gate has just made the
// inputs that both share.
func (q *QRS) look(p *qrsPending, n int, gated bool) float32 {
	s := &q.s
	q.asked = true
	sum, weights := float32(0), float32(0)
	for i := len(s.leads) - 1; i >= 0; i-- { // lead 0 last: an observer sees its inputs
		if !q.usable[i] {
			q.odds[i] = 0
			continue
		}
		l := &s.leads[i]
		x := q.x[n][:qrsGateInputs]
		if !gated {
			x = l.gateInputs(x[:0], p.at(i), &q.measures[i], &s.rhythm)
		}
		q.x[n] = l.inputs(x, p.at(i), &q.measures[i], qrsLooks[n], &s.rhythm)
		q.odds[i] = clip(q.model.odds(n, q.x[n]), qrsOddsLimit)
		w := l.weight()
		sum += float32(w * q.odds[i])
		weights += w
	}
	return sum / weights
}

// learn tells the leads how a judged candidate was decided.
func (q *QRS) learn(beat bool) {
	if !q.asked || len(q.s.leads) == 1 {
		return
	}
	for i := range q.s.leads {
		if !q.usable[i] {
			continue
		}
		p := sigmoid(q.odds[i])
		if !beat {
			p = 1 - p
		}
		l := &q.s.leads[i]
		l.doubt += float32(qrsTrustRate * (1 - p - l.doubt))
	}
}

// accept makes c a beat, as measured on each lead.
func (q *QRS) accept(dst []ecg.Beat, c int64, odds float32, p qrsPeak) []ecg.Beat {
	q.take(c, odds)
	return q.tell(dst, odds, p)
}

// take remembers the beat at c.
func (q *QRS) take(c int64, odds float32) {
	s := &q.s
	for i := range s.leads {
		if q.usable[i] {
			s.leads[i].accept(&q.measures[i], odds >= qrsSure)
		}
	}
	s.rhythm.accept(c, odds)
}

// tell gives the beat out.
func (q *QRS) tell(dst []ecg.Beat, odds float32, p qrsPeak) []ecg.Beat {
	s := &q.s
	if s.emitted && p.at <= s.lastAt {
		p = qrsPeak{at: s.lastAt + 1}
	}
	s.lastAt, s.emitted = p.at, true
	return append(dst, ecg.Beat{
		At: p.at, Frac: p.frac, Known: s.n, Onset: p.onset, Offset: p.offset,
		Confidence: float64(sigmoid(odds)),
	})
}

// reject remembers that c is none, and as the candidate that search-back would
// take if its odds (nil: it was not judged) are the best since the last beat.
func (q *QRS) reject(p *qrsPending, odds *float32) {
	s := &q.s
	r := &s.rhythm
	c := p.c
	if r.beats == 0 || r.broken || c-r.last >= qrsNear {
		for i := range s.leads {
			s.leads[i].reject(&q.measures[i])
		}
	}
	if odds != nil && (!r.isHeld || *odds > r.heldOdds) {
		r.isHeld, r.heldAt, r.heldOdds = true, c, *odds
		if *odds >= qrsBackOdds { // else search-back will not take it
			s.heldAt = q.place(p)
		}
		for i := range s.leads {
			s.leads[i].held = q.measures[i]
		}
	}
}
