// Command ec57 scores a detector, or annotation files, against the reference
// annotations of a database, by the rules of ANSI/AAMI EC57.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/wfdb"
)

const usage = `ec57 compares beats with the reference annotations of a database, beat by beat.

    ec57 -db data/mitdb -detector pantompkins           run a detector, score it from 5:00
    ec57 -db data/mitdb -detector pantompkins -from 0:00    whole records
    ec57 -db data/mitdb -test qrs -testdir out -json    score out/100.qrs, out/101.qrs, ...

The text is the line format of bxb -L with the aggregates of sumstats. With
-json it is one object: records (counts, and the matrix: rows N S V F Q O X of
the reference, columns n s v f q o x of the test), gross and average (percent,
null where undefined). Exit codes: 0 good, 1 failed, 2 wrong use.

With -classify the beats get their classes from the library too:

    ec57 -db data/mitdb -detector qrs -classify -lead all -records ds2 -from 0:00
    ec57 -db data/mitdb -beats atr -classify -lead all     of annotated beats

Then kappa and jk stand below, of the beats that both sides have.

usage: ec57 -db FOLDER (-detector NAME | -test ANNOTATOR) [flags]
`

type options struct {
	db, records, ref, test, testDir, detector, lead, from string
	json                                                  bool
	classifyOptions
	rhythmOptions
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "ec57:", err, "(ec57 -h tells more)")
		return 2
	}
	if err := score(o, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "ec57:", err)
		return 1
	}
	return 0
}

func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("ec57", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.db, "db", "", "`folder` of the database")
	f.StringVar(&o.records, "records", "", "these records, `a,b,c`, or ds1, ds2, paced of mitdb; all if not given")
	f.StringVar(&o.ref, "ref", "atr", "reference `annotator`")
	f.StringVar(&o.test, "test", "", "score annotation files of this `annotator`")
	f.StringVar(&o.testDir, "testdir", "", "`folder` of these files, if not that of the database")
	f.StringVar(&o.detector, "detector", "", "run and score the detector of this `name`")
	f.StringVar(&o.lead, "lead", "0", "`lead` for the detector: a number from 0, a name, or all")
	f.StringVar(&o.from, "from", "5:00", "start of the test period, a `time`; 0:00 for whole records")
	f.BoolVar(&o.json, "json", false, "print JSON")
	o.classifyOptions.flags(f)
	o.rhythmOptions.flags(f)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage, rhythmUsage, "\n")
			f.SetOutput(stdout)
			f.PrintDefaults()
		}
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("what is %.64q?", f.Arg(0))
	case o.db == "":
		return o, errors.New("-db is missing")
	case o.classifyOptions != classifyOptions{} && !o.classify && o.figure == "" && !o.deChazal:
		return o, errors.New("a flag that needs -classify is given without it")
	case o.classify && o.test != "":
		return o, errors.New("-classify has nothing to do with -test")
	case o.task != "":
		if err := o.checkRhythm(); err != nil {
			return o, err
		}
	case o.classify && o.rhythmOptions == rhythmOptions{beats: o.beats} && (o.beats == "") != (o.detector == ""):
	case o.rhythmOptions != rhythmOptions{}:
		return o, errors.New("a flag that needs -task is given without it")
	case (o.test == "") == (o.detector == ""):
		return o, errors.New("one of -test and -detector is needed")
	case o.testDir != "" && o.test == "":
		return o, errors.New("-testdir needs -test")
	}
	if o.detector != "" {
		if _, err := bench.FindDetector(o.detector); err != nil {
			return o, err
		}
	}
	if !strings.HasPrefix(o.from, "[") { // a time of day needs the record's
		if _, err := (&wfdb.Header{}).Times(wfdb.DefaultRate).Parse(o.from); err != nil {
			return o, fmt.Errorf("-from: %w", err)
		}
	}
	return o, nil
}

