// Command latency measures what each stage of sinus costs per sample and how
// late its results come.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/wfdb"
)

const usage = `latency runs one lead through every stage and measures each.

    latency                     the synthetic patient
    latency data/mitdb/100      a WFDB record
    latency -block 1 -json      single samples; JSON

Columns: compute time per sample (ns; median, 99th percentile, longest, each of
one Append divided by its samples), allocations per sample, bytes of a
checkpoint, and the delay from an R peak to the report of its beat (ms; median,
95th percentile, longest, and the stated worst). Times vary with the machine,
the other figures do not. Exit codes: 0 good, 1 failed, 2 wrong use.

usage: latency [flags] [RECORD]
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("latency", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	asJSON := f.Bool("json", false, "print JSON")
	block := f.Int("block", 32, "`samples` per Append, 1 to 65536")
	lead := f.String("lead", "0", "`lead`, a number from 0 or a name")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return 0
	case err == nil && f.NArg() > 1:
		err = fmt.Errorf("one record at a time, not %d", f.NArg())
	case err == nil && (*block < 1 || *block > 1<<16):
		err = fmt.Errorf("-block %d: want 1 to 65536", *block)
	}
	if err != nil {
		fmt.Fprintln(stderr, "latency:", err, "(latency -h tells more)")
		return 2
	}
	if err := measure(f.Arg(0), *lead, *block, *asJSON, stdout); err != nil {
		fmt.Fprintln(stderr, "latency:", err)
		return 1
	}
	return 0
}

// open returns the lead to measure with.
func open(record, lead string) (ecg.Signal, func() error, error) {
	if record == "" {
		p, err := synth.New(synth.Default())
		if err != nil {
			return nil, nil, err
		}
		k, err := p.Format().FindLead(lead)
		if err != nil {
			return nil, nil, err
		}
		s, err := ecg.SelectLeads(p, k)
		return s, func() error { return nil }, err
	}
	dir, name := filepath.Split(record)
	if dir == "" {
		dir = "."
	}
	files := wfdb.Dir(dir)
	h, err := wfdb.ReadHeader(files, name)
	if err != nil {
		return nil, nil, err
	}
	k, err := h.Format().FindLead(lead)
	if err != nil {
		return nil, nil, err
	}
	r, err := wfdb.Options{Signals: []int{k}}.Open(files, name)
	if err != nil {
		return nil, nil, err
	}
	return r, r.Close, nil
}

func measure(record, lead string, block int, asJSON bool, stdout io.Writer) error {
	s, done, err := open(record, lead)
	if err != nil {
		return err
	}
	defer done()
	x, err := ecg.ReadAll(ecg.Reader[float64](s))
	if err != nil {
		return err
	}
	all, err := bench.MeasureLatency(s.Format().Rate, x, block)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(stdout, all)
	}
	fmt.Fprintf(stdout, "%d samples at %v Hz, %d per Append\n", len(x), s.Format().Rate, block)
	fmt.Fprintf(stdout, "%-14s %9s %9s %9s %8s %8s %7s %8s %8s %8s %8s\n", "stage", "p50 ns", "p99 ns", "max ns", "allocs", "state B", "beats", "p50 ms", "p95 ms", "max ms", "stated")
	for _, l := range all {
		fmt.Fprintf(stdout, "%-14s %9.1f %9.1f %9.1f %8.4f %8d", l.Stage, l.P50, l.P99, l.Max, l.Allocs, l.StateBytes)
		if l.Beats > 0 {
			fmt.Fprintf(stdout, " %7d %8.1f %8.1f %8.1f %8.0f\n", l.Beats, l.DelayP50, l.DelayP95, l.DelayMax, 1000*l.Stated.Seconds())
		} else {
			fmt.Fprintf(stdout, " %7s %8s %8s %8s %8.0f\n", "-", "-", "-", "-", 1000*l.Stated.Seconds())
		}
	}
	return nil
}

type row struct {
	Stage      string   `json:"stage"`
	Samples    int64    `json:"samples"`
	Block      int      `json:"block"`
	P50        float64  `json:"p50_ns"`
	P99        float64  `json:"p99_ns"`
	Max        float64  `json:"max_ns"`
	Allocs     float64  `json:"allocs_per_sample"`
	StateBytes int      `json:"state_bytes"`
	Beats      int      `json:"beats"`
	DelayP50   *float64 `json:"delay_p50_ms"`
	DelayP95   *float64 `json:"delay_p95_ms"`
	DelayMax   *float64 `json:"delay_max_ms"`
	Stated     float64  `json:"delay_stated_ms"`
}

func writeJSON(w io.Writer, all []bench.Latency) error {
	number := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	rows := make([]row, len(all))
	for i, l := range all {
		rows[i] = row{l.Stage, l.Samples, l.Block, l.P50, l.P99, l.Max, l.Allocs, l.StateBytes, l.Beats,
			number(l.DelayP50), number(l.DelayP95), number(l.DelayMax), 1000 * l.Stated.Seconds()}
	}
	return json.NewEncoder(w).Encode(rows)
}
