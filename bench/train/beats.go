package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

const beatsDoc = `train beats trains the beat classifier: models of the rhythm on the beats of
ltafdb and nsrdb, then models of V and of S on DS1 of mitdb, svdb and qtdb, as
they are and with noise of nstdb (bw, ma), on reference beats and on those that
the detector finds. The figures are those of record-wise cross-validation.

    train beats -o detect/models/beats.bin        the embedded model
    train beats -leave 118,119 -o noise.bin       for figures on nstdb
    train beats -ablation                         what rhythm and shape do alone
    train beats -across                           each database by the two others

`

type beatOptions struct {
	data, rows, out, leave string
	folds                  int
	vInputs, sInputs       string
	mode                   int
	ablation, across       bool
	nets                   int
	epochs                 int
}

// The inputs of the models, chosen by cross-validation.
const (
	beatVInputs = "z0 rNormal rMost far farLeast farMost area rNext rPrev rCluster clusterEarly widthRatio gain noise rrMedian32 pair pDrop " +
		"clusterRR clusterRun clusterRegular clusterP clusterSame clusterCount " +
		"doubt doubt8 misfit8 rest rest8 rKnown prevNormal nextDoubt nextNormal nextCluster"
	beatSInputs = "xS af rrBase irregular128 jumps32 q90of256 pq pDrop pRise prevAbnormal rNormal"
)

// beatsAlone are the inputs of V and S of the ablation.
var beatsAlone = []struct{ name, v, s string }{
	{"rhythm alone", "rrMedian32 pair rrBefore nextRatio xS", "xS af rrBase irregular128 jumps32 q90of256"},
	{"shape alone", "rNormal rMost far farLeast farMost area rNext rPrev rCluster widthRatio gain noise clusterRun clusterSame clusterCount frequency", "pq pDrop pRise prevAbnormal rNormal"},
}

// beatNextInputs are known with the next beat only.
var beatNextInputs = []string{"next", "nextRatio", "pair", "nextQ75", "nextM8", "rNext", "nextDoubt", "nextNormal", "nextCluster"}

// beatRising are the inputs with which the odds can only rise (1) or fall (-1).
var (
	beatVMonotone = map[string]int8{"z0": 1, "widthRatio": 1, "rNormal": -1, "rMost": -1, "far": 1, "farLeast": 1, "pDrop": -1, "clusterEarly": 1}
	beatSMonotone = map[string]int8{"xS": 1, "af": -1, "rrBase": -1, "irregular128": -1, "jumps32": -1, "q90of256": -1, "pDrop": -1}
)

func trainBeats(ctx context.Context, w io.Writer, args []string) error {
	var o beatOptions
	f := flag.NewFlagSet("beats", flag.ContinueOnError)
	f.StringVar(&o.data, "data", dataFolder(), "`folder` with the databases")
	f.StringVar(&o.rows, "rows", "", "keep the rows in this `file`, for the next run")
	f.StringVar(&o.out, "o", "", "write the model to this `file`")
	f.StringVar(&o.leave, "leave", "", "do not train on records `a,b,c` of mitdb")
	f.BoolVar(&o.ablation, "ablation", false, "cross-validate models of rhythm and of shape alone too")
	f.BoolVar(&o.across, "across", false, "the folds are the databases")
	f.IntVar(&o.folds, "folds", 5, "of the cross-validation")
	f.IntVar(&o.nets, "nets", 2, "`networks` for V, averaged")
	f.IntVar(&o.epochs, "epochs", 6, "of their training")
	f.StringVar(&o.vInputs, "v", beatVInputs, "`inputs` of the models of V")
	f.StringVar(&o.sInputs, "s", beatSInputs, "`inputs` of the model of S")
	f.IntVar(&o.mode, "mode", -1, "0: only that with a look at the next beat, 1: only that without")
	if err := parseFlags(f, w, beatsDoc, args); err != nil {
		return err
	}
	t := &beatTrainer{o: o}
	if err := t.open(); err != nil {
		return err
	}
	rhythm, err := t.rhythm(ctx, w)
	if err != nil {
		return err
	}
	if err := t.collect(rhythm); err != nil {
		return err
	}
	modes := rhythm
	var next []beatOdds // of mode 1, which mode 0 goes by
	for _, mode := range [...]int{1, 0} {
		if o.mode >= 0 && o.mode != mode {
			continue
		}
		odds, doubtful, err := t.crossValidate(ctx, mode, next)
		if err != nil {
			return err
		}
		next = odds
		fmt.Fprintf(w, "# mode %d, cross-validated\n", mode)
		biasV, biasS := t.report(w, odds)
		if o.ablation {
			if err := t.alone(ctx, w, mode); err != nil {
				return err
			}
		}
		if o.out == "" {
			continue
		}
		t.look(mode)
		m, err := t.fit(ctx, mode, func(int) bool { return true })
		if err != nil {
			return err
		}
		if m.beside, err = t.fitBeside(ctx, mode, doubtful); err != nil {
			return err
		}
		m.rhythm, m.fibrillation, m.biasV, m.biasS = rhythm[mode].rhythm, rhythm[mode].fibrillation, biasV, biasS
		modes[mode] = m
	}
	if o.out == "" {
		return nil
	}
	return os.WriteFile(o.out, beatModelFile(modes), 0o644)
}

