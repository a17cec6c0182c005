package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// The shapes of a patient's QRS complexes: clusters of beats that look alike on
// all leads together, one of them dominant (the normal beat of this patient),
// and the set of those that are normal too, as with a bundle branch block that
// comes and goes. Leads count by how well they have told shapes apart so far,
// whatever their gain.

const (
	beatClusters = 12
	beatBefore   = 22 // grid samples of the QRS window before the fiducial point: 110 ms
	beatAfter    = 28 // and after it: 140 ms
	beatPoints   = (beatBefore+beatAfter)/2 + 1
	beatShift    = 4 // shapes are compared shifted by up to 20 ms
	beatShifts   = 2*beatShift + 1

	beatFind = 20 // the fiducial point is looked for within 100 ms of the R peak
	beatFine = 18 // and once more within 90 ms of that
	beatBack = 2*beatFind + beatTFar

	beatSilent = 0.02 // mV: a lead with less in the QRS window shows nothing

	beatJoin     = 0.90 // correlation from which on a beat belongs to a cluster
	beatNormalR  = 0.90 // and from which on a beat looks normal
	beatMergeR   = 0.95 // clusters that are so much like the dominant one become one with it
	beatMergeLog = 0.25 // if their heights differ by less (natural logarithm)
	beatGainFree = 0.5  // a height that differs by more counts against a cluster
	beatGainCost = 0.3

	beatMemory    = 24       // beats of a running shape
	beatMeans     = 40       // beats of the running means of a cluster and a lead
	beatDecay     = 1. / 256 // of the counts of a cluster, per beat
	beatTake      = 1.25     // another cluster is dominant when its score is so much higher
	beatShare     = 0.08     // of all score: what a normal cluster has at least
	beatEarly     = 0.85     // a beat is premature below this ratio of RR to its median
	beatEarlyMax  = 0.4      // premature share that a normal cluster may have
	beatWideMax   = 1.35     // and its width beside that of the dominant one
	beatQuality0  = 0.9
	beatFar0      = -3.5
	beatSpread0   = 0.7
	beatSpreadMin = 0.35
)

// beatShape is a running QRS of one lead: every second grid sample of the QRS
// window, without its mean, mV.
type beatShape struct {
	x      [beatPoints]float32
	energy float32
	n      int32 // beats in it
}

func (s *beatShape) measure() {
	e := float32(0)
	for _, v := range s.x {
		e += float32(v * v)
	}
	s.energy = e
}

// beatSight is how one lead shows the beat at hand.
type beatSight struct {
	usable bool
	weight float32                                // of its squares beside those of other leads
	half   [2][beatPoints + beatShift + 1]float32 // grid samples of even and odd shifts
	mean   [beatShifts]float32
	energy [beatShifts]float32 // without the mean
	height float32             // mV
	noise  float32             // before the beat, share of the height
}

// at are the points of the QRS window at a shift.
func (s *beatSight) at(shift int) []float32 {
	k := shift + beatShift
	return s.half[k&1][k>>1:][:beatPoints]
}

// shapeAt is the window at a shift without its mean.
func (s *beatSight) shapeAt(shift int) beatShape {
	out := beatShape{n: 1, energy: s.energy[shift+beatShift]}
	m := s.mean[shift+beatShift]
	for i, v := range s.at(shift) {
		out.x[i] = v - m
	}
	return out
}

// beatCluster is what the leads share of a cluster.
type beatCluster struct {
	n     int32   // beats; 0: free
	count float32 // decaying
	score float32 // decaying sum of the probability of being normal
	early float32 // share of premature beats
	width float32 // ms
	first int64   // number of the first beat in it
	last  int64   // and of the last
}

// beatMatch is how a beat compares with a shape on all leads together.
type beatMatch struct {
	r     float32 // correlation, -1 to 1
	gain  float32 // ln of its height beside the shape's
	shift int
	ok    bool // a lead has both
}

// cost is the correlation less what a height of another size costs.
func (m beatMatch) cost() float32 {
	return m.r - float32(beatGainCost*max(0, abs32(m.gain)-beatGainFree))
}

func abs32(v float32) float32 { return max(v, -v) }

func log32(v float32) float32 { return float32(portable.Log(float64(v))) }

type beatShapes struct {
	cluster  [beatClusters]beatCluster
	dominant int
	beats    int64
	fid      int64 // of the beat at hand, grid samples
	lastFid  int64 // of the one before
	lastOn   bool  // that was a dominant one
	pq       float32

	abnormal   uint32                  // of the last 32 beats, newest in bit 0
	match      [beatClusters]beatMatch // scratch
	p          beatPWave               // scratch
	anyUsable  bool
	lastUsable bool
}

