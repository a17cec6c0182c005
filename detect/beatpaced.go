package detect

import (
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
)

// Paced beats: those behind a pulse of the pacemaker, on any lead. Their class is
// Q, whatever their shape.

const (
	// The pulse of a ventricular electrode comes right before the QRS, whose R
	// peak is up to 120 ms behind its onset; a detector may have marked the pulse.
	beatPulseBefore = 140 * time.Millisecond
	beatPulseBehind = 40 * time.Millisecond

	beatPulses = 64   // the last ones: more than 10 s at 180 beats a minute on two leads
	beatPaced  = 0.99 // probability of a paced beat behind a pulse
)

// beatPacing finds pulses beside the classifier. nil: there is no pacemaker.
type beatPacing struct {
	filter *filter.Pacing
	clean  []float64 // scratch: what the filter gives
	spikes []filter.Spike
	at     [beatPulses]int64
	n      int64
}

func newBeatPacing(rate float64, leads int) (*beatPacing, error) {
	f, err := filter.NewPacing(filter.PacingConfig{Rate: rate, Leads: leads})
	if err != nil {
		return nil, err
	}
	return &beatPacing{filter: f}, nil
}

func (p *beatPacing) reset() {
	p.filter.Reset()
	p.n = 0
}

// take looks for pulses in frames.
func (p *beatPacing) take(block []float64) {
	p.clean = p.filter.Append(p.clean[:0], block)
	p.spikes = p.filter.Spikes(p.spikes[:0])
	for _, s := range p.spikes {
		p.at[p.n%beatPulses] = s.At
		p.n++
	}
}

// before reports whether there was a pulse before the beat.
func (p *beatPacing) before(b ecg.Beat, rate float64) bool {
	from, to := b.At-samples(beatPulseBefore, rate), b.At+samples(beatPulseBehind, rate)
	for i := range min(p.n, beatPulses) {
		if at := p.at[i]; at >= from && at <= to {
			return true
		}
	}
	return false
}

// asPaced gives Q the probability of a paced beat.
func asPaced(p [5]float64) [5]float64 {
	for i := range p {
		p[i] *= 1 - beatPaced
	}
	p[4] += beatPaced
	return p
}
