package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// AtrialConfig configures AtrialWaves.
type AtrialConfig struct {
	Rate  float64 // Hz, 100 to 2000
	Leads int     // per frame, 1 to 16; 0 means 1

	// Detector finds the beats; it is fed by the stage and belongs to it. nil: a
	// QRS detector over all leads.
	Detector ecg.Stage[float64, ecg.Beat]

	// Model is another model than the embedded one, for example one that was
	// trained on part of the data. nil: the embedded one.
	Model *AtrialModel

	// Observe, if not nil, sees what each lead shows at each beat: for training,
	// and for looking at errors. Inputs are valid during the call.
	Observe func(lead int, e AtrialEvidence, inputs []float32)
}

// AtrialEvidence is what the signal says of the atria at a beat.
type AtrialEvidence struct {
	Beat ecg.Beat // Known is that of the evidence

	// Odds are the log odds of fibrillation in the last beats, by the intervals
	// and the waves together; Waves by the waves alone. Both lie between -6 and
	// 6, and are 0 where no lead can tell.
	Odds, Waves float64

	// Beats is how many they rest on: 32 at most, 0 where no lead can tell.
	Beats int

	// Shift is what the evidence adds to the log odds of the intervals in an
	// AFDetector: Odds, within bounds, by a weight of the model.
	Shift float64

	// P is where the interval before the beat has P waves, by the clearest lead.
	P PWaves
}

// AtrialWaves looks at the signal between the beats for P waves and for the
// waves of fibrillation: a Stage over frames in mV, with a detector inside, that
// gives the evidence of each beat with the beat. With AppendEvidence an AFDetector,
// or RhythmRules, takes it instead of beats: fewer irregular rhythms with P waves are called
// fibrillation, and more of fibrillation is found.
//
// It describes the last 32 beats of each lead: whether the 230 ms before the QRS
// look alike before every beat, which P waves make them do; how large and how
// fast what remains is; the power between T wave and QRS at 2 to 26 Hz; how much
// noise there is. Small neural networks make log odds of it, alone and together
// with the irregularity of the intervals (AFSeries); those of the leads are
// averaged. Below 8 beats nothing is said.
//
// That P waves are missing and the base line moves at 4 to 9 Hz is how
// fibrillation is defined (G. Hindricks et al., 2020 ESC guidelines, Eur. Heart
// J. 42:373-498, 2021, section 3); models/atrial.md has how it was taught and how
// good it is.
type AtrialWaves struct {
	rate     float64
	leads    int
	hole     int64 // input samples
	detector ecg.Stage[float64, ecg.Beat]
	model    *AtrialModel
	observe  func(int, AtrialEvidence, []float32)
	s        atrialState

	found []ecg.Beat // scratch
	in    [atrialInputs]float32
}

type atrialState struct {
	clock  meanClock
	lead   []atrialLead
	queue  []ecg.Beat // found, not measured: the signal around them is not complete
	series AFSeries
	last   int64   // grid sample of the last beat
	begun  bool    // there is one
	usual  float32 // running interval, grid samples
	ended  bool
}

const (
	atrialLeast   = 8   // beats with which it is first told
	atrialGap     = 5.0 // s without a beat, after which intervals are counted anew, as AFDetector does
	atrialSurest  = 6   // log odds
	atrialMost    = 3   // of those, in an AFDetector: intervals that are sure stay so
	atrialHorizon = 1   // of AFSeries: 32 intervals
	atrialBlock   = 64  // frames handed to the detector at a time
)

// NewAtrialWaves returns the stage.
func NewAtrialWaves(c AtrialConfig) (*AtrialWaves, error) {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "detect.AtrialWaves", Field: field, Want: want}
	}
	if !(c.Rate >= 100 && c.Rate <= 2000) {
		return nil, bad("Rate", "100 to 2000 Hz")
	}
	if c.Leads < 0 || c.Leads > qrsMaxLeads {
		return nil, bad("Leads", "1 to 16")
	}
	a := &AtrialWaves{
		rate: c.Rate, leads: max(1, c.Leads), hole: int64(atrialHole * c.Rate),
		detector: c.Detector, model: c.Model, observe: c.Observe,
		found: make([]ecg.Beat, 0, atrialBlock),
	}
	if a.detector == nil {
		q, err := NewQRS(QRSConfig{Rate: c.Rate, Leads: a.leads})
		if err != nil {
			return nil, err
		}
		a.detector = q
	}
	if a.model == nil {
		a.model = embeddedAtrial()
	}
	// The ring holds what a late beat of the detector is measured by.
	seconds := a.detector.Delay().Seconds() + float64(aloneMost+2*aloneReach)/atrialRate + 2*atrialBlock/c.Rate
	a.s.lead = make([]atrialLead, a.leads)
	for i := range a.s.lead {
		a.s.lead[i].grid.ring = make([]float32, powerOfTwo(int(seconds*atrialRate)))
	}
	a.s.queue = make([]ecg.Beat, 0, atrialBlock)
	a.Reset()
	return a, nil
}

// Reset implements ecg.Stage.
func (a *AtrialWaves) Reset() {
	a.detector.Reset()
	lead, queue := a.s.lead, a.s.queue[:0]
	for i := range lead {
		lead[i].reset()
	}
	a.s = atrialState{lead: lead, queue: queue, clock: meanClock{ratio: a.rate / atrialRate}, series: AFSeries{rate: a.rate}}
}

