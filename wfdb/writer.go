package wfdb

import (
	"fmt"
	"math"
	"time"
)

// WriterOptions says how a record is written. The zero value is the
// recommended setting.
type WriterOptions struct {
	// Block is the time after which samples are handed to the file; a crash
	// loses no more than that. Default 1 s.
	Block time.Duration

	// Preamble holds the bytes to put in front of the samples of a file, by
	// its name; the byte offset of its signals becomes their number.
	Preamble map[string][]byte
}

// Writer writes a record sample by sample.
//
// A header without length is there as soon as the first block is, and is
// replaced by the final one, with length, initial values and checksums, when
// the Writer is closed. So a record whose writer died can be read up to its
// last whole block; RepairHeader makes its final header.
//
// A frame is all samples of the first signal, then those of the second, and so
// on: SamplesPerFrame values of each. A value of Writer is for one goroutine at
// a time.
type Writer struct {
	c       Creator
	h       *Header
	sinks   []*sink
	signal  []int    // of each value of a frame
	rule    []toCode // of each signal
	frame   []int32  // codes
	have    int      // values of frame
	frames  int64
	clipped int64
	begun   bool
	err     error
}

// NewWriter returns a Writer of the record that h describes: name, rate, start,
// comments, and the signals with file, format and scale. A signal without a
// file name goes to NAME.dat. h is not kept.
func NewWriter(c Creator, h *Header, o WriterOptions) (*Writer, error) {
	if o.Block <= 0 {
		o.Block = time.Second
	}
	final, err := writableHeader(h, o)
	if err != nil {
		return nil, err
	}
	w := &Writer{c: c, h: final}
	for i := 0; i < len(final.Signals); {
		s := &final.Signals[i]
		n := 1
		for !s.null() && i+n < len(final.Signals) && final.Signals[i+n].File == s.File {
			n++
		}
		if !s.null() {
			k, err := newSink(final, i, n, o)
			if err != nil {
				return nil, err
			}
			k.at = len(w.signal)
			w.sinks = append(w.sinks, k)
		}
		for j := i; j < i+n; j++ {
			w.rule = append(w.rule, newToCode(&final.Signals[j]))
			for range final.Signals[j].SamplesPerFrame {
				w.signal = append(w.signal, j)
			}
		}
		i += n
	}
	w.frame = make([]int32, len(w.signal))
	return w, nil
}

// writableHeader returns a copy of h with the defaults filled in.
func writableHeader(h *Header, o WriterOptions) (*Header, error) {
	final := *h
	final.Frames, final.Segments, final.Layout = 0, nil, false
	final.SignalCount, final.Warnings, final.Text = len(h.Signals), nil, nil
	final.Signals = append([]SignalInfo(nil), h.Signals...)
	if t := h.Start; !t.IsZero() {
		final.HasTime, final.HasDate = true, true
		y, m, d := t.Date()
		final.TimeOfDay = t.Sub(time.Date(y, m, d, 0, 0, 0, 0, t.Location())).Truncate(time.Millisecond)
	}
	for i := range final.Signals {
		s := &final.Signals[i]
		if s.File == "" {
			s.File = h.Name + ".dat"
		}
		s.SamplesPerFrame = max(s.SamplesPerFrame, 1)
		if s.ADCResolution == 0 && formatKnown(s.Format) {
			s.ADCResolution = formatResolution(s.Format)
		}
		// What a reader assumes anyway need not be written.
		if s.Description != "" && s.Description != defaultDescription(h.Name, i) {
			s.Given |= GivenDescription
		}
		if s.Units != "" && s.Units != "mV" {
			s.Given |= GivenUnits
		}
		if p := o.Preamble[s.File]; p != nil {
			s.ByteOffset = int64(len(p))
		} else {
			s.ByteOffset = 0
		}
		s.InitialValue, s.Checksum = 0, 0
	}
	if err := final.check(); err != nil {
		return nil, err
	}
	p := headerParser{name: h.Name + ".hea", limits: Limits{}.withDefaults(), h: &final}
	if err := p.finishSignals(); err != nil {
		return nil, err
	}
	final.Warnings = nil
	return &final, nil
}

// Header returns the header as it stands. After Close it is the final one.
func (w *Writer) Header() *Header { return w.h }

// Clipped returns the number of values that did not fit their format and were
// set to the nearest one that does.
func (w *Writer) Clipped() int64 { return w.clipped }

// Write appends values in physical units, rounded to the nearest adu, halves
// away from zero. NaN and infinities are written as the code of an invalid
// sample; format 8 has none, there they are an error. Values beyond the format
// are clipped and counted. p need not hold whole frames. Write returns the
// number of values that were taken.
func (w *Writer) Write(p []float64) (int, error) {
	if err := w.ready(); err != nil {
		return 0, err
	}
	for i, x := range p {
		code, clipped, ok := w.rule[w.signal[w.have]].physical(x)
		if !ok {
			return i, w.refuse(fmt.Sprint(x))
		}
		if clipped {
			w.clipped++
		}
		if err := w.put(code); err != nil {
			return i, err
		}
	}
	return len(p), w.err
}

