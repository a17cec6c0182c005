package synth

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Truth appends the beats whose R peak has been read since the last call, in
// order: At and Frac are the maximum of the largest deflection in the first
// lead without noise, Class what it is, Known the same as At. Beats that fall
// into a time with the leads off are left out: they can't be seen.
func (p *Patient) Truth(dst []ecg.Beat) []ecg.Beat {
	for {
		if !p.truthHas {
			p.truthAt, p.truthHas = p.truth.beat(), true
		}
		b := p.beatOf(p.truthAt)
		if b.At >= p.n {
			return dst
		}
		p.truthHas = false
		if b.At >= 0 && !p.covered(b.At) {
			dst = append(dst, b)
		}
	}
}

// beatOf puts a beat on the sample clock.
func (p *Patient) beatOf(b beat) ecg.Beat {
	x := b.at * p.num / p.den
	at := math.Floor(x + 0.5)
	return ecg.Beat{At: int64(at), Frac: x - at, Known: int64(at), Class: b.class, Confidence: 1}
}

// covered reports whether the leads are off at a frame.
func (p *Patient) covered(n int64) bool {
	for _, s := range p.off {
		if n >= s.from && n < s.to {
			return true
		}
	}
	return false
}

// Episodes appends the rhythm episodes that have ended in what has been read
// since the last call: ventricular runs from their first to their last beat,
// pauses (2 s and more) from one beat to the next.
func (p *Patient) Episodes(dst []ecg.Episode) []ecg.Episode {
	return p.episodes.until(dst, p.n)
}

// pauseLimit is the shortest interval that is a pause, s.
const pauseLimit = 2.0

// episodeStream makes episodes of the beats of its own copy of the rhythm.
type episodeStream struct {
	p        *Patient
	rhythm   rhythm
	has      bool
	b        beat
	last     beat
	runStart float64
	run      int
}

func newEpisodeStream(p *Patient, r rhythm) episodeStream {
	return episodeStream{p: p, rhythm: r, last: beat{at: math.Inf(1)}}
}

func (e *episodeStream) until(dst []ecg.Episode, n int64) []ecg.Episode {
	for {
		if !e.has {
			e.b, e.has = e.rhythm.beat(), true
		}
		at := e.p.beatOf(e.b).At
		if at >= n {
			return dst
		}
		e.has = false
		add := func(r ecg.Rhythm, from, to float64) {
			start, end := e.p.beatOf(beat{at: from}).At, e.p.beatOf(beat{at: to}).At
			dst = append(dst, ecg.Episode{Rhythm: r, State: ecg.Ended, Start: start, End: end, Known: at, Confidence: 1})
		}
		if e.b.class == ecg.Ventricular {
			if e.run == 0 {
				e.runStart = e.b.at
			}
			e.run++
		} else {
			if e.run >= 3 {
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
