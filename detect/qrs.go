package detect

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// QRSConfig configures a QRS detector.
type QRSConfig struct {
	Rate  float64 // Hz, 100 to 2000
	Leads int     // per frame, 1 to 16; 0 means 1

	// Model is another verifier than the embedded one, for example one that was
	// trained on part of the data. nil: the embedded one.
	Model *QRSModel

	// Observe, if not nil, sees every candidate before its decision takes effect,
	// and may change that: for training, and for looking at errors. Then every
	// candidate gets both looks and waits for the second one, and the gate is not
	// asked.
	Observe func(*QRSCandidate)
}

// QRSCandidate is a place where a QRS may be, as an observer sees it.
type QRSCandidate struct {
	At     int64        // input sample, not yet moved to the R peak
	E2     float64      // evidence of lead 0 at the middle scale, mV
	Odds   [2]float64   // log odds of both looks, fused over the leads; NaN within the refractory time
	Inputs [2][]float32 // of lead 0, valid during the call; empty within the refractory time
	Accept bool         // the decision
}

const (
	qrsPeakSide   = 10   // a candidate is the largest evidence within 50 ms on either side
	qrsFloor      = 0.08 // and above this share of the level
	qrsFollow     = 13   // what is steeper from 65 ms on is no part of the same complex
	qrsLarger     = 2.5  // evidence with which one candidate outdoes another within the refractory time
	qrsLeast      = 5e-3 // and this: no QRS has less than 5 uV of evidence, noise of converters has
	qrsRefractory = 36   // no QRS within 180 ms of another
	qrsKnown      = qrsSide2 + qrsPeakSide
	qrsFirst      = qrsKnown + qrsSide2 // the first look also reads e2 at c+25

	// Log odds: at or below the lower ones a candidate is none, at or above the
	// upper ones it is a beat; between those of the gate the first look decides,
	// between those of the first look the second.
	qrsGateNo  = -7
	qrsGateYes = 7

	// The gate rejects nothing after 1.5 s without a beat, and nothing that has
	// this share of the evidence of the last beat: where the signal has changed
	// the levels are those of before.
	qrsGateRR   = 1.5 * qrsRate
	qrsGateLike = 0.7
	qrsNo       = -2.9444 // 5 %
	qrsYes      = 1.7346  // 85 %
	qrsTheta    = 0       // 50 %

	// Search-back: with no beat for 1.6 median intervals the best candidate since
	// the last one is a beat if its odds were not below these; the wait is bounded.
	qrsBackFactor = 1.6
	qrsBackOdds   = -1.7346 // 15 %
	qrsBackBeats  = 3
	qrsBackWait   = 2 * qrsRate

	// qrsLost is the loss of signal in s after which an interval is none.
	qrsLost = 0.15
)

// QRS is the default QRS detector: permissive candidates from a bank of
// matched kernels, judged one by one, in order and finally, by small neural
// networks that see them beside the patient's last beats (the package
// documentation tells more). It is a Stage over frames of one or more leads in mV,
// NaN where there is no sample. A beat has its R peak to a fraction of a sample,
// an estimate of QRS onset and offset (features.Morphology measures them better, a
// beat later), and the probability that it is one. The first two seconds are
// learning: their beats come at the end of them.
type QRS struct {
	rate    float64
	weights qrsWeights
	model   *QRSModel
	observe func(*QRSCandidate)
	s       qrsState

	// Scratch: the candidate at hand as each lead shows it.
	measures []qrsMeasure
	usable   []bool
	asked    bool // the verifier gave q.odds
	odds     []float32
	x        [2][]float32
	seen     QRSCandidate
}

// qrsPending is a candidate that waits for its decision.
type qrsPending struct {
	c   int64             // grid sample
	own [qrsMaxLeads]int8 // where each lead has it, behind c; qrsNone: nowhere
}

const (
	qrsMaxLeads = 16
	qrsNone     = -128

	// qrsJoin is the time within which candidates of several leads are one
	// (60 ms): leads see the peak of one complex at different times.
	qrsJoin = 12
)

type qrsState struct {
	n       int64 // input frames taken
	grid    qrsGrid
	frame   int // values of an unfinished frame
	leads   []qrsLead
	rhythm  qrsRhythm
	scan    int64 // next grid sample that is looked at as a candidate
	pending []qrsPending
	looked  bool  // the first of pending has been looked at
	missing int64 // frames without any sample, in a row
	heldAt  qrsPeak
	lastAt  int64 // of the last beat emitted, input frames
	emitted bool
	ended   bool
}

