// Command spectra draws what the filter presets leave of baseline wander, of
// electrode motion and of muscle noise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const usage = `spectra draws what the filter presets leave of the three noises of an ECG.

    spectra                  synthetic noises, no files needed
    spectra data/nstdb       bw, em and ma of the MIT-BIH Noise Stress Test Database
    spectra -o noise.svg     the name of the figure; "-" for standard output

The figure (SVG) has one panel for each noise: baseline wander (bw), electrode
motion (em), muscle noise (ma); in each the power spectral density before and
after each preset, by Welch's method. The table says how many mV (rms) there
were and are. What passes a preset lies in the band of the ECG itself: electrode
motion above all, which no filter takes out.

    monitoring  0.67 to 40 Hz    IEC 60601-2-27
    diagnostic  0.05 to 150 Hz   IEC 60601-2-25, AHA 2007
    st-safe     0.05 to 40 Hz    IEC 60601-2-47

Exit codes: 0 good, 1 failed or interrupted, 2 wrong use. Not a medical device.

usage: spectra [flags] [FOLDER]
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("spectra", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	out := f.String("o", "spectra.svg", "the `file` of the figure, - for standard output")
	lead := f.Int("lead", 0, "of the records, from 0")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return 0
	case err == nil && f.NArg() > 1:
		err = fmt.Errorf("one folder, not %d", f.NArg())
	case err == nil && *out == "":
		err = errors.New("-o wants a name")
	case err == nil && *lead < 0:
		err = fmt.Errorf("-lead %d: want 0 or more", *lead)
	}
	if err != nil {
		fmt.Fprintln(stderr, "spectra:", err, "(spectra -h tells more)")
		return 2
	}
	// With the figure on standard output the table goes beside it.
	table := stdout
	if *out == "-" {
		table = stderr
	}
	if err := draw(ctx, f.Arg(0), *lead, *out, stdout, table); err != nil {
		fmt.Fprintln(stderr, "spectra:", err)
		return 1
	}
	return 0
}

// draw reads or makes the noises, writes the table, and then the figure.
func draw(ctx context.Context, folder string, lead int, out string, stdout, table io.Writer) error {
	noises, err := read(folder, lead)
	if err != nil {
		return err
	}
	fmt.Fprintf(table, "mV (rms)      before")
	for _, p := range presets {
		fmt.Fprintf(table, "  %10v", p)
	}
	fmt.Fprintln(table)
	var panels []panel
	for _, n := range noises {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		p, err := analyse(n)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%-12s", n.name)
		for _, l := range p.lines {
			fmt.Fprintf(table, "  %10.4f", l.rms)
		}
		fmt.Fprintln(table)
		panels = append(panels, p)
	}
	if out == "-" {
		return svg(stdout, panels)
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	return errors.Join(svg(file, panels), file.Close())
}
