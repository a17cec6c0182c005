package synth

import (
	"io"
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Patient is an endless or bounded signal. It is an ecg.Signal for one
// goroutine at a time. Its memory does not grow with what has been read.
type Patient struct {
	config   Config
	format   ecg.Format
	clock    ecg.Clock
	num, den float64 // of the rate
	frames   int64   // length; MaxInt64: no end
	n        int64   // frames read

	heart    heart // of the signal
	ahead    beat  // the next beat whose waves are not active yet
	active   []activeWave
	segments []segment // not over yet
	waves    waves     // of the first of them

	wander [3]float64 // phases
	random rand.PCG
	off    gaps

	truth    heart
	truthHas bool
	truthAt  beat
	truthOff gaps

	episodes episodeStream
}

// activeWave is a wave that reaches into the samples at hand.
type activeWave struct {
	at, invWidth float64
	mv           [3]float64
	from, to     int64 // frames, to exclusive
}

const (
	// maxActive is room for the waves of the beats within reach: five of each
	// beat within 1.6 s, at 300 bpm.
	maxActive = 64

	// reach is how far from its centre a wave is more than nothing, in widths:
	// exp(-reach^2/2) is 3e-8.
	reach = 5.9

	// A T wave ends, so many widths after its peak, so long before the next R
	// peak, s. (It is 1 % of its height there.)
	clearWidths = 3
	clearance   = 0.02

	// lookAhead is how long before its R peak the first wave of a beat can
	// begin, s: the P wave at the slowest rate.
	lookAhead = 1.0
)

// wanderFrequencies of the baseline in Hz: below and at respiration.
var wanderFrequencies = [3]float64{0.05, 0.13, 0.31}

// New returns a patient.
func New(c Config) (*Patient, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Patient{config: c, format: ecg.Format{Rate: c.Rate, Leads: ecg.ECGLeads(leadNames[:c.Leads]...), Start: c.Start}}
	clock, err := p.format.Clock()
	if err != nil {
		return nil, err
	}
	p.clock = clock
	num, den := clock.Rate()
	p.num, p.den = float64(num), float64(den)
	p.frames = math.MaxInt64
	if c.Duration > 0 {
		p.frames = clock.Sample(c.Duration)
	}
	for _, e := range c.Events {
		if e.Kind == LeadOff {
			p.off.spans = append(p.off.spans, span{clock.Sample(e.At), clock.Sample(e.At + e.For)})
		}
	}
	p.truthOff = p.off
	p.random = *rand.NewPCG(c.Seed, 0xec6)
	for i := range p.wander {
		p.wander[i] = float64(2*math.Pi) * float64(p.random.Uint64()>>11) / (1 << 53)
	}
	p.active = make([]activeWave, 0, maxActive)
	h := newHeart(c)
	p.segments = h.segments
	p.truth, p.episodes = h, newEpisodeStream(h)
	p.ahead = h.beat()
	p.heart = h
	return p, nil
}

// Format implements ecg.Signal.
func (p *Patient) Format() ecg.Format { return p.format }

// Read implements ecg.Signal.
func (p *Patient) Read(dst []float64) (int, error) {
	if p.n >= p.frames {
		return 0, io.EOF
	}
	leads := p.config.Leads
	if len(dst) < leads {
		if len(dst) == 0 {
			return 0, nil
		}
		return 0, io.ErrShortBuffer
	}
	frames := int(min(int64(len(dst)/leads), p.frames-p.n))
	for i := range frames {
		p.frame(dst[i*leads : (i+1)*leads])
	}
	return frames * leads, nil
}

// seconds is the time of a frame.
func (p *Patient) seconds(n int64) float64 { return float64(n) * p.den / p.num }

// frame makes the next frame.
func (p *Patient) frame(dst []float64) {
	t := p.seconds(p.n)
	for p.ahead.at < t+lookAhead {
		b := p.ahead
		p.ahead = p.heart.beat()
		p.activate(b, p.ahead)
	}
	clear(dst)
	for i := 0; i < len(p.active); {
		w := &p.active[i]
		if p.n >= w.to {
			last := len(p.active) - 1
			*w = p.active[last]
			p.active = p.active[:last]
			continue
		}
		if p.n >= w.from {
			g := gauss((t - w.at) * w.invWidth)
			for l := range dst {
				dst[l] += float64(w.mv[l] * g)
			}
		}
		i++
	}
	p.between(dst, t)
	p.noise(dst, t)
	if p.off.hold(p.n) {
		for l := range dst {
			dst[l] = math.NaN()
		}
	}
	p.n++
}

// activate adds the waves of a beat. Its T wave is over before the next beat,
// so that it does not move the peak of that one's QRS.
func (p *Patient) activate(b, next beat) {
	s := &shapes[b.shape]
	stretch := math.Sqrt(b.rr)
	for _, w := range s.waves {
		at, width := w.at, w.width
		if w.stretch {
			q := stretch
			if w.at > 0 && next.class != ecg.Unclassified {
				q = min(q, (next.at-b.at-clearance)/(w.at+float64(clearWidths*w.width)))
			}
			at, width = at*q, width*q
		}
		at += b.at - s.peak
		p.active = append(p.active, activeWave{at, 1 / width, w.mv,
			int64(math.Floor((at - float64(reach*width)) * p.num / p.den)),
			int64(math.Ceil((at + float64(reach*width)) * p.num / p.den))})
	}
}

// between adds the waves that do not belong to beats.
func (p *Patient) between(dst []float64, t float64) {
	for len(p.segments) > 0 && t >= p.segments[0].to {
		p.segments = p.segments[1:]
		p.waves.ready = false
	}
	if len(p.segments) == 0 || t < p.segments[0].from {
		return
	}
	s := &p.segments[0]
	if !p.waves.ready {
		p.waves = newWaves(s, p.config.Seed)
	}
	p.waves.add(dst, s, t)
}

// noise adds the three kinds of it.
func (p *Patient) noise(dst []float64, t float64) {
	c := &p.config
	common := 0.0
	if c.Wander > 0 {
		for i, f := range wanderFrequencies {
			common += portable.Sin(float64(2*math.Pi*f*t) + p.wander[i])
		}
		common = float64(common * c.Wander * math.Sqrt2 / 1.7320508075688772)
	}
	if c.Mains > 0 {
		common += float64(c.Mains * portable.Sin(float64(2*math.Pi*c.MainsFrequency*t)))
	}
	for l := range dst {
		dst[l] += common
		if c.Muscle > 0 {
			dst[l] += float64(c.Muscle * gaussian(&p.random))
		}
	}
}

// gaussian is nearly normal: the sum of four uniform numbers, from the bits of
// one. (The ziggurat of math/rand uses functions that differ between
// processors.)
func gaussian(random *rand.PCG) float64 {
	u := random.Uint64()
	sum := int64(u&0xffff) + int64(u>>16&0xffff) + int64(u>>32&0xffff) + int64(u>>48) - 2*0xffff
	return float64(sum) / 37837.22 // 65536 sqrt(4/12)
}
