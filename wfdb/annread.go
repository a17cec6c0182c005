package wfdb

// Annotation files of the MIT kind are 16-bit little-endian words:
//
//	bits 10-15  code
//	bits 0-9    interval in ticks since the previous annotation
//
// Code 0 with interval 0 ends the file. Words of the codes 59 to 63 extend
// the interval that follows (SKIP) or describe the annotation before them:
// SUB holds for it alone, CHN and NUM until changed, AUX is followed by bytes.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Codes of the words that are no annotations.
const (
	skipWord = 59 // 4 bytes follow: signed 32-bit interval, high word first
	numWord  = 60
	subWord  = 61
	chnWord  = 62
	auxWord  = 63 // interval & 255 bytes follow, and a NUL if that is odd
)

// AnnotationFormat is the format of an annotation file.
type AnnotationFormat uint8

const (
	AutoFormat AnnotationFormat = iota // reading: found out; writing: MIT
	MITFormat
	AHAFormat // 16-byte records of the American Heart Association database
)

// AnnotationOptions says how annotations are read. The zero value reads either
// format and leaves times in ticks of the file.
type AnnotationOptions struct {
	Name   string // of the file, for errors
	Format AnnotationFormat

	// Clock converts times of a file that states a time resolution to ticks
	// of 1/Clock s, rounded half up as the C library does. 0: no conversion.
	Clock float64

	// Negative accepts annotations before the first frame, as the C library
	// does. Without it they are an error, ErrRange.
	Negative bool

	Limits Limits
}

// AnnotationReader reads annotations one after the other, in the order of the
// file. It holds one block of the file. It is an ecg.Reader[Annotation]; its
// errors are *AnnotationError.
//
// A value of AnnotationReader is for one goroutine at a time.
//
// A file that ends within an annotation gives those before it, then an error
// that is io.ErrUnexpectedEOF. One that lacks nothing but the end mark, or
// everything, is accepted with a warning; see Unclosed.
type AnnotationReader struct {
	o   AnnotationOptions
	src words

	aha     bool
	time    int64
	num     int8
	channel uint8

	word    uint16 // the word that ended the annotation before, when hasWord
	hasWord bool
	any     bool // an annotation has been read: there is something to modify

	table table
	first Annotation // what ended the table, when hasFirst
	ready bool       // the table has been read
	hasFirst,
	unclosed,
	unordered bool
	last     int64
	aux      auxText
	warnings warnings
	err      error
}

// NewAnnotationReader returns a reader of the annotations in r.
func NewAnnotationReader(r io.Reader, o AnnotationOptions) *AnnotationReader {
	o.Limits = o.Limits.withDefaults()
	return &AnnotationReader{o: o, src: words{r: r}}
}

// Read implements ecg.Reader.
func (r *AnnotationReader) Read(p []Annotation) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	r.prepare()
	n := 0
	if r.hasFirst {
		p[0], r.hasFirst = r.first, false
		n++
	}
	for n < len(p) && r.err == nil {
		var a Annotation
		if a, r.err = r.next(); r.err == nil {
			p[n] = a
			n++
		}
	}
	for i := range p[:n] {
		r.finish(&p[i])
	}
	if n > 0 && r.err != io.EOF {
		// A problem is reported after what came before it.
		return n, nil
	}
	return n, r.err
}

// finish brings the time to the clock asked for and watches the order.
func (r *AnnotationReader) finish(a *Annotation) {
	if r.o.Clock > 0 && r.table.rate > 0 && r.table.rate != r.o.Clock {
		a.Time = convertTime(a.Time, r.o.Clock, r.table.rate)
	}
	if a.Time < r.last && !r.unordered {
		r.unordered = true
		r.warn("time", "", "annotations are not in order of time; they come as in the file")
	}
	r.last = a.Time
}

