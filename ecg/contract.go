package ecg

import (
	"encoding"
	"errors"
	"time"
)

// Reader is io.Reader for values of any kind: samples, beats, intervals,
// episodes.
//
// Read reads up to len(p) values into p. It returns one of these pairs:
//
//	n > 0, nil      n values, more may follow
//	n >= 0, io.EOF  n values, then the end; every later call gives 0, io.EOF
//	n >= 0, err     n good values, then the error; it stays
//	0, nil          nothing yet; discouraged, callers may give up after 100
//
// n is never above len(p). Read may use all of p[:n] only: it never touches
// p[n:], and it never keeps p. A Read with len(p) == 0 returns 0 and nil or
// the error that is due. A Reader is for one goroutine at a time.
type Reader[T any] interface {
	Read(p []T) (n int, err error)
}

// Signal is a Reader of interleaved frames: one value per lead, in the order of
// Format().Leads, then the next frame. Values are in physical units (mV for an
// ECG lead); NaN where there is no sample.
//
// n is always a multiple of the number of leads. A p that holds less than one
// frame gets 0, io.ErrShortBuffer (which, alone among errors, does not stay).
type Signal interface {
	Reader[float64]

	// Format is constant over the life of the Signal.
	Format() Format
}

// Stage turns a stream of In into a stream of Out.
//
// A stage over a multi-lead signal takes interleaved frames, and each block
// holds whole frames. A Stage is for one goroutine at a time; different stages
// are independent.
type Stage[In, Out any] interface {
	// Append consumes in and appends to dst what has become known, as
	// strconv.AppendInt does. Any block size gives the same output, nil and
	// empty blocks are legal. dst[len(dst):cap(dst)] and in may overlap
	// entirely or not at all, as in crypto/cipher; in is not kept. In the
	// steady state nothing is allocated, once dst has room.
	Append(dst []Out, in []In) []Out

	// Flush ends the stream and appends what was still held back. A second
	// Flush appends nothing. After it only Reset, UnmarshalBinary and Flush
	// have a defined effect.
	Flush(dst []Out) []Out

	// Reset makes the stage as new, with the same configuration.
	Reset()

	// Delay is the worst algorithmic delay: an output at sample t is emitted
	// at the latest with the sample at t + Delay.
	Delay() time.Duration

	// AppendBinary appends a checkpoint; a stage of the same configuration
	// that unmarshals it goes on as if it had never stopped. A checkpoint of
	// another kind, version or configuration is refused with an error of
	// package checkpoint, and the stage is then unchanged. A checkpoint may
	// hold the last seconds of the signal: treat it as health data.
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// Advancer is a Stage driven by beats that must also know the time, since the
// absence of beats is an event too. Advance(dst, now) says that every input up
// to sample now-1 has been handed over, and appends what has become known. When
// and how often it is called does not change what comes out. A now below an
// earlier one is ignored.
type Advancer[Out any] interface {
	Advance(dst []Out, now int64) []Out
}

// ErrBadReadCount is returned by the functions of this package when a Reader
// breaks its contract: a count below 0 or above len(p), or, for a Signal, a
// count that is not a whole number of frames.
var ErrBadReadCount = errors.New("ecg: reader returned an impossible count")

// maxEmptyReads is how often a Reader may return 0, nil in a row before
// io.ErrNoProgress, as in package bufio.
const maxEmptyReads = 100
