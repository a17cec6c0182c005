package edf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"strconv"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb/internal/regular"
)

// InvalidSample is the digital value of a sample that is not there, as in
// package wfdb.
const InvalidSample int32 = math.MinInt32

// Options says how a file is read. The zero value reads all signals.
type Options struct {
	Limits Limits

	// Signals are the indices of the signals to deliver, in this order, as in
	// Header.Signals; nil is all but those for annotations.
	Signals []int
}

// Reader reads the signals of a file. It is an ecg.Signal at the rate of its
// fastest signal; sample k of a slower one is its sample k*slow/fast, rounded
// down, as the WFDB library does it in high-resolution mode.
//
// A Reader is for one goroutine at a time.
type Reader struct {
	o      Options
	name   string
	h      *Header
	file   io.Closer
	stream io.Reader   // where at is nil
	at     io.ReaderAt // nil: records come in order only

	signals   []int
	lanes     []lane
	perRecord int // frames of a data record
	format    ecg.Format
	clock     ecg.Clock

	record []byte        // the current one
	loaded bool          // it holds data that were not delivered yet
	next   int64         // number of the record behind it
	base   int64         // frame at which it begins
	pos    int64         // next frame
	first  time.Duration // onset of record 0

	starts   []int64 // frame of each record of a discontinuous file, once it was sought in
	passed   []Annotation
	heldText int64

	err    error
	closed bool
}

// lane is a signal as it lies in a record.
type lane struct {
	off          int // byte
	samples      int // per record
	gain, offset float64
	low          int32 // digital value of no sample
	hasLow       bool
}

// Open opens a file with the default Options.
func Open(fsys fs.FS, name string) (*Reader, error) { return Options{}.Open(fsys, name) }

