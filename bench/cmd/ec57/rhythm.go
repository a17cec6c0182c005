package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
)

const rhythmUsage = `
With -task rhythms are scored instead of beats:

    ec57 -db data/ltafdb -task af -beats atr            the default detector, on annotated beats
    ec57 -db data/mitdb -task af -detector qrs          on beats that the library finds and classifies
    ec57 -db data/mitdb -task af -detector qrs -rhythm afwaves -lead 0   P and f waves beside the intervals
    ec57 -db data/mitdb -task block -detector qrs       second- and third-degree block; -rhythm intervals without P waves
    ec57 -db data/vfdb -task vf -detector vf -lead all  a detector that reads the signal
    ec57 -db data/vfdb -task asystole -detector qrs     by the beats and the waveform; each episode of the reference
    ec57 -db data/mitdb -task af -test ep -testdir out  rhythm annotations of out/200.ep, ...
    ec57 -db data/mitdb -task runs -test qrs            runs of ventricular beats
    ec57 -db data/mitdb -task runs -detector qrs        the same, found and classified

The text is the line format of epicmp (af: rhythms that begin with (AFIB; vf:
from [ to ]) or of rxr (runs; block and asystole have none), with the aggregates of sumstats. Below it, and
with -json as records and gross, stand figures that the programs have not: se,
sp, pp in percent of the time, with all rhythm strings and with what is not known
left out: the time before the first rhythm mark, noise, flutter for af,
ventricular tachycardia for vf, and for af what names only the rate or the
ventricles between two stretches of AF. ep_se and ep_pp are percent of the
episodes (of runs of three and more beats as rxr counts them). null where
undefined.

A folder of annotation files alone will do; -fs stands in for missing headers.
`

type rhythmOptions struct {
	task, beats, rhythm, before              string
	fs, shortest                             float64
	unclassified, asWritten, live, suspected bool
	flutter                                  bool
}

func (o *rhythmOptions) flags(f *flag.FlagSet) {
	f.StringVar(&o.task, "task", "", "score rhythms: `af`, vf, runs, block or asystole")
	f.StringVar(&o.beats, "beats", "", "with -task: the beats are those of annotation files of this `annotator`")
	f.StringVar(&o.rhythm, "rhythm", "", "with -task: the rhythm detector of this `name`; the first one for the task if not given")
	f.Float64Var(&o.fs, "fs", 0, "with -task: sampling frequency of records without a header, `Hz`")
	f.StringVar(&o.before, "before", "", "with -task: `rhythm` before the first rhythm mark of a record, as N for nsrdb; left out if not given")
	f.BoolVar(&o.asWritten, "aswritten", false, "with -task af: SBR, VT, B and their like between two stretches of AF are no AF")
	f.BoolVar(&o.flutter, "flutter", false, "with -task af: flutter is what should be found, and fibrillation is left out")
	f.BoolVar(&o.unclassified, "unclassified", false, "with -task: the rhythm detector sees beats without their classes; those of -detector are not classified")
	f.BoolVar(&o.live, "live", false, "with -task: a detected episode counts from when it was known, not from where it was dated back to")
	f.BoolVar(&o.suspected, "suspected", false, "with -task: episodes that were only suspected count")
	f.Float64Var(&o.shortest, "min", 0, "with -task: episodes shorter than so many `seconds` are not counted; their time is")
}

// checkRhythm returns what is wrong with the options for rhythms.
func (o *options) checkRhythm() error {
	task, err := bench.FindRhythmTask(o.task)
	if err != nil {
		return err
	}
	// -detector may name the rhythm detector itself. Beats that it needs are those
	// of -beats, else those that the library finds.
	if d, err := bench.FindRhythmDetector(task, o.detector); err == nil && o.detector != "" && o.rhythm == "" {
		o.rhythm, o.detector = o.detector, ""
		if d.NeedsBeats && o.beats == "" {
			o.detector = bench.Detectors[0].Name
		}
	}
	sources := 0
	for _, s := range []string{o.test, o.beats, o.detector} {
		if s != "" {
			sources++
		}
	}
	switch {
	case sources > 1:
		return errors.New("-test, -beats and -detector exclude each other")
	case task == bench.RunsTask && sources == 0:
		return errors.New("one of -test, -beats and -detector is needed")
	case (task == bench.RunsTask || o.test != "") && o.rhythm != "":
		return errors.New("-rhythm has nothing to do here")
	case o.testDir != "" && o.test == "" && o.beats == "":
		return errors.New("-testdir needs -test or -beats")
	case !(o.fs >= 0 && o.fs <= 1e6):
		return errors.New("-fs: want a frequency in Hz")
	case !(o.shortest >= 0 && o.shortest <= 1e6):
		return errors.New("-min: want seconds")
	}
	if o.before != "" {
		if _, known := bench.RhythmOf("(" + o.before); !known {
			return fmt.Errorf("-before: no rhythm %.64q", o.before)
		}
	}
	if task == bench.RunsTask || o.test != "" {
		return nil
	}
	d, err := bench.FindRhythmDetector(task, o.rhythm)
	if err == nil && d.NeedsBeats && sources == 0 {
		err = fmt.Errorf("-beats or -detector is needed: %s works on beats", d.Name)
	}
	return err
}

