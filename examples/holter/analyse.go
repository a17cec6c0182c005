package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/wfdb"
)

// source is what is analysed: one lead.
type source struct {
	title  string
	name   string // of the annotation file, without its annotator
	signal ecg.Signal
	frames int64 // length; 0: unknown
	close  func() error
}

// open finds the record: a local one, else, for a name like mitdb/100, that of
// PhysioNet.
func open(ctx context.Context, o options, stderr io.Writer) (source, error) {
	if o.record == "" {
		p, err := synth.New(synth.Default())
		if err != nil {
			return source{}, err
		}
		k, err := p.Format().FindLead(o.lead)
		if err != nil {
			return source{}, fmt.Errorf("%w: -lead: %w", errUsage, err)
		}
		lead, err := ecg.SelectLeads(p, k)
		return source{"a synthetic patient", "synthetic", lead, 5 * 60 * 360, func() error { return nil }}, err
	}
	dir, name := filepath.Split(o.record)
	if dir == "" {
		dir = "."
	}
	var files fs.FS = wfdb.Dir(dir)
	title := o.record
	if _, err := os.Stat(o.record + ".hea"); errors.Is(err, fs.ErrNotExist) && isPhysioNet(o.record) {
		if o.annotator != "" && o.beside {
			return source{}, fmt.Errorf("%w: -o needs -outdir for a record of PhysioNet", errUsage)
		}
		fmt.Fprintf(stderr, "holter: no %s.hea here, asking PhysioNet\n", o.record)
		files, name = physioNet(ctx), o.record
		title += " (PhysioNet)"
	}
	h, err := wfdb.ReadHeader(files, name)
	if err != nil {
		return source{}, err
	}
	k, err := h.Format().FindLead(o.lead)
	if err != nil {
		return source{}, fmt.Errorf("%w: -lead: %w", errUsage, err)
	}
	r, err := wfdb.Options{Signals: []int{k}}.Open(files, name)
	if err != nil {
		return source{}, err
	}
	return source{title, path.Base(name), r, h.Frames, r.Close}, nil
}

// physioNet is PhysioNet as the environment has it, with a cache.
func physioNet(ctx context.Context) fs.FS {
	config := wfdb.PhysioNetConfig{BaseURL: os.Getenv("SINUS_PHYSIONET"), Cache: os.Getenv("SINUS_CACHE")}
	if config.Cache == "" {
		if cache, err := os.UserCacheDir(); err == nil {
			config.Cache = filepath.Join(cache, "sinus", "physionet")
		}
	}
	return wfdb.PhysioNet(config).WithContext(ctx)
}

// isPhysioNet reports whether a name may be that of a project and a record
// there: folders and a name, no path of this machine.
func isPhysioNet(name string) bool {
	if _, err := os.Stat(strings.SplitN(name, "/", 2)[0]); err == nil {
		return false // a folder that is here
	}
	return strings.Contains(name, "/") && fs.ValidPath(name)
}

// analyse streams the record once and prints the summary, also of what came
// before an error or an interrupt.
func analyse(ctx context.Context, o options, stdout, stderr io.Writer) error {
	src, err := open(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer src.close()
	format := src.signal.Format()
	clock, err := format.Clock()
	if err != nil {
		return err
	}
	classifier, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: format.Rate, Leads: 1})
	if err != nil {
		return fmt.Errorf("%s: %w", src.title, err)
	}
	waves, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: format.Rate, Leads: 1, Detector: classifier.Beats()})
	if err != nil {
		return fmt.Errorf("%s: %w", src.title, err)
	}
	rules, err := detect.NewRhythmRules(detect.RhythmRulesConfig{Rate: format.Rate, Latency: waves.Delay(), AF: &detect.AFConfig{Classified: true}})
	if err != nil {
		return fmt.Errorf("%s: %w", src.title, err)
	}
	vf, err := detect.NewVFDetector(detect.VFConfig{Rate: format.Rate})
	if err != nil {
		return fmt.Errorf("%s: %w", src.title, err)
	}
	quality, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: format.Rate})
	if err != nil {
		return fmt.Errorf("%s: %w", src.title, err)
	}
	a := analysis{
		summary: newSummary(clock, waves.Delay()), rhythms: rhythms{rules: rules},
		waves: waves, vf: vf, quality: quality,
		gapFrames: clock.Sample(gapLimit), late: clock.Sample(waves.Delay()),
	}
	bar := newProgress(stderr, src.frames)
	readErr := a.run(ctx, src.signal, bar)
	bar.clear()

	lead := format.Leads[0]
	fmt.Fprintf(stdout, "%-16s%s, lead %s, %v Hz\n", "Record", src.title, lead.Name, format.Rate)
	a.summary.write(stdout)
	a.rhythms.write(stdout, a.summary)
	fmt.Fprintln(stdout, "Not a medical device.")
	if o.annotator != "" {
		if err := a.save(o, src.name); err != nil {
			return err
		}
	}
	return readErr
}

