package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// The inputs of the verifier: what a candidate looks like beside the beats
// before it. Levels are ratios to running levels, so that neither gain nor
// polarity enters; the tiny constant in each logarithm of a ratio is the only
// place where a millivolt counts.

const (
	qrsLook1 = 36 // grid samples after a candidate that the first look sees: 180 ms
	qrsLook2 = 64 // the second: 320 ms

	qrsSeen1 = qrsLook1 - qrsSide2 // grid samples after a candidate to the last e2 that the first look sees

	qrsGateInputs = 14
	qrsInputs1    = 161
	qrsInputs2    = 181

	qrsBack = 2 * qrsRate // look-back, grid samples
)

var qrsLooks = [2]int64{qrsLook1, qrsLook2}

// ratio is the clipped logarithm of a/b.
func ratio(a, b float32) float32 {
	const tiny = 1e-5 // mV: no beat is that small
	return clip(logarithm((a+tiny)/(b+tiny)), 4)
}

// logarithm is the natural logarithm of a positive normal number within 3e-7 of
// the larger of 1 and itself: with x = m*2^e, m near 1, and s = (m-1)/(m+1), log m =
// 2(s + s^3/3 + s^5/5 + ...).
func logarithm(x float32) float32 {
	const half = 0x3f3504f3 // the bits of the root of 1/2: m is from there to the root of 2
	bits := int32(math.Float32bits(x)) - half
	m := math.Float32frombits(uint32(bits&0x7fffff + half))
	s := (m - 1) / (m + 1)
	q := float32(s * s)
	p := float32(q*(1./9)) + 1./7
	p = float32(q*p) + 1./5
	p = float32(q*p) + 1./3
	return float32(2*s) + float32(float32(2*s)*float32(q*p)) + float32(math.Ln2*float32(bits>>23))
}

// clip limits a number. Comparisons take less than the built-in min and max, which
// have a NaN and two zeros to think of.
func clip(v, limit float32) float32 {
	if v > limit {
		return limit
	}
	if v < -limit {
		return -limit
	}
	return v
}

// larger is the larger of two numbers.
func larger(a, b float32) float32 {
	if b > a {
		return b
	}
	return a
}

// stretch is [from, to) of a ring, in two parts where it wraps around; nothing
// before the signal began, or if to <= from. It is at most a ring long.
func stretch(ring *[qrsRing]float32, from, to int64) (a, b []float32) {
	from = max(from, 0)
	if to <= from {
		return nil, nil
	}
	i, j := from&qrsMask, (to-1)&qrsMask+1
	if i < j {
		return ring[i:j], nil
	}
	return ring[i:], ring[:j]
}

// ringMax is the largest of [from, to], 0 if there is nothing.
func ringMax(ring *[qrsRing]float32, from, to int64) float32 {
	m := float32(0)
	a, b := stretch(ring, from, to+1)
	for _, v := range a {
		m = larger(m, v)
	}
	for _, v := range b {
		m = larger(m, v)
	}
	return m
}

// ringMean is the mean of [from, to), 0 if there is nothing.
func ringMean(ring *[qrsRing]float32, from, to int64) float32 {
	a, b := stretch(ring, from, to)
	if len(a) == 0 {
		return 0
	}
	return (sum(a) + sum(b)) / float32(len(a)+len(b))
}

// sum adds in four lanes: an addition takes four cycles, but one can begin in each.
func sum(v []float32) float32 {
	var a, b, c, d float32
	for ; len(v) >= 4; v = v[4:] {
		a += v[0]
		b += v[1]
		c += v[2]
		d += v[3]
	}
	for _, f := range v {
		a += f
	}
	return (a + b) + (c + d)
}

// shape is the signal around c as a shape.
func (v *qrsEvidence) shape(c int64, s *qrsShape) {
	sum := float32(0)
	for i := range s {
		s[i] = v.y[(c-qrsShapeSide+2*int64(i))&qrsMask]
		sum += s[i]
	}
	sum /= qrsShapeSize
	norm := float32(0)
	for i := range s {
		s[i] -= sum
		norm += float32(s[i] * s[i])
	}
	if norm < 1e-12 { // 1 nV: nothing there
		*s = qrsShape{}
		return
	}
	f := 1 / float32(math.Sqrt(float64(norm)))
	for i := range s {
		s[i] *= f
	}
}

