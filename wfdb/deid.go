package wfdb

// deid.go: taking personal data out of records. What may stay is written down
// here; all else goes.

import (
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb/internal/usual"
)

// Deidentifier takes personal data out of headers and annotations. The zero
// value with a Name takes out everything that can be.
//
// An ECG itself can identify a person: with another recording of the same heart
// to compare with, the right one of many is found in four of five cases
// (arXiv:2602.02776). So the result is free of the identifiers of 45 CFR
// 164.514(b)(2) as far as header, names and annotations go, but it is not
// anonymous. Treat it as health data.
type Deidentifier struct {
	// Name is the name of the new record, of letters, digits, _ and -. It must
	// not be made of what it hides.
	Name string

	// Shift moves the start time instead of taking it out. Use one constant for
	// all records of a patient, of whole weeks if the day of the week matters,
	// and keep it as secret as the data.
	Shift time.Duration

	// Keep names the comments whose value is kept: "Dx" for "#Dx: 426783006".
	// Age and sex need not be named; they are always kept, ages above 89 as 90+.
	Keep []string

	// KeepDescriptions keeps descriptions of signals as they are. Otherwise
	// those with a word that is no usual name of a signal are replaced.
	KeepDescriptions bool
}

// DeidChange is one thing that was changed. It does not tell what was there.
type DeidChange struct {
	File string // of the new record
	What string // "3 comments removed"
}

func (c DeidChange) String() string { return c.File + ": " + c.What }

