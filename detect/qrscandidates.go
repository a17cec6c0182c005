package detect

// Candidates: the humps of the evidence of all leads, those that belong together
// as one, in the order of time.

const (
	qrsPeakSide = 10   // a candidate is the largest evidence within 50 ms on either side
	qrsFloor    = 0.08 // and above this share of the level
	qrsLeast    = 5e-3 // mV, and this: no QRS has less than 5 uV of evidence, noise of converters has
	qrsKnown    = qrsSide2 + qrsPeakSide
)

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

// at is where lead i has the candidate.
func (p *qrsPending) at(i int) int64 {
	if p.own[i] == qrsNone {
		return p.c
	}
	return p.c + int64(p.own[i])
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
