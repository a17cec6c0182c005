package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// AFConfig configures an AFDetector. All but Rate may stay zero.
type AFConfig struct {
	Rate float64 // Hz, of the beats' sample numbers

	// Classified: the classes of the beats are from a classifier, so that
	// ventricular beats (V, F) can be left out. Other weights are used then.
	Classified bool

	// Confirm is how long an episode lasts until it is Confirmed. 0: 30 s, from
	// which an episode counts as atrial fibrillation (G. Hindricks et al., 2020
	// ESC guidelines, Eur. Heart J. 42:373-498, 2021, section 3).
	Confirm time.Duration

	// Gap is the time without a beat after which nothing is known of the atria
	// any more: an episode ends with the last beat. 0: 5 s.
	Gap time.Duration

	Latency time.Duration // delay of the detector of beats; 0: 2 s
	Model   *AFModel      // nil: the embedded one
}

// leastGap lets the slowest heart through.
const leastGap = 3 * time.Second

const (
	afLook   = 16  // intervals that the centred network looks ahead
	afLag    = 8   // intervals by which the live network follows: half of the shortest horizon
	afBack   = 160 // intervals that an edge is looked for among
	afLeast  = 16  // intervals before the first decision
	afSmooth = 4   // intervals of the mean of log odds
	afSure   = 1   // mean log odds without which an episode is not confirmed: what just goes on is not
	afClip   = 2   // of log odds in the search for an edge: single intervals decide nothing
)

// AFDetector finds atrial fibrillation by the irregularity of the intervals: a
// Stage from beats to episodes of AtrialFibrillation that also needs the clock
// (ecg.Advancer).
//
// Two small networks look at AFSeries. The first one says after each interval
// how much the last ones look like fibrillation; the mean of its log odds
// over about four intervals switches on and off, with hysteresis. The other one
// says the same about the interval 16 ago. On switching, the edge is looked for
// where the sum of what both say changes its sign, at most 160 intervals back, so
// that Start and End lie where the rhythm changed and not where it became known.
//
// An episode is Suspected when the detector switches on, Confirmed when it is 30
// s long from Start and goes on with a probability of 0.7, and Ended, Suspected or
// not. Confidence is the probability
// that the mean log odds stand for.
//
// Fibrillation with regular intervals (pacing, complete block) is not found, and
// flutter with changing conduction is called fibrillation: intervals do not tell.
// Where there is a signal AtrialWaves can say more: see AppendEvidence.
type AFDetector struct {
	c       AFConfig
	w       *afWeights
	model   *AFModel
	series  AFSeries
	confirm int64 // samples
	gap     int64 // samples, with Latency
	s       afState
}

// afEvidence is what is known of an interval, in the ring.
type afEvidence struct {
	at            int64 // the beat that ends it
	live, centred float32
	shift         float32 // what is added to the log odds of the networks
}

type afState struct {
	known   int64 // sample of the newest input
	started bool  // there is a last beat, and the gap since it is open
	last    int64
	n       int64 // intervals since the start or the last gap
	ring    [afBack + afLook]afEvidence
	mean    float32
	on      bool
	state   ecg.EpisodeState
	start   int64
	ended   int64 // end of the last episode
	edge    int64 // n at which the last edge lies: no search goes beyond
	asked   int64 // intervals for which the centred network was asked, or that no search will look at
}

// NewAFDetector returns the detector.
func NewAFDetector(c AFConfig) (*AFDetector, error) {
	if c.Confirm == 0 {
		c.Confirm = 30 * time.Second
	}
	if c.Gap == 0 {
		c.Gap = 5 * time.Second
	}
	if c.Latency == 0 {
		c.Latency = 2 * time.Second
	}
	if c.Model == nil {
		c.Model = embeddedAF()
	}
	wrong := func(field, want string) (*AFDetector, error) {
		return nil, &ecg.ConfigError{Type: "detect.AFDetector", Field: field, Want: want}
	}
	switch {
	case !(c.Rate >= 1 && c.Rate <= ecg.MaxRate):
		return wrong("Rate", "1 to 1e6 Hz")
	case !(c.Confirm >= 0 && c.Confirm <= time.Hour):
		return wrong("Confirm", "0 to 1 h")
	case !(c.Gap >= leastGap && c.Gap <= time.Minute):
		return wrong("Gap", "3 s to 1 min")
	case !(c.Latency >= 0 && c.Latency <= time.Minute):
		return wrong("Latency", "0 to 1 min")
	}
	samples := func(d time.Duration) int64 { return int64(math.Round(d.Seconds() * c.Rate)) }
	d := &AFDetector{c: c, model: c.Model, confirm: samples(c.Confirm), gap: samples(c.Gap) + samples(c.Latency)}
	d.w = &c.Model.sets[0]
	if c.Classified {
		d.w = &c.Model.sets[1]
	}
	d.Reset()
	return d, nil
}

// Delay implements ecg.Stage: an edge can lie 160 intervals back, and no interval
// is longer than Gap.
func (d *AFDetector) Delay() time.Duration {
	return (afBack+1)*(d.c.Gap+d.c.Latency) + d.c.Confirm
}

// Reset implements ecg.Stage.
func (d *AFDetector) Reset() {
	d.series = AFSeries{rate: d.c.Rate, classes: d.c.Classified}
	d.s = afState{}
}

// Append implements ecg.Stage. A beat that is not after the last one is ignored.
func (d *AFDetector) Append(dst []ecg.Episode, in []ecg.Beat) []ecg.Episode {
	for _, b := range in {
		dst = d.beat(dst, b, 0)
	}
	return dst
}

