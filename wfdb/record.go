package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// Record reads the signals of a record. It is an ecg.Signal with one value per
// signal and frame; of several samples per frame the value is their mean,
// rounded half up in adu as the C library does it.
//
// Skews are taken out. Near the end of the record a signal that is stored late
// has no samples any more: NaN. (The C library leaves these frames out.)
//
// Of a multi-segment record each segment has its own scale. A gap between
// segments, and a signal that a segment does not have, is NaN; a segment is cut
// or filled with NaN to the length that the master header gives it.
//
// A record has the length its header says, or, if that says none, the length of
// its shortest file.
//
// A value of Record is for one goroutine at a time.
type Record struct {
	o      Options
	fsys   fs.FS
	dir    string
	h      *Header
	format ecg.Format
	parts  int // values per frame of the record: 1, or the samples of the fastest signal
	width  int // samples in a frame

	segments []segment
	current  int    // index into segments
	p        *part  // of the current segment; nil: not open, or a gap
	chosen   []int  // signals of the header
	lanes    []lane // of the chosen signals
	gap      bool
	way      *directWay // nil: none
	scales   scales

	pos      int64 // next frame, of the record at its own rate
	sub      int   // next value within the frame
	checks   ChecksumError
	missing  error // a segment that was cut: reported at the end
	warnings warnings
	err      error
	closed   bool
}

// Open opens a record with the default Options: Open(Dir("data"),
// "mitdb/100") reads data/mitdb/100.hea and the files it names, in its folder.
func Open(fsys fs.FS, name string) (*Record, error) { return Options{}.Open(fsys, name) }

// Open opens a record. Signal files are opened when they are first read.
func (o Options) Open(fsys fs.FS, name string) (*Record, error) {
	o.Limits = o.Limits.withDefaults()
	h, err := o.ReadHeader(fsys, name)
	if err != nil {
		return nil, err
	}
	name, err = recordPath(name)
	if err != nil {
		return nil, err
	}
	r := &Record{o: o, fsys: fsys, dir: path.Dir(name), h: h, parts: 1}
	r.warnings = append(r.warnings, h.Warnings...)
	r.checks.Record = name
	all := h.Format()
	r.format = ecg.Format{Rate: all.Rate, Start: all.Start}
	if r.chosen = o.Signals; r.chosen == nil {
		for i := range h.Signals {
			r.chosen = append(r.chosen, i)
		}
	}
	for i := range h.Signals {
		r.width += h.Signals[i].SamplesPerFrame
	}
	for _, k := range r.chosen {
		if k < 0 || k >= len(h.Signals) {
			return nil, fmt.Errorf("wfdb: %s: signal %d of %d: %w", shown(name), k, len(h.Signals), ErrRange)
		}
		r.format.Leads = append(r.format.Leads, all.Leads[k])
		if o.HighResolution {
			r.parts = max(r.parts, h.Signals[k].SamplesPerFrame)
		}
	}
	r.format.Rate *= float64(r.parts)
	r.lanes = make([]lane, len(r.chosen))
	if err := r.plan(); err != nil {
		return nil, err
	}
	return r, nil
}

// Header returns the header. For a multi-segment record its Signals are those
// of the layout header, or of the first segment.
func (r *Record) Header() *Header { return r.h }

// Format implements ecg.Signal.
func (r *Record) Format() ecg.Format { return r.format }

// Warnings returns the doubts so far.
func (r *Record) Warnings() []Warning { return r.warnings }

// Read implements ecg.Signal: physical units, NaN where there is no sample.
//
// At the end it returns io.EOF; or *ChecksumError, if samples and header differ;
// or an error that is io.ErrUnexpectedEOF if the files are shorter than the
// header says. The samples before come first; the error stays.
func (r *Record) Read(p []float64) (int, error) {
	done := 0
	for {
		rest := p[done:]
		if r.way != nil && r.err == nil && !r.closed {
			n := r.way.read(rest, len(rest)/len(r.lanes), &r.scales)
			r.p.pos += int64(n)
			r.pos += int64(n)
			done += n * len(r.lanes)
			if rest = p[done:]; n > 0 && len(rest) < len(r.lanes) {
				return done, nil
			}
			// What is left in the window first, then directly again.
			if left := (r.way.g.end - r.way.g.pos) * len(r.lanes); left > 0 && left < len(rest) {
				rest = rest[:left]
			}
		}
		n, err := r.readWindows(rest)
		done += n
		if n == 0 || err != nil || len(p)-done < len(r.lanes) {
			if done > 0 && err != nil && err != io.EOF {
				r.err, err = err, nil // it comes with the next call
			}
			return done, err
		}
	}
}

