package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// beatRun is a run of beats of one class other than N.
type beatRun struct {
	class  ecg.Class
	n      int
	start  int64   // first beat
	last   int64   // last beat of the class
	rr     float64 // s, of the newest intervals: each counts a quarter of the rest
	stray  bool    // the newest beat is of another class, but came as expected
	rhythm ecg.Rhythm
}

// follow goes on with the run at hand, or ends it and begins another one.
func (r *RhythmRules) follow(dst []ecg.Episode) []ecg.Episode {
	s := &r.s
	b, run := &s.beats[0], &s.run
	goesOn := run.n > 0 && b.class == run.class && b.rr > 0
	if run.n > 0 && !goesOn && !run.stray && run.rhythm != ecg.RhythmUnknown && math.Abs(b.rr-run.rr) < strayLimit*run.rr {
		run.stray = true
		return dst
	}
	if !goesOn {
		long := run.rhythm != ecg.RhythmUnknown
		dst = r.endRun(dst)
		first := 0
		if long {
			s.before = run.rr
			if run.stray {
				first = 1
			}
			dst = r.change(dst, ecg.RhythmUnknown, 0, s.beats[first].at)
			s.fresh = first
		}
		*run = beatRun{}
		if b.class == ecg.Ventricular || b.class == ecg.Supraventricular || b.class == ecg.Unknown {
			*run = beatRun{class: b.class, n: 1, start: b.at, last: b.at}
		}
		s.fresh = min(s.fresh+1, s.count)
		return dst
	}
	run.n++
	run.last, run.stray = b.at, false
	if run.n == 2 {
		run.rr = b.rr
	} else {
		run.rr += 0.25 * (b.rr - run.rr)
	}
	// An interval within a run says nothing of the rate of the sinus node.
	s.fresh = min(s.fresh+1, s.count)
	run.rhythm = r.rhythmOfRun()
	return dst
}

// rhythmOfRun is what the run at hand is, RhythmUnknown as long as it is short.
func (r *RhythmRules) rhythmOfRun() ecg.Rhythm {
	run := &r.s.run
	fast := run.rr < 60/r.c.Tachycardia
	switch {
	case run.class == ecg.Unknown && run.n >= pacedRun:
		return ecg.PacedRhythm
	case run.class == ecg.Supraventricular && (run.n >= shortRun && fast || run.rhythm == ecg.SupraventricularTachy):
		return ecg.SupraventricularTachy
	case run.class != ecg.Ventricular:
		return ecg.RhythmUnknown
	case run.rhythm == ecg.VentricularTachycardia && run.rr < (1+rateMargin)*60/r.c.Tachycardia:
		return ecg.VentricularTachycardia
	case run.n >= longRun && fast:
		return ecg.VentricularTachycardia
	case run.rhythm != ecg.RhythmUnknown, run.n >= shortRun && !fast:
		return ecg.IdioventricularRhythm
	}
	return ecg.RhythmUnknown
}

// endRun reports a couplet or a short run.
func (r *RhythmRules) endRun(dst []ecg.Episode) []ecg.Episode {
	run := &r.s.run
	if run.class != ecg.Ventricular || run.rhythm != ecg.RhythmUnknown || run.n < 2 {
		return dst
	}
	kind := ecg.VentricularRun
	if run.n == 2 {
		kind = ecg.VentricularCouplet
	}
	return r.report(dst, kind, ecg.Ended, run.start, run.last)
}