// WriteDigital appends values in adu; InvalidSample is written as the code of
// an invalid sample. A value beyond the format is an error that is ErrRange;
// it is not taken.
func (w *Writer) WriteDigital(p []int32) (int, error) {
	if err := w.ready(); err != nil {
		return 0, err
	}
	for i, v := range p {
		code, ok := w.rule[w.signal[w.have]].digital(v)
		if !ok {
			return i, w.refuse(fmt.Sprint(v))
		}
		if err := w.put(code); err != nil {
			return i, err
		}
	}
	return len(p), w.err
}

func (w *Writer) ready() error {
	if w.err == nil && len(w.signal) == 0 {
		return &SignalError{Name: w.h.Name, Err: ErrRange, Detail: "a record without signals has no samples"}
	}
	return w.err
}

func (w *Writer) refuse(value string) error {
	s := &w.h.Signals[w.signal[w.have]]
	return &SignalError{Name: s.File, Frame: w.frames, Err: ErrRange,
		Detail: fmt.Sprintf("signal %q: %s can't be written in format %d", cut(s.Description), value, s.Format)}
}

// put takes the code of one value.
func (w *Writer) put(code int32) error {
	if w.err != nil {
		return w.err
	}
	w.frame[w.have] = code
	if w.have++; w.have < len(w.frame) {
		return nil
	}
	w.have = 0
	w.frames++
	for _, k := range w.sinks {
		full := k.append(w.frame[k.at:k.at+k.width], &w.clipped)
		if full {
			if !w.begun {
				// The header needs the first frame of all files.
				for _, l := range w.sinks {
					if l.frames == 0 {
						l.first(w.frame[l.at : l.at+l.width])
					}
				}
			}
			if w.err = w.flushSink(k); w.err != nil {
				return w.err
			}
		}
	}
	return nil
}

// begin makes the files, and the header that says what is in them.
func (w *Writer) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	for _, k := range w.sinks {
		if err := k.create(w.c); err != nil {
			return err
		}
	}
	return w.writeHeader()
}

func (w *Writer) writeHeader() error {
	text, err := w.h.AppendText(nil)
	if err != nil {
		return err
	}
	if err := w.c.Replace(w.h.Name+".hea", text); err != nil {
		return fmt.Errorf("wfdb: %w", err)
	}
	return nil
}

func (w *Writer) flushSink(k *sink) error {
	if err := w.begin(); err != nil {
		return err
	}
	return k.flush()
}

// Flush hands all whole frames to the files, but for the last one or two
// samples that share a byte with one to come.
func (w *Writer) Flush() error {
	for _, k := range w.sinks {
		if w.err == nil && w.frames > 0 {
			w.err = w.flushSink(k)
		}
	}
	return w.err
}

// Close writes what is left and the final header. A frame that is not whole is
// dropped and is an error that is ErrRange; the record is fine then.
func (w *Writer) Close() error {
	if w.err == errClosed {
		return nil
	}
	err := w.err
	if err == nil {
		err = w.begin()
	}
	for _, k := range w.sinks {
		if e := k.close(err == nil); err == nil {
			err = e
		}
	}
	w.err = errClosed
	if err != nil {
		return err
	}
	w.h.Frames = w.frames
	for _, k := range w.sinks {
		for i := range k.signals {
			k.signals[i].Checksum = int16(k.sums[i])
		}
	}
	if err := w.writeHeader(); err != nil {
		return err
	}
	if w.have > 0 {
		return &SignalError{Name: w.h.Name, Frame: w.frames, Err: ErrRange,
			Detail: fmt.Sprintf("%d values of %d of the last frame; dropped", w.have, len(w.frame))}
	}
	return nil
}

// Creator makes the files of a Writer. Names have no folders.
type Creator interface {
	// Create makes an empty file; one of that name is emptied.
	Create(name string) (File, error)

	// Replace gives the file this content, in one step if it can: whenever it
	// is interrupted, the old content or the new one is there.
	Replace(name string, content []byte) error
}

// File is what a Writer writes samples to. If it is an io.Seeker too, the length
// of a FLAC stream is put into its head at the end.
type File interface {
	Write(p []byte) (int, error)
	Close() error
}

// toCode is how values of a signal become codes.
type toCode struct {
	f          *format
	gain, base float64
	null       bool
}

func newToCode(s *SignalInfo) toCode {
	return toCode{formatOf(s.Format), s.AduPerUnit(), float64(s.Baseline), s.null()}
}

// physical returns the code for a value in physical units.
func (c *toCode) physical(x float64) (code int32, clipped, ok bool) {
	if c.null {
		return 0, false, true
	}
	if x-x != 0 { // NaN or infinite
		return c.f.low, false, !c.f.valid
	}
	v := math.Round(float64(x*c.gain)) + c.base
	low := float64(c.f.low)
	if low++; v < low {
		return int32(low), true, true
	}
	if high := float64(c.f.high); v > high {
		return c.f.high, true, true
	}
	return int32(v), false, true
}

// digital returns the code for a value in adu. The lowest one would be read as
// no sample, and so is refused.
func (c *toCode) digital(v int32) (code int32, ok bool) {
	if c.null {
		return 0, true
	}
	if v == InvalidSample {
		return c.f.low, !c.f.valid
	}
	return v, v > c.f.low && v <= c.f.high
}
