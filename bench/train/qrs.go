package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

const qrsDoc = `train qrs trains the verifier of the QRS detector on records of mitdb, with
noise of nstdb, and scores the detector by the rules of bxb.

    train qrs -o detect/models/qrs.bin            the embedded model: trained on DS1
    train qrs -cv 8 -seeds 3                      record-wise cross-validation over all 48
    train qrs -leave 118,119 -o noise.bin         for figures on nstdb; and with -noise bw,ma,em

`

// allVersions are those that source.version makes.
const allVersions = "0,1,2,3,5,6,7,9,10,11,12,13,14,15,16,17,18"

type qrsOptions struct {
	data, on, leave, out string
	cv, seeds            int
	nets                 string
	seed                 uint64
	epochs               int
	versions, others     string
	noise                string
	hidden               string
}

func trainQRS(ctx context.Context, w io.Writer, args []string) error {
	var o qrsOptions
	f := flag.NewFlagSet("qrs", flag.ContinueOnError)
	f.StringVar(&o.data, "data", dataFolder(), "`folder` with mitdb and nstdb")
	f.StringVar(&o.on, "on", "ds1", "train on `ds1`, all, or records a,b,c")
	f.StringVar(&o.leave, "leave", "", "but not on records `a,b,c`")
	f.StringVar(&o.out, "o", "", "write the model to this `file`")
	f.IntVar(&o.cv, "cv", 0, "cross-validate over all records in so many `folds`")
	f.IntVar(&o.seeds, "seeds", 1, "with -cv, for so many seeds")
	f.StringVar(&o.nets, "nets", "4,4", "`networks` of the first and of the second look, averaged")
	f.Uint64Var(&o.seed, "seed", 1, "first seed")
	f.IntVar(&o.epochs, "epochs", 5, "of the last round")
	f.StringVar(&o.versions, "versions", allVersions, "of each record of mitdb")
	f.StringVar(&o.noise, "noise", "bw,ma", "mix in these `records` of nstdb: em is for comparison, as nstdb's noisy records have it")
	f.StringVar(&o.others, "others", "svdb,nsrdb_excerpt,qtdb", "train on these `databases` too")
	f.StringVar(&o.hidden, "hidden", "64,32", "units of the hidden layers")
	if err := parseFlags(f, w, qrsDoc, args); err != nil {
		return err
	}
	t, err := newQRSTrainer(o)
	if err != nil {
		return err
	}
	if o.cv > 0 {
		return t.crossValidate(ctx, w)
	}
	chosen, err := t.chosen()
	if err != nil {
		return err
	}
	model, err := t.train(ctx, w, chosen, o.seed)
	if err != nil {
		return err
	}
	file := qrsModelFile(model)
	if o.out != "" {
		if err := os.WriteFile(o.out, file, 0o644); err != nil {
			return err
		}
	}
	m, err := detect.ReadQRSModel(file)
	if err != nil {
		return err
	}
	return t.report(w, func(int) *detect.QRSModel { return m })
}

// dataFolder is where the shared test material is, as for the tests.
func dataFolder() string {
	if s := os.Getenv("SINUS_SHARED"); s != "" {
		return filepath.Join(s, "data")
	}
	return filepath.Join("..", "shared", "data")
}

type qrsTrainer struct {
	o        qrsOptions
	names    []string // the records of mitdb
	sources  []source // these, then those of the other databases
	noise    noises
	versions []int
	hidden   [2]int
	nets     [2]int
	labelled [][]labelled // by record and version; made when first needed
}

func newQRSTrainer(o qrsOptions) (*qrsTrainer, error) {
	t := &qrsTrainer{o: o}
	for _, v := range strings.Split(o.versions, ",") {
		n, err := strconv.Atoi(v)
		if err != nil || !slices.Contains(strings.Split(allVersions, ","), v) {
			return nil, fmt.Errorf("%w: -versions %.64q: want some of %s", errUsage, o.versions, allVersions)
		}
		t.versions = append(t.versions, n)
	}
	if _, err := fmt.Sscanf(o.hidden, "%d,%d", &t.hidden[0], &t.hidden[1]); err != nil {
		return nil, fmt.Errorf("%w: -hidden: %v", errUsage, err)
	}
	if _, err := fmt.Sscanf(o.nets, "%d,%d", &t.nets[0], &t.nets[1]); err != nil || min(t.nets[0], t.nets[1]) < 1 || max(t.nets[0], t.nets[1]) > 16 {
		return nil, fmt.Errorf("%w: -nets %q: want two numbers from 1 to 16", errUsage, o.nets)
	}
	mitdb := os.DirFS(filepath.Join(o.data, "mitdb"))
	names, err := bench.Database{FS: mitdb}.Records()
	if err != nil {
		return nil, err
	}
	t.names = names
	for _, name := range names {
		s, err := loadSource(mitdb, name)
		if err != nil {
			return nil, err
		}
		t.sources = append(t.sources, s)
	}
	if o.others != "" {
		for _, db := range strings.Split(o.others, ",") {
			fsys := os.DirFS(filepath.Join(o.data, db))
			names, err := bench.Database{FS: fsys}.Records()
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				if _, err := fs.Stat(fsys, name+".atr"); err != nil {
					continue // no reference beats
				}
				s, err := loadSource(fsys, name)
				if err != nil {
					return nil, err
				}
				t.sources = append(t.sources, s)
			}
		}
	}
	t.labelled = make([][]labelled, len(t.sources))
	for _, name := range strings.Split(o.noise, ",") {
		leads, _, err := loadLeads(os.DirFS(filepath.Join(o.data, "nstdb")), name)
		if err != nil {
			return nil, err
		}
		for _, x := range leads {
			t.noise.records = append(t.noise.records, unit(x, len(x)))
		}
	}
	return t, nil
}

