package wfdb

import (
	"errors"
	"io"
	"io/fs"
	"path"
)

// RepairHeader returns the final header of a record whose writer died before
// it was closed: length, initial values and checksums are those of the frames
// that all files hold whole. It reads the record twice and changes no file;
// Header.AppendText makes the new text.
func RepairHeader(fsys fs.FS, name string) (*Header, error) {
	o := Options{}
	o.Limits = o.Limits.withDefaults()
	p, err := recordPath(name)
	if err != nil {
		return nil, err
	}
	h, err := o.readHeaderFile(fsys, p)
	if err != nil {
		return nil, err
	}
	if h.Segments != nil {
		return nil, &HeaderError{Name: p + ".hea", Line: 1, Field: "number of segments", Err: ErrHeader,
			Want: "a record without segments"}
	}
	h.Frames = 0
	frames, _, err := o.readThrough(fsys, path.Dir(p), h)
	if err != nil {
		return nil, err
	}
	if h.Frames = frames; frames == 0 {
		return h, nil
	}
	_, groups, err := o.readThrough(fsys, path.Dir(p), h)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		for k := range g.signals {
			s := &h.Signals[g.first+k]
			s.Checksum = int16(g.sums[k])
			if g.format.number != 8 { // there the samples depend on it
				s.InitialValue = g.firsts[k]
				if g.firsts[k] == g.format.low {
					s.InitialValue = -32768
				}
			}
			s.Given |= GivenChecksum | GivenInitialValue
		}
	}
	return h, nil
}

// readThrough reads all whole frames of the files of a header.
func (o Options) readThrough(fsys fs.FS, dir string, h *Header) (frames int64, groups []*group, err error) {
	p, err := o.openPart(fsys, dir, h, new(scales))
	if err != nil {
		return 0, nil, err
	}
	defer p.close()
	for {
		n, err := p.ready(1 << 20)
		if n == 0 {
			if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
				err = nil
			}
			return p.pos, p.groups, err
		}
		p.advance(n)
	}
}
