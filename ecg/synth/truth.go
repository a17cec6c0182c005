package synth

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Truth appends the beats whose R peak has been read since the last call, in
// order: At and Frac are the maximum of the largest deflection of its QRS
// complex in the first lead, Class what it is, Known the same as At. Waves of
// the atria that run on below the complex (AFIB, AFL, BIII) can move the maximum
// of the sum by a millisecond or two. Beats that fall into a time with the leads
// off are left out: they can't be seen. VFIB and VFL have none.
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
		if b.Class != ecg.Unclassified && !p.truthOff.hold(b.At) {
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
