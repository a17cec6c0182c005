package main

import (
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg"
)

// A bundle branch block that comes and goes is rare in the records, and looks like
// ventricular beats: wide, unlike the normal ones. What it has and these have not
// is the rhythm and the P wave of the beats around. So each record is also met
// with such a block made of its own beats, in runs of one beat to some hundred;
// their classes stay what they are.

const (
	blockLongest = 150  // beats of a run
	blockBefore  = 0.06 // s before the R peak: where the QRS begins, about
	blockMiddle  = 0.06 // s after it: where it ends without the block
	blockEnd     = 0.30 // and where the T wave has taken over
	blockT       = 0.27 // the middle of the T wave
)

// blockShape is what the block of one record makes of a lead.
type blockShape struct {
	stretch float64    // of the QRS in time
	mix     [2]float64 // share of this lead and of the other one: the axis turns
	late    float64    // height of the wave that follows, of the QRS height
	at, sd  float64    // its middle and width, s
	t       float64    // height of what is added to the T wave
}

func newBlock(rng *rand.Rand) (lead [2]blockShape) {
	right := rng.Float64() < 0.5 // bundle branch
	stretch := 1.35 + 0.55*rng.Float64()
	if right {
		stretch = 1 + 0.2*rng.Float64()
	}
	turn := (2*rng.Float64() - 1) * math.Pi / 4
	at, sd := 0.055+0.035*rng.Float64(), 0.016+0.014*rng.Float64()
	for i := range lead {
		b := &lead[i]
		b.stretch = stretch
		b.mix = [2]float64{math.Cos(turn), math.Sin(turn)}
		if i == 1 {
			b.mix[1] = -b.mix[1]
		}
		b.late = 0.35 * (2*rng.Float64() - 1)
		if right {
			b.mix = [2]float64{1, 0}
			b.late = 0.25 + 0.65*rng.Float64()
			if rng.Float64() < 0.5 {
				b.late = -b.late
			}
		}
		b.at, b.sd = at, sd
		b.t = -0.4*b.late + 0.25*(2*rng.Float64()-1)
	}
	return lead
}

// block gives runs of N and S beats of a record a bundle branch block, and returns
// the leads.
func (r *beatRecord) block(rng *rand.Rand) [2][]float32 {
	var out [2][]float32
	var height [2]float64
	beats := make([]int64, len(r.beats))
	for i, b := range r.beats {
		beats[i] = b.At
	}
	for l := range out {
		out[l] = append([]float32(nil), r.leads[l]...)
		height[l] = max(0.05, heightOf(r.leads[l], beats))
	}
	shape := newBlock(rng)
	run := func() int { return int(math.Exp(rng.Float64() * math.Log(blockLongest))) }
	on, left := false, 20+run()
	for i, b := range r.beats {
		if left--; left < 0 {
			on, left = !on, run()
		}
		if !on || b.Class != ecg.Normal && b.Class != ecg.Supraventricular {
			continue
		}
		// Where the next beat is near, repolarisation is early too.
		rate := 1.0
		if i+1 < len(r.beats) {
			rate = min(1, max(0.5, math.Sqrt(float64(r.beats[i+1].At-b.At)/(0.8*augmentRate))))
		}
		for l := range out {
			shape[l].apply(out[l], r.leads[l], r.leads[1-l], b.At, height[l], height[l]/height[1-l], rate)
		}
	}
	return out
}

// apply writes one beat with the block. Around it the signal is as it was.
func (b *blockShape) apply(out, x, other []float32, at int64, height, ratio, rate float64) {
	first, last := at-int64(math.Round(blockBefore*augmentRate)), at+int64((blockEnd*rate+0.15)*augmentRate)
	n := int64(min(len(x), len(other)))
	if first < 0 || last+1 >= n {
		return
	}
	base, baseOther := float64(x[first]), float64(other[first])
	end := -blockBefore + b.stretch*(blockBefore+blockMiddle)
	for k := first; k <= last; k++ {
		t := float64(k-at) / augmentRate
		from := t // where in the beat as it was
		switch {
		case t < end:
			from = -blockBefore + (t+blockBefore)/b.stretch
		case t < blockEnd*rate:
			from = blockMiddle + (t-end)*(blockEnd*rate-blockMiddle)/(blockEnd*rate-end)
		}
		p := float64(at) + from*augmentRate
		q := int64(p)
		f := p - float64(q)
		v := float64(x[q])*(1-f) + float64(x[q+1])*f - base
		w := float64(other[q])*(1-f) + float64(other[q+1])*f - baseOther
		// The axis turns back in the T wave.
		turn := 1.0
		if t > 0.12 {
			turn = max(0, 1-(t-0.12)/0.1)
		}
		v = v*(1+turn*(b.mix[0]-1)) + turn*b.mix[1]*ratio*w
		bell := func(middle, sd float64) float64 { return math.Exp(-0.5 * (t - middle) * (t - middle) / sd / sd) }
		v += height * (b.late*bell(b.at, b.sd) + b.t*bell(blockT*rate, 0.05*rate))
		out[k] = float32(base + v)
	}
}
