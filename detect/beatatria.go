package detect

// P waves: the stretch before a QRS beside the patient's usual one. Where the
// beat before is near, its T wave lies there too; it is taken away first, as the
// beats of the dominant shape have it.

const (
	beatPFirst = 52 // grid samples before the fiducial point: 260 ms
	beatPLast  = 16 // 80 ms
	beatPSize  = (beatPFirst-beatPLast)/2 + 1

	beatTFirst = 20  // after it: 100 ms
	beatTLast  = 118 // 590 ms
	beatTSize  = (beatTLast-beatTFirst)/2 + 1
	beatTOwn   = 64  // a T wave ends so long before the next fiducial point (320 ms), else there may be a P wave
	beatTFar   = 240 // a beat 1.2 s before has no T wave here

	beatPMemory = 32 // beats
	beatRecent  = 72 // before the fiducial point the signal is looked at from here: 360 ms

	beatLate = 1.3 // a beat is on time from beatEarly to this ratio of RR to its median
)

// beatAtria is what a lead knows of the waves between the complexes, mV.
type beatAtria struct {
	p     [beatPSize]float32 // usual P window, without its mean
	pn    int32
	span  float32 // usual largest difference in the P window
	trust float32 // running correlation of on-time beats with p
	t     [beatTSize]float32
	tn    [beatTSize]uint8
}

// beatPWave is the P window of one lead of the beat at hand.
type beatPWave [beatPSize]float32

// unrest is the mean second difference over 20 ms before a beat, mV: noise, since
// P and T waves are too slow for it.
func (l *beatLead) unrest(fid int64) float32 {
	sum, n := float32(0), float32(0)
	for k := fid - beatRecent + 4; k <= fid-beatBefore-6; k += 2 {
		sum += abs32(l.at(k-4) - 2*l.at(k) + l.at(k+4))
		n++
	}
	return sum / n
}

// window is the P window without the T wave of the beat before and without mean.
func (s *beatShapes) window(l *beatLead, out *beatPWave) {
	subtract := s.lastUsable && s.fid-s.lastFid < beatTFar
	sum := float32(0)
	for j := range out {
		k := s.fid - beatPFirst + int64(2*j)
		v := l.at(k)
		if subtract {
			v -= l.p.usualT(k - s.lastFid)
		}
		out[j] = v
		sum += v
	}
	for j := range out {
		out[j] -= sum / beatPSize
	}
}

// usualT is the usual signal so many grid samples after a beat.
func (p *beatAtria) usualT(after int64) float32 {
	i := (after - beatTFirst) / 2
	if after < beatTFirst || i >= beatTSize {
		return 0
	}
	if p.tn[i] == 0 {
		return 0
	}
	return p.t[i]
}

// atria measures the P wave of the beat at hand, and learns it.
func (s *beatShapes) atria(x []float32, lead []beatLead) {
	onTime := x[inRR32] >= beatEarly && x[inRR32] <= beatLate
	isDominant := s.match[s.dominant].ok && s.match[s.dominant].r >= beatJoin
	s.learnT(lead)
	var drop, trust, rise, rs, weights, rest, restWeights float32
	for i := range lead {
		l := &lead[i]
		if !l.now.usable {
			continue
		}
		s.window(l, &s.p)
		xy, xx, yy := float32(0), float32(0), float32(0)
		lo, hi := s.p[0], s.p[0]
		for j, v := range s.p {
			xy += float32(v * l.p.p[j])
			xx += float32(v * v)
			yy += float32(l.p.p[j] * l.p.p[j])
			lo, hi = min(lo, v), max(hi, v)
		}
		if l.p.pn > 0 && xx > 0 && yy > 0 {
			r := xy / sqrt32(xx*yy)
			// A lead counts by how reliably it shows the P wave.
			w := float32(0.05) + max(0, l.p.trust)
			w = float32(w * w)
			rs += float32(w * r)
			drop += float32(w * (r - l.p.trust))
			trust += float32(w * l.p.trust)
			rise += float32(w * log32((hi-lo+0.005)/(l.p.span+0.005)))
			weights += w
			if l.height > 0 {
				v := float32(l.now.weight * l.now.weight)
				rest += float32(v * sqrt32(max(0, (xx+yy-float32(2*xy))/beatPSize)) / l.height)
				restWeights += v
			}
			if onTime && isDominant {
				l.p.trust += (r - l.p.trust) / beatPMemory
			}
		}
		if onTime && isDominant {
			l.p.pn = min(l.p.pn+1, beatPMemory)
			rate := 1 / float32(l.p.pn)
			for j, v := range s.p {
				l.p.p[j] += float32(rate * (v - l.p.p[j]))
			}
			l.p.span += float32(rate * (hi - lo - l.p.span))
		}
	}
	if restWeights > 0 {
		x[inRest] = log32(beatRest0 + rest/restWeights)
	}
	if weights > 0 {
		x[inP], x[inPDrop], x[inPRise] = rs/weights, drop/weights, rise/weights
		s.pq = trust / weights
		x[inPQ] = s.pq
	}
}

// learnT learns the T wave of the beat before, if that was of the dominant shape,
// as far as no P wave of this one can be in it.
func (s *beatShapes) learnT(lead []beatLead) {
	rr := s.fid - s.lastFid
	if !s.lastOn || !s.lastUsable || rr >= beatTFar {
		return
	}
	for i := range lead {
		l := &lead[i]
		if !l.whole(s.lastFid+beatTFirst, s.lastFid+min(rr-beatTOwn, beatTLast)) {
			continue
		}
		for j := range l.p.t {
			after := int64(beatTFirst + 2*j)
			if after > rr-beatTOwn {
				break
			}
			l.p.tn[j] = min(l.p.tn[j]+1, beatPMemory)
			l.p.t[j] += (l.at(s.lastFid+after) - l.p.t[j]) / float32(l.p.tn[j])
		}
	}
}
