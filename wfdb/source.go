package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"math"
)

// source gives the samples of one signal file in their order.
type source interface {
	// read fills dst. Less than len(dst) comes with an error: io.EOF at the end
	// of the file, io.ErrUnexpectedEOF if that is within a sample.
	read(dst []int32) (int, error)

	// seek moves to a frame. Beyond the end of the file, read gives io.EOF.
	seek(frame int64) error

	offset() int64 // byte up to which the file has been read
	close() error
}

// packedSource decodes the formats of fixed width.
type packedSource struct {
	f    *format
	g    *group
	file *signalFile
	base int64 // byte at which samples begin
	unit int64 // samples in a frame

	buf      []byte
	pos, end int
	carry    [4]int32 // samples of a group that no longer fitted dst
	carried  []int32
	err      error
}

func newPacked(g *group) *packedSource {
	return &packedSource{f: g.format, g: g, file: g.file, base: g.signals[0].ByteOffset, unit: int64(g.width)}
}

func (s *packedSource) read(dst []int32) (int, error) {
	n := copy(dst, s.carried)
	s.carried = s.carried[n:]
	for n < len(dst) {
		groups := (s.end - s.pos) / s.f.bytes
		if groups == 0 {
			if s.err == nil {
				s.fill()
				continue
			}
			m, left := s.tail(dst[n:])
			n += m
			if n == len(dst) {
				return n, nil
			}
			if left && s.err == io.EOF {
				s.err = io.ErrUnexpectedEOF
			}
			return n, s.err
		}
		if whole := (len(dst) - n) / s.f.samples; whole > 0 {
			whole = min(whole, groups)
			s.f.decode(dst[n:n+whole*s.f.samples], s.buf[s.pos:s.pos+whole*s.f.bytes])
			n += whole * s.f.samples
			s.pos += whole * s.f.bytes
			continue
		}
		s.carried = s.carry[:s.f.samples]
		s.f.decode(s.carried, s.buf[s.pos:s.pos+s.f.bytes])
		s.pos += s.f.bytes
		m := copy(dst[n:], s.carried)
		s.carried = s.carried[m:]
		n += m
	}
	return n, nil
}

// tail decodes the incomplete last group.
func (s *packedSource) tail(dst []int32) (n int, left bool) {
	b := s.buf[s.pos:s.end]
	s.pos = s.end
	if s.f.tail == nil {
		return 0, len(b) > 0
	}
	m, left := s.f.tail(s.carry[:], b)
	n = copy(dst, s.carry[:m])
	s.carried = s.carry[n:m]
	return n, left
}

// fill reads the next block. Bytes of an incomplete group move to the front.
func (s *packedSource) fill() {
	if s.buf == nil {
		s.buf = make([]byte, s.g.blockBytes())
		if s.err = s.file.open(); s.err != nil {
			return
		}
		if s.file.pos == 0 && s.base > 0 {
			var n int64
			n, s.err = checkMAT(s.file.f, s.file.name, s.base, s.f.number)
			if s.file.pos += n; s.err != nil {
				return
			}
		}
		if s.file.pos != s.base {
			if s.err = s.file.seek(s.base); s.err != nil {
				return
			}
		}
	}
	s.end = copy(s.buf, s.buf[s.pos:s.end])
	s.pos = 0
	n, err := s.file.read(s.buf[s.end:])
	s.end += n
	s.err = err
}

func (s *packedSource) seek(frame int64) error {
	if frame > (math.MaxInt64-s.base)/4/s.unit { // no file is that long
		s.pos, s.end, s.carried, s.err = 0, 0, nil, io.EOF
		return nil
	}
	group := frame * s.unit / int64(s.f.samples)
	if err := s.file.open(); err != nil {
		return err
	}
	if err := s.file.seek(s.base + group*int64(s.f.bytes)); err != nil {
		return err
	}
	if s.buf == nil {
		s.buf = make([]byte, s.g.blockBytes())
	}
	s.pos, s.end, s.carried, s.err = 0, 0, nil, nil
	var drop [4]int32
	if skip := frame*s.unit - group*int64(s.f.samples); skip > 0 {
		s.read(drop[:skip]) // an error comes again with the next read
	}
	return nil
}

func (s *packedSource) offset() int64 { return s.file.pos - int64(s.end-s.pos) }

func (s *packedSource) close() error { return s.file.close() }

// signalFile is a file that can go back, if need be by opening it again.
type signalFile struct {
	fsys fs.FS
	name string
	f    fs.File
	pos  int64
}

func (s *signalFile) open() error {
	if s.f != nil {
		return nil
	}
	f, err := openFile(s.fsys, s.name)
	if err != nil {
		return err
	}
	s.f, s.pos = f, 0
	return nil
}

func (s *signalFile) read(p []byte) (int, error) {
	for range 100 {
		n, err := s.f.Read(p)
		if n < 0 || n > len(p) {
			return 0, fmt.Errorf("wfdb: %s: read of %d bytes returns %d", shown(s.name), len(p), n)
		}
		s.pos += int64(n)
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// seek moves to a byte. A position beyond the end is not an error here.
func (s *signalFile) seek(to int64) error {
	if to == s.pos {
		return nil
	}
	if sk, ok := s.f.(io.Seeker); ok {
		if _, err := sk.Seek(to, io.SeekStart); err == nil {
			s.pos = to
			return nil
		}
	}
	if to < s.pos {
		if err := s.close(); err != nil {
			return err
		}
		if err := s.open(); err != nil {
			return err
		}
	}
	n, err := io.CopyN(io.Discard, s.f, to-s.pos)
	s.pos += n
	if err == io.EOF {
		return nil
	}
	return err
}

func (s *signalFile) close() error {
	if s.f == nil {
		return nil
	}
	err := s.f.Close()
	s.f, s.pos = nil, 0
	return err
}