// fiducial is the centre of the squared slope near k, of all leads: the same
// point of a complex whatever detector found it.
func (s *beatShapes) fiducial(lead []beatLead, k int64) int64 {
	for _, side := range [2]int64{beatFind, beatFine} {
		sum, moment := float32(0), float32(0)
		for i := range lead {
			l := &lead[i]
			if !l.whole(k-side-2, k+side+2) {
				continue
			}
			var d [2*beatFind + 1]float32
			top := float32(0)
			for j := -side; j <= side; j++ {
				v := l.at(k+j+2) - l.at(k+j-2)
				v = float32(v * v)
				d[j+side] = v
				top = max(top, v)
			}
			if top < beatSilent*beatSilent/4 {
				continue
			}
			for j := -side; j <= side; j++ {
				v := d[j+side] / top
				sum += v
				moment += float32(v * float32(j))
			}
		}
		if sum > 0 {
			k += int64(math.Floor(float64(moment/sum) + 0.5))
		}
	}
	s.fid = k
	return k
}

// load looks at the QRS window of every lead.
func (s *beatShapes) load(lead []beatLead, fid int64) {
	s.anyUsable = false
	for i := range lead {
		l := &lead[i]
		now := &l.now
		first := fid - beatBefore - beatShift
		now.usable = l.whole(fid-beatRecent, fid+beatAfter+beatShift)
		if !now.usable {
			continue
		}
		for j := range now.half {
			for k := range now.half[j] {
				now.half[j][k] = l.at(first + int64(2*k+j))
			}
		}
		lo, hi := now.half[0][0], now.half[0][0]
		for _, v := range now.at(0) {
			lo, hi = min(lo, v), max(hi, v)
		}
		now.height = hi - lo
		if now.usable = now.height >= beatSilent; !now.usable {
			continue
		}
		for k := range beatShifts {
			sum := float32(0)
			x := now.at(k - beatShift)
			for _, v := range x {
				sum += v
			}
			m, e := sum/beatPoints, float32(0)
			for _, v := range x {
				e += float32((v - m) * (v - m))
			}
			now.mean[k], now.energy[k] = m, e
		}
		h := l.height
		if h == 0 {
			h = now.height
		}
		now.noise = l.unrest(fid) / h
		q := max(l.quality, 0.1)
		w := float32(q*q) / h
		// A lead that is noisier than a twentieth of its height loses weight.
		now.weight = float32(w*w) / (1 + float32(400*now.noise*now.noise))
		s.anyUsable = true
	}
}

// compare correlates the beat at hand with one shape per lead, over small shifts.
func compareShapes(lead []beatLead, shape func(*beatLead) *beatShape) beatMatch {
	best := beatMatch{r: -2}
	yy := float32(0)
	for i := range lead {
		l := &lead[i]
		if t := shape(l); l.now.usable && t.n > 0 {
			yy += float32(l.now.weight * t.energy)
		}
	}
	if yy <= 0 {
		return beatMatch{}
	}
	try := func(shift int) {
		xy, xx := float32(0), float32(0)
		for i := range lead {
			l := &lead[i]
			t := shape(l)
			if !l.now.usable || t.n == 0 {
				continue
			}
			x := l.now.at(shift)
			var a, b float32
			for j := 0; j+1 < beatPoints; j += 2 {
				a += float32(t.x[j] * x[j])
				b += float32(t.x[j+1] * x[j+1])
			}
			xy += float32(l.now.weight * (a + b))
			xx += float32(l.now.weight * l.now.energy[shift+beatShift])
		}
		if xx <= 0 {
			return
		}
		if r := xy / sqrt32(xx*yy); r > best.r {
			best = beatMatch{r: r, gain: xy / yy, shift: shift, ok: true}
		}
	}
	for shift := -beatShift; shift <= beatShift; shift += 2 {
		try(shift)
	}
	for near, i := best.shift, 0; i < 2; i++ {
		if shift := near - 1 + 2*i; best.ok && shift >= -beatShift && shift <= beatShift {
			try(shift)
		}
	}
	best.gain = log32(max(best.gain, 0.01))
	return best
}

func sqrt32(v float32) float32 { return float32(math.Sqrt(float64(v))) }

// neighbours is the correlation of the beat at hand with the one before, which
// it then replaces.
func (s *beatShapes) neighbours(lead []beatLead) float32 {
	m := compareShapes(lead, func(l *beatLead) *beatShape { return &l.before })
	for i := range lead {
		l := &lead[i]
		l.before.n = 0
		if l.now.usable {
			l.before = l.now.shapeAt(0)
		}
	}
	if !m.ok {
		return 1
	}
	return m.r
}

// normal reports whether cluster i is one of the patient's normal shapes.
func (s *beatShapes) normal(i int, all float32) bool {
	c, d := &s.cluster[i], &s.cluster[s.dominant]
	return i == s.dominant || c.n >= 4 && c.score >= beatShare*all && c.early < beatEarlyMax && c.width < beatWideMax*d.width
}

