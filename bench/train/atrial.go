package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

const atrialDoc = `train atrial trains the networks of AtrialWaves on the strips of
challenge-2017, fibrillation against all else, with svdb, nsrdb_excerpt and
synthetic patients for what strips do not have.

    train atrial -o detect/models/atrial.bin    the embedded model, trained on all strips
    train atrial -cv 6                          record-wise cross-validation

`

type atrialOptions struct {
	data, out            string
	cv, splits, nets     int
	hidden, second       int
	epochs               int
	rate, decay, dropped float64
	weight, others       float64
	list                 bool
}

func trainAtrial(ctx context.Context, w io.Writer, args []string) error {
	var o atrialOptions
	f := flag.NewFlagSet("atrial", flag.ContinueOnError)
	f.StringVar(&o.data, "data", dataFolder(), "`folder` with challenge-2017")
	f.StringVar(&o.out, "o", "", "write the model to this `file`")
	f.IntVar(&o.cv, "cv", 0, "cross-validate in so many `folds`")
	f.IntVar(&o.splits, "splits", 3, "with -cv: random splits into folds, whose figures are averaged")
	f.BoolVar(&o.list, "records", false, "with -cv: print the strips that the first split gets wrong")
	f.IntVar(&o.nets, "nets", 3, "`networks` of each kind, averaged")
	f.IntVar(&o.hidden, "hidden", 8, "units of the first layer")
	f.IntVar(&o.second, "second", 4, "units of the second layer")
	f.IntVar(&o.epochs, "epochs", 12, "of their training")
	f.Float64Var(&o.rate, "rate", 0.003, "learning rate")
	f.Float64Var(&o.decay, "decay", 0.05, "of weights")
	f.Float64Var(&o.dropped, "drop", 0.1, "share of units left out at random")
	f.Float64Var(&o.weight, "weight", 1, "of the evidence in an AFDetector")
	f.Float64Var(&o.others, "others", 1, "weight of a lead or patient of the other sources beside a strip")
	if err := parseFlags(f, w, atrialDoc, args); err != nil {
		return err
	}
	t := &atrialTrainer{o: o}
	if err := t.open(); err != nil {
		return err
	}
	if o.others > 0 {
		if err := t.openOthers(); err != nil {
			return err
		}
	}
	if o.cv > 0 {
		return t.crossValidate(ctx, w)
	}
	m, err := t.train(ctx, func(int) bool { return true })
	if err != nil || o.out == "" {
		return err
	}
	return os.WriteFile(o.out, m, 0o644)
}

// atrialStrip is a record of challenge-2017, or a lead of another record.
type atrialStrip struct {
	name, label string
	rate        float64 // Hz
	x           []float64
	rows        [][]float32 // of the beats with evidence
}

type atrialTrainer struct {
	o      atrialOptions
	strips []atrialStrip // of challenge-2017
	others []atrialStrip // that teach, and are not scored
}

