package wfdb

// Formats 508, 516 and 524: one FLAC stream per signal file, one channel per
// signal; the samples of a frame of the record follow each other in its
// channel. The stream has 8, 16 or 24 bits per sample at most, and its sampling
// rate means nothing.

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/mewkiz/flac/frame"
)

var (
	format508 = format{number: 508, resolution: 12, low: -1 << 7, high: 1<<7 - 1, samples: 1, source: newFlacSource}
	format516 = format{number: 516, resolution: 12, low: -1 << 15, high: 1<<15 - 1, samples: 1, source: newFlacSource}
	format524 = format{number: 524, resolution: 12, low: -1 << 23, high: 1<<23 - 1, samples: 1, source: newFlacSource}
)

// flacSource decodes one frame of the stream at a time.
type flacSource struct {
	g     *group
	in    *bufio.Reader
	info  flacInfo
	block *frame.Frame
	next  int   // next sample of block, per channel
	taken int64 // samples per channel taken from the stream
	sum   flacSum
	begun bool
	at    int64 // next frame of the record
	err   error
}

// flacInfo is what is needed of the STREAMINFO block.
type flacInfo struct {
	channels, bits int
	total          int64 // samples per channel; 0: unknown
	md5            [16]byte
}

func newFlacSource(g *group) source { return &flacSource{g: g} }

func (s *flacSource) read(dst []int32) (int, error) {
	if s.err == nil && !s.begun {
		s.begun = true
		s.err = s.begin()
	}
	channels := len(s.g.signals)
	spf := s.g.signals[0].SamplesPerFrame
	for n := 0; n < len(dst); n += s.g.width {
		for k := range spf {
			if s.block == nil || s.next == len(s.block.Subframes[0].Samples) {
				if s.err == nil {
					s.err = s.decode()
				}
				if s.err != nil {
					if k > 0 && s.err == io.EOF {
						s.err = io.ErrUnexpectedEOF
					}
					return n, s.err
				}
			}
			for c := range channels {
				dst[n+c*spf+k] = s.block.Subframes[c].Samples[s.next]
			}
			s.next++
		}
		s.at++
	}
	return len(dst), nil
}

// begin opens the file, reads the metadata and skips what the header says.
func (s *flacSource) begin() error {
	if err := s.g.file.open(); err != nil {
		return err
	}
	if err := s.g.file.seek(0); err != nil {
		return err
	}
	if s.in == nil {
		s.in = bufio.NewReaderSize(flacInput{s.g.file}, s.g.blockBytes())
	}
	s.in.Reset(flacInput{s.g.file})
	var err error
	if s.info, err = readFlacInfo(s.in); err != nil {
		return s.fail(err)
	}
	spf := s.g.signals[0].SamplesPerFrame
	for i := range s.g.signals {
		if s.g.signals[i].SamplesPerFrame != spf {
			return s.fail(fmt.Errorf("signal %d has %d samples per frame and signal 0 has %d: FLAC needs the same", i,
				s.g.signals[i].SamplesPerFrame, spf))
		}
	}
	if s.info.channels != len(s.g.signals) {
		return s.fail(fmt.Errorf("the stream has %d channels, the header %d signals", s.info.channels, len(s.g.signals)))
	}
	if s.info.bits > s.g.format.number-500 {
		return s.fail(fmt.Errorf("the stream has %d bits per sample, more than format %d", s.info.bits, s.g.format.number))
	}
	return s.skip(s.g.signals[0].ByteOffset)
}

// skip passes over samples of the stream.
func (s *flacSource) skip(samples int64) error {
	for samples > 0 {
		if s.block == nil || s.next == len(s.block.Subframes[0].Samples) {
			if err := s.decode(); err != nil {
				return err
			}
		}
		n := min(samples, int64(len(s.block.Subframes[0].Samples)-s.next))
		s.next += int(n)
		samples -= n
	}
	return nil
}

