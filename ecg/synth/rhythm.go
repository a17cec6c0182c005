package synth

import (
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// beat is a heart beat in continuous time, so that it does not depend on the
// sampling rate.
type beat struct {
	at    float64 // s, of the R peak
	rr    float64 // s, interval that stretches its P and T waves
	class ecg.Class
}

// tones is how many sine waves of random phase make each component of the RR
// variability; their frequencies spread over the band.
const tones = 8

// Centre and spread of the two components of heart rate variability in Hz
// (McSharry et al. 2003: Mayer waves and respiration).
const (
	lfCentre, lfSpread = 0.1, 0.01
	hfCentre, hfSpread = 0.25, 0.01
)

// Timing of premature beats, as shares of the sinus interval.
const (
	atrialCoupling      = 0.68
	ventricularCoupling = 0.58
	runInterval         = 60. / 160 // s
	sinusRestart        = 0.9       // s, first beat after a run
)

// rhythm makes one beat after the other.
type rhythm struct {
	mean      float64 // s
	amplitude [2]float64
	frequency [2][tones]float64 // rad/s
	phase     [2][tones]float64

	events []Event // still to come, without LeadOff
	next   float64 // s, of the next sinus beat
	rr     float64 // sinus interval that leads to it
	run    int     // ventricular beats of a run still to come
	last   float64
}

func newRhythm(c Config) rhythm {
	r := rhythm{mean: 60 / c.HeartRate, last: math.Inf(-1)}
	random := rand.New(rand.NewPCG(c.Seed, 0x5e1f))
	for band, v := range [2]struct{ sd, centre, spread float64 }{{c.LF, lfCentre, lfSpread}, {c.HF, hfCentre, hfSpread}} {
		// tones sine waves of this amplitude have the variance sd^2.
		r.amplitude[band] = v.sd / 1000 * math.Sqrt(2./tones)
		for k := range tones {
			f := v.centre + float64(v.spread*(float64(2*random.Float64())-1))
			r.frequency[band][k] = 2 * math.Pi * f
			r.phase[band][k] = float64(2 * math.Pi * random.Float64())
		}
	}
	for _, e := range c.Events {
		if e.Kind != LeadOff {
			r.events = append(r.events, e)
		}
	}
	r.rr = r.interval(0)
	r.next = 0.6 * r.rr
	return r
}

// interval is the sinus interval at time t.
func (r *rhythm) interval(t float64) float64 {
	v := r.mean
	for band, a := range r.amplitude {
		if a == 0 {
			continue
		}
		for k := range tones {
			v += float64(a * portable.Sin(float64(r.frequency[band][k]*t)+r.phase[band][k]))
		}
	}
	return max(v, 0.25)
}

// beat returns the next beat.
func (r *rhythm) beat() beat {
	b := r.make()
	r.last = b.at
	return b
}

func (r *rhythm) make() beat {
	if r.run > 0 {
		r.run--
		b := beat{r.last + runInterval, runInterval, ecg.Ventricular}
		if r.run == 0 {
			r.sinusAt(b.at + sinusRestart)
		}
		return b
	}
	if len(r.events) > 0 && r.next >= r.events[0].At.Seconds() && !math.IsInf(r.last, -1) {
		e := r.events[0]
		r.events = r.events[1:]
		switch e.Kind {
		case PAC:
			b := beat{r.last + float64(atrialCoupling*r.rr), atrialCoupling * r.rr, ecg.Supraventricular}
			r.sinusAt(b.at + r.interval(b.at))
			return b
		case PVC:
			// The sinus node goes on undisturbed; its next beat finds the
			// ventricles refractory, the one after is conducted.
			b := beat{r.last + float64(ventricularCoupling*r.rr), ventricularCoupling * r.rr, ecg.Ventricular}
			r.sinusAt(r.next + r.interval(r.next))
			return b
		case Run:
			r.run = e.Beats - 1
			return beat{r.last + float64(ventricularCoupling*r.rr), runInterval, ecg.Ventricular}
		case Pause:
			r.next = r.last + e.For.Seconds()
		}
	}
	b := beat{r.next, r.rr, ecg.Normal}
	r.sinusAt(b.at + r.interval(b.at))
	return b
}

// sinusAt sets the time of the next sinus beat.
func (r *rhythm) sinusAt(t float64) {
	r.rr = r.interval(t)
	r.next = t
}
