package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// mainsestimate.go: from the measurements of the last 0.6 s to the hum at the
// next sample. The estimate is a function of these measurements alone: whatever
// was before has no effect.

// track is the measurements in order of time, the newest last, turned as the
// estimate goes on.
type track struct {
	re, im  [mainsMemory]float64
	scratch [mainsMemory]float64
	quiet   [mainsMemory]bool
}

// estimate finds the frequency on the fundamental, then each harmonic.
func (m *mainsLane) estimate() {
	off := 0.0 // turns per tick from the nominal frequency
	for i := range m.tones {
		t := &m.tones[i]
		multiple, bend := m.mainsPlan.tones[i].multiple, m.mainsPlan.tones[i].bend
		var k track
		valid := 0
		for j := range mainsMemory {
			at := (t.next + j) % mainsMemory
			k.re[j], k.im[j] = t.re[at], t.im[at]
			if !math.IsNaN(k.re[j]) {
				valid++
			}
		}
		if valid < mainsLeast {
			t.sin, t.cos = 0, 0
			continue
		}
		if i == 0 {
			off = k.coarse(mainsFollow * m.tickTurn)
		}
		k.turn(float64(multiple * off))
		var re, im float64
		sure := false
		for range 2 {
			k.agree()
			var drift float64
			re, im, drift, sure = k.line()
			if i == 0 {
				// The drift of the phase is what the frequency was wrong by.
				limit := mainsFollow * m.tickTurn
				next := max(-limit, min(limit, off+drift))
				k.turn(next - off)
				off = next
			}
		}
		if !sure {
			t.sin, t.cos = 0, 0
			continue
		}
		// From the middle of the newest window to the next sample.
		perSample := m.turn + off/float64(m.tick)
		start := m.phase + float64(off/float64(m.tick)*float64(m.half+1))
		s, c := portable.Sincos(2 * math.Pi * float64(multiple*start))
		away := float64(multiple * off / float64(m.tick))
		gain := 1 - float64(bend*away*away)
		re, im = re/gain, im/gain
		t.cos, t.sin = float64(re*c)-float64(im*s), float64(re*s)+float64(im*c)
		t.rs, t.rc = portable.Sincos(2 * math.Pi * float64(multiple*perSample))
	}
}

// coarse is the mean turn from one tick to the next, from pairs mainsLag apart.
// No value counts more than the median one, so that a QRS is only one among
// many.
func (k *track) coarse(limit float64) float64 {
	var power [mainsMemory]float64
	for j := range power {
		power[j] = float64(k.re[j]*k.re[j]) + float64(k.im[j]*k.im[j])
	}
	top := k.middle(&power)
	var re, im float64
	for j := mainsLag; j < mainsMemory; j++ {
		a, b, c, d := k.re[j], k.im[j], k.re[j-mainsLag], k.im[j-mainsLag]
		p, q := float64(a*c)+float64(b*d), float64(b*c)-float64(a*d)
		if math.IsNaN(p) {
			continue
		}
		if over := max(power[j], top) * max(power[j-mainsLag], top); over > 0 {
			weight := top / math.Sqrt(over)
			re += float64(p * weight)
			im += float64(q * weight)
		}
	}
	return max(-limit, min(limit, portable.Atan2(im, re)/(2*math.Pi*mainsLag)))
}

// turn turns each value back by so many turns per tick, the newest by none.
func (k *track) turn(perTick float64) {
	s, c := portable.Sincos(2 * math.Pi * perTick)
	cos, sin := 1.0, 0.0
	for j := mainsMemory - 1; j >= 0; j-- {
		re, im := k.re[j], k.im[j]
		k.re[j], k.im[j] = float64(re*cos)-float64(im*sin), float64(re*sin)+float64(im*cos)
		cos, sin = float64(cos*c)-float64(sin*s), float64(cos*s)+float64(sin*c)
	}
}

// agree marks the values that are near the median of all.
func (k *track) agree() {
	re, im := k.middle(&k.re), k.middle(&k.im)
	var distance [mainsMemory]float64 // squared
	for j := range distance {
		a, b := k.re[j]-re, k.im[j]-im
		distance[j] = float64(a*a) + float64(b*b)
	}
	limit := mainsAgree * mainsAgree * k.middle(&distance)
	for j, d := range distance {
		k.quiet[j] = d <= limit
	}
}

// middle is the median of those of x that are there.
func (k *track) middle(x *[mainsMemory]float64) float64 {
	n := 0
	for _, v := range x {
		if !math.IsNaN(v) {
			k.scratch[n] = v
			n++
		}
	}
	return median(k.scratch[:n])
}

// line fits a straight line through the values that agree. It returns it at the
// newest tick, how many turns per tick its phase moves there, and whether it is
// surely not 0.
func (k *track) line() (re, im, drift float64, sure bool) {
	var n, st, stt, sr, si, str, sti float64
	for j, ok := range k.quiet {
		if ok {
			t := float64(j - (mainsMemory - 1))
			n++
			st += t
			stt += float64(t * t)
			sr += k.re[j]
			si += k.im[j]
			str += float64(t * k.re[j])
			sti += float64(t * k.im[j])
		}
	}
	det := float64(n*stt) - float64(st*st)
	if n < mainsLeast || !(det > 0) {
		return 0, 0, 0, false
	}
	re = (float64(stt*sr) - float64(st*str)) / det
	im = (float64(stt*si) - float64(st*sti)) / det
	br := (float64(n*str) - float64(st*sr)) / det
	bi := (float64(n*sti) - float64(st*si)) / det
	rest := 0.0
	for j, ok := range k.quiet {
		if ok {
			t := float64(j - (mainsMemory - 1))
			a, b := k.re[j]-re-float64(t*br), k.im[j]-im-float64(t*bi)
			rest += float64(a*a) + float64(b*b)
		}
	}
	power := float64(re*re) + float64(im*im)
	if power == 0 {
		return 0, 0, 0, false
	}
	drift = (float64(bi*re) - float64(br*im)) / power / (2 * math.Pi)
	// The variance of the line's end is 4/n of the values', and four of these
	// lie within one window: n/4 of them are independent.
	return re, im, drift, power > float64(mainsSure*mainsSure)*16*rest/float64(n*n)
}

// median returns the median of x, which it reorders (Hoare's selection); NaN if
// there is none. Of an even number it is the upper one of the two.
func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	want := len(x) / 2
	for lo, hi := 0, len(x)-1; lo < hi; {
		pivot := x[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case want <= j:
			hi = j
		case want >= i:
			lo = i
		default:
			return x[want]
		}
	}
	return x[want]
}
