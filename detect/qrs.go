package detect

import (
	"math"
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

// qrsLost is the loss of signal in s after which an interval is none.
const qrsLost = 0.15

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
	kernels *[3]qrsKernel
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

type qrsState struct {
	n       int64 // input frames taken
	grid    qrsGrid
	frame   int // values of an unfinished frame
	leads   []qrsLead
	rhythm  qrsRhythm
	scan    int64 // next grid sample that is looked at as a candidate
	pending []qrsPending
	glanced bool // the first of pending has been glanced at
	told    bool // and told as a beat
	looked  bool // the first of pending has been looked at, with log odds first
	first   float32
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
	q := &QRS{rate: c.Rate, weights: w, kernels: qrsKernels(), model: c.Model, observe: c.Observe}
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
// and of one in the first two seconds. Most beats come 0.15 s after the R peak,
// those that need a first look 0.20 s, a second one 0.34 s.
func (q *QRS) Delay() time.Duration {
	// Search-back waits for the candidate that ends its time, and that for its rival.
	grid := qrsBackWait + qrsRivalTo + qrsLook1
	if len(q.s.leads) > 1 {
		grid += 2 * qrsJoin // the last lead comes so much later, the R peak may lie so much before
	}
	seconds := float64(grid)/qrsRate + qrsPeakBefore + float64(q.weights.reach+1)/q.rate
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
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
		for i := range s.leads {
			l := &s.leads[i]
			l.ev.put(q.kernels, k, l.in.at(&s.grid, &q.weights))
			if !l.in.started || l.in.missing > q.weights.hole {
				l.lostAt, l.ev.lost = k, true
			}
			if c := k - qrsSide2; c >= 0 {
				l.ev.top = larger(l.ev.top, l.ev.e2[c&qrsMask])
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
