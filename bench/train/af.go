package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
)

const afDoc = `train af trains the detector of atrial fibrillation on the rhythm annotations of
ltafdb, with altered copies of the intervals.

    train af -o detect/models/af.bin     the embedded model, trained on all records
    train af -cv 6                       record-wise cross-validation, and false alarms on nsrdb

`

type afOptions struct {
	data, out, sets string
	cv              int
	seed            uint64
	epochs          int
	thresholds      string
}

func trainAF(ctx context.Context, w io.Writer, args []string) error {
	var o afOptions
	f := flag.NewFlagSet("af", flag.ContinueOnError)
	f.StringVar(&o.data, "data", dataFolder(), "`folder` with ltafdb and nsrdb")
	f.StringVar(&o.out, "o", "", "write the model to this `file`")
	f.IntVar(&o.cv, "cv", 0, "cross-validate in so many `folds`")
	f.StringVar(&o.sets, "sets", "01", "with -cv: the sets of weights, 0 for beats without classes, 1 with")
	f.Uint64Var(&o.seed, "seed", 1, "seed")
	f.IntVar(&o.epochs, "epochs", 4, "of training")
	f.StringVar(&o.thresholds, "thresholds", "", "on,off of the smoothed log odds (0.4,-1.5 without classes, 1.5,-1 with); with -cv more of them, a semicolon between")
	if err := parseFlags(f, w, afDoc, args); err != nil {
		return err
	}
	var thresholds [2][][2]float32
	for set, usual := range afThresholds {
		if o.thresholds != "" {
			usual = o.thresholds
		}
		var err error
		if thresholds[set], err = readThresholds(usual); err != nil {
			return err
		}
	}
	t, err := newAFTrainer(o)
	if err != nil {
		return err
	}
	if o.cv > 0 {
		return t.crossValidate(ctx, w, thresholds)
	}
	all := make([]int, len(t.records))
	for i := range all {
		all[i] = i
	}
	var sets [2]afNets
	for set := range sets {
		if sets[set], err = t.train(ctx, w, all, set == 1); err != nil {
			return err
		}
		sets[set].on, sets[set].off = thresholds[set][0][0], thresholds[set][0][1]
	}
	file := afModelFile(sets)
	if o.out != "" {
		if err := os.WriteFile(o.out, file, 0o644); err != nil {
			return err
		}
	}
	m, err := detect.ReadAFModel(file)
	if err != nil {
		return err
	}
	for _, classified := range []bool{false, true} {
		if err := t.reportNormal(w, m, classified); err != nil {
			return err
		}
	}
	return nil
}

// afThresholds are those of both sets, chosen by cross-validation and the false
// alarms on nsrdb.
var afThresholds = [2]string{"0.4,-1.5", "1.5,-1"}

func readThresholds(s string) (list [][2]float32, err error) {
	for _, pair := range strings.Split(s, ";") {
		on, off, _ := strings.Cut(pair, ",")
		a, err1 := strconv.ParseFloat(on, 32)
		b, err2 := strconv.ParseFloat(off, 32)
		if err1 != nil || err2 != nil || !(b <= a) {
			return nil, fmt.Errorf("%w: -thresholds %.64q", errUsage, s)
		}
		list = append(list, [2]float32{float32(a), float32(b)})
	}
	return list, nil
}

// afNets are a set of weights.
type afNets struct {
	on, off       float32
	live, centred *mlp.Net
}

// afModelFile writes a model as detect.ReadAFModel reads it.
func afModelFile(sets [2]afNets) []byte {
	w := newModelWriter("SAFS", 1)
	for _, s := range sets {
		w.floats(s.on, s.off)
		w.layers(s.live)
		w.layers(s.centred)
	}
	return w.end()
}

// afRecord is a record of ltafdb.
type afRecord struct {
	name  string
	list  []afBeat
	truth bench.RhythmTruth // at afRate, from the first beat on
	end   int64
	share float64 // of the time in fibrillation
}

type afTrainer struct {
	o       afOptions
	records []afRecord
	folds   []int // of the records, with -cv
}

func newAFTrainer(o afOptions) (*afTrainer, error) {
	t := &afTrainer{o: o}
	dir := os.DirFS(filepath.Join(o.data, "ltafdb"))
	names, err := bench.Database{FS: dir}.Records()
	if err != nil {
		return nil, err
	}
	t.records = make([]afRecord, len(names))
	err = parallel(len(names), func(i int) error {
		r, err := loadAF(filepath.Join(o.data, "ltafdb"), names[i], bench.RhythmReading{})
		t.records[i] = r
		return err
	})
	if err != nil {
		return nil, err
	}
	// Records in the order of the share of fibrillation are dealt in turn.
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch d := t.records[a].share - t.records[b].share; {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return 0
	})
	t.folds = make([]int, len(names))
	for k, i := range order {
		t.folds[i] = k % max(1, o.cv)
	}
	return t, nil
}

