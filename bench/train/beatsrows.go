package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// beatRecord is a record with signals and the class of its beats.
type beatRecord struct {
	db, name string
	patient  string // records of one patient are in one fold
	leads    [2][]float32
	beats    []ecg.Beat // at augmentRate
	free     []span     // fibrillation, unreadable signal: nothing is taught or scored
}

// beatVersion is one way in which the classifier meets a record.
type beatVersion struct {
	leads    []int
	marks    bool // on the reference beats, else on those that the detector finds
	from, to float64
	noisy    float64 // share of stretches with noise, of from to to dB
	weight   float32
	mixed    bool // every lead is a mixture of both: other electrodes
	hard     bool // P waves are hardly seen: no teacher of S, and no choice of its threshold
	waves    bool // the noise is waves like complexes
	block    bool // with a bundle branch block that comes and goes
}

// The first three are clean and scored: two leads on reference beats and on the
// detector's, one lead on the detector's.
var beatVersions = []beatVersion{
	{leads: []int{0, 1}, marks: true, weight: 1},
	{leads: []int{0, 1}, weight: 1},
	{leads: []int{0}, weight: 1},
	{leads: []int{1}, marks: true, weight: 0.5},
	{leads: []int{0, 1}, noisy: 0.6, from: 6, to: 24, weight: 0.5},
	{leads: []int{0}, noisy: 0.6, from: 6, to: 24, weight: 0.5},
	{leads: []int{0, 1}, noisy: 0.6, from: -3, to: 12, weight: 0.5},
	{leads: []int{0, 1}, marks: true, block: true, weight: 0.15},
	{leads: []int{0}, marks: true, block: true, weight: 0.15},
	{leads: []int{0, 1}, marks: true, mixed: true, weight: 0.5},
	{leads: []int{0}, mixed: true, weight: 0.5},
	{leads: []int{0, 1}, noisy: 0.5, from: -12, to: 3, hard: true, weight: 0.5},
	{leads: []int{0}, noisy: 0.5, from: -12, to: 6, hard: true, weight: 0.5},
	{leads: []int{0, 1}, noisy: 0.5, from: -6, to: 9, hard: true, waves: true, weight: 0.5},
	{leads: []int{0}, noisy: 0.5, from: -6, to: 9, hard: true, waves: true, weight: 0.5},
}

// beatRow is a beat with what it truly is. Behind its inputs lie xS and af of the
// models that do not see the next beat.
type beatRow struct {
	x       []float32
	truth   ecg.Class // Unclassified: no beat
	record  int
	version int
	at      int64
}

// loadBeatRecord reads a record; free stretches are those of loadSource.
func loadBeatRecord(data, db, name string) (beatRecord, error) {
	fsys := os.DirFS(filepath.Join(data, db))
	r := beatRecord{db: db, name: name, patient: patientOf(db, name)}
	source, err := loadSource(fsys, name)
	if err != nil {
		return r, err
	}
	r.leads, r.free = source.leads, source.free
	h, err := wfdb.ReadHeader(fsys, name)
	if err != nil {
		return r, err
	}
	list, err := bench.LoadAnnotations(fsys, name, "atr", h.Rate)
	if err != nil {
		return r, err
	}
	for _, a := range list {
		if !a.Code.IsBeat() {
			continue
		}
		at := int64(math.Round(float64(a.Time) * augmentRate / h.Rate))
		if len(r.beats) > 0 && at <= r.beats[len(r.beats)-1].At {
			continue
		}
		r.beats = append(r.beats, ecg.Beat{At: at, Class: a.Code.DeChazalClass()})
	}
	return r, nil
}