func score(o options, stdout, stderr io.Writer) error {
	if _, err := os.Stat(o.db); err != nil {
		return err
	}
	if o.task != "" {
		return scoreRhythm(o, stdout, stderr)
	}
	d := bench.Database{FS: os.DirFS(o.db)}
	records, err := chosen(d, o, d.Records, stderr)
	if err != nil {
		return fmt.Errorf("%s: %w", o.db, err)
	}
	e := bench.Evaluation{Reference: o.ref, Start: o.from, SVEB: true, DeChazal: o.deChazal}
	c, err := o.classification()
	if err != nil {
		return err
	}
	switch {
	case o.detector != "":
		detector, err := bench.FindDetector(o.detector)
		if err != nil {
			return err
		}
		if o.classify {
			detector = c.With(detector)
		}
		e.Test = d.DetectorSource(detector, o.lead)
	case o.classify:
		e.Test = d.ClassifiedSource(c, o.beats, o.lead)
	default:
		dir := d.FS
		if o.testDir != "" {
			dir = os.DirFS(o.testDir)
		}
		e.Test = d.AnnotatorSource(dir, o.test)
	}
	table, err := d.Evaluate(records, e)
	if err != nil {
		return err
	}
	if err := o.writeFigure(table); err != nil {
		return err
	}
	if o.json {
		return writeJSON(stdout, table)
	}
	if _, err := table.WriteTo(stdout); err != nil || !o.classify {
		return err
	}
	sum := table.Sum()
	_, err = fmt.Fprintf(stdout, "kappa %.4f  jk %.4f\n", sum.Kappa(), sum.JK())
	return err
}

// chosen are the records to score: those asked for, else all that have
// reference annotations.
func chosen(d bench.Database, o options, list func() ([]string, error), stderr io.Writer) ([]string, error) {
	if group := bench.Groups[o.records]; group != nil {
		return group, nil
	}
	if o.records != "" {
		return strings.Split(o.records, ","), nil
	}
	all, err := list()
	if err != nil {
		return nil, err
	}
	var records, without []string
	for _, r := range all {
		if _, err := fs.Stat(d.FS, r+"."+o.ref); err != nil {
			without = append(without, r)
			continue
		}
		records = append(records, r)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("no record has annotations %.64q", o.ref)
	}
	if len(without) > 0 {
		fmt.Fprintf(stderr, "ec57: left out, no annotations %q: %s\n", o.ref, strings.Join(without, " "))
	}
	return records, nil
}

type jsonRecord struct {
	Name   string       `json:"name"`
	QTP    int          `json:"q_tp"`
	QFN    int          `json:"q_fn"`
	QFP    int          `json:"q_fp"`
	VTP    int          `json:"v_tp"`
	VFN    int          `json:"v_fn"`
	VFP    int          `json:"v_fp"`
	STP    int          `json:"s_tp"`
	SFN    int          `json:"s_fn"`
	SFP    int          `json:"s_fp"`
	Matrix bench.Matrix `json:"matrix"`
}

// number is a float64 that is null where it is not a number.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

type jsonSummary struct {
	QSe number `json:"q_se"`
	QPP number `json:"q_pp"`
	VSe number `json:"v_se"`
	VPP number `json:"v_pp"`
	SSe number `json:"s_se"`
	SPP number `json:"s_pp"`
	DER number `json:"der"`
}

func summaryOf(s bench.Summary) jsonSummary {
	return jsonSummary{number(s.QSe), number(s.QPP), number(s.VSe), number(s.VPP), number(s.SSe), number(s.SPP), number(s.DER)}
}

func writeJSON(w io.Writer, t *bench.Table) error {
	var out struct {
		Records []jsonRecord `json:"records"`
		Gross   jsonSummary  `json:"gross"`
		Average jsonSummary  `json:"average"`
		Kappa   number       `json:"kappa"`
		JK      number       `json:"jk"`
	}
	for i, c := range t.Records {
		q, v, s := c.Matrix.QRS(), c.Matrix.VEB(), c.Matrix.SVEB()
		out.Records = append(out.Records, jsonRecord{t.Names[i], q.TP, q.FN, q.FP, v.TP, v.FN, v.FP, s.TP, s.FN, s.FP, c.Matrix})
	}
	gross, average := bench.Summarize(t.Records)
	out.Gross, out.Average = summaryOf(gross), summaryOf(average)
	sum := t.Sum()
	out.Kappa, out.JK = number(sum.Kappa()), number(sum.JK())
	return json.NewEncoder(w).Encode(out)
}
