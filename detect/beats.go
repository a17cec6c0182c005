package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// BeatConfig configures a BeatClassifier.
type BeatConfig struct {
	Rate  float64 // Hz, 100 to 2000
	Leads int     // per frame, 1 to 16; 0 means 1

	// Detector finds the beats; it is fed by the classifier and belongs to it.
	// nil: a QRS detector over all leads.
	Detector ecg.Stage[float64, ecg.Beat]

	// Immediate: a beat is classified as soon as its own QRS is complete, about
	// 0.4 s after the R peak, without the look at the next beat. The pause after
	// a ventricular beat and the likeness of neighbours are not known then.
	Immediate bool

	// Pacemaker: the patient has one. Its pulses are looked for, at 250 Hz and more
	// best, and beats behind one are Q; without it they are N or V by their shape.
	Pacemaker bool

	// Model is another model than the embedded one, for example one that was
	// trained on part of the data. nil: the embedded one.
	Model *BeatModel

	// Observe, if not nil, sees every beat as it is classified: for training, and
	// for looking at errors.
	Observe func(BeatObservation)
}

// BeatObservation is a beat as an observer sees it.
type BeatObservation struct {
	Beat   ClassifiedBeat
	Inputs []float32 // in the order of BeatInputs, valid during the call
}

// ClassifiedBeat is a beat with its class and the probabilities that it was
// chosen by.
type ClassifiedBeat struct {
	ecg.Beat

	// Posterior of N, S, V, F and Q, in the order of ecg.Normal to ecg.Unknown;
	// the sum is 1.
	Posterior [5]float64
}

// BeatClassifier gives every beat its class by ANSI/AAMI EC57: N, S, V, or Q for
// a paced one (with BeatConfig.Pacemaker); fusion beats are not told apart from N
// and V. It is a Stage over
// frames in mV with a detector inside. A beat is classified when the next one has
// been seen, or 2 s after it when none comes: one beat of look-ahead.
//
// What is looked at is relative to the patient: intervals to those of the last
// minutes, shapes to the prevailing ones of each lead, P waves to the usual one.
// No record is needed beforehand. doc.go and models/beats.md tell the method.
//
// A lead that is off, silent or noisy counts less or nothing; with no lead left
// only the rhythm decides.
type BeatClassifier struct {
	rate      float64
	leads     int
	immediate bool
	detector  ecg.Stage[float64, ecg.Beat]
	weights   qrsWeights
	model     *BeatModel
	observe   func(BeatObservation)
	pacing    *beatPacing
	s         beatState

	found []ecg.Beat // scratch of the detector
}

const (
	// beatReach is how far after the R peak as detected the samples lie that a
	// beat is measured by: the fiducial point moves by at most 190 ms, the QRS
	// window with its shifts ends 160 ms after that.
	beatReach = beatFind + beatFine + beatAfter + beatShift

	// beatWait is how long a beat waits for the next one: intervals above it are
	// all alike.
	beatWait = 2 * time.Second

	beatBlock = 64 // frames handed to the detector at a time
)

// beatState is all that changes.
type beatState struct {
	n     int64 // frames taken
	grid  qrsGrid
	lead  []beatLead
	queue []ecg.Beat // found, not measured: their windows are not complete
	ended bool

	rhythm  beatRhythm
	shapes  beatShapes
	waiting beatPending // measured, not classified
	waits   bool
	pAF     float32 // running probability of atrial fibrillation
	afterV  bool    // the last classified beat was V
	adapted beatAdaption
}

// beatPending is a measured beat that waits for the next one.
type beatPending struct {
	beat    ecg.Beat
	number  int64
	cluster uint8
	paced   bool
	inputs  [beatInputs]float32
}

