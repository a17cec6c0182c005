package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// Database is a folder of records.
type Database struct {
	FS fs.FS
}

// Records lists the records of a database: those of its file RECORDS, else
// those of its headers; in alphabetic order.
func (d Database) Records() ([]string, error) {
	var names []string
	list, err := fs.ReadFile(d.FS, "RECORDS")
	switch {
	case err == nil:
		names = strings.Fields(string(list))
	case errors.Is(err, fs.ErrNotExist):
		headers, err := fs.Glob(d.FS, "*.hea")
		if err != nil {
			return nil, err
		}
		for _, h := range headers {
			names = append(names, strings.TrimSuffix(h, path.Ext(h)))
		}
		if len(names) == 0 {
			if _, err := fs.ReadDir(d.FS, "."); err != nil {
				return nil, err
			}
			return nil, errors.New("no RECORDS and no *.hea in the folder")
		}
	default:
		return nil, err
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Source gives the test annotations of a record.
type Source func(record string) ([]wfdb.Annotation, error)

// AnnotatorSource reads annotation files of this annotator from a folder, with
// the time resolution of the record in d.
func (d Database) AnnotatorSource(dir fs.FS, annotator string) Source {
	return func(record string) ([]wfdb.Annotation, error) {
		h, err := wfdb.ReadHeader(d.FS, record)
		if err != nil {
			return nil, err
		}
		return LoadAnnotations(dir, record, annotator, h.Rate)
	}
}

// AllLeads in place of a lead means every one.
const AllLeads = "all"

// DetectorSource runs a detector over one lead of each record, whole, and gives
// its beats as annotations. lead is an index or a description, or AllLeads.
func (d Database) DetectorSource(detector Detector, lead string) Source {
	return func(record string) ([]wfdb.Annotation, error) {
		return d.found(record, lead, func(f ecg.Format) (ecg.Stage[float64, ecg.Beat], error) {
			if detector.OneLead && len(f.Leads) > 1 {
				return nil, fmt.Errorf("detector %s takes one lead, record %s has %d", detector.Name, record, len(f.Leads))
			}
			return detector.New(f.Rate, len(f.Leads))
		})
	}
}

// found runs a stage over one lead of a record, or AllLeads, and gives its beats
// as annotations.
func (d Database) found(record, lead string, stage func(ecg.Format) (ecg.Stage[float64, ecg.Beat], error)) ([]wfdb.Annotation, error) {
	h, err := wfdb.ReadHeader(d.FS, record)
	if err != nil {
		return nil, err
	}
	var options wfdb.Options
	if lead != AllLeads {
		k, err := h.Format().FindLead(lead)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", record, err)
		}
		options.Signals = []int{k}
	}
	r, err := options.Open(d.FS, record)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	s, err := stage(r.Format())
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", record, err)
	}
	beats, err := ecg.ReadAll(ecg.Through(ecg.Reader[float64](r), s))
	if err != nil && !errors.Is(err, wfdb.ErrChecksum) {
		return nil, err
	}
	list := make([]wfdb.Annotation, len(beats))
	for i, b := range beats {
		list[i] = wfdb.Annotation{Time: b.At, Code: wfdb.CodeOf(b.Class)}
	}
	return list, nil
}

// Evaluation says what Evaluate compares.
type Evaluation struct {
	Reference string // annotator
	Test      Source
	Start     string // of the test period as for bxb -f: "5:00"; "" is that
	SVEB      bool
	DeChazal  bool // escape beats (e, j, n) of the reference are N, as in the literature, not S as for bxb
}

// Evaluate compares records, several at a time, and returns the table in the
// order of the names. The first record that fails ends it.
func (d Database) Evaluate(records []string, e Evaluation) (*Table, error) {
	results := make([]Comparison, len(records))
	failed := make([]error, len(records))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(records)) {
		wait.Go(func() {
			for i := range next {
				results[i], failed[i] = d.evaluate(records[i], e)
			}
		})
	}
	for i := range records {
		next <- i
	}
	close(next)
	wait.Wait()
	t := &Table{SVEB: e.SVEB}
	for i, r := range records {
		if failed[i] != nil {
			return nil, failed[i]
		}
		t.Add(r, results[i])
	}
	return t, nil
}

func (d Database) evaluate(record string, e Evaluation) (Comparison, error) {
	h, err := wfdb.ReadHeader(d.FS, record)
	if err != nil {
		return Comparison{}, err
	}
	ref, err := LoadAnnotations(d.FS, record, e.Reference, h.Rate)
	if err != nil {
		return Comparison{}, err
	}
	if e.DeChazal {
		for i, a := range ref {
			if a.Code.BxbClass() == ecg.Supraventricular && a.Code.DeChazalClass() == ecg.Normal {
				ref[i].Code = wfdb.Normal
			}
		}
	}
	test, err := e.Test(record)
	if err != nil {
		return Comparison{}, err
	}
	c := EC57(h.Rate, h.Frames)
	c.SVEB = e.SVEB
	if e.Start != "" {
		at, err := h.Times(c.Rate).Parse(e.Start)
		if err != nil {
			return Comparison{}, err
		}
		c.Start = max(at, -at) // a time of day comes as a negative number
	}
	result, err := Compare(ref, test, c)
	if err != nil {
		return Comparison{}, fmt.Errorf("record %s: %w", record, err)
	}
	return result, nil
}
