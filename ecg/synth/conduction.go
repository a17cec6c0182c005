package synth

import (
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg"
)

// conduction is the state of the present Rhythm.
type conduction struct {
	random rand.PCG
	wave   int     // number of the next atrial wave (AFL, BII)
	atrial float64 // s, time of the next P wave (BII, BIII)
	escape float64 // s, time of the next beat (BIII)
	held   beat    // the beat that follows a P wave (BII)
	holds  bool
	normal int // sinus beats since the last premature one (B, T)
}

const (
	// edge keeps the last beat before the start and the end of a rhythm there
	// also when both are rounded to samples, s: one sample at the lowest rate.
	edge = 0.02

	// beginMargin is from the start of a rhythm to its first beat, at least, s:
	// a pacemaker's spike lies within.
	beginMargin = 0.06

	// refractory time of the ventricles after the beat before a rhythm, s.
	refractory = 0.3

	// takeOver is from the end of a rhythm to the first sinus beat, at least,
	// s, so that its P wave lies behind the end.
	takeOver = 0.4

	// Jitter of nearly regular rhythms, as a share of the interval (standard
	// deviation).
	ventricularJitter      = 0.02
	supraventricularJitter = 0.005

	// flutterDelay is from a flutter wave to the R peak that it leads to, s.
	flutterDelay = 0.12

	// prematureInFibrillation is from a beat to a premature ventricular one in
	// atrial fibrillation, s.
	prematureInFibrillation = 0.42

	// longest interval that P and T waves stretch with, s.
	longestStretch = 1.2
)

// pr are the P-R intervals before a wave that is not conducted, s (Wenckebach:
// the first step is the longest); Mobitz II has the first throughout.
var pr = [3]float64{0.16, 0.24, 0.28}

// prShare is what of the interval to the next P wave a P-R interval takes at
// most.
const prShare = 0.7

// enter begins a rhythm.
func (h *heart) enter(s *segment) {
	h.inside, h.run, h.since = true, 0, s.from
	for len(h.events) > 0 && h.events[0].At < s.At {
		h.events = h.events[1:] // no beat came that it could follow
	}
	h.in = conduction{random: s.source(h.seed, forBeats)}
	if s.Kind == ecg.SinusBradycardia || s.Kind == ecg.SinusTachycardia {
		h.mean = s.cycle
	}
	first := max(s.from+beginMargin, h.last.at+h.interval(s.from))
	h.sinusAt(first)
	h.in.atrial = first
	h.in.escape = max(s.from+beginMargin, h.last.at+s.cycle)
}

// leave ends it.
func (h *heart) leave(s *segment) {
	h.inside, h.run, h.since, h.mean = false, 0, s.to, h.usual
	for i := range h.random {
		// Those of a rhythm that has none do not gather.
		if e := &h.random[i]; e.next < s.to {
			e.draw(s.to)
		}
	}
	wait := takeOver
	if beatless(s.Kind) {
		wait = sinusRestart
	}
	h.sinusAt(max(s.to+wait, h.last.at+h.interval(s.to)))
	h.segments = h.segments[1:]
}

// conduct returns the next beat or P wave of a rhythm; the caller drops it where
// it is beyond the end.
func (h *heart) conduct(s *segment) beat {
	c := &h.in
	switch s.Kind {
	case ecg.SinusBradycardia, ecg.SinusTachycardia:
		return h.sinus(s.to)
	case ecg.VentricularBigeminy:
		return h.patterned(1)
	case ecg.VentricularTrigeminy:
		return h.patterned(2)
	case ecg.AtrialFibrillation:
		return h.fibrillating(s)
	case ecg.AtrialFlutter:
		return h.fluttering(s)
	case ecg.SupraventricularTachy:
		return h.regular(s, supraventricularJitter, ecg.Supraventricular, narrowShape)
	case ecg.VentricularTachycardia, ecg.IdioventricularRhythm:
		return h.regular(s, ventricularJitter, ecg.Ventricular, wideShape)
	case ecg.PacedRhythm:
		return h.regular(s, 0, ecg.Unknown, pacedShape)
	case ecg.SecondDegreeBlock:
		return h.blocked(s)
	case ecg.ThirdDegreeBlock:
		if c.atrial < c.escape {
			b := beat{at: c.atrial, rr: 1, shape: loneP}
			c.atrial += h.interval(c.atrial)
			return b
		}
		b := beat{c.escape, min(s.cycle, longestStretch), ecg.Normal, narrowShape, true}
		c.escape += h.jittered(s.cycle, supraventricularJitter)
		return b
	}
	return beat{at: s.to} // beatless
}

// patterned returns the next beat of a rhythm with a premature ventricular one
// after so many of the sinus node.
func (h *heart) patterned(normal int) beat {
	if h.in.normal == normal {
		h.in.normal = 0
		return h.premature()
	}
	h.in.normal++
	b := beat{h.next, h.rr, ecg.Normal, sinusShape, false}
	h.sinusAt(b.at + h.interval(b.at))
	return b
}

// regular returns the next beat of a rhythm with one focus.
func (h *heart) regular(s *segment, jitter float64, class ecg.Class, shape shapeID) beat {
	at := h.last.at + h.jittered(s.cycle, jitter)
	if h.last.at < s.from {
		at = h.in.escape
	}
	return beat{at, min(s.cycle, longestStretch), class, shape, true}
}

// jittered draws an interval.
func (h *heart) jittered(cycle, jitter float64) float64 {
	return cycle + float64(cycle*jitter*gaussian(&h.in.random))
}

// fibrillating returns the next beat of atrial fibrillation.
func (h *heart) fibrillating(s *segment) beat {
	wait := s.node.interval(&h.in.random)
	at := max(s.from+beginMargin, h.last.at+wait)
	if e, ok := h.due(at, s.to); ok && e.Kind == PVC {
		return beat{h.last.at + prematureInFibrillation, prematureInFibrillation, ecg.Ventricular, wideShape, false}
	}
	return beat{at, min(wait, longestStretch), ecg.Normal, narrowShape, false}
}

// fluttering returns the next beat of atrial flutter, a whole number of flutter
// waves after the last.
func (h *heart) fluttering(s *segment) beat {
	c := &h.in
	for {
		ratio := s.Conduction
		if ratio == 0 { // 2:1 and 4:1 prevail
			ratio = [8]int{2, 2, 2, 3, 4, 4, 4, 4}[c.random.Uint64()>>61]
		}
		c.wave += ratio
		at := s.from + float64(float64(c.wave)*s.cycle) + flutterDelay
		if h.last.at >= s.from || at >= h.last.at+refractory {
			return beat{at, min(float64(ratio)*s.cycle, longestStretch), ecg.Normal, narrowShape, false}
		}
	}
}

// blocked returns the next P wave of a second-degree block, or the beat that
// follows it.
func (h *heart) blocked(s *segment) beat {
	c := &h.in
	if c.holds {
		c.holds = false
		return c.held
	}
	every, step := s.Conduction, 0
	if every == 0 {
		every, step = len(pr)+1, 1
	}
	p := beat{at: c.atrial, rr: 1, shape: loneP}
	rr := h.interval(c.atrial)
	c.atrial += rr
	if c.wave < every-1 {
		c.held = beat{p.at + min(pr[step*c.wave], prShare*rr), rr, ecg.Normal, narrowShape, false}
		c.holds = true
		if c.held.at >= s.to-edge {
			return c.held // no P wave of a beat that does not come
		}
	}
	c.wave = (c.wave + 1) % every
	return p
}