func scoreRhythm(o options, stdout, stderr io.Writer) error {
	task, err := bench.FindRhythmTask(o.task)
	if err != nil {
		return err
	}
	d := bench.Database{FS: os.DirFS(o.db)}
	records, err := chosen(d, o, func() ([]string, error) { return d.AnnotatedRecords(o.ref) }, stderr)
	if err != nil {
		return fmt.Errorf("%s: %w", o.db, err)
	}
	e := bench.RhythmEvaluation{
		Task: task, Reference: o.ref, Reading: bench.RhythmReading{AsWritten: o.asWritten, Flutter: o.flutter},
		Rate: o.fs, Start: o.from, Shortest: o.shortest, Least: ecg.Confirmed, Live: o.live,
	}
	if o.before != "" {
		e.Reading.Before = "(" + o.before
	}
	if o.suspected {
		e.Least = ecg.Suspected
	}
	if e.Test, err = o.rhythmSource(d, task); err != nil {
		return err
	}
	results, err := d.EvaluateRhythms(records, e)
	if err != nil {
		return err
	}
	if o.json {
		return writeRhythmJSON(stdout, task, results)
	}
	return writeRhythmText(stdout, task, results)
}

// rhythmSource is where the rhythms to be scored come from.
func (o *options) rhythmSource(d bench.Database, task bench.RhythmTask) (bench.RhythmSource, error) {
	dir := d.FS
	if o.testDir != "" {
		dir = os.DirFS(o.testDir)
	}
	if o.test != "" {
		return bench.AnnotatedRhythm(dir, o.test), nil
	}
	c, err := o.classification()
	if err != nil {
		return nil, err
	}
	var found bench.Source // beats of the library, or classes of beats
	switch {
	case o.detector != "":
		detector, err := bench.FindDetector(o.detector)
		if err != nil {
			return nil, err
		}
		if !o.unclassified {
			detector = c.With(detector)
		}
		found = d.DetectorSource(detector, o.lead)
	case o.classify:
		found = d.ClassifiedSource(c, o.beats, o.lead)
	}
	switch {
	case task == bench.RunsTask && found != nil:
		return bench.RhythmOfSource(found), nil
	case task == bench.RunsTask:
		return bench.AnnotatedRhythm(dir, o.beats), nil
	}
	detector, err := bench.FindRhythmDetector(task, o.rhythm)
	if err != nil {
		return nil, err
	}
	beats := bench.AnnotatedBeats(dir, o.beats)
	if found != nil {
		beats = bench.BeatsOf(found)
	}
	return d.DetectedRhythm(detector, beats, !o.unclassified, o.lead), nil
}

func writeRhythmText(w io.Writer, task bench.RhythmTask, results []bench.RhythmResult) error {
	var err error
	if task == bench.RunsTask {
		var t bench.RunTable
		for _, r := range results {
			t.Add(r.Name, r.Runs)
		}
		_, err = t.WriteTo(w)
	} else if task != bench.BlockTask && task != bench.AsystoleTask {
		t := bench.EpisodeTable{Kind: bench.AF}
		if task == bench.VFTask {
			t.Kind = bench.VF
		}
		for _, r := range results {
			t.Add(r.Name, r.Episodes)
		}
		_, err = t.WriteTo(w)
	}
	if err != nil {
		return err
	}
	text := func(v number) string {
		if math.IsNaN(float64(v)) {
			return "     -"
		}
		return fmt.Sprintf("%6.2f", v)
	}
	if _, err := fmt.Fprint(w, "\nWhat is known, in percent\nRecord     Se     Sp     +P    ESe    E+P  false min/day\n"); err != nil {
		return err
	}
	gross := grossRhythm(task, results)
	for _, r := range append(rhythmRecords(task, results), gross) {
		if _, err := fmt.Fprintf(w, "%6s %s %s %s %s %s %s\n", r.Name, text(r.Se), text(r.Sp), text(r.PP), text(r.EpSe), text(r.EpPP), text(r.FalsePerDay)); err != nil {
			return err
		}
	}
	if task == bench.AsystoleTask {
		if err := writeEach(w, results, gross.FalsePerHour); err != nil {
			return err
		}
	}
	if gross.DelayMedian != nil {
		_, err = fmt.Fprintf(w, "From the start of an episode to its first report: median %.1f s, 90 %% within %.1f s\n", *gross.DelayMedian, *gross.DelayP90)
	}
	return err
}