// Open opens a file. If it is an io.ReaderAt, as those of os.DirFS are, the
// Reader can seek.
func (o Options) Open(fsys fs.FS, name string) (*Reader, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: shown(name), Err: fs.ErrInvalid}
	}
	f, err := regular.Open(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("edf: %w", err)
	}
	info, err := f.Stat()
	var r *Reader
	if err == nil {
		at, ok := f.(io.ReaderAt)
		if ok {
			// Behind the end some file systems say other things than io.EOF.
			at = io.NewSectionReader(at, 0, info.Size())
		}
		r, err = o.open(f, at, info.Size(), path.Clean(name))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// NewReader returns a Reader of a stream, which can't seek; name is for errors.
func (o Options) NewReader(r io.Reader, name string) (*Reader, error) {
	return o.open(r, nil, -1, name)
}

func (o Options) open(stream io.Reader, at io.ReaderAt, size int64, name string) (*Reader, error) {
	o.Limits = o.Limits.withDefaults()
	h, err := o.ReadHeader(stream, name)
	if err != nil {
		return nil, err
	}
	r := &Reader{o: o, name: name, h: h, stream: stream, at: at}
	if err := r.choose(); err != nil {
		return nil, err
	}
	if size >= 0 {
		r.compareSize(size)
	}
	if h.Plus {
		// The first record has the fraction of a second of the start.
		if err := r.load(); err != nil && err != io.EOF {
			r.err = err // due after the frames before it, which are none
		}
		if !h.Start.IsZero() {
			h.Start = h.Start.Add(r.first)
		}
	}
	rate := 1.0 // of no signals at all
	if r.perRecord > 0 {
		rate = h.seconds.rate(r.perRecord)
	}
	r.format = h.format(r.signals, rate)
	if r.clock, err = ecg.NewClock(rate, h.Start); err != nil {
		return nil, fmt.Errorf("edf: %s: %w", shown(name), err)
	}
	return r, nil
}

// choose sets up the lanes.
func (r *Reader) choose() error {
	h := r.h
	r.signals = r.o.Signals
	if r.signals == nil {
		r.signals = h.Ordinary()
	}
	offsets := make([]int, len(h.Signals))
	off := 0
	for i := range h.Signals {
		offsets[i] = off
		off += h.Signals[i].SamplesPerRecord * int(h.sampleBytes())
	}
	for _, i := range r.signals {
		if i < 0 || i >= len(h.Signals) || h.Signals[i].Annotations {
			return &ecg.ConfigError{Type: "edf.Options", Field: "Signals",
				Want: fmt.Sprintf("0 to %d, and none for annotations", len(h.Signals)-1)}
		}
		s := &h.Signals[i]
		l := lane{off: offsets[i], samples: s.SamplesPerRecord}
		l.gain, l.offset = s.scale()
		l.low, l.hasLow = s.missing(h.BDF)
		r.lanes = append(r.lanes, l)
		r.perRecord = max(r.perRecord, l.samples)
	}
	return nil
}

// compareSize compares the number of records with the size of the file.
func (r *Reader) compareSize(size int64) {
	h := r.h
	bytes := h.RecordBytes()
	if bytes == 0 {
		return
	}
	holds := (size - h.Bytes()) / bytes
	switch {
	case h.Records < 0:
		h.warn(-1, "number of records", "-1", "the file was not closed; the size says "+strconv.FormatInt(holds, 10))
		h.Records = holds
	case h.Records > holds:
		h.warn(-1, "number of records", strconv.FormatInt(h.Records, 10), "the file holds "+strconv.FormatInt(holds, 10))
	case size-h.Bytes() > h.Records*bytes:
		h.warn(-1, "number of records", strconv.FormatInt(h.Records, 10), "bytes behind the last one are not read")
	}
}

// Header returns the header.
func (r *Reader) Header() *Header { return r.h }

// Format implements ecg.Signal.
func (r *Reader) Format() ecg.Format { return r.format }

// Warnings returns the doubts so far.
func (r *Reader) Warnings() []Warning { return r.h.Warnings }

// Signals returns the index in the header of each signal that is delivered.
func (r *Reader) Signals() []int { return r.signals }

// Frame returns the frame nearest to an onset.
func (r *Reader) Frame(onset time.Duration) int64 { return r.clock.Sample(onset - r.first) }

// Close closes the file.
func (r *Reader) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Read implements ecg.Signal. It ends with io.EOF, or with an error that is
// io.ErrUnexpectedEOF if the file is shorter than its header says.
func (r *Reader) Read(p []float64) (int, error) {
	return read(r, p, math.NaN(), func(dst []float64, sub, n int) {
		for k := range r.lanes {
			l := &r.lanes[k]
			if l.samples == r.perRecord && !r.h.BDF {
				l.physical16(dst[k:], len(r.lanes), r.record[l.off+2*sub:][:2*n])
				continue
			}
			for j := range n {
				v, ok := r.sample(l, sub+j)
				if ok {
					dst[j*len(r.lanes)+k] = float64(float64(v)*l.gain) + l.offset
				} else {
					dst[j*len(r.lanes)+k] = math.NaN()
				}
			}
		}
	})
}

// physical16 converts 16-bit samples of the rate of the Reader: the common case.
func (l *lane) physical16(dst []float64, stride int, b []byte) {
	gain, offset := l.gain, l.offset
	low := int32(math.MaxInt32) // no 16-bit sample
	if l.hasLow {
		low = l.low
	}
	at := 0
	for i := 0; i+1 < len(b); i += 2 {
		v := int32(int16(uint16(b[i]) | uint16(b[i+1])<<8))
		x := float64(float64(v)*gain) + offset
		if v == low {
			x = math.NaN()
		}
		dst[at] = x
		at += stride
	}
}

// ReadDigital is Read for the samples as they are stored; InvalidSample where
// there is none.
func (r *Reader) ReadDigital(p []int32) (int, error) {
	return read(r, p, InvalidSample, func(dst []int32, sub, n int) {
		for k := range r.lanes {
			l := &r.lanes[k]
			for j := range n {
				v, ok := r.sample(l, sub+j)
				if !ok {
					v = InvalidSample
				}
				dst[j*len(r.lanes)+k] = v
			}
		}
	})
}

// sample returns a sample of the current record, by its frame.
func (r *Reader) sample(l *lane, frame int) (int32, bool) {
	if l.samples != r.perRecord {
		if l.samples == 0 {
			return 0, false
		}
		frame = int(int64(frame) * int64(l.samples) / int64(r.perRecord))
	}
	return r.decode(l, frame)
}

// decode returns sample k of a signal in the current record.
func (r *Reader) decode(l *lane, k int) (int32, bool) {
	var v int32
	if r.h.BDF {
		b := r.record[l.off+3*k:]
		v = int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24) >> 8
	} else {
		b := r.record[l.off+2*k:]
		v = int32(int16(uint16(b[0]) | uint16(b[1])<<8))
	}
	return v, !(l.hasLow && v == l.low)
}

