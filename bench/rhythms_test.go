package bench_test

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/wfdb"
)

func TestRhythmOf(t *testing.T) {
	for text, want := range map[string]ecg.Rhythm{
		"(AFIB": ecg.AtrialFibrillation, "(AFL": ecg.AtrialFlutter, "(VFL": ecg.VentricularFlutter, "(VF": ecg.VentricularFibrillation,
		"(N": ecg.SinusRhythm, "(NSR": ecg.SinusRhythm, "(PM": ecg.PacedRhythm, "(NOISE": ecg.RhythmUnknown,
	} {
		got, known := bench.RhythmOf(text)
		require.True(t, known, text)
		require.Equal(t, want, got, text)
	}
	_, known := bench.RhythmOf("(NOSUCH")
	require.False(t, known)
}

// Every rhythm string of the databases is in the table.
func TestTheTableHasEveryStringOfTheDatabases(t *testing.T) {
	for _, db := range []string{"mitdb", "nstdb", "vfdb", "cudb", "ltafdb"} {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", db))}
		files, err := fs.Glob(d.FS, "*.atr")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			for _, a := range load(t, d.FS, f[:len(f)-4], "atr", 0) {
				if a.Code == wfdb.RhythmChange {
					_, known := bench.RhythmOf(a.Text())
					require.True(t, known, "%s: %q", f, a.Text())
				}
			}
		}
	}
}

func vf(time int64, code wfdb.Code) wfdb.Annotation { return wfdb.Annotation{Time: time, Code: code} }

type spans = []bench.Span

