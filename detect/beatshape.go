package detect

import "math"

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
	beatRegular   = 0.12     // change of RR (logarithm) of a regular beat
	beatEarlyMax  = 0.4      // premature share that a normal cluster may have
	beatWideMax   = 1.35     // and its width beside that of the dominant one
	beatQuality0  = 0.9
	beatFar0      = -3.5
	beatSpread0   = 0.7
	beatSpreadMin = 0.35

	beatKnown   = 3     // beats of a shape that is known
	beatContext = 8     // beats of the running means of what disturbs
	beatDoubt0  = 0.003 // offsets of logarithms
	beatMisfit0 = 0.02
	beatRest0   = 0.01
	beatQuiet0  = -3.5 // ln: P windows are so much apart in quiet signal
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

type beatShapes struct {
	cluster  [beatClusters]beatCluster
	dominant int
	beats    int64
	fid      int64 // of the beat at hand, grid samples
	lastFid  int64 // of the one before
	lastOn   bool  // that was a dominant one
	pq       float32
	home     int     // the cluster of the beat before, -1: none
	same     int32   // beats of it in a row
	own      beatOwn // scratch

	// Running means over beatContext beats: 1 - confidence, 1 - correlation with the
	// cluster, distance of the P window from the usual one beside the height.
	doubt, misfit, rest float32
	unlike              float32 // what the likeness of the beat before to a normal one was short of 1

	abnormal   uint32                  // of the last 32 beats, newest in bit 0
	match      [beatClusters]beatMatch // scratch
	p          beatPWave               // scratch
	anyUsable  bool
	lastUsable bool
}

// beatOwn is what the beat at hand adds to the means of its cluster.
type beatOwn struct{ rr, run, regular float32 }

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

func bits(v uint32) int {
	n := 0
	for ; v != 0; v &= v - 1 {
		n++
	}
	return n
}

// From a logistic regression of V against N and S on DS1, both of equal weight,
// records by the root of their beats.
const (
	beatZ0Base      = 22.4
	beatZ0RR        = -11
	beatZ0Frequency = -6.3
)
