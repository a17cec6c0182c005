package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

var wfdbdesc = command{
	name: "wfdbdesc", summary: "describe a record",
	help: `wfdb wfdbdesc data/mitdb/100     what its header says, in words

usage: wfdb wfdbdesc RECORD [-readable]`,
	spec: spec{"": many, "readable": none},
	run:  runWfdbdesc,
}

func runWfdbdesc(e *env, o options) error {
	if len(o[""]) != 1 {
		return wrongUse("one record at a time, not %d", len(o[""]))
	}
	src, err := e.find(o[""][0], "")
	if err != nil {
		return err
	}
	h, err := src.openHeader()
	if err != nil {
		return err
	}
	d := description{w: e.stdout, h: h, times: h.Times(0), frames: h.Frames}
	d.fixed = h.Segments != nil && !h.Layout
	if d.fixed && !stated(h) { // the C library takes the first segment for the record then
		d.fixed, d.frames = false, h.Segments[0].Frames
	}
	if d.frames == 0 && h.Segments == nil {
		if d.frames, err = measure(src, h); err != nil {
			return err
		}
		d.measured = d.frames > 0
	}
	if err := addInfo(src, h); err != nil {
		return err
	}
	d.lines = make([]string, len(h.Signals))
	if !isEDF(src.name) {
		copy(d.lines, src.signalLines(h))
		withBlanks(h, d.lines)
	}
	d.record(o[""][0])
	d.signals()
	return nil
}

// addInfo adds the info strings of the file NAME.info, where there is one.
func addInfo(src source, h *wfdb.Header) error {
	const limit = 1 << 20
	f, err := src.fsys.Open(src.name + ".info")
	if errors.Is(err, fs.ErrNotExist) || src.dir == "" && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		if s, ok := strings.CutPrefix(line, "#"); ok {
			h.Comments = append(h.Comments, strings.TrimRight(s, "\r\n"))
		}
	}
	return nil
}

// stated reports whether the record line has a length.
func stated(h *wfdb.Header) bool {
	for line := range strings.Lines(string(h.Text)) {
		if t := strings.TrimSpace(line); t != "" && t[0] != '#' {
			f := strings.Fields(t)
			return len(f) > 3 && f[3] != "0"
		}
	}
	return false
}

// description writes what a header says.
type description struct {
	w        io.Writer
	h        *wfdb.Header
	times    wfdb.Times
	frames   int64
	fixed    bool     // layout of several segments
	measured bool     // the length is that of the files
	lines    []string // of its signals in the header
}

const ruler = "----------------------------------------------"

func (d *description) record(name string) {
	w, h := d.w, d.h
	fmt.Fprintf(w, "Record %s", name)
	switch {
	case h.Layout:
		fmt.Fprint(w, " (a variable-layout multi-segment record)\n\n")
	case d.fixed:
		fmt.Fprintf(w, " (a fixed-layout multi-segment record)\n%s\nThe following data apply to the entire record:\n%s\n", ruler, ruler)
	default:
		fmt.Fprintln(w)
	}
	if len(h.Comments) > 0 {
		fmt.Fprint(w, "Notes\n=====\n")
		for _, c := range h.Comments {
			fmt.Fprintln(w, c)
		}
		fmt.Fprint(w, "=====\n\n")
	}
	if h.HasTime {
		fmt.Fprintf(w, "Starting time: %s\n", d.times.Text(0))
	} else {
		fmt.Fprintln(w, "Starting time: not specified")
	}
	if d.frames > 0 {
		fmt.Fprintf(w, "Length: %s (%d sample intervals)", d.times.Text(d.frames), d.frames)
		if d.measured {
			fmt.Fprint(w, " [from signal file size]")
		}
		fmt.Fprintln(w)
	} else {
		fmt.Fprintln(w, "Length: not specified")
	}
	fmt.Fprintf(w, "Sampling frequency: %s Hz\n", number12(h.Rate))
	if n := len(h.Signals); n == 1 {
		fmt.Fprintln(w, "1 signal")
	} else {
		fmt.Fprintf(w, "%d signals\n", n)
	}
	if d.fixed {
		n := h.Segments[0].Frames
		fmt.Fprintf(w, "%s\nThe following data apply to the first segment:\n%s\nSegment length: %s (%d sample intervals)\n",
			ruler, ruler, d.times.Text(n), n)
	}
}

func (d *description) signals() {
	w, h := d.w, d.h
	group := -1
	for i := range h.Signals {
		s := &h.Signals[i]
		null := s.File == "~" || s.Format == 0
		// Signals of one file in a row are a group, as are those of none.
		if i == 0 || s.File != h.Signals[i-1].File {
			group++
		}
		fmt.Fprintf(w, "Group %d, Signal %d:\n", group, i)
		if null {
			fmt.Fprintln(w, " File: [none]")
		} else {
			fmt.Fprintf(w, " File: %s\n", s.File)
		}
		if s.Description != "" {
			fmt.Fprintf(w, " Description: %s\n", s.Description)
		}
		unit := s.Units
		if unit == "" {
			unit = "mV"
		}
		if s.Gain == 0 {
			fmt.Fprintf(w, " Gain: uncalibrated; assume %d adu/%s\n", wfdb.DefaultGain, unit)
		} else {
			fmt.Fprintf(w, " Gain: %s adu/%s\n", number6(s.Gain), unit)
		}
		fmt.Fprintf(w, " Initial value: %d\n", s.InitialValue)
		if !null {
			fmt.Fprintf(w, " Storage format: %d", s.Format)
		}
		if s.SamplesPerFrame > 1 {
			fmt.Fprintf(w, " (%d samples per frame)", s.SamplesPerFrame)
		}
		if !null || s.SamplesPerFrame > 1 {
			fmt.Fprintln(w)
		}
		if s.BlockSize == 0 {
			fmt.Fprintln(w, " I/O: can be unbuffered")
		} else {
			fmt.Fprintf(w, " I/O: %d-byte blocks\n", s.BlockSize)
		}
		fmt.Fprintf(w, " ADC resolution: %d bits\n", s.ADCResolution)
		fmt.Fprintf(w, " ADC zero: %d\n", s.ADCZero)
		fmt.Fprintf(w, " Baseline: %d\n", s.Baseline)
		if h.Frames > 0 && !h.Layout && s.Given&wfdb.GivenChecksum != 0 {
			if n, err := strconv.Atoi(checksumText(d.lines[i])); err == nil {
				fmt.Fprintf(w, " Checksum: %d\n", n)
			} else {
				fmt.Fprintf(w, " Checksum: %d\n", s.Checksum)
			}
		}
	}
}

// measure finds the length of a record whose header does not state it, by
// reading it.
func measure(src source, h *wfdb.Header) (int64, error) {
	if len(h.Signals) == 0 {
		return 0, nil
	}
	for i := range h.Signals {
		if s := &h.Signals[i]; s.File == "~" || s.Format == 0 || s.Format >= 500 {
			return 0, nil // it would go on for ever; and of FLAC the C library does not tell
		}
		if _, err := fs.Stat(src.fsys, path.Join(path.Dir(src.name), h.Signals[i].File)); err != nil {
			return 0, nil
		}
	}
	r, err := wfdb.Open(src.fsys, src.name)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	p := make([]int32, 4096*len(h.Signals))
	total := int64(0)
	for {
		n, err := r.ReadDigital(p)
		total += int64(n / len(h.Signals))
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