func read[T any](r *Reader, p []T, missing T, fill func(dst []T, sub, n int)) (int, error) {
	return readUnits(r, p, len(r.lanes), 1, missing, fill)
}

// readUnits reads rows of width values, each of which takes unit frames.
func readUnits[T any](r *Reader, p []T, width, unit int, missing T, fill func(dst []T, sub, n int)) (int, error) {
	if r.closed {
		return 0, fmt.Errorf("edf: %s: %w", shown(r.name), fs.ErrClosed)
	}
	if width > 0 && len(p) < width && r.err == nil {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.ErrShortBuffer
	}
	done := 0
	for r.err == nil && (width == 0 || done+width <= len(p)) {
		if !r.loaded {
			if err := r.load(); err != nil {
				r.err = err
				break
			}
		}
		if width == 0 || r.perRecord == 0 {
			r.loaded = false // only annotations are of interest
			continue
		}
		room := int64((len(p) - done) / width)
		u := int64(unit)
		if gap := r.base - r.pos; gap > 0 {
			all := (gap + u/2) / u
			n := min(all, room)
			for i := range int(n) * width {
				p[done+i] = missing
			}
			if r.pos += n * u; n == all {
				r.pos = r.base // a part of a unit is rounded
			}
			done += int(n) * width
			continue
		}
		sub := (r.pos - r.base + u - 1) / u * u
		n := min(room, (int64(r.perRecord)-sub)/u)
		fill(p[done:], int(sub), int(n))
		r.pos = r.base + sub + n*u
		done += int(n) * width
		r.loaded = sub+n*u < int64(r.perRecord)
	}
	if done > 0 {
		return done, nil
	}
	return 0, r.err
}

// load reads the next record and finds out where it begins.
func (r *Reader) load() error {
	if r.h.Records >= 0 && r.next >= r.h.Records {
		return io.EOF
	}
	if err := r.bytes(r.next); err != nil {
		return err
	}
	onset, kept := r.annotations()
	k := r.next
	r.next++
	r.loaded = true
	if k == 0 && kept {
		r.first = onset
	}
	end := r.base + int64(r.perRecord)
	if k == 0 {
		r.base = 0
		return nil
	}
	r.base = end
	if !r.h.Plus {
		return nil
	}
	if !kept {
		r.h.warn(-1, "data record", strconv.FormatInt(k, 10), "it does not say when it begins; taken to follow the one in front of it")
		return nil
	}
	if !r.h.Discontinuous || r.perRecord == 0 {
		return nil
	}
	at, err := r.startOf(k, end, onset)
	if err != nil {
		r.loaded = false
		return err
	}
	r.base = at
	return nil
}

// startOf returns the frame at which record k begins, where end is the one
// behind record k-1. An onset is text of few digits: three quarters of a frame
// are no gap, and one frame back is no overlap.
func (r *Reader) startOf(k, end int64, onset time.Duration) (int64, error) {
	fail := func(err error, want string) (int64, error) {
		return 0, &Error{Name: r.name, Offset: r.h.Bytes() + k*r.h.RecordBytes(), Signal: -1, Field: "data record " + strconv.FormatInt(k, 10),
			Err: err, Want: want}
	}
	at := r.clock.Sample(onset - r.first)
	late := onset - r.first - r.clock.Offset(end)
	switch {
	case at < end-1:
		return fail(ErrOrder, "frame "+strconv.FormatInt(end, 10)+" or later, it begins at "+strconv.FormatInt(at, 10))
	case late > r.o.Limits.Gap:
		return fail(ErrLimit, "a gap of "+r.o.Limits.Gap.String()+" at most")
	case at <= end, late < r.clock.Offset(3)/4:
		return end, nil
	}
	return at, nil
}

