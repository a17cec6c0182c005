package features

// Fragmentation holds the indices of M. D. Costa, R. B. Davis, A. L.
// Goldberger (Heart rate fragmentation, Front. Physiol. 8:255, 2017), from the
// signs of the differences. They rise with age and disease.
type Fragmentation struct {
	PIP     Index // %, inflection points (sign changes, also to and from 0), of the intervals
	PIPHard Index // %, those from + to - or - to + only
	IALS    Index // 1/interval, runs of one sign divided by the sum of their lengths
	PSS     Index // %, intervals that are not in runs of 3 or more
	PAS     Index // %, intervals in alternations of 4 or more
}

const (
	longRun         = 3 // differences (Costa 2017: a short segment has fewer)
	longAlternation = 4 // differences (Costa 2017)
)

// fragments counts what Fragmentation is made of, one interval at a time. All
// fields are counts of intervals or differences.
type fragments struct {
	n                   int // intervals
	soft, hard          int // inflections
	runs, inRuns        int // ended runs of one sign
	inLong, alternating int

	run, alternation int // open ones
	last             int // sign of the last difference
	known            bool
}

// add takes an interval (ms), the one before it, and whether they share a
// beat. A difference that is missing ends runs.
func (f *fragments) add(before, rr float64, join bool) {
	f.n++
	if !join {
		f.end()
		return
	}
	sign := 0
	if d := rr - before; d > 0 {
		sign = 1
	} else if d < 0 {
		sign = -1
	}
	if !f.known || sign != f.last {
		f.endRun()
	}
	if !f.known || sign*f.last >= 0 {
		f.endAlternation()
	}
	if f.known && sign != f.last {
		if sign*f.last <= 0 {
			f.soft++
		}
		if sign*f.last < 0 {
			f.hard++
		}
	}
	if sign != 0 {
		f.run++
		f.alternation++
	}
	f.last, f.known = sign, true
}

func (f *fragments) end() {
	f.endRun()
	f.endAlternation()
	f.known = false
}

func (f *fragments) endRun() {
	if f.run > 0 {
		f.runs++
		f.inRuns += f.run
	}
	if f.run >= longRun {
		f.inLong += f.run
	}
	f.run = 0
}

func (f *fragments) endAlternation() {
	if f.alternation >= longAlternation {
		f.alternating += f.alternation
	}
	f.alternation = 0
}

// result is what has been counted, as if the series ended here.
func (f fragments) result() (r Fragmentation) {
	if f.n < 2 {
		no := none(TooShort)
		return Fragmentation{no, no, no, no, no}
	}
	f.end() // of the copy
	n := float64(f.n)
	r.PIP, r.PIPHard = value(100*float64(f.soft)/n), value(100*float64(f.hard)/n)
	r.IALS = ratio(value(float64(f.runs)), value(float64(f.inRuns)))
	r.PSS = value(100 * (1 - float64(f.inLong)/n))
	r.PAS = value(100 * float64(f.alternating) / n)
	return r
}

func fragmentation(s Series) Fragmentation {
	var f fragments
	before := 0.0
	for i, rr := range s.RR {
		f.add(before, rr, s.Join[i])
		before = rr
	}
	return f.result()
}
