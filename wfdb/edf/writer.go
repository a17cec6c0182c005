package edf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sinus-ecg/sinus/ecg"
)

// Writer writes an EDF+ file as frames come. A data record is written when the
// frame behind it comes, so that annotations of its last frame can be in it;
// until Close the header says that their number is unknown, so that a
// file whose writer died can be read up to its last whole record.
//
// A sample that is NaN (InvalidSample) is stored as -32768 where DigitalMin is
// above that, else as DigitalMin. A data record of nothing else is left out:
// the file is discontinuous (EDF+D) then.
//
// A Writer is for one goroutine at a time.
type Writer struct {
	w       io.WriteSeeker
	c       WriterConfig
	clock   ecg.Clock
	frames  int64  // of a data record
	seconds string // its duration
	width   int    // samples of a frame

	scales        []writeScale
	record        []byte
	offsets       []int // of each signal in the record
	filled        int64 // frames in the record
	any           bool  // the record holds a sample
	begin         int64 // frame at which it begins
	records       int64 // written
	discontinuous bool

	pending []Annotation
	clipped int64
	err     error
}

type writeScale struct {
	gain, offset float64 // digital = physical*gain + offset
	lo, hi       float64
	missing      int16
}

// NewWriter writes the header and returns a Writer to w, whose position has to
// be 0. A configuration that can't work is an *ecg.ConfigError.
func NewWriter(w io.WriteSeeker, c WriterConfig) (*Writer, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	e := &Writer{w: w, c: c}
	var err error
	if e.clock, err = ecg.NewClock(c.Rate, time.Time{}); err != nil {
		return nil, err
	}
	for i := range c.Signals {
		s := &c.Signals[i]
		e.width += s.SamplesPerFrame
		e.scales = append(e.scales, s.writeScale())
	}
	e.frames, e.seconds = recordFrames(c.Rate, 2*e.width, c.AnnotationBytes)
	off := 0
	for i := range c.Signals {
		e.offsets = append(e.offsets, off)
		off += 2 * c.Signals[i].SamplesPerFrame * int(e.frames)
	}
	e.record = make([]byte, off+c.AnnotationBytes)
	_, e.err = w.Write(e.appendHeader(nil, -1))
	return e, e.err
}

// writeScale uses the limits as the file has them.
func (s *WriterSignal) writeScale() writeScale {
	loText, _ := eight(s.PhysicalMin)
	hiText, _ := eight(s.PhysicalMax)
	lo, _ := strconv.ParseFloat(loText, 64)
	hi, _ := strconv.ParseFloat(hiText, 64)
	w := writeScale{lo: float64(s.DigitalMin), hi: float64(s.DigitalMax), missing: int16(s.DigitalMin)}
	w.gain = (w.hi - w.lo) / (hi - lo)
	w.offset = w.hi - float64(hi*w.gain)
	if s.DigitalMin > -32768 {
		w.missing = -32768
	}
	return w
}

// Write writes frames of physical values: for each signal its SamplesPerFrame
// values, then the next frame. Values beyond the limits are clipped and
// counted, values between two codes rounded half away from zero.
func (e *Writer) Write(p []float64) error {
	return write(e, p, func(s *writeScale, x float64) (int16, bool) {
		if math.IsNaN(x) {
			return s.missing, false
		}
		return e.clip(s, math.Round(float64(x*s.gain)+s.offset)), true
	})
}

// WriteDigital is Write for samples as they are stored.
func (e *Writer) WriteDigital(p []int32) error {
	return write(e, p, func(s *writeScale, v int32) (int16, bool) {
		if v == InvalidSample {
			return s.missing, false
		}
		return e.clip(s, float64(v)), true
	})
}

func (e *Writer) clip(s *writeScale, v float64) int16 {
	if v < s.lo {
		e.clipped++
		v = s.lo
	} else if v > s.hi {
		e.clipped++
		v = s.hi
	}
	return int16(v)
}

func write[T any](e *Writer, p []T, code func(s *writeScale, x T) (int16, bool)) error {
	if e.err != nil {
		return e.err
	}
	if len(p)%e.width != 0 {
		return &Error{Signal: -1, Field: "block", Value: strconv.Itoa(len(p)), Err: ErrRange,
			Want: "whole frames of " + strconv.Itoa(e.width) + " values"}
	}
	for len(p) > 0 {
		if e.filled == e.frames {
			if err := e.flush(); err != nil {
				return err
			}
		}
		for i := range e.scales {
			n := e.c.Signals[i].SamplesPerFrame
			at := e.offsets[i] + 2*n*int(e.filled)
			for k, x := range p[:n] {
				v, ok := code(&e.scales[i], x)
				e.any = e.any || ok
				binary.LittleEndian.PutUint16(e.record[at+2*k:], uint16(v))
			}
			p = p[n:]
		}
		e.filled++
	}
	return nil
}