// NewQRS returns a detector.
func NewQRS(c QRSConfig) (*QRS, error) {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "detect.QRS", Field: field, Want: want}
	}
	if !(c.Rate >= 100 && c.Rate <= 2000) {
		return nil, bad("Rate", "100 to 2000 Hz")
	}
	if c.Leads < 0 || c.Leads > qrsMaxLeads {
		return nil, bad("Leads", "1 to 16")
	}
	w, err := newQRSWeights(c.Rate)
	if err != nil {
		return nil, bad("Rate", "100 to 2000 Hz")
	}
	q := &QRS{rate: c.Rate, weights: w, model: c.Model, observe: c.Observe}
	if q.model == nil {
		q.model = embeddedQRS()
	}
	leads := max(1, c.Leads)
	// The ring holds what the start waits for: 2 s and the look-ahead.
	ring := 1
	for float64(ring) < 2.3*c.Rate {
		ring *= 2
	}
	q.s.leads = make([]qrsLead, leads)
	for i := range q.s.leads {
		q.s.leads[i].in.ring = make([]float32, ring)
	}
	q.s.pending = make([]qrsPending, 0, qrsRing/qrsPeakSide)
	q.measures = make([]qrsMeasure, leads)
	q.usable, q.odds = make([]bool, leads), make([]float32, leads)
	q.x[0], q.x[1] = make([]float32, 0, qrsInputs1), make([]float32, 0, qrsInputs2)
	q.Reset()
	return q, nil
}

// Reset implements ecg.Stage.
func (q *QRS) Reset() {
	leads, pending := q.s.leads, q.s.pending[:0]
	for i := range leads {
		ring := leads[i].in.ring
		clear(ring)
		leads[i] = qrsLead{in: qrsInput{ring: ring}, lostAt: -qrsRing}
	}
	q.s = qrsState{leads: leads, pending: pending}
}

// Delay implements ecg.Stage: the longest wait, of a beat that search-back finds
// and of one in the first two seconds. Most beats come 0.22 s after the R peak,
// those that need a second look 0.34 s.
func (q *QRS) Delay() time.Duration {
	grid := qrsBackWait + qrsLook2 + qrsRate/8
	return time.Duration(grid)*time.Second/qrsRate + time.Duration(math.Ceil(float64(q.weights.reach+1)/q.rate*float64(time.Second)))
}

// Append implements ecg.Stage.
func (q *QRS) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	s := &q.s
	leads := len(s.leads)
	for _, v := range in {
		lead := &s.leads[s.frame]
		if lead.in.put(&q.weights, s.n, v) && s.missing > 0 {
			q.found()
		}
		if s.frame++; s.frame == leads {
			s.frame = 0
			dst = q.tick(dst)
		}
	}
	return dst
}

// found ends a loss of signal on all leads.
func (q *QRS) found() {
	s := &q.s
	if float64(s.missing) > qrsLost*q.rate {
		s.rhythm.lose(s.grid.k)
	}
	s.missing = 0
}

// tick has a whole frame.
func (q *QRS) tick(dst []ecg.Beat) []ecg.Beat {
	s := &q.s
	lost := true
	for i := range s.leads {
		lost = lost && s.leads[i].in.missing > 0
	}
	if lost {
		s.missing++
	}
	for s.grid.base+q.weights.reach <= s.n {
		k := s.grid.k
		kernels := qrsKernels()
		for i := range s.leads {
			l := &s.leads[i]
			l.ev.put(kernels, k, l.in.at(&s.grid, &q.weights))
			if !l.in.started || l.in.missing > q.weights.hole {
				l.lostAt, l.ev.lost = k, true
			}
			if c := k - qrsSide2; c >= 0 {
				l.ev.top = max(l.ev.top, l.ev.e2[c&qrsMask])
				if (c+1)%qrsRate == 0 {
					l.ev.second()
				}
			}
		}
		s.grid.next(&q.weights)
		q.search(k)
		dst = q.decide(dst, k)
	}
	s.n++
	return dst
}

