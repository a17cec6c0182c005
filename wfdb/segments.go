package wfdb

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"sort"
)

// segment is a stretch of a record that comes from one header.
type segment struct {
	index  int    // in Header.Segments
	name   string // "" : the record itself
	start  int64
	frames int64 // 0: unknown
}

// plan makes the list of segments; a record without segments is one.
func (r *Record) plan() error {
	if r.h.Segments == nil {
		r.segments = []segment{{frames: r.h.Frames}}
		return r.enter(0)
	}
	at := int64(0)
	for i, s := range r.h.Segments {
		if s.Frames > 0 {
			r.segments = append(r.segments, segment{i, s.Name, at, s.Frames})
			at += s.Frames
		}
	}
	r.current = -1
	if len(r.segments) > 0 {
		return r.enter(0)
	}
	return nil
}

// enter opens a segment, and closes the one before.
func (r *Record) enter(i int) error {
	if r.p != nil {
		if err := r.p.close(); err != nil {
			return err
		}
		r.p = nil
	}
	r.current, r.way = i, nil
	s := r.segments[i]
	for k := range r.lanes {
		r.lanes[k] = lane{}
	}
	if r.gap = s.name == "~"; r.gap {
		return nil
	}
	if s.name == "" {
		p, err := r.o.openPart(r.fsys, r.dir, r.h, &r.scales)
		if err != nil {
			return err
		}
		return r.use(p, p.lanes)
	}
	h, err := r.o.readSegmentHeader(r.fsys, r.dir, r.h, s.index)
	if err != nil {
		return err
	}
	if h.Frames != 0 && h.Frames != s.frames {
		r.warn(s.name, "number of samples", "not that of the master header, which holds")
	}
	p, err := r.o.openPart(r.fsys, path.Dir(path.Join(r.dir, s.name)), h, &r.scales)
	if err != nil {
		return err
	}
	lanes, err := r.match(h, p)
	if err != nil {
		p.close()
		return err
	}
	return r.use(p, lanes)
}

// use takes the signals that were chosen from a segment; files of which there
// are none are left alone. It finds out whether the segment can be read
// directly, up to its length in the record.
func (r *Record) use(p *part, lanes []lane) error {
	r.p = p
	used := map[*group]bool{}
	for i, k := range r.chosen {
		if k < len(lanes) {
			r.lanes[i] = lanes[k]
			used[lanes[k].g] = true
		}
	}
	p.groups = slices.DeleteFunc(p.groups, func(g *group) bool { return !used[g] })
	if s := &r.segments[r.current]; r.parts == 1 && (r.h.Segments == nil || r.p.h.Frames == s.frames) {
		r.way = newDirectWay(r.p, r.lanes)
	}
	return nil
}

func (r *Record) warn(name, field, text string) {
	r.warnOnce(Warning{Name: name, Field: field, Text: text})
}

// warnOnce adds a warning that is not there yet: a record may be read again.
func (r *Record) warnOnce(w Warning) {
	w.Value = cut(w.Value)
	for _, v := range r.warnings {
		if v == w {
			return
		}
	}
	r.warnings.add(w)
}