// Onset returns the onset, as annotations count it, of a frame. Onsets begin at
// the whole second of Start.
func (e *Writer) Onset(frame int64) time.Duration {
	d := e.clock.Offset(frame)
	if !e.c.Start.IsZero() {
		d += time.Duration(e.c.Start.Nanosecond())
	}
	return d
}

// Annotate adds an annotation. It is stored in the data record of the last
// frame, or in the first one behind it that has room, wherever its onset is. Text is UTF-8 without
// control characters. Channel is not used.
func (e *Writer) Annotate(a Annotation) error {
	if e.err != nil {
		return e.err
	}
	fail := func(field, value, want string, err error) error {
		return &Error{Signal: -1, Field: field, Value: cut(value), Want: want, Err: err}
	}
	if !utf8.ValidString(a.Text) || strings.ContainsFunc(a.Text, func(r rune) bool { return r < 32 && r != '\t' && r != '\n' && r != '\r' }) || a.Text == "" {
		return fail("annotation", a.Text, "UTF-8 without control characters", ErrRange)
	}
	if a.Duration < 0 {
		return fail("duration of an annotation", a.Duration.String(), "0 or more", ErrRange)
	}
	if n := len(appendTAL(nil, a.Onset, a.Duration, a.Text)); n+keeperBytes > e.c.AnnotationBytes {
		return fail("annotation", a.Text, fmt.Sprintf("at most %d bytes with its onset", e.c.AnnotationBytes-keeperBytes), ErrNoSpace)
	}
	e.pending = append(e.pending, a)
	return nil
}

// keeperBytes is the longest list that keeps time: sign, 10 digits, point, 9
// digits, two separators, NUL.
const keeperBytes = 24

// flush writes the record, unless it holds nothing.
func (e *Writer) flush() error {
	if !e.any && e.records > 0 && len(e.pending) == 0 {
		e.discontinuous = true
	} else {
		onset := e.Onset(e.begin)
		b := e.record[len(e.record)-e.c.AnnotationBytes:]
		list := append(appendSeconds(b[:0], onset, true), 0x14, 0x14, 0)
		for len(e.pending) > 0 {
			a := e.pending[0]
			n := len(list)
			if more := appendTAL(list[:n:n], a.Onset, a.Duration, a.Text); len(more) <= len(b) {
				list = append(list, more[n:]...)
				e.pending = e.pending[1:]
				continue
			}
			break
		}
		clear(b[len(list):])
		if _, e.err = e.w.Write(e.record); e.err != nil {
			return e.err
		}
		e.records++
	}
	e.begin += e.frames
	e.filled, e.any = 0, false
	return nil
}

// Clipped returns how many samples were beyond the limits.
func (e *Writer) Clipped() int64 { return e.clipped }

// errClosed is the error of a Writer after Close.
var errClosed = errors.New("edf: writer is closed")

// Close completes the last record with samples that are missing, and the
// header. It does not close the file. Annotations for which there was no room
// give an error that is ErrNoSpace; the file is good without them.
func (e *Writer) Close() error {
	if e.err != nil {
		if e.err == errClosed {
			return nil
		}
		return e.err
	}
	if e.filled > 0 {
		frame := make([]int32, e.width)
		for i := range frame {
			frame[i] = InvalidSample
		}
		for e.filled < e.frames {
			if err := e.WriteDigital(frame); err != nil {
				return err
			}
		}
		if err := e.flush(); err != nil {
			return err
		}
	}
	if _, e.err = e.w.Seek(0, io.SeekStart); e.err == nil {
		_, e.err = e.w.Write(e.appendHeader(nil, e.records))
	}
	if e.err == nil {
		_, e.err = e.w.Seek(0, io.SeekEnd)
	}
	if e.err != nil {
		return e.err
	}
	e.err = errClosed
	if n := len(e.pending); n > 0 {
		return &Error{Signal: -1, Field: "annotations left over", Value: strconv.Itoa(n), Err: ErrNoSpace, Want: "a larger AnnotationBytes"}
	}
	return nil
}