// search looks for candidates up to the grid sample that is complete with k.
func (q *QRS) search(k int64) {
	s := &q.s
	s.scan = max(s.scan, k-qrsRing+2*qrsLook2)
	for ; s.scan+qrsKnown <= k; s.scan++ {
		ready := false
		for i := range s.leads {
			ready = ready || s.leads[i].ev.blocks >= 2
		}
		if !ready {
			return
		}
		for i := range s.leads {
			if s.leads[i].ev.peak(s.scan) {
				q.join(i)
			}
		}
	}
}

// join makes the peak of lead i at s.scan part of the last candidate, or a new
// one. A candidate lies where the lead with the most evidence has it.
func (q *QRS) join(i int) {
	s := &q.s
	if n := len(s.pending) - 1; n >= 0 {
		p := &s.pending[n]
		if d := s.scan - p.c; d <= qrsJoin && p.own[i] == qrsNone {
			p.own[i] = int8(d)
			strongest := float32(0)
			for j := range s.leads {
				if o := p.own[j]; o != qrsNone && j != i {
					v := &s.leads[j].ev
					strongest = max(strongest, v.e2[(p.c+int64(o))&qrsMask]/v.level)
				}
			}
			if v := &s.leads[i].ev; v.e2[s.scan&qrsMask]/v.level > strongest {
				for j := range s.leads {
					if p.own[j] != qrsNone {
						p.own[j] -= int8(d)
					}
				}
				p.c = s.scan
			}
			return
		}
	}
	p := qrsPending{c: s.scan}
	for j := range p.own {
		p.own[j] = qrsNone
	}
	p.own[i] = 0
	s.pending = append(s.pending, p)
}

// peak reports whether c is a candidate: the largest evidence near it, and not
// nothing beside that of the last seconds.
func (v *qrsEvidence) peak(c int64) bool {
	e := v.e2[c&qrsMask]
	if v.blocks < 2 || e <= max(qrsLeast, float32(qrsFloor*v.level)) || e <= v.e2[(c-1)&qrsMask] || e < v.e2[(c+1)&qrsMask] {
		return false
	}
	for i := int64(2); i <= qrsPeakSide; i++ {
		if e <= v.e2[(c-i)&qrsMask] || e < v.e2[(c+i)&qrsMask] {
			return false
		}
	}
	return true
}

// decide takes all decisions that are due with grid sample k, in the order of
// the candidates.
func (q *QRS) decide(dst []ecg.Beat, k int64) []ecg.Beat {
	s := &q.s
	r := &s.rhythm
	for {
		horizon := s.scan
		if len(s.pending) > 0 {
			horizon = s.pending[0].c
		}
		if r.isHeld && r.beats >= qrsBackBeats && !r.broken && r.heldOdds >= qrsBackOdds &&
			(float32(horizon-r.last) >= float32(qrsBackFactor*r.median()) || horizon-r.heldAt >= qrsBackWait) {
			c := r.heldAt
			for i := range s.leads {
				q.measures[i], q.usable[i] = s.leads[i].held, true
			}
			if q.outdone(c, 0) {
				r.isHeld = false
				continue
			}
			dst = q.accept(dst, c, false, r.heldOdds, s.heldAt)
			s.looked = false
			continue
		}
		if len(s.pending) == 0 {
			return dst
		}
		p := &s.pending[0]
		c := p.c
		due := int64(qrsFirst)
		if s.looked || q.observe != nil {
			due = qrsLook2
		}
		if len(s.leads) > 1 {
			due += qrsJoin
		}
		if k < c+due {
			return dst
		}
		if !s.looked {
			r.candidate(c)
		}
		for i := range s.leads {
			s.leads[i].ev.measure(p.at(i), &q.measures[i])
		}
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
		if !decided {
			s.looked = true
			return dst
		}
		if accept {
			q.learn(true)
			dst = q.accept(dst, c, odds >= qrsSure, odds, q.place(p))
		} else {
			q.learn(false)
			q.reject(p, &odds)
		}
		q.pop()
	}
}

// pop removes the first candidate.
func (q *QRS) pop() {
	s := &q.s
	s.pending = s.pending[:copy(s.pending, s.pending[1:])]
	s.looked = false
}

// at is where lead i has the candidate.
func (p *qrsPending) at(i int) int64 {
	if p.own[i] == qrsNone {
		return p.c
	}
	return p.c + int64(p.own[i])
}

