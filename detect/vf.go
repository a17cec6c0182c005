package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// VFConfig configures a VFDetector.
type VFConfig struct {
	Rate  float64 // Hz, 100 to 1000
	Leads int     // per frame, 1 to 16; 0 means 1

	// Model is another model than the embedded one, for example one that was
	// trained on part of the data. nil: the embedded one.
	Model *VFModel

	// Observe, if not nil, sees every window of every lead: for training, and for
	// looking at errors. The decisions are the same.
	Observe func(*VFWindow)
}

// VFWindow is four seconds of one lead, as an observer sees it.
type VFWindow struct {
	Lead   int
	End    int64     // the input sample after its last one
	RMS    float64   // mV, 1 to 30 Hz
	Flat   float64   // share of the time at one value (a rail, a lost packet, no lead)
	Low    bool      // the signal is gone: no fibrillation
	Still  bool      // far less steep than the lead usually is: asystole, if Odds are against fibrillation
	Lost   bool      // it can't be told
	Odds   float64   // log odds of a shockable rhythm, -5 to 5; 0 if Lost
	Inputs []float32 // that the model asked for
}

// VFDetector finds ventricular fibrillation, ventricular flutter and the fast
// ventricular tachycardia that looks like it, and Asystole, in the waveform itself,
// without beats. It is a Stage over frames of one or more leads in mV.
//
// Each second, each lead on its own is asked whether its last 4 s are shockable:
//
//   - a rail, a lost packet, a lead that is off: it can't be told;
//   - hardly more than the steps of the converter, or an eighth of what the lead
//     has shown in the last minutes: a dead lead or asystole, no;
//   - the slope stands still but for a spike in nearly every second: beats, no;
//   - else a small neural network says how probable it is from 17 ratios of
//     amplitudes, slopes and times, which know neither gain nor polarity; where
//     it is not sure two others from 31.
//
// The mean log odds of the leads that can be judged go into a sequential test.
// An episode is Suspected with the evidence of two sure seconds, Confirmed, the
// alarm, with that of nearly three, in fibrillation 4 to 8 s after its onset, and Ended
// when the evidence is gone, at the latest 9 s after its end. What only was
// suspected is Ended too. Start and End are right to about a second. Rhythm is
// VentricularFlutter where the wave is nearly a sine, else VentricularFibrillation;
// experts do not draw that line in the same place. Confidence is that of the sum.
//
// Asystole: for 5 s nothing in any lead that can be judged was as steep as a quarter
// of what the lead has shown in the last minutes (an eighth where it stands out like a beat),
// and the network sees no fibrillation in it. It is Confirmed 5 to 6 s after its onset, ends
// fibrillation there, and is Ended a second after what ends it, at End, or once no lead can
// be judged for 6 s. A lead that fell off but not to a rail can look the same; another lead with
// beats says no. A line without any noise is one that can't be judged: then it takes
// RhythmRules, for which there was no beat.
//
// How the model was taught, and how good it is, stands in models/vf.md.
type VFDetector struct {
	rate    float64
	model   *VFModel
	observe func(*VFWindow)
	s       vfState
	x       [vfInputs]float32 // scratch
	seen    VFWindow
}

type vfState struct {
	clock  vfClock
	leads  []vfLead
	ended  bool
	rhythm vfRhythm
	still  vfStill
}

type vfLead struct {
	grid  vfGrid
	wave  vfWave
	rms   vfUsual // of a window, mV
	slope vfUsual // the steepest of a window, mV in 31 ms
}

const (
	vfMaxLeads = 16

	vfFlatShare = 0.2   // of a window: more is a rail or a lost signal
	vfFloor     = 0.005 // mV rms: noise of the electronics

	// A lead whose rms is so few steps of the converter is dead, if it is small in mV too.
	vfUnits = 8
	vfDead  = 0.1
)

// NewVFDetector returns a detector.
func NewVFDetector(c VFConfig) (*VFDetector, error) {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "detect.VFDetector", Field: field, Want: want}
	}
	if !(c.Rate >= 100 && c.Rate <= 1000) {
		return nil, bad("Rate", "100 to 1000 Hz")
	}
	if c.Leads < 0 || c.Leads > vfMaxLeads {
		return nil, bad("Leads", "1 to 16")
	}
	v := &VFDetector{rate: c.Rate, model: c.Model, observe: c.Observe}
	if v.model == nil {
		v.model = embeddedVF()
	}
	v.s.leads = make([]vfLead, max(1, c.Leads))
	for i := range v.s.leads {
		g, err := newVFGrid()
		if err != nil {
			return nil, err
		}
		v.s.leads[i].grid = g
	}
	v.Reset()
	return v, nil
}

