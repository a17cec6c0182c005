package bench

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"runtime"
	"strings"
	"sync"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// RhythmRecord is what is known of a record before its rhythm is scored.
type RhythmRecord struct {
	Name      string
	Rate      float64 // Hz
	Frames    int64   // where the header does not tell: up to the last reference annotation
	Reference []wfdb.Annotation
	times     wfdb.Times
}

// RhythmAnswer is what is scored: annotations, or what a detector reports.
type RhythmAnswer struct {
	Annotations []wfdb.Annotation // nil: there are Episodes
	Episodes    []ecg.Episode
}

// RhythmSource answers for a record.
type RhythmSource func(RhythmRecord) (RhythmAnswer, error)

// BeatSource gives the beats of a record.
type BeatSource func(RhythmRecord) ([]ecg.Beat, error)

// RhythmEvaluation says what EvaluateRhythms compares.
type RhythmEvaluation struct {
	Task      RhythmTask
	Reference string // annotator
	Reading   RhythmReading
	Test      RhythmSource

	Rate     float64 // Hz, of records without a header; 0: there must be one
	Start    string  // of the test period as for Evaluation
	Shortest float64 // s: shorter episodes are not counted

	Least ecg.EpisodeState // that a reported episode must have reached to count
	Live  bool             // episodes count from when they were known until their end was
}

// RhythmResult is the result for one record.
type RhythmResult struct {
	Name  string
	Score RhythmScore

	Episodes EpisodeComparison // AFTask, VFTask: as epicmp has it
	Runs     Runs              // RunsTask: as rxr has it
}

// AnnotatedRecords lists the records of a folder that may have no headers: those
// of Records, else those with annotations of this annotator.
func (d Database) AnnotatedRecords(annotator string) ([]string, error) {
	if names, err := d.Records(); err == nil {
		return names, nil
	}
	files, err := fs.Glob(d.FS, "*."+annotator)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		if _, err := fs.ReadDir(d.FS, "."); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("no RECORDS, no *.hea and no *.%.64s in the folder", annotator)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, "."+annotator)
	}
	return files, nil
}

// EvaluateRhythms scores records, several at a time, and returns the results in
// the order of the names. The first record that fails ends it.
func (d Database) EvaluateRhythms(records []string, e RhythmEvaluation) ([]RhythmResult, error) {
	results := make([]RhythmResult, len(records))
	failed := make([]error, len(records))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(records)) {
		wait.Go(func() {
			for i := range next {
				if results[i], failed[i] = d.evaluateRhythm(records[i], e); failed[i] != nil {
					failed[i] = fmt.Errorf("record %s: %w", records[i], failed[i])
				}
			}
		})
	}
	for i := range records {
		next <- i
	}
	close(next)
	wait.Wait()
	return results, errors.Join(failed...)
}

// rhythmRecord reads header and reference annotations.
func (d Database) rhythmRecord(name string, e RhythmEvaluation) (RhythmRecord, error) {
	h, err := wfdb.ReadHeader(d.FS, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.Rate > 0:
		h = &wfdb.Header{Rate: e.Rate}
	case errors.Is(err, fs.ErrNotExist):
		return RhythmRecord{}, fmt.Errorf("%w, and no sampling frequency (-fs) to stand in for it", err)
	case err != nil:
		return RhythmRecord{}, err
	}
	r := RhythmRecord{Name: name, Rate: h.Rate, Frames: h.Frames}
	if r.Rate == 0 {
		r.Rate = wfdb.DefaultRate
	}
	r.times = h.Times(r.Rate)
	r.Reference, err = LoadAnnotations(d.FS, name, e.Reference, r.Rate)
	if n := len(r.Reference); r.Frames == 0 && n > 0 {
		r.Frames = r.Reference[n-1].Time + 1
	}
	return r, err
}

func (d Database) evaluateRhythm(name string, e RhythmEvaluation) (RhythmResult, error) {
	result := RhythmResult{Name: name}
	r, err := d.rhythmRecord(name, e)
	if err != nil {
		return result, err
	}
	answer, err := e.Test(r)
	if err != nil {
		return result, err
	}
	c := EC57(r.Rate, r.Frames)
	if e.Start != "" {
		at, err := r.times.Parse(e.Start)
		if err != nil {
			return result, err
		}
		c.Start = max(at, -at) // a time of day comes as a negative number
	}
	if c.End < c.Start {
		return result, ErrPeriod
	}
	shortest := int64(math.Round(float64(e.Shortest * r.Rate)))
	test, reports := answer.Annotations, e.Task.Reports(answer.Episodes, e.Least, r.Frames)
	var found []Span
	if test == nil {
		found = Spans(reports, e.Live)
		test = e.Task.Annotate(found)
	} else {
		found = e.Task.Truth(test, r.Frames, RhythmReading{Before: "(N", AsWritten: true}).Yes
	}
	truth := e.Task.Truth(r.Reference, r.Frames, e.Reading)
	result.Score = ScoreRhythm(truth, found, reports, RhythmPeriod{r.Rate, c.Start, r.Frames, shortest})
	if e.Task == RunsTask {
		result.Runs, err = CompareRuns(r.Reference, test, c)
		if errors.Is(err, ErrNoAnnotations) {
			err = nil // no beats, no runs
		}
		return result, err
	}
	if e.Task == BlockTask || e.Task == AsystoleTask {
		return result, nil // epicmp does not know them
	}
	kind := AF
	if e.Task == VFTask {
		kind = VF
	}
	result.Episodes, err = CompareEpisodes(r.Reference, test, kind, EpisodeConfig{Config: c, Shortest: shortest})
	return result, err
}

