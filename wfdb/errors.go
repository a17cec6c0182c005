package wfdb

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Kinds of errors, for errors.Is. A file that ends too early is
// io.ErrUnexpectedEOF, a missing one fs.ErrNotExist, a name that is refused
// fs.ErrInvalid.
var (
	ErrHeader     = errors.New("malformed header")
	ErrVersion    = errors.New("header of a newer version of WFDB")
	ErrLimit      = errors.New("over the limit")
	ErrFormat     = errors.New("unsupported signal format")
	ErrSignal     = errors.New("malformed signal file")
	ErrAnnotation = errors.New("malformed annotation")
	ErrChecksum   = errors.New("checksum mismatch")
	ErrArchive    = errors.New("malformed archive")
	ErrRange      = errors.New("out of range")
)

// HeaderError is an error in a header, with its place.
type HeaderError struct {
	Name  string // file, as asked for
	Line  int    // from 1; 0: the file as a whole
	Field string // "gain", "skew", ...
	Value string // as found, at most 64 bytes
	Want  string // what would have been right; may be empty
	Err   error  // ErrHeader, ErrLimit, ErrVersion, ErrFormat, fs.ErrInvalid
}

func (e *HeaderError) Error() string {
	var b strings.Builder
	b.WriteString("wfdb: ")
	b.WriteString(place(e.Name, e.Line))
	fmt.Fprintf(&b, ": %s: %v", e.Field, e.Err)
	if e.Value != "" {
		fmt.Fprintf(&b, ": %q", e.Value)
	}
	if e.Want != "" {
		fmt.Fprintf(&b, ", want %s", e.Want)
	}
	return b.String()
}

func (e *HeaderError) Unwrap() error { return e.Err }

// SignalError is an error in a signal file, with its place.
type SignalError struct {
	Name   string // signal file
	Offset int64  // byte at which reading stopped
	Frame  int64  // frame of the record
	Err    error  // io.ErrUnexpectedEOF, ErrSignal, ErrFormat, or of the file system
	Detail string // more about it; may be empty
}

func (e *SignalError) Error() string {
	s := fmt.Sprintf("wfdb: %s: byte %d, frame %d: %v", shown(e.Name), e.Offset, e.Frame, e.Err)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *SignalError) Unwrap() error { return e.Err }

// AnnotationError is an error in an annotation file, with its place.
type AnnotationError struct {
	Name   string // annotation file; may be empty
	Offset int64  // byte of the word
	Err    error  // io.ErrUnexpectedEOF, ErrAnnotation, ErrRange, or of the reader
	Detail string
}

func (e *AnnotationError) Error() string {
	name := "annotations"
	if e.Name != "" {
		name = shown(e.Name)
	}
	s := fmt.Sprintf("wfdb: %s: byte %d: %v", name, e.Offset, e.Err)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *AnnotationError) Unwrap() error { return e.Err }

// cut returns at most 64 bytes of a text from a file.
func cut(s string) string {
	if len(s) > 64 {
		return s[:61] + "..."
	}
	return s
}

// shown is a name as it is safe to print: quoted if it holds anything that a
// terminal could take for more than text.
func shown(name string) string {
	name = cut(name)
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || c == '"' {
			return strconv.Quote(name)
		}
	}
	return name
}

func place(name string, line int) string {
	if line == 0 {
		return shown(name)
	}
	return shown(name) + ":" + strconv.Itoa(line)
}
