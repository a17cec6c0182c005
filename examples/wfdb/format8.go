package main

// format8.go: samples of format 8 as rdsamp of the C library prints them.
//
// The format stores differences. After a move in a file the C library goes on
// summing from the last value that it had, so that what rdsamp -f and -S print
// is off by a constant for each signal. Here the same is printed, with a
// remark; -true prints the samples as they are, which is also what package
// wfdb gives. (In a multi-segment record, of which the C library spoils one
// segment, samples are always the true ones.)

import (
	"io"
	"regexp"

	"github.com/sinus-ecg/sinus/wfdb"
)

// drift is what the C library would add to the samples of each signal.
type drift struct {
	src      source
	h        *wfdb.Header
	of8      []int        // signals of format 8
	skew     int          // largest of the record, frames
	stored   *wfdb.Record // these signals without their skews; nil: not open
	constant []int32
}

// newDrift returns nil for a record without signals of format 8.
func (s source) newDrift(h *wfdb.Header) *drift {
	d := &drift{src: s, h: h, constant: make([]int32, len(h.Signals))}
	for i := range h.Signals {
		if h.Signals[i].Format == 8 && h.Signals[i].File != "~" {
			d.of8 = append(d.of8, i)
		}
		d.skew = max(d.skew, h.Signals[i].SkewFrames())
	}
	if d.of8 == nil || h.Segments != nil {
		return nil
	}
	return d
}

// move is what isigsettime does right after a record was opened: the sum goes on
// from the initial value instead of the sample before the frame.
func (d *drift) move(frame int64) error {
	if frame == 0 {
		return nil
	}
	for _, i := range d.of8 {
		d.constant[i] += d.h.Signals[i].InitialValue
	}
	return d.add(frame-1, -1)
}

// search is what tnextvec does that finds a sample in a frame: it has read the
// frame, and what the skews hold back, when it moves to it once more.
func (d *drift) search(frame int64) error {
	if frame == 0 {
		return nil // here the C library begins with the initial value again
	}
	if err := d.add(frame-1, -1); err != nil {
		return err
	}
	return d.add(frame+int64(d.skew), 1)
}

// add adds the samples at the end of a stored frame, with a sign.
func (d *drift) add(frame int64, sign int32) error {
	if d.stored == nil {
		src := d.src.withHeader(skewOf8.ReplaceAll(withoutLength(d.h), []byte("$1")))
		r, err := wfdb.Options{Signals: d.of8}.Open(src.fsys, src.name)
		if err != nil {
			return err
		}
		d.stored = r
	}
	width := 0
	for _, i := range d.of8 {
		width += d.h.Signals[i].SamplesPerFrame
	}
	row := make([]int32, width)
	if err := d.stored.SeekFrame(frame); err != nil {
		return err
	}
	if n, err := d.stored.ReadFrames(row); n < width {
		if err == io.EOF {
			return nil // there will be no sample to add it to
		}
		return err
	}
	last := -1
	for _, i := range d.of8 {
		last += d.h.Signals[i].SamplesPerFrame
		d.constant[i] += sign * row[last]
	}
	return nil
}

func (d *drift) apply(row []int32) {
	for _, i := range d.of8 {
		if row[i] != wfdb.InvalidSample {
			row[i] += d.constant[i]
		}
	}
}

func (d *drift) close() {
	if d.stored != nil {
		d.stored.Close()
	}
}

var skewOf8 = regexp.MustCompile(`(?m)^([ \t]*\S+[ \t]+8(?:[x+]\d+)*):\d+`)
