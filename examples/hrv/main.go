// Command hrv prints every index of heart-rate variability of a record or of a
// list of RR intervals.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

const usage = `hrv prints the heart-rate variability of a record or of a list of intervals.

    hrv                          a synthetic patient, no files needed
    hrv data/mitdb/100           a WFDB record, beats by the detector
    hrv -a atr data/nsrdb/16265  the beats of an annotation file; no signal is needed
    hrv rr.txt                   a text file: one interval per line, in ms or in s
    hrv - < rr.txt               the same from standard input
    hrv -sliding data/mitdb/100  one line each 30 s, of the last 5 min

Beats out of line are replaced by estimates (Lipponen and Tarvainen 2019), and
how many is said; -reject leaves their intervals out, -keep takes all as they
are, for a list that is clean. An index that can't be
computed has a reason in its place. Definitions:
go doc github.com/sinus-ecg/sinus/features

Exit codes: 0 good, 1 failed or interrupted, 2 wrong use. Not a medical device.

usage: hrv [flags] [RECORD | FILE]
`

// options are the command line.
type options struct {
	input     string // "" for the synthetic patient, "-" for standard input
	annotator string
	lead      int
	unit      string
	json, csv bool
	sliding   bool
	reject    bool
	keep      bool
	window    time.Duration
	step      time.Duration
	priors    float64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "hrv:", err, "(hrv -h tells more)")
		return 2
	}
	if err := analyse(ctx, o, stdin, stdout); err != nil {
		fmt.Fprintln(stderr, "hrv:", err)
		return 1
	}
	return 0
}

func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("hrv", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.annotator, "a", "", "take the beats of this `annotator` in place of the detector's")
	f.IntVar(&o.lead, "lead", 0, "detect beats in this `lead`, from 0")
	f.StringVar(&o.unit, "unit", "auto", "of a text file: ms, s or auto (s if the median is below 10)")
	f.BoolVar(&o.json, "json", false, "print one JSON object with all settings")
	f.BoolVar(&o.csv, "csv", false, "print comma-separated values")
	f.BoolVar(&o.sliding, "sliding", false, "print a line per step of a sliding window")
	f.BoolVar(&o.reject, "reject", false, "leave intervals out in place of correcting them")
	f.BoolVar(&o.keep, "keep", false, "take every interval of 1 ms to 1 min as it is")
	f.DurationVar(&o.window, "window", 5*time.Minute, "of -sliding")
	f.DurationVar(&o.step, "step", 30*time.Second, "of -sliding")
	f.Float64Var(&o.priors, "priors", 0, "remove the trend by smoothness priors with this `lambda` before Welch and Burg; Kubios: 500")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
			f.SetOutput(stdout)
			f.PrintDefaults()
		}
		return o, err
	}
	switch {
	case f.NArg() > 1:
		return o, fmt.Errorf("one record or file at a time, not %d", f.NArg())
	case o.json && o.csv:
		return o, errors.New("-json or -csv, not both")
	case o.reject && o.keep:
		return o, errors.New("-reject or -keep, not both")
	case o.unit != "ms" && o.unit != "s" && o.unit != "auto":
		return o, fmt.Errorf("-unit %.64q: want ms, s or auto", o.unit)
	case o.lead < 0:
		return o, fmt.Errorf("-lead %d: want 0 or more", o.lead)
	case o.window < 10*time.Second || o.window > 24*time.Hour:
		return o, fmt.Errorf("-window %v: want 10s to 24h", o.window)
	case o.step < time.Second || o.step > o.window:
		return o, fmt.Errorf("-step %v: want 1s to the window", o.step)
	case !(o.priors >= 0 && o.priors <= 1e6):
		return o, fmt.Errorf("-priors %v: want 0 to 1e6", o.priors)
	}
	o.input = f.Arg(0)
	if o.annotator != "" && (o.input == "" || o.input == "-") {
		return o, errors.New("-a needs a record")
	}
	return o, nil
}