// bytes reads record k into r.record.
func (r *Reader) bytes(k int64) error {
	const step = 1 << 20 // memory follows the bytes that arrive
	size := r.h.RecordBytes()
	start := r.h.Bytes() + k*size
	if size == 0 {
		return io.EOF
	}
	for n := int64(0); n < size; {
		m := min(size-n, max(step, int64(cap(r.record))-n))
		if int64(cap(r.record)) < n+m {
			r.record = append(r.record[:n], make([]byte, m)...)
		}
		r.record = r.record[:n+m]
		var got int
		var err error
		if r.at != nil {
			if got, err = r.at.ReadAt(r.record[n:], start+n); int64(got) == m {
				err = nil
			}
		} else {
			got, err = io.ReadFull(r.stream, r.record[n:])
		}
		n += int64(got)
		if err == nil {
			continue
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			if n == 0 && r.h.Records < 0 {
				return io.EOF
			}
			err = io.ErrUnexpectedEOF
		}
		return &Error{Name: r.name, Offset: start + n, Signal: -1, Field: "data record " + strconv.FormatInt(k, 10), Err: err}
	}
	return nil
}

// SeekFrame makes frame n the next one. It needs an io.ReaderAt. In a
// discontinuous file the first call reads the time of every data record.
func (r *Reader) SeekFrame(n int64) error {
	switch {
	case r.closed:
		return fmt.Errorf("edf: %s: %w", shown(r.name), fs.ErrClosed)
	case r.at == nil:
		return fmt.Errorf("edf: %s: seek in a stream: %w", shown(r.name), errors.ErrUnsupported)
	case n < 0:
		return &Error{Name: r.name, Signal: -1, Field: "frame", Value: strconv.FormatInt(n, 10), Err: ErrRange, Want: "0 or more"}
	case r.perRecord == 0:
		return nil
	}
	k := n / int64(r.perRecord)
	begin := k * int64(r.perRecord)
	if r.h.Discontinuous {
		if err := r.readStarts(); err != nil {
			return err
		}
		lo, hi := 0, len(r.starts) // the last record that begins at or before n
		for lo < hi {
			if mid := (lo + hi) / 2; r.starts[mid] <= n {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		k = int64(max(lo-1, 0))
		begin = 0
		if len(r.starts) > 0 {
			begin = r.starts[k]
			if n >= begin+int64(r.perRecord) { // in the gap behind it, or behind the end
				k++
				begin += int64(r.perRecord)
			}
		}
	}
	r.err, r.loaded, r.next, r.pos, r.base = nil, false, k, n, begin-int64(r.perRecord)
	if r.h.Records >= 0 && k >= r.h.Records {
		r.err = io.EOF
		return nil
	}
	if err := r.load(); err != nil {
		r.err = err
		return nil
	}
	if k == 0 {
		r.base = 0
	} else if r.h.Discontinuous && k < int64(len(r.starts)) {
		r.base = r.starts[k]
	}
	return nil
}

// readStarts finds the first frame of each record.
func (r *Reader) readStarts() error {
	if r.starts != nil {
		return nil
	}
	var starts []int64
	end := int64(0)
	err := r.eachRecord(func(k int64, onset time.Duration, kept bool, _ []Annotation) error {
		at := end
		if k > 0 && kept {
			var err error
			if at, err = r.startOf(k, end, onset); err != nil {
				return err
			}
		}
		starts = append(starts, at)
		end = at + int64(r.perRecord)
		return nil
	})
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrOrder) && !errors.Is(err, ErrLimit) {
		return err
	}
	r.starts = starts // up to where the file is good; reading will tell the rest
	return nil
}

// Onset returns the onset, as annotations count it, of a frame, gaps included.
func (r *Reader) Onset(frame int64) time.Duration { return r.first + r.clock.Offset(frame) }
