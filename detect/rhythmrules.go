package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// RhythmRulesConfig configures RhythmRules. All but Rate may stay zero.
type RhythmRulesConfig struct {
	Rate float64 // Hz, of the beats' sample numbers

	// Bradycardia is the rate below which a sinus rhythm is SinusBradycardia.
	// 0: 50/min, as the 2018 ACC/AHA/HRS guideline has it (F. M. Kusumoto et al.,
	// Circulation 140:e382-e482, 2019, section 2).
	Bradycardia float64

	// Tachycardia is the rate above which a rhythm is a tachycardia, also that
	// from which ventricular beats in a row are no escape rhythm. 0: 100/min
	// (R. L. Page et al., 2015 ACC/AHA/HRS guideline on supraventricular
	// tachycardia, Circulation 133:e506-e574, 2016; S. M. Al-Khatib et al., 2017
	// AHA/ACC/HRS guideline on ventricular arrhythmias, Circulation 138:e272-e391,
	// 2018: three and more complexes above 100/min).
	Tachycardia float64

	// Supraventricular is the rate from which a tachycardia that begins within two
	// beats is SupraventricularTachy where beats have no classes. 0: 150/min, the
	// limit between likely cause and likely consequence in advanced life support
	// (R. W. Neumar et al., Circulation 122:S729-S767, 2010, part 8.3).
	Supraventricular float64

	// Pause is the shortest interval between beats that is one. 0: 2 s; 2.5 and
	// 3 s are also in use, and can be told from Start and End.
	Pause time.Duration

	// Asystole is the time without a beat that is one. 0: 4 s (G. D. Clifford et
	// al., The PhysioNet/Computing in Cardiology Challenge 2015, Comput. Cardiol.
	// 42:273-276, 2015: no QRS complex for at least 4 s).
	Asystole time.Duration

	// Confirm is how long a rhythm that goes by its rate lasts until it is
	// Confirmed. 0: 10 s, the length of the standard strip.
	Confirm time.Duration

	// Latency is the delay of the detector of beats: only so much later is an
	// absence of beats certain. 0: 2 s.
	Latency time.Duration

	// AF, if not nil, configures an AFDetector inside. Its Rate, Gap and Latency
	// are those of here.
	AF *AFConfig
}

const (
	// longRun is the number of ventricular beats from which a run is a
	// tachycardia: ANSI/AAMI EC57 and rxr count runs of 3 to 5 beats as short,
	// those of 6 and more as long.
	longRun = 6

	// shortRun beats in a row are a run (EC57), for an escape rhythm enough.
	shortRun = 3

	// pacedRun beats of class Q in a row are a paced rhythm: one more than a
	// burst of noise is likely to make.
	pacedRun = 4

	rateBeats   = 8    // intervals of the mean rate: the usual count of monitors
	leastBeats  = 4    // with which it is first told
	rateMargin  = 0.04 // by which it must pass a limit for the rhythm to be left
	rulesMemory = 16   // intervals that are kept

	strayLimit = 0.15 // a beat of another class goes by, in a long run, if it comes as expected to this part
)

