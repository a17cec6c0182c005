package wfdb

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/sinus-ecg/sinus/ecg"
)

// AnnotationWriterOptions says how annotations are written. The zero value
// writes an MIT file without a time resolution.
type AnnotationWriterOptions struct {
	Name   string // of the file, for errors
	Format AnnotationFormat

	// Rate is the time resolution to state, ticks per second: the times that
	// are written count these. 0: none is stated, times are frames. The
	// program wrann always states it. AHA files can't.
	Rate float64

	Types []AnnotationType // custom definitions to state
}

// maxInterval bounds the time between two annotations: an interval takes a SKIP
// of 6 bytes for each 2^31 ticks. It is a year at 1 MHz.
const maxInterval = 1 << 45

// AnnotationWriter writes annotations one after the other, in the order given,
// as the C library does: byte for byte the same file. Close writes the end
// mark. A value of AnnotationWriter is for one goroutine at a time.
type AnnotationWriter struct {
	w   io.Writer
	o   AnnotationWriterOptions
	buf []byte
	off int64 // bytes given to w

	time    int64
	num     int8
	channel uint8
	serial  uint16
	begun   bool
	err     error
}

// NewAnnotationWriter returns a writer to w.
func NewAnnotationWriter(w io.Writer, o AnnotationWriterOptions) *AnnotationWriter {
	return &AnnotationWriter{w: w, o: o, buf: make([]byte, 0, 4096)}
}

// WriteAnnotations writes a whole file: a in canonical order (see
// SortAnnotations; a itself is not changed) and the end mark.
func WriteAnnotations(w io.Writer, a []Annotation, o AnnotationWriterOptions) error {
	a = append([]Annotation(nil), a...)
	SortAnnotations(a)
	aw := NewAnnotationWriter(w, o)
	if err := aw.Write(a...); err != nil {
		return err
	}
	return aw.Close()
}

// Write appends annotations. After an error, which is an *AnnotationError or
// that of the io.Writer, nothing more is written.
func (w *AnnotationWriter) Write(a ...Annotation) error {
	if w.err != nil {
		return w.err
	}
	w.begin()
	for i := range a {
		if w.err != nil {
			return w.err
		}
		w.put(&a[i])
		if len(w.buf) > 3072 {
			w.flush()
		}
	}
	return w.err
}

// Flush hands what is buffered to the io.Writer. A reader sees all annotations
// that were flushed, and the lack of the end mark.
func (w *AnnotationWriter) Flush() error {
	w.begin()
	w.flush()
	return w.err
}

