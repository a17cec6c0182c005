package bench

import (
	"cmp"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// RhythmScore is how well a rhythm was found in one record, or in several. It is
// what epicmp does not tell: time that is not known is left out, rhythm strings
// and fibrillation marks both count, and there is a specificity.
type RhythmScore struct {
	TP, FN, FP, TN float64 // s

	Found, Missed int // reference episodes: any part of them was found, or none
	Right, Wrong  int // test episodes: any part of them is right, or none

	// Delays are from the start of each reference episode that was found to the
	// first report of it, s; with reports only. In the order of the episodes.
	Delays []float64

	Each []EpisodeScore // of the reference, in order
}

// EpisodeScore is an episode of the reference, s from the start of the record.
type EpisodeScore struct {
	Start float64 `json:"start_s"`
	End   float64 `json:"end_s"`
	Found bool    `json:"found"`

	// Of the first report of it, if there are reports: where it begins, less Start, and
	// when it became known, less Start.
	Onset float64 `json:"onset_s"`
	Delay float64 `json:"delay_s"`
}

// Se returns the share of the time in the rhythm that was found, in percent; NaN
// if there is none.
func (s *RhythmScore) Se() float64 { return 100 * (s.TP / (s.TP + s.FN)) }

// Sp returns the share of the other time that was called so, in percent.
func (s *RhythmScore) Sp() float64 { return 100 * (s.TN / (s.TN + s.FP)) }

// PP returns the share of the time that was called the rhythm that is, in
// percent.
func (s *RhythmScore) PP() float64 { return 100 * (s.TP / (s.TP + s.FP)) }

// EpisodeSe returns the share of the reference episodes that were found, in
// percent.
func (s *RhythmScore) EpisodeSe() float64 { return percent(s.Found, s.Found+s.Missed) }

// EpisodePP returns the share of the test episodes that are right, in percent.
func (s *RhythmScore) EpisodePP() float64 { return percent(s.Right, s.Right+s.Wrong) }

// FalsePerDay returns false minutes per day of the time that was scored, NaN if
// none was.
func (s *RhythmScore) FalsePerDay() float64 {
	return 24 * 60 * s.FP / (s.TP + s.FN + s.FP + s.TN)
}

// FalsePerHour returns false episodes per hour of the time that was scored, NaN if
// none was.
func (s *RhythmScore) FalsePerHour() float64 {
	return float64(s.Wrong) / ((s.TP + s.FN + s.FP + s.TN) / 3600)
}

// Delay returns a quantile of the delays (0.5: the median) by the nearest rank,
// in s; NaN if there are none.
func (s *RhythmScore) Delay(q float64) float64 {
	return quantile(slices.Sorted(slices.Values(s.Delays)), q)
}

// Add adds the score of another record.
func (s *RhythmScore) Add(o *RhythmScore) {
	s.TP, s.FN, s.FP, s.TN = s.TP+o.TP, s.FN+o.FN, s.FP+o.FP, s.TN+o.TN
	s.Found, s.Missed, s.Right, s.Wrong = s.Found+o.Found, s.Missed+o.Missed, s.Right+o.Right, s.Wrong+o.Wrong
	s.Delays = slices.Concat(s.Delays, o.Delays)
	s.Each = slices.Concat(s.Each, o.Each)
}

// RhythmPeriod says what part of a record is scored.
type RhythmPeriod struct {
	Rate       float64 // Hz
	Start, End int64   // samples, End exclusive
	Shortest   int64   // samples: shorter episodes are not counted; their time is
}

// ScoreRhythm compares what was found with the truth. Episodes of both are cut
// to the period; a test episode of which all is left out is not counted. reports
// are those of a detector for the task, for the delays; they may be nil.
func ScoreRhythm(truth RhythmTruth, found []Span, reports []Report, p RhythmPeriod) RhythmScore {
	period := []Span{{p.Start, max(p.Start, p.End)}}
	positive := subtract(intersect(truth.Yes, period), truth.LeftOut)
	known := subtract(period, truth.LeftOut)
	called := intersect(found, known)
	seconds := func(list []Span) float64 { return float64(length(list)) / p.Rate }
	var s RhythmScore
	s.TP = seconds(intersect(positive, called))
	s.FN = seconds(subtract(positive, called))
	s.FP = seconds(subtract(called, positive))
	s.TN = seconds(subtract(subtract(known, positive), called))
	for _, e := range positive {
		if e.End-e.Start < p.Shortest {
			continue
		}
		each := EpisodeScore{Start: float64(e.Start) / p.Rate, End: float64(e.End) / p.Rate, Found: len(intersect([]Span{e}, called)) > 0}
		if each.Found {
			s.Found++
			if r, ok := firstReport(reports, e); ok {
				each.Onset, each.Delay = float64(r.Start-e.Start)/p.Rate, float64(max(0, r.Known-e.Start))/p.Rate
				s.Delays = append(s.Delays, each.Delay)
			}
		} else {
			s.Missed++
		}
		s.Each = append(s.Each, each)
	}
	for _, e := range intersect(found, period) {
		one := []Span{e}
		switch {
		case e.End-e.Start < p.Shortest || len(intersect(one, known)) == 0:
		case len(intersect(one, positive)) == 0:
			s.Wrong++
		default:
			s.Right++
		}
	}
	return s
}

// Report is an episode that a detector reported: where it was, and when it was
// known.
type Report struct {
	Span
	Known int64 // with the first report of the state asked for
	Over  int64 // with that of its end
}

// Reports joins the reports of episodes that answer the task with yes. Only
// episodes that reached a state count: Confirmed, or Suspected for all. One that
// was reported as Ended alone counts. What goes on ends at sample end.
func (t RhythmTask) Reports(episodes []ecg.Episode, least ecg.EpisodeState, end int64) []Report {
	var list []Report
	type open struct {
		is, counts bool
		at         int // in list
	}
	var now [256]open // by rhythm; two can be open at a time
	for _, e := range episodes {
		if !t.Wants(e.Rhythm) {
			continue
		}
		o := &now[e.Rhythm]
		counts := e.State >= least && (e.State != ecg.Ended || !o.is)
		if counts && !o.counts {
			*o = open{true, true, len(list)}
			list = append(list, Report{Span{e.Start, end}, e.Known, end})
		}
		o.is = true
		if o.counts {
			list[o.at].Start = min(list[o.at].Start, e.Start)
		}
		if e.State == ecg.Ended {
			if o.counts {
				list[o.at].End, list[o.at].Over = e.End, e.Known
			}
			*o = open{}
		}
	}
	return list
}

// Spans are the episodes where they were, or, live, from when each was known
// until its end was.
func Spans(reports []Report, live bool) []Span {
	list := make([]Span, len(reports))
	for i, r := range reports {
		list[i] = r.Span
		if live {
			list[i] = Span{r.Known, r.Over}
		}
	}
	slices.SortFunc(list, func(a, b Span) int {
		return cmp.Compare(a.Start, b.Start)
	})
	var joined []Span
	for _, s := range list {
		joined = appendSpan(joined, s)
	}
	return joined
}

// firstReport is that of an episode which became known first.
func firstReport(reports []Report, e Span) (first Report, ok bool) {
	for _, r := range reports {
		if r.Start < e.End && r.End > e.Start && (!ok || r.Known < first.Known) {
			first, ok = r, true
		}
	}
	return first, ok
}