func TestRhythmTruth(t *testing.T) {
	const on, off = wfdb.FibrillationStart, wfdb.FibrillationEnd
	beat := func(time int64, code wfdb.Code) wfdb.Annotation { return vf(time, code) }
	n, v, f := wfdb.Normal, wfdb.PrematureVentricular, wfdb.FusionVentricular
	for name, c := range map[string]struct {
		task    bench.RhythmTask
		ann     []wfdb.Annotation
		reading bench.RhythmReading
		want    bench.RhythmTruth
	}{
		"nothing is known": {task: bench.AFTask, want: bench.RhythmTruth{LeftOut: spans{{0, 100}}}},
		"nothing is marked in a healthy heart": {task: bench.AFTask, reading: bench.RhythmReading{Before: "(N"},
			want: bench.RhythmTruth{}},
		"before the first mark nothing is known": {task: bench.AFTask, ann: []wfdb.Annotation{mark(10, "(AFIB"), mark(30, "(N\x00")},
			want: bench.RhythmTruth{Yes: spans{{10, 30}}, LeftOut: spans{{0, 10}}}},
		"before it is normal": {task: bench.AFTask, ann: []wfdb.Annotation{mark(10, "(AFIB")}, reading: bench.RhythmReading{Before: "(N"},
			want: bench.RhythmTruth{Yes: spans{{10, 100}}}},
		"flutter and noise are left out": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(AFIB"), mark(20, "(AFL"), mark(40, "(NOISE"), mark(50, "(N")},
			want: bench.RhythmTruth{Yes: spans{{0, 20}}, LeftOut: spans{{20, 50}}}},
		"a string that nobody knows": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(N"), mark(20, "(NOSUCH"), mark(40, "(N")},
			want: bench.RhythmTruth{LeftOut: spans{{20, 40}}}},
		"ventricles within fibrillation": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(AFIB"), mark(20, "(VT"), mark(30, "(B"), mark(40, "(AFIB"), mark(60, "(VT"), mark(70, "(N")},
			want: bench.RhythmTruth{Yes: spans{{0, 20}, {40, 60}}, LeftOut: spans{{20, 40}}}},
		"as written": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(AFIB"), mark(20, "(VT"), mark(40, "(AFIB")}, reading: bench.RhythmReading{AsWritten: true},
			want: bench.RhythmTruth{Yes: spans{{0, 20}, {40, 100}}}},
		"flutter is asked for": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(N"), mark(20, "(AFL"), mark(40, "(AFIB"), mark(60, "(N")}, reading: bench.RhythmReading{Flutter: true},
			want: bench.RhythmTruth{Yes: spans{{20, 40}}, LeftOut: spans{{40, 60}}}},
		"a slow rate before the first fibrillation": {task: bench.AFTask, ann: []wfdb.Annotation{mark(10, "(SBR"), mark(40, "(AFIB")},
			want: bench.RhythmTruth{Yes: spans{{40, 100}}, LeftOut: spans{{0, 40}}}},
		"a slow rate at the end": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(AFIB"), mark(40, "(SBR")},
			want: bench.RhythmTruth{Yes: spans{{0, 40}}}},
		"a mark behind the end": {task: bench.AFTask, ann: []wfdb.Annotation{mark(0, "(N"), mark(90, "(AFIB"), mark(150, "(N"), mark(160, "(AFIB")},
			want: bench.RhythmTruth{Yes: spans{{90, 100}}}},
		"marks and strings of ventricular fibrillation": {task: bench.VFTask, ann: []wfdb.Annotation{mark(0, "(N"), mark(10, "(VFL"), vf(12, on), vf(20, off), mark(22, "(N"), vf(40, on), vf(50, off), mark(60, "(VT"), mark(70, "(ASYS")},
			want: bench.RhythmTruth{Yes: spans{{10, 22}, {40, 50}}, LeftOut: spans{{60, 70}}}},
		"marks alone": {task: bench.VFTask, ann: []wfdb.Annotation{vf(40, on), vf(60, off), vf(80, on)},
			want: bench.RhythmTruth{Yes: spans{{40, 60}, {80, 100}}, LeftOut: spans{{0, 40}}}},
		"marks alone after sinus rhythm": {task: bench.VFTask, ann: []wfdb.Annotation{vf(40, on), vf(60, off)}, reading: bench.RhythmReading{Before: "(N"},
			want: bench.RhythmTruth{Yes: spans{{40, 60}}}},
		"runs": {task: bench.RunsTask, ann: []wfdb.Annotation{beat(1, n), beat(2, v), beat(3, v), beat(5, n), beat(10, v), beat(12, f), beat(14, v), beat(20, n), beat(30, v), beat(31, v), vf(32, on), vf(40, off), beat(50, v)},
			want: bench.RhythmTruth{Yes: spans{{10, 14}}, LeftOut: spans{{32, 40}}}},
		"a run at the end": {task: bench.RunsTask, ann: []wfdb.Annotation{beat(1, v), beat(2, v), mark(3, "(VT"), beat(4, v)},
			want: bench.RhythmTruth{Yes: spans{{1, 4}}}},
		"block": {task: bench.BlockTask, ann: []wfdb.Annotation{mark(10, "(N"), mark(20, "(BII"), mark(30, "(BI"), mark(40, "(BII"), mark(50, "(NOISE"), mark(60, "(AFL"), mark(70, "(NOSUCH"), mark(80, "(N")},
			want: bench.RhythmTruth{Yes: spans{{20, 30}, {40, 50}}, LeftOut: spans{{0, 10}, {50, 60}, {70, 80}}}},
	} {
		require.Equal(t, c.want, c.task.Truth(c.ann, 100, c.reading), name)
	}
}

// Times and counts by a plain walk over the samples.
func TestScoreRhythmBySample(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 19))
	draw := func(gap int) spans {
		var list spans
		for at := random.Int64N(int64(gap)); at < 200; at += 1 + random.Int64N(int64(gap)) {
			s := bench.Span{Start: at, End: at + 1 + random.Int64N(20)}
			list = append(list, s)
			at = s.End
		}
		return list
	}
	in := func(list spans, i int64) bool {
		for _, s := range list {
			if s.Start <= i && i < s.End {
				return true
			}
		}
		return false
	}
	for range 500 {
		truth := bench.RhythmTruth{Yes: draw(40), LeftOut: draw(60)}
		found := draw(30)
		start := random.Int64N(50)
		p := bench.RhythmPeriod{Rate: 1, Start: start, End: start + random.Int64N(160)}
		got := bench.ScoreRhythm(truth, found, nil, p)
		var want bench.RhythmScore
		for i := p.Start; i < p.End; i++ {
			if in(truth.LeftOut, i) {
				continue
			}
			switch yes, called := in(truth.Yes, i), in(found, i); {
			case yes && called:
				want.TP++
			case yes:
				want.FN++
			case called:
				want.FP++
			default:
				want.TN++
			}
		}
		require.Equal(t, []float64{want.TP, want.FN, want.FP, want.TN}, []float64{got.TP, got.FN, got.FP, got.TN})
		// Episodes: stretches of the walk.
		inside := false
		hit := false
		for i := p.Start; i <= p.End; i++ {
			now := i < p.End && in(truth.Yes, i) && !in(truth.LeftOut, i)
			if now && !inside {
				want.Each = append(want.Each, bench.EpisodeScore{Start: float64(i) / p.Rate})
			}
			if inside && !now {
				e := &want.Each[len(want.Each)-1]
				e.End, e.Found = float64(i)/p.Rate, hit
				if hit {
					want.Found++
				} else {
					want.Missed++
				}
				hit = false
			}
			hit = hit || now && in(found, i)
			inside = now
		}
		right, any := false, false
		inside = false
		for i := p.Start; i <= p.End; i++ {
			now := i < p.End && in(found, i)
			if inside && !now && any {
				if right {
					want.Right++
				} else {
					want.Wrong++
				}
			}
			if inside = now; !now {
				right, any = false, false
			}
			any = any || now && !in(truth.LeftOut, i)
			right = right || now && in(truth.Yes, i) && !in(truth.LeftOut, i)
		}
		require.Equal(t, want, got)
	}
}

func TestRhythmFigures(t *testing.T) {
	truth := bench.RhythmTruth{Yes: spans{{100, 200}, {300, 305}}, LeftOut: spans{{0, 50}}}
	reports := []bench.Report{{Span: bench.Span{Start: 110, End: 210}, Known: 130, Over: 220}, {Span: bench.Span{Start: 400, End: 450}, Known: 420, Over: 460}}
	s := bench.ScoreRhythm(truth, bench.Spans(reports, false), reports, bench.RhythmPeriod{Rate: 10, End: 1000, Shortest: 6})
	require.Equal(t, bench.RhythmScore{TP: 9, FN: 1.5, FP: 6, TN: 78.5, Found: 1, Right: 1, Wrong: 1, Delays: []float64{3},
		Each: []bench.EpisodeScore{{Start: 10, End: 20, Found: true, Onset: 1, Delay: 3}}}, s)
	require.InDelta(t, 100*9/10.5, s.Se(), 1e-12)
	require.InDelta(t, 100*78.5/84.5, s.Sp(), 1e-12)
	require.InDelta(t, 60, s.PP(), 1e-12)
	require.Equal(t, []float64{100, 50}, []float64{s.EpisodeSe(), s.EpisodePP()})
	require.InDelta(t, 1440*6./95, s.FalsePerDay(), 1e-9)
	require.InDelta(t, 3600/95., s.FalsePerHour(), 1e-9)
	live := bench.ScoreRhythm(truth, bench.Spans(reports, true), reports, bench.RhythmPeriod{Rate: 10, End: 1000})
	require.Equal(t, []float64{7, 3.5, 6}, []float64{live.TP, live.FN, live.FP})
	sum := s
	sum.Add(&live)
	require.Equal(t, []float64{16, 3, 3}, []float64{sum.TP, sum.Delay(0.5), sum.Delay(0.9)})
	require.Len(t, s.Delays, 1, "the summand stays")
	var none bench.RhythmScore
	for _, v := range []float64{none.Se(), none.Sp(), none.PP(), none.EpisodeSe(), none.EpisodePP(), none.FalsePerDay(), none.FalsePerHour(), none.Delay(0.5)} {
		require.True(t, math.IsNaN(v))
	}
}

func TestReports(t *testing.T) {
	af := ecg.AtrialFibrillation
	episodes := []ecg.Episode{
		{Rhythm: af, State: ecg.Suspected, Start: 10, Known: 20},
		{Rhythm: ecg.SinusRhythm, State: ecg.Confirmed, Start: 0, Known: 21},
		{Rhythm: af, State: ecg.Confirmed, Start: 10, Known: 40},
		{Rhythm: af, State: ecg.Ended, Start: 10, End: 60, Known: 70},
		{Rhythm: af, State: ecg.Suspected, Start: 100, Known: 110},
		{Rhythm: af, State: ecg.Ended, Start: 100, End: 120, Known: 130}, // too short
		{Rhythm: af, State: ecg.Ended, Start: 150, End: 160, Known: 161},
		{Rhythm: af, State: ecg.Confirmed, Start: 200, Known: 230},
	}
	report := func(start, end, known, over int64) bench.Report {
		return bench.Report{Span: bench.Span{Start: start, End: end}, Known: known, Over: over}
	}
	require.Equal(t, []bench.Report{report(10, 60, 40, 70), report(150, 160, 161, 161), report(200, 300, 230, 300)},
		bench.AFTask.Reports(episodes, ecg.Confirmed, 300))
	require.Equal(t, []bench.Report{report(10, 60, 20, 70), report(100, 120, 110, 130), report(150, 160, 161, 161), report(200, 300, 230, 300)},
		bench.AFTask.Reports(episodes, ecg.Suspected, 300))
	require.Empty(t, bench.VFTask.Reports(episodes, ecg.Suspected, 300))
	// Flutter that becomes fibrillation: two episodes at a time, one stretch.
	episodes = []ecg.Episode{
		{Rhythm: ecg.VentricularFlutter, State: ecg.Confirmed, Start: 10, Known: 20},
		{Rhythm: ecg.VentricularFibrillation, State: ecg.Confirmed, Start: 30, Known: 40},
		{Rhythm: ecg.VentricularFlutter, State: ecg.Ended, Start: 10, End: 35, Known: 45},
		{Rhythm: ecg.VentricularFibrillation, State: ecg.Ended, Start: 30, End: 80, Known: 85},
	}
	reports := bench.VFTask.Reports(episodes, ecg.Confirmed, 300)
	require.Equal(t, spans{{10, 80}}, bench.Spans(reports, false))
	require.Equal(t, spans{{20, 85}}, bench.Spans(reports, true))
}

// oracle answers with the truth of a synthetic patient.
func oracle(p *synth.Patient) bench.RhythmDetector {
	return bench.RhythmDetector{Name: "oracle", Tasks: []bench.RhythmTask{bench.AFTask, bench.VFTask}, NeedsBeats: true,
		Find: func(in bench.RhythmInput) ([]ecg.Episode, error) {
			if len(in.Beats) == 0 {
				return nil, errors.New("no beats")
			}
			return p.Episodes(nil), nil
		}}
}

// patientFS is a folder with the annotations of a synthetic patient, and no
// header.
func patientFS(t *testing.T, c synth.Config) (bench.Database, *synth.Patient) {
	p, err := synth.New(c)
	require.NoError(t, err)
	_, err = ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	q, err := synth.New(c)
	require.NoError(t, err)
	_, err = ecg.ReadAll(ecg.Reader[float64](q))
	require.NoError(t, err)
	list := []wfdb.Annotation{mark(0, "(N")}
	for _, b := range p.Truth(nil) {
		list = append(list, wfdb.Annotation{Time: b.At, Code: wfdb.CodeOf(b.Class)})
	}
	for _, e := range p.Episodes(nil) {
		for _, r := range c.Rhythms {
			if e.Rhythm == r.Kind {
				list = append(list, mark(e.Start, "("+e.Rhythm.String()), mark(e.End, "(N"))
			}
		}
	}
	wfdb.SortAnnotations(list)
	folder := fstest.MapFS{}
	var file fileWriter
	w := wfdb.NewAnnotationWriter(&file, wfdb.AnnotationWriterOptions{})
	for _, a := range list {
		require.NoError(t, w.Write(a))
	}
	require.NoError(t, w.Close())
	folder["one.atr"] = &fstest.MapFile{Data: file}
	return bench.Database{FS: folder}, q
}

type fileWriter []byte

func (f *fileWriter) Write(p []byte) (int, error) {
	*f = append(*f, p...)
	return len(p), nil
}

func TestEvaluateRhythmsOfAFolderWithoutHeaders(t *testing.T) {
	c := synth.Config{Rate: 250, Duration: 3 * time.Minute, Rhythms: []synth.Rhythm{
		{Kind: ecg.AtrialFibrillation, At: 20 * time.Second, For: 40 * time.Second},
		{Kind: ecg.VentricularFibrillation, At: 90 * time.Second, For: 20 * time.Second},
		{Kind: ecg.VentricularTachycardia, At: 120 * time.Second, For: 10 * time.Second},
	}}
	d, p := patientFS(t, c)
	records, err := d.AnnotatedRecords("atr")
	require.NoError(t, err)
	require.Equal(t, []string{"one"}, records)
	for task, seconds := range map[bench.RhythmTask]float64{bench.AFTask: 40, bench.VFTask: 20} {
		q := *p // the oracle tells its episodes once
		e := bench.RhythmEvaluation{Task: task, Reference: "atr", Start: "0:00", Least: ecg.Confirmed,
			Test: d.DetectedRhythm(oracle(&q), bench.AnnotatedBeats(d.FS, "atr"), true, "0")}
		_, err = d.EvaluateRhythms(records, e)
		require.ErrorIs(t, err, fs.ErrNotExist, "neither header nor rate")
		e.Rate = 250
		results, err := d.EvaluateRhythms(records, e)
		require.NoError(t, err)
		s := results[0].Score
		require.InDelta(t, seconds, s.TP, 1e-9)
		require.Zero(t, s.FN)
		require.Zero(t, s.FP)
		require.Equal(t, []int{1, 0, 1, 0}, []int{s.Found, s.Missed, s.Right, s.Wrong})
		require.Len(t, s.Delays, 1)
		if task == bench.AFTask { // what the program reads
			require.Equal(t, 1, results[0].Episodes.TPs)
			require.EqualValues(t, 40*250, results[0].Episodes.RefFound)
		}
	}
	// The beats of the record itself as test annotations: all runs are found.
	e := bench.RhythmEvaluation{Task: bench.RunsTask, Reference: "atr", Start: "0:00", Rate: 250, Test: bench.AnnotatedRhythm(d.FS, "atr")}
	results, err := d.EvaluateRhythms(records, e)
	require.NoError(t, err)
	runs := results[0].Runs.VE.AtLeast(3)
	require.Equal(t, bench.RunCounts{TPs: 2, TPp: 2}, runs, "the tachycardia, and the fibrillation")
	require.InDelta(t, 9.6, results[0].Score.TP, 0.4)
	_, err = d.EvaluateRhythms([]string{"nosuch"}, e)
	require.ErrorContains(t, err, "nosuch.atr")
}

func TestFindRhythmDetector(t *testing.T) {
	before := bench.RhythmDetectors
	defer func() { bench.RhythmDetectors = before }()
	bench.RhythmDetectors = []bench.RhythmDetector{{Name: "a", Tasks: []bench.RhythmTask{bench.VFTask}}, {Name: "b", Tasks: []bench.RhythmTask{bench.AFTask, bench.VFTask}}}
	for name, want := range map[string]string{"": "a", "a": "a", "b": "b"} {
		d, err := bench.FindRhythmDetector(bench.VFTask, name)
		require.NoError(t, err)
		require.Equal(t, want, d.Name)
	}
	d, err := bench.FindRhythmDetector(bench.AFTask, "")
	require.NoError(t, err)
	require.Equal(t, "b", d.Name)
	_, err = bench.FindRhythmDetector(bench.AFTask, "a")
	require.ErrorContains(t, err, `["b"]`)
	_, err = bench.FindRhythmTask("st")
	require.ErrorContains(t, err, "runs")
}

// counter reports one episode: how many beats or samples it has been given, and
// what it was told of the time.
type counter[In any] struct {
	ecg.Stage[In, ecg.Episode] // the checkpoint, which nobody asks for
	n, now                     int64
}

func (c *counter[In]) Append(dst []ecg.Episode, in []In) []ecg.Episode {
	c.n += int64(len(in))
	return dst
}

func (c *counter[In]) Advance(dst []ecg.Episode, now int64) []ecg.Episode {
	c.now = now
	return dst
}

func (c *counter[In]) Flush(dst []ecg.Episode) []ecg.Episode {
	return append(dst, ecg.Episode{Start: c.n, End: c.now})
}

func TestFindInStages(t *testing.T) {
	p, err := synth.New(synth.Config{Rate: 100, Leads: 1, Duration: 7 * time.Second})
	require.NoError(t, err)
	in := bench.RhythmInput{Rate: 100, Frames: 700, Beats: make([]ecg.Beat, 5), Signal: p}
	beats := bench.FindInBeats(func(bench.RhythmInput) (ecg.Stage[ecg.Beat, ecg.Episode], error) { return &counter[ecg.Beat]{}, nil })
	found, err := beats(in)
	require.NoError(t, err)
	require.Equal(t, []ecg.Episode{{Start: 5, End: 700}}, found)
	signal := bench.FindInSignal(func(bench.RhythmInput) (ecg.Stage[float64, ecg.Episode], error) { return &counter[float64]{}, nil })
	found, err = signal(in)
	require.NoError(t, err)
	require.Equal(t, []ecg.Episode{{Start: 700}}, found)
	in.Signal = nil
	_, err = signal(in)
	require.ErrorContains(t, err, "no signal")
	refused := errors.New("refused")
	_, err = bench.FindInBeats(func(bench.RhythmInput) (ecg.Stage[ecg.Beat, ecg.Episode], error) { return nil, refused })(in)
	require.ErrorIs(t, err, refused)
}