// Close writes the end mark. It does not close the io.Writer.
func (w *AnnotationWriter) Close() error {
	if w.err == errClosed {
		return nil
	}
	w.begin()
	if w.err != nil {
		return w.err
	}
	if w.o.Format == AHAFormat {
		for pad := true; pad || (w.off+int64(len(w.buf)))%1024 != 0; pad = false {
			w.buf = append(w.buf, 0xff)
		}
	} else {
		w.buf = append(w.buf, 0, 0)
	}
	w.flush()
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

var errClosed = errors.New("wfdb: writer is closed")

func (w *AnnotationWriter) fail(err error, detail string) {
	w.err = &AnnotationError{Name: w.o.Name, Offset: w.off + int64(len(w.buf)), Err: err, Detail: detail}
}

func (w *AnnotationWriter) flush() {
	if w.err != nil || len(w.buf) == 0 {
		return
	}
	n, err := w.w.Write(w.buf)
	w.off += int64(n)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	w.err = err
	w.buf = w.buf[:0]
}

// begin writes the block of definitions.
func (w *AnnotationWriter) begin() {
	if w.begun || w.err != nil {
		return
	}
	w.begun = true
	if w.o.Rate != 0 && !(w.o.Rate >= ecg.MinRate && w.o.Rate <= ecg.MaxRate) {
		w.fail(ErrRange, "time resolution "+strconv.FormatFloat(w.o.Rate, 'g', -1, 64)+", want 1e-6 to 1e6 Hz")
		return
	}
	if w.o.Format == AHAFormat {
		if w.o.Rate != 0 || len(w.o.Types) > 0 {
			w.fail(ErrAnnotation, "an AHA file states neither time resolution nor definitions")
		}
		return
	}
	if w.o.Rate == 0 && len(w.o.Types) == 0 {
		return
	}
	if w.o.Rate != 0 {
		w.put(&Annotation{Code: Note, Aux: resolutionText + formatFloat(w.o.Rate)})
	}
	if len(w.o.Types) > 0 {
		w.put(&Annotation{Code: Note, Aux: typesText})
		for _, t := range w.o.Types {
			if m, rest := field(t.Mnemonic); t.Code < 1 || t.Code > MaxCode || m != t.Mnemonic || m == "" || rest != "" {
				w.fail(ErrAnnotation, "definition of code "+strconv.Itoa(int(t.Code))+", want 1 to 49 and a mnemonic without blanks")
				return
			}
			w.put(&Annotation{Code: Note, Aux: strconv.Itoa(int(t.Code)) + " " + t.Mnemonic + " " + t.Description})
			if len(w.buf) > 3072 {
				w.flush()
			}
		}
		w.put(&Annotation{Code: Note, Aux: typesEndText})
	}
	w.put(&Annotation{Code: NotBeat})
}

// put appends one annotation to the buffer.
func (w *AnnotationWriter) put(a *Annotation) {
	if w.err != nil {
		return
	}
	if w.o.Format == AHAFormat {
		if a.Time < math.MinInt32 || a.Time > math.MaxInt32 {
			w.fail(ErrRange, "time "+strconv.FormatInt(a.Time, 10)+" beyond 32 bits")
			return
		}
		w.serial++
		w.buf = appendAHA(w.buf, a, w.serial)
		return
	}
	if a.Code > MaxCode {
		w.fail(ErrRange, "code "+strconv.Itoa(int(a.Code))+", want 0 to 49")
		return
	}
	if len(a.Aux) > 255 {
		w.fail(ErrRange, "AUX of "+strconv.Itoa(len(a.Aux))+" bytes, want at most 255")
		return
	}
	d := a.Time - w.time
	if (a.Time > w.time) != (d > 0) || d > maxInterval || d < -maxInterval {
		w.fail(ErrRange, "interval to the annotation before of more than 2^45 ticks")
		return
	}
	w.time = a.Time
	if a.Code == NotBeat {
		// With interval 0 it would be the end mark. The library writes the SKIP
		// also if there is nothing to skip.
		w.skip(d - 1)
		d = 1
	} else if d < 0 || d > 0x3ff {
		w.skip(d)
		d = 0
	}
	w.word(uint16(a.Code), uint16(d))
	if a.Subtype != 0 {
		w.word(subWord, uint16(a.Subtype))
	}
	if a.Channel != w.channel {
		w.channel = a.Channel
		w.word(chnWord, uint16(a.Channel))
	}
	if a.Num != w.num {
		w.num = a.Num
		w.word(numWord, uint16(a.Num))
	}
	if n := len(a.Aux); n > 0 {
		w.word(auxWord, uint16(n))
		w.buf = append(w.buf, a.Aux...)
		if n%2 == 1 {
			w.buf = append(w.buf, 0)
		}
	}
}

func (w *AnnotationWriter) word(code, data uint16) {
	w.buf = binary.LittleEndian.AppendUint16(w.buf, code<<10|data&0x3ff)
}

// skip appends as many SKIPs as the interval takes.
func (w *AnnotationWriter) skip(d int64) {
	for first := true; first || d != 0; first = false {
		step := min(max(d, math.MinInt32), math.MaxInt32)
		w.word(skipWord, 0)
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(uint32(step)>>16))
		w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(step))
		d -= step
		if len(w.buf) > 3072 {
			w.flush()
		}
		if w.err != nil {
			return
		}
	}
}
