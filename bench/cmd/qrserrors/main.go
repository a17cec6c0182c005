// Command qrserrors lists what the default QRS detector gets wrong.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
)

const usage = `qrserrors lists every beat that detect.QRS misses and every extra one, with
record, time, and what the detector thought of the place; at the end how far the
found beats lie from the reference.

    qrserrors -db data/mitdb                        one lead of each record, from 5:00
    qrserrors -db data/mitdb -figure worst.svg      and draw the ten worst stretches
    qrserrors -db data/mitdb -model cv.bin -records 203    with a model that has not seen 203

Exit codes: 0 good, 1 failed, 2 wrong use.

usage: qrserrors -db FOLDER [flags]
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("qrserrors", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	db := f.String("db", "", "`folder` of the database")
	records := f.String("records", "", "these records, `a,b,c`; all with reference beats if not given")
	lead := f.String("lead", "0", "`lead`: a number from 0 or a name")
	from := f.String("from", "5:00", "start of the test period, a `time`")
	model := f.String("model", "", "verifier of this `file`, written by train qrs -o; the embedded one if not given")
	figure := f.String("figure", "", "draw the ten worst stretches of 10 s into this SVG `file`")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return 0
	case err == nil && f.NArg() > 0:
		err = fmt.Errorf("what is %.64q?", f.Arg(0))
	case err == nil && *db == "":
		err = errors.New("-db is missing")
	}
	if err != nil {
		fmt.Fprintln(stderr, "qrserrors:", err, "(qrserrors -h tells more)")
		return 2
	}
	if err := list(*db, *model, *records, *lead, *from, *figure, stdout); err != nil {
		fmt.Fprintln(stderr, "qrserrors:", err)
		return 1
	}
	return 0
}

func list(db, model, records, lead, from, figure string, w io.Writer) error {
	if _, err := os.Stat(db); err != nil {
		return err
	}
	var verifier *detect.QRSModel
	if model != "" {
		file, err := os.ReadFile(model)
		if err != nil {
			return err
		}
		if verifier, err = detect.ReadQRSModel(file); err != nil {
			return fmt.Errorf("%s: %w", model, err)
		}
	}
	d := bench.Database{FS: os.DirFS(db)}
	names := strings.FieldsFunc(records, func(r rune) bool { return r == ',' })
	if len(names) == 0 {
		all, err := d.Records()
		if err != nil {
			return fmt.Errorf("%s: %w", db, err)
		}
		for _, name := range all {
			if _, err := os.Stat(db + "/" + name + ".atr"); err == nil {
				names = append(names, name)
			}
		}
	}
	var sum bench.QRSErrors
	missed := 0
	fmt.Fprintln(w, "record  time         sample   error   beat  reason")
	for _, name := range names {
		e, err := d.FindQRSErrors(verifier, name, lead, from)
		if err != nil {
			return err
		}
		for _, q := range e.List {
			kind, class := "extra", ""
			if q.Missed {
				kind, class = "missed", q.Class.String()
				missed++
			}
			at := time.Duration(float64(q.At) / q.Rate * float64(time.Second)).Round(time.Millisecond)
			fmt.Fprintf(w, "%-7s %-11v %8d   %-7s %-4s  %s\n", q.Record, at, q.At, kind, class, q.Reason)
		}
		sum.List = append(sum.List, e.List...)
		sum.Differences = append(sum.Differences, e.Differences...)
	}
	fmt.Fprintf(w, "%d missed, %d extra, %d found\n", missed, len(sum.List)-missed, len(sum.Differences))
	if len(sum.Differences) > 0 {
		// 8.4 ms: three samples at 360 Hz, the rate of the reference in mitdb.
		share, bias := sum.Within(0.0084)
		fmt.Fprintf(w, "R peaks within 8.4 ms of the reference: %.2f %%; mean difference %.2f ms\n", share, 1000*bias)
	}
	if figure == "" {
		return nil
	}
	out, err := os.Create(figure)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := d.WriteStretches(out, bench.WorstStretches(sum.List, 10), lead); err != nil {
		return err
	}
	return out.Close()
}
