package wfdb

import (
	"crypto/md5"
	"hash"
	"io"

	"github.com/mewkiz/flac/frame"
)

// flacSum is the MD5 of the samples of a FLAC stream, channel by channel in each
// sample, in as many bytes as they need, low byte first. The head of the stream
// states it; all zero there means that the encoder did not compute it.
type flacSum struct {
	hash  hash.Hash
	bytes []byte // of a block
}

// add takes the first n samples of a block.
func (s *flacSum) add(f *frame.Frame, n, bits int) {
	if s.hash == nil {
		s.hash = md5.New()
	}
	size, step := (bits+7)/8, (bits+7)/8*len(f.Subframes)
	if cap(s.bytes) < n*step {
		s.bytes = make([]byte, n*step)
	}
	b := s.bytes[:n*step]
	for c, sub := range f.Subframes {
		at := c * size
		for _, v := range sub.Samples[:n] {
			for k := range size {
				b[at+k] = byte(v >> (8 * k))
			}
			at += step
		}
	}
	s.hash.Write(b)
}

// differs reports whether the samples so far have another sum than the one
// stated.
func (s *flacSum) differs(stated [md5.Size]byte) bool {
	if s.hash == nil || stated == [md5.Size]byte{} {
		return false
	}
	return [md5.Size]byte(s.hash.Sum(nil)) != stated
}

// damaged reports whether the whole stream has been decoded and its samples
// have not the sum in its head.
func (s *flacSource) damaged() bool {
	if s.in == nil || s.err != nil && s.err != io.EOF {
		return false
	}
	if s.info.total == 0 {
		if _, err := s.in.Peek(1); err != io.EOF {
			return false
		}
	} else if s.taken < s.info.total {
		return false
	}
	return s.sum.differs(s.info.md5)
}
