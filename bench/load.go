package bench

import (
	"errors"
	"io"
	"io/fs"

	"github.com/sinus-ecg/sinus/wfdb"
)

// LoadAnnotations reads an annotation file as the evaluators see it: times on
// the record's clock, and without the last annotation if the file has no end
// mark, since the C library loses that one. The loss is not an error here.
func LoadAnnotations(fsys fs.FS, record, annotator string) ([]wfdb.Annotation, error) {
	a, err := wfdb.ReadAnnotations(fsys, record, annotator)
	if err != nil && !(errors.Is(err, io.ErrUnexpectedEOF) && a != nil) {
		return nil, err
	}
	list := a.List
	if a.Unclosed && len(list) > 0 {
		list = list[:len(list)-1]
	}
	return list, nil
}