// measure is what the lead shows at c.
func (v *qrsEvidence) measure(c int64, m *qrsMeasure) {
	m.e1 = ringMax(&v.e1, c-6, c+6)
	m.e2 = v.e2[c&qrsMask]
	m.e3 = 0
	for i := (c - 5) >> 1; i <= (c+6)>>1; i++ {
		m.e3 = larger(m.e3, v.e3[i&qrsHalfMask])
	}
	lo, hi := v.y[c&qrsMask], v.y[c&qrsMask]
	for i := c - 20; i <= c+20; i++ {
		y := v.y[i&qrsMask]
		if y < lo {
			lo = y
		}
		hi = larger(hi, y)
	}
	m.height = hi - lo
	m.slope = 0
	for i := c - 12; i <= c+12; i++ {
		m.slope = larger(m.slope, v.slope(i))
	}
	v.shape(c, &m.shape)
}

// main is the main deflection near c: where the even kernel of the middle scale
// is largest in magnitude within 40 ms, and its sign.
func (v *qrsEvidence) main(k *qrsKernel, c int64) (place int64, sign float32) {
	best := float32(-1)
	for at := c - 8; at <= c+8; at++ {
		e := float32(k.even[0] * v.y[at&qrsMask])
		for i := 1; i < len(k.even); i++ {
			e += float32(k.even[i] * (v.y[(at+int64(i))&qrsMask] + v.y[(at-int64(i))&qrsMask]))
		}
		if m := max(e, -e); m > best {
			best, place, sign = m, at-c, 1
			if e < 0 {
				sign = -1
			}
		}
	}
	return place, sign
}

// levels are the running levels at a time since the last beat: those of the
// last beats, fallen in a long pause, or before the first beat what the largest
// evidence of the last seconds lets expect.
func (l *qrsLead) levels(since, rr float32) qrsLevels {
	a := l.level
	if l.beats == 0 {
		b := l.ev.level
		a = qrsLevels{b, b, 0.9 * b, 1.6 * b, b}
	}
	if pause := max(300, 2*rr); since > pause {
		a = a.times(max(qrsDecayFloor, float32(portable.Exp(-float64(since-pause)/qrsDecay))))
	}
	return a
}

// gateInputs appends the inputs of the gate, those that cost little: the first
// qrsGateInputs of the verifier.
func (l *qrsLead) gateInputs(x []float32, c int64, m *qrsMeasure, r *qrsRhythm) []float32 {
	v := &l.ev
	dt, rr := r.since(c), r.median()
	a := l.levels(dt, rr)
	last := float32(0)
	if l.beats > 0 {
		last = ratio(m.e2, l.lastE2)
	}
	noise := float32(0)
	if l.rejected > 0 {
		noise = ratio(m.e2, l.noise)
	}
	return append(x,
		ratio(m.e2, a.e2), ratio(m.e1, a.e1), ratio(m.e3, a.e3), ratio(m.height, a.height), ratio(m.slope, a.slope),
		ratio(m.e2, ringMax(&v.e2, c+9, c+qrsSeen1)),
		ratio(m.e2, ringMax(&v.e2, c-40, c-9)),
		last, noise, ratio(v.level, a.e2),
		min(dt/rr, 4), min(dt/qrsRate, 3),
		m.shape.dot(&l.template), l.templateSize)
}

