package features

import (
	"math"
	"slices"
	"time"
)

// TimeDomain holds the indices of the time domain. Definitions: Task Force of
// the ESC and NASPE, Circulation 93:1043-1065, 1996, unless named otherwise.
// d are the differences of intervals that share a beat.
type TimeDomain struct {
	N           int     // NN intervals
	Differences int     // pairs of NN intervals that share a beat
	Covered     float64 // s, sum of the intervals

	Mean   Index // ms, mean NN
	Median Index // ms
	Min    Index // ms
	Max    Index // ms
	Range  Index // ms, Max - Min

	SDNN  Index // ms, standard deviation, divisor n-1
	RMSSD Index // ms, square root of the mean of d²
	SDSD  Index // ms, standard deviation of d about its mean, divisor n-1
	CVNN  Index // SDNN / Mean, no unit
	CVSD  Index // RMSSD / Mean, no unit

	NN50, NN20   int   // how often |d| > 50 (20) ms, d rounded to 1e-6 ms first
	PNN50, PNN20 Index // %, of the differences
	PNNx         Index // %, with the limit Config.NNx

	MAD   Index // ms, median |RR - median| times 1.482602218505602 (1/Φ⁻¹(3/4)): as an SD for normal values
	MCV   Index // MAD / Median, no unit
	IQR   Index // ms, between the quartiles (linear between order statistics)
	Prc20 Index // ms, 20th percentile
	Prc80 Index // ms, 80th percentile

	HR     Index // 1/min, 60000/Mean
	HRMean Index // 1/min, mean of 60000/RR
	HRSD   Index // 1/min, its standard deviation, divisor n-1
	HRMin  Index // 1/min
	HRMax  Index // 1/min

	Segments  int   // whole segments (of 5 min) with at least two intervals
	SDANN     Index // ms, standard deviation (n-1) of the means of the segments
	SDNNIndex Index // ms, mean of their standard deviations (n-1)

	Geometry
}

// normalMAD is 1/Φ⁻¹(3/4): the standard deviation of normal values whose
// median absolute deviation is 1.
const normalMAD = 1.482602218505602

// differenceGrid is the grid, in 1/ms, to which differences are rounded before
// they are counted: 18 samples of 360 Hz are 50 ms exactly, but come out as
// 50.00000000000011 in float64. It is far above rounding and far below any
// sampling interval.
const differenceGrid = 1e6

// above reports whether |d| > limit (both ms) on the grid.
func above(d, limit float64) bool {
	return math.Round(math.Abs(d)*differenceGrid) > math.Round(limit*differenceGrid)
}

// timeDomain fills the indices of the time domain. a.neighbours.sweep has
// sorted s.RR.
func (a *Analyzer) timeDomain(s Series) (r TimeDomain) {
	rr := s.RR
	r.N = len(rr)
	m := mean(rr)
	r.Mean = value(m)
	r.SDNN = deviation(rr, 1)

	a.sorted = a.sorted[:0]
	for _, i := range a.neighbours.sweep.order {
		a.sorted = append(a.sorted, rr[i])
	}
	median := quantile(a.sorted, 0.5)
	lo, hi := a.sorted[0], a.sorted[len(rr)-1]
	r.Median, r.Min, r.Max, r.Range = value(median), value(lo), value(hi), value(hi-lo)
	r.IQR = value(quantile(a.sorted, 0.75) - quantile(a.sorted, 0.25))
	r.Prc20, r.Prc80 = value(quantile(a.sorted, 0.2)), value(quantile(a.sorted, 0.8))
	r.MAD = value(medianDeviation(a.sorted, median) * normalMAD)
	r.MCV = ratio(r.MAD, r.Median)

	a.rates = a.rates[:0]
	for _, v := range rr {
		r.Covered += v / 1000
		a.rates = append(a.rates, 60000/v)
	}
	r.HR = value(60000 / m)
	r.HRMean, r.HRSD = value(mean(a.rates)), deviation(a.rates, 1)
	r.HRMin, r.HRMax = value(60000/hi), value(60000/lo)

	a.diff = differences(a.diff[:0], s)
	r.Differences = len(a.diff)
	r.SDSD = deviation(a.diff, 1)
	r.RMSSD, r.PNN50, r.PNN20, r.PNNx = none(TooShort), none(TooShort), none(TooShort), none(TooShort)
	if n := float64(len(a.diff)); n > 0 {
		r.RMSSD = value(math.Sqrt(squares(a.diff, 0) / n))
		x := 0
		limit := float64(a.c.NNx) / float64(time.Millisecond)
		for _, d := range a.diff {
			if above(d, 50) {
				r.NN50++
			}
			if above(d, 20) {
				r.NN20++
			}
			if above(d, limit) {
				x++
			}
		}
		r.PNN50, r.PNN20, r.PNNx = value(100*float64(r.NN50)/n), value(100*float64(r.NN20)/n), value(100*float64(x)/n)
	}
	r.CVNN, r.CVSD = ratio(r.SDNN, r.Mean), ratio(r.RMSSD, r.Mean)
	a.segments(s, &r)
	r.Geometry = a.geometry(a.sorted, median)
	return r
}

// differences appends the differences of intervals that share a beat.
func differences(dst []float64, s Series) []float64 {
	for i := 1; i < len(s.RR); i++ {
		if s.Join[i] {
			dst = append(dst, s.RR[i]-s.RR[i-1])
		}
	}
	return dst
}

// medianDeviation returns the median of |x-m| of the sorted x with median m:
// the distances below and above m are two sorted lists, merged to the middle.
func medianDeviation(x []float64, m float64) float64 {
	n := len(x)
	hi, _ := slices.BinarySearch(x, m)
	lo := hi - 1
	var before, d float64
	for k := 0; k <= n/2; k++ {
		before = d
		if lo < 0 || hi < n && x[hi]-m <= m-x[lo] {
			d = x[hi] - m
			hi++
		} else {
			d = m - x[lo]
			lo--
		}
	}
	if n%2 == 0 {
		return (before + d) / 2
	}
	return d
}

// segments fills SDANN and SDNN index. Segment k holds the intervals with
// kT < t <= (k+1)T, t being their end from the start of the first interval; a
// segment that is not over when the series ends does not count, and one of
// fewer than two intervals neither.
func (a *Analyzer) segments(s Series, r *TimeDomain) {
	length := a.c.Segment.Seconds()
	a.means = a.means[:0]
	sd := 0.0
	last := s.End[len(s.End)-1]
	for i, k := 0, 0.0; i < len(s.End) && float64((k+1)*length) <= last; {
		// The segment of interval i; empty ones are jumped over.
		k = max(k, math.Ceil(s.End[i]/length)-1)
		limit := float64((k + 1) * length)
		if limit > last {
			break
		}
		j := i
		for j < len(s.End) && s.End[j] <= limit {
			j++
		}
		if j-i >= 2 {
			a.means = append(a.means, mean(s.RR[i:j]))
			sd += deviation(s.RR[i:j], 1).Value
		}
		i, k = max(j, i), k+1
	}
	r.Segments = len(a.means)
	r.SDANN, r.SDNNIndex = deviation(a.means, 1), none(TooShort)
	if r.Segments > 0 {
		r.SDNNIndex = value(sd / float64(r.Segments))
	}
}
