package detect

import "github.com/sinus-ecg/sinus/ecg"

// Fibrillation of the ventricles has no beats, or false ones, so that by beats
// alone it is a pause and then asystole. The rules are told of it, and wait with
// both until it is clear which of them it is. They are told of asystole, too: where
// the line is still a detector of beats finds some in the noise.

// rulesVF is what the rules know of it.
type rulesVF struct {
	stage vfEpisode
	gone  bool // confirmed or still: there was a Break, and no beat since

	// The first pause that a beat ended while fibrillation was suspected; to is 0
	// if there is none.
	heldFrom, heldTo int64

	// The clock of asystole where there is no beat to start it: sample quiet is
	// the end of fibrillation, or the last beat before that end was known.
	waits bool
	quiet int64
	beat  int64 // newest one that was ignored
}

// AppendVF takes the episodes of a VFDetector as they become known, and passes
// them on among the others. Episodes, beats and Advance come in the order of Known,
// episodes before beats of the same sample; dst and in must not overlap.
//
// While fibrillation is suspected no pause and no asystole is told; if it ends
// without having been confirmed, what has come due is told then (a pause that a beat
// ended, only the first). Confirmed, it ends at its Start what was
// there (what began later, a sample after that), and beats are ignored. With its
// end the clock of asystole starts anew, at End or at the last beat after it, and
// the next beat starts intervals and rhythms. Where signal is lost during
// fibrillation (Break) the clock does not start.
//
// Asystole that the VFDetector sees is not passed on but told as that of the rules:
// from its Start, or from the last beat if there was none since, to its End,
// Break or not. Beats in it are ignored.
func (r *RhythmRules) AppendVF(dst, in []ecg.Episode) []ecg.Episode {
	s := &r.s
	v := &s.vf
	for _, e := range in {
		still := e.Rhythm == ecg.Asystole
		if s.flushed || !still && e.Rhythm != ecg.VentricularFibrillation && e.Rhythm != ecg.VentricularFlutter {
			continue
		}
		dst = r.Advance(dst, e.Known)
		s.known = max(s.known, e.Known)
		switch {
		case still && e.State == ecg.Confirmed && v.stage != vfIsConfirmed:
			dst = r.standStill(dst, e.Start)
		case still && e.State == ecg.Ended && v.stage == vfIsStill:
			dst = r.change(dst, ecg.RhythmUnknown, 0, e.End)
			*v = rulesVF{waits: !v.gone, quiet: e.End}
		case still:
		case e.State == ecg.Suspected && v.stage == vfNone:
			v.stage = vfIsSuspected
		case e.State == ecg.Confirmed && v.stage != vfIsConfirmed:
			dst = r.giveWay(dst, e.Start)
		case e.State == ecg.Ended && v.stage == vfIsConfirmed:
			at := max(e.End, v.beat)
			*v = rulesVF{waits: !v.gone, quiet: at}
			s.ended = max(s.ended, e.End)
		case e.State == ecg.Ended && v.stage == vfIsSuspected:
			v.stage = vfNone
			if v.heldTo > 0 {
				dst = r.report(dst, ecg.Pause, ecg.Ended, v.heldFrom, v.heldTo)
				v.heldFrom, v.heldTo = 0, 0
			}
		}
		if !still {
			dst = append(dst, e)
		}
	}
	return dst
}

// standStill makes it asystole from sample start on.
func (r *RhythmRules) standStill(dst []ecg.Episode, start int64) []ecg.Episode {
	s := &r.s
	if s.rhythm != ecg.Asystole {
		last := s.beats[0].at
		if s.started && !s.stopped && last < start {
			start = last
		}
		if s.paused {
			dst = r.report(dst, ecg.Pause, ecg.Ended, last, min(last+r.stop, s.known+1))
			s.paused = false
		}
		dst = r.giveWay(dst, start)
		dst = r.change(dst, ecg.Asystole, ecg.Confirmed, start)
	}
	s.vf = rulesVF{stage: vfIsStill}
	return dst
}

// giveWay ends what was there where fibrillation or asystole that is now confirmed began.
func (r *RhythmRules) giveWay(dst []ecg.Episode, start int64) []ecg.Episode {
	s := &r.s
	n := len(dst)
	dst = r.breakAF(dst, s.known)
	for i := n; i < len(dst); i++ {
		if e := &dst[i]; e.Rhythm == ecg.AtrialFibrillation {
			e.End = max(e.Start+1, min(e.End, start))
		}
	}
	if s.run.last < start {
		dst = r.endRun(dst)
	}
	if v := &s.vf; v.heldTo > 0 && v.heldTo <= start {
		dst = r.report(dst, ecg.Pause, ecg.Ended, v.heldFrom, v.heldTo)
	}
	if s.paused {
		dst = r.report(dst, ecg.Pause, ecg.Ended, s.beats[0].at, max(s.beats[0].at+1, start))
	}
	dst = r.change(dst, ecg.RhythmUnknown, 0, start)
	r.forget()
	s.started = true
	s.vf = rulesVF{stage: vfIsConfirmed}
	return dst
}

// ignores reports whether a beat is one of fibrillation or asystole, and otherwise
// ends the wait for it.
func (v *rulesVF) ignores(at int64) bool {
	if v.stage >= vfIsConfirmed {
		v.beat, v.gone = max(v.beat, at), false
		return true
	}
	if at < v.quiet {
		return true
	}
	v.waits = false
	return false
}

// hold keeps a pause that the beat at sample to ends while fibrillation is
// suspected. One that has been told ends as always, one as long as asystole
// is no interval between beats.
func (r *RhythmRules) hold(dst []ecg.Episode, to int64) []ecg.Episode {
	s := &r.s
	from := s.beats[0].at
	if !s.paused && s.vf.heldTo == 0 {
		s.vf.heldFrom, s.vf.heldTo = from, to
	}
	if to-from < r.stop+r.late {
		return dst
	}
	dst = r.breakAF(dst, to)
	if s.paused {
		dst = r.report(dst, ecg.Pause, ecg.Ended, from, to)
		s.paused = false
	}
	return r.end(dst)
}