// NewBeatClassifier returns the stage.
func NewBeatClassifier(c BeatConfig) (*BeatClassifier, error) {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "detect.BeatClassifier", Field: field, Want: want}
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
	b := &BeatClassifier{
		rate: c.Rate, leads: max(1, c.Leads), immediate: c.Immediate, detector: c.Detector,
		weights: w, model: c.Model, observe: c.Observe, found: make([]ecg.Beat, 0, beatBlock),
	}
	if c.Pacemaker {
		if b.pacing, err = newBeatPacing(c.Rate, b.leads); err != nil {
			return nil, err
		}
	}
	if b.detector == nil {
		q, err := NewQRS(QRSConfig{Rate: c.Rate, Leads: b.leads})
		if err != nil {
			return nil, err
		}
		b.detector = q
	}
	if b.model == nil {
		b.model = embeddedBeats()
	}
	// The ring holds what a late beat of the detector is measured by.
	seconds := b.detector.Delay().Seconds() + float64(beatBack+beatReach)/qrsRate + 2*beatBlock/c.Rate
	b.s.lead = make([]beatLead, b.leads)
	for i := range b.s.lead {
		b.s.lead[i].in.ring = make([]float32, powerOfTwo(int(8*w.reach))) // few grid samples lie across its end
		b.s.lead[i].ring = make([]float32, powerOfTwo(int(seconds*qrsRate)))
	}
	b.s.queue = make([]ecg.Beat, 0, beatBlock)
	b.Reset()
	return b, nil
}