// Reset implements ecg.Stage.
func (v *VFDetector) Reset() {
	for i := range v.s.leads {
		l := &v.s.leads[i]
		l.grid.reset()
		*l = vfLead{grid: l.grid}
	}
	v.s = vfState{leads: v.s.leads, clock: vfClock{meanClock: meanClock{ratio: v.rate / vfGridRate}}}
}

// Delay implements ecg.Stage: the longest time from an onset to Suspected and from
// an end to Ended. An onset that is doubtful for longer is not dated back further.
func (v *VFDetector) Delay() time.Duration { return vfMaxLag * time.Second }

// Append implements ecg.Stage.
func (v *VFDetector) Append(dst []ecg.Episode, in []float64) []ecg.Episode {
	s := &v.s
	leads := len(s.leads)
	for frames := len(in) / leads; frames > 0; {
		end := s.clock.hopEnd()
		n := int(min(int64(frames), end-s.clock.n))
		var after meanClock
		for l := range s.leads {
			after = s.leads[l].grid.take(s.clock.meanClock, in[l:n*leads], leads)
		}
		s.clock.meanClock = after
		in, frames = in[n*leads:], frames-n
		if s.clock.n == end {
			s.clock.hops++
			dst = v.second(dst)
		}
	}
	return dst
}

// second takes the hop that is complete in all leads, and decides.
func (v *VFDetector) second(dst []ecg.Episode) []ecg.Episode {
	s := &v.s
	odds, leak, usable, low, still, moving := 0.0, 0.0, 0, 0, 0, 0
	for i := range s.leads {
		w := v.look(i)
		switch {
		case w.Still && w.Odds <= 0:
			still++
		case !w.Lost && !w.Low:
			moving++
		}
		switch {
		case w.Low:
			low++
		case !w.Lost:
			odds += w.Odds
			leak += float64(v.x[vfLeakage])
			usable++
		}
		if v.observe != nil {
			v.observe(w)
		}
	}
	now := s.clock.n
	switch {
	case moving > 0:
		dst = s.rose(dst, now, v.rate)
	case still > 0:
		dst = s.fell(dst, now, v.rate)
	case !s.still.is || float64(now-s.still.seen) >= float64(vfUnseen*v.rate):
		dst = s.still.end(dst, s.still.seen, now)
	}
	switch {
	case usable > 0:
		n := float64(usable)
		return s.rhythm.decide(dst, odds/n, leak/n, now, v.rate)
	case low > 0:
		return s.rhythm.decide(dst, -vfOddsLimit, 1, now, v.rate)
	}
	return s.rhythm.lost(dst, now, v.rate)
}

// look takes a hop of one lead and judges the window that it completes.
func (v *VFDetector) look(i int) *VFWindow {
	l := &v.s.leads[i]
	var x [vfSide]float64
	flat, unit := l.grid.second(&x)
	l.wave.push(&x, flat, unit)
	w := &v.seen
	*w = VFWindow{Lead: i, End: v.s.clock.n, Inputs: w.Inputs[:0]}
	if l.wave.count < vfHops {
		w.Lost = true
		return w
	}
	sums := l.wave.sums()
	w.RMS = math.Sqrt(sums.x2 / vfWindow)
	w.Flat = sums.flat
	if w.Flat > vfFlatShare {
		w.Lost = true
		return w
	}
	w.Still = sums.dMax > 0 && l.still(&sums)
	switch {
	case w.RMS < vfFloor || sums.dMax == 0 || w.RMS < vfDead && w.RMS < vfUnits*sums.unit || l.rms.take(w.RMS, vfFallen):
		w.Low, w.Odds = true, -vfOddsLimit
	case l.wave.beats():
		w.Odds = -vfOddsLimit
	default:
		l.wave.outline(&v.x, &sums)
		odds, clear := v.model.glance(&v.x)
		if clear {
			w.Inputs = append(w.Inputs, v.x[:vfGateInputs]...)
			v.x[vfLeakage] = 1
			if odds > 0 && v.s.rhythm.asks() {
				v.x[vfLeakage] = l.wave.leakage(&sums)
			}
		} else {
			l.wave.details(&v.x, &sums)
			w.Inputs = append(w.Inputs, v.x[:]...)
			odds = v.model.odds(&v.x)
		}
		w.Odds = float64(clip(odds, vfOddsLimit))
	}
	return w
}

// Flush implements ecg.Stage: an episode that goes on ends with the signal.
func (v *VFDetector) Flush(dst []ecg.Episode) []ecg.Episode {
	s := &v.s
	if s.ended {
		return dst
	}
	s.ended = true
	if s.rhythm.state != vfNone {
		dst = s.rhythm.end(dst, s.clock.n, s.clock.n)
	}
	dst = s.still.end(dst, s.clock.n, s.clock.n)
	return dst
}
