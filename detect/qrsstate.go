package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// What the QRS detector knows of the patient. It changes at decisions only: by
// the last eight beats, the last eight candidates that were none, and slowly
// moving templates of both.

const (
	qrsPast       = 8    // beats, intervals and rejected candidates that are remembered
	qrsShapeSide  = 30   // grid samples of a shape on either side: +-150 ms
	qrsShapeSize  = 31   // every second one: the grid holds nothing above 50 Hz
	qrsFirstRR    = 160  // RR in grid samples before any is known: 75 beats a minute
	qrsLongestRR  = 600  // longer intervals count as 3 s
	qrsDecay      = 600  // time constant in grid samples with which levels fall in a pause
	qrsDecayFloor = 0.15 // and how far they fall

	qrsTemplateRate     = 0.12   // weight of a new beat in the template: of about 8 beats
	qrsSureTemplateRate = 0.06   // in that of sure beats
	qrsSureLevelRate    = 0.1    // in their level
	qrsNoiseRate        = 0.125  // weight of a rejected candidate in the noise level
	qrsSure             = 3.4761 // log odds of 0.97: beats that the memory of sure beats takes

	// qrsNear is how long after a beat candidates belong to it: they are noise
	// of no kind (80 ms).
	qrsNear = 16
)

// qrsShape is a stretch of signal without mean and of unit length.
type qrsShape [qrsShapeSize]float32

// dot is the correlation of two shapes.
func (s *qrsShape) dot(t *qrsShape) float32 {
	var a, b float32
	for i := 0; i+1 < qrsShapeSize; i += 2 {
		a += float32(s[i] * t[i])
		b += float32(s[i+1] * t[i+1])
	}
	return a + b + float32(s[qrsShapeSize-1]*t[qrsShapeSize-1])
}

// move moves a template towards a shape.
func (s *qrsShape) move(to *qrsShape, rate float32) {
	for i := range s {
		s[i] += float32(rate * (to[i] - s[i]))
	}
}

// qrsMeasure is what one lead shows at a candidate: the largest evidence near
// it at three scales, its height and slope (mV), its shape.
type qrsMeasure struct {
	e1, e2, e3, height, slope float32
	shape                     qrsShape
}

// qrsLead is one lead: its input, its evidence, its beats.
type qrsLead struct {
	in qrsInput
	ev qrsEvidence

	beats        int64 // that the rings have seen
	e1, e2       [qrsPast]float32
	e3           [qrsPast]float32
	height       [qrsPast]float32
	slope        [qrsPast]float32
	shapes       [qrsPast]qrsShape
	level        qrsLevels // medians of the rings
	lastE2       float32
	template     qrsShape
	templateSize float32 // its length: below 1 as the beats differ

	sureBeats    int64
	sureTemplate qrsShape
	sureE2       float32

	rejected      int64
	rejectedShape [qrsPast]qrsShape
	noise         float32 // mean e2 of rejected candidates

	held qrsMeasure // of the rejected candidate that search-back would take

	lostAt int64   // the last grid sample without signal, -1 for none
	doubt  float32 // mean of how far its opinion was from the decision, 0 to 1
}

const (
	qrsOddsLimit = 7    // one lead alone is never surer
	qrsTrustRate = 0.03 // of the doubt: about 30 candidates
	qrsTrust     = 8    // a lead that is wrong by 0.1 more has a weight of exp(-0.8)
	qrsSwitch    = 2    // a lead must be so much better to take over the R peak
)

// weight is how much the opinion of a lead counts.
func (l *qrsLead) weight() float32 {
	return float32(portable.Exp(-float64(qrsTrust * l.doubt)))
}

// qrsLevels are the running levels of one lead, mV.
type qrsLevels struct{ e1, e2, e3, height, slope float32 }

func (l qrsLevels) times(f float32) qrsLevels {
	return qrsLevels{l.e1 * f, l.e2 * f, l.e3 * f, l.height * f, l.slope * f}
}

// accept takes a beat.
func (l *qrsLead) accept(m *qrsMeasure, sure bool) {
	i := l.beats % qrsPast
	l.beats++
	l.e1[i], l.e2[i], l.e3[i], l.height[i], l.slope[i] = m.e1, m.e2, m.e3, m.height, m.slope
	l.shapes[i] = m.shape
	n := min(l.beats, qrsPast)
	l.level = qrsLevels{median(l.e1[:n]), median(l.e2[:n]), median(l.e3[:n]), median(l.height[:n]), median(l.slope[:n])}
	l.lastE2 = m.e2
	if l.beats == 1 {
		l.template = m.shape
	} else {
		l.template.move(&m.shape, qrsTemplateRate)
	}
	l.templateSize = float32(math.Sqrt(float64(l.template.dot(&l.template))))
	if !sure {
		return
	}
	if l.sureBeats == 0 {
		l.sureTemplate, l.sureE2 = m.shape, m.e2
	} else {
		l.sureTemplate.move(&m.shape, qrsSureTemplateRate)
		l.sureE2 += float32(qrsSureLevelRate * (m.e2 - l.sureE2))
	}
	l.sureBeats++
}

