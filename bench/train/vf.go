package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
)

const vfDoc = `train vf trains the model of the VF detector on vfdb, cudb, DS1 of mitdb, svdb,
nsrdb_excerpt, the noise bw and ma of nstdb, and on signals that it makes itself,
also from the fibrillation of records, which it makes finer.

    train vf -o detect/models/vf.bin     the embedded model
    train vf -cv 6                       record-wise cross-validation
    train vf -cv 6 -records              the same, record by record
    train vf -cv 6 -fine                 the same with fibrillation made finer
    train vf -test                       false alarms on DS2 of mitdb and on nstdb,
                                         which it neither learns nor chooses from

Windows are of 4 s, one a second. A window is shockable if half of it is marked as
fibrillation or flutter; tachycardia, noise and time before the first mark of a
record are left out where nothing else is said. An alarm is a confirmed episode.

`

type vfOptions struct {
	data, out     string
	cv            int
	records, test bool
	fine          bool
}

func trainVF(ctx context.Context, w io.Writer, args []string) error {
	var o vfOptions
	f := flag.NewFlagSet("vf", flag.ContinueOnError)
	f.StringVar(&o.data, "data", dataFolder(), "`folder` with the databases")
	f.StringVar(&o.out, "o", "", "write the model to this `file`")
	f.IntVar(&o.cv, "cv", 0, "cross-validate in so many `folds`")
	f.BoolVar(&o.records, "records", false, "print the errors of each record")
	f.BoolVar(&o.fine, "fine", false, "with -cv: how finer fibrillation is found")
	f.BoolVar(&o.test, "test", false, "score the embedded model on DS2 of mitdb and on nstdb")
	if err := parseFlags(f, w, vfDoc, args); err != nil {
		return err
	}
	switch {
	case o.cv == 1 || o.cv < 0:
		return fmt.Errorf("%w: -cv: want 2 folds or more", errUsage)
	case o.test:
		return testVF(w, o.data)
	}
	t := &vfTrainer{}
	if err := t.load(o.data); err != nil {
		return err
	}
	if o.cv > 0 {
		return t.crossValidate(ctx, w, o)
	}
	nets, err := t.train(ctx, t.records)
	if err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return os.WriteFile(o.out, vfModelFile(nets), 0o644)
}

type vfTrainer struct {
	records []*vfRecord // of databases
	made    []*vfRecord // artefacts and patients, which all models learn from
}

// load reads everything and makes the windows.
func (t *vfTrainer) load(data string) error {
	add := func(db string, names []string) {
		for _, n := range names {
			t.records = append(t.records, &vfRecord{db: db, name: n})
		}
	}
	for _, db := range []string{"vfdb", "cudb", "svdb", "nsrdb_excerpt"} {
		names, err := bench.Database{FS: os.DirFS(filepath.Join(data, db))}.Records()
		if err != nil {
			return err
		}
		add(db, names)
	}
	add("mitdb", ds1)
	add("nstdb", strings.Fields("bw ma"))
	err := parallel(len(t.records), func(i int) error {
		r, err := loadVF(data, t.records[i].db, t.records[i].name)
		if err != nil {
			return err
		}
		t.records[i] = r
		if err := r.teachFine(); err != nil {
			return err
		}
		return r.windows()
	})
	if err != nil {
		return err
	}
	t.made = artefacts(160, 1)
	p, err := patients(6, 2)
	if err != nil {
		return err
	}
	t.made = append(t.made, p...)
	return parallel(len(t.made), func(i int) error { return t.made[i].windows() })
}

// The networks: two small ones, averaged, call fewer false alarms than one as
// large as both. Chosen by cross-validation, as is all in this file.
const vfNets = 2

var vfConfig = mlp.Config{Hidden1: 24, Hidden2: 8, Epochs: 20, Batch: 256, Rate: 0.003, Decay: 0.3, Drop: 0.2, Leak: 0.05, Clip: 6}

// The gate has the first inputs, those that cost little.
const vfGateInputs = 17

var vfGateConfig = func() mlp.Config {
	c := vfConfig
	c.Hidden1, c.Hidden2, c.Seed = 16, 8, vfNets+1
	return c
}()

