package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// The sinus node's rhythms, and those that look like them, are told by the mean
// interval; a block by intervals in which a beat was dropped.

const (
	// A dropped beat makes an interval of at most twice the others, and less
	// than that by what the P-R interval had grown (Wenckebach); 10 % are given
	// for the variation of the sinus node.
	dropLeast, dropMost = 1.5, 2.2
	likeLeast, likeMost = 0.9, 1.18 // the others, in parts of their lower quartile
	dropEvery           = 6         // intervals from one drop to the next, at most
	dropApart           = 3         // and at least: alternating ones are bigeminy

	// An escape rhythm below a third-degree block: the AV node does 40 to 60/min,
	// the ventricles 20 to 40 (Kusumoto 2019); it comes suddenly, and varies little.
	escapeRate    = 40.0 // 1/min
	escapeOnset   = 1.4  // times the interval before
	escapeVariety = 0.03 // mean difference between successive intervals, in parts

	// Intervals that differ by so much of their mean from one to the next have no
	// rate to be named by: breathing does a tenth, fibrillation a quarter.
	irregularPart = 0.12

	suddenOnset = 0.75 // a tachycardia that begins so has this part of the interval before
)

// byRate reports whether a rhythm is one of those that byRate names.
func byRate(k ecg.Rhythm) bool {
	return k == ecg.SinusRhythm || k == ecg.SinusBradycardia || k == ecg.SinusTachycardia || k == ecg.SupraventricularTachy
}

// byInterval reports whether a rhythm is one that intervals alone have told.
func byInterval(k ecg.Rhythm) bool {
	return byRate(k) || k == ecg.SecondDegreeBlock || k == ecg.ThirdDegreeBlock
}

// interval i of the fresh ones, newest first, as the mean rate counts it; ok is
// false for what lies within a run.
func (r *RhythmRules) interval(i int) (rr float64, ok bool) {
	a, b := &r.s.beats[i], &r.s.beats[i+1]
	foreign := a.class == b.class && a.class != ecg.Normal && a.class != ecg.Unclassified
	return min(a.rr, r.c.Pause.Seconds()), !foreign
}

// byRate names the rhythm by the mean of the newest intervals.
func (r *RhythmRules) byRate() (kind ecg.Rhythm, state ecg.EpisodeState, start int64) {
	s := &r.s
	sum, differ, n, last := 0.0, 0.0, 0, 0.0
	for i := 0; i+1 < s.fresh && n < rateBeats; i++ {
		rr, ok := r.interval(i)
		if !ok {
			continue
		}
		if sum += rr; n > 0 {
			differ += math.Abs(rr - last)
		}
		n, last = n+1, rr
	}
	if n < leastBeats {
		if byRate(s.rhythm) || s.rhythm == ecg.ThirdDegreeBlock {
			return s.rhythm, s.state, s.start
		}
		return ecg.RhythmUnknown, 0, s.beats[0].at
	}
	if byRate(s.rhythm) && differ > irregularPart*sum {
		return s.rhythm, s.state, s.start
	}
	mean := sum / float64(n)
	slow, fast := 60/r.c.Bradycardia, 60/r.c.Tachycardia
	switch s.rhythm {
	case ecg.SinusBradycardia, ecg.ThirdDegreeBlock:
		slow *= 1 - rateMargin
	case ecg.SinusTachycardia, ecg.SupraventricularTachy:
		fast *= 1 + rateMargin
	default:
		slow *= 1 + rateMargin
		fast *= 1 - rateMargin
	}
	switch {
	case mean > slow:
		if s.rhythm == ecg.SinusBradycardia {
			return s.rhythm, s.state, s.start
		}
		start = r.since(60/r.c.Bradycardia, 1)
		if s.rhythm == ecg.ThirdDegreeBlock || r.escapes(start) {
			return ecg.ThirdDegreeBlock, ecg.Suspected, start
		}
		return ecg.SinusBradycardia, ecg.Suspected, start
	case mean < fast:
		if s.rhythm == ecg.SinusTachycardia || s.rhythm == ecg.SupraventricularTachy {
			return s.rhythm, s.state, s.start
		}
		start = r.since(60/r.c.Tachycardia, -1)
		if r.sudden(start) {
			return ecg.SupraventricularTachy, ecg.Suspected, start
		}
		return ecg.SinusTachycardia, ecg.Suspected, start
	case s.rhythm == ecg.SinusRhythm:
		return s.rhythm, s.state, s.start
	case s.rhythm == ecg.SinusBradycardia || s.rhythm == ecg.ThirdDegreeBlock:
		start = r.since(60/r.c.Bradycardia, -1)
	case s.rhythm == ecg.SinusTachycardia || s.rhythm == ecg.SupraventricularTachy:
		start = r.since(60/r.c.Tachycardia, 1)
	case s.rhythm == ecg.RhythmUnknown:
		start = s.beats[s.fresh-1].at
	default:
		start = s.beats[0].at // what was there before has ended
	}
	return ecg.SinusRhythm, ecg.Suspected, start
}

