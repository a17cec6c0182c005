package wfdb

import (
	"errors"
	"io/fs"
	"strconv"

	"github.com/sinus-ecg/sinus/ecg"
)

// ReadAnnotations reads the annotation file of a record: "mitdb/100" and "atr"
// for mitdb/100.atr. If the file states a time resolution and a header lies
// beside it, times are converted to frames of the record.
//
// An error comes with the annotations before it; it is io.ErrUnexpectedEOF if
// the file ends within one.
func ReadAnnotations(fsys fs.FS, record, annotator string) (*Annotations, error) {
	return Options{}.ReadAnnotations(fsys, record, annotator)
}

// ReadAnnotations reads the annotation file of a record.
func (o Options) ReadAnnotations(fsys fs.FS, record, annotator string) (*Annotations, error) {
	name, err := recordPath(record)
	if err != nil {
		return nil, err
	}
	f, err := openFile(fsys, name+"."+annotator)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a := &Annotations{}
	h, err := o.readHeaderFile(fsys, name)
	switch {
	case err == nil:
		a.Clock = h.Rate
	case errors.Is(err, fs.ErrNotExist):
		// An annotation file on its own is fine.
	default:
		(*warnings)(&a.Warnings).add(Warning{Name: name + ".hea", Field: "header",
			Text: "can't be read, times stay as in the file: " + err.Error()})
	}
	r := NewAnnotationReader(f, AnnotationOptions{Name: name + "." + annotator, Clock: a.Clock, Limits: o.Limits})
	a.List, err = ecg.ReadAll[Annotation](r)
	a.Rate, a.Types, a.Unclosed = r.Rate(), r.Types(), r.Unclosed()
	if a.Clock == 0 {
		a.Clock = a.Rate
	}
	a.Warnings = append(a.Warnings, r.Warnings()...)
	if n := len(a.List); n > 0 && h != nil && h.Frames > 0 && a.List[n-1].Time > h.Frames {
		(*warnings)(&a.Warnings).add(Warning{Name: name + "." + annotator, Field: "time",
			Value: strconv.FormatInt(a.List[n-1].Time, 10), Text: "of the last annotation is beyond the end of the record"})
	}
	return a, err
}
