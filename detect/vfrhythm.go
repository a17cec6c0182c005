package detect

import (
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// From the log odds of each second to episodes: a sequential test (E. S. Page,
// Continuous inspection schemes, Biometrika 41:100-115, 1954). The odds are
// added up, never below 0 nor above vfMost; an episode is suspected, confirmed
// and over as the sum crosses three levels.
//
// The levels were chosen by cross-validation (detect/models/vf.md).
const (
	vfOddsLimit = 5 // one window alone is never surer
	vfSuspected = 6
	vfConfirmed = 13
	vfMost      = 17
	vfOver      = 2

	// vfTurn is how long after the rhythm changes a window changes its sign, s:
	// half a window.
	vfTurn = vfHops / 2

	vfMaxLag = 9 // s: an onset or an end is not dated back further

	// vfUnseen: after so many seconds without any lead that can be judged an
	// episode is over.
	vfUnseen = 6

	// vfSine: flutter if so little of the signal is left when half a period
	// later is added, on average.
	vfSine = 0.2
)

// vfRhythm is the sum and the episode at hand.
type vfRhythm struct {
	sum    float64
	state  vfEpisode
	rhythm ecg.Rhythm
	start  int64

	rose int64   // input sample with which the sum left 0
	last int64   // that with which the odds were last for it
	seen int64   // that with which a window could last be judged
	leak float64 // sum of leakages since it left 0, and their number
	n    int64
}

type vfEpisode int

const (
	vfNone vfEpisode = iota
	vfIsSuspected
	vfIsConfirmed
	vfIsStill // asystole; of RhythmRules alone
)

// decide takes the odds of a second that ends with input sample now, exclusive;
// leak is that of its window.
func (r *vfRhythm) decide(dst []ecg.Episode, odds, leak float64, now int64, rate float64) []ecg.Episode {
	if r.sum == 0 {
		r.rose, r.leak, r.n = now, 0, 0
	}
	r.sum = min(vfMost, max(0, r.sum+odds))
	r.seen = now
	if odds > 0 {
		r.last = now
		r.leak += leak
		r.n++
	}
	if r.state == vfNone && r.sum >= vfSuspected {
		r.state, r.start, r.rhythm = vfIsSuspected, max(vfTurned(r.rose, now, rate), r.start), ecg.VentricularFibrillation
		if r.leak < float64(vfSine*float64(r.n)) {
			r.rhythm = ecg.VentricularFlutter
		}
		dst = r.report(dst, ecg.Suspected, 0, now)
	}
	if r.state == vfIsSuspected && r.sum >= vfConfirmed {
		r.state = vfIsConfirmed
		dst = r.report(dst, ecg.Confirmed, 0, now)
	}
	if r.state != vfNone && (r.sum <= vfOver || float64(now-r.last) >= float64((vfMaxLag-vfTurn)*rate)) {
		dst = r.end(dst, r.over(now, rate), now)
	}
	return dst
}

// vfTurned is where the rhythm changed if the odds did at a sample.
func vfTurned(at, now int64, rate float64) int64 {
	return max(0, at-int64(vfTurn*rate), now-int64(vfMaxLag*rate))
}

// over is where the episode at hand ended, if it has.
func (r *vfRhythm) over(now int64, rate float64) int64 {
	return vfTurned(r.last+int64(rate), now, rate)
}

// asks reports whether leakage matters: the rhythm of an episode keeps its name.
func (r *vfRhythm) asks() bool { return r.state == vfNone }

// lost takes a second in which no lead could be judged.
func (r *vfRhythm) lost(dst []ecg.Episode, now int64, rate float64) []ecg.Episode {
	if float64(now-r.seen) < float64(vfUnseen*rate) {
		return dst
	}
	if r.state != vfNone {
		dst = r.end(dst, r.seen, now)
	}
	r.sum = 0
	return dst
}

// end closes the episode at hand.
func (r *vfRhythm) end(dst []ecg.Episode, at, now int64) []ecg.Episode {
	at = max(at, r.start+1)
	dst = r.report(dst, ecg.Ended, at, now)
	r.state, r.sum, r.start = vfNone, 0, at // no later episode begins before
	return dst
}

func (r *vfRhythm) report(dst []ecg.Episode, s ecg.EpisodeState, end, now int64) []ecg.Episode {
	return append(dst, ecg.Episode{Rhythm: r.rhythm, State: s, Start: r.start, End: end, Known: now - 1, Confidence: float64(sigmoid(float32(r.sum / 2)))})
}

func (r *vfRhythm) encode(e *checkpoint.Encoder) {
	e.Float(r.sum)
	e.Float(r.leak)
	for _, v := range []int64{int64(r.state), int64(r.rhythm), r.start, r.rose, r.last, r.seen, r.n} {
		e.Int(v)
	}
}

func (r *vfRhythm) decode(d *checkpoint.Decoder) {
	r.sum, r.leak = d.Float(), d.Float()
	r.state = vfEpisode(d.IntIn(int(vfNone), int(vfIsConfirmed)))
	r.rhythm = ecg.Rhythm(d.IntIn(0, int(ecg.VentricularFibrillation)))
	for _, v := range []*int64{&r.start, &r.rose, &r.last, &r.seen, &r.n} {
		*v = d.Int()
	}
}
