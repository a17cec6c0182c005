package main

import (
	"fmt"
	"math"
	"strings"
)

var rdann = command{
	name: "rdann", summary: "print annotations",
	help: `wfdb rdann -r data/mitdb/100 -a atr -t 20 -v     the first 20 s, with a heading

usage: wfdb rdann -r RECORD -a ANNOTATOR [OPTION ...]
  -c CHANNEL   only those of this channel
  -e           elapsed time instead of the time of day
  -f TIME      begin here (5:00, s123 for sample 123, a20 behind 20 annotations, b20 behind 20 beats)
  -n NUM       only those of this num
  -p TYPE ...  only these types, by their mnemonics
  -s SUBTYPE   only those of this subtype
  -t TIME      end here; also a20, b20, or #20 for 20 beats from the begin
  -v           a heading
  -x           seconds, minutes and hours instead of time and sample number`,
	spec: spec{"r": one, "a": one, "c": one, "e": none, "f": one, "n": one, "p": many, "s": one, "t": one, "v": none, "x": none},
	run:  runRdann,
}

func runRdann(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	annotator, err := o.required("a", "ANNOTATOR")
	if err != nil {
		return err
	}
	src, err := e.find(record, annotator)
	if err != nil {
		return err
	}
	a, err := src.readAnnotations(annotator, true)
	if err != nil {
		return err
	}
	types, err := a.codes(o, "p")
	if err != nil {
		return err
	}
	channel, err := o.integer("c", -1, 0, 255)
	if err != nil {
		return err
	}
	num, err := o.integer("n", -1, -128, 127)
	if err != nil {
		return err
	}
	subtype, err := o.integer("s", -1, -128, 127)
	if err != nil {
		return err
	}
	list, err := a.between(o)
	if err != nil {
		return err
	}
	if o.has("v") {
		fmt.Fprintln(e.stdout, a.heading(o))
	}
	line := a.line(o)
	for i := range list {
		x := &list[i]
		switch {
		case types != nil && !types[x.Code],
			o.has("c") && int64(x.Channel) != channel,
			o.has("n") && int64(x.Num) != num,
			o.has("s") && int64(x.Subtype) != subtype:
			continue
		}
		fmt.Fprintf(e.stdout, "%s%6s%5d%5d%5d", line(x.Time), a.types.Mnemonic(x.Code), x.Subtype, x.Channel, x.Num)
		if x.Aux != "" {
			fmt.Fprintf(e.stdout, "\t%s", x.Text())
		}
		if err := e.stdout.WriteByte('\n'); err != nil {
			return err
		}
	}
	return a.err
}

func (a *annotations) heading(o options) string {
	const rest = "  Type  Sub Chan  Num\tAux"
	switch {
	case o.has("x"):
		return "  Seconds   Minutes     Hours" + rest
	case o.has("e"):
		return "Elapsed time  Sample #" + rest
	case !a.h.Start.IsZero():
		return "      Time       Date     Sample #" + rest
	case a.h.HasTime:
		return "      Time     Sample #" + rest
	}
	return "      Time   Sample #" + rest
}

// line returns the function that gives the columns of time.
func (a *annotations) line(o options) func(t int64) string {
	rate := a.times.Rate
	if o.has("x") {
		var b strings.Builder
		for _, c := range []struct {
			per    float64
			digits int
		}{{1, 3}, {60, 5}, {3600, 7}} {
			digits, width := c.digits, 9
			for math.Pow10(digits) < rate*c.per { // so that ticks differ
				digits++
				width++
			}
			fmt.Fprintf(&b, " %%%d.%df", width, digits)
		}
		format := b.String()[1:]
		return func(t int64) string {
			s := float64(t) / rate
			return fmt.Sprintf(format, s, s/60, s/3600)
		}
	}
	return func(t int64) string {
		text := ""
		if o.has("e") {
			text = a.times.Text(t)
		} else {
			text = a.times.Text(-t)
		}
		frame := t
		if rate != a.h.Rate {
			frame = int64(math.Floor(float64(float64(t)*a.h.Rate)/rate + 0.5))
		}
		return fmt.Sprintf("%s  %7d", text, frame)
	}
}
