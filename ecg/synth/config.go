package synth

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// Config describes a patient. The zero Config is a healthy heart at 60 bpm
// without any variability or noise, five minutes in two leads at 360 Hz.
type Config struct {
	Rate     float64       // Hz, 50 to 10000; 0 means 360
	Leads    int           // 1 to 3 of MLII, V5, V1; 0 means 2
	Duration time.Duration // 0 means 5 minutes, below 0 no end
	Start    time.Time     // wall time of the first sample; zero: unknown
	Seed     uint64

	HeartRate float64 // mean of the sinus rhythm, 20 to 200 bpm; 0 means 60
	LF, HF    float64 // standard deviations of the RR interval around 0.1 and 0.25 Hz, ms; 0 to 100

	Wander float64 // baseline wander, mV (standard deviation)
	Mains  float64 // mV (amplitude)
	Muscle float64 // broadband noise, mV (standard deviation)

	MainsFrequency float64 // Hz, 45 to 65; 0 means 50

	// Premature atrial and ventricular beats at random times, per hour of sinus
	// rhythm (ventricular ones also of AFIB); 0 to 1000.
	PACs, PVCs float64

	Events  []Event  // in order of At
	Rhythms []Rhythm // in order of At, none before the end of the one before
}

// Event is something that happens to the patient or to the electrodes.
type Event struct {
	Kind  EventKind
	At    time.Duration // premature beats and pauses begin with the first beat due after it, if no Rhythm comes between
	Beats int           // Run: how many, 2 (a couplet) to 1000
	For   time.Duration // LeadOff, Pause: how long
}

// EventKind is the kind of an Event.
type EventKind uint8

const (
	PAC     EventKind = iota // premature atrial contraction: early (by 0.28 s at the soonest), narrow, resets the rhythm
	PVC                      // premature ventricular contraction: as early, wide, full compensatory pause
	Run                      // ventricular beats in a row at 160 bpm
	Pause                    // no beat for so long
	LeadOff                  // no samples (NaN) in any lead for so long
)

// Default is the patient of the examples: 72 bpm with respiration, single
// premature beats of both kinds, a run of five, a pause of 2.6 s, a lead that
// is off for 4 s, and a little noise of each kind.
func Default() Config {
	at := func(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
	return Config{
		Seed: 1, HeartRate: 72, LF: 25, HF: 30,
		Wander: 0.08, Mains: 0.01, Muscle: 0.01,
		Events: []Event{
			{Kind: PVC, At: at(20)},
			{Kind: PAC, At: at(45)},
			{Kind: PAC, At: at(70)},
			{Kind: PVC, At: at(95)},
			{Kind: Run, At: at(130), Beats: 5},
			{Kind: Pause, At: at(165), For: 2600 * time.Millisecond},
			{Kind: LeadOff, At: at(200), For: 4 * time.Second},
			{Kind: PVC, At: at(230)},
			{Kind: PAC, At: at(245)},
			{Kind: PVC, At: at(270)},
		},
	}
}

// withDefaults checks c and fills in what is 0. Conditions are written so that
// NaN fails.
func (c Config) withDefaults() (Config, error) {
	fail := func(field, want string) (Config, error) {
		return c, &ecg.ConfigError{Type: "synth.Patient", Field: field, Want: want}
	}
	if c.Rate == 0 {
		c.Rate = 360
	}
	if c.Leads == 0 {
		c.Leads = 2
	}
	if c.Duration == 0 {
		c.Duration = 5 * time.Minute
	}
	if c.HeartRate == 0 {
		c.HeartRate = 60
	}
	if c.MainsFrequency == 0 {
		c.MainsFrequency = 50
	}
	within := func(v, lo, hi float64) bool { return v >= lo && v <= hi }
	switch {
	case !within(c.Rate, 50, 10000):
		return fail("Rate", "50 to 10000 Hz")
	case c.Leads < 1 || c.Leads > len(leadNames):
		return fail("Leads", "1 to 3")
	case !within(c.HeartRate, 20, 200):
		return fail("HeartRate", "20 to 200 bpm")
	case !within(c.LF, 0, 100):
		return fail("LF", "0 to 100 ms")
	case !within(c.HF, 0, 100):
		return fail("HF", "0 to 100 ms")
	case !within(c.Wander, 0, 20):
		return fail("Wander", "0 to 20 mV")
	case !within(c.Mains, 0, 20):
		return fail("Mains", "0 to 20 mV")
	case !within(c.Muscle, 0, 20):
		return fail("Muscle", "0 to 20 mV")
	case !within(c.MainsFrequency, 45, 65):
		return fail("MainsFrequency", "45 to 65 Hz")
	case !within(c.PACs, 0, 1000):
		return fail("PACs", "0 to 1000 per hour")
	case !within(c.PVCs, 0, 1000):
		return fail("PVCs", "0 to 1000 per hour")
	}
	last := time.Duration(0)
	for _, e := range c.Events {
		switch {
		case e.At < last:
			return fail("Events", "in order of At")
		case e.Kind > LeadOff:
			return fail("Events", "a known kind")
		case e.Kind == Run && (e.Beats < 2 || e.Beats > 1000):
			return fail("Events", "a run of 2 to 1000 beats")
		case e.Kind == Pause && !(e.For >= time.Second && e.For <= time.Minute):
			return fail("Events", "a pause of 1 s to 1 min")
		case e.Kind == LeadOff && (e.For <= 0 || e.For > math.MaxInt64-e.At):
			return fail("Events", "a time for which the lead is off")
		}
		last = e.At
	}
	c.Rhythms = slices.Clone(c.Rhythms)
	free := time.Duration(0)
	for i := range c.Rhythms {
		r := &c.Rhythms[i]
		if r.At < free {
			return fail("Rhythms", "in order of At, one after the other")
		}
		if want := r.check(); want != "" {
			return fail("Rhythms", want)
		}
		free = r.At + r.For
		for _, e := range c.Events {
			if e.At >= r.At && e.At < free && !admits(r.Kind, e.Kind) {
				return fail("Events", "none that the rhythm of its time does not have")
			}
		}
	}
	return c, nil
}
