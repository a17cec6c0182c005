package synth

import (
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg"
)

// beat is a heart beat, or a P wave without one, in continuous time, so that it
// does not depend on the sampling rate.
type beat struct {
	at    float64   // s, of the R peak; of a P wave alone: its peak
	rr    float64   // s, interval that stretches its P and T waves
	class ecg.Class // Unclassified: a P wave alone
	shape shapeID
	part  bool // of a Rhythm that is made of such beats: no run of its own
}

// Timing of premature beats, as shares of the sinus interval.
const (
	atrialCoupling      = 0.68
	ventricularCoupling = 0.58
	runInterval         = 60. / 160 // s
	sinusRestart        = 0.9       // s, first beat after a run

	// shortestCoupling of a premature beat, s: before, the ventricles are
	// refractory (0.2 to 0.3 s).
	shortestCoupling = 0.28
)

// heart makes one beat after the other.
type heart struct {
	node
	seed   uint64
	usual  float64   // s, mean of the node outside of Rhythms
	next   float64   // s, of the next sinus beat
	rr     float64   // sinus interval that leads to it
	events []Event   // still to come, without LeadOff
	random [2]ectopy // PAC, PVC
	run    int       // ventricular beats of a run still to come
	last   beat
	since  float64 // s, from when the present rhythm leads

	segments []segment // still to come; the first is the present one if inside
	inside   bool
	in       conduction
}

// ectopy is premature beats at random times.
type ectopy struct {
	random rand.PCG
	mean   float64 // s, between two; 0: none
	next   float64 // s
}

func (e *ectopy) draw(from float64) { e.next = from + float64(e.mean*exponential(&e.random)) }

func newHeart(c Config) heart {
	h := heart{node: newNode(c), seed: c.Seed, segments: segments(c)}
	h.usual = h.mean
	h.last.at = math.Inf(-1)
	for _, e := range c.Events {
		if e.Kind != LeadOff {
			h.events = append(h.events, e)
		}
	}
	for i, perHour := range [2]float64{c.PACs, c.PVCs} {
		e := &h.random[i]
		e.random, e.next = *rand.NewPCG(c.Seed, 0xec70+uint64(i)), math.Inf(1)
		if perHour > 0 {
			e.mean = 3600 / perHour
			e.draw(0)
		}
	}
	h.rr = h.interval(0)
	h.next = 0.6 * h.rr
	return h
}

// beat returns the next beat or P wave.
func (h *heart) beat() beat {
	b := h.make()
	if b.class != ecg.Unclassified {
		h.last = b
	}
	return b
}

func (h *heart) make() beat {
	for {
		limit := math.Inf(1)
		if len(h.segments) > 0 {
			s := &h.segments[0]
			if h.inside {
				if b := h.conduct(s); b.at < s.to-edge {
					return b
				}
				h.leave(s)
				continue
			}
			limit = s.from - edge
		}
		b := h.sinus(limit)
		if b.at < limit {
			return b
		}
		h.enter(&h.segments[0])
	}
}

// due takes the event or the premature beat at random that time t has come for;
// none that is scheduled at limit or later, and none before the first beat of
// the present rhythm: premature is what comes early after a beat of it.
func (h *heart) due(t, limit float64) (Event, bool) {
	if h.last.at < h.since {
		return Event{}, false
	}
	if len(h.events) > 0 {
		if at := h.events[0].At.Seconds(); t >= at && at < limit {
			e := h.events[0]
			h.events = h.events[1:]
			return e, true
		}
	}
	// At random they come alone.
	for i := range h.random {
		if e := &h.random[i]; t >= e.next && h.last.class == ecg.Normal {
			e.draw(e.next)
			return Event{Kind: EventKind(i)}, true
		}
	}
	return Event{}, false
}

// sinus returns the next beat while the sinus node leads. The caller drops it
// where it is at limit or later: the present rhythm ends there.
func (h *heart) sinus(limit float64) beat {
	if h.run > 0 {
		h.run--
		b := beat{h.last.at + runInterval, runInterval, ecg.Ventricular, wideShape, false}
		if h.run == 0 {
			h.sinusAt(b.at + sinusRestart)
		}
		return b
	}
	if e, ok := h.due(h.next, limit); ok {
		switch e.Kind {
		case PAC:
			rr := max(atrialCoupling*h.rr, shortestCoupling)
			b := beat{h.last.at + rr, rr, ecg.Supraventricular, earlyShape, false}
			h.sinusAt(b.at + h.interval(b.at))
			return b
		case PVC:
			return h.premature()
		case Run:
			h.run = e.Beats - 1
			return beat{h.last.at + max(ventricularCoupling*h.rr, shortestCoupling), runInterval, ecg.Ventricular, wideShape, false}
		case Pause:
			h.next = max(h.next, h.last.at+e.For.Seconds())
		}
	}
	b := beat{h.next, h.rr, ecg.Normal, sinusShape, false}
	h.sinusAt(b.at + h.interval(b.at))
	return b
}

// premature returns a premature ventricular beat. The sinus node goes on
// undisturbed; its next beat finds the ventricles refractory, the one after is
// conducted.
func (h *heart) premature() beat {
	rr := max(ventricularCoupling*h.rr, shortestCoupling)
	b := beat{h.last.at + rr, rr, ecg.Ventricular, wideShape, false}
	h.sinusAt(max(h.next+h.interval(h.next), b.at+shortestCoupling))
	return b
}

// sinusAt sets the time of the next sinus beat.
func (h *heart) sinusAt(t float64) {
	h.rr = h.interval(t)
	h.next = t
}
