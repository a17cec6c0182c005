package synth

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Episodes appends the rhythm episodes that have ended in what has been read
// since the last call, at the end of the signal those that go on, in the order
// in which they end. Each Config.Rhythms is one, from At to At + For (no sample
// more or less; one that the end of the signal cuts ends there). So are the
// ventricular couplets and runs that premature beats make, from the first to
// the last of them, and pauses (2 s and more) from one beat to the next or to
// the end of the signal. The rest is sinus rhythm. Leads that are off hide
// nothing here.
func (p *Patient) Episodes(dst []ecg.Episode) []ecg.Episode {
	return p.episodes.until(dst, p)
}

// pauseLimit is the shortest interval that is a pause, s.
const pauseLimit = 2.0

// episodeStream makes episodes of the beats of its own copy of the heart.
type episodeStream struct {
	heart heart
	b     beat // the next one, if has
	has   bool
	ended bool // with the signal

	segments []segment // not over yet
	inside   bool      // the first of them

	last     beat // at NaN: none, or what came after it is no pause
	run      int  // ventricular beats in a row up to last
	runStart float64
}

func newEpisodeStream(h heart) episodeStream {
	return episodeStream{heart: h, segments: h.segments, last: beat{at: math.NaN()}}
}

func (e *episodeStream) until(dst []ecg.Episode, p *Patient) []ecg.Episode {
	for !e.ended {
		if !e.has {
			e.b, e.has = e.heart.beat(), true
		}
		at := p.beatOf(e.b).At
		dst = e.edges(dst, p, at)
		if at >= p.n {
			if p.n >= p.frames {
				dst = e.end(dst, p)
			}
			return dst
		}
		e.has = false
		if e.b.class == ecg.Unclassified {
			continue
		}
		if e.b.class == ecg.Ventricular && !e.b.part {
			if e.run == 0 {
				e.runStart = e.b.at
			}
			e.run++
		} else {
			dst = e.closeRun(dst, p, at)
		}
		if e.b.at-e.last.at >= pauseLimit {
			dst = append(dst, ended(ecg.Pause, p.beatOf(e.last).At, at, at))
		}
		e.last = e.b
	}
	return dst
}

// edges tells the rhythms that have ended before the next beat, and the runs
// that can't go on across their edges.
func (e *episodeStream) edges(dst []ecg.Episode, p *Patient, next int64) []ecg.Episode {
	for len(e.segments) > 0 {
		s := &e.segments[0]
		start, end := p.clock.Sample(s.At), min(p.clock.Sample(s.At+s.For), p.frames)
		if !e.inside {
			if start > next || start >= p.n {
				break
			}
			e.inside = true
			dst = e.closeRun(dst, p, start)
		}
		if end > next || end > p.n {
			break
		}
		dst = e.closeRun(dst, p, end-1)
		dst = append(dst, ended(s.Kind, start, end, end-1))
		if beatless(s.Kind) {
			e.last.at = math.NaN()
		}
		e.segments, e.inside = e.segments[1:], false
	}
	return dst
}

// closeRun tells the run that is known with a frame to be over.
func (e *episodeStream) closeRun(dst []ecg.Episode, p *Patient, known int64) []ecg.Episode {
	kind := ecg.VentricularRun
	if e.run == 2 {
		kind = ecg.VentricularCouplet
	}
	if e.run >= 2 {
		dst = append(dst, ended(kind, p.beatOf(beat{at: e.runStart}).At, p.beatOf(e.last).At, known))
	}
	e.run = 0
	return dst
}

// end tells what goes on at the end of the signal.
func (e *episodeStream) end(dst []ecg.Episode, p *Patient) []ecg.Episode {
	e.ended = true
	dst = e.closeRun(dst, p, p.frames-1)
	if p.seconds(p.frames)-e.last.at >= pauseLimit {
		dst = append(dst, ended(ecg.Pause, p.beatOf(e.last).At, p.frames, p.frames-1))
	}
	return dst
}

func ended(r ecg.Rhythm, start, end, known int64) ecg.Episode {
	return ecg.Episode{Rhythm: r, State: ecg.Ended, Start: start, End: end, Known: known, Confidence: 1}
}
