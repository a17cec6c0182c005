package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Series is a list of NN intervals with their place in time: what every index
// of heart-rate variability is made of. The three slices have one length.
type Series struct {
	RR  []float64 // ms, length of each interval
	End []float64 // s, end of each interval after the start of the first

	// Join[i] says that interval i begins with the beat that ends interval
	// i-1. Where it is false a beat or a stretch of signal was left out, and
	// no difference is taken across. Join[0] is false.
	Join []bool
}

// FromRR returns the series of intervals (ms) that follow each other without a
// gap. rr is kept, not copied.
func FromRR(rr []float64) Series {
	s := Series{RR: rr, End: make([]float64, len(rr)), Join: make([]bool, len(rr))}
	t := 0.0
	for i, v := range rr {
		t += v
		s.End[i] = t / 1000
		s.Join[i] = i > 0
	}
	return s
}

// AppendIntervals appends the NN intervals among in (ecg.Interval.NN). rate is the rate of their sample numbers in Hz, origin the sample
// that is time 0, which is the Start of the first NN interval of the whole
// series for the segments of SDANN to begin there. The bases of s are reused,
// so that a series that is refilled does not allocate.
func (s Series) AppendIntervals(in []ecg.Interval, rate float64, origin int64) Series {
	joined := false // the interval before in was appended, and ends where the next begins
	var end int64
	for _, v := range in {
		if !v.NN() {
			joined = false
			continue
		}
		s.RR = append(s.RR, 1000*v.Length/rate)
		s.End = append(s.End, float64(v.End-origin)/rate)
		s.Join = append(s.Join, joined && v.Start == end)
		joined, end = true, v.End
	}
	return s
}

// FromIntervals returns the series of the NN intervals among in; rate in Hz is
// that of their sample numbers. Time 0 is the start of the first NN interval.
func FromIntervals(in []ecg.Interval, rate float64) Series {
	var origin int64
	for _, v := range in {
		if v.NN() {
			origin = v.Start
			break
		}
	}
	return Series{}.AppendIntervals(in, rate, origin)
}

// check returns why no index can be computed from the series, or OK.
func (s Series) check() Reason {
	if len(s.RR) == 0 || len(s.End) != len(s.RR) || len(s.Join) != len(s.RR) {
		return TooShort
	}
	for i, v := range s.RR {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(s.End[i]) || math.IsInf(s.End[i], 0) {
			return NotFinite
		}
		if !(v > 0) {
			return NotPlausible
		}
	}
	return OK
}
