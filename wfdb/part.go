package wfdb

import (
	"io"
	"io/fs"
	"math"
)

// part is a record of one segment: its groups, read side by side.
type part struct {
	h      *Header
	groups []*group
	lanes  []lane // one per signal of the header
	pos    int64  // next frame
}

// openPart opens the signals of a header. Files are opened when they are first
// read.
func (o Options) openPart(fsys fs.FS, dir string, h *Header, l *scales) (*part, error) {
	p := &part{h: h, lanes: make([]lane, len(h.Signals))}
	var buffers int64
	for i := 0; i < len(h.Signals); {
		if h.Signals[i].null() {
			i++
			continue
		}
		n := 1
		for i+n < len(h.Signals) && h.Signals[i+n].File == h.Signals[i].File && !h.Signals[i+n].null() {
			n++
		}
		if h.Signals[i].File == "-" {
			return nil, &HeaderError{Name: h.Name + ".hea", Field: "file name", Value: "-", Err: fs.ErrInvalid,
				Want: "a file; there is no standard input here"}
		}
		g, err := newGroup(fsys, dir, h, i, n)
		if err != nil {
			return nil, err
		}
		if buffers += g.bufferBytes(); buffers > o.Limits.BufferBytes {
			return nil, &HeaderError{Name: h.Name + ".hea", Field: "skew", Err: ErrLimit,
				Want: "samples held back of less than Limits.BufferBytes"}
		}
		p.groups = append(p.groups, g)
		off := 0
		for k := range g.signals {
			s := &g.signals[k]
			p.lanes[i+k] = lane{g: g, off: off, spf: s.SamplesPerFrame, skew: s.SkewFrames(),
				none: g.format.low, valid: g.format.valid, scale: l.of(s, g.format)}
			off += s.SamplesPerFrame
		}
		i += n
	}
	for _, g := range p.groups {
		g.share = len(p.groups)
		g.most = o.Limits.DecodedBytes / 4 / int64(g.width)
	}
	return p, nil
}

// ready returns how many frames, at most limit, lie in the windows of all
// groups. 0 comes with the reason: io.EOF, or what stops a group early.
func (p *part) ready(limit int) (int, error) {
	if p.h.Frames > 0 {
		limit = int(min(int64(limit), p.h.Frames-p.pos))
	}
	if limit == 0 || len(p.groups) == 0 && p.h.Frames == 0 {
		return 0, io.EOF
	}
	n := limit
	for _, g := range p.groups {
		if g.available() <= 0 {
			g.fill()
		}
		if n = min(n, g.available()); n <= 0 {
			return 0, g.err
		}
	}
	return n, nil
}

// advance leaves n frames behind.
func (p *part) advance(n int) {
	for _, g := range p.groups {
		g.pos += n
	}
	p.pos += int64(n)
}

func (p *part) seek(frame int64) {
	for _, g := range p.groups {
		g.seek(frame)
	}
	p.pos = frame
}

func (p *part) close() error {
	var first error
	for _, g := range p.groups {
		if err := g.src.close(); first == nil {
			first = err
		}
	}
	return first
}

// verify compares checksums and initial values with the header, once all
// frames have been read in order. Zeros that are wrong are only a warning: many
// writers put them for what they did not compute.
func (p *part) verify(report *ChecksumError, warn func(Warning)) {
	for _, g := range p.groups {
		if s, ok := g.src.(*flacSource); ok && s.damaged() {
			warn(Warning{Name: g.file.name, Field: "MD5", Text: "that in the head of the FLAC stream is not that of the samples"})
		}
		if !g.sequential || g.frames == 0 || g.decoded != g.frames {
			continue
		}
		for k := range g.signals {
			s := &g.signals[k]
			if want, got := s.Checksum, int16(g.sums[k]); s.Given&GivenChecksum != 0 && want != got {
				if want == 0 {
					warn(Warning{Name: g.file.name, Field: "checksum", Value: s.Description,
						Text: "0 in the header, which is not that of the samples"})
				} else {
					report.add(Mismatch{g.file.name, g.first + k, s.Description, "checksum", int64(want), int64(got)})
				}
			}
			got := int64(g.firsts[k])
			if g.firsts[k] == g.format.low && !g.format.valid {
				got = math.MinInt16 // how the C library writes an invalid sample
			}
			if want := int64(s.InitialValue); s.Given&GivenInitialValue != 0 && g.format.number != 8 &&
				want != got && want != int64(g.firsts[k]) {
				if want == 0 {
					warn(Warning{Name: g.file.name, Field: "initial value", Value: s.Description,
						Text: "0 in the header, which is not the first sample"})
				} else {
					report.add(Mismatch{g.file.name, g.first + k, s.Description, "initial value", want, got})
				}
			}
		}
	}
}
