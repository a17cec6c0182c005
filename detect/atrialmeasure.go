package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// What the signal looks like before each QRS. With P waves it looks alike before
// every beat; in fibrillation it does not, and what is there moves at 4 to 9 Hz.
// All is relative to the height of the QRS of the last beats: the gain does not
// enter.

const (
	atrialBeats = 32 // that are looked at

	// The P window lies 280 to 55 ms before the R peak: that of a PR interval of
	// up to 0.24 s with the P wave in it, without the QRS.
	atrialFirst = 31 // grid samples before the R peak
	atrialLast  = 6
	atrialSize  = atrialFirst - atrialLast + 1

	atrialSide = 7 // grid samples around the R peak that hold the QRS, 64 ms

	// The rest of the atria begins 0.4 s after a beat at 60/min, by the square
	// root of the interval (as Bazett has the QT interval), ends with the P
	// window, is at least 150 ms long, and 0.58 s of it are looked at.
	atrialQT       = 0.40
	atrialRestMin  = 16
	atrialRestMost = 64

	atrialShift  = 2    // grid samples by which neighbours are moved against each other
	atrialScale  = 2048 // of stored values: one QRS height
	atrialLimit  = 4    // QRS heights
	atrialMemory = 8    // beats of the running QRS height
)

// Numbers of one beat, in the order in which they are stored.
const (
	atrialMobility  = iota // ln of slope over signal of the P window
	atrialCurvature        // ln of curvature: noise
	atrialPair             // likeness of the window with that of the beat before
	atrialNear             // the same, moved to where they are most alike
	atrialMove             // by how much the largest value has moved
	atrialQRS              // likeness of the QRS with that of the beat before
	atrialHeight           // change of its height
	atrialRest             // ln rms of the rest of the atria
	atrialCross            // its zero crossings, per grid sample
	atrialPower            // and of the powers at 2-3, 4-8, 10-12 and 16-26 Hz, their ln
	atrialNumbers   = atrialPower + len(atrialBands)
)

// atrialBands are the frequencies in Hz that are looked at, in groups.
var atrialBands = [...][]int{{2, 3}, {4, 5, 6, 7, 8}, {10, 12}, {16, 20, 26}}

const atrialTones = 12 // these frequencies

// atrialSines has two rows for each of them: a cosine, to a quarter of a grid
// sample, and a sine.
var atrialSines = func() (t [2 * atrialTones * atrialRestMost]float32) {
	row := t[:]
	for _, band := range atrialBands {
		for _, f := range band {
			for _, first := range [2]int{atrialRate / 4, 0} {
				for k := range atrialRestMost {
					at := (first + f*k) % atrialRate
					row[k] = float32(portable.Sin(2 * math.Pi * float64(at) / atrialRate))
				}
				row = row[atrialRestMost:]
			}
		}
	}
	return t
}()

// atrialQuiet is a P window, in parts of a QRS height.
type atrialQuiet [atrialSize]int16

// atrialLead is one lead: its signal and what its last beats looked like.
type atrialLead struct {
	grid    atrialGrid
	height  float32 // running height of the QRS, mV
	n       int64   // beats that were measured
	qrs     [2*atrialSide + 1]float32
	top     int32 // place of the largest value in the last window
	windows [atrialBeats]atrialQuiet
	heights [atrialBeats * atrialSize]float32 // the windows, in QRS heights
	sizes   [atrialBeats][3]float32           // of the windows
	sum     [atrialSize]int32                 // of the windows
	numbers [atrialNumbers][atrialBeats]float32
	seen    bool // the beat at hand was measured
}

func (l *atrialLead) reset() {
	g := l.grid
	g.reset()
	*l = atrialLead{grid: g}
}

// size fills in what follows from the window at i: it in QRS heights, the sums of
// squares of it and of its steps, and the logarithm of its mean square.
func (l *atrialLead) size(i int) {
	energy, steps, before := float32(0), float32(0), float32(0)
	heights := l.heights[i*atrialSize:][:atrialSize]
	for j, v := range &l.windows[i] {
		x := float32(v) * (1. / atrialScale)
		heights[j] = x
		energy += float32(x * x)
		if j > 0 {
			d := x - before
			steps += float32(d * d)
		}
		before = x
	}
	l.sizes[i] = [3]float32{energy, steps, roughLog(float64(energy/atrialSize) + 1e-5)}
}

