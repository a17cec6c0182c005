package synth

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// Rhythm is a stretch of time in another rhythm than the sinus rhythm. Its
// beats are those with At <= R peak < At + For; the sinus node takes over a
// moment after its end. What goes on when it begins (a run, a pause) is cut
// short.
//
//	SBR, STACH  the sinus node at another rate, with its variability
//	AFIB        no P waves, f waves, beats by a model of the AV node
//	AFL         flutter waves, one beat to so many of them
//	SVTA        narrow beats without visible P waves, regular (class S)
//	B, T        every second, every third beat is a premature ventricular one
//	VT, IVR     wide beats without P waves, nearly regular (class V)
//	P           ventricular pacing: a spike before each wide beat (class Q)
//	VFL, VFIB   waves without beats
//	BII, BIII   P waves that conduct with gaps, or not at all (narrow escape)
//	ASYS        nothing
type Rhythm struct {
	Kind ecg.Rhythm // one of those above
	At   time.Duration
	For  time.Duration // at least 3 s

	// Rate in 1/min: of the beats, or of the waves for AFL, VFL and VFIB. 0
	// means a usual one. B, T, BII and ASYS have none: theirs is HeartRate.
	Rate float64

	// Conduction of AFL: 2 to 6 flutter waves to a beat; 0: 2 to 4, changing.
	// Of BII: each 2nd to 6th P wave is not conducted, with a PR interval that
	// stays (Mobitz II); 0: each 4th, after PR has grown (Wenckebach).
	Conduction int
}

// rates are those of a rhythm in 1/min; usual 0: it has none of its own.
type rates struct{ usual, min, max float64 }

// rhythmRates has the rhythms that a patient can be in. The usual ones are in
// the middle of the textbook ranges; the limit of AFIB keeps the refractory
// time of its AV node above 0.2 s.
var rhythmRates = map[ecg.Rhythm]rates{
	ecg.SinusBradycardia:        {45, 20, 60},
	ecg.SinusTachycardia:        {120, 100, 200},
	ecg.AtrialFibrillation:      {100, 40, 130},
	ecg.AtrialFlutter:           {300, 200, 400},
	ecg.SupraventricularTachy:   {180, 120, 250},
	ecg.VentricularBigeminy:     {},
	ecg.VentricularTrigeminy:    {},
	ecg.VentricularTachycardia:  {180, 100, 250},
	ecg.IdioventricularRhythm:   {40, 20, 110},
	ecg.PacedRhythm:             {70, 40, 130},
	ecg.VentricularFlutter:      {280, 180, 350},
	ecg.VentricularFibrillation: {300, 180, 480},
	ecg.SecondDegreeBlock:       {},
	ecg.ThirdDegreeBlock:        {38, 20, 60},
	ecg.Asystole:                {},
}

// check fills in the usual rate and returns what is wrong, or "".
func (r *Rhythm) check() string {
	limits, known := rhythmRates[r.Kind]
	if r.Rate == 0 {
		r.Rate = limits.usual
	}
	most := 0
	if r.Kind == ecg.AtrialFlutter || r.Kind == ecg.SecondDegreeBlock {
		most = 6
	}
	switch {
	case !known:
		return "a rhythm that can be made"
	case r.For < 3*time.Second || r.For > math.MaxInt64-r.At:
		return "a rhythm of 3 s or more, and an end that a Duration can hold"
	case !(r.Rate >= limits.min && r.Rate <= limits.max):
		return "a rate that the rhythm can have"
	case r.Conduction != 0 && !(r.Conduction >= 2 && r.Conduction <= most):
		return "a conduction that the rhythm can have"
	}
	return ""
}

// admits reports whether an event can be scheduled within the rhythm.
func admits(r ecg.Rhythm, e EventKind) bool {
	switch r {
	case ecg.SinusBradycardia, ecg.SinusTachycardia:
		return true
	case ecg.AtrialFibrillation:
		return e == PVC || e == LeadOff
	}
	return e == LeadOff
}

// beatless reports whether the rhythm has no beats.
func beatless(r ecg.Rhythm) bool {
	return r == ecg.VentricularFlutter || r == ecg.VentricularFibrillation || r == ecg.Asystole
}

// segment is a Rhythm on the continuous clock.
type segment struct {
	Rhythm
	from, to float64 // s
	cycle    float64 // s, 60/Rate
	index    int
	node     avNode // AFIB
}

func segments(c Config) []segment {
	s := make([]segment, len(c.Rhythms))
	for i, r := range c.Rhythms {
		s[i] = segment{Rhythm: r, from: r.At.Seconds(), to: (r.At + r.For).Seconds(), index: i}
		if r.Rate > 0 {
			s[i].cycle = 60 / r.Rate
		}
		if r.Kind == ecg.AtrialFibrillation {
			s[i].node = newAVNode(s[i].cycle)
		}
	}
	return s
}

// What a source of random numbers is for.
const (
	forBeats = iota
	forWaves
)

// source returns the segment's own random numbers, so that what comes before
// does not change it.
func (s *segment) source(seed uint64, purpose int) rand.PCG {
	return *rand.NewPCG(seed, 0x5e60+uint64(2*s.index+purpose)<<16)
}