// open reads the strips and the labels of version 2.
func (t *atrialTrainer) open() error {
	dir := filepath.Join(t.o.data, "challenge-2017")
	list, err := os.ReadFile(filepath.Join(dir, "REFERENCE-v2.csv"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(list)) {
		name, label, found := strings.Cut(strings.TrimSpace(line), ",")
		if !found {
			return fmt.Errorf("REFERENCE-v2.csv: %.64q is no record and label", line)
		}
		t.strips = append(t.strips, atrialStrip{name: name, label: label})
	}
	return parallel(len(t.strips), func(i int) error {
		s := &t.strips[i]
		r, err := wfdb.Open(os.DirFS(dir), s.name)
		if err != nil {
			return err
		}
		defer r.Close()
		s.rate = r.Format().Rate
		if s.x, err = ecg.ReadAll(ecg.Reader[float64](r)); err != nil && !errors.Is(err, wfdb.ErrChecksum) {
			return err
		}
		return s.look()
	})
}

// look takes the rows.
func (s *atrialStrip) look() error {
	_, err := s.run(new(detect.AtrialModel), func(in []float32) { s.rows = append(s.rows, slices.Clone(in)) })
	return err
}

// run gives the evidence of a strip.
func (s *atrialStrip) run(m *detect.AtrialModel, see func([]float32)) ([]detect.AtrialEvidence, error) {
	c := detect.AtrialConfig{Rate: s.rate, Model: m}
	if see != nil {
		c.Observe = func(_ int, _ detect.AtrialEvidence, in []float32) { see(in) }
	}
	d, err := detect.NewAtrialWaves(c)
	if err != nil {
		return nil, err
	}
	return d.Flush(d.Append(nil, s.x)), nil
}

// atrialEvery: rows of a strip overlap, so that the last one and every so manyth
// before it are taken; together they weigh atrialWeight.
const (
	atrialEvery  = 4
	atrialWeight = 6
)

// train makes a model file of the chosen strips.
func (t *atrialTrainer) train(ctx context.Context, chosen func(int) bool) ([]byte, error) {
	both, waves := mlp.Rows{Inputs: detect.AtrialInputs}, mlp.Rows{Inputs: detect.AtrialWaveInputs}
	add := func(s *atrialStrip, every int, weight float64) {
		label := float32(0)
		if s.label == "A" {
			label = 1
		}
		each := float32(weight / float64((len(s.rows)+every-1)/every))
		for k := len(s.rows) - 1; k >= 0; k -= every {
			both.Append(s.rows[k], label, each)
			waves.Append(s.rows[k][:detect.AtrialWaveInputs], label, each)
		}
	}
	for i := range t.strips {
		if chosen(i) {
			add(&t.strips[i], atrialEvery, atrialWeight)
		}
	}
	for i := range t.others {
		s := &t.others[i]
		add(s, max(atrialEvery, len(s.rows)/100), t.o.others*atrialWeight)
	}
	nets := make([]*mlp.Net, 2*t.o.nets)
	err := parallel(len(nets), func(i int) error {
		rows := &both
		if i >= t.o.nets {
			rows = &waves
		}
		var err error
		nets[i], err = mlp.Train(ctx, rows, mlp.Config{
			Hidden1: t.o.hidden, Hidden2: t.o.second, Epochs: t.o.epochs, Batch: 32, Rate: t.o.rate, Decay: t.o.decay, Drop: t.o.dropped, Leak: 0.05, Clip: 6,
			Seed: uint64(i),
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	w := newModelWriter("SATR", 1)
	w.nets(nets[:t.o.nets])
	w.nets(nets[t.o.nets:])
	w.floats(float32(t.o.weight))
	return w.end(), nil
}

// atrialAnswer is what a strip gives: the means of its evidence.
type atrialAnswer struct {
	odds, waves, last float64
	suspected         [len(atrialWeights)]float64 // share of the strip, by an AFDetector with evidence of each weight
}

// atrialWeights are tried with -cv.
var atrialWeights = [...]float64{0, 0.25, 0.5, 0.75, 1, 1.5}

func (t *atrialTrainer) answer(i int, m *detect.AtrialModel) (a atrialAnswer, err error) {
	list, err := t.strips[i].run(m, nil)
	n := 0.0
	for _, e := range list {
		if e.Beats > 0 {
			n++
			a.odds += (e.Odds - a.odds) / n
			a.waves += (e.Waves - a.waves) / n
			a.last = e.Odds
		}
	}
	if n == 0 {
		a.odds, a.waves, a.last = -6, -6, -6
	}
	for k, weight := range atrialWeights {
		d, err := detect.NewAFDetector(detect.AFConfig{Rate: t.strips[i].rate})
		if err != nil {
			return a, err
		}
		for i := range list {
			list[i].Shift = weight * min(3, max(-3, list[i].Odds))
		}
		end := int64(len(t.strips[i].x))
		episodes := d.Flush(d.AppendEvidence(nil, list))
		for _, e := range episodes {
			if e.State == ecg.Ended {
				a.suspected[k] += float64(e.End-e.Start) / float64(end)
			}
		}
	}
	return a, err
}

// crossValidate trains without each fold in turn and scores that fold.
func (t *atrialTrainer) crossValidate(ctx context.Context, w io.Writer) error {
	kinds := []string{"intervals and waves", "waves alone", "the last 32 beats"}
	const thresholds = 7
	level := func(k int) float64 { return float64(k-3) * 0.4 }
	for _, weight := range atrialWeights {
		kinds = append(kinds, fmt.Sprintf("AFDetector, %v", weight))
	}
	sums := make([][2][thresholds]atrialScore, len(kinds))
	for split := range t.o.splits {
		rng := rand.New(rand.NewPCG(uint64(split), 17))
		fold, count := make([]int, len(t.strips)), map[string]int{}
		for _, i := range rng.Perm(len(t.strips)) {
			label := t.strips[i].label
			fold[i] = count[label] % t.o.cv
			count[label]++
		}
		for f := range t.o.cv {
			file, err := t.train(ctx, func(i int) bool { return fold[i] != f })
			if err != nil {
				return err
			}
			m, err := detect.ReadAtrialModel(file)
			if err != nil {
				return err
			}
			answers := make([]atrialAnswer, len(t.strips))
			err = parallel(len(t.strips), func(i int) (err error) {
				if fold[i] == f {
					answers[i], err = t.answer(i, m)
				}
				return err
			})
			if err != nil {
				return err
			}
			for i, a := range answers {
				if fold[i] != f {
					continue
				}
				s := &t.strips[i]
				if t.o.list && split == 0 && (a.odds > 0) != (s.label == "A") {
					fmt.Fprintf(w, "%s %s %.2f, waves alone %.2f\n", s.name, s.label, a.odds, a.waves)
				}
				values := []float64{a.odds, a.waves, a.last}
				for _, v := range a.suspected {
					if v > 0.5 {
						values = append(values, 0.1)
					} else {
						values = append(values, -0.1)
					}
				}
				for k, v := range values {
					for set := range 2 {
						if set == 1 && s.label == "~" {
							continue
						}
						for th := range thresholds {
							c := &sums[k][set][th]
							switch yes := v > level(th); {
							case yes && s.label == "A":
								c.tp++
							case yes:
								c.fp++
							case s.label == "A":
								c.fn++
							}
						}
					}
				}
			}
		}
	}
	for k, name := range kinds {
		for set, against := range []string{"all", "N and O"} {
			c := sums[k][set]
			fmt.Fprintf(w, "%-19s against %-8s Se %.1f  +P %.1f  F1 %.3f", name, against, 100*c[3].tp/(c[3].tp+c[3].fn), 100*c[3].tp/(c[3].tp+c[3].fp), c[3].f1())
			if k < 2 {
				fmt.Fprint(w, "  by threshold:")
				for th := range c {
					fmt.Fprintf(w, " %.1f: %.3f", level(th), c[th].f1())
				}
			}
			fmt.Fprintln(w)
		}
	}
	return nil
}

// atrialScore counts strips.
type atrialScore struct{ tp, fp, fn float64 }

func (s *atrialScore) f1() float64 { return 2 * s.tp / (2*s.tp + s.fp + s.fn) }
