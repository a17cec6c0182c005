// Command wfdb does what the programs of the WFDB Software Package do, with
// their flags and, byte for byte, their output: rdsamp, rdann, wrsamp, wrann,
// ann2rr, wfdbdesc, xform, edf2mit and mit2edf; and deid, which takes personal
// data out of a record.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
)

const usage = `wfdb reads, writes and converts ECG records of the WFDB and EDF kind.

    wfdb rdsamp -r data/mitdb/100 -t 10 -p        the first 10 s, in mV
    wfdb rdann -r data/mitdb/100 -a atr           the beats
    wfdb wfdbdesc mitdb/100                       from physionet.org, as it is not here

Subcommands, each with -h:

`

// command is one subcommand.
type command struct {
	name, summary string
	help          string // begins with an example
	spec          spec
	run           func(e *env, o options) error
}

func commands() []command {
	return []command{rdsamp, rdann, wrsamp, wrann, ann2rr, wfdbdesc, xform, edf2mit, mit2edf, deid}
}

// env is where a command runs.
type env struct {
	ctx    context.Context
	stdin  io.Reader
	stdout *bufio.Writer
	stderr io.Writer
	name   string // of the command
}

// warn writes a message that is no error.
func (e *env) warn(format string, args ...any) {
	fmt.Fprintf(e.stderr, e.name+": "+format+"\n", args...)
}

// errUsage is the kind of the error for a command line that makes no sense.
var errUsage = errors.New("wrong use")

func wrongUse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit code: 0 good, 1 failed, 2 wrong use.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		printUsage(stderr)
		return 2
	}
	if isHelp(args[0]) || args[0] == "help" {
		printUsage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.main(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "wfdb: no subcommand %q (wfdb -h lists them)\n", args[0])
	return 2
}

func (c *command) main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if slices.ContainsFunc(args, isHelp) {
		fmt.Fprintf(stdout, "%s\n\nExit codes: 0 good, 1 failed or interrupted, 2 wrong use. Not a medical device.\n", strings.TrimSpace(c.help))
		return 0
	}
	e := &env{ctx: ctx, stdin: stdin, stdout: bufio.NewWriterSize(stdout, 64<<10), stderr: stderr, name: c.name}
	o, err := c.spec.parse(args)
	if err == nil {
		err = c.run(e, o)
	}
	if e := e.stdout.Flush(); err == nil {
		err = e
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%s: %v (wfdb %s -h tells more)\n", c.name, err, c.name)
		return 2
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "%s: interrupted\n", c.name)
		return 1
	case errors.Is(err, io.ErrClosedPipe), isBrokenPipe(err):
		return 1 // the reader has seen enough
	}
	fmt.Fprintf(stderr, "%s: %v\n", c.name, err)
	return 1
}

// isBrokenPipe reports whether stdout has no reader any more, as behind head.
func isBrokenPipe(err error) bool {
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == "write" && strings.Contains(p.Err.Error(), "broken pipe")
}

func isHelp(s string) bool { return s == "-h" || s == "--help" || s == "-help" }

func printUsage(w io.Writer) {
	fmt.Fprint(w, usage)
	for _, c := range commands() {
		fmt.Fprintf(w, "    %-10s%s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nA record that is not here and has a folder in its name (mitdb/100) is read from\nphysionet.org; $SINUS_CACHE names a folder that keeps what was read, and\n$SINUS_PHYSIONET another server (https://physionet.org/files).\n"+
		"Exit codes: 0 good, 1 failed or interrupted, 2 wrong use. Not a medical device.\n")
}
