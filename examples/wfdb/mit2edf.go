package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/wfdb"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

var mit2edf = command{
	name: "mit2edf", summary: "convert a record to EDF+",
	help: `wfdb mit2edf -r data/mitdb/100 -o 100.edf

usage: wfdb mit2edf -r RECORD [-o FILE] [-p] [-v]
  -o FILE  the file (the name of the record and .edf)
  -p       EDF+, which it is anyway
  -v       tell what is done

The range of EDF is chosen from the samples, so that none is clipped and the
scale has as many digits as there is room for. Of a record without a start time
the file has none either; mit2edf of the WFDB package takes the clock of the
computer.`,
	spec: spec{"r": one, "o": one, "p": none, "v": none},
	run:  runMit2edf,
}

func runMit2edf(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	if isEDF(record) {
		return wrongUse("%s is an EDF file", record)
	}
	src, err := e.find(record, "")
	if err != nil {
		return err
	}
	h, err := src.openHeader()
	if err != nil {
		return err
	}
	if len(h.Signals) == 0 {
		return fmt.Errorf("%s has no signals", record)
	}
	lo, hi, err := sampleRange(e, src, h)
	if err != nil {
		return err
	}
	c, err := edfConfig(h, lo, hi)
	if err != nil {
		return err
	}
	name := o.text("o", filepath.Base(src.name)+".edf")
	if o.has("v") {
		e.warn("%s to %s: %d signals, %s frames per second", record, name, len(h.Signals), number6(h.Rate))
	}
	return replaceFile(name, func(f *os.File) error { return writeEDF(e, src, h, c, f) })
}

// replaceFile writes a file under a temporary name and renames it when it is
// complete.
func replaceFile(name string, write func(f *os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// eachFrame calls f with blocks of whole frames of a record.
func eachFrame(e *env, src source, h *wfdb.Header, f func(p []int32) error) error {
	r, err := wfdb.Open(src.fsys, src.name)
	if err != nil {
		return err
	}
	defer r.Close()
	width := 0
	for i := range h.Signals {
		width += h.Signals[i].SamplesPerFrame
	}
	p := make([]int32, width*max(1, 4096/width))
	for {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		n, err := r.ReadFrames(p)
		if e := f(p[:n]); e != nil {
			return e
		}
		if err != nil {
			return err
		}
	}
}

// sampleRange finds the least and the greatest sample of each signal.
func sampleRange(e *env, src source, h *wfdb.Header) (lo, hi []int32, err error) {
	var signal []int
	for i := range h.Signals {
		for range h.Signals[i].SamplesPerFrame {
			signal = append(signal, i)
		}
		s := &h.Signals[i]
		half := int32(1) << (min(max(s.ADCResolution, 1), 16) - 1)
		lo = append(lo, max(s.ADCZero-half, -1<<15+1))
		hi = append(hi, s.ADCZero+half-1)
	}
	err = eachFrame(e, src, h, func(p []int32) error {
		for i, v := range p {
			if v != wfdb.InvalidSample {
				k := signal[i%len(signal)]
				lo[k], hi[k] = min(lo[k], v), max(hi[k], v)
			}
		}
		return nil
	})
	if err != io.EOF {
		return nil, nil, err
	}
	return lo, hi, nil
}

// edfConfig describes the record as EDF+.
func edfConfig(h *wfdb.Header, lo, hi []int32) (edf.WriterConfig, error) {
	c := edf.WriterConfig{Rate: h.Rate, Start: h.Start, PatientCode: h.Name}
	if h.HasTime && h.Start.IsZero() {
		c.Start = time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC).Add(h.TimeOfDay) // EDF has no time without a date
	}
	for i := range h.Signals {
		s := &h.Signals[i]
		if lo[i] < math.MinInt16 || hi[i] > math.MaxInt16 {
			return c, fmt.Errorf("signal %d: samples from %d to %d, EDF has 16 bits", i, lo[i], hi[i])
		}
		w := edf.WriterSignal{Label: cutText(s.Description, 16), Unit: cutText(s.Units, 8), SamplesPerFrame: s.SamplesPerFrame,
			Transducer: "transducer type not recorded", Prefilter: "prefiltering not recorded",
			DigitalMin: lo[i], DigitalMax: hi[i]}
		if w.Unit == "" {
			w.Unit = "mV"
		}
		w.PhysicalMin, w.PhysicalMax = s.Physical(lo[i]), s.Physical(hi[i])
		c.Signals = append(c.Signals, w)
	}
	return c, nil
}

func cutText(s string, n int) string { return strings.ToValidUTF8(s[:min(len(s), n)], "") }

func writeEDF(e *env, src source, h *wfdb.Header, c edf.WriterConfig, f *os.File) error {
	w, err := edf.NewWriter(f, c)
	if err != nil {
		return err
	}
	err = eachFrame(e, src, h, func(p []int32) error {
		for i, v := range p {
			if v == wfdb.InvalidSample {
				p[i] = edf.InvalidSample
			}
		}
		return w.WriteDigital(p)
	})
	if err != io.EOF {
		return err
	}
	return w.Close()
}