// RhythmRules names the rhythm by rates, classes and patterns of beats: a Stage
// from beats to episodes that also needs the clock (ecg.Advancer).
//
// At any time there is at most one of the following; a new one ends the old
// one, and for four intervals after a ventricular, supraventricular or paced
// rhythm, and at the start, there is none:
//
//   - SinusRhythm, SinusBradycardia, SinusTachycardia: the mean of eight
//     intervals, those within runs left out, longer ones counted as Pause; as
//     long as they are irregular the name stays. Suspected at once, Confirmed
//     after 10 s. Beats do not show P waves: a regular rhythm of any origin at
//     this rate is called so.
//   - SupraventricularTachy: three beats of class S in a row above 100/min; or,
//     of beats without class, Supraventricular and more that began within two
//     beats.
//   - VentricularTachycardia: six and more beats V or F in a row above 100/min,
//     IdioventricularRhythm: three and more below.
//   - PacedRhythm: four and more beats of class Q in a row.
//   - VentricularBigeminy, VentricularTrigeminy: three times in a row every
//     second, every third beat is V.
//   - SecondDegreeBlock: intervals in which P waves are evenly spaced, all but
//     the last without a QRS (AppendEvidence), each one to six beats. Suspected
//     with two of them, Confirmed with three. Without P waves: intervals of 1.5 to
//     2.2 times the others, which are alike, each two to six beats. Then 2:1 and
//     3:2 block, which look like bradycardia or bigeminy, are not found, and
//     premature atrial beats that are not conducted can look the same; where the
//     signal shows none of the P waves it stays Suspected.
//   - ThirdDegreeBlock: a regular rhythm of 60/min and less with P waves that keep
//     to a faster pace of their own; Suspected after six intervals, Confirmed after
//     eight. By intervals alone, a regular one of 40/min and less that came
//     within two beats is Suspected: it may be another escape rhythm.
//   - AtrialFlutter: ten intervals in a row, and then nearly all, of two, three or
//     four times (and not more than five) the same wave of 170 to 300 ms. Flutter
//     with constant conduction, one rate, is not found.
//   - Asystole: no beat for 4 s; also of ventricular fibrillation that has none,
//     unless AppendVF tells of it. Whether there was a signal at all is for the
//     caller to know: Break.
//
// With RhythmRulesConfig.AF there are the episodes of AtrialFibrillation that an
// AFDetector finds, too, but those that begin in flutter. While one is suspected no other of the rhythms that go
// by intervals begins, while one is confirmed there is none.
//
// Beside these, VentricularCouplet and VentricularRun (three to five beats above
// 100/min) are reported when they have ended, from their first to their last
// beat, and Pause from one beat to the next. Beats of class Unclassified count
// as neither ventricular nor of any other origin.
//
// Reports come in the order of Known. An episode starts at its first beat.
type RhythmRules struct {
	c       RhythmRulesConfig
	pause   int64 // samples
	stop    int64 // Asystole
	confirm int64
	late    int64 // Latency
	af      *AFDetector
	told    []ecg.Episode // by af, scratch
	s       rulesState
}

// rulesBeat is a beat in the memory.
type rulesBeat struct {
	at    int64
	frac  float64
	rr    float64 // s, from the beat before; 0: there is none to tell
	class ecg.Class
	p     PWaves // in the interval that it ends
}

type rulesState struct {
	known   int64 // sample of the newest input
	started bool
	stopped bool // no beat since last that the next interval could begin at
	paused  bool // the interval since last has been reported as a Pause
	flushed bool

	beats  [rulesMemory + 1]rulesBeat // newest first
	count  int                        // of them
	fresh  int                        // of them since the last rhythm that was not the sinus node's
	before float64                    // s, mean interval when fresh began anew; 0: not known

	run     beatRun
	af      afStage
	afStart int64   // of the episode that the AFDetector suspects
	wave    float64 // s, of flutter
	flutter bool    // what the AFDetector calls fibrillation is flutter

	vf rulesVF

	rhythm ecg.Rhythm // now; RhythmUnknown: none
	state  ecg.EpisodeState
	start  int64
	ended  int64 // of the rhythm before: no other one starts earlier
}

// afStage is how far an episode of fibrillation is.
type afStage uint8

const (
	afNone afStage = iota
	afSuspected
	afConfirmed
)

// NewRhythmRules returns the stage.
func NewRhythmRules(c RhythmRulesConfig) (*RhythmRules, error) {
	or := func(v *float64, usual float64) {
		if *v == 0 {
			*v = usual
		}
	}
	orTime := func(v *time.Duration, usual time.Duration) {
		if *v == 0 {
			*v = usual
		}
	}
	or(&c.Bradycardia, 50)
	or(&c.Tachycardia, 100)
	or(&c.Supraventricular, 150)
	orTime(&c.Pause, 2*time.Second)
	orTime(&c.Asystole, 4*time.Second)
	orTime(&c.Confirm, 10*time.Second)
	orTime(&c.Latency, 2*time.Second)
	wrong := func(field, want string) (*RhythmRules, error) {
		return nil, &ecg.ConfigError{Type: "detect.RhythmRules", Field: field, Want: want}
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= ecg.MaxRate):
		return wrong("Rate", "1 to 1e6 Hz")
	case !(c.Pause >= time.Second && c.Pause <= 10*time.Second):
		return wrong("Pause", "1 to 10 s")
	case !(c.Bradycardia > 60/c.Pause.Seconds()):
		return wrong("Bradycardia", "above the rate whose interval is a Pause")
	case !(c.Tachycardia > c.Bradycardia):
		return wrong("Tachycardia", "above Bradycardia")
	case !(c.Supraventricular >= c.Tachycardia && c.Supraventricular <= 300):
		return wrong("Supraventricular", "Tachycardia to 300/min")
	case !(c.Asystole > c.Pause && c.Asystole <= time.Minute):
		return wrong("Asystole", "above Pause, to 1 min")
	case !(c.Confirm >= 0 && c.Confirm <= time.Hour):
		return wrong("Confirm", "0 to 1 h")
	case !(c.Latency >= 0 && c.Latency <= time.Minute):
		return wrong("Latency", "0 to 1 min")
	}
	samples := func(d time.Duration) int64 { return int64(math.Round(d.Seconds() * c.Rate)) }
	r := &RhythmRules{c: c, pause: samples(c.Pause), stop: samples(c.Asystole), confirm: samples(c.Confirm), late: samples(c.Latency)}
	if c.AF != nil {
		a := *c.AF
		a.Rate, a.Gap, a.Latency = c.Rate, max(c.Asystole, leastGap), c.Latency
		var err error
		if r.af, err = NewAFDetector(a); err != nil {
			return nil, err
		}
		r.told = make([]ecg.Episode, 0, 8)
	}
	return r, nil
}

