package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// Asystole in the waveform: in 4 s nothing is as steep as a quarter of what the lead
// has shown before. QRS complexes and fibrillation are steep; a wandering line, most
// P waves and what an amplifier does after a shock are not. A detector of beats adapts until
// it finds some in the noise; this one remembers.
//
// Of the levels, chosen on vfdb, DS1 of mitdb and svdb, models/vf.md tells what others give.
const (
	vfStillShare = 0.25 // of the usual steepest slope

	// Where the slopes stand out of the others by such a kurtosis, as those of small
	// beats do (noise has 3, P waves in little noise up to 30), it must be less.
	vfPeaky      = 8
	vfPeakyShare = 0.125

	// vfFallen is the share of its usual rms below which the network is not asked: a
	// quarter would hide half of the fibrillation of 0.07 mV behind beats of 1 mV.
	vfFallen = 0.125

	// vfStillWindows in a row confirm asystole: with the first alone, amplifiers that
	// recover from a lead that was off are taken for it.
	vfStillWindows = 2

	// vfLevelStep is how far what is usual moves per second, 2 %: it takes a minute
	// to follow by a factor of three, and hardly moves in a burst of artefact.
	vfLevelStep = 0.02

	// vfForget is the same where it is far below: what stays so small for minutes is
	// all that there is.
	vfForget = 0.003

	vfAcquainted = 10 // windows that tell what is usual
)

// vfUsual is the running median of what the windows of a lead show.
type vfUsual struct {
	value float64
	seen  int64 // windows
}

// take reports whether v is below a share of the usual, and goes on learning.
func (u *vfUsual) take(v, share float64) (below bool) {
	if u.seen++; u.seen == 1 {
		u.value = v
	}
	below = v < share*u.value
	up := max(vfLevelStep, 1/float64(u.seen))
	down := up
	if below && u.seen > vfAcquainted {
		down = vfForget
	}
	u.value = min(max(v, u.value*(1-down)), u.value*(1+up))
	return below
}

// still reports whether the window is.
func (l *vfLead) still(s *vfSums) bool {
	share := vfStillShare
	if vfWindow*s.d4 > vfPeaky*float64(s.d2*s.d2) {
		share = vfPeakyShare
	}
	return l.slope.take(s.dMax, share) && l.slope.seen > vfAcquainted
}

// vfStill is the asystole at hand.
type vfStill struct {
	is    bool
	n     int64 // windows that were still in a row
	start int64 // of the first of them, or the end of the last asystole
	seen  int64 // input sample with which a window could last be judged
}

// fell takes a window that is still and ends before sample now. The second one
// confirms asystole, which ends fibrillation.
func (s *vfState) fell(dst []ecg.Episode, now int64, rate float64) []ecg.Episode {
	t := &s.still
	t.seen = now
	if t.n++; t.n == 1 {
		t.start = max(t.start, now-int64(vfHops*rate))
	}
	if t.is || t.n < vfStillWindows {
		return dst
	}
	t.is = true
	if r := &s.rhythm; r.state != vfNone {
		dst = r.end(dst, min(t.start, r.over(now, rate)), now)
		t.start = max(t.start, r.start)
	}
	return t.report(dst, ecg.Confirmed, 0, now)
}

// rose takes a window that is not still. What ended asystole is in the newest hop, where the
// slope of the lead that moved most reaches half of its largest.
func (s *vfState) rose(dst []ecg.Episode, now int64, rate float64) []ecg.Episode {
	if !s.still.is {
		s.still.n = 0
		return dst
	}
	most, first := 0.0, 0
	for i := range s.leads {
		l := &s.leads[i]
		hop := &l.wave.hops[vfHops-1]
		if moved := hop.dMax / (l.slope.value + vfTiny); moved > most {
			most, first = moved, 0
			x := l.wave.x[len(l.wave.x)-vfSide-2:]
			for first < vfSide-1 && math.Abs(x[first+2]-x[first]) < hop.dMax/2 {
				first++
			}
		}
	}
	// The slope lies between two samples, and the half-band filter looks back.
	at := float64(first+1)/vfSide - 1 - vfBack/2/float64(vfGridRate)
	dst = s.still.end(dst, now+int64(math.Round(float64(at*rate))), now)
	s.rhythm.start = max(s.rhythm.start, s.still.start)
	return dst
}

// end ends asystole, if there is any, before sample at.
func (t *vfStill) end(dst []ecg.Episode, at, now int64) []ecg.Episode {
	t.n = 0
	if !t.is {
		return dst
	}
	at = max(at, t.start+1)
	dst = t.report(dst, ecg.Ended, at, now)
	t.is, t.start = false, at
	return dst
}

func (t *vfStill) report(dst []ecg.Episode, s ecg.EpisodeState, end, now int64) []ecg.Episode {
	return append(dst, ecg.Episode{Rhythm: ecg.Asystole, State: s, Start: t.start, End: end, Known: now - 1, Confidence: 1})
}

func (t *vfStill) encode(e *checkpoint.Encoder) {
	e.Bool(t.is)
	e.Int(t.n)
	e.Int(t.start)
	e.Int(t.seen)
}

func (t *vfStill) decode(d *checkpoint.Decoder) {
	t.is, t.n, t.start, t.seen = d.Bool(), d.Int(), d.Int(), d.Int()
}