// readWindows is Read through the windows of the groups.
func (r *Record) readWindows(p []float64) (int, error) {
	return read(r, p, func(dst []float64, n int) {
		for i := range r.lanes {
			r.lanes[i].physical(dst[i:], len(r.lanes), n)
		}
	}, func(dst []float64, frame, sub, n int) {
		for i := range r.lanes {
			l := &r.lanes[i]
			f, s := frame, sub
			for j := range n {
				v := l.sample(f, s, r.parts)
				if l.scale == nil {
					dst[j*len(r.lanes)+i] = math.NaN()
				} else {
					dst[j*len(r.lanes)+i] = l.scale.value(v)
				}
				if s++; s == r.parts {
					f, s = f+1, 0
				}
			}
		}
	})
}

// ReadDigital is Read for the samples as they are stored, in adu;
// InvalidSample where there is none. Segments of a variable layout are brought
// to the gain and baseline of the layout header, as the C library does.
func (r *Record) ReadDigital(p []int32) (int, error) {
	return read(r, p, func(dst []int32, n int) {
		for i := range r.lanes {
			r.lanes[i].digital(dst[i:], len(r.lanes), n)
		}
	}, func(dst []int32, frame, sub, n int) {
		for i := range r.lanes {
			f, s := frame, sub
			for j := range n {
				dst[j*len(r.lanes)+i] = r.lanes[i].sample(f, s, r.parts)
				if s++; s == r.parts {
					f, s = f+1, 0
				}
			}
		}
	})
}

// ReadFrames reads whole frames as they are stored, in adu: all samples of the
// first signal that was chosen, then those of the second, SamplesPerFrame of
// each; skews are taken out. It is what a Writer takes, so that a copy has the same samples.
func (r *Record) ReadFrames(p []int32) (int, error) {
	width := 0
	for _, k := range r.chosen {
		width += r.h.Signals[k].SamplesPerFrame
	}
	if r.sub > 0 {
		// Within a frame: go on with the next one.
		r.sub = 0
		r.advance(1)
	}
	return readWide(r, p, width, 1, func(dst []int32, n int) {
		off := 0
		for i := range r.lanes {
			spf := r.h.Signals[r.chosen[i]].SamplesPerFrame
			for f := range n {
				for k := range spf {
					dst[f*width+off+k] = r.lanes[i].sample(f, k, spf)
				}
			}
			off += spf
		}
	}, nil)
}

// read fills p: low writes n frames, high n values of each signal from a place
// within a frame on.
func read[T any](r *Record, p []T, low func([]T, int), high func([]T, int, int, int)) (int, error) {
	return readWide(r, p, len(r.lanes), r.parts, low, high)
}

// readWide is read with frames of width values, which are one of parts of a
// frame of the header.
func readWide[T any](r *Record, p []T, width, parts int, low func([]T, int), high func([]T, int, int, int)) (int, error) {
	if r.closed {
		return 0, fmt.Errorf("wfdb: %s: %w", shown(r.checks.Record), fs.ErrClosed)
	}
	if width == 0 && r.err == nil {
		r.err = io.EOF
	}
	if r.err == nil && len(p) < width && len(p) > 0 {
		return 0, io.ErrShortBuffer
	}
	done := 0
	for r.err == nil && done+width <= len(p) {
		room := (len(p) - done) / width
		if parts == 1 {
			n, err := r.ready(room)
			if err != nil {
				r.err = err
				break
			}
			low(p[done:], n)
			r.advance(n)
			done += n * width
			continue
		}
		n, err := r.ready((r.sub + room + parts - 1) / parts)
		if err != nil {
			r.err = err
			break
		}
		m := min(room, n*parts-r.sub)
		high(p[done:], 0, r.sub, m)
		done += m * width
		r.sub += m
		r.advance(r.sub / parts)
		r.sub %= parts
	}
	if done > 0 && r.err != io.EOF {
		return done, nil
	}
	return done, r.err
}

// SeekFrame moves to a frame, counted from 0 at the rate of Format. Fixed-width
// formats go there at once; 8 and the FLAC formats have to decode what lies
// before, from the start of the file if the move is backwards. A frame beyond
// the end gives io.EOF with the next Read, one that no file could hold is an
// error, ErrRange. Checksums are not verified after a move, but for one to
// frame 0.
func (r *Record) SeekFrame(n int64) error {
	if r.closed {
		return fmt.Errorf("wfdb: %s: %w", shown(r.checks.Record), fs.ErrClosed)
	}
	if n < 0 || n/int64(r.parts) > math.MaxInt64/4/int64(max(1, r.width)) {
		return fmt.Errorf("wfdb: %s: seek to frame %d: %w", shown(r.checks.Record), n, ErrRange)
	}
	r.sub = int(n % int64(r.parts))
	r.err = nil
	return r.seek(n / int64(r.parts))
}

// SeekTime moves to the frame nearest to a time after the start.
func (r *Record) SeekTime(d time.Duration) error {
	c, err := r.format.Clock()
	if err != nil {
		return err
	}
	return r.SeekFrame(c.Sample(d))
}

// Close closes the signal files. A second Close does nothing.
func (r *Record) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.p == nil {
		return nil
	}
	return r.p.close()
}
