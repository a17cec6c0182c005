package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// How well windows are told apart, and alarms sound.

type vfScore struct {
	windows []vfScored
	alarms  []vfAlarms
}

// vfScored is a window with the answer.
type vfScored struct {
	*vfRow
	db, record string
	odds       float64
}

func (v *vfScored) called() bool { return v.odds > 0 }

// vfAlarms are the alarms of a record, heard from one lead or from all.
type vfAlarms struct {
	record  *vfRecord
	lead    int           // -1: all
	found   []ecg.Episode // as they were confirmed, End is when their end was known
	seconds float64
}

// add runs a model over a record: each lead alone, then all.
func (s *vfScore) add(r *vfRecord, m *detect.VFModel) error {
	run := func(lead, leads int, x []float64, observe func(*detect.VFWindow)) error {
		d, err := detect.NewVFDetector(detect.VFConfig{Rate: r.rate, Leads: leads, Model: m, Observe: observe})
		if err != nil {
			return err
		}
		a := vfAlarms{record: r, lead: lead, seconds: float64(len(x)/leads) / r.rate}
		for _, e := range d.Flush(d.Append(nil, x)) {
			switch n := len(a.found); {
			case e.Rhythm == ecg.Asystole:
			case e.State == ecg.Confirmed:
				a.found = append(a.found, e)
			case e.State == ecg.Ended && n > 0 && a.found[n-1].Start == e.Start:
				a.found[n-1].End = e.Known
			}
		}
		s.alarms = append(s.alarms, a)
		return nil
	}
	rows := r.rows
	for l, x := range r.leads {
		err := run(l, 1, x, func(w *detect.VFWindow) {
			if w.End >= r.window() {
				s.windows = append(s.windows, vfScored{&rows[0], r.db, r.name, w.Odds})
				rows = rows[1:]
			}
		})
		if err != nil {
			return err
		}
	}
	if len(r.leads) == 1 {
		return nil
	}
	frames := make([]float64, 0, len(r.leads)*len(r.leads[0]))
	for i := range r.leads[0] {
		for _, x := range r.leads {
			frames = append(frames, x[i])
		}
	}
	return run(-1, len(r.leads), frames, nil)
}

// seSp are over the windows of which keep says so, and that can be judged, in
// percent; threshold is one of the log odds.
func (s *vfScore) seSp(threshold float64, keep func(*vfScored) bool) (se, sp float64, positives, negatives int) {
	var tp, tn float64
	for i := range s.windows {
		v := &s.windows[i]
		switch {
		case v.lost || !keep(v):
		case v.shockable():
			positives++
			if v.odds > threshold {
				tp++
			}
		default:
			negatives++
			if v.odds <= threshold {
				tn++
			}
		}
	}
	return 100 * tp / float64(positives), 100 * tn / float64(negatives), positives, negatives
}

// balanced is the largest min(Se, Sp) over all thresholds.
func (s *vfScore) balanced(keep func(*vfScored) bool) (best float64) {
	for threshold := -4.9; threshold < 5; threshold += 0.1 {
		se, sp, _, _ := s.seSp(threshold, keep)
		best = max(best, min(se, sp))
	}
	return best
}

// asked: the question of the task is answered by the reference.
func (v *vfScored) asked() bool { return v.share[vfVT]+v.share[vfNoise]+v.share[vfUnknown] == 0 }

// shockDatabases are those that have shockable rhythms.
var shockDatabases = []string{"vfdb", "cudb", "mitdb"}

func (s *vfScore) windowsTable(w io.Writer) {
	line := func(name string, keep func(*vfScored) bool) {
		se, sp, positives, negatives := s.seSp(0, keep)
		balanced := s.balanced(keep)
		if positives == 0 {
			fmt.Fprintf(w, "%-46s                      Sp %6.2f of %6d\n", name, sp, negatives)
			return
		}
		fmt.Fprintf(w, "%-46s Se %6.2f of %5d   Sp %6.2f of %6d   balanced %6.2f\n", name, se, positives, sp, negatives, balanced)
	}
	shock := func(v *vfScored) bool { return v.asked() && slices.Contains(shockDatabases, v.db) }
	sure := func(v *vfScored) bool { return !slices.Contains(doubtful, v.record) }
	fmt.Fprintln(w, "Windows, held out by record, each lead alone, in percent")
	line("vfdb, cudb, mitdb", shock)
	line("  of one rhythm", func(v *vfScored) bool { return shock(v) && v.pure() })
	line("  without the records of doubtful marks", func(v *vfScored) bool { return shock(v) && sure(v) })
	line("  both", func(v *vfScored) bool { return shock(v) && v.pure() && sure(v) })
	for _, db := range vfDatabases {
		line("  "+db, func(v *vfScored) bool { return v.db == db && v.asked() })
	}
	fast := func(v *vfScored) bool { return v.share[vfVT] == 1 && v.beats > vfFast }
	line("tachycardia above 180/min counted as shockable", func(v *vfScored) bool {
		return slices.Contains(shockDatabases, v.db) && v.share[vfNoise]+v.share[vfUnknown] == 0 && (v.share[vfVT] == 0 || v.share[vfVT] == 1)
	})
	rest := func(name string, keep func(*vfScored) bool) {
		n, called := 0, 0
		for i := range s.windows {
			if v := &s.windows[i]; !v.lost && keep(v) {
				if n++; v.called() {
					called++
				}
			}
		}
		fmt.Fprintf(w, "%-46s called %.2f of %d\n", name, 100*float64(called)/float64(n), n)
	}
	rest("tachycardia above 180/min", fast)
	rest("tachycardia up to 180/min", func(v *vfScored) bool { return v.share[vfVT] == 1 && !fast(v) })
	rest("asystole", func(v *vfScored) bool { return v.share[vfAsys] == 1 })
	rest("noise", func(v *vfScored) bool { return v.share[vfNoise] == 1 })
	n, lost, lostShock, low, lowShock := 0, 0, 0, 0, 0
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	for i := range s.windows {
		v := &s.windows[i]
		count(&n, true)
		count(&lost, v.lost)
		count(&lostShock, v.lost && v.shockable())
		count(&low, v.low)
		count(&lowShock, v.low && v.shockable())
	}
	fmt.Fprintf(w, "of %d windows %d (%d shockable) can't be judged: left out; %d (%d) are too quiet: called no\n\n", n, lost, lostShock, low, lowShock)
}

