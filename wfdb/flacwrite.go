package wfdb

import (
	"fmt"
	"io"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// flacRate stands in the stream since there has to be a rate; it is the one
// that the WFDB library writes.
const flacRate = 96000

// flacSink encodes blocks as frames of a FLAC stream.
type flacSink struct {
	channels, bits, spf int
	out                 *flacOutput
	enc                 *flac.Encoder
	samples             [][]int32 // of each channel
}

// flacOutput keeps the encoder from closing the file, and keeps the error of
// the file, which the encoder wraps in one that prints colours.
type flacOutput struct {
	File
	err error
}

func (o *flacOutput) Write(p []byte) (int, error) {
	n, err := o.File.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

func (o *flacOutput) Close() error { return nil }

// flacSeeker is the output if the file can go back: then the encoder puts the
// length into the head of the stream.
type flacSeeker struct {
	*flacOutput
	io.Seeker
}

func (s *flacSink) begin(f File) error {
	s.out = &flacOutput{File: f}
	var w io.Writer = s.out
	if sk, ok := f.(io.Seeker); ok {
		w = flacSeeker{s.out, sk}
	}
	s.samples = make([][]int32, s.channels)
	var err error
	s.enc, err = flac.NewEncoder(w, &meta.StreamInfo{
		BlockSizeMin: 16, BlockSizeMax: 65535,
		SampleRate: flacRate, NChannels: uint8(s.channels), BitsPerSample: uint8(s.bits),
	})
	return s.fail(err)
}

// fail returns what stopped the encoder.
func (s *flacSink) fail(err error) error {
	switch {
	case err == nil:
		return nil
	case s.out.err != nil:
		return fmt.Errorf("wfdb: FLAC: %w", s.out.err)
	}
	return fmt.Errorf("wfdb: FLAC encoder: %w: %q", ErrSignal, err.Error())
}

// write encodes frames of the record as one block.
func (s *flacSink) write(block []int32, width int) error {
	n := len(block) / width * s.spf
	if n == 0 {
		return nil
	}
	f := &frame.Frame{
		Header: frame.Header{
			BlockSize: uint16(n), SampleRate: flacRate,
			Channels: frame.Channels(s.channels - 1), BitsPerSample: uint8(s.bits),
		},
		Subframes: make([]*frame.Subframe, s.channels),
	}
	for c := range s.channels {
		if cap(s.samples[c]) < n {
			s.samples[c] = make([]int32, n)
		}
		dst := s.samples[c][:0]
		for at := c * s.spf; at < len(block); at += width {
			dst = append(dst, block[at:at+s.spf]...)
		}
		f.Subframes[c] = &frame.Subframe{
			SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, // the encoder finds a better one
			Samples:   dst, NSamples: n,
		}
	}
	return s.fail(s.enc.WriteFrame(f))
}

// close puts the length of the stream into its head.
func (s *flacSink) close(finish bool) error {
	if s.enc == nil || !finish {
		return nil
	}
	return s.fail(s.enc.Close())
}
