package wfdb

import (
	"fmt"
	"strings"
)

// Options says how records are read. The zero value is the recommended
// setting.
type Options struct {
	Limits Limits

	// Strict makes an error of every warning about a header.
	Strict bool

	// HighResolution reads a record with several samples per frame at the rate
	// of its fastest signal; slower signals repeat their samples. Otherwise the
	// samples of a frame are averaged.
	HighResolution bool

	// Signals chooses signals by their index in the header, in this order; nil
	// means all. Files of which no signal is chosen are not opened. With
	// HighResolution the rate is that of the fastest one chosen: a single
	// signal comes at its own rate.
	Signals []int
}

// StrictError is the error for files that can be read, but not without doubt,
// under Options.Strict.
type StrictError struct{ Warnings []Warning }

func (e *StrictError) Error() string {
	l := make([]string, len(e.Warnings))
	for i, w := range e.Warnings {
		l[i] = w.String()
	}
	return fmt.Sprintf("wfdb: strict: %s", strings.Join(l, "; "))
}

// Unwrap returns ErrHeader.
func (e *StrictError) Unwrap() error { return ErrHeader }

func (o Options) strict(w []Warning) error {
	if o.Strict && len(w) > 0 {
		return &StrictError{w}
	}
	return nil
}