// measure looks at the beat at grid sample at, rr grid samples after the one before
// (0: none), as far as the signal is there.
func (l *atrialLead) measure(at, rr, newest int64) {
	l.seen = false
	var x [atrialSize]float32
	var qrs [len(l.qrs)]float32
	if !l.grid.span(x[:], at-atrialFirst, newest) || !l.grid.span(qrs[:], at-atrialSide, newest) {
		return
	}
	lo, hi := qrs[0], qrs[0]
	for _, v := range qrs {
		lo, hi = min(lo, v), max(hi, v)
	}
	height := max(hi-lo, 1e-6)
	if l.n == 0 {
		l.height = height
	}
	unit := 1 / l.height
	var v [atrialNumbers]float32
	v[atrialHeight] = abs32(roughLog(float64(height * unit)))
	l.height += (min(height, 2*l.height) - l.height) / float32(min(l.n+1, atrialMemory))

	// The window without its mean, in QRS heights.
	mean := float32(0)
	for _, a := range x {
		mean += a / atrialSize
	}
	top := int32(0)
	energy, slope, bend := float32(0), float32(0), float32(0)
	here, last := int(l.n%atrialBeats), int((l.n+atrialBeats-1)%atrialBeats)
	w := &l.windows[here]
	for j := range x {
		x[j] = clip((x[j]-mean)*unit, atrialLimit)
		if x[j] > x[top] {
			top = int32(j)
		}
		energy += float32(x[j] * x[j])
		if j > 0 {
			d := x[j] - x[j-1]
			slope += float32(d * d)
		}
		if j > 1 {
			c := x[j] - 2*x[j-1] + x[j-2]
			bend += float32(c * c)
		}
		l.sum[j] -= int32(w[j])
		w[j] = nearest(float64(x[j] * atrialScale))
		l.sum[j] += int32(w[j])
	}
	l.size(here)
	v[atrialMobility] = roughLog(float64((slope + 1e-6) / (energy + 1e-6)))
	v[atrialCurvature] = roughLog(float64(bend + 1e-6))
	if l.n > 0 {
		v[atrialPair], v[atrialNear] = alike(w, &l.windows[last])
		v[atrialMove] = float32(max(top-l.top, l.top-top))
		xy, xx, yy := float32(0), float32(0), float32(1e-9)
		for j, a := range qrs {
			b := l.qrs[j]
			xy += float32(a * b)
			xx += float32(a * a)
			yy += float32(b * b)
		}
		v[atrialQRS] = xy / sqrt32(float32(xx*yy)+1e-12)
	}
	l.qrs, l.top = qrs, top
	l.rest(&v, at, rr, newest, unit)
	for i, a := range v {
		l.numbers[i][here] = a
	}
	l.n++
	l.seen = true
}

// nearest rounds a number that is far inside the range of int16, halves away from 0.
func nearest(v float64) int16 { return int16(v + math.Copysign(0.5, v)) }

// alike is the correlation of two windows, as they are and where they are most
// alike.
func alike(a, b *atrialQuiet) (still, best float32) {
	xx, yy := int64(1), int64(1)
	for j := range a {
		xx += int64(a[j]) * int64(a[j])
		yy += int64(b[j]) * int64(b[j])
	}
	most, zero := int64(math.MinInt64), int64(0)
	for lag := -atrialShift; lag <= atrialShift; lag++ {
		p, q := a[max(0, lag):], b[max(0, -lag):]
		n := min(len(p), len(q))
		p, q = p[:n], q[:n]
		xy := int64(0)
		for j, v := range p {
			xy += int64(v) * int64(q[j])
		}
		if lag == 0 {
			zero = xy
		}
		most = max(most, xy)
	}
	norm := math.Sqrt(float64(xx) * float64(yy))
	return float32(float64(zero) / norm), float32(float64(most) / norm)
}