// Copy writes the record without personal data, with its annotation files of
// these annotators. Samples and times are those of the record; a record of
// several segments becomes one. It returns what it changed.
func (d Deidentifier) Copy(dst Creator, fsys fs.FS, record string, annotators ...string) ([]DeidChange, error) {
	if strings.Trim(d.Name, nameCharacters) != "" || d.Name == "" {
		return nil, &ecg.ConfigError{Type: "wfdb.Deidentifier", Field: "Name", Want: "letters, digits, _ and -"}
	}
	r, err := Open(fsys, record)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h, changes := d.Header(r.Header())
	if wide, err := wideSegments(fsys, record, r.Header()); err != nil {
		return nil, err
	} else if wide {
		for i := range h.Signals {
			h.Signals[i].Format = 32
		}
	}
	if len(h.Signals) > 0 {
		if err := copyFrames(dst, h, r); err != nil {
			return nil, err
		}
	} else {
		h.Frames = r.Header().Frames
		text, err := h.AppendText(nil)
		if err == nil {
			err = dst.Replace(d.Name+".hea", text)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, annotator := range annotators {
		if strings.Trim(annotator, nameCharacters) != "" {
			return nil, &ecg.ConfigError{Type: "wfdb.Deidentifier", Field: "annotator", Want: "letters, digits, _ and -"}
		}
		a, err := ReadAnnotations(fsys, record, annotator)
		if err != nil {
			return nil, err
		}
		list, types, more := d.annotations(a, d.Name+"."+annotator)
		changes = append(changes, more...)
		var b strings.Builder
		o := AnnotationWriterOptions{Name: d.Name + "." + annotator, Rate: a.Clock, Types: types}
		if err := WriteAnnotations(&b, list, o); err != nil {
			return nil, err
		}
		if err := dst.Replace(o.Name, []byte(b.String())); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

const nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// wideSegments reports whether a segment may have samples of more than 16 bits,
// as those of a variable layout may when they are brought to one gain.
func wideSegments(fsys fs.FS, record string, h *Header) (bool, error) {
	name, err := recordPath(record)
	if err != nil {
		return false, err
	}
	if h.Layout {
		return true, nil
	}
	for i, s := range h.Segments {
		if s.Name == "~" {
			continue
		}
		seg, err := Options{}.readSegmentHeader(fsys, path.Dir(name), h, i)
		if err != nil {
			return false, err
		}
		for k := range seg.Signals {
			switch seg.Signals[k].Format {
			case 8, 24, 32, 524:
				return true, nil
			}
		}
	}
	return false, nil
}

// copyFrames copies the samples as they are.
func copyFrames(dst Creator, h *Header, r *Record) error {
	w, err := NewWriter(dst, h, WriterOptions{})
	if err != nil {
		return err
	}
	width := 0
	for i := range h.Signals {
		width += h.Signals[i].SamplesPerFrame
	}
	p := make([]int32, width*max(1, 4096/width))
	for err == nil {
		var n int
		n, err = r.ReadFrames(p)
		if _, e := w.WriteDigital(p[:n]); e != nil {
			err = e
		}
	}
	if e := w.Close(); e != nil && err == io.EOF {
		err = e
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// Header returns the header without personal data, and what was changed. h
// itself stays as it is.
func (d Deidentifier) Header(h *Header) (*Header, []DeidChange) {
	file := d.Name + ".hea"
	var changes []DeidChange
	change := func(format string, args ...any) {
		changes = append(changes, DeidChange{file, fmt.Sprintf(format, args...)})
	}
	out := &Header{Name: d.Name, Rate: h.Rate, CounterRate: h.CounterRate, BaseCounter: h.BaseCounter, SignalCount: len(h.Signals)}
	change("record name replaced")
	if h.BaseCounter != 0 { // a place on a tape is a number of its own
		out.BaseCounter = 0
		change("counter value removed")
	}
	switch {
	case h.HasTime && d.Shift != 0:
		const day = 24 * time.Hour
		out.HasTime, out.HasDate = true, h.HasDate
		out.TimeOfDay = ((h.TimeOfDay+d.Shift.Truncate(time.Millisecond))%day + day) % day
		if !h.Start.IsZero() {
			out.Start = h.Start.Add(d.Shift.Truncate(time.Millisecond))
		}
		change("start time shifted")
	case h.HasTime || h.TimeText != "":
		change("start time removed")
	}
	out.Comments = d.comments(h.Comments)
	if n := len(h.Comments); n > 0 {
		change("%d comments reduced to %d", n, len(out.Comments))
	}
	files := map[string]string{}
	for i, s := range h.Signals {
		if _, ok := files[s.File]; !ok {
			files[s.File] = d.Name + ".dat"
			if n := len(files); n > 1 {
				files[s.File] = d.Name + "_" + strconv.Itoa(n) + ".dat"
			}
		}
		if s.null() && h.Segments == nil {
			files[s.File] = "~"
		}
		if h.Segments != nil { // which may have formats of their own; Copy looks
			s.Format = 16
		}
		s.File, s.Skew, s.ByteOffset, s.BlockSize = files[s.File], 0, 0, 0
		if s.Given&GivenDescription == 0 || !d.KeepDescriptions && !usual.Signal(s.Description) {
			if s.Given&GivenDescription != 0 {
				change("description of signal %d replaced", i)
			}
			s.Description = "signal " + strconv.Itoa(i)
			s.Given |= GivenDescription
		}
		if s.Given&GivenUnits != 0 && !usual.Unit(s.Units) {
			change("units of signal %d replaced", i)
			s.Units = "NU"
		}
		out.Signals = append(out.Signals, s)
	}
	if len(files) > 0 {
		change("signal files renamed")
	}
	return out, changes
}

// comments keeps age, sex and what Keep names.
func (d Deidentifier) comments(comments []string) []string {
	var kept []string
	add := func(s string) {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	for i, c := range comments {
		if i == 0 {
			// mitdb and others: " 69 M 1085 1629 x1"
			f := strings.Fields(c)
			if len(f) >= 2 && (f[1] == "M" || f[1] == "F") {
				if a, ok := deidAge(f[0]); ok {
					add("Age: " + a)
					add("Sex: " + f[1])
					continue
				}
			}
		}
		for key, value := range keyValues(c) {
			switch k := strings.ToLower(key); {
			case k == "age":
				if a, ok := deidAge(value); ok {
					add("Age: " + a)
				}
			case k == "sex" || k == "gender":
				if s := strings.ToUpper(value); s != "" && strings.HasPrefix("MALE", s) {
					add("Sex: M")
				} else if s != "" && strings.HasPrefix("FEMALE", s) {
					add("Sex: F")
				}
			case slices.ContainsFunc(d.Keep, func(n string) bool { return strings.EqualFold(n, key) }):
				add(key + ": " + value)
			}
		}
	}
	return kept
}

// keyValues yields the pairs of "Key: value" and of "<key>: value <key>: value".
func keyValues(c string) func(func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		c = strings.TrimSpace(c)
		if !strings.HasPrefix(c, "<") {
			if key, value, ok := strings.Cut(c, ":"); ok {
				yield(strings.TrimSpace(key), strings.TrimSpace(value))
			}
			return
		}
		for c != "" {
			key, rest, ok := strings.Cut(strings.TrimPrefix(c, "<"), ">:")
			if !ok {
				return
			}
			value, next, more := strings.Cut(rest, "<")
			if !yield(strings.TrimSpace(key), strings.TrimSpace(value)) || !more {
				return
			}
			c = "<" + next
		}
	}
}

// deidAge returns an age in years; those above 89 are one class in 45 CFR
// 164.514(b)(2)(i)(C).
func deidAge(s string) (string, bool) {
	f := strings.Fields(s)
	if len(f) == 0 {
		return "", false
	}
	x, err := strconv.ParseFloat(f[0], 64)
	if err != nil || !(x >= 0 && x < 200) {
		return "", false
	}
	if x > 89 {
		return "90+", true
	}
	return strconv.Itoa(int(math.Floor(x))), true
}

// annotations takes texts out.
func (d Deidentifier) annotations(a *Annotations, file string) (list []Annotation, types []AnnotationType, changes []DeidChange) {
	texts, kept := 0, 0
	for _, x := range a.List {
		if x.Aux != "" {
			if texts++; usualText(x) {
				kept++
				x.Aux = x.Text()
			} else {
				x.Aux = ""
			}
		}
		list = append(list, x)
	}
	if texts > 0 {
		changes = append(changes, DeidChange{file, fmt.Sprintf("%d of %d texts kept", kept, texts)})
	}
	for _, t := range a.Types {
		if len(t.Mnemonic) > 2 {
			continue // a word
		}
		t.Description = ""
		types = append(types, t)
	}
	if len(a.Types) > 0 {
		changes = append(changes, DeidChange{file, fmt.Sprintf("descriptions of %d annotation types removed", len(a.Types))})
	}
	return list, types, changes
}