// inputs appends the inputs for a candidate at c, measured as m, with a
// look-ahead of qrsLook1 or qrsLook2, behind those of the gate.
func (l *qrsLead) inputs(x []float32, c int64, m *qrsMeasure, look int64, r *qrsRhythm) []float32 {
	v := &l.ev
	dt, rr := r.since(c), r.median()
	a := l.levels(dt, rr)
	past := min(l.beats, qrsPast)

	// 1. Amplitude.
	threshold := float32(0.3 * a.e2)
	top, high := float32(0), 0
	early, late := stretch(&v.e2, c-qrsBack, c+20)
	for _, part := range [2][]float32{early, late} {
		for _, e := range part {
			top = larger(top, e)
			if e > threshold {
				high++
			}
		}
	}
	top = max(top, ringMax(&v.e2, c+20, c+qrsSeen1))
	slopeAfter, slopeBefore := float32(0), float32(0)
	for i := c + 13; i <= c+look-2; i++ {
		slopeAfter = larger(slopeAfter, v.slope(i))
	}
	for i := c - 40; i <= c-13; i++ {
		slopeBefore = larger(slopeBefore, v.slope(i))
	}
	mean3, n3 := float32(0), float32(0)
	for i := max(0, c-119) >> 1; i < (c-20)>>1; i++ {
		mean3 += v.e3[i&qrsHalfMask]
		n3++
	}
	if n3 > 0 {
		mean3 /= n3
	}
	lean1, lean3 := ratio(m.e1, m.e2), ratio(m.e3, m.e2)
	x = append(x,
		ratio(m.e2, top),
		ratio(m.slope, slopeAfter), ratio(m.slope, slopeBefore),
		lean1, lean3, lean1-ratio(a.e1, a.e2), lean3-ratio(a.e3, a.e2))
	if look == qrsLook2 {
		x = append(x, ratio(m.e2, ringMax(&v.e2, c+9, c+look-qrsSide2)))
	}
	if l.rejected == 0 {
		x = append(x, -2)
	} else {
		x = append(x, ratio(l.noise, a.e2))
	}
	x = append(x,
		ratio(ringMean(&v.e1, c-qrsBack, c-20), a.e1),
		ratio(ringMean(&v.e1, c-120, c-20), a.e1),
		ratio(ringMean(&v.e1, c+14, c+look-qrsSide1), a.e1),
		ratio(ringMean(&v.e2, c-120, c-20), a.e2),
		ratio(ringMean(&v.e2, c-qrsBack, c-20), a.e2),
		ratio(mean3, a.e3),
		ratio(ringMean(&v.e1, c-6, c+7), ringMean(&v.e1, c-22, c-8)),
		float32(high)/(qrsBack+20))

	// 2. Rhythm.
	rr1, rr2 := rr, rr
	least, most, spread := rr, rr, float32(0)
	if n := min(r.rrs, qrsPast); n > 0 {
		rr1 = r.rr[(r.rrs-1)%qrsPast]
		if n > 1 {
			rr2 = r.rr[(r.rrs-2)%qrsPast]
		}
		least, most, spread = summary(r.rr[:n])
	}
	quotient := dt / rr
	x = append(x,
		logarithm(max(quotient, 0.01)), min(dt/rr1, 4),
		min(rr1/rr, 3), min(rr2/rr, 3), spread, min(least/rr, 2), min(most/rr, 3),
		float32(min(r.rrs, qrsPast))/qrsPast, rr/qrsRate, min((dt+rr1)/(2*rr), 3))

	// 3. Likeness. Shapes at shifts of up to three grid samples.
	var shifted [7]qrsShape
	for s := range shifted {
		if s == 3 {
			shifted[s] = m.shape
		} else {
			v.shape(c+int64(s)-3, &shifted[s])
		}
	}
	likeMost, likeMean, likeLeast := float32(0), float32(0), float32(0)
	for i := range past {
		best := shifted[0].dot(&l.shapes[i])
		for s := 1; s < len(shifted); s++ {
			best = larger(best, shifted[s].dot(&l.shapes[i]))
		}
		likeMean += best
		if i == 0 {
			likeMost, likeLeast = best, best
		}
		likeMost, likeLeast = max(likeMost, best), min(likeLeast, best)
	}
	if past > 0 {
		likeMean /= float32(past)
	}
	unlike := float32(0)
	for i := range min(l.rejected, qrsPast) {
		for s := 1; s < len(shifted); s += 2 {
			unlike = larger(unlike, shifted[s].dot(&l.rejectedShape[i]))
		}
	}
	x = append(x, likeMost, likeMean, likeLeast, unlike, likeMost-unlike)

	// 4. Context.
	if r.isHeld {
		x = append(x, ratio(m.e2, l.held.e2), min(float32(c-r.heldAt)/rr, 2), sigmoid(r.heldOdds))
	} else {
		x = append(x, 0, 0, -0.2)
	}
	if p, ok := r.previous(); ok {
		x = append(x, min(float32(c-p)/100, 3))
	} else {
		x = append(x, 3)
	}
	x = append(x, float32(r.recent(c))/10)
	left, right := int64(1), int64(1)
	half := m.e2 / 2
	for left < qrsSeen1 && v.e2[(c-left)&qrsMask] > half {
		left++
	}
	for right < qrsSeen1 && v.e2[(c+right)&qrsMask] > half {
		right++
	}
	x = append(x, float32(left)/10, float32(right)/10)

	// 5. Place and sign of the main deflection.
	place, sign := v.main(&qrsKernels()[1], c)
	x = append(x, float32(place)/8)
	same := float32(0)
	if past > 0 {
		t, high := l.template[0], float32(0)
		for _, u := range l.template {
			if mag := max(u, -u); mag > high {
				high, t = mag, u
			}
		}
		same = -1
		if (t > 0) == (sign > 0) {
			same = 1
		}
	}
	x = append(x, same)

	// 6. The signal, upright, in units of the running height.
	offset := ringMean(&v.y, c-50, c+look+1)
	scale := sign / (a.height + 1e-5)
	for i := c - 60; i <= c+look; i += 2 {
		x = append(x, clip(scale*(v.y[i&qrsMask]-offset), 2.5))
	}

	// 7. The complex in units of its own height.
	offset = ringMean(&v.y, c-qrsShapeSide, c+qrsShapeSide+1)
	scale = sign / (m.height + 1e-5)
	for i := c - 20; i <= c+20; i += 2 {
		x = append(x, clip(scale*(v.y[i&qrsMask]-offset), 2.5))
	}

	// 8. The evidence.
	scale = 1 / (a.e2 + 1e-5)
	for i := c - 120; i <= c+look-qrsSide2; i += 5 {
		if i < 0 {
			x = append(x, 0)
			continue
		}
		x = append(x, min(3, scale*v.e2[i&qrsMask]))
	}

	// 9. The memory of sure beats.
	if r.sureBeats == 0 || l.sureBeats == 0 {
		return append(x, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	sureRR, sureSpread := rr, float32(0)
	if n := min(r.sureRRs, qrsPast); n > 0 {
		sureRR = r.sureMedian
		_, _, sureSpread = summary(r.sureRR[:n])
	}
	u := float32(c-r.sureAt) / sureRR
	phase, distance := float32(0.5), float32(0.5)
	if u < 8 {
		phase = u - float32(math.Floor(float64(u)+0.5))
		distance = max(phase, -phase)
	}
	sureLike := float32(-1)
	for s := range shifted {
		sureLike = max(sureLike, shifted[s].dot(&l.sureTemplate))
	}
	return append(x, phase, distance, min(u, 8), ratio(m.e2, l.sureE2), ratio(rr, sureRR), sureLike, 1, sureSpread)
}

// summary is the least, the largest, and the standard deviation over the mean.
func summary(v []float32) (least, most, spread float32) {
	least, most = v[0], v[0]
	sum := float32(0)
	for _, f := range v {
		least, most = min(least, f), max(most, f)
		sum += f
	}
	mu := sum / float32(len(v))
	ss := float32(0)
	for _, f := range v {
		ss += float32((f - mu) * (f - mu))
	}
	return least, most, float32(math.Sqrt(float64(ss/float32(len(v))))) / mu
}

func sigmoid(odds float32) float32 {
	return float32(1 / (1 + portable.Exp(-float64(odds))))
}
