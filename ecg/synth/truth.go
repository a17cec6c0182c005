package synth

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Truth appends the beats whose R peak has been read since the last call, in
// order: At and Frac are the maximum of the largest deflection of its QRS
// complex in the first lead, Class what it is, Known the same as At. (Other
// waves may lie below the complex: f and flutter waves, the T wave before it at
// the highest rates.) Beats that fall into a time with the leads off are left
// out: they can't be seen. VF and ventricular flutter have none.
func (p *Patient) Truth(dst []ecg.Beat) []ecg.Beat {
	for {
		if !p.truthHas {
			p.truthAt, p.truthHas = p.truth.beat(), true
		}
		b := p.beatOf(p.truthAt)
		if b.At >= p.n {
			return dst
		}
		p.truthHas = false
		if b.Class != ecg.Unclassified && !p.covered(b.At) {
			dst = append(dst, b)
		}
	}
}

// beatOf puts a beat on the sample clock.
func (p *Patient) beatOf(b beat) ecg.Beat {
	x := b.at * p.num / p.den
	at := math.Floor(x + 0.5)
	return ecg.Beat{At: int64(at), Frac: x - at, Known: int64(at), Class: b.class, Confidence: 1}
}

// covered reports whether the leads are off at a frame.
func (p *Patient) covered(n int64) bool {
	for _, s := range p.off {
		if n >= s.from && n < s.to {
			return true
		}
	}
	return false
}