// match connects the signals of a segment with those of the record: by
// position in a fixed layout, by description in a variable one.
func (r *Record) match(h *Header, p *part) ([]lane, error) {
	lanes := make([]lane, len(r.h.Signals))
	if !r.h.Layout {
		if len(h.Signals) > len(lanes) {
			return nil, &HeaderError{Name: path.Join(r.dir, h.Name) + ".hea", Line: 1, Field: "number of signals",
				Value: fmt.Sprint(len(h.Signals)), Err: ErrHeader,
				Want: fmt.Sprintf("%d at most, as the first segment", len(lanes))}
		}
		for i := range h.Signals {
			if h.Signals[i].SamplesPerFrame != r.h.Signals[i].SamplesPerFrame {
				return nil, &HeaderError{Name: path.Join(r.dir, h.Name) + ".hea", Field: "samples per frame",
					Value: fmt.Sprint(h.Signals[i].SamplesPerFrame), Err: ErrHeader,
					Want: fmt.Sprintf("%d, as in the first segment", r.h.Signals[i].SamplesPerFrame)}
			}
			if h.Signals[i].Units != r.h.Signals[i].Units && !h.Signals[i].null() {
				r.warn(h.Name, "units", fmt.Sprintf("of signal %d differ from those of the first segment", i))
			}
			lanes[i] = p.lanes[i]
		}
		return lanes, nil
	}
	for i := range h.Signals {
		k := r.h.Signal(h.Signals[i].Description)
		if k < 0 || h.Signals[i].null() {
			continue
		}
		if h.Signals[i].SamplesPerFrame != r.h.Signals[k].SamplesPerFrame {
			r.warn(h.Name, "samples per frame", fmt.Sprintf("of signal %d differ from those of the layout", i))
		}
		if h.Signals[i].Units != r.h.Signals[k].Units {
			r.warn(h.Name, "units", fmt.Sprintf("of signal %d differ from those of the layout", i))
		}
		l := p.lanes[i]
		l.remap = newRemap(&r.h.Signals[k], &h.Signals[i])
		if l.remap != nil && l.remap.scale < 1 {
			r.warn(r.h.Name, "gain", fmt.Sprintf("of signal %d is below that of a segment: steps get lost", k))
		}
		l.scale = r.scales.of(&r.h.Signals[k], l.g.format)
		lanes[k] = l
	}
	return lanes, nil
}

// ready returns the number of frames, at most limit, that the lanes hold.
func (r *Record) ready(limit int) (int, error) {
	for {
		if r.current < 0 || r.current >= len(r.segments) {
			return 0, r.end()
		}
		s := &r.segments[r.current]
		left := int64(math.MaxInt)
		if s.frames > 0 {
			left = s.start + s.frames - r.pos
		}
		if left > 0 {
			n := int(min(int64(limit), left))
			if r.p == nil {
				return n, nil // a gap, or the rest of a segment that was cut
			}
			n, err := r.p.ready(n)
			if n > 0 {
				return n, nil
			}
			if r.h.Segments == nil {
				r.p.verify(&r.checks, r.warnOnce)
				if err == io.EOF {
					return 0, r.end()
				}
				return 0, err
			}
			// A segment shorter than its place in the record: the rest is a gap.
			if err != io.EOF {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					return 0, err
				}
				if r.missing == nil {
					r.missing = err
				}
			}
			r.warn(s.name, "number of samples", "the segment is shorter than its place in the record; the rest has no samples")
			if err := r.p.close(); err != nil {
				return 0, err
			}
			r.p, r.way = nil, nil
			clear(r.lanes)
			continue
		}
		if r.p != nil {
			r.p.verify(&r.checks, r.warnOnce)
		}
		if r.current+1 == len(r.segments) {
			return 0, r.end()
		}
		if err := r.enter(r.current + 1); err != nil {
			return 0, err
		}
	}
}

// end is the error at the end of the record.
func (r *Record) end() error {
	if r.missing != nil {
		return r.missing
	}
	if r.checks.Count > 0 {
		c := r.checks
		r.checks = ChecksumError{Record: c.Record}
		return &c
	}
	return io.EOF
}

func (r *Record) advance(n int) {
	r.pos += int64(n)
	if r.p != nil {
		r.p.advance(n)
	}
}

// seek moves to a frame at the rate of the header.
func (r *Record) seek(frame int64) error {
	r.pos = frame
	i := sort.Search(len(r.segments), func(i int) bool { return r.segments[i].start > frame }) - 1
	if i < 0 {
		return nil
	}
	s := r.segments[i]
	if i != r.current || r.p == nil && !r.gap {
		if err := r.enter(i); err != nil {
			return err
		}
	}
	if r.p != nil {
		r.p.seek(frame - s.start)
	}
	return nil
}