// rest looks at the signal between the T wave of the beat before and this beat.
// Where that is too short, the numbers are those of the beat before.
func (l *atrialLead) rest(v *[atrialNumbers]float32, at, rr, newest int64, unit float32) {
	if l.n > 0 {
		last := (l.n + atrialBeats - 1) % atrialBeats
		for i := atrialRest; i < atrialNumbers; i++ {
			v[i] = l.numbers[i][last]
		}
	}
	start := at - rr + int64(atrialQT*math.Sqrt(float64(rr)*atrialRate))
	end := at - atrialLast
	start = max(start, end-atrialRestMost)
	var buffer [atrialRestMost]float32
	if rr <= 0 || end-start < atrialRestMin || end-start > atrialRestMost {
		return
	}
	u := buffer[:end-start]
	if !l.grid.span(u, start, newest) {
		return
	}
	// Without its mean and its trend.
	n := float32(len(u))
	half := (n - 1) / 2
	sum, lean := float32(0), float32(0)
	for k, a := range u {
		sum += a
		lean += float32(a * (float32(k) - half))
	}
	mean, trend := sum/n, lean*12/(n*(float32(n*n)-1))
	energy, crossed := float32(0), float32(0)
	for k := range u {
		u[k] = (u[k] - mean - float32(trend*(float32(k)-half))) * unit
		energy += float32(u[k] * u[k])
		if k > 0 && (u[k] < 0) != (u[k-1] < 0) {
			crossed++
		}
	}
	v[atrialRest] = roughLog(float64(energy/n)+1e-5) / 2
	v[atrialCross] = crossed / n
	// A parabola as window (P. D. Welch, IEEE Trans. Audio Electroacoust. 15:70-73, 1967).
	inverse := 1 / (half + 1)
	for k := range u {
		s := (float32(k) - half) * inverse
		u[k] *= 1 - float32(s*s)
	}
	var waves [2 * atrialTones]float32
	products(waves[:], u, atrialSines[:], atrialRestMost)
	w := waves[:]
	for i, band := range atrialBands {
		power := float32(0)
		for range band {
			power += float32(w[0]*w[0]) + float32(w[1]*w[1])
			w = w[2:]
		}
		v[atrialPower+i] = roughLog(float64(power/(n*float32(len(band))) + 1e-6))
	}
}

// sums adds up each number of the last n beats, some of them at a time.
func (l *atrialLead) sums(dst []float32, n int) {
	j := 0
	for ; j+6 <= len(dst); j += 6 {
		r := (*[6][atrialBeats]float32)(l.numbers[j:])
		var s0, s1, s2, s3, s4, s5 float32
		for i := range min(n, atrialBeats) {
			s0 += r[0][i]
			s1 += r[1][i]
			s2 += r[2][i]
			s3 += r[3][i]
			s4 += r[4][i]
			s5 += r[5][i]
		}
		d := (*[6]float32)(dst[j:])
		d[0], d[1], d[2], d[3], d[4], d[5] = s0, s1, s2, s3, s4, s5
	}
	for ; j < len(dst); j++ {
		s := float32(0)
		for _, v := range l.numbers[j][:n] {
			s += v
		}
		dst[j] = s
	}
}

// Inputs of the models, those of the waves first.
const (
	atrialWaveInputs = 8 + atrialNumbers + 1
	atrialInputs     = atrialWaveInputs + afSet
)

// inputs describes the last beats of the lead, of which there is one.
func (l *atrialLead) inputs(in []float32) {
	n := int(min(l.n, atrialBeats))
	// The usual window, and the sum of squares of its slope by its curvature.
	var usual, bent [atrialSize]float32
	scale := 1 / float32(n*atrialScale)
	lo, hi, energy, top := float32(0), float32(0), float32(0), 0
	for j, v := range l.sum {
		u := float32(v) * scale
		usual[j] = u
		if u < lo {
			lo = u
		}
		if u > hi {
			hi = u
		}
		energy += float32(u * u)
		if u > usual[top] {
			top = j
		}
	}
	for j := range bent {
		if j > 0 {
			bent[j] += usual[j] - usual[j-1]
		}
		if j+1 < atrialSize {
			bent[j] -= usual[j+1] - usual[j]
		}
	}
	slope := float32(0)
	for j, v := range bent {
		slope += float32(v * usual[j])
	}
	var repeats, bends [atrialBeats]float32 // products of each window with the two
	products(repeats[:n], usual[:], l.heights[:], atrialSize)
	products(bends[:n], bent[:], l.heights[:], atrialSize)
	var all, like, left, own, speed float32
	for i := range n {
		xx, ww, xy, dd := l.sizes[i][0], l.sizes[i][1], repeats[i], bends[i]
		all += xx
		like += xy / sqrt32(float32(xx*energy)+1e-9)
		rest := larger(0, xx-2*xy+energy)
		left += roughLog(float64(rest/atrialSize) + 1e-5)
		own += l.sizes[i][2]
		speed += roughLog(float64((larger(0, ww-2*dd+slope) + 1e-6) / (rest + 1e-6)))
	}
	m := float32(n)
	mine := all / m
	in[0] = (float32(m*energy) - mine) / (max(m-1, 1) * (mine + 1e-9)) // share of the power that is the same before each beat
	in[1] = roughLog(float64(hi - lo + 0.01))
	in[2] = like / m
	in[3] = left / (2 * m)
	in[4] = own / (2 * m)
	in[5] = speed / m
	in[6] = float32(top)
	in[7] = m / atrialBeats
	numbers := in[8:][:atrialNumbers]
	l.sums(numbers, n)
	for j, v := range numbers {
		numbers[j] = v / m
	}
	in[8+atrialNumbers] = numbers[atrialPower+1] - numbers[atrialPower+3]
}
