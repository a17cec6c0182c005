package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// What the models are told of a beat's shape.

// inputs measures the beat at hand beside what is known, and then learns from it.
// It returns the cluster that the beat is in, and whether it has opened that.
func (s *beatShapes) inputs(x []float32, lead []beatLead, confidence float64) (cluster uint8, opened bool) {
	neutralShape(x)
	x[inDoubt] = doubt(confidence)
	s.context(x)
	x[inPrevAbnormal] = float32(s.abnormal & 1)
	x[inAbnormal10] = float32(bits(s.abnormal & 0x3ff))
	x[inPQ] = s.pq
	if !s.anyUsable {
		s.home = -1
		s.remember(x)
		s.after(false, false)
		return beatNobody, false
	}
	var all float32
	for i := range s.cluster {
		c := &s.cluster[i]
		s.match[i] = beatMatch{}
		if c.n == 0 {
			continue
		}
		all += c.score
		s.match[i] = compareShapes(lead, func(l *beatLead) *beatShape { return &l.shape[i] })
	}
	near, home := -1, -1
	for i := range s.cluster {
		if !s.match[i].ok {
			continue
		}
		if s.normal(i, all) {
			if near < 0 || s.match[i].r > s.match[near].r {
				near = i
			}
		} else if s.cluster[i].n >= beatKnown {
			x[inRKnown] = max(x[inRKnown], s.match[i].cost())
		}
		if home < 0 || s.match[i].cost() > s.match[home].cost() {
			home = i
		}
	}
	width, frequency := s.breadth(lead)
	x[inWidth] = width
	x[inFrequency] = log32(frequency)
	x[inZ0] = beatZ0(x[inRR32], frequency)
	noise, weights := float32(0), float32(0)
	for i := range lead {
		if l := &lead[i]; l.now.usable {
			w := float32(l.now.weight * l.now.weight)
			noise += float32(w * l.now.noise)
			weights += w
		}
	}
	x[inNoise] = log32(0.003 + noise/weights)
	early := x[inRR32] < beatEarly
	if home >= 0 {
		x[inRCluster] = s.match[home].cost()
		x[inClusterEarly] = s.cluster[home].early
		x[inClusterCount] = log32(1 + s.cluster[home].count)
	}
	if home < 0 || s.match[home].cost() < beatJoin {
		x[inClusterCount] = 0
		x[inClusterEarly] = 0
		if early {
			x[inClusterEarly] = 1
		}
	}
	joins := home >= 0 && s.match[home].cost() >= beatJoin
	s.own = beatOwn{rr: x[inRRMedian32]}
	if joins && home == s.home {
		s.own.run = 1
		x[inClusterSame] = log32(1 + float32(s.same))
	} else {
		x[inClusterSame] = 0
	}
	if abs32(x[inRRBefore]) < beatRegular && abs32(x[inRRMedian32]) < 2*beatRegular {
		s.own.regular = 1
	}
	if s.match[s.dominant].ok {
		m := s.match[s.dominant]
		x[inRDominant], x[inGain] = m.r, m.gain
		s.area(x, lead, m.shift)
	}
	if near >= 0 {
		x[inRNormal] = s.match[near].r
		x[inWidthRatio] = log32(width / max(1, s.cluster[near].width))
		s.agreement(x, lead, near)
	}
	looksNormal := near < 0 || s.match[near].r > beatNormalR
	s.atria(x, lead)
	if joins {
		c := &s.cluster[home]
		x[inClusterRR], x[inClusterRun], x[inClusterRegular], x[inClusterP] = c.rr, c.run, c.regular, c.p
	} else {
		x[inClusterRR], x[inClusterRun], x[inClusterRegular], x[inClusterP] = s.own.rr, s.own.run, s.own.regular, x[inPDrop]
	}
	dominant := joins && s.dominant == home
	home = s.learn(x, lead, home, width, early)
	opened = s.cluster[home].n == 1
	if home != s.home || opened {
		s.same = 0
	}
	s.home, s.same = home, min(s.same+1, 1<<20)
	s.remember(x)
	if dominant {
		s.learnLeads(lead, near)
	}
	s.after(!looksNormal, dominant)
	return uint8(home), opened
}

// doubt is the logarithm of what a confidence is short of 1; one that is not given,
// or is no probability, is none.
func doubt(confidence float64) float32 {
	if !(confidence > 0 && confidence <= 1) {
		confidence = 1
	}
	return log32(beatDoubt0 + 1 - float32(confidence))
}

// context is what the beats before tell of the signal: in noise detections are
// doubtful and shapes are like none that came before.
func (s *beatShapes) context(x []float32) {
	x[inDoubt8], x[inMisfit8], x[inRest8] = log32(beatDoubt0+s.doubt), log32(beatMisfit0+s.misfit), log32(beatRest0+s.rest)
	x[inPrevNormal] = 1 - s.unlike
}