// reject takes a candidate that is none.
func (l *qrsLead) reject(m *qrsMeasure) {
	l.rejectedShape[l.rejected%qrsPast] = m.shape
	if l.rejected == 0 {
		l.noise = m.e2
	} else {
		l.noise += float32(qrsNoiseRate * (m.e2 - l.noise))
	}
	l.rejected++
}

// median of up to eight values, the mean of the middle two of an even number.
func median(v []float32) float32 {
	var s [qrsPast]float32
	n := copy(s[:], v)
	sortFloats(s[:n])
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// qrsRhythm is what all leads share: when beats came. Times are grid samples.
type qrsRhythm struct {
	origin int64 // where the signal began, also after a loss
	last   int64 // the last beat
	beats  int64
	broken bool // no beat yet since a loss of signal

	rr       [qrsPast]float32 // intervals
	rrs      int64
	rrMedian float32

	odds [qrsPast]float32 // of the last beats

	sureAt     int64 // the last sure beat
	sureBeats  int64
	sureChain  bool             // no unsure beat since
	sureRR     [qrsPast]float32 // between sure beats
	sureRRs    int64
	sureMedian float32

	heldAt   int64 // the rejected candidate since the last beat with the best odds
	heldOdds float32
	isHeld   bool

	doubts [3]qrsDoubt // the last judged candidates that were rejected

	candidates [2 * qrsRate / (qrsPeakSide)]int64 // the last ones
	seen       int64
}

// qrsDoubt is a candidate that was rejected, and the probability that it is a
// beat all the same.
type qrsDoubt struct {
	at int64
	p  float32
}

// rr0 is the median interval, or the first guess.
func (r *qrsRhythm) median() float32 {
	if r.rrs == 0 {
		return qrsFirstRR
	}
	return r.rrMedian
}

// usualOdds are the mean log odds of the last eight beats; so many there must be.
func (r *qrsRhythm) usualOdds() float32 {
	sum := float32(0)
	for _, o := range r.odds {
		sum += o
	}
	return sum / qrsPast
}

// since is the time from the last beat, or from the beginning of the signal but
// at most 1 s of that.
func (r *qrsRhythm) since(c int64) float32 {
	if r.beats == 0 || r.broken {
		return float32(min(c-r.origin, qrsRate))
	}
	return float32(c - r.last)
}

// accept takes a beat.
func (r *qrsRhythm) accept(c int64, odds float32) {
	sure := odds >= qrsSure
	r.odds[r.beats%qrsPast] = odds
	if r.beats > 0 && !r.broken {
		r.rr[r.rrs%qrsPast] = float32(min(c-r.last, qrsLongestRR))
		r.rrs++
		r.rrMedian = median(r.rr[:min(r.rrs, qrsPast)])
	}
	if r.broken {
		r.sureChain = false
	}
	if sure {
		if r.sureChain {
			r.sureRR[r.sureRRs%qrsPast] = float32(min(c-r.sureAt, qrsLongestRR))
			r.sureRRs++
			r.sureMedian = median(r.sureRR[:min(r.sureRRs, qrsPast)])
		}
		r.sureAt = c
		r.sureBeats++
	}
	r.sureChain = sure
	r.last, r.broken, r.isHeld = c, false, false
	r.beats++
}

// doubt remembers a rejected candidate.
func (r *qrsRhythm) doubt(c int64, odds float32) {
	copy(r.doubts[1:], r.doubts[:])
	r.doubts[0] = qrsDoubt{c, sigmoid(odds)}
}

// lose is told that signal was lost up to grid sample k.
func (r *qrsRhythm) lose(k int64) { r.origin, r.broken, r.isHeld = k, true, false }

// candidate takes note of a candidate, before it is judged.
func (r *qrsRhythm) candidate(c int64) {
	r.candidates[r.seen%int64(len(r.candidates))] = c
	r.seen++
}

// previous is the candidate before the one at hand.
func (r *qrsRhythm) previous() (int64, bool) {
	if r.seen < 2 {
		return 0, false
	}
	return r.candidates[(r.seen-2)%int64(len(r.candidates))], true
}

// recent counts the candidates of the last 2 s.
func (r *qrsRhythm) recent(c int64) int {
	n := 0
	for i := range min(r.seen, int64(len(r.candidates))) {
		if r.candidates[i] > c-2*qrsRate {
			n++
		}
	}
	return n
}