func loadAF(dir, name string, reading bench.RhythmReading) (afRecord, error) {
	r := afRecord{name: name}
	fsys := os.DirFS(dir)
	beats, _, rate, err := longRecord(fsys, name)
	if err != nil || len(beats) == 0 {
		return r, err
	}
	list, err := bench.LoadAnnotations(fsys, name, "atr", rate)
	if err != nil {
		return r, err
	}
	last := beats[len(beats)-1].At + 1
	truth := bench.AFTask.Truth(list, last, reading)
	// The first beat is at 0.
	offset := beats[0].At
	scale := func(spans []bench.Span) (out []bench.Span) {
		for _, s := range spans {
			at := func(v int64) int64 { return int64(math.Round(float64(max(0, v-offset)) / rate * afRate)) }
			if s = (bench.Span{Start: at(s.Start), End: at(s.End)}); s.End > s.Start {
				out = append(out, s)
			}
		}
		return out
	}
	r.truth = bench.RhythmTruth{Yes: scale(truth.Yes), LeftOut: scale(truth.LeftOut)}
	r.list = make([]afBeat, len(beats))
	in := func(spans []bench.Span, k *int, at int64) bool {
		for *k < len(spans) && spans[*k].End <= at {
			*k++
		}
		return *k < len(spans) && spans[*k].Start <= at
	}
	yes, out := 0, 0
	for i, b := range beats {
		n := &r.list[i]
		if i > 0 {
			n.rr = float64(b.At-beats[i-1].At) / rate
		}
		n.ventricular = b.Class.String() == "V"
		at := int64(math.Round(float64(b.At-offset) / rate * afRate))
		r.end = at + 1
		switch {
		case in(r.truth.LeftOut, &out, at):
			n.truth = -1
		case in(r.truth.Yes, &yes, at):
			n.truth = 1
		}
	}
	length := int64(0)
	for _, s := range r.truth.Yes {
		length += s.End - s.Start
	}
	r.share = float64(length) / float64(r.end)
	return r, nil
}

// afRows are the examples for both networks.
type afRows struct{ live, centred mlp.Rows }

// add runs over a list of beats and takes every so manyth interval from a first
// one on.
func (rows *afRows) add(list []afBeat, classified bool, first, every int, weight float32) {
	const look = 16 // as detect has it
	series := detect.NewAFSeries(afRate, classified)
	var truths []int8
	var in [detect.AFInputs]float32
	for i, b := range afBeats(list) {
		if !series.Push(b) {
			continue
		}
		truths = append(truths, list[i].truth)
		n := len(truths)
		if n < first || (n-first)%every != 0 {
			continue
		}
		x := series.Inputs(in[:0])
		if now := truths[n-1]; now >= 0 {
			rows.live.Append(x, float32(now), weight)
		}
		if n > look && truths[n-1-look] >= 0 {
			rows.centred.Append(x[:detect.AFCentredInputs], float32(truths[n-1-look]), weight)
		}
	}
}

// How often rows are taken, and what they count. Pieces that begin anywhere teach
// the start of a stream.
const (
	afEvery, afEveryCopy, afEveryCold = 32, 64, 6
	afPieces, afPiece                 = 45, 130
	afArrhythmiaWeight                = 1
	afColdWeight, afColdArrhythmia    = 2, 2
)

// rows of one record.
func (t *afTrainer) rows(i int, classified bool) *afRows {
	rows := &afRows{mlp.Rows{Inputs: detect.AFInputs}, mlp.Rows{Inputs: detect.AFCentredInputs}}
	list := t.records[i].list
	rng := rand.New(rand.NewPCG(t.o.seed, uint64(i)))
	ectopy, arrhythmia := withEctopy(list, rng), withSinusArrhythmia(list, rng)
	rows.add(list, classified, 20+rng.IntN(afEvery), afEvery, 1)
	rows.add(ectopy, classified, 20+rng.IntN(afEveryCopy), afEveryCopy, 1)
	rows.add(arrhythmia, classified, 20+rng.IntN(afEveryCopy), afEveryCopy, afArrhythmiaWeight)
	rows.add(withErrors(list, rng), classified, 20+rng.IntN(afEveryCopy), afEveryCopy, 1)
	for k := range afPieces {
		from, weight := list, float32(afColdWeight)
		switch k % 4 {
		case 2:
			from = ectopy
		case 3:
			from, weight = arrhythmia, afColdArrhythmia
		}
		at := rng.IntN(max(1, len(from)-afPiece))
		rows.add(from[at:min(at+afPiece, len(from))], classified, 8+rng.IntN(6), afEveryCold, weight)
	}
	return rows
}

// train makes a set of weights from the chosen records.
func (t *afTrainer) train(ctx context.Context, w io.Writer, chosen []int, classified bool) (afNets, error) {
	parts := make([]*afRows, len(chosen))
	_ = parallel(len(chosen), func(i int) error {
		parts[i] = t.rows(chosen[i], classified)
		return nil
	})
	all := afRows{mlp.Rows{Inputs: detect.AFInputs}, mlp.Rows{Inputs: detect.AFCentredInputs}}
	for i, p := range parts {
		for _, k := range []struct{ to, from *mlp.Rows }{{&all.live, &p.live}, {&all.centred, &p.centred}} {
			k.to.X = append(k.to.X, k.from.X...)
			k.to.Label = append(k.to.Label, k.from.Label...)
			k.to.Weight = append(k.to.Weight, k.from.Weight...)
		}
		parts[i] = nil
	}
	var nets [2]*mlp.Net
	err := parallel(2, func(i int) error {
		rows := []*mlp.Rows{&all.live, &all.centred}[i]
		var err error
		nets[i], err = mlp.Train(ctx, rows, mlp.Config{
			Hidden1: 24, Hidden2: 12, Epochs: t.o.epochs, Batch: 256, Rate: 0.003, Decay: 1e-4, Leak: 0.05, Clip: 6, Seed: t.o.seed,
		})
		return err
	})
	fmt.Fprintf(w, "# %d records, classes %v: %d and %d rows\n", len(chosen), classified, all.live.Len(), all.centred.Len())
	return afNets{live: nets[0], centred: nets[1]}, err
}