// convertTime converts ticks of 1/from s to ticks of 1/to s, half up. What
// leaves 64 bits stays at their end.
func convertTime(t int64, to, from float64) int64 {
	x := math.Floor(float64(float64(t)*to)/from + 0.5)
	switch {
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return int64(x)
}

// Rate returns the time resolution that the file states (ticks per second),
// 0 if none.
func (r *AnnotationReader) Rate() float64 { r.prepare(); return r.table.rate }

// Types returns the custom definitions of the file, in order of their codes.
func (r *AnnotationReader) Types() []AnnotationType { r.prepare(); return r.table.list() }

// Unclosed reports whether the file ended right after the annotation that was
// read last, without the end mark, so that the C library would have lost it.
func (r *AnnotationReader) Unclosed() bool { return r.unclosed }

// Warnings returns the doubts so far.
func (r *AnnotationReader) Warnings() []Warning { return r.warnings }

func (r *AnnotationReader) warn(field, value, text string) {
	r.warnings.add(Warning{Name: r.o.Name, Field: field, Value: value, Text: text})
}

func (r *AnnotationReader) fail(err error, detail string) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &AnnotationError{Name: r.o.Name, Offset: r.src.off, Err: err, Detail: detail}
}

// prepare finds out the format and reads the block of definitions at the start
// of the file.
func (r *AnnotationReader) prepare() {
	if r.ready {
		return
	}
	r.ready = true
	r.aha = r.o.Format == AHAFormat
	if r.o.Format == AutoFormat {
		r.aha = isAHA(r.src.peek(16))
		if r.aha {
			r.warn("format", "", "the file appears to be in AHA format and is read so")
		}
	}
	if r.aha {
		return
	}
	for seen := false; ; seen = true {
		a, err := r.next()
		if err != nil {
			r.err = err
			return
		}
		if a.Code == Note && a.Subtype == 0 && a.Time == 0 {
			if err := r.table.add(a.Text(), r.o.Limits.AnnotationTypes, r.warn); err != nil {
				r.err = r.fail(err, "annotation type definitions")
				return
			}
			continue
		}
		if !(seen && a.Code == NotBeat && a.Time == 0) { // the mark that closes the block
			r.first, r.hasFirst = a, true
		}
		return
	}
}

// next reads one annotation, or returns io.EOF at the end mark.
func (r *AnnotationReader) next() (Annotation, error) {
	if r.aha {
		return r.nextAHA()
	}
	w, err := r.start()
	if err != nil {
		return Annotation{}, err
	}
	if err := r.advance(int64(w & 0x3ff)); err != nil {
		return Annotation{}, err
	}
	if r.time < 0 && !r.o.Negative {
		return Annotation{}, r.tooEarly()
	}
	a := Annotation{Time: r.time, Code: Code(w >> 10)}
	r.any = true
	for {
		w, err := r.src.word()
		if err != nil {
			// The annotation is whole; the error is due with the next one.
			r.src.err, r.unclosed = err, true
			break
		}
		if c := w >> 10; c < numWord {
			r.word, r.hasWord = w, true
			break
		}
		if err := r.modify(&a, w); err != nil {
			return Annotation{}, err
		}
	}
	a.Num, a.Channel = r.num, r.channel
	return a, nil
}

// start returns the word that begins the next annotation; intervals before it
// have been added to the time.
func (r *AnnotationReader) start() (uint16, error) {
	for skipped := false; ; {
		w, err := r.word, error(nil)
		if !r.hasWord {
			w, err = r.src.word()
		}
		r.hasWord = false
		if err == io.EOF && r.src.end == r.src.pos && !skipped {
			return 0, r.noEndMark()
		}
		if err != nil {
			return 0, r.fail(err, "neither an annotation nor the end mark")
		}
		switch w >> 10 {
		case skipWord:
			skipped = true
			hi, err := r.src.word()
			if err != nil {
				r.unclosed = r.any
				return 0, r.fail(err, "in a SKIP")
			}
			lo, err := r.src.word()
			if err != nil {
				r.unclosed = r.any
				return 0, r.fail(err, "in a SKIP")
			}
			if err := r.advance(int64(int32(uint32(hi)<<16 | uint32(lo)))); err != nil {
				return 0, err
			}
		case numWord, subWord, chnWord, auxWord:
			// What belongs to no annotation: the first word of a file, or after a SKIP.
			if !r.any {
				r.warn("modifier", "", "SUB, CHN, NUM or AUX before the first annotation; ignored")
				r.any = true // once is enough
			}
			if err := r.modify(new(Annotation), w); err != nil {
				return 0, err
			}
		default:
			if w == 0 {
				return 0, io.EOF
			}
			return w, nil
		}
	}
}