// inputs measures the beat at hand beside what is known, and then learns from it.
// It returns the cluster that the beat is in; a new one loses its shift.
func (s *beatShapes) inputs(x []float32, lead []beatLead, shift []float32) uint8 {
	neutralShape(x)
	x[inPrevAbnormal] = float32(s.abnormal & 1)
	x[inAbnormal10] = float32(bits(s.abnormal & 0x3ff))
	x[inPQ] = s.pq
	if !s.anyUsable {
		s.after(false, false)
		return beatNobody
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
		if s.normal(i, all) && (near < 0 || s.match[i].r > s.match[near].r) {
			near = i
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
	dominant := home >= 0 && s.dominant == home && s.match[home].cost() >= beatJoin
	home = s.learn(x, lead, home, width, early)
	if s.cluster[home].n == 1 {
		shift[home] = 0
	}
	if dominant {
		s.learnLeads(lead, near)
	}
	s.after(!looksNormal, dominant)
	return uint8(home)
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

func bits(v uint32) int {
	n := 0
	for ; v != 0; v &= v - 1 {
		n++
	}
	return n
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
	sortFloats(v[:])
	return (v[beatPoints/2-1] + v[beatPoints/2]) / 2
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

// From a logistic regression of V against N and S on DS1, both of equal weight,
// records by the root of their beats.
const (
	beatZ0Base      = 22.4
	beatZ0RR        = -11
	beatZ0Frequency = -6.3
)

// learn gives the beat to its cluster, or opens one, and returns that.
func (s *beatShapes) learn(x []float32, lead []beatLead, home int, width float32, early bool) int {
	for i := range s.cluster {
		c := &s.cluster[i]
		c.count -= float32(beatDecay * c.count)
		c.score -= float32(beatDecay * c.score)
	}
	shift := 0
	if home >= 0 && s.match[home].cost() >= beatJoin {
		shift = s.match[home].shift
	} else {
		home = s.open()
		for i := range lead {
			lead[i].shape[home].n = 0
		}
	}
	c := &s.cluster[home]
	c.n = min(c.n+1, 1<<20)
	c.last = s.beats
	c.count++
	c.score += float32(1 / (1 + portable.Exp(float64(x[inZ0]))))
	rate := 1 / float32(min(c.n, beatMeans))
	one := float32(0)
	if early {
		one = 1
	}
	c.early += float32(rate * (one - c.early))
	c.width += float32(rate * (width - c.width))
	for i := range lead {
		l := &lead[i]
		if !l.now.usable {
			continue
		}
		t := &l.shape[home]
		t.n = min(t.n+1, beatMemory)
		m, rate := l.now.mean[shift+beatShift], 1/float32(t.n)
		for j, v := range l.now.at(shift) {
			if t.n == 1 {
				t.x[j] = v - m
			} else {
				t.x[j] += float32(rate * (v - m - t.x[j]))
			}
		}
		t.measure()
	}
	if home != s.dominant && s.cluster[home].score > float32(beatTake*s.cluster[s.dominant].score) {
		s.dominant = home
	}
	if s.merge(lead, home) {
		return s.dominant
	}
	return home
}

// open returns a cluster for a new shape: a free one, else the one that has been
// of least use lately.
func (s *beatShapes) open() int {
	worst, least := -1, float32(0)
	for i := range s.cluster {
		c := &s.cluster[i]
		if c.n == 0 {
			worst = i
			break
		}
		if i == s.dominant {
			continue
		}
		use := float32(c.n) / (1 + float32(s.beats-c.last)/50)
		if worst < 0 || use < least {
			worst, least = i, use
		}
	}
	s.cluster[worst] = beatCluster{first: s.beats}
	return worst
}

// merge makes cluster i part of the dominant one if they have become alike.
func (s *beatShapes) merge(lead []beatLead, i int) bool {
	c, d := &s.cluster[i], &s.cluster[s.dominant]
	if i == s.dominant || c.n < 3 {
		return false
	}
	var xy, xx, yy float32
	for k := range lead {
		l := &lead[k]
		a, b := &l.shape[i], &l.shape[s.dominant]
		if !l.now.usable || a.n == 0 || b.n == 0 {
			continue
		}
		dot := float32(0)
		for j, v := range a.x {
			dot += float32(v * b.x[j])
		}
		xy += float32(l.now.weight * dot)
		xx += float32(l.now.weight * a.energy)
		yy += float32(l.now.weight * b.energy)
	}
	if !(xx > 0 && yy > 0) || xy < float32(beatMergeR*sqrt32(xx*yy)) || abs32(log32(xy/yy)) > beatMergeLog {
		return false
	}
	d.count += c.count
	d.score += c.score
	d.last = s.beats
	s.cluster[i] = beatCluster{}
	for k := range lead {
		lead[k].shape[i].n = 0
	}
	return true
}

// learnLeads updates what is known of each lead from a beat of the dominant
// shape.
func (s *beatShapes) learnLeads(lead []beatLead, near int) {
	for i := range lead {
		l := &lead[i]
		if !l.now.usable {
			continue
		}
		if l.height == 0 {
			l.height, l.noise = l.now.height, l.now.noise
		}
		l.height += (l.now.height - l.height) / beatMeans
		l.noise += (l.now.noise - l.noise) / beatMeans
		if near < 0 || l.shape[near].n < 2 {
			continue
		}
		r := l.alone(&l.shape[near], s.match[near].shift)
		l.quality += (r - l.quality) / beatMeans
		d := log32(1.01-r) - l.far
		l.far += d / beatMeans
		l.spread += (abs32(d) - l.spread) / beatMeans
	}
}
