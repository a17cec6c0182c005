package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// afScore is that of one record: what was suspected or confirmed at each time,
// what was confirmed then, and the confirmed episodes as they were in the end.
type afScore struct {
	early, live, final bench.RhythmScore
	delays             []float64 // beats from an onset to "suspected", of episodes of a minute and more
}

func (s *afScore) add(o *afScore) {
	s.early.Add(&o.early)
	s.live.Add(&o.live)
	s.final.Add(&o.final)
	s.delays = append(s.delays, o.delays...)
}

// scoreAF runs a detector over a record.
func scoreAF(r *afRecord, m *detect.AFModel, classified bool) (s afScore, err error) {
	d, err := detect.NewAFDetector(detect.AFConfig{Rate: afRate, Classified: classified, Model: m})
	if err != nil {
		return s, err
	}
	beats := afBeats(r.list)
	episodes := d.Flush(d.Append(nil, beats))
	p := bench.RhythmPeriod{Rate: afRate, End: r.end, Shortest: 30 * afRate}
	suspected := bench.AFTask.Reports(episodes, ecg.Suspected, r.end)
	s.early = bench.ScoreRhythm(r.truth, bench.Spans(suspected, true), suspected, p)
	confirmed := bench.AFTask.Reports(episodes, ecg.Confirmed, r.end)
	s.live = bench.ScoreRhythm(r.truth, bench.Spans(confirmed, true), confirmed, p)
	s.final = bench.ScoreRhythm(r.truth, bench.Spans(confirmed, false), confirmed, p)
	for _, e := range r.truth.Yes {
		beginsHere := e.Start > 0 && !slices.ContainsFunc(r.truth.LeftOut, func(o bench.Span) bool { return o.End == e.Start })
		if e.End-e.Start < 60*afRate || !beginsHere {
			continue
		}
		from, _ := slices.BinarySearchFunc(beats, e.Start, func(b ecg.Beat, at int64) int { return int(b.At - at) })
		for _, x := range suspected {
			if x.Over > e.Start && x.Known < e.End {
				to, _ := slices.BinarySearchFunc(beats, max(x.Known, e.Start), func(b ecg.Beat, at int64) int { return int(b.At - at) })
				s.delays = append(s.delays, float64(to-from))
				break
			}
		}
	}
	return s, nil
}

// crossValidate trains without each fold in turn and scores that fold; then, of
// the models of the folds, the first on nsrdb.
func (t *afTrainer) crossValidate(ctx context.Context, w io.Writer, thresholds [2][][2]float32) error {
	for set, classified := range []bool{false, true} {
		if !slices.Contains([]byte(t.o.sets), byte('0'+set)) {
			continue
		}
		nets := make([]afNets, t.o.cv)
		for f := range nets {
			var chosen []int
			for i := range t.records {
				if t.folds[i] != f {
					chosen = append(chosen, i)
				}
			}
			var err error
			if nets[f], err = t.train(ctx, w, chosen, classified); err != nil {
				return err
			}
		}
		for _, th := range thresholds[set] {
			models := make([]*detect.AFModel, len(nets))
			for f, n := range nets {
				n.on, n.off = th[0], th[1]
				var err error
				if models[f], err = detect.ReadAFModel(afModelFile([2]afNets{n, n})); err != nil {
					return err
				}
			}
			scores := make([]afScore, len(t.records))
			err := parallel(len(scores), func(i int) (err error) {
				scores[i], err = scoreAF(&t.records[i], models[t.folds[i]], classified)
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "on %v, off %v, classes %v\nrecord   suspected Se  Sp   live Se     Sp   final Se     Sp  missed h  false h\n", th[0], th[1], classified)
			var sum afScore
			for i := range scores {
				if len(thresholds[set]) == 1 {
					scores[i].print(w, t.records[i].name)
				}
				sum.add(&scores[i])
			}
			sum.print(w, "gross")
			slices.Sort(sum.delays)
			if n := len(sum.delays); n > 0 {
				fmt.Fprintf(w, "beats from onset to suspected: median %.0f, 90 %% within %.0f (%d episodes of 60 s)\n", sum.delays[n/2], sum.delays[n*9/10], n)
			}
			fmt.Fprintf(w, "episodes of 30 s: %d of %d found, %d of %d right\n", sum.final.Found, sum.final.Found+sum.final.Missed, sum.final.Right, sum.final.Right+sum.final.Wrong)
			if err := t.reportNormal(w, models[0], classified); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *afScore) print(w io.Writer, name string) {
	fmt.Fprintf(w, "%-7s %13.2f %6.2f %8.2f %6.2f %10.2f %6.2f %9.2f %8.2f\n", name, s.early.Se(), s.early.Sp(), s.live.Se(), s.live.Sp(), s.final.Se(), s.final.Sp(), s.final.FN/3600, s.final.FP/3600)
}

// reportNormal prints the false minutes per day of healthy people.
func (t *afTrainer) reportNormal(w io.Writer, m *detect.AFModel, classified bool) error {
	dir := filepath.Join(t.o.data, "nsrdb")
	names, err := bench.Database{FS: os.DirFS(dir)}.Records()
	if err != nil {
		return err
	}
	scores := make([]afScore, len(names))
	err = parallel(len(names), func(i int) error {
		r, err := loadAF(dir, names[i], bench.RhythmReading{Before: "(N"})
		if err != nil {
			return err
		}
		scores[i], err = scoreAF(&r, m, classified)
		return err
	})
	if err != nil {
		return err
	}
	var sum afScore
	worst, at := 0.0, 0
	for i := range scores {
		sum.add(&scores[i])
		if v := scores[i].final.FalsePerDay(); v > worst {
			worst, at = v, i
		}
	}
	fmt.Fprintf(w, "nsrdb, classes %v: %.2f false minutes per day (live %.2f), worst record %s %.2f\n",
		classified, sum.final.FalsePerDay(), sum.live.FalsePerDay(), names[at], worst)
	return nil
}
