package edf

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// Annotations reads the annotations of the whole file, of all its channels, in
// order of their onsets. It needs an io.ReaderAt and does not move the Reader;
// of a stream, see Passed. With an error come the annotations before it.
func (r *Reader) Annotations() ([]Annotation, error) {
	if r.at == nil {
		return nil, fmt.Errorf("edf: %s: annotations of a stream: %w", shown(r.name), errors.ErrUnsupported)
	}
	var all []Annotation
	bytes := int64(0)
	err := r.eachRecord(func(k int64, _ time.Duration, _ bool, a []Annotation) error {
		for i := range a {
			bytes += int64(len(a[i].Text)) + 32
		}
		if bytes > r.o.Limits.AnnotationBytes {
			return &Error{Name: r.name, Offset: r.h.Bytes() + k*r.h.RecordBytes(), Signal: -1, Field: "annotations", Err: ErrLimit,
				Want: strconv.FormatInt(r.o.Limits.AnnotationBytes, 10) + " bytes at most"}
		}
		all = append(all, a...)
		return nil
	})
	sortAnnotations(all)
	return all, err
}

func sortAnnotations(a []Annotation) {
	slices.SortStableFunc(a, func(x, y Annotation) int { return cmp.Compare(x.Onset, y.Onset) })
}

// Passed returns the annotations of the data records that were read since the
// last call, in the order of the file. Annotations that nobody takes are held
// up to Limits.AnnotationBytes, then dropped with a warning.
func (r *Reader) Passed() []Annotation {
	a := r.passed
	r.passed, r.heldText = nil, 0
	return a
}

// annotations takes those of the current record.
func (r *Reader) annotations() (onset time.Duration, kept bool) {
	if !r.h.Plus {
		return 0, false
	}
	off := 0
	for i := range r.h.Signals {
		n := r.h.Signals[i].SamplesPerRecord * int(r.h.sampleBytes())
		if r.h.Signals[i].Annotations {
			t, ok := r.parse(i, r.record[off:off+n], &r.passed)
			if ok && !kept {
				onset, kept = t, true
			}
		}
		off += n
	}
	return onset, kept
}

// parse reads the lists of a channel in one record.
func (r *Reader) parse(channel int, b []byte, to *[]Annotation) (time.Duration, bool) {
	held := &r.heldText
	if to != &r.passed {
		held = new(int64)
	}
	return parseTALs(b, func(onset, duration time.Duration, text string) {
		if *held += int64(len(text)) + 32; *held > r.o.Limits.AnnotationBytes {
			r.h.warn(channel, "annotations", "", "more than are held; dropped")
			return
		}
		*to = append(*to, Annotation{onset, duration, text, channel})
	}, func(string) {
		r.h.warn(channel, "annotation", "", "a list that is damaged; skipped") // its text may be about a person
	})
}

// eachRecord reads the annotation channels of every record.
func (r *Reader) eachRecord(f func(k int64, onset time.Duration, kept bool, a []Annotation) error) error {
	h := r.h
	size := h.RecordBytes()
	if size == 0 || !h.Plus {
		return nil
	}
	var b []byte
	for k := int64(0); h.Records < 0 || k < h.Records; k++ {
		start := h.Bytes() + k*size
		var onset time.Duration
		var a []Annotation
		kept := false
		off := int64(0)
		for i := range h.Signals {
			n := int64(h.Signals[i].SamplesPerRecord) * h.sampleBytes()
			if h.Signals[i].Annotations && n > 0 {
				var err error
				if b, err = r.span(b, start+off, n); err != nil {
					if err == io.EOF && h.Records < 0 {
						return nil
					}
					if err == io.EOF {
						err = io.ErrUnexpectedEOF
					}
					return &Error{Name: r.name, Offset: start + off, Signal: i, Field: "data record " + strconv.FormatInt(k, 10), Err: err}
				}
				if t, ok := r.parse(i, b, &a); ok && !kept {
					onset, kept = t, true
				}
			}
			off += n
		}
		if err := f(k, onset, kept, a); err != nil {
			return err
		}
	}
	return nil
}

// span reads n bytes, which it makes room for as they come.
func (r *Reader) span(b []byte, off, n int64) ([]byte, error) {
	const step = 1 << 20
	b = b[:0]
	for have := int64(0); have < n; {
		m := min(step, n-have)
		b = slices.Grow(b, int(m))[:have+m]
		if got, err := r.at.ReadAt(b[have:], off+have); int64(got) < m {
			if err == nil {
				err = io.ErrNoProgress
			}
			return b[:0], err
		}
		have += m
	}
	return b, nil
}
