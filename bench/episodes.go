package bench

import "github.com/sinus-ecg/sinus/wfdb"

// EpisodeKind is what epicmp compares.
type EpisodeKind uint8

const (
	AF  EpisodeKind = iota // atrial fibrillation: rhythms that begin with (AFIB
	VF                     // ventricular flutter and fibrillation: from [ to ]; rhythm strings are not read
	ST0                    // ischaemic ST changes in signal 0
	ST1                    // in signal 1
	ST                     // in either
)

// EpisodeConfig says what part of a record is compared, and how.
type EpisodeConfig struct {
	Config // Rate, Start and End

	Shortest       int64 // samples: shorter episodes of the annotator that defines them are left out (-i)
	ShortestInBoth bool  // also those of the other one (-I)
	WithoutFlutter bool  // atrial flutter of the reference is no false positive of AF (-x)
}

// EpisodeComparison is the result of one kind for one record: how many episodes
// of the reference are found and not found, how many of the test annotations are
// right and wrong, and times in samples.
type EpisodeComparison struct {
	Kind              EpisodeKind
	Rate              float64 // Hz
	TPs, FN, TPp, FP  int
	RefTime, RefFound int64 // of the reference episodes; of those in test episodes
	TestTime          int64 // of the test episodes
	TestRight         int64 // of those in reference episodes
}

// CompareEpisodes compares test with reference annotations episode by episode
// as epicmp 10.7.0 does, with its habits: all is zero where the length of the
// record is unknown, episodes that only touch do not match, only the annotator
// that defines episodes is cut to the test period, and flutter at the start of
// an episode makes it longer, not shorter.
func CompareEpisodes(ref, test []wfdb.Annotation, kind EpisodeKind, c EpisodeConfig) (EpisodeComparison, error) {
	if c.Rate == 0 {
		c.Rate = wfdb.DefaultRate
	}
	if c.End > 0 && c.End < c.Start {
		return EpisodeComparison{}, ErrPeriod
	}
	result := EpisodeComparison{Kind: kind, Rate: c.Rate}
	p := episodePass{kind: kind, c: c, a: newEpisodeReader(ref, kind, c.End), b: newEpisodeReader(test, kind, c.End)}
	p.run()
	result.TPs, result.FN, result.RefTime, result.RefFound = p.match, p.mismatch, p.total, p.overlap
	p = episodePass{kind: kind, c: c, a: newEpisodeReader(test, kind, c.End), b: newEpisodeReader(ref, kind, c.End)}
	if kind == AF && c.WithoutFlutter {
		p.without = flutter(ref, c)
	}
	p.run()
	result.TPp, result.FP, result.TestTime, result.TestRight = p.match, p.mismatch, p.total, p.overlap
	return result, nil
}

// EpisodeSe returns the share of reference episodes that are found in percent,
// NaN if there are none.
func (c EpisodeComparison) EpisodeSe() float64 { return percent(c.TPs, c.TPs+c.FN) }

// EpisodePP returns the share of test episodes that are right in percent.
func (c EpisodeComparison) EpisodePP() float64 { return percent(c.TPp, c.TPp+c.FP) }

// Se returns the share of the time of the reference episodes that is found in
// percent.
func (c EpisodeComparison) Se() float64 { return percent(c.RefFound, c.RefTime) }

// PP returns the share of the time of the test episodes that is right in
// percent.
func (c EpisodeComparison) PP() float64 { return percent(c.TestRight, c.TestTime) }

// episodePass goes through the episodes that annotator a defines.
type episodePass struct {
	kind    EpisodeKind
	c       EpisodeConfig
	a, b    *episodeReader
	without []episode

	match, mismatch int
	total, overlap  int64
}

func (p *episodePass) run() {
	a, c := p.a, &p.c
	for a.find(); 0 < a.ep.end && a.ep.end < c.Start; {
		a.find()
	}
	if a.ep.end == 0 {
		return
	}
	a.ep.start = max(a.ep.start, c.Start)
	p.b.find()
	for ; a.ep.end != 0 && (c.End == 0 || a.ep.start < c.End); a.find() {
		e := &a.ep
		for i, x := range e.extremum {
			if x <= c.Start || x >= c.End {
				e.extremum[i] = 0
			}
		}
		if c.End > 0 {
			e.end = min(e.end, c.End)
		}
		length := p.length(e)
		if length < c.Shortest || length < 0 {
			continue
		}
		p.total += length
		overlap, extremum := p.shared(*e)
		p.overlap += overlap
		switch {
		case overlap > 0 && (p.kind <= VF || 2*overlap >= length ||
			extremum[0] && p.kind != ST1 || extremum[1] && p.kind != ST0):
			p.match++
		default:
			p.mismatch++
		}
	}
}

// length is that of an episode without what is left out of it, -1 if nothing
// remains. It moves the episode's ends.
func (p *episodePass) length(e *episode) int64 {
	n := e.end - e.start
	for _, x := range p.without {
		switch {
		case e.end <= x.start:
			return n
		case x.start <= e.start && e.start <= x.end:
			if e.end <= x.end {
				return -1
			}
			n += x.end - e.start // the sign is that of the program
			e.start = x.end
		case e.start <= x.start: // and x.start < e.end
			if x.end < e.end {
				n -= x.end - x.start
			} else {
				n -= e.end - x.start
				e.end = x.start
			}
		}
	}
	return n
}

// shared is how much of an episode lies in episodes of b, and whether the
// extrema do. b only goes forward, and stays at an episode that lasts longer.
func (p *episodePass) shared(e episode) (overlap int64, extremum [2]bool) {
	b := p.b
	if b.ep.end == 0 {
		return 0, extremum
	}
	for b.ep.end < e.start {
		if b.find(); b.ep.start == 0 {
			return 0, extremum
		}
	}
	if b.ep.start > e.end {
		return 0, extremum
	}
	for {
		if !p.c.ShortestInBoth || b.ep.end-b.ep.start >= p.c.Shortest {
			start, end := max(e.start, b.ep.start), min(e.end, b.ep.end)
			overlap += end - start
			for i, x := range e.extremum {
				if start <= x && x <= end {
					extremum[i] = true
				}
			}
			if b.ep.end >= e.end {
				return overlap, extremum
			}
		}
		if b.find(); b.ep.start <= 0 || b.ep.start >= e.end {
			return overlap, extremum
		}
	}
}
