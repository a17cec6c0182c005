package wfdb

// An annotation file may begin with comments (code NOTE, subtype 0, time 0)
// that are not for the reader but about the file:
//
//	## time resolution: 360
//	## annotation type definitions
//	42 X description of the code
//	## end of definitions
//
// and a null annotation at time 0 that closes the block.

import (
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/ecg"
)

const (
	resolutionText = "## time resolution: "
	typesText      = "## annotation type definitions"
	typesEndText   = "## end of definitions"
)

// table is what such a block says.
type table struct {
	rate  float64
	types [MaxCode + 1]AnnotationType // by code; Code 0: not defined
	lines int
}

// add takes the text of one comment.
func (t *table) add(text string, limit int, warn func(field, value, text string)) error {
	if t.lines++; t.lines > limit {
		return ErrLimit
	}
	if v, ok := strings.CutPrefix(text, strings.TrimSuffix(resolutionText, " ")); ok {
		v = strings.TrimSpace(v)
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= ecg.MinRate && f <= ecg.MaxRate) {
			warn("time resolution", v, "not a rate; times are taken as on the record's clock")
			return nil
		}
		t.rate = f
		return nil
	}
	if strings.HasPrefix(text, "#") {
		return nil
	}
	number, rest := field(text)
	mnemonic, description := field(rest)
	c, err := strconv.ParseUint(number, 10, 16)
	if err != nil || c < 1 || c > uint64(MaxCode) || mnemonic == "" {
		warn("annotation type", text, "not a definition of a code from 1 to 49; ignored")
		return nil
	}
	t.types[c] = AnnotationType{Code(c), mnemonic, strings.TrimSpace(description)}
	return nil
}

func (t *table) list() []AnnotationType {
	var l []AnnotationType
	for _, d := range t.types {
		if d.Code != 0 {
			l = append(l, d)
		}
	}
	return l
}

// field splits off the first word of s.
func field(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