// Delay implements ecg.Stage: from the start of an episode to its first report,
// and from its end to that, at the slowest rhythm.
func (r *RhythmRules) Delay() time.Duration {
	d := (rulesMemory+2)*r.c.Asystole + r.c.Latency + r.c.Confirm
	if r.af != nil {
		d = max(d, r.af.Delay())
	}
	return d
}

// Reset implements ecg.Stage.
func (r *RhythmRules) Reset() {
	r.s = rulesState{}
	if r.af != nil {
		r.af.Reset()
	}
}

// Append implements ecg.Stage. A beat that is not after the last one is ignored.
func (r *RhythmRules) Append(dst []ecg.Episode, in []ecg.Beat) []ecg.Episode {
	for _, b := range in {
		dst = r.take(dst, b, 0, PWaves{N: -1})
	}
	return dst
}

// AppendEvidence is Append for beats with what the signal says of the atria, as
// AtrialWaves gives them: the AFDetector inside takes it into account, and P waves
// without QRS tell block.
func (r *RhythmRules) AppendEvidence(dst []ecg.Episode, in []AtrialEvidence) []ecg.Episode {
	for i := range in {
		dst = r.take(dst, in[i].Beat, float32(in[i].Shift), in[i].P)
	}
	return dst
}

// take takes a beat, what is to be added to the log odds of fibrillation, and the P
// waves before it.
func (r *RhythmRules) take(dst []ecg.Episode, b ecg.Beat, shift float32, p PWaves) []ecg.Episode {
	dst = r.Advance(dst, b.Known)
	if r.s.started && b.At <= r.s.beats[0].at {
		return dst
	}
	if !(math.Abs(b.Frac) <= 0.5) {
		b.Frac = 0
	}
	r.s.known = max(r.s.known, b.Known)
	if r.s.vf.ignores(b.At) {
		return dst
	}
	if r.s.vf.stage == vfIsSuspected && !r.s.stopped && r.s.started && b.At-r.s.beats[0].at >= r.pause {
		dst = r.hold(dst, b.At)
	}
	if r.af != nil {
		r.told = r.af.beat(r.told[:0], b, shift)
		dst = r.fibrillation(dst)
	}
	return r.beat(dst, b, p)
}

// Advance implements ecg.Advancer.
func (r *RhythmRules) Advance(dst []ecg.Episode, now int64) []ecg.Episode {
	s := &r.s
	if !s.started || s.flushed {
		return dst
	}
	switch {
	case s.vf.stage == vfIsSuspected && r.af != nil:
		// What an absence of beats ends is told in time, though no asystole is.
		r.told = r.af.Advance(r.told[:0], now)
		dst = r.fibrillation(dst)
	case s.vf.stage != vfNone:
	case s.vf.waits:
		if due := s.vf.quiet + r.stop + r.late; now > due {
			s.known, s.vf.waits = max(s.known, due), false
			dst = r.change(dst, ecg.Asystole, ecg.Confirmed, s.vf.quiet)
		}
	case !s.stopped:
		last := s.beats[0].at
		if due := last + r.pause + r.late; !s.paused && now > due {
			s.known, s.paused = max(s.known, due), true
			dst = r.report(dst, ecg.Pause, ecg.Confirmed, last, 0)
		}
		if due := last + r.stop + r.late; now > due {
			s.known = max(s.known, due)
			dst = r.breakAF(dst, due+1)
			dst = r.endRun(dst)
			dst = r.report(dst, ecg.Pause, ecg.Ended, last, last+r.stop)
			dst = r.change(dst, ecg.Asystole, ecg.Confirmed, last)
			r.forget()
		}
	}
	s.known = max(s.known, now-1)
	return dst
}

