package bench

import (
	"errors"
	"io"
	"io/fs"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// LoadAnnotations reads an annotation file as the evaluators see it: times at
// the record's rate (Hz), and without the last annotation if the file has no
// end mark, since the C library loses that one. The loss is not an error here.
func LoadAnnotations(fsys fs.FS, record, annotator string, rate float64) ([]wfdb.Annotation, error) {
	name := record + "." + annotator
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := wfdb.NewAnnotationReader(f, wfdb.AnnotationOptions{Name: name, Clock: rate, Negative: true})
	list, err := ecg.ReadAll(r)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if r.Unclosed() && len(list) > 0 {
		list = list[:len(list)-1]
	}
	return list, nil
}
