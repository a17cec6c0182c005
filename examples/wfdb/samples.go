package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/sinus-ecg/sinus/wfdb"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

// samples reads the samples of a record or an EDF file as the C library gives
// them: to the end of the data, whatever the header says, less the last frames
// of a record with skews.
type samples struct {
	h     *wfdb.Header
	rate  float64 // samples per second
	width int

	r         digitalReader
	more      func() (digitalReader, error) // what lies behind the length of the header; nil: nothing
	hold      int                           // rows that are never given
	unsummed  bool                          // checksums do not count
	row       [][]int32                     // ring of rows that are held back
	next, had int
	err       error
}

type digitalReader interface {
	ReadDigital([]int32) (int, error)
	Close() error
}

// open opens the samples of a source from sample from on.
func (s source) open(high bool, from int64) (*samples, error) {
	if isEDF(s.name) {
		r, err := edf.Open(s.fsys, s.name)
		if err != nil {
			return nil, err
		}
		h, err := edfInfo(r.Header(), s.name)
		if err == nil {
			err = r.SeekFrame(from)
		}
		if err != nil {
			return nil, err
		}
		// Annotation channels are left out; the others keep their numbers.
		l := make([]wfdb.SignalInfo, 0, len(h.Signals))
		for _, i := range r.Signals() {
			l = append(l, h.Signals[i])
		}
		h.Signals = l
		return newSamples(h, r.Format().Rate, r, 0), nil
	}
	opt := wfdb.Options{HighResolution: high}
	r, err := opt.Open(s.fsys, s.name)
	if err != nil {
		return nil, err
	}
	h := r.Header()
	parts, skew := 1, 0
	if high {
		parts = h.MaxSamplesPerFrame()
	}
	for i := range h.Signals {
		skew = max(skew, h.Signals[i].SkewFrames())
	}
	if from > 0 {
		if err := r.SeekFrame(from); err != nil {
			r.Close()
			return nil, err
		}
	}
	x := newSamples(h, h.Rate*float64(parts), r, skew*parts)
	if h.Frames > 0 && h.Segments == nil {
		x.more = func() (digitalReader, error) {
			t := s.withHeader(withoutLength(h))
			r, err := opt.Open(t.fsys, t.name)
			if err != nil {
				return nil, err
			}
			return r, r.SeekFrame(max(from, h.Frames*int64(parts)))
		}
	}
	return x, nil
}

func newSamples(h *wfdb.Header, rate float64, r digitalReader, hold int) *samples {
	x := &samples{h: h, rate: rate, width: len(h.Signals), r: r, hold: hold}
	x.row = make([][]int32, hold+2) // one more, as a wrong checksum takes the last row
	for i := range x.row {
		x.row[i] = make([]int32, x.width)
	}
	return x
}

func (x *samples) Close() error { return x.r.Close() }

// read returns the next row, which is valid until the next call.
func (x *samples) read() ([]int32, error) {
	if x.width == 0 {
		return nil, io.EOF
	}
	x.fill()
	if x.had <= x.hold {
		return nil, x.err
	}
	row := x.row[x.next]
	x.next = (x.next + 1) % len(x.row)
	x.had--
	return row, nil
}

// missing returns an error if there is not one row because a file is not there,
// or because the first frame lies beyond the end: then not even a heading is
// printed.
func (x *samples) missing(first int64) error {
	switch x.fill(); {
	case x.had > 0:
	case errors.Is(x.err, fs.ErrNotExist):
		return x.err
	case x.err == io.EOF && first > 0 && first != x.h.Frames:
		return fmt.Errorf("the record ends before frame %d, at which to begin", first)
	}
	return nil
}

// fill reads rows as far as there is room for them.
func (x *samples) fill() {
	for x.width > 0 && x.err == nil && x.had <= x.hold+1 {
		row := x.row[(x.next+x.had)%len(x.row)]
		n, err := x.r.ReadDigital(row)
		if n > 0 {
			x.had++
		}
		if err != nil {
			x.end(err)
		}
	}
}

// end decides what an error of the reader means.
func (x *samples) end(err error) {
	var sum *wfdb.ChecksumError
	switch {
	case errors.As(err, &sum):
		// The C library compares checksums only, and its programs stop in front
		// of the sample with which it does.
		if i := slices.IndexFunc(sum.Mismatches, func(m wfdb.Mismatch) bool { return m.Field == "checksum" }); i >= 0 && !x.unsummed {
			x.err = err
			x.had--
			return
		}
		x.end(io.EOF)
	case err == io.EOF && x.more != nil:
		x.r.Close()
		more := x.more
		x.more = nil
		r, err := more()
		if err != nil {
			x.err = err
			return
		}
		x.r = r
	default:
		x.err = err
	}
}