// writeEach tells of each episode of the reference.
func writeEach(w io.Writer, results []bench.RhythmResult, falsePerHour number) error {
	text := "\nEpisodes of the reference, s\nRecord  start    end  found  onset  known after\n"
	for _, r := range results {
		for _, e := range r.Score.Each {
			text += fmt.Sprintf("%6s %6.0f %6.0f  ", r.Name, e.Start, e.End)
			if e.Found {
				text += fmt.Sprintf("  yes %+6.1f %12.1f\n", e.Onset, e.Delay)
			} else {
				text += "   no\n"
			}
		}
	}
	text += "False episodes per hour: "
	if math.IsNaN(float64(falsePerHour)) {
		text += "-\n"
	} else {
		text += fmt.Sprintf("%.2f\n", falsePerHour)
	}
	_, err := io.WriteString(w, text)
	return err
}

// jsonRhythm is a record, or the sum of all.
type jsonRhythm struct {
	Name string `json:"name"`

	// Percent of the time.
	Se number `json:"se"`
	Sp number `json:"sp"`
	PP number `json:"pp"`

	// Percent of the episodes.
	EpSe number `json:"ep_se"`
	EpPP number `json:"ep_pp"`

	// Seconds.
	TP float64 `json:"tp_s"`
	FN float64 `json:"fn_s"`
	FP float64 `json:"fp_s"`
	TN float64 `json:"tn_s"`

	// Episodes of the reference, found and missed, and of the test, right and
	// wrong.
	Found  int `json:"ep_found"`
	Missed int `json:"ep_missed"`
	Right  int `json:"ep_right"`
	Wrong  int `json:"ep_wrong"`

	FalsePerDay  number   `json:"false_min_per_day"`
	FalsePerHour number   `json:"false_per_hour"` // episodes
	DelayMedian  *float64 `json:"delay_median_s,omitempty"`
	DelayP90     *float64 `json:"delay_p90_s,omitempty"`

	Each []bench.EpisodeScore `json:"episodes,omitempty"` // of the reference, -task asystole

	Runs *jsonRuns `json:"rxr,omitempty"` // ventricular runs by length
}

type jsonRuns struct {
	Couplets bench.RunCounts `json:"couplets"`
	Short    bench.RunCounts `json:"short"` // 3 to 5 beats
	Long     bench.RunCounts `json:"long"`  // 6 and more, and fibrillation
}

func rhythmOf(task bench.RhythmTask, name string, s *bench.RhythmScore, runs *bench.RunComparison) jsonRhythm {
	j := jsonRhythm{
		Name: name, Se: number(s.Se()), Sp: number(s.Sp()), PP: number(s.PP()),
		EpSe: number(s.EpisodeSe()), EpPP: number(s.EpisodePP()), TP: s.TP, FN: s.FN, FP: s.FP, TN: s.TN,
		Found: s.Found, Missed: s.Missed, Right: s.Right, Wrong: s.Wrong, FalsePerDay: number(s.FalsePerDay()), FalsePerHour: number(s.FalsePerHour()),
	}
	if len(s.Delays) > 0 {
		median, p90 := s.Delay(0.5), s.Delay(0.9)
		j.DelayMedian, j.DelayP90 = &median, &p90
	}
	if task == bench.RunsTask {
		c := runs.AtLeast(3)
		j.EpSe, j.EpPP = number(c.Se()), number(c.PP())
		j.Found, j.Missed, j.Right, j.Wrong = c.TPs, c.FN, c.TPp, c.FP
		j.Runs = &jsonRuns{runs.Couplets(), runs.Short(), runs.Long()}
	}
	return j
}

func rhythmRecords(task bench.RhythmTask, results []bench.RhythmResult) []jsonRhythm {
	list := make([]jsonRhythm, len(results))
	for i := range results {
		list[i] = rhythmOf(task, results[i].Name, &results[i].Score, &results[i].Runs.VE)
		if task == bench.AsystoleTask {
			list[i].Each = results[i].Score.Each
		}
	}
	return list
}

func grossRhythm(task bench.RhythmTask, results []bench.RhythmResult) jsonRhythm {
	var sum bench.RhythmScore
	var runs bench.RunComparison
	for i := range results {
		sum.Add(&results[i].Score)
		runs.Add(&results[i].Runs.VE)
	}
	return rhythmOf(task, "gross", &sum, &runs)
}

func writeRhythmJSON(w io.Writer, task bench.RhythmTask, results []bench.RhythmResult) error {
	return json.NewEncoder(w).Encode(struct {
		Task    string       `json:"task"`
		Records []jsonRhythm `json:"records"`
		Gross   jsonRhythm   `json:"gross"`
	}{task.String(), rhythmRecords(task, results), grossRhythm(task, results)})
}
