// Command train makes the model files that package detect embeds, from the
// records of the shared test material, and prints how good they are.
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

// model is something that can be trained.
type model struct {
	name, doc string
	run       func(ctx context.Context, w io.Writer, args []string) error
}

var models = []model{
	{"qrs", "verifier of the QRS detector", trainQRS},
	{"beats", "classes of beats", trainBeats},
	{"af", "detector of atrial fibrillation", trainAF},
	{"atrial", "networks of AtrialWaves", trainAtrial},
	{"quality", "index of the signal quality", trainQuality},
	{"vf", "model of the VF detector", trainVF},
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		fmt.Fprintln(stdout, "train makes the models of package detect, the same bytes each time.")
		fmt.Fprint(stdout, "\nusage: train MODEL [flags]     (train MODEL -h tells more)\n\n")
		for _, m := range models {
			fmt.Fprintf(stdout, "    %-8s %s\n", m.name, m.doc)
		}
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for _, m := range models {
		if m.name != args[0] {
			continue
		}
		switch err := m.run(ctx, stdout, args[1:]); {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			fmt.Fprintf(stderr, "train %s: %v (train %s -h tells more)\n", m.name, err, m.name)
			return 2
		default:
			fmt.Fprintf(stderr, "train %s: %v\n", m.name, err)
			return 1
		}
	}
	fmt.Fprintf(stderr, "train: no model %.64q (train -h lists them)\n", args[0])
	return 2
}

// errUsage is the error for wrong arguments.
var errUsage = errors.New("wrong use")

// parseFlags parses the arguments of a model, of which none is left over, and
// prints its help.
func parseFlags(f *flag.FlagSet, w io.Writer, doc string, args []string) error {
	f.SetOutput(io.Discard)
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w, doc)
		f.SetOutput(w)
		f.PrintDefaults()
		return err
	case err != nil:
		return fmt.Errorf("%w: %v", errUsage, err)
	case f.NArg() > 0:
		return fmt.Errorf("%w: what is %.64q?", errUsage, f.Arg(0))
	}
	return nil
}
