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

// fragmentation counts. A difference that is missing ends a run.
func fragmentation(s Series) (f Fragmentation) {
	if len(s.RR) < 2 {
		no := none(TooShort)
		return Fragmentation{no, no, no, no, no}
	}
	var soft, hard, runs, inRuns, inLong, inAlternation int
	run, alternation, last, known := 0, 0, 0, false
	endRun := func() {
		if run > 0 {
			runs++
			inRuns += run
		}
		if run >= 3 {
			inLong += run
		}
		run = 0
	}
	endAlternation := func() {
		if alternation >= 4 {
			inAlternation += alternation
		}
		alternation = 0
	}
	for i := 1; i < len(s.RR); i++ {
		if !s.Join[i] {
			endRun()
			endAlternation()
			known = false
			continue
		}
		sign := 0
		if d := s.RR[i] - s.RR[i-1]; d > 0 {
			sign = 1
		} else if d < 0 {
			sign = -1
		}
		if known && sign != last {
			if sign*last <= 0 {
				soft++
			}
			if sign*last < 0 {
				hard++
			}
		}
		if !known || sign != last {
			endRun()
		}
		if sign != 0 {
			run++
		}
		if !known || sign*last >= 0 {
			endAlternation()
		}
		if sign != 0 {
			alternation++
		}
		last, known = sign, true
	}
	endRun()
	endAlternation()
	n := float64(len(s.RR))
	f.PIP, f.PIPHard = value(100*float64(soft)/n), value(100*float64(hard)/n)
	f.IALS = ratio(value(float64(runs)), value(float64(inRuns)))
	f.PSS = value(100 * (1 - float64(inLong)/n))
	f.PAS = value(100 * float64(inAlternation) / n)
	return f
}
