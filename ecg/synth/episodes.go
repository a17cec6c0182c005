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
// the last of them, and pauses (2 s and more) from one beat to the next. The
// rest is sinus rhythm.
func (p *Patient) Episodes(dst []ecg.Episode) []ecg.Episode {
	return p.episodes.until(dst, p)
}

// pauseLimit is the shortest interval that is a pause, s.
const pauseLimit = 2.0

// episodeStream makes episodes of the beats of its own copy of the heart.
type episodeStream struct {
	heart    heart
	b        beat // the next one, if has
	has      bool
	segments []segment // not told yet

	last     beat // NaN: none, or what came after it is no pause
	runStart float64
	run      int
}

func newEpisodeStream(h heart) episodeStream {
	return episodeStream{heart: h, segments: h.segments, last: beat{at: math.NaN()}}
}

func (e *episodeStream) until(dst []ecg.Episode, p *Patient) []ecg.Episode {
	for {
		if !e.has {
			e.b, e.has = e.heart.beat(), true
		}
		at := p.beatOf(e.b).At
		for len(e.segments) > 0 {
			s := &e.segments[0]
			start, end := p.clock.Sample(s.At), p.clock.Sample(s.At+s.For)
			end = min(end, p.frames)
			if end > p.n || end > at || start >= p.frames {
				break
			}
			dst = append(dst, ecg.Episode{Rhythm: s.Kind, State: ecg.Ended, Start: start, End: end, Known: end - 1, Confidence: 1})
			if beatless(s.Kind) {
				e.last.at = math.NaN()
			}
			e.segments = e.segments[1:]
		}
		if at >= p.n {
			return dst
		}
		e.has = false
		if e.b.class == ecg.Unclassified {
			continue
		}
		add := func(r ecg.Rhythm, from, to float64) {
			start, end := p.beatOf(beat{at: from}).At, p.beatOf(beat{at: to}).At
			dst = append(dst, ecg.Episode{Rhythm: r, State: ecg.Ended, Start: start, End: end, Known: at, Confidence: 1})
		}
		if e.b.class == ecg.Ventricular && !e.b.part {
			if e.run == 0 {
				e.runStart = e.b.at
			}
			e.run++
		} else {
			switch {
			case e.run == 2:
				add(ecg.VentricularCouplet, e.runStart, e.last.at)
			case e.run > 2:
				add(ecg.VentricularRun, e.runStart, e.last.at)
			}
			e.run = 0
		}
		if e.b.at-e.last.at >= pauseLimit {
			add(ecg.Pause, e.last.at, e.b.at)
		}
		e.last = e.b
	}
}
