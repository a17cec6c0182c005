package wfdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Redacted returns the text of an error of this package without names of
// records and files, field values and descriptions, which can identify a
// person: what happened and where in the file. It is what may go into a log.
func Redacted(err error) string {
	var he *HeaderError
	var se *SignalError
	var ae *AnnotationError
	var ce *ChecksumError
	var st *StrictError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &he) && he.Line > 0:
		return fmt.Sprintf("wfdb: header, line %d: %s: %s", he.Line, he.Field, kind(he.Err))
	case errors.As(err, &he):
		return fmt.Sprintf("wfdb: header: %s: %s", he.Field, kind(he.Err))
	case errors.As(err, &se):
		return fmt.Sprintf("wfdb: signal file, byte %d, frame %d: %s", se.Offset, se.Frame, kind(se.Err))
	case errors.As(err, &ae):
		return fmt.Sprintf("wfdb: annotation file, byte %d: %s", ae.Offset, kind(ae.Err))
	case errors.As(err, &ce):
		return fmt.Sprintf("wfdb: %v, %d times", ErrChecksum, ce.Count)
	case errors.As(err, &st):
		return fmt.Sprintf("wfdb: strict: %d doubts about a header", len(st.Warnings))
	}
	return "wfdb: " + kind(err)
}

// kinds are the errors whose own text holds nothing but what happened.
var kinds = []error{
	ErrHeader, ErrVersion, ErrLimit, ErrFormat, ErrSignal, ErrAnnotation, ErrChecksum, ErrArchive, ErrRange, ErrTime,
	io.ErrUnexpectedEOF, io.EOF, io.ErrShortBuffer, io.ErrShortWrite, io.ErrNoProgress,
	fs.ErrNotExist, fs.ErrPermission, fs.ErrInvalid, fs.ErrExist, fs.ErrClosed,
	context.Canceled, context.DeadlineExceeded,
}

func kind(err error) string {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return k.Error()
		}
	}
	return "error of another kind"
}