// loadLeads reads two leads at augmentRate.
func loadLeads(fsys fs.FS, name string) (leads [2][]float32, rate float64, err error) {
	r, err := wfdb.Open(fsys, name)
	if err != nil {
		return leads, 0, err
	}
	defer r.Close()
	rate = r.Format().Rate
	x, err := ecg.ReadAll(ecg.Reader[float64](r))
	if err != nil && !errors.Is(err, wfdb.ErrChecksum) {
		return leads, 0, err
	}
	n := len(r.Format().Leads)
	for i := range leads {
		lead := make([]float32, len(x)/n)
		last := 0.0
		for k := range lead {
			if v := x[k*n+i%n]; !math.IsNaN(v) {
				last = v
			}
			lead[k] = float32(last)
		}
		leads[i] = resample(lead, augmentRate/rate)
	}
	return leads, rate, nil
}

func loadSource(fsys fs.FS, name string) (source, error) {
	s := source{name: name}
	leads, rate, err := loadLeads(fsys, name)
	if err != nil {
		return s, err
	}
	list, err := bench.LoadAnnotations(fsys, name, "atr", rate)
	if err != nil {
		return s, err
	}
	fibrillation, unreadable := int64(-1), int64(-1)
	end := int64(0)
	for _, a := range list {
		at := int64(math.Round(float64(a.Time) * augmentRate / rate))
		end = at
		switch mnemonic := a.Code.String(); {
		case a.Code.IsBeat():
			s.beats = append(s.beats, at)
		case mnemonic == "[":
			fibrillation = at
		case mnemonic == "]" && fibrillation >= 0:
			s.free = append(s.free, span{fibrillation, at})
			fibrillation = -1
		case mnemonic == "~":
			if unreadable >= 0 {
				s.free = append(s.free, span{unreadable, at})
				unreadable = -1
			}
			if a.Subtype == -1 {
				unreadable = at
			}
		}
	}
	// Some references end long before the signal does.
	for i, x := range leads {
		if int64(len(x)) > end+10*augmentRate {
			x = x[:end+augmentRate/2]
		}
		s.leads[i] = x
		s.height[i] = heightOf(s.leads[i], s.beats)
	}
	return s, nil
}

