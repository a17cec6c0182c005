package wfdb

import (
	"cmp"
	"slices"
	"strings"
)

// Annotation is one entry of an annotation file.
type Annotation struct {
	Time    int64 // frame of the record, or tick of the file if it was read without a clock
	Code    Code
	Subtype int8
	Channel uint8
	Num     int8

	// Aux is text of any bytes, at most 255; mitdb ends it with a NUL. A text
	// of length 0, which is not the same as none, is given as one NUL.
	Aux string
}

// Text returns Aux up to its first NUL, as the C programs print it.
func (a Annotation) Text() string {
	s, _, _ := strings.Cut(a.Aux, "\x00")
	return s
}

// AnnotationType is a definition that an annotation file gives to a code of
// its own, or to a standard code.
type AnnotationType struct {
	Code        Code // 1 to 49
	Mnemonic    string
	Description string
}

// Annotations is the content of an annotation file.
type Annotations struct {
	List  []Annotation
	Rate  float64          // time resolution that the file states, ticks per second; 0: none
	Clock float64          // ticks per second of the times in List; 0: unknown
	Types []AnnotationType // custom definitions, in order of their codes

	// Unclosed is true if the file ended right after the last annotation of
	// List, without the end mark. That is a warning here; the C library loses
	// the annotation.
	Unclosed bool

	Warnings []Warning
}

// Mnemonic returns the mnemonic of a code, by the definitions of the file
// first.
func (a *Annotations) Mnemonic(c Code) string {
	for _, t := range a.Types {
		if t.Code == c {
			return t.Mnemonic
		}
	}
	return c.String()
}

// SortAnnotations sorts into the canonical order: by time, then number, then
// channel. Equal ones keep their order.
func SortAnnotations(a []Annotation) {
	slices.SortStableFunc(a, func(x, y Annotation) int {
		return cmp.Or(cmp.Compare(x.Time, y.Time), cmp.Compare(x.Num, y.Num),
			cmp.Compare(x.Channel, y.Channel))
	})
}
