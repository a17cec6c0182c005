package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// PacingConfig configures a Pacing stage.
type PacingConfig struct {
	Rate  float64 // Hz, 100 to 10000
	Leads int     // values per frame, 1 to 256; 0 means 1
}

// Spike is one pacing pulse in one lead.
type Spike struct {
	Lead   int     // value of the frame
	At     int64   // sample: its top
	Known  int64   // sample with which it became known
	Height float64 // mV above both sides, below 0 for a pulse downwards
	Width  float64 // s, at half of its height
}

// Pacing takes the pulses of a pacemaker out of an ECG and tells where they
// were. A pulse lasts 0.1 to 2 ms (ANSI/AAMI EC13, IEC 60601-2-27); at the rates
// of a monitor it is one to three samples wide, since the converter's filter
// spreads it. A spike is a top that stands alone, as high above the signal 12 ms
// before as above that 12 ms behind, or nearly. Half way down it is at most 5 ms
// wide, which no wave of the heart is, or at most 10 ms, and then higher than
// anything else of the last 1.5 s. And it stands out of the noise: it is at least
// 12 times as high as the median of what a sample is above its neighbours at 12
// ms, and 0.05 mV. In its place comes a straight line from foot to foot.
//
// It is an ecg.Stage whose output k belongs to input k, 24 ms later (Delay).
// What spikes there were is told by Spikes. Pulses that a recorder has spread
// beyond 10 ms, as the tapes of the MIT-BIH database have in part, are not found.
type Pacing struct {
	lanes
	found *spikeList
}

const (
	pacingWidth = 5 * time.Millisecond  // of a spike of any height
	pacingWide  = 10 * time.Millisecond // widest spike; EC13: what is shorter is no QRS
	pacingSide  = 12 * time.Millisecond // from the top to what it is compared with
	pacingNoise = 12.0                  // medians
	pacingLeast = 0.05                  // mV, a twentieth of a small QRS

	// pacingUneven is how much further one side may lie below the top than the
	// other: a Q wave has the R wave beside it, a spike stands alone.
	pacingUneven = 2.5

	// pacingMemory is what the noise is measured over, in values pacingStep apart:
	// 1.5 s hold a QRS at any rate that is paced, and ten times as much else.
	pacingMemory = 300
	pacingStep   = 5 * time.Millisecond

	// pacingLearn is how many values make a median that counts: 0.3 s.
	pacingLearn = 60

	// pacingFoot is the part of its height by which a spike rises per sample at
	// least; where it rises less is its foot.
	pacingFoot = 0.05

	// pacingKept bounds the spikes that wait to be asked for: a minute of them at
	// the highest rate of a pacemaker, in four leads.
	pacingKept = 1024
)

// spikeList is the spikes that were not asked for yet.
type spikeList struct{ all []Spike }

