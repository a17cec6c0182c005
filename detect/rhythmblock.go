package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Block by P waves: some that no QRS follows (second degree), or all of them at a
// pace that is not that of the ventricles (third degree).

const (
	// blockedPR is how long before the R peak a P wave that is conducted is at
	// most, s: the longest P-R interval before a dropped beat, to the middle of P.
	blockedPR = 0.40

	// blockedEven is by how much the intervals between P waves may miss an equal
	// part of that between beats: P-R grows, and P waves around a QRS are nearer.
	blockedEven = 0.18

	// blockedSame is by how much the P-R intervals after dropped beats may differ, s.
	blockedSame = 0.05

	// blockedHidden is how near the end of the T wave a P wave may not be seen, s.
	blockedHidden = 0.1

	freeBeats  = 8    // intervals without any relation to the P waves, for block to be confirmed
	freeFew    = 6    // for it to be suspected
	freeSlow   = 1.0  // s, of each interval: an escape rhythm is no faster
	freeSteady = 0.05 // difference between successive intervals, in parts of them
	freeLeast  = 0.40 // s between P waves, 150/min
	freeStep   = 0.01 // s
	freeMost   = 0.85 // of the interval between beats: the atria are faster
	freeHit    = 0.10 // s, by which a P wave may miss its time
	freeFit    = 0.75 // of P waves and times that find each other
	freeStill  = 0.60 // the same, for it to go on
	freeTied   = 0.60 // how much beats may keep to one part of the atrial cycle: 1 is all of them
)

// dropsBeats reports whether the interval that the beat ends has P waves that no
// QRS followed, before the one that is its own.
func (b *rulesBeat) dropsBeats() bool {
	n := b.p.N
	if n < 2 || b.p.Before[0] > blockedPR {
		return false
	}
	for i := 1; i < n; i++ {
		if part := (b.p.Before[i] - b.p.Before[i-1]) * float64(n) / b.rr; !(math.Abs(part-1) <= blockedEven) {
			return false
		}
	}
	return true
}

// bare reports whether the interval shows that no beat was dropped in it, if base
// is from one P wave to the next, s: there is none where it would be.
func (b *rulesBeat) bare(base float64) bool {
	if b.p.N <= 0 || b.dropsBeats() {
		return b.p.N == 0
	}
	return b.p.Before[0]+base < b.rr-float64(aloneQT*math.Sqrt(base))-blockedHidden
}

// unconducted looks for second-degree block: P waves without QRS, in intervals
// that are not further apart than dropped beats are.
func (r *RhythmRules) unconducted() (state ecg.EpisodeState, start int64, ok bool) {
	s := &r.s
	drops, last, first, every := 0, -1, 0, 0
	for i := range s.fresh - 1 {
		b := &s.beats[i]
		if b.class == ecg.Ventricular || b.class == ecg.Unknown || s.beats[i+1].at < s.ended || i-last > dropEvery {
			break
		}
		if b.p.N > 0 && b.p.Before[0] > blockedPR {
			break // not conducted, and no beat is missing
		}
		if !b.dropsBeats() {
			continue
		}
		if drops > 0 {
			if math.Abs(b.p.Before[0]-s.beats[last].p.Before[0]) > blockedSame {
				break // not conducted
			}
			every = i - last
		}
		drops++
		last, first = i, i
	}
	if drops < 2 {
		return 0, 0, false
	}
	start = s.beats[min(first+every, s.fresh-1)].at
	if drops >= 3 {
		return ecg.Confirmed, start, true
	}
	return ecg.Suspected, start, true
}

// dissociated looks for third-degree block: slow, steady beats, and P waves that
// are steady too and faster, but not with them.
func (r *RhythmRules) dissociated() (state ecg.EpisodeState, start int64, ok bool) {
	s := &r.s
	n := 0
	for ; n < min(s.fresh-1, freeBeats); n++ {
		b := &s.beats[n]
		steady := n == 0 || math.Abs(b.rr-s.beats[n-1].rr) <= freeSteady*b.rr
		if b.class != ecg.Normal && b.class != ecg.Unclassified || !(b.rr >= freeSlow) || !steady || b.p.N < 0 || s.beats[n+1].at < s.ended {
			break
		}
	}
	if n < freeFew {
		return 0, 0, false
	}
	// Times of P waves and of beats, s before the newest beat.
	var p, part [4 * freeBeats]float64
	var q [freeBeats]float64
	waves, back := 0, 0.0
	for i := range n {
		b := &s.beats[i]
		q[i] = back
		for k := range b.p.N {
			p[waves], part[waves] = back+b.p.Before[k], b.p.Before[k]/b.rr
			waves++
		}
		back += b.rr
	}
	if waves < n*3/5 {
		return 0, 0, false
	}
	// What comes with each beat at the same place, a P wave or a T wave, or both.
	for _, cycle := range [...]float64{1, 0.5} {
		if _, tied := vector(part[:waves], cycle); tied > freeTied {
			return 0, 0, false
		}
	}
	fit := freeFit
	if s.rhythm == ecg.ThirdDegreeBlock {
		fit = freeStill
	}
	for cycle := freeLeast; cycle <= freeMost*back/float64(n); cycle += freeStep {
		phase, _ := vector(p[:waves], cycle)
		if _, tied := vector(q[:n], cycle); tied > freeTied {
			continue
		}
		if r.kept(p[:waves], n, cycle, phase) >= fit {
			if n == freeBeats {
				return ecg.Confirmed, s.beats[n].at, true
			}
			return ecg.Suspected, s.beats[n].at, true
		}
	}
	return 0, 0, false
}

// vector is the mean of times as turns around a cycle: where in the cycle, in s,
// and how much they agree, 0 to 1.
func vector(times []float64, cycle float64) (phase, length float64) {
	x, y := 0.0, 0.0
	for _, t := range times {
		turn := 2 * math.Pi * t / cycle
		x += portable.Cos(turn)
		y += portable.Sin(turn)
	}
	phase = portable.Atan2(y, x) / (2 * math.Pi) * cycle
	return phase, math.Sqrt(float64(x*x)+float64(y*y)) / float64(len(times))
}

// kept is the share of P waves of the last n intervals that come when the cycle
// says, and of times that have one, where it could be seen.
func (r *RhythmRules) kept(p []float64, n int, cycle, phase float64) float64 {
	s := &r.s
	hits, due := 0, 0
	back := 0.0
	for i := range n {
		b := &s.beats[i]
		seen := b.rr - float64(aloneQT*math.Sqrt(b.rr))
		// Times within the part of the interval where P waves are looked for.
		k := math.Ceil((back + float64(aloneEnd)/atrialRate - phase) / cycle)
		for t := phase + float64(k*cycle); t <= back+seen; t += cycle {
			due++
			for _, at := range p {
				if math.Abs(at-t) <= freeHit {
					hits++
					break
				}
			}
		}
		back += b.rr
	}
	return float64(2*hits) / float64(due+len(p))
}
