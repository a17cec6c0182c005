package main

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
)

// What is taught, and how much each window counts.

const (
	// A source that is not a person has a share of its own of what is no
	// fibrillation; that of persons fills up. Positives count three times as much
	// as negatives: windows with clear beats never come to the model, so that
	// most of the negatives left are hard.
	vfArtefactShare, vfPatientShare, vfNoiseShare = 0.2, 0.08, 0.05
	vfPositive, vfPatientPositive                 = 2.0, 0.05

	// A record that has much of one side counts less than that: one with 18
	// minutes of fibrillation must not rule.
	vfFull = 600

	vfFineWeight = 0.08 // of a window that was made finer, of which there are two to one
	vfAsystole   = 6    // asystole is rare, and must not be called
	vfDoubt      = 0.2  // positives of doubtful records
)

// taught is the label of a window, and whether it is taught at all: not where
// the rhythm changes, nor tachycardia, which is neither.
func (r *vfRow) taught() (label int, ok bool) {
	switch s := r.share[vfShock]; {
	case len(r.in) == 0 || r.share[vfUnknown] > 0 || r.share[vfNoise] > 0 || r.share[vfVT] > 0.25:
		return 0, false
	case s >= 0.75:
		return 1, true
	default:
		return 0, s <= 0.25 && r.share[vfVT] == 0
	}
}

// rowsOf are the rows of the records, and of what is made, with their weights.
func (t *vfTrainer) rowsOf(records []*vfRecord) *mlp.Rows {
	shares := [...]float64{1 - vfArtefactShare - vfPatientShare - vfNoiseShare, vfArtefactShare, vfPatientShare, vfNoiseShare}
	positives := [...]float64{vfPositive * (1 - vfPatientPositive), 0, vfPositive * vfPatientPositive, 0}
	sources := map[string]int{"artefact": 1, "synth": 2, "nstdb": 3} // 0: persons

	type item struct {
		row           *vfRow
		source, label int
		weight        float64
	}
	var items []item
	var sum [4][2]float64
	for _, r := range slices.Concat(records, t.made) {
		source := sources[r.db]
		// Most windows of ordinary records are as the one before.
		step := 1
		switch r.db {
		case "mitdb", "svdb", "nsrdb_excerpt", "synth":
			step = 3
		}
		var count [2]float64
		from := len(items)
		for k := 0; k < len(r.rows); k += step {
			row := &r.rows[k]
			if label, ok := row.taught(); ok {
				count[label]++
				items = append(items, item{row, source, label, 1})
			}
		}
		for k := range r.fine {
			row := &r.fine[k]
			if label, ok := row.taught(); ok && label == 1 {
				items = append(items, item{row, source, label, vfFineWeight})
			}
		}
		for k := range items[from:] {
			it := &items[from+k]
			if n := count[it.label] * float64(step); n > vfFull {
				it.weight *= math.Sqrt(vfFull / n)
			}
			if it.row.share[vfAsys] > 0.5 && source == 0 {
				it.weight *= vfAsystole
			}
			if it.label == 1 && slices.Contains(doubtful, r.name) {
				it.weight *= vfDoubt
			}
			sum[source][it.label] += it.weight
		}
	}
	rows := &mlp.Rows{}
	mean := (1 + vfPositive) / float64(len(items)) // of the weights
	for _, it := range items {
		rows.Inputs = len(it.row.in)
		share := shares[it.source]
		if it.label == 1 {
			share = positives[it.source]
		}
		rows.Append(it.row.in, float32(it.label), float32(it.weight*share/sum[it.source][it.label]/mean))
	}
	return rows
}