// since is the beat from which the intervals lie above (sign 1) or below a limit:
// where the sum of what they exceed it by is largest.
func (r *RhythmRules) since(limit, sign float64) int64 {
	s := &r.s
	sum, best := 0.0, 0.0
	at := s.beats[min(1, s.count-1)].at
	for i := 0; i+1 < s.fresh; i++ {
		rr, ok := r.interval(i)
		if !ok {
			continue
		}
		if sum += float64(sign * (rr - limit)); sum > best {
			best, at = sum, s.beats[i+1].at
		}
	}
	return at
}

// index is that of the beat at a sample, in the memory; the oldest one if it is
// not there.
func (s *rulesState) index(at int64) int {
	i := 0
	for i < s.count-1 && s.beats[i].at > at {
		i++
	}
	return i
}

// escapes reports whether what began at start looks like an escape rhythm.
func (r *RhythmRules) escapes(start int64) bool {
	s := &r.s
	i := s.index(start)
	before := s.before
	if i+1 < s.fresh {
		before = s.beats[i].rr
	}
	if i < 3 || before == 0 {
		return false
	}
	differ := 0.0
	for k := range i - 1 {
		differ += math.Abs(s.beats[k].rr-s.beats[k+1].rr) / s.beats[k+1].rr
	}
	first := s.beats[i-1].rr
	return s.beats[0].rr >= 60/escapeRate && first >= escapeOnset*before && differ <= escapeVariety*float64(i-1)
}

// sudden reports whether the tachycardia that began at start, of beats without a
// class, came within two beats and is a fast one.
func (r *RhythmRules) sudden(start int64) bool {
	s := &r.s
	i := s.index(start)
	if i < 2 || i+1 >= s.fresh {
		return false
	}
	sum := 0.0
	for k := range i {
		if s.beats[k].class != ecg.Unclassified {
			return false
		}
		sum += s.beats[k].rr
	}
	return sum < float64(i)*60/r.c.Supraventricular && s.beats[i-2].rr < suddenOnset*s.beats[i].rr
}

// dropped looks for second-degree block: the newest intervals, as far back as
// they are alike or hold a dropped beat.
func (r *RhythmRules) dropped() (state ecg.EpisodeState, start int64, ok bool) {
	s := &r.s
	n := s.fresh - 1
	if n < 2*dropApart {
		return 0, 0, false
	}
	var sorted [rulesMemory]float64
	for i := range n {
		k := i
		for ; k > 0 && sorted[k-1] > s.beats[i].rr; k-- {
			sorted[k] = sorted[k-1]
		}
		sorted[k] = s.beats[i].rr
	}
	base := sorted[n/4]
	drops, last, first, every := 0, -1, 0, 0
	bare := false // one where a P wave ought to be seen, and is not
	for i := range n {
		b := &s.beats[i]
		if b.class != ecg.Normal && b.class != ecg.Unclassified || s.beats[i+1].at < s.ended {
			break
		}
		part := b.rr / base
		if part >= likeLeast && part <= likeMost {
			if i-last > dropEvery {
				break
			}
			continue
		}
		if !(part >= dropLeast && part <= dropMost) || drops > 0 && i-last < dropApart {
			break
		}
		if drops > 0 {
			every = i - last
		}
		drops++
		last, first = i, i
		bare = bare || b.bare(base)
	}
	if drops < 2 {
		return 0, 0, false
	}
	// The group of the first drop began so many intervals before it as later ones.
	start = s.beats[min(first+every, s.fresh-1)].at
	if drops >= 3 && !bare {
		return ecg.Confirmed, start, true
	}
	return ecg.Suspected, start, true
}
