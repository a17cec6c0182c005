package main

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// The models of the rhythm alone are taught by the long records that have
// annotations only: the classifier runs on their beats beside a signal that is
// missing throughout.

// beatRhythmInputs are the first of detect.BeatInputs; without a look at the next
// beat all but the last five of these.
const beatRhythmInputs, beatRhythmNext = 39, 5

// beatRhythmNormal are the records of nsrdb that are not in nsrdb_excerpt nor
// else scored.
var beatRhythmNormal = []string{"16265", "16272", "16273", "16420", "16483", "16539", "16773", "16786", "16795", "17453"}

// rhythmRow is a beat of a long record.
type rhythmRow struct {
	x      [beatRhythmInputs]float32
	class  ecg.Class
	af     bool // in atrial fibrillation
	sinus  bool // in a rhythm that is none: known to be no atrial fibrillation
	record int
}

// longRecord is a record of which only the annotations are there.
func longRecord(fsys fs.FS, name string) (beats []ecg.Beat, rhythm []string, rate float64, err error) {
	h, err := wfdb.ReadHeader(fsys, name)
	if err != nil {
		return nil, nil, 0, err
	}
	list, err := bench.LoadAnnotations(fsys, name, "atr", h.Rate)
	if err != nil {
		return nil, nil, 0, err
	}
	now := ""
	for _, a := range list {
		if a.Code == wfdb.RhythmChange {
			now = a.Aux
		}
		if !a.Code.IsBeat() || len(beats) > 0 && a.Time <= beats[len(beats)-1].At {
			continue
		}
		beats = append(beats, ecg.Beat{At: a.Time, Class: a.Code.DeChazalClass()})
		rhythm = append(rhythm, now)
	}
	return beats, rhythm, h.Rate, nil
}

// rhythmRows are those of all long records, thinned: per record some thousand of
// each kind at random.
func rhythmRows(data string) ([]rhythmRow, error) {
	type job struct{ db, name string }
	var jobs []job
	names, err := bench.Database{FS: os.DirFS(filepath.Join(data, "ltafdb"))}.Records()
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		jobs = append(jobs, job{"ltafdb", n})
	}
	for _, n := range beatRhythmNormal {
		jobs = append(jobs, job{"nsrdb", n})
	}
	// What the classifier makes of these beats is of no interest.
	none := beatMode{rhythm: leaf(0), fibrillation: leaf(0), vTrees: leaf(0), s: leaf(0), beside: leaf(0)}
	model, err := detect.ReadBeatModel(beatModelFile([2]beatMode{none, none}))
	if err != nil {
		return nil, err
	}
	parts := make([][]rhythmRow, len(jobs))
	err = parallel(len(jobs), func(i int) error {
		beats, rhythm, rate, err := longRecord(os.DirFS(filepath.Join(data, jobs[i].db)), jobs[i].name)
		if err != nil {
			return err
		}
		// What share of each kind is kept: N in atrial fibrillation, N else, S.
		var count [3]float64
		kind := func(k int) int {
			switch af := rhythm[k] == "(AFIB"; {
			case beats[k].Class == ecg.Normal && af:
				return 0
			case beats[k].Class == ecg.Normal:
				return 1
			case beats[k].Class == ecg.Supraventricular:
				return 2
			}
			return -1
		}
		for k := range beats {
			if c := kind(k); c >= 0 {
				count[c]++
			}
		}
		rng := rand.New(rand.NewPCG(uint64(i), 0x72687974))
		k := 0
		c, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: rate, Leads: 1, Model: model, Detector: bench.NewMarks(1, beats), Observe: func(o detect.BeatObservation) {
			at := k
			k++
			c := kind(at)
			if c < 0 || rng.Float64()*count[c] > [3]float64{1500, 3500, 2500}[c] {
				return
			}
			r := rhythmRow{class: beats[at].Class, af: rhythm[at] == "(AFIB", record: i}
			r.sinus = !r.af && rhythm[at] != ""
			copy(r.x[:], o.Inputs)
			parts[i] = append(parts[i], r)
		}})
		if err != nil {
			return err
		}
		missing := make([]float64, 4096)
		for j := range missing {
			missing[j] = math.NaN()
		}
		var out []detect.ClassifiedBeat
		for at := int64(0); len(beats) > 0 && at <= beats[len(beats)-1].At; at += int64(len(missing)) {
			out = c.Append(out[:0], missing)
		}
		c.Flush(out)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.Concat(parts...), nil
}

// rhythmForests are the models of S and of atrial fibrillation by the rhythm
// alone, with and without a look at the next beat.
func rhythmForests(ctx context.Context, rows []rhythmRow) (s, af [2]*boost.Forest, err error) {
	for mode := range 2 {
		inputs := beatRhythmInputs - mode*beatRhythmNext
		var forS, forAF boost.Rows
		forS.Inputs, forAF.Inputs = inputs, inputs
		var recordS, recordAF []int
		for i := range rows {
			r := &rows[i]
			y := float32(0)
			if r.class == ecg.Supraventricular {
				y = 1
			}
			forS.Append(r.x[:inputs], y, 1)
			recordS = append(recordS, r.record)
			if (r.af || r.sinus) && r.class == ecg.Normal {
				y = 0
				if r.af {
					y = 1
				}
				forAF.Append(r.x[:inputs], y, 1)
				recordAF = append(recordAF, r.record)
			}
		}
		equalise(&forS, recordS)
		equalise(&forAF, recordAF)
		if s[mode], err = boost.Train(ctx, &forS, boost.Config{Trees: 100, Leaves: 12, Rate: 0.12, MinRows: 100, L2: 5, Seed: 1}); err != nil {
			return s, af, err
		}
		if af[mode], err = boost.Train(ctx, &forAF, boost.Config{Trees: 50, Leaves: 6, Rate: 0.15, MinRows: 100, L2: 5, Seed: 1}); err != nil {
			return s, af, err
		}
	}
	return s, af, nil
}

// equalise gives the rows of one record and label a total weight of the root of
// their number, so that no record outweighs all others, then both labels the same.
// The sum is the number of rows.
func equalise(rows *boost.Rows, record []int) {
	sums := make([][2]float64, slices.Max(record)+1)
	for i, r := range record {
		sums[r][int(rows.Label[i])] += float64(rows.Weight[i])
	}
	var total [2]float64
	for _, s := range sums {
		for y := range total {
			total[y] += math.Sqrt(s[y])
		}
	}
	for i, r := range record {
		y := int(rows.Label[i])
		rows.Weight[i] *= float32(float64(rows.Len()) / 2 / total[y] / math.Sqrt(sums[r][y]))
	}
}

func printRhythmRows(rows []rhythmRow) string {
	var n, s, af int
	for i := range rows {
		switch {
		case rows[i].class == ecg.Supraventricular:
			s++
		case rows[i].af:
			af++
		default:
			n++
		}
	}
	return fmt.Sprintf("%d beats of long records: %d N, %d N in atrial fibrillation, %d S", len(rows), n, af, s)
}