// powerOfTwo is the smallest one that is not below n.
func powerOfTwo(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// Reset implements ecg.Stage.
func (b *BeatClassifier) Reset() {
	b.detector.Reset()
	if b.pacing != nil {
		b.pacing.reset()
	}
	lead, queue := b.s.lead, b.s.queue[:0]
	for i := range lead {
		clear(lead[i].in.ring)
		clear(lead[i].ring)
		lead[i] = newBeatLead(lead[i].in.ring, lead[i].ring)
	}
	b.s = beatState{lead: lead, queue: queue}
	b.s.rhythm.reset()
}

// Delay implements ecg.Stage: that of a beat which the detector finds late, or
// after which none comes. Other beats are classified 0.4 s after the R peak of
// the next one, with Immediate 0.4 s after their own.
func (b *BeatClassifier) Delay() time.Duration {
	window := time.Duration(math.Ceil((float64(beatReach)/qrsRate + float64(2*b.weights.reach+2)/b.rate) * float64(time.Second)))
	if b.immediate {
		return b.detector.Delay() + window
	}
	return max(b.detector.Delay(), beatWait) + window
}

// Append implements ecg.Stage.
func (b *BeatClassifier) Append(dst []ClassifiedBeat, in []float64) []ClassifiedBeat {
	s := &b.s
	for len(in) > 0 {
		// Up to the next multiple of beatBlock, so that the rings hold enough
		// whatever the blocks of the caller.
		frames := min(len(in)/b.leads, beatBlock-int(s.n%beatBlock))
		if frames == 0 {
			return dst
		}
		block := in[:frames*b.leads]
		b.found = b.detector.Append(b.found[:0], block) // before dst is written: it may share memory with in
		in = in[len(block):]
		b.take(block)
		if b.pacing != nil {
			b.pacing.take(block)
		}
		s.queue = append(s.queue, b.found...)
		dst = b.run(dst, s.n-1)
	}
	return dst
}

// take brings frames onto the grid.
func (b *BeatClassifier) take(block []float64) {
	s := &b.s
	grid := s.grid
	for i := range s.lead {
		grid = s.lead[i].take(&b.weights, s.grid, s.n, block[i:], b.leads)
	}
	s.grid = grid
	s.n += int64(len(block) / b.leads)
}

// frame is the input frame with which grid sample k is known.
func (b *BeatClassifier) frame(k int64) int64 {
	at, _ := b.weights.input(k)
	return at + b.weights.reach
}

// onGrid is the grid sample nearest to a beat.
func (b *BeatClassifier) onGrid(x ecg.Beat) int64 {
	return int64(math.Floor((float64(x.At)+x.Frac)*qrsRate/b.rate + 0.5))
}

// run measures and classifies everything that is due with frame now.
func (b *BeatClassifier) run(dst []ClassifiedBeat, now int64) []ClassifiedBeat {
	s := &b.s
	for len(s.queue) > 0 {
		next := s.queue[0]
		due := max(next.Known, b.frame(b.onGrid(next)+beatReach))
		dst = b.overdue(dst, min(now, due-1))
		if due > now {
			return dst
		}
		s.queue = s.queue[:copy(s.queue, s.queue[1:])]
		dst = b.measure(dst, next, due)
	}
	return b.overdue(dst, now)
}

// overdue classifies the beat that waits if no other came in time.
func (b *BeatClassifier) overdue(dst []ClassifiedBeat, now int64) []ClassifiedBeat {
	s := &b.s
	if !s.waits {
		return dst
	}
	x := s.waiting.beat
	due := max(x.Known, b.frame(b.onGrid(x)+int64(beatWait.Seconds()*qrsRate)+beatReach))
	if due > now {
		return dst
	}
	return b.classify(dst, nil, due)
}

// measure looks at a beat whose window is complete.
func (b *BeatClassifier) measure(dst []ClassifiedBeat, x ecg.Beat, known int64) []ClassifiedBeat {
	s := &b.s
	p := beatPending{beat: x, number: s.shapes.beats}
	p.paced = b.pacing != nil && b.pacing.before(x, b.rate)
	s.rhythm.interval(float64(x.At-s.rhythm.last)/b.rate+(x.Frac-s.rhythm.lastFrac)/b.rate, x)
	fid := s.shapes.fiducial(s.lead, b.onGrid(x))
	s.shapes.load(s.lead, fid)
	likeness := s.shapes.neighbours(s.lead)
	waits := s.waits
	if waits {
		w := &s.waiting
		w.inputs[inRNext] = likeness
		s.rhythm.nextInputs(w.inputs[:])
	}
	s.rhythm.inputs(p.inputs[:])
	p.inputs[inRPrev] = likeness
	var opened bool
	p.cluster, opened = s.shapes.inputs(p.inputs[:], s.lead, x.Confidence)
	if waits {
		w := &s.waiting
		w.inputs[inNextDoubt], w.inputs[inNextNormal], w.inputs[inNextCluster] = p.inputs[inDoubt], p.inputs[inRNormal], p.inputs[inRCluster]
		dst = b.classify(dst, &p, known)
	}
	if opened {
		s.adapted.shiftV[p.cluster] = 0
	}
	p.beat.Known = known
	s.rhythm.take(p.inputs[:])
	s.waiting, s.waits = p, true
	if b.immediate {
		return b.classify(dst, nil, known)
	}
	return dst
}

// classify decides on the beat that waits; next is the one after it, nil if it has not
// been seen.
func (b *BeatClassifier) classify(dst []ClassifiedBeat, next *beatPending, known int64) []ClassifiedBeat {
	s := &b.s
	w := &s.waiting
	s.waits = false
	c := ClassifiedBeat{Beat: w.beat}
	c.Known = known
	m := &b.model.modes[0]
	if b.immediate {
		m = &b.model.modes[1]
	}
	v, sv := m.odds(&w.inputs, &s.pAF)
	if w.cluster != beatNobody {
		v += s.adapted.shiftV[w.cluster]
	}
	looksV := func() bool { return next != nil && b.model.modes[1].oddsOfV(&next.inputs) > 0 }
	if v <= 0 && BeatBeside(w.inputs[:], s.afterV, looksV) {
		v = max(v, m.beside.odds(&w.inputs))
	}
	sv += s.adapted.shiftS
	s.adapted.remember(beatMemo{w.beat.At, v, sv, w.number, w.cluster})
	c.Posterior = posterior(v, sv)
	if w.paced {
		c.Posterior = asPaced(c.Posterior)
	}
	c.Class = mostProbable(c.Posterior)
	s.afterV = c.Class == ecg.Ventricular
	if b.observe != nil {
		b.observe(BeatObservation{c, w.inputs[:]})
	}
	return append(dst, c)
}

// Flush implements ecg.Stage: the last values are held until the last beat has
// been measured.
func (b *BeatClassifier) Flush(dst []ClassifiedBeat) []ClassifiedBeat {
	s := &b.s
	if s.n == 0 || s.ended {
		return dst
	}
	s.ended = true
	end, start := s.n, len(dst)
	b.found = b.detector.Flush(b.found[:0])
	s.queue = append(s.queue, b.found...)
	hold := int64(float64(beatReach+2)*b.rate/qrsRate) + 2*b.weights.reach
	grid := s.grid
	for i := range s.lead {
		grid = s.lead[i].hold(&b.weights, s.grid, s.n, hold)
	}
	s.grid = grid
	s.n += hold
	dst = b.run(dst, s.n-1)
	if s.waits {
		dst = b.classify(dst, nil, end-1)
	}
	for i := range dst[start:] {
		x := &dst[start+i]
		x.Known = max(x.At, min(x.Known, end-1))
	}
	return dst
}
