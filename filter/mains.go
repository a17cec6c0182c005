package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// MainsConfig configures a Mains canceller.
type MainsConfig struct {
	Rate      float64 // Hz; Frequency and one of its nulls must fit below half of it
	Frequency float64 // of the mains, Hz, 16 to 400; 0 means 50
	Harmonics int     // how many multiples of it are taken out, those below 0.45 Rate; 0 means 1
	Leads     int     // values per frame, 1 to 256; 0 means 1
}

// Mains takes the hum of the mains out of an ECG without a notch: it measures
// amplitude, phase and frequency of the hum where there is no QRS, and subtracts
// a sine. So nothing rings after a QRS, no other frequency is touched and
// nothing is delayed (an ecg.Stage with Delay 0). The frequency may be off by
// 1 Hz and drift.
//
// The idea that the hum is measured between the complexes and goes on through
// them is that of the subtraction procedure (Levkov et al., Removal of power-line
// interference from the ECG: a review of the subtraction procedure, BioMed. Eng.
// OnLine 4:50, 2005). Here a short window with nulls at 0 Hz, where baseline,
// P and T are, gives the hum's complex amplitude a hundred times a second; of
// the last 0.6 s those values count that agree (their distance to the median is at
// most three medians of it: a QRS does not), and a straight line through them
// gives amplitude, phase and frequency now.
//
// The hum goes within half a second. A missing sample comes out as NaN; nothing
// older than 0.7 s has any effect.
type Mains struct{ lanes }

const (
	// mainsHalfWindow is half of the measuring window, in periods of the mains:
	// shorter, and a T wave leaks into it; longer, and between the QRS of a fast
	// rhythm too little is left.
	mainsHalfWindow = 1.5

	// mainsTick is the time from one measurement to the next: half of what the
	// window can tell apart.
	mainsTick = 10 * time.Millisecond

	// mainsMemory is what an estimate rests on, in ticks: 0.6 s. Longer, and a
	// drift of 0.02 Hz/s leaves more than 1 %; shorter, and noise does.
	mainsMemory = 60

	// mainsLeast is the least number of agreeing measurements for an estimate.
	mainsLeast = 20

	// mainsEvery is how often an estimate is made, in ticks.
	mainsEvery = 4

	// mainsLag is the time, in ticks, over which the frequency is first looked
	// for: up to 10 Hz are told apart, mainsFollow is taken.
	mainsLag    = 5
	mainsFollow = 2.0 // Hz

	// mainsAgree is how many medians of the distance a measurement may be off.
	mainsAgree = 3.0

	// mainsSure is the least amplitude in standard errors: a smaller one is not
	// known to be there, and is left in the signal.
	mainsSure = 3.0

	mainsHighest = 0.45 // of the rate: above, a sine and its mirror are one
)

