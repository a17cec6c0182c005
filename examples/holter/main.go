// Command holter streams one ECG record through the detector and prints what a
// cardiology technician looks at first.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

const usage = `holter reads one ECG record as a stream and prints a summary of its rhythm.

    holter                       a synthetic patient, no files needed
    holter data/mitdb/100        a WFDB record: data/mitdb/100.hea and its signal file
    holter -o qrs data/mitdb/100 also writes the beats to data/mitdb/100.qrs
    holter mitdb/100             from physionet.org, if it is not here

What was read from PhysioNet stays in the folder $SINUS_CACHE (else in that for
caches of the user); $SINUS_PHYSIONET names another server
(https://physionet.org/files).

Exit codes: 0 good, 1 failed or interrupted, 2 wrong use. Not a medical device.

usage: holter [flags] [RECORD]
`

// options are the command line.
type options struct {
	record    string // "" for the synthetic patient
	annotator string
	outDir    string
	beside    bool // outDir is the folder of the record, as none was given
	lead      string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage is the error for a command line that makes no sense.
var errUsage = errors.New("wrong use")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "holter:", err, "(holter -h tells more)")
		return 2
	}
	if err := analyse(ctx, o, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "holter:", err)
		if errors.Is(err, errUsage) {
			return 2
		}
		return 1
	}
	return 0
}

func parse(args []string, stdout, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("holter", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.annotator, "o", "", "write the beats as annotations of this `annotator`")
	f.StringVar(&o.outDir, "outdir", "", "write them into this `folder` (beside the record if not given)")
	f.StringVar(&o.lead, "lead", "0", "analyse this `lead`, a number from 0 or a name")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
			f.SetOutput(stdout)
			f.PrintDefaults()
		}
		return o, err
	}
	if f.NArg() > 1 {
		return o, fmt.Errorf("one record at a time, not %d", f.NArg())
	}
	o.record = strings.TrimSuffix(f.Arg(0), ".hea")
	if strings.Trim(o.annotator, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		return o, fmt.Errorf("-o %.64q: an annotator's name has letters, digits, _ and - only", o.annotator)
	}
	if o.outDir != "" && o.annotator == "" {
		return o, errors.New("-outdir needs -o")
	}
	if o.annotator != "" && o.outDir == "" {
		if o.record == "" {
			return o, errors.New("-o needs -outdir for the synthetic patient")
		}
		o.outDir, o.beside = filepath.Dir(o.record), true
	}
	return o, nil
}
