package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// What the VF detector is trained on, and what each window of it is.

// vfKind is what the reference says of a moment.
type vfKind uint8

const (
	vfOther   vfKind = iota // known, and none of the others
	vfShock                 // fibrillation or flutter
	vfVT                    // ventricular tachycardia
	vfAsys                  // asystole
	vfNoise                 // unreadable
	vfUnknown               // before the first mark of a record that has rhythm marks
	vfKinds
)

// vfSpan is a stretch of one kind, in samples.
type vfSpan struct {
	from, to int64
	kind     vfKind
}

// vfRecord is a record, or a piece that was made.
type vfRecord struct {
	db, name string
	rate     float64
	leads    [][]float64
	spans    []vfSpan
	rows     []vfRow // windows of each lead
	fine     []vfRow // of its fibrillation made finer
}

// vfDatabases are those with records of people, in the order of tables.
var vfDatabases = []string{"vfdb", "cudb", "mitdb", "svdb", "nsrdb_excerpt"}

// vfRow is a window.
type vfRow struct {
	lead  int
	share [vfKinds]float32
	lost  bool      // it can't be judged
	low   bool      // the signal is gone
	in    []float32 // of the model; none if that is not asked
	beats float64   // 1/min, of tachycardia
}

// vfFast is the rate above which tachycardia may be shocked, 1/min.
const vfFast = 180

// shockable: at least half of the window is, or all is fast tachycardia.
func (r *vfRow) shockable() bool {
	return r.share[vfShock] >= 0.5 || r.share[vfVT] == 1 && r.beats > vfFast
}

// pure: all of it is of one kind.
func (r *vfRow) pure() bool { return slices.Contains(r.share[:], 1) }

// doubtful are records of cudb whose marks of fibrillation lie over an agonal
// rhythm, chest compressions or electrode artefact (seen on plots).
var doubtful = strings.Fields("cu12 cu15 cu20 cu30")

// spansOf reads the kinds from annotations.
func spansOf(list []wfdb.Annotation, end int64) []vfSpan {
	var spans []vfSpan
	base := vfOther
	for _, a := range list {
		if a.Code == wfdb.RhythmChange && a.Text() != "" {
			base = vfUnknown
			break
		}
	}
	inside := false
	at := int64(0)
	put := func(to int64) {
		kind := base
		if inside {
			kind = vfShock
		}
		if to = min(max(to, at), end); to > at {
			spans = append(spans, vfSpan{at, to, kind})
		}
		at = to
	}
	for _, a := range list {
		switch {
		case a.Code == wfdb.RhythmChange && a.Text() != "":
			put(a.Time)
			r, known := bench.RhythmOf(a.Text())
			switch {
			case r == ecg.VentricularFibrillation || r == ecg.VentricularFlutter:
				base = vfShock
			case r == ecg.VentricularTachycardia:
				base = vfVT
			case r == ecg.Asystole:
				base = vfAsys
			case a.Text() == "(NOISE":
				base = vfNoise
			case !known:
				base = vfUnknown
			default:
				base = vfOther
			}
		case a.Code == wfdb.FibrillationStart:
			put(a.Time)
			inside = true
		case a.Code == wfdb.FibrillationEnd:
			put(a.Time)
			inside = false
		}
	}
	put(end)
	return spans
}

// loadVF reads a record with its first two leads.
func loadVF(data, db, name string) (*vfRecord, error) {
	fsys := os.DirFS(filepath.Join(data, db))
	r, err := wfdb.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	rec := &vfRecord{db: db, name: name, rate: r.Format().Rate}
	x, err := ecg.ReadAll(ecg.Reader[float64](r))
	if err != nil && !errors.Is(err, wfdb.ErrChecksum) {
		return nil, err
	}
	n := len(r.Format().Leads)
	for l := range min(n, 2) {
		lead := make([]float64, len(x)/n)
		for k := range lead {
			lead[k] = x[k*n+l]
		}
		rec.leads = append(rec.leads, lead)
	}
	end := int64(len(rec.leads[0]))
	list, err := bench.LoadAnnotations(fsys, name, "atr", rec.rate)
	if errors.Is(err, fs.ErrNotExist) { // the noise records of nstdb
		list, err = nil, nil
	}
	rec.spans = spansOf(list, end)
	return rec, err
}

// window is the length of a window in samples.
func (r *vfRecord) window() int64 { return int64(4 * r.rate) }

// windows makes the rows.
func (r *vfRecord) windows() error {
	for l, x := range r.leads {
		d, err := detect.NewVFDetector(detect.VFConfig{Rate: r.rate, Model: new(detect.VFModel), Observe: func(w *detect.VFWindow) {
			from := w.End - r.window()
			if from < 0 {
				return
			}
			row := vfRow{lead: l, lost: w.Lost, low: w.Low, in: slices.Clone(w.Inputs), share: r.shares(from, w.End)}
			if row.share[vfVT] == 1 {
				row.beats = rateOf(x[from:min(w.End, int64(len(x)))], r.rate)
			}
			r.rows = append(r.rows, row)
		}})
		if err != nil {
			return err
		}
		d.Append(nil, x)
	}
	return nil
}

// rateOf is the rate of a regular rhythm, 1/min: the shortest lag from 0.2 to 1 s
// whose autocorrelation is nearly the largest.
func rateOf(x []float64, rate float64) float64 {
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	from, to := int(0.2*rate), min(int(rate), len(x)-1)
	c := make([]float64, to+2)
	most := 0.0
	for lag := from - 1; lag <= to; lag++ {
		for i := lag; i < len(x); i++ {
			c[lag] += (x[i] - mean) * (x[i-lag] - mean)
		}
		c[lag] /= float64(len(x) - lag)
		most = max(most, c[lag])
	}
	for lag := from; lag < to; lag++ {
		if c[lag] >= 0.8*most && c[lag] >= c[lag-1] && c[lag] >= c[lag+1] {
			return 60 * rate / float64(lag)
		}
	}
	return 0
}

// episodes are those of fibrillation and flutter, joined across gaps in s.
func (r *vfRecord) episodes(gap float64) []vfSpan {
	var list []vfSpan
	for _, p := range r.spans {
		if p.kind != vfShock {
			continue
		}
		if n := len(list); n > 0 && float64(p.from-list[n-1].to) < gap*r.rate {
			list[n-1].to = p.to
		} else {
			list = append(list, p)
		}
	}
	return list
}

// excused reports whether something lies near that an alarm may sound for.
func (r *vfRecord) excused(from, to, near int64) bool {
	for _, p := range r.spans {
		if p.kind != vfOther && p.kind != vfAsys && p.from < to+near && p.to > from-near {
			return true
		}
	}
	return false
}

// shares are the parts of a stretch by kind.
func (r *vfRecord) shares(from, to int64) [vfKinds]float32 {
	var s [vfKinds]float32
	for _, p := range r.spans {
		if n := min(to, p.to) - max(from, p.from); n > 0 {
			if n == to-from {
				s[p.kind] = 1
				return s
			}
			s[p.kind] += float32(n) / float32(to-from)
		}
	}
	return s
}