// Delay implements ecg.Stage: that of the detector, and no less than the QRS
// itself needs.
func (a *AtrialWaves) Delay() time.Duration {
	return a.detector.Delay() + time.Duration(math.Ceil((float64(atrialSide+2)/atrialRate+2/a.rate)*float64(time.Second)))
}

// Append implements ecg.Stage.
func (a *AtrialWaves) Append(dst []AtrialEvidence, in []float64) []AtrialEvidence {
	s := &a.s
	for len(in) > 0 {
		// Up to the next multiple of atrialBlock, so that the rings hold enough
		// whatever the blocks of the caller.
		frames := min(len(in)/a.leads, atrialBlock-int(s.clock.n%atrialBlock))
		if frames == 0 {
			return dst
		}
		block := in[:frames*a.leads]
		in = in[len(block):]
		s.queue = append(s.queue, a.detector.Append(a.found[:0], block)...)
		a.take(block)
		dst = a.run(dst, s.clock.n-1)
	}
	return dst
}

// take brings frames onto the grid.
func (a *AtrialWaves) take(block []float64) {
	s := &a.s
	var after meanClock
	for i := range s.lead {
		after = s.lead[i].grid.take(s.clock, block[i:], a.leads, a.hole)
	}
	s.clock = after
}

// onGrid is the grid sample nearest to a beat.
func (a *AtrialWaves) onGrid(b ecg.Beat) int64 {
	return int64(math.Floor(float64((float64(b.At)+b.Frac)*atrialRate/a.rate) + 0.5))
}

// frame is the input frame with which grid sample k is known.
func (a *AtrialWaves) frame(k int64) int64 { return int64(math.Ceil(a.s.clock.end(k))) - 1 }

// run measures every beat that is due with frame now.
func (a *AtrialWaves) run(dst []AtrialEvidence, now int64) []AtrialEvidence {
	s := &a.s
	for len(s.queue) > 0 {
		b := s.queue[0]
		if !(math.Abs(b.Frac) <= 0.5) {
			b.Frac = 0
		}
		due := max(b.Known, a.frame(a.onGrid(b)+atrialSide))
		if due > now {
			break
		}
		s.queue = s.queue[:copy(s.queue, s.queue[1:])]
		b.Known = due
		dst = append(dst, a.beat(b))
	}
	return dst
}

// beat looks at one.
func (a *AtrialWaves) beat(b ecg.Beat) AtrialEvidence {
	s := &a.s
	at := a.onGrid(b)
	rr := int64(0)
	if s.begun && at > s.last {
		rr = at - s.last
	}
	if s.begun && float64(rr) > atrialGap*atrialRate {
		s.series = AFSeries{rate: a.rate}
	}
	s.begun, s.last = true, at
	if rr > 0 && s.usual == 0 {
		s.usual = float32(rr)
	}
	s.usual += (min(float32(rr), 2*s.usual) - s.usual) / atrialMemory
	s.series.Push(b)
	s.series.s.now.inputs(a.in[:atrialWaveInputs], s.series.s.n, atrialHorizon)
	e := AtrialEvidence{Beat: b, P: PWaves{N: -1}}
	n, clearest := 0, float32(-1)
	for i := range s.lead {
		l := &s.lead[i]
		l.measure(at, rr, s.clock.k-1)
		if p, clear := l.alone(at, rr, s.clock.k-1, s.usual); p.N >= 0 && clear > clearest {
			e.P, clearest = p, clear
		}
		if !l.seen || l.n < atrialLeast || s.series.s.n < atrialLeast-1 {
			continue
		}
		l.inputs(a.in[:])
		odds := float64(clip(a.model.both.odds(a.in[:]), atrialSurest))
		waves := float64(clip(a.model.waves.odds(a.in[:]), atrialSurest))
		if a.observe != nil {
			a.observe(i, AtrialEvidence{Beat: b, Odds: odds, Waves: waves, Beats: int(min(l.n, atrialBeats))}, a.in[:])
		}
		e.Odds += odds
		e.Waves += waves
		e.Beats = max(e.Beats, int(min(l.n, atrialBeats)))
		n++
	}
	if n > 0 {
		e.Odds /= float64(n)
		e.Waves /= float64(n)
		e.Shift = float64(a.model.weight) * min(atrialMost, max(-atrialMost, e.Odds))
	}
	return e
}

// Flush implements ecg.Stage: the last values are held until the last beat has
// been measured.
func (a *AtrialWaves) Flush(dst []AtrialEvidence) []AtrialEvidence {
	s := &a.s
	if s.clock.n == 0 || s.ended {
		return dst
	}
	s.ended = true
	end, start := s.clock.n, len(dst)
	s.queue = append(s.queue, a.detector.Flush(a.found[:0])...)
	for range int64(float64(atrialSide+2)*a.rate/atrialRate) + 2 {
		var after meanClock
		for i := range s.lead {
			g := &s.lead[i].grid
			held := [1]float64{g.last}
			after = g.take(s.clock, held[:], 1, a.hole)
		}
		s.clock = after
	}
	dst = a.run(dst, s.clock.n-1)
	for i := range dst[start:] {
		b := &dst[start+i].Beat
		b.Known = max(b.At, min(b.Known, end-1))
	}
	return dst
}