// noEndMark is the end of a file that lacks nothing else.
func (r *AnnotationReader) noEndMark() error {
	r.warn("end mark", "", "missing; what comes before it is whole")
	return io.EOF
}

func (r *AnnotationReader) tooEarly() error {
	return r.fail(ErrRange, "an annotation before the first frame")
}

func (r *AnnotationReader) advance(d int64) error {
	t := r.time + d
	if d > 0 && t < r.time || d < 0 && t > r.time {
		return r.fail(ErrRange, "time beyond 64 bits")
	}
	r.time = t
	return nil
}

// modify applies a word of the codes 60 to 63.
func (r *AnnotationReader) modify(a *Annotation, w uint16) error {
	switch w >> 10 {
	case numWord:
		r.num = int8(w)
	case subWord:
		a.Subtype = int8(w)
	case chnWord:
		r.channel = uint8(w)
	case auxWord:
		n := int(w & 0xff)
		b, err := r.src.bytes(n)
		if err != nil {
			return r.fail(err, fmt.Sprintf("in an AUX of %d bytes", n))
		}
		a.Aux = r.aux.text(b)
		if n == 0 {
			a.Aux = "\x00"
		}
		if n%2 == 1 {
			r.src.bytes(1) // a missing filler byte at the end of a file is not missed
		}
	}
	return nil
}

// auxText turns bytes into strings. Texts such as "(N" return often, so the
// last few are kept and given again instead of new ones.
type auxText struct{ recent [64]string }

func (t *auxText) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	h := uint(len(b))
	for _, c := range b[:min(len(b), 8)] {
		h = h*31 + uint(c)
	}
	slot := &t.recent[h%uint(len(t.recent))]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// words reads little-endian words from a block of the file.
type words struct {
	r        io.Reader
	buf      [4096]byte
	pos, end int
	off      int64 // of buf[pos] in the file
	err      error
}

// fill tries to have n bytes in the buffer.
func (s *words) fill(n int) {
	if s.end-s.pos >= n {
		return
	}
	copy(s.buf[:], s.buf[s.pos:s.end])
	s.pos, s.end = 0, s.end-s.pos
	for idle := 0; s.end < n && s.err == nil; {
		var m int
		m, s.err = s.r.Read(s.buf[s.end:])
		s.end += m
		if idle++; m > 0 {
			idle = 0
		}
		if idle >= 100 && s.err == nil {
			s.err = io.ErrNoProgress
		}
	}
}

func (s *words) peek(n int) []byte {
	s.fill(n)
	return s.buf[s.pos:min(s.end, s.pos+n)]
}

func (s *words) bytes(n int) ([]byte, error) {
	s.fill(n)
	if s.end-s.pos < n {
		if s.err == nil {
			return nil, errors.New("short block")
		}
		return nil, s.err
	}
	b := s.buf[s.pos : s.pos+n]
	s.pos += n
	s.off += int64(n)
	return b, nil
}

func (s *words) word() (uint16, error) {
	if s.end-s.pos < 2 {
		if s.fill(2); s.end-s.pos < 2 {
			return 0, s.err
		}
	}
	w := binary.LittleEndian.Uint16(s.buf[s.pos:])
	s.pos += 2
	s.off += 2
	return w, nil
}