// NewPacing returns a stage that has seen nothing.
func NewPacing(c PacingConfig) (*Pacing, error) {
	if err := checkLanes("Pacing", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if !(c.Rate >= 100 && c.Rate <= 10000) {
		return nil, &ecg.ConfigError{Type: "filter.Pacing", Field: "Rate", Want: "100 to 10000 Hz"}
	}
	p := &Pacing{found: &spikeList{make([]Spike, 0, pacingKept)}}
	side := max(2, int(math.Ceil(pacingSide.Seconds()*c.Rate)))
	lead := 0
	fresh := func() lane {
		l := &pacingLane{lead: lead % c.Leads, rate: c.Rate, side: int64(side), found: p.found}
		lead++
		l.step = max(1, int64(math.Round(pacingStep.Seconds()*c.Rate)))
		l.ring = newDelayLine(2*side + 1)
		l.noise = newOrderedWindow(pacingMemory)
		return l
	}
	p.lanes = newLanes("PACE", c.Rate, c.Leads, 2*side, checkpoint.NewFingerprint(), fresh)
	return p, nil
}

// Spikes appends the spikes found since the last call, in order of Known. Those
// beyond the last 1024 are forgotten.
func (p *Pacing) Spikes(dst []Spike) []Spike {
	dst = append(dst, p.found.all...)
	p.found.all = p.found.all[:0]
	return dst
}

// Reset implements ecg.Stage.
func (p *Pacing) Reset() {
	p.lanes.Reset()
	p.found.all = p.found.all[:0]
}

// AppendBinary implements encoding.BinaryAppender. Spikes that were not asked for
// are part of the checkpoint.
func (p *Pacing) AppendBinary(b []byte) ([]byte, error) {
	all, err := p.lanes.AppendBinary(nil)
	if err != nil {
		return b, err
	}
	e := checkpoint.Append(b, "PACS", 1, p.print)
	e.Bytes(all)
	e.Int(int64(len(p.found.all)))
	for _, s := range p.found.all {
		e.Int(int64(s.Lead))
		e.Int(s.At)
		e.Int(s.Known)
		e.Float(s.Height)
		e.Float(s.Width)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (p *Pacing) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, "PACS", 1, p.print)
	if err != nil {
		return err
	}
	all := d.Bytes()
	spikes := make([]Spike, d.IntIn(0, pacingKept), pacingKept)
	for i := range spikes {
		spikes[i] = Spike{d.IntIn(0, len(p.all)-1), d.Int(), d.Int(), d.Float(), d.Float()}
	}
	if err := d.Close(); err != nil {
		return err
	}
	if err := p.lanes.UnmarshalBinary(all); err != nil {
		return err
	}
	p.found.all = spikes
	return nil
}

// pacingLane is one lead. Sample n-side is judged when sample n is there; what it
// is replaced by lies within side of it, so that n-2*side is final.
type pacingLane struct {
	lead  int
	rate  float64
	side  int64
	step  int64
	found *spikeList

	ring  delayLine // the last 2*side+1 samples, spikes taken out
	n     int64     // samples taken
	noise orderedWindow
	known int   // values in noise
	hush  int64 // up to here no values enter it: the flank of a spike, or of what may be one
}

// sample returns the one k before the newest, 0 <= k <= 2*side.
func (p *pacingLane) sample(k int64) *float64 {
	n := int64(len(p.ring.ring))
	return &p.ring.ring[(int64(p.ring.at)+n-1-k)%n]
}

func (p *pacingLane) push(v float64) float64 {
	p.ring.push(v)
	p.n++
	if p.known >= pacingLearn {
		p.judge(*p.sample(p.side))
	}
	if p.n%p.step == 0 {
		a, b := *p.sample(2 * p.side), *p.sample(0)
		away := math.Abs(*p.sample(p.side) - (a+b)/2)
		if p.n <= p.hush {
			away = math.NaN()
		}
		p.noise.push(away)
		if !math.IsNaN(away) && p.known < pacingMemory {
			p.known++
		}
	}
	return *p.sample(2 * p.side)
}

// judge looks whether the sample in the middle is the top of a spike, and takes
// it out.
func (p *pacingLane) judge(top float64) {
	side := p.side
	// The last sample of a flat top is its place.
	before, after := top-*p.sample(side + 1), top-*p.sample(side - 1)
	if !(before >= 0 && after > 0 || before <= 0 && after < 0) {
		return // no top, or a sample is missing
	}
	left, right := top-*p.sample(2 * side), top-*p.sample(0)
	height, more := left, right
	if math.Abs(right) < math.Abs(left) {
		height, more = right, left
	}
	if !(left*right > 0) || height*after < 0 || more/height > pacingUneven || math.Abs(height) < pacingLeast ||
		!(math.Abs(height) >= pacingNoise*p.noise.median()) {
		return
	}
	// down walks from the top to where half of the height is lost, and further to
	// the foot.
	down := func(dir int64) (half float64, foot int64) {
		last := 0.0 // lost so far
		for k := int64(1); k <= side; k++ {
			lost := (top - *p.sample(side - dir*k)) / height
			if math.IsNaN(lost) {
				return math.NaN(), 0
			}
			if half == 0 && lost >= 0.5 {
				half = float64(k-1) + (0.5-last)/(lost-last)
			}
			if half > 0 && lost-last < pacingFoot {
				return half, k - 1
			}
			last = lost
		}
		return half, side
	}
	a, from := down(-1)
	b, to := down(1)
	width := (a + b) / p.rate
	if !(a > 0 && b > 0 && width <= pacingWide.Seconds()) {
		return
	}
	// Neither flank enters the memory: the next such top is to be higher than what
	// is there.
	p.hush = p.n + to
	p.noise.forget(int((p.n-1)/p.step - max(0, p.n-1-from)/p.step))
	if width > pacingWidth.Seconds() && (p.known < pacingMemory || p.below(math.Abs(height))) {
		return
	}
	start, end := *p.sample(side + from), *p.sample(side - to)
	for k := -from + 1; k < to; k++ {
		u := float64(k+from) / float64(from+to)
		*p.sample(side - k) = float64((1-u)*start) + float64(u*end)
	}
	if len(p.found.all) == pacingKept {
		copy(p.found.all, p.found.all[1:])
		p.found.all = p.found.all[:pacingKept-1]
	}
	p.found.all = append(p.found.all, Spike{p.lead, p.n - 1 - side, p.n - 1, height, width})
}

// below reports whether anything in the memory is as high as that.
func (p *pacingLane) below(height float64) bool {
	for _, v := range p.noise.value {
		if v >= height {
			return true
		}
	}
	return false
}

func (p *pacingLane) reset() {
	p.ring.reset()
	p.noise.reset()
	p.n, p.known, p.hush = 0, 0, 0
}

func (p *pacingLane) encode(e *checkpoint.Encoder) {
	p.ring.encode(e)
	p.noise.encode(e)
	e.Int(p.n)
	e.Int(int64(p.known))
	e.Int(p.hush)
}

func (p *pacingLane) decode(d *checkpoint.Decoder) {
	p.ring.decode(d)
	p.noise.decode(d)
	p.n = d.Int()
	p.known = d.IntIn(0, pacingMemory)
	p.hush = d.Int()
}