// judge asks the verifier about a candidate: both looks when an observer is
// there, else the second only when the first one left it open.
func (q *QRS) judge(p *qrsPending, k int64) (odds float32, accept, decided bool) {
	s := &q.s
	for i := range s.leads {
		q.usable[i] = s.leads[i].lostAt < p.c-qrsShapeSide && s.leads[i].ev.blocks >= 2
	}
	if !slices.Contains(q.usable, true) {
		for i := range q.usable {
			q.usable[i] = true
		}
	}
	due2 := int64(qrsLook2)
	if len(s.leads) > 1 {
		due2 += qrsJoin
	}
	first := float32(math.NaN())
	q.asked = false
	if !s.looked {
		if q.observe == nil {
			if odds, accept, decided = q.gate(p); decided {
				return odds, accept, true
			}
		}
		first = q.look(p, 0)
		odds = first
		accept = first >= qrsYes && !q.followed(p)
		decided = accept || first <= qrsNo
	}
	if k >= p.c+due2 && (!decided || q.observe != nil) {
		second := q.look(p, 1)
		if !decided {
			odds, accept, decided = second, second >= qrsTheta && !q.outdone(p.c, 1), true
		}
		if q.observe != nil {
			q.seen = QRSCandidate{At: q.input(p.c), E2: float64(q.measures[0].e2), Odds: [2]float64{float64(first), float64(second)}, Inputs: q.x, Accept: accept}
			q.observe(&q.seen)
			accept = q.seen.Accept
		}
	}
	return odds, accept, decided
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
		larger := true
		for i := range s.leads {
			if q.usable[i] {
				larger = larger && s.leads[i].ev.e2[p.at(i)&qrsMask] > float32(qrsLarger*q.measures[i].e2)
			}
		}
		if larger {
			return true
		}
	}
	return false
}

// look is one look at a candidate: the log odds of the leads, weighted by how
// well each has agreed with the decisions so far.
func (q *QRS) look(p *qrsPending, n int) float32 {
	s := &q.s
	q.asked = true
	sum, weights := float32(0), float32(0)
	for i := len(s.leads) - 1; i >= 0; i-- { // lead 0 last: an observer sees its inputs
		if !q.usable[i] {
			q.odds[i] = 0
			continue
		}
		l := &s.leads[i]
		x := l.gateInputs(q.x[n][:0], p.at(i), &q.measures[i], &s.rhythm)
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

// lead is the one in which the R peak is looked for: the most trusted, the
// first of equals.
func (q *QRS) lead() int {
	best := 0
	for i := range q.s.leads {
		if q.usable[i] && (!q.usable[best] || q.s.leads[i].weight() > float32(qrsSwitch*q.s.leads[best].weight())) {
			best = i
		}
	}
	return best
}

// place is where the candidate has its R peak.
func (q *QRS) place(p *qrsPending) qrsPeak {
	i := q.lead()
	return q.peak(p.at(i), i)
}

// input is the input sample nearest to a grid sample.
func (q *QRS) input(c int64) int64 {
	at, frac := q.weights.input(c)
	if frac >= 0.5 {
		at++
	}
	return at
}

// accept makes c a beat, as measured on each lead.
func (q *QRS) accept(dst []ecg.Beat, c int64, sure bool, odds float32, p qrsPeak) []ecg.Beat {
	s := &q.s
	for i := range s.leads {
		if q.usable[i] {
			s.leads[i].accept(&q.measures[i], sure)
		}
	}
	s.rhythm.accept(c, sure)
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

// Flush implements ecg.Stage: the last value is held until the last candidate
// has been decided.
func (q *QRS) Flush(dst []ecg.Beat) []ecg.Beat {
	s := &q.s
	if s.n == 0 || s.ended {
		return dst
	}
	end, start := s.n, len(dst)
	hold := int64(float64((qrsLook2+qrsKnown)*q.rate/qrsRate)) + 2*q.weights.reach
	if s.leads[0].ev.blocks < 2 { // too short to know a level: take what is there
		hold += int64(2.1 * q.rate)
	}
	for range hold {
		for i := range s.leads {
			in := &s.leads[i].in
			in.ring[s.n&int64(len(in.ring)-1)] = in.last
		}
		dst = q.tick(dst)
	}
	kept := dst[:start]
	for _, b := range dst[start:] {
		if b.At < end {
			b.Known = end - 1
			kept = append(kept, b)
		}
	}
	s.ended = true
	return kept
}
