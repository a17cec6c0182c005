package detect

import "github.com/sinus-ecg/sinus/ecg/portable"

// Clusters of beats that look alike: how they grow, which is dominant, which are
// normal.

// beatCluster is what the leads share of a cluster.
type beatCluster struct {
	n     int32   // beats; 0: free
	count float32 // decaying
	score float32 // decaying sum of the probability of being normal
	early float32 // share of premature beats
	width float32 // ms

	// Running means: RR beside its median (logarithm), share of beats behind one of
	// their own, share of beats as regular as the one before, drop of the P wave.
	rr, run, regular, p float32

	first int64 // number of the first beat in it
	last  int64 // and of the last
}

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
	c.rr += float32(rate * (s.own.rr - c.rr))
	c.run += float32(rate * (s.own.run - c.run))
	c.regular += float32(rate * (s.own.regular - c.regular))
	c.p += float32(rate * (x[inPDrop] - c.p))
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