// beatRows runs the classifier over a version of a record. missed are the
// reference beats by class that no found beat is near to.
func (r *beatRecord) beatRows(index, version int, noise *noises, model *detect.BeatModel, immediate *beatMode) (rows []beatRow, missed [6]int, err error) {
	v := beatVersions[version]
	rng := rand.New(rand.NewPCG(uint64(index), uint64(version)|1<<32))
	source := r.leads
	if v.block {
		source = r.block(rng)
	}
	if v.mixed {
		source = r.mixed(rng)
	}
	leads := make([][]float32, len(v.leads))
	for i, l := range v.leads {
		s := strip{x: append([]float32(nil), source[l]...)}
		for _, b := range r.beats {
			s.beats = append(s.beats, b.At)
		}
		if v.noisy > 0 {
			s.noise(&noises{noise.records, v.waves}, rng, v.from, v.to, v.noisy)
		}
		leads[i] = s.x
	}
	length := len(leads[0])
	for _, x := range leads {
		length = min(length, len(x))
	}
	frames := make([]float64, 0, length*len(leads))
	for i := range length {
		for _, x := range leads {
			frames = append(frames, float64(x[i]))
		}
	}
	c := detect.BeatConfig{Rate: augmentRate, Leads: len(leads), Model: model}
	if v.marks {
		c.Detector = bench.NewMarks(len(leads), r.beats)
	}
	var found []beatRow
	pAF := float32(0)
	c.Observe = func(o detect.BeatObservation) {
		x := append([]float32(nil), o.Inputs...)
		pAF += (sigmoid(immediate.fibrillation.Odds(x)) - pAF) / detect.BeatAFBeats
		x = append(x, immediate.rhythm.Odds(x), pAF)
		found = append(found, beatRow{x: x, record: index, version: version, at: o.Beat.At})
	}
	stage, err := detect.NewBeatClassifier(c)
	if err != nil {
		return nil, missed, err
	}
	stage.Flush(stage.Append(nil, frames))

	// Each reference beat takes the nearest found one within 150 ms.
	const window = augmentRate * 150 / 1000
	lo := 0
	for _, b := range r.beats {
		for lo < len(found) && found[lo].at < b.At-window {
			lo++
		}
		best := -1
		for i := lo; i < len(found) && found[i].at <= b.At+window; i++ {
			if found[i].truth == ecg.Unclassified && (best < 0 || distance(found[i].at, b.At) < distance(found[best].at, b.At)) {
				best = i
			}
		}
		if best < 0 {
			if !r.isFree(b.At) && b.At < int64(length) {
				missed[b.Class]++
			}
			continue
		}
		found[best].truth = b.Class
		lo = best + 1
	}
	for _, f := range found {
		if !r.isFree(f.at) {
			rows = append(rows, f)
		}
	}
	return rows, missed, nil
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// look makes the rows those of a classifier that sees the next beat (mode 0) or not
// (1): what the models of the rhythm say of them.
func (t *beatTrainer) look(mode int) {
	if mode == t.mode {
		return
	}
	t.mode = mode
	n := len(detect.BeatInputs)
	for i := range t.rows {
		x := t.rows[i].x
		x[n-2], x[n-1], x[n], x[n+1] = x[n], x[n+1], x[n-2], x[n-1]
	}
}

// mixed are two leads as other electrodes might show them.
func (r *beatRecord) mixed(rng *rand.Rand) [2][]float32 {
	var at []int64
	for _, b := range r.beats {
		at = append(at, b.At)
	}
	h0, h1 := max(0.05, heightOf(r.leads[0], at)), max(0.05, heightOf(r.leads[1], at))
	var out [2][]float32
	for l := range out {
		phi := rng.Float64() * math.Pi
		a, b := math.Cos(phi)/h0, math.Sin(phi)/h1
		out[l] = make([]float32, min(len(r.leads[0]), len(r.leads[1])))
		for i := range out[l] {
			out[l][i] = float32(a*float64(r.leads[0][i]) + b*float64(r.leads[1][i]))
		}
	}
	return out
}

func (r *beatRecord) isFree(at int64) bool {
	for _, f := range r.free {
		if at >= f.from && at < f.to {
			return true
		}
	}
	return false
}

func (r *beatRecord) String() string { return fmt.Sprintf("%s/%s", r.db, r.name) }