// Break says that from sample now on there is no usable signal (a lead is off,
// noise): what was there ends with its last beat, and the absence of beats means
// nothing until the next one. Intervals and rhythms begin anew there. Beats from
// before, up to now, must have been handed over.
func (r *RhythmRules) Break(dst []ecg.Episode, now int64) []ecg.Episode {
	s := &r.s
	if !s.started {
		return dst
	}
	dst = r.Advance(dst, now)
	s.vf.gone, s.vf.waits = s.vf.stage >= vfIsConfirmed, false
	if s.vf.stage == vfIsStill {
		return dst
	}
	if s.stopped && s.rhythm == ecg.RhythmUnknown {
		return dst // nothing is there that could end
	}
	return r.end(r.breakAF(dst, now))
}

// breakAF ends what the AFDetector knows.
func (r *RhythmRules) breakAF(dst []ecg.Episode, now int64) []ecg.Episode {
	if r.af == nil {
		return dst
	}
	r.told = r.af.Break(r.told[:0], now)
	return r.fibrillation(dst)
}

// fibrillation passes on what the AFDetector has told.
func (r *RhythmRules) fibrillation(dst []ecg.Episode) []ecg.Episode {
	s := &r.s
	for _, e := range r.told {
		if s.af == afNone {
			s.flutter = e.State != ecg.Ended && s.rhythm == ecg.AtrialFlutter
			s.afStart = e.Start
		}
		switch e.State {
		case ecg.Suspected:
			s.af = afSuspected
		case ecg.Confirmed:
			s.af = afConfirmed
			if byInterval(s.rhythm) && !s.flutter {
				dst = r.change(dst, ecg.RhythmUnknown, 0, e.Start)
			}
		case ecg.Ended:
			if s.af == afConfirmed && !s.flutter {
				// The intervals before the end say nothing of what comes.
				s.fresh, s.before = s.index(e.End)+1, 0
				s.ended = max(s.ended, e.End)
			}
			s.af = afNone
		}
		if !s.flutter {
			dst = append(dst, e)
		}
		s.flutter = s.flutter && s.af != afNone
	}
	return dst
}

// Flush implements ecg.Stage: what goes on ends with its last beat, asystole with
// the last input.
func (r *RhythmRules) Flush(dst []ecg.Episode) []ecg.Episode {
	if r.s.started && !r.s.flushed {
		dst = r.end(r.breakAF(dst, r.s.known+1))
		r.s.flushed = true
	}
	return dst
}

func (r *RhythmRules) end(dst []ecg.Episode) []ecg.Episode {
	s := &r.s
	end := s.beats[0].at + 1
	if s.rhythm == ecg.Asystole {
		end = max(end, s.known+1)
	}
	dst = r.endRun(dst)
	if s.paused {
		dst = r.report(dst, ecg.Pause, ecg.Ended, s.beats[0].at, s.known+1)
	}
	dst = r.change(dst, ecg.RhythmUnknown, 0, end)
	r.forget()
	return dst
}

// forget makes the next beat the first one.
func (r *RhythmRules) forget() {
	s := &r.s
	s.stopped, s.paused, s.count, s.fresh, s.before = true, false, 0, 0, 0
	s.run = beatRun{}
}

func (r *RhythmRules) report(dst []ecg.Episode, kind ecg.Rhythm, state ecg.EpisodeState, start, end int64) []ecg.Episode {
	return append(dst, ecg.Episode{Rhythm: kind, State: state, Start: start, End: end, Known: r.s.known, Confidence: r.s.confidence(kind)})
}

// confidence is 1 where the rhythm is defined by what was seen; the two kinds of
// block are what intervals and P waves look like.
func (s *rulesState) confidence(kind ecg.Rhythm) float64 {
	switch {
	case kind == ecg.SecondDegreeBlock, kind == ecg.ThirdDegreeBlock && s.state == ecg.Confirmed:
		return 0.7
	case kind == ecg.ThirdDegreeBlock:
		return 0.4
	}
	return 1
}