// Annotate makes annotations of episodes: rhythm strings for AFTask, BlockTask and
// AsystoleTask, [ and ] for VFTask. RunsTask is about beats and has none.
func (t RhythmTask) Annotate(found []Span) []wfdb.Annotation {
	list := []wfdb.Annotation{}
	for _, s := range found {
		switch t {
		case AFTask:
			list = append(list, wfdb.Annotation{Time: s.Start, Code: wfdb.RhythmChange, Aux: "(AFIB"},
				wfdb.Annotation{Time: s.End, Code: wfdb.RhythmChange, Aux: "(N"})
		case BlockTask:
			list = append(list, wfdb.Annotation{Time: s.Start, Code: wfdb.RhythmChange, Aux: "(BII"},
				wfdb.Annotation{Time: s.End, Code: wfdb.RhythmChange, Aux: "(N"})
		case AsystoleTask:
			list = append(list, wfdb.Annotation{Time: s.Start, Code: wfdb.RhythmChange, Aux: "(ASYS"},
				wfdb.Annotation{Time: s.End, Code: wfdb.RhythmChange, Aux: "(N"})
		case VFTask:
			list = append(list, wfdb.Annotation{Time: s.Start, Code: wfdb.FibrillationStart},
				wfdb.Annotation{Time: s.End, Code: wfdb.FibrillationEnd})
		}
	}
	return list
}

// AnnotatedRhythm answers with annotation files from a folder.
func AnnotatedRhythm(dir fs.FS, annotator string) RhythmSource {
	return func(r RhythmRecord) (RhythmAnswer, error) {
		list, err := LoadAnnotations(dir, r.Name, annotator, r.Rate)
		if list == nil {
			list = []wfdb.Annotation{}
		}
		return RhythmAnswer{Annotations: list}, err
	}
}

// AnnotatedBeats gives the beats of annotation files from a folder, with the
// classes of bxb, each known with its R peak.
func AnnotatedBeats(dir fs.FS, annotator string) BeatSource {
	return func(r RhythmRecord) ([]ecg.Beat, error) {
		list, err := LoadAnnotations(dir, r.Name, annotator, r.Rate)
		if err != nil {
			return nil, err
		}
		return ecg.ReadAll(wfdb.Beats(&listReader{list}, nil))
	}
}

// BeatsOf gives the beats among the annotations of a source, each known with
// its R peak.
func BeatsOf(source Source) BeatSource {
	return func(r RhythmRecord) ([]ecg.Beat, error) {
		list, err := source(r.Name)
		if err != nil {
			return nil, err
		}
		return ecg.ReadAll(wfdb.Beats(&listReader{list}, nil))
	}
}

// RhythmOfSource answers with the annotations of a source.
func RhythmOfSource(source Source) RhythmSource {
	return func(r RhythmRecord) (RhythmAnswer, error) {
		list, err := source(r.Name)
		return RhythmAnswer{Annotations: append([]wfdb.Annotation{}, list...)}, err
	}
}

// DetectedRhythm answers with what a detector reports. beats may be nil if it
// needs none; classified says that their classes mean something. lead is an
// index or a description, or "all", for a detector that reads the signal.
func (d Database) DetectedRhythm(detector RhythmDetector, beats BeatSource, classified bool, lead string) RhythmSource {
	return func(r RhythmRecord) (RhythmAnswer, error) {
		in := RhythmInput{Rate: r.Rate, Frames: r.Frames, Classified: classified}
		var err error
		if detector.NeedsBeats {
			if in.Beats, err = beats(r); err != nil {
				return RhythmAnswer{}, err
			}
			if !classified {
				for i := range in.Beats {
					in.Beats[i].Class = ecg.Unclassified
				}
			}
		}
		if detector.NeedsSignal {
			signal, err := d.openLead(r.Name, lead)
			if err != nil {
				return RhythmAnswer{}, err
			}
			defer signal.Close()
			in.Signal = signal
		}
		found, err := detector.Find(in)
		if errors.Is(err, wfdb.ErrChecksum) {
			err = nil
		}
		return RhythmAnswer{Episodes: found}, err
	}
}

func (d Database) openLead(record, lead string) (*wfdb.Record, error) {
	var o wfdb.Options
	if lead != "all" {
		h, err := wfdb.ReadHeader(d.FS, record)
		if err != nil {
			return nil, err
		}
		k, err := h.Format().FindLead(lead)
		if err != nil {
			return nil, err
		}
		o.Signals = []int{k}
	}
	return o.Open(d.FS, record)
}

// listReader reads annotations from memory.
type listReader struct{ rest []wfdb.Annotation }

func (l *listReader) Read(p []wfdb.Annotation) (int, error) {
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}
