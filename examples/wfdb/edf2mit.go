package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

var edf2mit = command{
	name: "edf2mit", summary: "convert EDF, EDF+ or BDF to a record",
	help: `wfdb edf2mit -i night.edf -r night     writes night.dat, night.hea and, of EDF+, night.edf as annotations

usage: wfdb edf2mit -i FILE [-r RECORD] [-s SIGNAL ...] [-v]
  -i FILE      the file
  -r RECORD    the record (the name of the file)
  -s SIGNAL .. these signals, by number or label
  -v           describe the file

The baseline is that of the scale of EDF; edf2mit of the WFDB package has one
adu more. Annotations of EDF+ become notes of the annotator "edf".`,
	spec: spec{"i": one, "r": one, "s": many, "v": none},
	run:  runEdf2mit,
}

func runEdf2mit(e *env, o options) error {
	name, err := o.required("i", "FILE")
	if err != nil {
		return err
	}
	if !isEDF(name) {
		return wrongUse("-i %s: want a name with .edf, .bdf or .rec", name)
	}
	src, err := e.find(name, "")
	if err != nil {
		return err
	}
	base := filepath.Base(name)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	dst, err := newSource(o.text("r", cleanName(base)))
	if err != nil {
		return err
	}
	r, err := edf.Open(src.fsys, src.name)
	if err != nil {
		return err
	}
	if o.has("s") {
		var labels []string
		for _, s := range r.Header().Signals {
			labels = append(labels, s.Label)
		}
		l, err := chooseSignals(o["s"], labels)
		r.Close()
		if err != nil {
			return err
		}
		if r, err = (edf.Options{Signals: l}).Open(src.fsys, src.name); err != nil {
			return err
		}
	}
	defer r.Close()
	if o.has("v") {
		describeEDF(e, r)
	}
	h, err := recordOfEDF(r, src.name, dst.name)
	if err != nil {
		return err
	}
	if len(h.Signals) > 0 {
		if err := copyEDF(e, r, dst, h); err != nil {
			return err
		}
	} else {
		text, err := h.AppendText(nil)
		if err == nil {
			err = wfdb.Dir(dst.dir).Replace(dst.name+".hea", text)
		}
		if err != nil {
			return err
		}
	}
	for _, w := range r.Warnings() {
		e.warn("%s: %v", name, w)
	}
	return annotationsOfEDF(r, dst, h.Rate)
}

// cleanName makes a record name of a file name.
func cleanName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && checkName("", string(r)) == nil {
			return r
		}
		return '_'
	}, s)
}

// recordOfEDF makes the header of the record.
func recordOfEDF(r *edf.Reader, file, name string) (*wfdb.Header, error) {
	h, err := edfInfo(r.Header(), file)
	if err != nil {
		return nil, err
	}
	all := h.Signals
	h.Signals = nil
	spf := r.SamplesPerFrame()
	for i, k := range r.Signals() {
		s := all[k]
		s.File = name + ".dat"
		s.SamplesPerFrame = max(spf[i], 1)
		if s.Units = strings.ReplaceAll(s.Units, " ", "_"); s.Units == "" {
			s.Units = "NU" // nothing would mean mV
		}
		if spf[i] == 0 {
			s.File, s.Format = "~", 0
		}
		h.Signals = append(h.Signals, s)
	}
	h.Name, h.Rate, h.Frames = name, r.FrameRate(), 0
	h.CounterRate = h.Rate
	h.SignalCount = len(h.Signals)
	return h, nil
}

func copyEDF(e *env, r *edf.Reader, dst source, h *wfdb.Header) error {
	w, err := wfdb.NewWriter(wfdb.Dir(dst.dir), h, wfdb.WriterOptions{})
	if err != nil {
		return err
	}
	width := 0
	for _, n := range r.SamplesPerFrame() {
		width += n
	}
	lowest := int32(-1 << 15) // no sample, in a record
	if r.Header().BDF {
		lowest = -1 << 23
	}
	p := make([]int32, max(width, 1)*max(1, 4096/max(width, 1)))
	for err == nil {
		if err = e.ctx.Err(); err != nil {
			break
		}
		n, readErr := r.ReadFrames(p)
		for i := range p[:n] {
			if p[i] == edf.InvalidSample || p[i] == lowest {
				p[i] = wfdb.InvalidSample
			}
		}
		if _, err = w.WriteDigital(p[:n]); err == nil {
			err = readErr
		}
	}
	if e := w.Close(); e != nil && err == io.EOF {
		err = e
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// annotationsOfEDF writes the texts of EDF+ as notes.
func annotationsOfEDF(r *edf.Reader, dst source, rate float64) error {
	list, err := r.Annotations()
	if len(list) == 0 || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	// Ticks of a microsecond, as onsets have more digits than frames.
	const ticks = 1e6
	first := r.Onset(0)
	var notes []wfdb.Annotation
	for _, a := range list {
		text := a.Text
		for len(text) > 255 {
			text = text[:len(text)-1]
		}
		notes = append(notes, wfdb.Annotation{Time: int64(math.Round(float64(a.Onset-first) / 1e3)), Code: wfdb.Note, Aux: text})
	}
	return writeAnnotationFile(dst, "edf", notes, ticks)
}

// describeEDF prints what the header says.
func describeEDF(e *env, r *edf.Reader) {
	h := r.Header()
	w := e.stdout
	fmt.Fprintf(w, "Patient ID: %q\nRecording ID: %q\n", h.Patient, h.Recording)
	fmt.Fprintf(w, "Number of data records: %d\nDuration of each data record: %v\nNumber of signals: %d\n", h.Records, h.RecordDuration(), len(h.Signals))
	for i := range h.Signals {
		s := &h.Signals[i]
		fmt.Fprintf(w, "Signal %d: %q, %q, physical %g to %g %s, digital %d to %d, %q, %d samples per data record\n",
			i, s.Label, s.Transducer, s.PhysicalMin, s.PhysicalMax, s.Unit, s.DigitalMin, s.DigitalMax, s.Prefilter, s.SamplesPerRecord)
	}
	fmt.Fprintf(w, "Base sampling frequency: %s Hz\n", number6(r.FrameRate()))
}