// madeTable tells how often signals that were made are called.
func (s *vfScore) madeTable(w io.Writer) {
	type row struct{ called, windows, alarms, pieces int }
	rows := map[string]*row{}
	var names []string
	find := func(db, name string) *row {
		key := db + " " + name
		if rows[key] == nil {
			rows[key] = new(row)
			names = append(names, key)
		}
		return rows[key]
	}
	for i := range s.windows {
		v := &s.windows[i]
		r := find(v.db, v.record)
		if r.windows++; v.called() {
			r.called++
		}
	}
	for _, a := range s.alarms {
		if a.lead >= 0 {
			r := find(a.record.db, a.record.name)
			r.pieces++
			r.alarms += min(1, len(a.found))
		}
	}
	slices.Sort(names)
	fmt.Fprintln(w, "Signals that were made, of other seeds than those learnt from: windows called, pieces of 40 s with an alarm")
	for _, n := range names {
		r := rows[n]
		fmt.Fprintf(w, "  %-24s %6.2f %% of %5d, %3d of %3d\n", n, 100*float64(r.called)/float64(r.windows), r.windows, r.alarms, r.pieces)
	}
	fmt.Fprintln(w)
}

// alarmsTable: episodes of 10 s and more, gaps under 4 s in them; a false alarm
// has no fibrillation, tachycardia or noise within 10 s, nor unknown time; alarms
// within 10 s are one.
func (s *vfScore) alarmsTable(w io.Writer) {
	const longest, gap, near = 10, 4, 10 // s
	for _, leads := range []string{"each lead alone", "two leads together"} {
		var delays []float64
		found, all := 0, 0
		type rate struct {
			alarms int
			hours  float64
		}
		false_ := map[string]*rate{}
		var where []string
		for _, a := range s.alarms {
			r := a.record
			if (a.lead < 0) != (leads == "two leads together") {
				continue
			}
			if false_[r.db] == nil {
				false_[r.db] = new(rate)
			}
			for _, e := range r.episodes(gap) {
				if float64(e.to-e.from) < longest*r.rate {
					continue
				}
				all++
				for _, f := range a.found {
					if f.End >= e.from && float64(f.Known-e.to) < gap*r.rate {
						found++
						delays = append(delays, max(0, float64(f.Known+1-e.from)/r.rate))
						break
					}
				}
			}
			false_[r.db].hours += a.seconds / 3600
			last := math.Inf(-1)
			for _, f := range a.found {
				at := float64(f.Known) / r.rate
				if r.excused(f.Start, f.Known, int64(near*r.rate)) {
					continue
				}
				if at-last > near {
					false_[r.db].alarms++
					where = append(where, fmt.Sprintf("%s lead %d at %.0f s", r.name, a.lead, at))
				}
				last = at
			}
		}
		if all+len(false_) == 0 {
			continue
		}
		fmt.Fprintf(w, "Alarms, %s\n", leads)
		if all > 0 {
			slices.Sort(delays)
			q := func(p float64) float64 { return delays[max(0, int(math.Ceil(p*float64(len(delays))))-1)] }
			fmt.Fprintf(w, "  episodes of 10 s and more: %d of %d (%.1f %%), delay median %.1f s, 90 %% within %.1f s\n", found, all, 100*float64(found)/float64(all), q(0.5), q(0.9))
		}
		for _, db := range append(slices.Clone(vfDatabases), "nstdb") {
			if f := false_[db]; f != nil {
				fmt.Fprintf(w, "  false alarms on %-14s %3d in %6.2f h: %.2f per hour\n", db, f.alarms, f.hours, float64(f.alarms)/f.hours)
			}
		}
		for _, at := range where {
			fmt.Fprintf(w, "    %s\n", at)
		}
		fmt.Fprintln(w)
	}
}

func (s *vfScore) recordsTable(w io.Writer) {
	type row struct{ missed, positives, called, negatives int }
	var rows []row
	var names []string
	for i := range s.windows {
		v := &s.windows[i]
		name := fmt.Sprintf("%s/%s lead %d", v.db, v.record, v.lead)
		if len(names) == 0 || names[len(names)-1] != name {
			names, rows = append(names, name), append(rows, row{})
		}
		r := &rows[len(rows)-1]
		switch {
		case v.lost || !v.asked():
		case v.shockable():
			if r.positives++; !v.called() {
				r.missed++
			}
		default:
			if r.negatives++; v.called() {
				r.called++
			}
		}
	}
	for i, r := range rows {
		fmt.Fprintf(w, "%-28s missed %4d of %4d   called %4d of %5d\n", names[i], r.missed, r.positives, r.called, r.negatives)
	}
}
