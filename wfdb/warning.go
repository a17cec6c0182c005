package wfdb

import "fmt"

// Warning is a doubt about a file that did not stop it from being read.
type Warning struct {
	Name  string // file
	Line  int    // of a header, from 1; 0: the file as a whole
	Field string
	Value string // as found, at most 64 bytes
	Text  string // what is odd, and what was assumed
}

func (w Warning) String() string {
	s := fmt.Sprintf("%s: %s: %s", place(w.Name, w.Line), w.Field, w.Text)
	if w.Value != "" {
		s += fmt.Sprintf(": %q", w.Value)
	}
	return s
}

// maxWarnings bounds the list, which a hostile file could otherwise fill.
const maxWarnings = 1000

type warnings []Warning

func (l *warnings) add(w Warning) {
	if len(*l) < maxWarnings {
		w.Value = cut(w.Value)
		*l = append(*l, w)
	}
}