// firstInputs are the rows with the first n inputs.
func firstInputs(rows *mlp.Rows, n int) *mlp.Rows {
	first := &mlp.Rows{Inputs: n, Label: rows.Label, Weight: rows.Weight}
	for i := range rows.Len() {
		first.X = append(first.X, rows.X[i*rows.Inputs:][:n]...)
	}
	return first
}

// train returns the gate, then the other networks.
func (t *vfTrainer) train(ctx context.Context, records []*vfRecord) ([]*mlp.Net, error) {
	rows := t.rowsOf(records)
	gate, err := mlp.Train(ctx, firstInputs(rows, vfGateInputs), vfGateConfig)
	if err != nil {
		return nil, err
	}
	nets := []*mlp.Net{gate}
	for i := range vfNets {
		c := vfConfig
		c.Seed = uint64(i + 1)
		n, err := mlp.Train(ctx, rows, c)
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// folds deals the records, those of each database by their shockable windows.
// The noise is in none of them.
func (t *vfTrainer) folds(n int) [][]*vfRecord {
	order := slices.DeleteFunc(slices.Clone(t.records), func(r *vfRecord) bool { return r.db == "nstdb" })
	count := func(r *vfRecord) int {
		c := 0
		for i := range r.rows {
			if r.rows[i].shockable() {
				c++
			}
		}
		return c
	}
	slices.SortStableFunc(order, func(a, b *vfRecord) int {
		if d := slices.Index(vfDatabases, a.db) - slices.Index(vfDatabases, b.db); d != 0 {
			return d
		}
		return count(b) - count(a)
	})
	f := make([][]*vfRecord, n)
	for k, r := range order {
		f[k%n] = append(f[k%n], r)
	}
	return f
}

func (t *vfTrainer) crossValidate(ctx context.Context, w io.Writer, o vfOptions) error {
	var s, strange vfScore
	fresh := artefacts(100, 11)
	people, err := patients(4, 12)
	if err != nil {
		return err
	}
	fresh = append(fresh, people...)
	for _, r := range fresh {
		if err := r.windows(); err != nil {
			return err
		}
	}
	fine := make(vfFine, len(vfFineLevels))
	for i, held := range t.folds(o.cv) {
		train := slices.DeleteFunc(slices.Clone(t.records), func(r *vfRecord) bool { return slices.Contains(held, r) })
		nets, err := t.train(ctx, train)
		if err != nil {
			return err
		}
		m, err := detect.ReadVFModel(vfModelFile(nets))
		if err != nil {
			return err
		}
		for k := i; k < len(fresh); k += o.cv {
			if err := strange.add(fresh[k], m); err != nil {
				return err
			}
		}
		for _, r := range held {
			if err := s.add(r, m); err != nil {
				return err
			}
			if o.fine {
				if err := fine.add(r, m); err != nil {
					return err
				}
			}
		}
	}
	s.windowsTable(w)
	strange.madeTable(w)
	s.alarmsTable(w)
	if o.fine {
		fine.table(w)
	}
	if o.records {
		s.recordsTable(w)
	}
	return nil
}

// vfModelFile writes the gate and the other networks as detect.ReadVFModel reads them.
func vfModelFile(nets []*mlp.Net) []byte {
	w := newModelWriter("SVF ", 2)
	w.net(nets[0])
	w.nets(nets[1:])
	return w.end()
}

// testVF scores the embedded model where nothing was learnt or chosen.
func testVF(w io.Writer, data string) error {
	var s vfScore
	noisy, err := bench.Database{FS: os.DirFS(filepath.Join(data, "nstdb"))}.Records()
	if err != nil {
		return err
	}
	for _, group := range []struct {
		db    string
		names []string
	}{{"mitdb", slices.Concat(ds2, paced)}, {"nstdb", append(noisy, "em")}} {
		for _, n := range group.names {
			r, err := loadVF(data, group.db, n)
			if err != nil {
				return err
			}
			if err := r.windows(); err != nil {
				return err
			}
			if err := s.add(r, nil); err != nil {
				return err
			}
		}
	}
	s.alarmsTable(w)
	return nil
}