// NewMains returns a canceller that has seen nothing.
func NewMains(c MainsConfig) (*Mains, error) {
	if err := checkLanes("Mains", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if c.Frequency == 0 {
		c.Frequency = 50
	}
	if c.Harmonics == 0 {
		c.Harmonics = 1
	}
	fail := func(field, want string) (*Mains, error) {
		return nil, &ecg.ConfigError{Type: "filter.Mains", Field: field, Want: want}
	}
	if !(c.Frequency >= 16 && c.Frequency <= 400) {
		return fail("Frequency", "16 to 400 Hz")
	}
	if !(c.Frequency <= mainsHighest*c.Rate) {
		return fail("Frequency", "at most 0.45 of the rate")
	}
	if c.Harmonics < 1 || c.Harmonics > 16 {
		return fail("Harmonics", "1 to 16")
	}
	p := newMainsPlan(c)
	print := checkpoint.NewFingerprint().Float(c.Frequency).Int(int64(c.Harmonics))
	return &Mains{newLanes("MAIN", c.Rate, c.Leads, 0, print, func() lane { return newMainsLane(p) })}, nil
}

// mainsPlan is what all leads share.
type mainsPlan struct {
	turn     float64 // turns of the mains in a sample
	tick     int     // samples
	half     int     // half of the window, samples
	tones    []mainsTone
	tickTurn float64 // turns of 1 Hz in a tick
}

// mainsTone is one harmonic: how to measure it.
type mainsTone struct {
	multiple float64
	re, im   []float64 // the window times exp(-j w k), k = -half..half, doubled
	bend     float64   // its gain is 1 - bend (turns per sample off)²
}

func newMainsPlan(c MainsConfig) *mainsPlan {
	p := &mainsPlan{turn: c.Frequency / c.Rate}
	p.tick = max(1, int(math.Round(mainsTick.Seconds()*c.Rate)))
	p.half = int(math.Ceil(mainsHalfWindow / p.turn))
	p.tickTurn = float64(p.tick) / c.Rate
	w := 2 * math.Pi * p.turn
	for h := 1; h <= c.Harmonics && float64(float64(h)*p.turn) <= mainsHighest; h++ {
		m := float64(h)
		nulls := []null{{m * w, 3}, {2 * m * w, 2}}
		for other := 1; other <= c.Harmonics; other++ {
			if o := float64(other); other != h && o*p.turn < 0.5 {
				nulls = append(nulls, null{(m - o) * w, 1}, null{(m + o) * w, 1})
			}
		}
		g := mainsWindow(p.half, nulls)
		tone := mainsTone{multiple: m}
		for i, v := range g {
			sin, cos := portable.Sincos(float64(m * w * float64(i-p.half)))
			tone.re = append(tone.re, 2*float64(v*cos))
			tone.im = append(tone.im, -2*float64(v*sin))
			tone.bend += float64(2 * math.Pi * math.Pi * v * float64((i-p.half)*(i-p.half)))
		}
		p.tones = append(p.tones, tone)
	}
	return p
}

// mainsLane is the canceller of one lead.
type mainsLane struct {
	*mainsPlan
	window []float64 // the last samples, twice: [at-len, at) is in one piece
	at     int
	bad    int     // samples since the newest missing one, up to the window's length
	phase  float64 // of the nominal mains at the next sample, turns, 0 to 1
	count  int     // samples since the last tick
	ticks  int     // since the last estimate

	tones []mainsState
}

// mainsState is what is known of one harmonic.
type mainsState struct {
	re, im   [mainsMemory]float64 // complex amplitudes against the nominal phase; NaN: none
	next     int                  // where the next one goes
	sin, cos float64              // the hum at the next sample, cos*amplitude first
	rs, rc   float64              // its turn in a sample
}

func newMainsLane(p *mainsPlan) *mainsLane {
	m := &mainsLane{mainsPlan: p, window: make([]float64, 2*(2*p.half+1)), tones: make([]mainsState, len(p.tones))}
	m.reset()
	return m
}

func (m *mainsLane) reset() {
	clear(m.window)
	m.at, m.bad, m.phase, m.count, m.ticks = 0, 0, 0, 0, 0
	for i := range m.tones {
		m.tones[i] = mainsState{}
		for k := range m.tones[i].re {
			m.tones[i].re[k], m.tones[i].im[k] = math.NaN(), math.NaN()
		}
	}
}

func (m *mainsLane) push(v float64) float64 {
	y := v
	for i := range m.tones {
		t := &m.tones[i]
		y -= t.cos
		t.cos, t.sin = float64(t.cos*t.rc)-float64(t.sin*t.rs), float64(t.cos*t.rs)+float64(t.sin*t.rc)
	}
	if math.IsNaN(v) {
		m.bad, v = 0, 0
	} else if m.bad < len(m.window)/2 {
		m.bad++
	}
	m.window[m.at], m.window[m.at+len(m.window)/2] = v, v
	if m.at++; m.at == len(m.window)/2 {
		m.at = 0
	}
	if m.phase += m.turn; m.phase >= 1 {
		m.phase--
	}
	if m.count++; m.count == m.tick {
		m.count = 0
		m.measure()
	}
	return y
}

// measure takes one complex amplitude of each harmonic, and now and then makes
// an estimate of them.
func (m *mainsLane) measure() {
	x := m.window[m.at : m.at+len(m.window)/2]
	whole := m.bad == len(x)
	for i := range m.tones {
		t := &m.tones[i]
		re, im := math.NaN(), math.NaN()
		if whole {
			tone := &m.mainsPlan.tones[i]
			re, im = 0, 0
			for k, v := range x {
				re += float64(v * tone.re[k])
				im += float64(v * tone.im[k])
			}
			// The phase of the window's middle, half+1 samples before the next.
			turns := float64(tone.multiple * (m.phase - float64(float64(m.half+1)*m.turn)))
			s, c := portable.Sincos(2 * math.Pi * (turns - math.Floor(turns)))
			re, im = float64(re*c)+float64(im*s), float64(im*c)-float64(re*s)
		}
		t.re[t.next], t.im[t.next] = re, im
		if t.next++; t.next == mainsMemory {
			t.next = 0
		}
	}
	if m.ticks++; m.ticks == mainsEvery {
		m.ticks = 0
		m.estimate()
	}
}

func (m *mainsLane) encode(e *checkpoint.Encoder) {
	e.Floats(m.window)
	for _, v := range []int{m.at, m.bad, m.count, m.ticks} {
		e.Int(int64(v))
	}
	e.Float(m.phase)
	for i := range m.tones {
		t := &m.tones[i]
		e.Floats(t.re[:])
		e.Floats(t.im[:])
		e.Int(int64(t.next))
		for _, v := range []float64{t.sin, t.cos, t.rs, t.rc} {
			e.Float(v)
		}
	}
}

func (m *mainsLane) decode(d *checkpoint.Decoder) {
	d.Floats(m.window)
	m.at = d.IntIn(0, len(m.window)/2-1)
	m.bad = d.IntIn(0, len(m.window)/2)
	m.count = d.IntIn(0, m.tick-1)
	m.ticks = d.IntIn(0, mainsEvery-1)
	m.phase = d.Float()
	for i := range m.tones {
		t := &m.tones[i]
		d.Floats(t.re[:])
		d.Floats(t.im[:])
		t.next = d.IntIn(0, mainsMemory-1)
		for _, v := range []*float64{&t.sin, &t.cos, &t.rs, &t.rc} {
			*v = d.Float()
		}
	}
}