// decode reads the next frame of the stream that holds samples.
func (s *flacSource) decode() error {
	for {
		if s.info.total > 0 && s.taken >= s.info.total {
			return io.EOF // what follows is no part of the stream
		}
		head, err := s.in.Peek(4)
		if len(head) == 0 {
			if err == io.EOF && s.taken < s.info.total {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		// Of the two rates 176.4 and 24 kHz the decoder would print a remark. No
		// writer of WFDB files uses them.
		if len(head) > 2 && (head[2]&0x0f == 2 || head[2]&0x0f == 7) {
			return s.fail(fmt.Errorf("frames marked 176.4 or 24 kHz are not supported"))
		}
		f, err := frame.New(s.in)
		if err != nil {
			return s.fail(err)
		}
		if f.BitsPerSample == 0 {
			f.BitsPerSample = uint8(s.info.bits)
		}
		if int(f.BitsPerSample) != s.info.bits || f.Channels.Count() != s.info.channels {
			return s.fail(fmt.Errorf("a frame of %d channels and %d bits in a stream of %d and %d",
				f.Channels.Count(), f.BitsPerSample, s.info.channels, s.info.bits))
		}
		if err := f.Parse(); err != nil {
			return s.fail(err)
		}
		n := len(f.Subframes[0].Samples)
		for _, c := range f.Subframes {
			if len(c.Samples) != n {
				return s.fail(fmt.Errorf("channels of different length"))
			}
		}
		if s.info.total > 0 {
			n = int(min(int64(n), s.info.total-s.taken))
			for _, c := range f.Subframes {
				c.Samples = c.Samples[:n]
			}
		}
		s.taken += int64(n)
		s.sum.add(f, n, s.info.bits)
		s.block, s.next = f, 0
		if n > 0 {
			return nil
		}
	}
}

// fail wraps an error of the stream with its place.
func (s *flacSource) fail(err error) error {
	kind := ErrSignal
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		kind = io.ErrUnexpectedEOF
	}
	return &SignalError{Name: s.g.file.name, Offset: s.offset(), Frame: s.at, Err: kind, Detail: err.Error()}
}

// seek decodes from the start of the file, or from here if that is nearer.
func (s *flacSource) seek(frame int64) error {
	if frame < s.at || s.err != nil {
		*s = flacSource{g: s.g, in: s.in, sum: flacSum{bytes: s.sum.bytes}}
	}
	return skipFrames(s, s.g.width, frame-s.at)
}

func (s *flacSource) offset() int64 {
	if s.in == nil {
		return 0
	}
	return s.g.file.pos - int64(s.in.Buffered())
}

func (s *flacSource) close() error { return s.g.file.close() }

type flacInput struct{ f *signalFile }

func (r flacInput) Read(p []byte) (int, error) { return r.f.read(p) }

// readFlacInfo reads the metadata blocks and keeps what STREAMINFO says; the
// others are passed over, whatever size they claim.
func readFlacInfo(in *bufio.Reader) (info flacInfo, err error) {
	var b [4 + 34]byte
	if _, err := io.ReadFull(in, b[:4]); err != nil || string(b[:4]) != "fLaC" {
		if err != nil {
			return info, err
		}
		return info, fmt.Errorf("no FLAC stream: it begins with %q", b[:4])
	}
	for first := true; ; first = false {
		if _, err := io.ReadFull(in, b[:4]); err != nil {
			return info, io.ErrUnexpectedEOF
		}
		h := binary.BigEndian.Uint32(b[:4])
		size := int(h & 0xffffff)
		if kind := h >> 24 & 0x7f; first {
			if kind != 0 || size < 34 {
				return info, fmt.Errorf("the first metadata block is not STREAMINFO")
			}
			if _, err := io.ReadFull(in, b[4:]); err != nil {
				return info, io.ErrUnexpectedEOF
			}
			size -= 34
			w := binary.BigEndian.Uint64(b[4+10:])
			info.channels = int(w>>41&7) + 1
			info.bits = int(w>>36&31) + 1
			info.total = int64(w & (1<<36 - 1))
			copy(info.md5[:], b[4+18:])
		}
		if _, err := in.Discard(size); err != nil {
			return info, io.ErrUnexpectedEOF
		}
		if h>>31 != 0 {
			return info, nil
		}
	}
}
