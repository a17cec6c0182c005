package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// phases is the anti-aliasing filter, cut into the weights of the samples around
// an output for every place that it can have between two of them; or for
// maxPhases places, with the weights between two of these by a straight line.
type phases struct {
	half  int   // samples before and behind, those of the output's own interval not counted
	count int64 // places from one sample to the next
	up    int64
	rows  []float64 // by place, count+1 of them: taps weights each
}

// maxPhases bounds the table: places in one sample of the lower rate. A straight
// line between two of 512 is off by (pi/512)²/8 at most, -106 dB.
const maxPhases = 512

func newPhases(c ResamplerConfig, m RateMap) phases {
	// The filter's length follows the lower rate.
	stretch := math.Max(1, float64(m.down)/float64(m.up))
	reach := float64(c.Lobes) * stretch // samples of the source
	p := phases{half: int(math.Ceil(reach)) - 1, up: m.up, count: min(m.up, int64(math.Ceil(maxPhases/stretch)))}
	cutoff := c.Cutoff / stretch // as a part of half of the source's rate
	top := besselI0(c.Kaiser)
	for k := range p.count + 1 {
		place := float64(k) / float64(p.count)
		for i := range p.taps() {
			d := float64(i-p.half) - place // from the output, in samples
			w := 0.0
			if u := d / reach; math.Abs(u) < 1 {
				w = cutoff * sinc(float64(cutoff*d)) * besselI0(float64(c.Kaiser*math.Sqrt(1-float64(u*u)))) / top
			}
			p.rows = append(p.rows, w)
		}
	}
	// The gain at 0 Hz is 1.
	sum := 0.0
	for _, w := range p.rows[:int(p.count)*p.taps()] {
		sum += w
	}
	for i := range p.rows {
		p.rows[i] *= float64(p.count) / sum
	}
	return p
}

// taps is the number of samples that an output is made of: from half before the
// last one at or before it to half+1 behind.
func (p *phases) taps() int { return 2*p.half + 2 }

// weights returns the rows around a place of rest/up, and how far it lies from
// the first to the second.
func (p *phases) weights(rest int64) (low, high []float64, part float64) {
	k := rest
	if p.count < p.up {
		x := float64(rest) * float64(p.count) / float64(p.up)
		k = min(int64(x), p.count-1)
		part = x - float64(k)
	}
	n := int64(p.taps())
	return p.rows[k*n : (k+1)*n], p.rows[(k+1)*n : (k+2)*n], part
}

// sinc is sin(pi x)/(pi x).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return portable.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiserTransition is the width of the transition of a Kaiser window of length 1,
// times 2: in lobes, as a part of half of the rate (Kaiser 1974, as in Oppenheim
// and Schafer, section 7.5.3). The attenuation in dB that belongs to a shape is
// found from his formula for the shape.
func kaiserTransition(shape float64) float64 {
	lo, hi := 21.0, 220.0
	for range 60 {
		a := (lo + hi) / 2
		if KaiserBeta(a) < shape {
			lo = a
		} else {
			hi = a
		}
	}
	return (lo - 7.95) / 14.36
}