// chosen are the records that -on and -leave name.
func (t *qrsTrainer) chosen() ([]int, error) {
	var on []string
	switch t.o.on {
	case "ds1":
		on = ds1
	case "all":
		on = t.names
	default:
		on = strings.Split(t.o.on, ",")
	}
	var leave []string
	if t.o.leave != "" {
		leave = strings.Split(t.o.leave, ",")
	}
	var chosen []int
	for _, n := range append(slices.Clone(on), leave...) {
		i := slices.Index(t.names, n)
		if i < 0 {
			return nil, fmt.Errorf("%w: no record %.64q", errUsage, n)
		}
		if !slices.Contains(leave, n) {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	return append(chosen, t.others()...), nil
}

// others are the records of the other databases.
func (t *qrsTrainer) others() []int {
	var all []int
	for i := len(t.names); i < len(t.sources); i++ {
		all = append(all, i)
	}
	return all
}

// versionsOf are the versions that are made of a record: fewer of the other
// databases, whose records are simpler.
func (t *qrsTrainer) versionsOf(r int) []int {
	if r < len(t.names) {
		return t.versions
	}
	return []int{0, 3, 5, 10}
}

// parallel calls f for 0 to n-1 and returns the first error by number.
func parallel(n int, f func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				errs[i] = f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the versions of the chosen records.
func (t *qrsTrainer) prepare(chosen []int) error {
	return parallel(len(chosen), func(i int) error {
		r := chosen[i]
		if t.labelled[r] != nil {
			return nil
		}
		for _, v := range t.versionsOf(r) {
			rng := rand.New(rand.NewPCG(uint64(r), uint64(v)))
			l, err := label(t.sources[r].version(v, &t.noise, rng))
			if err != nil {
				return err
			}
			t.labelled[r] = append(t.labelled[r], l)
		}
		return nil
	})
}

// collect runs f over all versions of the chosen records and joins the rows in
// their order.
func (t *qrsTrainer) collect(chosen []int, f func(l *labelled, rows *[2]mlp.Rows, rng *rand.Rand) error, seed uint64) (*[2]mlp.Rows, error) {
	type job struct{ record, version int }
	var jobs []job
	for _, r := range chosen {
		for v := range t.labelled[r] {
			jobs = append(jobs, job{r, v})
		}
	}
	parts := make([][2]mlp.Rows, len(jobs))
	err := parallel(len(jobs), func(i int) error {
		j := jobs[i]
		return f(&t.labelled[j.record][j.version], &parts[i], rand.New(rand.NewPCG(seed, uint64(j.record)<<8|uint64(j.version))))
	})
	if err != nil {
		return nil, err
	}
	all := &[2]mlp.Rows{{Inputs: qrsInputs[0]}, {Inputs: qrsInputs[1]}}
	for i := range parts {
		for look := range all {
			all[look].X = append(all[look].X, parts[i][look].X...)
			all[look].Label = append(all[look].Label, parts[i][look].Label...)
			all[look].Weight = append(all[look].Weight, parts[i][look].Weight...)
			parts[i][look] = mlp.Rows{}
		}
	}
	return all, nil
}

// train makes the networks from the chosen records: a first round in which the
// truth makes the decisions, a second in which the network of the first one
// does (S. Ross, G. J. Gordon and J. A. Bagnell, A reduction of imitation
// learning and structured prediction to no-regret online learning, AISTATS 2011).
func (t *qrsTrainer) train(ctx context.Context, w io.Writer, chosen []int, seed uint64) (qrsNets, error) {
	var model qrsNets
	if err := t.prepare(chosen); err != nil {
		return model, err
	}
	c := mlp.Config{Hidden1: t.hidden[0], Hidden2: t.hidden[1], Epochs: 2, Batch: 256, Rate: 0.002, Decay: 1e-4, Drop: 0.1, Leak: 0.05, Clip: 6, Seed: seed}
	rows, err := t.collect(chosen, func(l *labelled, rows *[2]mlp.Rows, rng *rand.Rand) error {
		return l.guided(rows, 0.35, rng)
	}, seed)
	if err != nil {
		return model, err
	}
	first, err := mlp.Train(ctx, &rows[0], c)
	if err != nil {
		return model, err
	}
	roll, err := detect.ReadQRSModel(qrsModelFile(qrsNets{open(), [2][]*mlp.Net{{first}, {constantNet(qrsInputs[1], 0)}}}))
	if err != nil {
		return model, err
	}
	rows, err = t.collect(chosen, func(l *labelled, rows *[2]mlp.Rows, rng *rand.Rand) error {
		return l.alone(rows, roll, 0.2, rng)
	}, seed+1000)
	if err != nil {
		return model, err
	}
	fmt.Fprintf(w, "# seed %d: %d rows of %d records\n", seed, rows[0].Len(), len(chosen))
	c.Epochs = t.o.epochs
	looks := slices.Concat(slices.Repeat([]int{0}, t.nets[0]), slices.Repeat([]int{1}, t.nets[1]))
	nets := make([]*mlp.Net, len(looks))
	err = parallel(1+len(nets), func(i int) error {
		var err error
		if i == 0 {
			model.gate, err = t.trainGate(ctx, w, &rows[0], c)
			return err
		}
		i--
		c := c
		c.Seed = seed + 100*uint64(i)
		nets[i], err = mlp.Train(ctx, &rows[looks[i]], c)
		return err
	})
	for i, n := range nets {
		model.looks[looks[i]] = append(model.looks[looks[i]], n)
	}
	return model, err
}

// trainGate makes the gate from the same rows, and prints what its limits give.
func (t *qrsTrainer) trainGate(ctx context.Context, w io.Writer, rows *mlp.Rows, c mlp.Config) (*mlp.Net, error) {
	cut := mlp.Rows{Inputs: qrsGateInputs, Label: rows.Label, Weight: rows.Weight}
	for i := range rows.Len() {
		cut.X = append(cut.X, rows.X[i*rows.Inputs:][:qrsGateInputs]...)
	}
	c.Hidden1, c.Hidden2, c.Drop = 24, 12, 0
	n, err := mlp.Train(ctx, &cut, c)
	if err != nil {
		return nil, err
	}
	odds := make([]float32, cut.Len())
	for i := range odds {
		odds[i] = n.Odds(cut.X[i*cut.Inputs:][:cut.Inputs], c)
	}
	for _, limit := range []float32{-8, -7, -6, -5, 5, 6, 7, 8, 9} {
		var all, beyond [2]float32 // of what is no beat, of beats
		for i, label := range cut.Label {
			k := int(label)
			all[k] += rows.Weight[i]
			if limit < 0 && odds[i] <= limit || limit > 0 && odds[i] >= limit {
				beyond[k] += rows.Weight[i]
			}
		}
		fmt.Fprintf(w, "# gate beyond %2.0f: %.4f %% of the beats, %.4f %% of the rest\n", limit, 100*beyond[1]/all[1], 100*beyond[0]/all[0])
	}
	return n, nil
}

// crossValidate trains without each fold in turn and scores that fold. The fold
// of a patient is the place of the first record in the sorted list modulo the
// number of folds.
func (t *qrsTrainer) crossValidate(ctx context.Context, w io.Writer) error {
	fold := func(i int) int {
		first := path.Base(patientOf("mitdb", t.names[i]))
		return slices.Index(t.names, first) % t.o.cv
	}
	for s := range t.o.seeds {
		models := make([]*detect.QRSModel, t.o.cv)
		for f := range models {
			var chosen []int
			for i := range t.names {
				if fold(i) != f {
					chosen = append(chosen, i)
				}
			}
			chosen = append(chosen, t.others()...)
			nets, err := t.train(ctx, w, chosen, t.o.seed+uint64(s))
			if err != nil {
				return err
			}
			file := qrsModelFile(nets)
			if t.o.out != "" {
				if err := os.WriteFile(fmt.Sprintf("%s.%d.%d", t.o.out, t.o.seed+uint64(s), f), file, 0o644); err != nil {
					return err
				}
			}
			if models[f], err = detect.ReadQRSModel(file); err != nil {
				return err
			}
		}
		fmt.Fprintf(w, "%d-fold cross-validation, seed %d\n", t.o.cv, t.o.seed+uint64(s))
		if err := t.report(w, func(i int) *detect.QRSModel { return models[fold(i)] }); err != nil {
			return err
		}
	}
	return nil
}

// report scores every record of mitdb with the model for it: lead 0, then both.
func (t *qrsTrainer) report(w io.Writer, model func(i int) *detect.QRSModel) error {
	for leads := 1; leads <= 2; leads++ {
		if err := t.score(w, model, leads); err != nil {
			return err
		}
	}
	return nil
}

func (t *qrsTrainer) score(w io.Writer, model func(i int) *detect.QRSModel, leads int) error {
	type score struct{ late, whole bench.Comparison }
	scores := make([]score, len(t.names))
	err := parallel(len(t.names), func(i int) error {
		beats, err := detectAll(t.sources[i].leads[:leads], model(i), nil)
		if err != nil {
			return err
		}
		test := make([]wfdb.Annotation, len(beats))
		for k, b := range beats {
			test[k] = wfdb.Annotation{Time: b.At, Code: wfdb.CodeOf(ecg.Normal)}
		}
		ref, err := bench.LoadAnnotations(os.DirFS(filepath.Join(t.o.data, "mitdb")), t.names[i], "atr", augmentRate)
		if err != nil {
			return err
		}
		c := bench.EC57(augmentRate, int64(len(t.sources[i].leads[0])))
		if scores[i].late, err = bench.Compare(ref, test, c); err != nil {
			return err
		}
		c.Start = 0
		scores[i].whole, err = bench.Compare(ref, test, c)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d leads; records with errors (missed/extra from 5:00):", leads)
	for i, s := range scores {
		if q := s.late.Matrix.QRS(); q.FN+q.FP > 0 {
			fmt.Fprintf(w, " %s:%d/%d", t.names[i], q.FN, q.FP)
		}
	}
	fmt.Fprintln(w)
	for _, g := range []struct {
		name    string
		records []string
	}{{"all", t.names}, {"DS1", ds1}, {"DS2", ds2}, {"paced", paced}} {
		var late, whole bench.Counts
		for i, s := range scores {
			if slices.Contains(g.records, t.names[i]) {
				addCounts(&late, s.late.Matrix.QRS())
				addCounts(&whole, s.whole.Matrix.QRS())
			}
		}
		line := func(c bench.Counts) string {
			return fmt.Sprintf("Se %7.3f  +P %7.3f  DER %.3f %% (%d missed, %d extra)", 100*float64(c.TP)/float64(c.TP+c.FN), 100*float64(c.TP)/float64(c.TP+c.FP), 100*float64(c.FN+c.FP)/float64(c.TP+c.FN), c.FN, c.FP)
		}
		fmt.Fprintf(w, "%-5s from 5:00  %s\n      from 0:00  %s\n", g.name, line(late), line(whole))
	}
	return nil
}

func addCounts(sum *bench.Counts, c bench.Counts) { sum.TP += c.TP; sum.FN += c.FN; sum.FP += c.FP }
