package features

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// lipponen.go: the rules of Lipponen and Tarvainen (2019) on the sequence of
// intervals. d is the difference of two successive intervals, m the deviation
// from the median of eleven (doubled when negative), both in units of a
// threshold: 5.2 times the quartile deviation of their magnitude in the window.
// Three things differ from the paper: intervals at beats of known ectopic
// origin stay out of windows and rules; a corrected interval takes part in the
// rules for the next one, so that one event is corrected once; and where the
// interval after the suspect one shows an ectopic pattern, it is the beat
// between them that gives way.

// median fills the local median of beat i.
func (s *Intervals) median(i int) {
	x := s.scratch[:0]
	for k := max(1, i-ltMedian/2); k <= min(len(s.run)-1, i+ltMedian/2); k++ {
		if s.run[k].ok {
			x = append(x, s.run[k].rr)
		}
	}
	b := &s.run[i]
	if len(x) == 0 {
		b.median = b.rr
		return
	}
	slices.Sort(x)
	b.median = quantile(x, 0.5)
}

// thresholds fills both thresholds of beat i.
func (s *Intervals) thresholds(i int) {
	from, to := max(1, i-s.half), min(s.medians-1, i+s.half)
	x := s.scratch[:0]
	for k := max(from, 2); k <= to; k++ {
		if s.run[k].ok && s.run[k-1].ok {
			x = append(x, math.Abs(s.run[k].rr-s.run[k-1].rr))
		}
	}
	s.run[i].th1 = s.threshold(x)
	x = s.scratch[:0]
	for k := from; k <= to; k++ {
		if s.run[k].ok {
			x = append(x, math.Abs(s.run[k].deviation()))
		}
	}
	s.run[i].th2 = s.threshold(x)
}

func (s *Intervals) threshold(x []float64) float64 {
	floor := ltFloor * s.c.Rate
	if len(x) == 0 {
		return floor
	}
	slices.Sort(x)
	return max(floor, ltAlpha*(quantile(x, 0.75)-quantile(x, 0.25))/2)
}

// deviation is the measured interval against its median, negative doubled.
func (b *rrBeat) deviation() float64 {
	m := b.rr - b.median
	if m < 0 {
		m *= 2
	}
	return m
}

// d is the difference of interval i to the one before, in thresholds; 0 where
// there is none.
func (s *Intervals) d(i int) float64 {
	if i < 2 || i >= len(s.run) || i >= s.centre || !s.run[i].ok || !s.run[i-1].ok {
		return 0
	}
	return (s.run[i].use - s.run[i-1].use) / s.run[i].th1
}

// ectopicPattern: interval i is long between short ones, or short between long
// ones, by more than the limit that goes with its size.
func (s *Intervals) ectopicPattern(i int) bool {
	d, before, after := s.d(i), s.d(i-1), s.d(i+1)
	return d > 1 && max(before, after) < -float64(ltC1*d)-ltC2 ||
		d < -1 && min(before, after) > -float64(ltC1*d)+ltC2
}

// rules judges beat i and gives out what is settled by it.
func (s *Intervals) rules(dst []ecg.Interval, i int) []ecg.Interval {
	b := &s.run[i]
	if b.wrong {
		s.wrong++
		return dst
	}
	if s.wrong > 0 || !b.ok {
		return s.bridge(dst, i)
	}
	d := s.d(i)
	m := b.deviation()
	if b.use != b.rr {
		m = 0
	}
	suspect := math.Abs(d) > 1
	if before := s.d(i - 1); !suspect && math.Abs(before) > 1 && s.run[i-1].use == s.run[i-1].rr && math.Abs(d) < math.Abs(s.d(i+1)) {
		suspect = true // the interval after a suspect one is looked at, too
	}
	if !suspect {
		return s.raw(dst, i)
	}
	off := math.Abs(m) > ltLimit*b.th2
	later := [2]float64{s.d(i + 1), s.d(i + 2)}
	long := d > 1 && min(later[0], later[1]) < -1
	short := d < -1 && max(later[0], later[1]) > 1
	hasNext := i+1 < len(s.run) && s.run[i+1].ok
	switch {
	case short && hasNext && math.Abs(b.rr+s.run[i+1].rr-b.median) < b.th2,
		hasNext && math.Abs(d) > 1 && s.ectopicPattern(i+1):
		return s.wrongBeat(dst, i)
	case long && math.Abs(b.rr/2-b.median) < b.th2:
		return s.spread(dst, i, max(2, math.Round(b.rr/b.median)))
	case long || short || off:
		return s.replace(dst, i)
	}
	return s.raw(dst, i)
}

// wrongBeat finds beat i early, late or false.
func (s *Intervals) wrongBeat(dst []ecg.Interval, i int) []ecg.Interval {
	s.run[i].wrong = true
	s.run[i+1].ok = false
	s.wrong++
	return dst
}

// bridge joins the anchor and beat i, good, over the wrong beats between.
func (s *Intervals) bridge(dst []ecg.Interval, i int) []ecg.Interval {
	if s.c.Reject || s.wrong > maxWrong || !s.good {
		return s.raw(dst, i)
	}
	n := s.wrong + 1
	total := length(s.run[s.anchor], s.run[i])
	return s.spread(dst, i, max(1, min(math.Round(total/s.run[i].median), float64(n+2))))
}

// spread puts n equal intervals between the anchor and beat i.
func (s *Intervals) spread(dst []ecg.Interval, i int, n float64) []ecg.Interval {
	from, to := s.run[s.anchor], &s.run[i]
	total := length(from, *to)
	if s.c.Reject || total/n < float64(s.lo) || total/n > float64(s.hi) {
		before := len(dst)
		dst = s.raw(dst, i)
		if dst[before].Mark == ecg.Kept { // a beat is missing
			dst[before].Mark = ecg.Gap
		}
		return dst
	}
	mark := ecg.Corrected
	switch had := float64(i - s.anchor); {
	case n < had:
		mark = ecg.Merged
	case n > had:
		mark = ecg.Split
	}
	start := from.at
	for k := 1.0; k <= n; k++ {
		end := to.at
		if k < n {
			end = from.at + int64(math.Round(from.frac+float64(total*k)/n))
		}
		v := ecg.Interval{Start: start, End: end, Length: total / n, Known: s.known, From: ecg.Unclassified, To: ecg.Unclassified, Mark: mark}
		if k == 1 {
			v.From = from.class
		}
		if k == n {
			v.To = to.class
		}
		dst = append(dst, v)
		start = end
	}
	to.use, to.ok = total/n, true
	s.anchor, s.wrong, s.good = i, 0, true
	return dst
}

// replace gives interval i the length of the local median.
func (s *Intervals) replace(dst []ecg.Interval, i int) []ecg.Interval {
	dst = s.raw(dst, i)
	v := &dst[len(dst)-1]
	if s.c.Reject {
		v.Mark = ecg.Implausible
		return dst
	}
	v.Mark, v.Length = ecg.Corrected, s.run[i].median
	s.run[i].use = s.run[i].median
	return dst
}
