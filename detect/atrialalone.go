package detect

import "math"

// P waves in a slow beat's whole interval, wherever they are: in a block there are
// some that no QRS follows. A P wave is a hump of 80 ms over what is on both sides
// of it, behind the T wave of the beat before.

const (
	aloneLeast = 99  // grid samples of an interval that is looked at: 0.9 s, 67/min
	aloneMost  = 275 // that are looked at, before the R peak: 2.5 s
	aloneHalf  = 4   // grid samples on each side of the middle that are the hump: 82 ms with it
	aloneSide  = 5   // beyond these: what it stands on
	aloneReach = aloneHalf + aloneSide
	aloneEnd   = 12   // grid samples before the R peak that the last P wave may be at
	aloneQT    = 0.44 // s at 60/min, from the R peak to the first that may be a P wave, by the square root of the interval

	aloneTall  = 0.02 // QRS heights: a lower one is no P wave
	aloneClear = 4    // times the median of the interval
	aloneLike  = 0.8  // correlation with the tallest
	alonePart  = 0.5  // of the tallest of the interval
)

// PWaves are the P waves in the interval that a beat ends.
type PWaves struct {
	// N is how many there are, -1 where they were not looked for: the interval is
	// shorter than 0.9 s or the signal is not there.
	N int

	// Before is how long before the R peak each is, in s, the last one first.
	Before [4]float64
}

// alone looks for the P waves before the beat at grid sample at; usual is the mean
// interval, which the T wave goes by, in grid samples.
func (l *atrialLead) alone(at, rr, newest int64, usual float32) (p PWaves, clear float32) {
	p.N = -1
	if rr < aloneLeast || l.height == 0 {
		return p, 0
	}
	unit := 1 / l.height
	first := at - min(aloneMost, rr-int64(aloneQT*math.Sqrt(min(float64(rr), float64(usual))*atrialRate)))
	last := at - aloneEnd
	var x [aloneMost + 2*aloneReach]float32
	n := int(last - first)
	u := x[:n+2*aloneReach]
	if !l.grid.span(u, first-aloneReach, newest) {
		return p, 0
	}
	// Behind the QRS's begin the signal is held.
	for i := range u {
		if k := first - aloneReach + int64(i); k > at-atrialLast {
			u[i] = u[i-1]
		}
	}
	var d [aloneMost]float32
	all := float32(0)
	// What lies before each value, in float64: differences of it are exact enough.
	var total [len(x) + 1]float64
	for i, v := range u {
		total[i+1] = total[i] + float64(v)
	}
	for i := range n {
		from, to := i+aloneReach-aloneHalf, i+aloneReach+aloneHalf+1 // of the hump
		in := float32(total[to] - total[from])
		out := float32(total[to+aloneSide] - total[from-aloneSide] - (total[to] - total[from]))
		d[i] = (in/(2*aloneHalf+1) - out/(2*aloneSide)) * unit
		all += abs32(d[i])
	}
	// Noise is the mean of what is not far above the mean.
	few, sum := float32(0), float32(0)
	for _, v := range d[:n] {
		if a := abs32(v); a <= 1.5*all/float32(n) {
			sum, few = sum+a, few+1
		}
	}
	noise := sum / max(few, 1)
	tall, sign, top := float32(0), float32(1), 0
	for i := range n {
		if a := abs32(d[i]); a > tall && i > 0 && i < n-1 && a >= abs32(d[i-1]) && a >= abs32(d[i+1]) {
			tall, top, sign = a, i, float32(math.Copysign(1, float64(d[i])))
		}
	}
	p.N = 0
	limit := max(aloneTall, aloneClear*noise, alonePart*tall)
	if tall < limit {
		return p, tall / noise
	}
	for i := n - 2; i > 0 && p.N < len(p.Before); i-- {
		a := float32(sign * d[i])
		if a < limit || a < float32(sign*d[i-1]) || a <= float32(sign*d[i+1]) {
			continue
		}
		if i != top && likeness(u[i:i+2*aloneReach+1], u[top:top+2*aloneReach+1]) < aloneLike {
			continue
		}
		before := float64(at-first-int64(i)) / atrialRate
		if p.N > 0 && before-p.Before[p.N-1] < 0.2 {
			continue
		}
		p.Before[p.N] = before
		p.N++
	}
	return p, tall / noise
}

// likeness is the correlation of two stretches of the same length.
func likeness(a, b []float32) float32 {
	ma, mb := float32(0), float32(0)
	for i, v := range a {
		ma, mb = ma+v, mb+b[i]
	}
	n := float32(len(a))
	ma, mb = ma/n, mb/n
	xy, xx, yy := float32(0), float32(0), float32(0)
	for i, v := range a {
		x, y := v-ma, b[i]-mb
		xy += float32(x * y)
		xx += float32(x * x)
		yy += float32(y * y)
	}
	return xy / sqrt32(float32(xx*yy)+1e-12)
}
