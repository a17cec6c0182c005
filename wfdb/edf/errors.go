package edf

import (
	"errors"
	"fmt"
	"strconv"
)

// Kinds of errors, for errors.Is. A file that ends too early is
// io.ErrUnexpectedEOF.
var (
	ErrNotEDF  = errors.New("not an EDF or BDF file")
	ErrHeader  = errors.New("malformed header")
	ErrLimit   = errors.New("over the limit")
	ErrOrder   = errors.New("a data record begins before the one in front of it ends")
	ErrRange   = errors.New("out of range")
	ErrNoSpace = errors.New("no space left for annotations")
)

// Error is an error in a file, with its place.
type Error struct {
	Name   string // file; may be empty
	Offset int64  // byte
	Signal int    // index in the file; -1: the file as a whole
	Field  string // "samples per record", ...
	Value  string // as found, at most 64 bytes
	Want   string // may be empty
	Err    error
}

func (e *Error) Error() string {
	s := "edf: "
	if e.Name != "" {
		s += shown(e.Name) + ": "
	}
	s += "byte " + strconv.FormatInt(e.Offset, 10)
	if e.Signal >= 0 {
		s += ", signal " + strconv.Itoa(e.Signal)
	}
	if e.Field != "" {
		s += ", " + e.Field
	}
	s += ": " + e.Err.Error()
	if e.Value != "" {
		s += fmt.Sprintf(": %q", e.Value)
	}
	if e.Want != "" {
		s += ", want " + e.Want
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Warning is a doubt about a file that did not stop it from being read.
type Warning struct {
	Signal int // index in the file; -1: the file as a whole
	Field  string
	Value  string // as found, at most 64 bytes
	Text   string // what is odd, and what was assumed
}

func (w Warning) String() string {
	s := w.Field
	if w.Signal >= 0 {
		s = "signal " + strconv.Itoa(w.Signal) + ", " + s
	}
	s += ": " + w.Text
	if w.Value != "" {
		s += fmt.Sprintf(": %q", w.Value)
	}
	return s
}

// maxWarnings bounds the list, which a hostile file could otherwise fill.
const maxWarnings = 200

func cut(s string) string {
	if len(s) > 64 {
		return s[:61] + "..."
	}
	return s
}

// shown is a name as it is safe to print.
func shown(name string) string {
	name = cut(name)
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || c == '"' {
			return strconv.Quote(name)
		}
	}
	return name
}