// change makes this the rhythm from start on, with the state that it has reached.
func (r *RhythmRules) change(dst []ecg.Episode, kind ecg.Rhythm, state ecg.EpisodeState, start int64) []ecg.Episode {
	s := &r.s
	if kind == s.rhythm {
		if kind != ecg.RhythmUnknown && state == ecg.Confirmed && s.state == ecg.Suspected {
			s.state = state
			dst = r.report(dst, kind, state, s.start, 0)
		}
		return dst
	}
	start = max(start, s.ended)
	if s.rhythm != ecg.RhythmUnknown {
		start = max(start, s.start+1)
		dst = r.report(dst, s.rhythm, ecg.Ended, s.start, start)
		s.ended = start
	}
	s.rhythm, s.state, s.start = kind, state, start
	if kind != ecg.RhythmUnknown {
		dst = r.report(dst, kind, state, start, 0)
	}
	return dst
}

// beat takes one beat.
func (r *RhythmRules) beat(dst []ecg.Episode, b ecg.Beat, p PWaves) []ecg.Episode {
	s := &r.s
	n := rulesBeat{at: b.At, frac: b.Frac, class: b.Class, p: p}
	if n.class == ecg.Fusion {
		n.class = ecg.Ventricular // as rxr counts runs
	}
	if s.started && !s.stopped {
		p := &s.beats[0]
		n.rr = (float64(n.at-p.at) + (n.frac - p.frac)) / r.c.Rate
		switch {
		case s.paused:
			dst = r.report(dst, ecg.Pause, ecg.Ended, p.at, n.at)
		case n.at-p.at >= r.pause && s.vf.stage == vfNone:
			dst = r.report(dst, ecg.Pause, ecg.Ended, p.at, n.at)
		}
	} else if s.rhythm == ecg.Asystole {
		dst = r.change(dst, ecg.RhythmUnknown, 0, n.at)
	}
	s.started, s.stopped, s.paused = true, false, false
	copy(s.beats[1:], s.beats[:])
	s.beats[0] = n
	s.count = min(s.count+1, len(s.beats))

	dst = r.follow(dst)
	kind, state, start := r.judge()
	if kind == ecg.AtrialFlutter && s.af == afSuspected && !s.flutter {
		// What was suspected is this.
		dst = r.report(dst, ecg.AtrialFibrillation, ecg.Ended, s.afStart, max(s.afStart+1, start))
		s.flutter = true
	}
	if state == ecg.Suspected && kind == s.rhythm && byRate(kind) && s.af == afNone && n.at-s.start >= r.confirm {
		state = ecg.Confirmed
	}
	return r.change(dst, kind, state, start)
}

// judge says what rhythm it is now and since when.
func (r *RhythmRules) judge() (kind ecg.Rhythm, state ecg.EpisodeState, start int64) {
	s := &r.s
	if k := s.run.rhythm; k != ecg.RhythmUnknown {
		return k, ecg.Confirmed, s.run.start
	}
	for _, p := range []struct {
		period int
		kind   ecg.Rhythm
	}{{2, ecg.VentricularBigeminy}, {3, ecg.VentricularTrigeminy}} {
		if s.patterned(p.period) {
			return p.kind, ecg.Confirmed, s.beats[3*p.period-1].at
		}
	}
	if s.af != afConfirmed || s.flutter {
		if start, ok := r.flutters(); ok {
			return ecg.AtrialFlutter, ecg.Confirmed, start
		}
	}
	switch {
	case s.af == afConfirmed:
		return ecg.RhythmUnknown, 0, s.beats[0].at
	case s.af == afSuspected && byInterval(s.rhythm):
		return s.rhythm, s.state, s.start
	}
	if state, start, ok := r.dissociated(); ok {
		return ecg.ThirdDegreeBlock, state, start
	}
	if state, start, ok := r.unconducted(); ok && (state == ecg.Confirmed || s.rhythm != ecg.ThirdDegreeBlock) {
		return ecg.SecondDegreeBlock, state, start
	}
	if state, start, ok := r.dropped(); ok {
		return ecg.SecondDegreeBlock, state, start
	}
	return r.byRate()
}

// patterned reports whether, three times in a row, one beat of so many is a
// ventricular one.
func (s *rulesState) patterned(period int) bool {
	if s.count < 3*period {
		return false
	}
	v := 0
	for i := range 3 * period {
		is := s.beats[i].class == ecg.Ventricular
		if is {
			v++
		}
		if i >= period && is != (s.beats[i-period].class == ecg.Ventricular) {
			return false
		}
	}
	return v == 3
}