// remember makes the beat at hand part of the context.
func (s *beatShapes) remember(x []float32) {
	ease := func(v *float32, now float32) { *v += (now - *v) / beatContext }
	ease(&s.doubt, float32(portable.Exp(float64(x[inDoubt]))))
	s.unlike = 1 - x[inRNormal]
	if s.anyUsable {
		ease(&s.misfit, max(0, 1-x[inRCluster]))
		ease(&s.rest, float32(portable.Exp(float64(x[inRest]))))
	}
}

// after closes a beat.
func (s *beatShapes) after(abnormal, dominant bool) {
	s.abnormal <<= 1
	if abnormal {
		s.abnormal |= 1
	}
	s.lastFid, s.lastOn, s.lastUsable = s.fid, dominant, s.anyUsable
	s.beats++
}

// breadth is the width of the complex, 4 standard deviations of its energy in
// time (ms), and its mean frequency (Hz), of all leads.
func (s *beatShapes) breadth(lead []beatLead) (width, frequency float32) {
	var e, te, tte, d, xx float32
	for i := range lead {
		now := &lead[i].now
		if !now.usable {
			continue
		}
		x := now.at(0)
		middle := medianPoints(x)
		for j, v := range x {
			v -= middle
			p := float32(now.weight * float32(v*v))
			t := float32(j - beatBefore/2)
			e += p
			te += float32(p * t)
			tte += float32(p * float32(t*t))
			if j > 0 {
				step := x[j] - x[j-1]
				d += float32(now.weight * float32(step*step))
			}
		}
		xx += float32(now.weight * now.energy[beatShift])
	}
	m := te / e
	const step = 2. / qrsRate // s
	width = 4 * 1000 * step * sqrt32(max(0, tte/e-float32(m*m)))
	return max(width, 1), max(1, sqrt32(d/xx)/(2*math.Pi*step))
}

// medianPoints is the median of a QRS window.
func medianPoints(x []float32) float32 {
	var v [beatPoints]float32
	copy(v[:], x)
	upper := smallest(v[:], beatPoints/2)
	lower := v[0] // the largest of those below
	for _, x := range v[1 : beatPoints/2] {
		lower = max(lower, x)
	}
	return (lower + upper) / 2
}

// area compares the area of the complex with that of the dominant shape.
func (s *beatShapes) area(x []float32, lead []beatLead, shift int) {
	own, usual := float32(0), float32(0)
	for i := range lead {
		l := &lead[i]
		t := &l.shape[s.dominant]
		if !l.now.usable || t.n == 0 {
			continue
		}
		w := sqrt32(l.now.weight)
		m := l.now.mean[shift+beatShift]
		a, b := float32(0), float32(0)
		for j, v := range l.now.at(shift) {
			a += abs32(v - m)
			b += abs32(t.x[j])
		}
		own += float32(w * a)
		usual += float32(w * b)
	}
	if usual > 0 {
		x[inArea] = log32(max(0.05, own/usual))
	}
}

// agreement is what each lead by itself says of the likeness to a normal shape:
// the distance beside the distances that normal beats of this patient have on
// this lead, so that a lead on which these vary much has little to say.
func (s *beatShapes) agreement(x []float32, lead []beatLead, near int) {
	low, high, rLow, rHigh, sum, weights := float32(9), float32(-9), float32(2), float32(-2), float32(0), float32(0)
	for i := range lead {
		l := &lead[i]
		t := &l.shape[near]
		if !l.now.usable || t.n == 0 {
			continue
		}
		r := l.alone(t, s.match[near].shift)
		far := (log32(1.01-r) - l.far) / max(l.spread, beatSpreadMin)
		low, high = min(low, far), max(high, far)
		rLow, rHigh = min(rLow, r), max(rHigh, r)
		w := float32(l.quality * l.quality)
		w = float32(w*w) / (1 + float32(400*l.now.noise*l.now.noise))
		sum += float32(w * far)
		weights += w
	}
	if weights > 0 {
		x[inFar], x[inFarLeast], x[inFarMost] = sum/weights, low, high
		x[inRLeast], x[inRMost] = rLow, rHigh
	}
}

// alone is the correlation of the beat at hand with a shape on this lead.
func (l *beatLead) alone(t *beatShape, shift int) float32 {
	xy := float32(0)
	for j, v := range l.now.at(shift) {
		xy += float32(t.x[j] * v)
	}
	d := float32(t.energy * l.now.energy[shift+beatShift])
	if d <= 0 {
		return 0
	}
	return xy / sqrt32(d)
}

// beatZ0 is the first guess of the log odds that a beat is ventricular, before
// any shape is known: early and of low frequency. It only weighs clusters for
// the choice of the dominant one.
func beatZ0(rr, frequency float32) float32 {
	return beatZ0Base + float32(beatZ0RR*min(1.6, max(0.4, rr))) + float32(beatZ0Frequency*log32(frequency))
}