// beatDatabases have signals and the classes of beats.
var beatDatabases = []string{"mitdb", "svdb", "qtdb", "nsrdb_excerpt"}

type beatTrainer struct {
	o       beatOptions
	records []beatRecord
	noise   noises
	rows    []beatRow
	mode    int      // that the rows are of
	missed  [][6]int // by record and version
}

// open reads the records.
func (t *beatTrainer) open() error {
	leave := strings.Split(t.o.leave, ",")
	add := func(db, name string) error {
		if db == "mitdb" && slices.Contains(leave, name) {
			return nil
		}
		r, err := loadBeatRecord(t.o.data, db, name)
		if err != nil {
			return err
		}
		t.records = append(t.records, r)
		return nil
	}
	for _, n := range ds1 {
		if err := add("mitdb", n); err != nil {
			return err
		}
	}
	for _, db := range beatDatabases[1:] {
		fsys := os.DirFS(filepath.Join(t.o.data, db))
		names, err := bench.Database{FS: fsys}.Records()
		if err != nil {
			return err
		}
		for _, n := range names {
			if _, err := fs.Stat(fsys, n+".atr"); err != nil {
				continue // no reference beats
			}
			if err := add(db, n); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"bw", "ma"} {
		leads, _, err := loadLeads(os.DirFS(filepath.Join(t.o.data, "nstdb")), name)
		if err != nil {
			return err
		}
		for _, x := range leads {
			t.noise.records = append(t.noise.records, unit(x, len(x)))
		}
	}
	return nil
}

// rhythm trains what is taught by the long records.
func (t *beatTrainer) rhythm(ctx context.Context, w io.Writer) (modes [2]beatMode, err error) {
	rows, err := rhythmRows(t.o.data)
	if err != nil {
		return modes, err
	}
	fmt.Fprintln(w, "#", printRhythmRows(rows))
	s, af, err := rhythmForests(ctx, rows)
	if err != nil {
		return modes, err
	}
	for i := range modes {
		modes[i] = beatMode{rhythm: s[i], fibrillation: af[i], vTrees: leaf(-3), s: leaf(-3), beside: leaf(-3)}
	}
	return modes, nil
}

// collect runs the classifier over all versions of all records.
func (t *beatTrainer) collect(rhythm [2]beatMode) error {
	t.rows, t.missed = nil, make([][6]int, len(t.records)*len(beatVersions))
	if b, err := os.ReadFile(t.o.rows); err == nil && t.o.rows != "" {
		t.decode(b)
		return nil
	}
	model, err := detect.ReadBeatModel(beatModelFile(rhythm))
	if err != nil {
		return err
	}
	parts := make([][]beatRow, len(t.missed))
	err = parallel(len(parts), func(i int) error {
		var err error
		r, v := i/len(beatVersions), i%len(beatVersions)
		parts[i], t.missed[i], err = t.records[r].beatRows(r, v, &t.noise, model, &rhythm[1])
		return err
	})
	if err != nil {
		return err
	}
	t.rows = slices.Concat(parts...)
	if t.o.rows != "" {
		return os.WriteFile(t.o.rows, t.encode(), 0o644)
	}
	return nil
}

func (t *beatTrainer) encode() []byte {
	var b []byte
	u := func(v int) { b = binary.LittleEndian.AppendUint32(b, uint32(v)) }
	for _, m := range t.missed {
		for _, v := range m {
			u(v)
		}
	}
	for _, r := range t.rows {
		u(r.record)
		u(r.version)
		u(int(r.truth))
		u(int(r.at))
		for _, v := range r.x {
			u(int(math.Float32bits(v)))
		}
	}
	return b
}

func (t *beatTrainer) decode(b []byte) {
	u := func() int {
		v := binary.LittleEndian.Uint32(b)
		b = b[4:]
		return int(v)
	}
	for i := range t.missed {
		for j := range t.missed[i] {
			t.missed[i][j] = u()
		}
	}
	for len(b) > 0 {
		r := beatRow{record: u(), version: u(), truth: ecg.Class(u()), at: int64(u())}
		r.x = make([]float32, len(detect.BeatInputs)+2)
		for i := range r.x {
			r.x[i] = math.Float32frombits(uint32(u()))
		}
		t.rows = append(t.rows, r)
	}
}

// inputsOf are the numbers of named inputs; in mode 1 without those of the next
// beat.
func inputsOf(names string, mode int) ([]int, error) {
	var list []int
	for _, n := range strings.Fields(names) {
		if mode == 1 && slices.Contains(beatNextInputs, n) {
			continue
		}
		i := slices.Index(detect.BeatInputs[:], n)
		if i < 0 {
			return nil, fmt.Errorf("%w: no input %.64q", errUsage, n)
		}
		list = append(list, i)
	}
	return list, nil
}

func monotone(m map[string]int8, size int) []int8 {
	out := make([]int8, size)
	for i := range out {
		out[i] = m[detect.BeatInputs[i]]
	}
	return out
}

// pick is what of x is on the list.
func pick[T any](x []T, list []int) []T {
	out := make([]T, len(list))
	for i, k := range list {
		out[i] = x[k]
	}
	return out
}

// fold of a record: patients are dealt out in their order. Across databases, a
// patient of two is in the first.
func (t *beatTrainer) fold(record int) int {
	if t.o.across {
		db, _, _ := strings.Cut(t.records[record].patient, "/")
		return slices.Index(beatDatabases, db)
	}
	var patients []string
	for i := 0; i <= record; i++ {
		if !slices.Contains(patients, t.records[i].patient) {
			patients = append(patients, t.records[i].patient)
		}
	}
	return slices.Index(patients, t.records[record].patient) % t.o.folds
}

// Of N, every tenth beat teaches. The model of S learns from all those that come
// early, each with a tenth of the weight: in sinus rhythm they are few, and all that
// is ever taken for S.
const (
	beatThin  = 10
	beatEarly = -1 // log odds of S by the rhythm alone
)

// fit trains on the records that use tells. Rows have the weight of their version,
// then are equalised.
func (t *beatTrainer) fit(ctx context.Context, mode int, use func(record int) bool) (m beatMode, err error) {
	if m.vInputs, err = inputsOf(t.o.vInputs, mode); err != nil {
		return m, err
	}
	sInputs, err := inputsOf(t.o.sInputs, mode)
	if err != nil {
		return m, err
	}
	var forV, forS boost.Rows
	forV.Inputs, forS.Inputs = len(m.vInputs), len(sInputs)
	var recordV, recordS []int
	for i := range t.rows {
		r := &t.rows[i]
		if !use(r.record) || r.truth == ecg.Fusion || r.truth == ecg.Unknown {
			continue
		}
		weight := beatVersions[r.version].weight
		rare := r.truth == ecg.Supraventricular || r.truth == ecg.Ventricular
		taught := rare || i%beatThin == 0
		if taught {
			y := float32(0)
			if r.truth == ecg.Ventricular {
				y = 1
			}
			forV.Append(pick(r.x, m.vInputs), y, weight)
			recordV = append(recordV, r.record)
		}
		if r.truth == ecg.Ventricular || beatVersions[r.version].hard {
			continue
		}
		y := float32(0)
		switch {
		case rare:
			y = 1
		case r.x[len(detect.BeatInputs)-2] > beatEarly: // xS
			weight /= beatThin
		case !taught:
			continue
		}
		forS.Append(pick(r.x, sInputs), y, weight)
		recordS = append(recordS, r.record)
	}
	equalise(&forV, recordV)
	equalise(&forS, recordS)
	n := len(detect.BeatInputs)
	m.vTrees, err = boost.Train(ctx, &forV, boost.Config{Trees: 100, Leaves: 6, Rate: 0.08, MinRows: 100, L2: 5, Monotone: pick(monotone(beatVMonotone, n), m.vInputs), Seed: 1})
	if err != nil {
		return m, err
	}
	m.s, err = boost.Train(ctx, &forS, boost.Config{Trees: 250, Leaves: 4, Rate: 0.08, MinRows: 100, L2: 5, Features: 0.7, Monotone: pick(monotone(beatSMonotone, n), sInputs), Seed: 1})
	if err != nil {
		return m, err
	}
	renumber(m.vTrees, m.vInputs)
	renumber(m.s, sInputs)
	for k := range t.o.nets {
		net, err := mlp.Train(ctx, &mlp.Rows{Inputs: forV.Inputs, X: forV.X, Label: forV.Label, Weight: forV.Weight}, mlp.Config{Hidden1: 12, Hidden2: 6, Epochs: t.o.epochs, Batch: 256, Rate: 0.003, Decay: 0.1, Drop: 0, Leak: 0.05, Clip: 6, Seed: uint64(k + 1)})
		if err != nil {
			return m, err
		}
		m.v = append(m.v, net)
	}
	return m, nil
}

// renumber makes the inputs of a forest those of the whole list.
func renumber(f *boost.Forest, inputs []int) {
	for i := range f.Nodes {
		if n := &f.Nodes[i]; n.Input >= 0 {
			n.Input = inputs[n.Input]
		}
	}
}

// beatOdds are those of a row: V, S, V beside a V, and whether the next beat looks like
// V without a look at the one behind it.
type beatOdds struct {
	v, s, beside float32
	beforeV      bool
}

const beatNever = -99 // log odds

func (m *beatMode) odds(x []float32) beatOdds {
	v := m.vTrees.Odds(x)
	in := make([]float32, len(m.vInputs))
	for i, k := range m.vInputs {
		in[i] = x[k]
	}
	for _, n := range m.v {
		v += n.Odds(in, mlp.Config{Clip: 6, Leak: 0.05})
	}
	return beatOdds{v: v/float32(1+len(m.v)) - detect.BeatCaution(x), s: m.s.Odds(x), beside: beatNever}
}

// crossValidate gives each row the odds of models that have not seen its patient.
// doubtful are the rows that teach what is V beside a V. In mode 0 next are the odds of
// mode 1, nil if they have not been made.
func (t *beatTrainer) crossValidate(ctx context.Context, mode int, next []beatOdds) (odds []beatOdds, doubtful []int, err error) {
	if odds, err = t.heldOut(ctx, mode); err != nil {
		return nil, nil, err
	}
	if mode == 0 {
		if next == nil {
			if next, _, err = t.crossValidate(ctx, 1, nil); err != nil {
				return nil, nil, err
			}
		}
		biasV, _ := t.biases(next)
		for i := range odds {
			odds[i].beforeV = t.follows(i, i+1) && next[i+1].v+biasV > 0
		}
	}
	biasV, _ := t.biases(odds)
	isV := func(i int) bool { return odds[i].v+biasV > 0 }
	for i := range t.rows {
		r := &t.rows[i]
		if !isV(i) && r.truth != ecg.Unknown && r.version < beatPlain &&
			detect.BeatBeside(r.x, t.follows(i-1, i) && isV(i-1), func() bool { return odds[i].beforeV }) {
			doubtful = append(doubtful, i)
		}
	}
	t.look(mode)
	return odds, doubtful, t.eachFold(func(k int, folds []int) error {
		forest, err := t.fitBeside(ctx, mode, slices.DeleteFunc(slices.Clone(doubtful), func(i int) bool { return folds[t.rows[i].record] == k }))
		if err != nil {
			return err
		}
		for i := range t.rows {
			if x := t.rows[i].x; folds[t.rows[i].record] == k && detect.BeatBeside(x, true, func() bool { return true }) {
				odds[i].beside = forest.Odds(x)
			}
		}
		return nil
	})
}

// eachFold runs f for every fold; folds has that of every record.
func (t *beatTrainer) eachFold(f func(k int, folds []int) error) error {
	folds := make([]int, len(t.records))
	for i := range folds {
		folds[i] = t.fold(i)
	}
	n := t.o.folds
	if t.o.across {
		n = len(beatDatabases)
	}
	return parallel(n, func(k int) error { return f(k, folds) })
}

// What is V beside a V is taught by the records as they are (beatPlain versions), for
// their runs are few: beats that the model of V has in doubt or takes for others. EC57
// counts the fusion beats in a run as part of it, and so they are V here. beatSure is
// how high the log odds must be, chosen on DS1 and svdb: a false one makes two beats a run.
const (
	beatPlain = 3
	beatSure  = 2
)

func (t *beatTrainer) fitBeside(ctx context.Context, mode int, doubtful []int) (*boost.Forest, error) {
	inputs, err := inputsOf(t.o.vInputs, mode)
	if err != nil {
		return nil, err
	}
	rows := boost.Rows{Inputs: len(inputs)}
	var records []int
	for _, i := range doubtful {
		r := &t.rows[i]
		y := float32(0)
		if r.truth == ecg.Ventricular || r.truth == ecg.Fusion {
			y = 1
		}
		rows.Append(pick(r.x, inputs), y, beatVersions[r.version].weight)
		records = append(records, r.record)
	}
	if len(records) == 0 {
		return leaf(beatNever), nil
	}
	equalise(&rows, records)
	f, err := boost.Train(ctx, &rows, boost.Config{Trees: 100, Leaves: 6, Rate: 0.08, MinRows: 30, L2: 5, Monotone: pick(monotone(beatVMonotone, len(detect.BeatInputs)), inputs), Seed: 1})
	if err != nil {
		return nil, err
	}
	if len(f.Roots) == 0 {
		return leaf(beatNever), nil // only one kind
	}
	renumber(f, inputs)
	f.Nodes[f.Roots[0]].Value -= beatSure
	return f, nil
}

// follows reports whether row k is of the beat behind that of row i.
func (t *beatTrainer) follows(i, k int) bool {
	return i >= 0 && k < len(t.rows) && t.rows[i].record == t.rows[k].record && t.rows[i].version == t.rows[k].version
}

// heldOut gives each row the odds of V and S.
func (t *beatTrainer) heldOut(ctx context.Context, mode int) ([]beatOdds, error) {
	t.look(mode)
	odds := make([]beatOdds, len(t.rows))
	err := t.eachFold(func(k int, folds []int) error {
		m, err := t.fit(ctx, mode, func(r int) bool { return folds[r] != k })
		if err != nil {
			return err
		}
		for i := range t.rows {
			if folds[t.rows[i].record] == k {
				odds[i] = m.odds(t.rows[i].x)
			}
		}
		return nil
	})
	return odds, err
}

// alone cross-validates models of part of the inputs.
func (t *beatTrainer) alone(ctx context.Context, w io.Writer, mode int) error {
	v, s := t.o.vInputs, t.o.sInputs
	defer func() { t.o.vInputs, t.o.sInputs = v, s }()
	for _, a := range beatsAlone {
		t.o.vInputs, t.o.sInputs = a.v, a.s
		odds, _, err := t.crossValidate(ctx, mode, nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "# %s\n", a.name)
		t.tables(w, odds)
	}
	return nil
}