// gapLimit is the longest loss of signal over which an interval between beats is
// still an RR interval: no beat can hide in it.
const gapLimit = 200 * time.Millisecond

// analysis joins the stream with the summary and the annotation file.
type analysis struct {
	summary *summary
	rhythms rhythms
	waves   *detect.AtrialWaves // and the beats
	vf      *detect.VFDetector
	quality *detect.SignalQuality

	gapFrames int64
	missing   int64   // frames without a sample in a row
	gaps      []int64 // starts of those that are not told yet
	late      int64   // frames after which no beat from before can come

	noBeats bool // fibrillation, which may be only suspected, or asystole in which beats were found

	still   bool  // asystole
	stillTo int64 // the end of the last one

	file   bytes.Buffer
	writer *wfdb.AnnotationWriter
}

var errInterrupted = errors.New("interrupted, the summary is of what came before")

func (a *analysis) run(ctx context.Context, s ecg.Signal, bar *progress) error {
	a.writer = wfdb.NewAnnotationWriter(&a.file, wfdb.AnnotationWriterOptions{})
	block := make([]float64, 4096)
	var beats []detect.AtrialEvidence
	var vf []ecg.Episode
	var seconds []ecg.Quality
	for {
		n, err := s.Read(block)
		if err == nil && ctx.Err() != nil {
			err = errInterrupted
		}
		a.look(block[:n])
		beats = a.waves.Append(beats[:0], block[:n])
		vf = a.vf.Append(vf[:0], block[:n])
		seconds = a.quality.Append(seconds[:0], block[:n])
		if err != nil {
			beats = a.waves.Flush(beats)
			vf = a.vf.Flush(vf)
			seconds = a.quality.Flush(seconds)
		}
		for _, q := range seconds {
			a.summary.second(q)
		}
		if err := a.tell(beats, vf); err != nil {
			return err
		}
		bar.update(a.summary.frames)
		if err != nil {
			a.tellGaps(a.summary.frames, math.MaxInt64)
			a.rhythms.end(a.summary.frames)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// look counts what is missing.
func (a *analysis) look(x []float64) {
	for _, v := range x {
		a.summary.frames++
		if !math.IsNaN(v) {
			a.missing = 0
			continue
		}
		a.summary.lost++
		if a.missing++; a.missing == a.gapFrames+1 {
			a.gaps = append(a.gaps, a.summary.frames-a.missing)
		}
	}
}

// tell hands on what a block has brought, in the order in which it became known.
func (a *analysis) tell(beats []detect.AtrialEvidence, vf []ecg.Episode) error {
	for len(beats)+len(vf) > 0 {
		if len(beats) == 0 || len(vf) > 0 && vf[0].Known <= beats[0].Beat.Known {
			a.tellGaps(0, vf[0].Known)
			a.between(vf[0])
			a.rhythms.waveform(vf[0])
			vf = vf[1:]
			continue
		}
		b := beats[0].Beat
		a.tellGaps(b.At, b.Known)
		if a.noBeats {
			a.summary.noInterval()
		}
		a.noBeats = a.noBeats || a.still // the first one may be that which ends it
		a.summary.add(b)
		if b.At < a.stillTo {
			a.summary.noInterval() // found late
		}
		a.rhythms.add(beats[0])
		if err := a.writer.Write(wfdb.Annotation{Time: b.At, Code: wfdb.CodeOf(b.Class)}); err != nil {
			return err
		}
		beats = beats[1:]
	}
	return nil
}

// between says what an episode of the VF detector does to the intervals between beats.
func (a *analysis) between(e ecg.Episode) {
	goesOn := e.State != ecg.Ended
	if e.Rhythm != ecg.Asystole {
		a.noBeats = goesOn
		a.summary.noInterval()
		return
	}
	// Asystole between two beats is an interval, and a pause.
	if last := a.summary.last.At; last > e.Start && (goesOn || last < e.End) {
		a.summary.noInterval()
	}
	a.still, a.noBeats, a.stillTo = goesOn, false, max(a.stillTo, e.End)
}

// tellGaps hands on the losses of signal that began before the beat at sample at,
// and those that began so long before sample known that all beats from before
// have been handed over.
func (a *analysis) tellGaps(at, known int64) {
	for len(a.gaps) > 0 && (a.gaps[0] < at || a.gaps[0]+a.late <= known) {
		a.summary.noInterval()
		a.rhythms.gap(a.gaps[0])
		a.gaps = a.gaps[1:]
	}
}

// save writes the annotation file, whole or not at all.
func (a *analysis) save(o options, name string) error {
	if err := a.writer.Close(); err != nil {
		return err
	}
	return wfdb.Dir(o.outDir).Replace(name+"."+o.annotator, a.file.Bytes())
}
