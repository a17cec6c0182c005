package wfdb

import "fmt"

// ChecksumError says which signals of a record are not what the header
// promises. It comes once, instead of io.EOF, after all samples.
type ChecksumError struct {
	Record     string
	Mismatches []Mismatch // the first 100
	Count      int        // of all
}

// Mismatch is one value of a header that the samples do not have.
type Mismatch struct {
	File        string // signal file
	Signal      int    // index in its header
	Description string
	Field       string // "checksum" or "initial value"
	Want, Got   int64  // of the header, of the samples
}

func (e *ChecksumError) add(m Mismatch) {
	if e.Count++; len(e.Mismatches) < 100 {
		e.Mismatches = append(e.Mismatches, m)
	}
}

func (e *ChecksumError) Error() string {
	m := e.Mismatches[0]
	s := fmt.Sprintf("wfdb: %s: signal %d %q: %s is %d, the header says %d",
		shown(m.File), m.Signal, cut(m.Description), m.Field, m.Got, m.Want)
	if e.Count > 1 {
		s += fmt.Sprintf(", and %d more", e.Count-1)
	}
	return s
}

// Unwrap returns ErrChecksum.
func (e *ChecksumError) Unwrap() error { return ErrChecksum }