// AppendEvidence is Append for beats with what the signal says of the atria, as
// AtrialWaves gives them.
func (d *AFDetector) AppendEvidence(dst []ecg.Episode, in []AtrialEvidence) []ecg.Episode {
	for i := range in {
		dst = d.beat(dst, in[i].Beat, float32(in[i].Shift))
	}
	return dst
}

// beat takes one, and what is to be added to the log odds.
func (d *AFDetector) beat(dst []ecg.Episode, b ecg.Beat, shift float32) []ecg.Episode {
	dst = d.Advance(dst, b.Known)
	s := &d.s
	if s.started && b.At <= s.last {
		return dst
	}
	if !(math.Abs(b.Frac) <= 0.5) {
		b.Frac = 0
	}
	s.known = max(s.known, b.Known)
	s.started, s.last = true, b.At
	if d.series.Push(b) {
		dst = d.interval(dst, b.At, shift)
	}
	if s.on && s.state == ecg.Suspected && d.sure(b.At) {
		s.state = ecg.Confirmed
		dst = d.report(dst, 0)
	}
	return dst
}

// Advance implements ecg.Advancer: after Gap without a beat all that was known
// ends.
func (d *AFDetector) Advance(dst []ecg.Episode, now int64) []ecg.Episode {
	if due := d.s.last + d.gap; d.s.started && now > due {
		d.s.known = max(d.s.known, due)
		dst = d.end(dst)
	}
	d.s.known = max(d.s.known, now-1)
	return dst
}

// Break says that from sample now on there is no usable signal: an episode ends
// with its last beat, and the detector begins anew with the next one.
func (d *AFDetector) Break(dst []ecg.Episode, now int64) []ecg.Episode {
	return d.end(d.Advance(dst, now))
}

// Flush implements ecg.Stage.
func (d *AFDetector) Flush(dst []ecg.Episode) []ecg.Episode { return d.end(dst) }

// end ends what goes on with the last beat, and forgets.
func (d *AFDetector) end(dst []ecg.Episode) []ecg.Episode {
	s := &d.s
	if s.on {
		s.state = ecg.Ended
		dst = d.report(dst, max(s.last, s.start)+1)
		s.ended = s.last + 1
	}
	*s = afState{known: s.known, last: s.last, ended: s.ended}
	d.series = AFSeries{rate: d.c.Rate, classes: d.c.Classified}
	return dst
}

func (d *AFDetector) report(dst []ecg.Episode, end int64) []ecg.Episode {
	s := &d.s
	p := 1 / (1 + portable.Exp(-float64(s.mean)))
	return append(dst, ecg.Episode{Rhythm: ecg.AtrialFibrillation, State: s.state, Start: s.start, End: end, Known: s.known, Confidence: p})
}

// sure reports whether the episode is confirmed by a beat.
func (d *AFDetector) sure(at int64) bool {
	return at-d.s.start >= d.confirm && d.s.mean >= afSure
}

// interval decides after one more.
func (d *AFDetector) interval(dst []ecg.Episode, at int64, shift float32) []ecg.Episode {
	s := &d.s
	var buffer [AFInputs]float32
	e := afEvidence{at: at, live: d.w.live.odds(d.series.Inputs(buffer[:0])) + shift, shift: shift}
	s.ring[s.n%int64(len(s.ring))] = e
	s.n++
	s.mean += (e.live - s.mean) / float32(min(s.n, afSmooth))
	switch {
	case s.n < afLeast:
	case !s.on && s.mean > d.w.on:
		s.on = true
		k := d.search(1)
		s.start = max(s.ring[k%int64(len(s.ring))].at, s.ended)
		s.edge, s.state = k, ecg.Suspected
		if d.sure(at) {
			s.state = ecg.Confirmed
		}
		dst = d.report(dst, 0)
	case s.on && s.mean < d.w.off:
		s.on = false
		k := d.search(-1)
		s.ended = max(s.ring[k%int64(len(s.ring))].at, s.start+1)
		s.edge, s.state = k, ecg.Ended
		dst = d.report(dst, s.ended)
	}
	return dst
}

// ask has the centred network speak about the intervals from k on for which it has
// not yet. It is asked only where an edge is looked for, so that most intervals cost
// half as much, and a switch as much as up to 144 of them.
func (d *AFDetector) ask(k int64) {
	const horizons = AFCentredInputs / afSet
	s := &d.s
	n := max(k+afLook, s.asked)
	if n >= s.n {
		return
	}
	series := &d.series.s
	w := series.upTo(n, horizons)
	var buffer [AFCentredInputs]float32
	for ; n < s.n; n++ {
		w.advance(series, n+1, horizons)
		in := buffer[:0]
		for h := range horizons {
			in = w.inputs(in, n+1, h)
		}
		e := &s.ring[n%int64(len(s.ring))]
		e.centred = d.w.centred.odds(in) + e.shift
	}
	s.asked = n
}

// search returns the interval, counted from the start, from which on the evidence
// for fibrillation (sign 1) or against it sums up to the most.
func (d *AFDetector) search(sign float32) int64 {
	s := &d.s
	size := int64(len(s.ring))
	first := max(0, s.edge, s.n-afBack)
	d.ask(first)
	best, at := float32(math.Inf(-1)), s.n-1
	sum := float32(0)
	for k := s.n - 1; k >= first; k-- {
		e := s.ring[min(k+afLag, s.n-1)%size].live
		if k+afLook < s.n {
			e = s.ring[(k+afLook)%size].centred
		}
		if sum += clip(float32(sign*e), afClip); sum >= best {
			best, at = sum, k
		}
	}
	return at
}
