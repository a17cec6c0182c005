package bench

import (
	"errors"
	"fmt"
	"math"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// QRSError is a beat that detect.QRS missed, or an extra one.
type QRSError struct {
	Record string
	At     int64   // sample
	Rate   float64 // Hz
	Missed bool    // else extra
	Class  Label   // of the reference beat, where missed
	Reason string  // what the detector thought of the place
}

// QRSErrors is what detect.QRS gets wrong in records of a database.
type QRSErrors struct {
	List []QRSError

	// Differences of the found beats to the reference, both in whole samples, in
	// s, in the order of time.
	Differences []float64
}

// Within returns the share of the found beats, in percent, that lie within so
// many seconds of the reference, and the mean difference in s.
func (e *QRSErrors) Within(limit float64) (share, bias float64) {
	n, sum := 0, 0.0
	for _, d := range e.Differences {
		if math.Abs(d) <= limit {
			n++
		}
		sum += d
	}
	return percent(n, len(e.Differences)), sum / float64(len(e.Differences))
}

// FindQRSErrors runs detect.QRS over one lead of a record and compares it with
// the annotations named atr as ec57 does, from a start as for Evaluation. The
// verifier is the model, the embedded one if it is nil.
func (d Database) FindQRSErrors(model *detect.QRSModel, record, lead, start string) (*QRSErrors, error) {
	h, err := wfdb.ReadHeader(d.FS, record)
	if err != nil {
		return nil, err
	}
	x, err := d.signal(h, record, lead)
	if err != nil {
		return nil, err
	}
	detector, err := detect.NewQRS(detect.QRSConfig{Rate: h.Rate, Model: model})
	if err != nil {
		return nil, err
	}
	beats := detector.Flush(detector.Append(nil, x))
	seen, err := candidates(model, h.Rate, x)
	if err != nil {
		return nil, err
	}
	ref, err := LoadAnnotations(d.FS, record, "atr", h.Rate)
	if err != nil {
		return nil, err
	}
	test := make([]wfdb.Annotation, len(beats))
	for i, b := range beats {
		test[i] = wfdb.Annotation{Time: b.At, Code: wfdb.CodeOf(b.Class)}
	}
	c := EC57(h.Rate, h.Frames)
	if start != "" {
		at, err := h.Times(c.Rate).Parse(start)
		if err != nil {
			return nil, err
		}
		c.Start = max(at, -at)
	}
	e := new(QRSErrors)
	c.Pair = func(p Pair) {
		switch noRef, noTest := p.Ref == O || p.Ref == X, p.Test == O || p.Test == X; {
		case noTest && p.Ref <= Q:
			e.List = append(e.List, QRSError{record, p.RefTime, h.Rate, true, p.Ref, whyMissed(seen, p.RefTime, c.Window)})
		case noRef && p.Test <= Q:
			e.List = append(e.List, QRSError{record, p.TestTime, h.Rate, false, O, whyExtra(seen, p.TestTime, c.Window)})
		case p.Ref <= Q && p.Test <= Q:
			e.Differences = append(e.Differences, float64(p.TestTime-p.RefTime)/h.Rate)
		}
	}
	_, err = Compare(ref, test, c)
	return e, err
}

// signal reads one lead of a record whole, in mV.
func (d Database) signal(h *wfdb.Header, record, lead string) ([]float64, error) {
	k, err := h.Format().FindLead(lead)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", record, err)
	}
	r, err := (wfdb.Options{Signals: []int{k}}).Open(d.FS, record)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	x, err := ecg.ReadAll(ecg.Reader[float64](r))
	if errors.Is(err, wfdb.ErrChecksum) {
		err = nil
	}
	return x, err
}

// candidates are all places that the detector judged, and how.
func candidates(model *detect.QRSModel, rate float64, x []float64) (seen []detect.QRSCandidate, err error) {
	q, err := detect.NewQRS(detect.QRSConfig{Rate: rate, Model: model, Observe: func(c *detect.QRSCandidate) {
		seen = append(seen, detect.QRSCandidate{At: c.At, E2: c.E2, Odds: c.Odds, Accept: c.Accept})
	}})
	if err != nil {
		return nil, err
	}
	q.Flush(q.Append(nil, x))
	return seen, nil
}

// nearest is the candidate nearest to a sample, within a window.
func nearest(seen []detect.QRSCandidate, at, window int64) (best detect.QRSCandidate, ok bool) {
	for _, c := range seen {
		if d := distance(c.At, at); d <= window && (!ok || d < distance(best.At, at)) {
			best, ok = c, true
		}
	}
	return best, ok
}

func whyMissed(seen []detect.QRSCandidate, at, window int64) string {
	c, ok := nearest(seen, at, window)
	switch {
	case !ok:
		return "no candidate: no evidence near it"
	case math.IsNaN(c.Odds[0]):
		return "within 180 ms of another beat"
	case c.Accept:
		return "found, but too far from the mark, or the mark's partner is another beat"
	}
	return fmt.Sprintf("evidence %.2f mV, judged %.0f %%, at the second look %.0f %%", c.E2, 100*share(c.Odds[0]), 100*share(c.Odds[1]))
}

func whyExtra(seen []detect.QRSCandidate, at, window int64) string {
	c, ok := nearest(seen, at, window)
	switch {
	case !ok:
		return "before the beginning"
	case math.IsNaN(c.Odds[0]) || !c.Accept:
		return fmt.Sprintf("evidence %.2f mV, taken by search-back", c.E2)
	}
	return fmt.Sprintf("evidence %.2f mV, judged %.0f %%, at the second look %.0f %%", c.E2, 100*share(c.Odds[0]), 100*share(c.Odds[1]))
}

// share is the probability of log odds.
func share(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }
