package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

var ann2rr = command{
	name: "ann2rr", summary: "print the intervals between annotations",
	help: `wfdb ann2rr -r data/mitdb/100 -a atr -c -i s -v s     RR intervals and their times, in seconds

usage: wfdb ann2rr -r RECORD -a ANNOTATOR [OPTION ...]
  -A           between all annotations, not beats only
  -c           only between annotations that follow each other
  -f TIME      begin here
  -i FORMAT    of intervals: h, m, s and a number of digits (s8), t; samples without it
  -p TYPE ...  intervals that end with these types
  -P TYPE ...  intervals that begin with these types
  -t TIME      end here
  -v [FORMAT]  the time of the end; also T for the time of day
  -V [FORMAT]  the time of the begin
  -w, -W       the type at the end, at the begin`,
	spec: spec{"r": one, "a": one, "A": none, "c": none, "f": one, "i": one, "p": many, "P": many, "t": one,
		"v": optional, "V": optional, "w": none, "W": none},
	run: runAnn2rr,
}

func runAnn2rr(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	annotator, err := o.required("a", "ANNOTATOR")
	if err != nil {
		return err
	}
	interval, err := timeFormat(o, "i", "hmst")
	if err != nil {
		return err
	}
	end, err := timeFormat(o, "v", "hmstT")
	if err != nil {
		return err
	}
	begin, err := timeFormat(o, "V", "hmstT")
	if err != nil {
		return err
	}
	src, err := e.find(record, annotator)
	if err != nil {
		return err
	}
	a, err := src.readAnnotations(annotator, false)
	if err != nil {
		return err
	}
	ends, err := a.codes(o, "p")
	if err != nil {
		return err
	}
	begins, err := a.codes(o, "P")
	if err != nil {
		return err
	}
	from, err := a.at(o, "f")
	if err != nil {
		return err
	}
	list, err := a.between(o)
	if err != nil {
		return err
	}
	qualifies := func(set map[wfdb.Code]bool, c wfdb.Code) bool {
		if o.has("A") {
			return true
		}
		if set == nil {
			return c.IsBeat()
		}
		return set[c]
	}

	// start is where the current interval begins: the annotation that qualified
	// last, at first the begin of the record.
	start, startType := from, "[0]"
	open := !o.has("c") // an interval is under way
	for i := range list {
		x := &list[i]
		if open && qualifies(ends, x.Code) {
			at := x.Time
			var f []string
			if o.has("V") {
				f = append(f, begin.text(a.times, start, start))
			}
			if o.has("W") {
				f = append(f, startType)
			}
			f = append(f, interval.interval(a.times, start, &at))
			if o.has("w") {
				f = append(f, a.types.Mnemonic(x.Code))
			}
			if o.has("v") {
				f = append(f, end.text(a.times, at, -at))
			}
			if _, err := fmt.Fprintln(e.stdout, strings.Join(f, "\t")); err != nil {
				return err
			}
			if qualifies(begins, x.Code) {
				start, startType = at, a.types.Mnemonic(x.Code)
				continue
			}
		}
		if qualifies(begins, x.Code) {
			start, startType, open = x.Time, a.types.Mnemonic(x.Code), true
		} else if o.has("c") {
			open = false
		}
	}
	return a.err
}

// format is how a time is printed: 0 samples, or a letter and digits.
type format struct {
	kind   byte
	digits int
}

func timeFormat(o options, name, kinds string) (format, error) {
	s := o.text(name, "")
	if s == "" {
		return format{}, nil
	}
	f := format{s[0], 3}
	if len(s) > 1 {
		n, err := strconv.Atoi(s[1:])
		if err != nil || n < 0 || n > 15 || s[0] == 't' || s[0] == 'T' {
			return f, wrongUse("-%s %q: want a letter and 0 to 15 digits", name, s)
		}
		f.digits = n
	}
	if !strings.Contains(kinds, s[:1]) {
		return f, wrongUse("-%s %q: want one of %s", name, s, strings.Join(strings.Split(kinds, ""), ", "))
	}
	return f, nil
}

// per is samples per unit.
func (f format) per(rate float64) float64 {
	switch f.kind {
	case 'h':
		return rate * 3600
	case 'm':
		return rate * 60
	}
	return rate
}

// text prints a time; clock is what the format t prints: a time of day if it
// is negative.
func (f format) text(x wfdb.Times, t, clock int64) string {
	switch f.kind {
	case 0:
		return strconv.FormatInt(t, 10)
	case 't':
		if clock == 0 {
			return "    0:00.000"
		}
		return x.Text(clock)
	case 'T':
		return x.Text(-t)
	}
	return strconv.FormatFloat(float64(t)/f.per(x.Rate), 'f', f.digits, 64)
}

// interval prints the time from start to *end. As in the C program, one that is
// printed rounded moves the end to the sample that this makes it, so that
// errors do not add up; and the format t prints the time of the end.
func (f format) interval(x wfdb.Times, start int64, end *int64) string {
	switch f.kind {
	case 0:
		return strconv.FormatInt(*end-start, 10)
	case 't':
		return x.Text(*end)
	}
	s := strconv.FormatFloat(float64(*end-start)/f.per(x.Rate), 'f', f.digits, 64)
	rounded, _ := strconv.ParseFloat(s, 64)
	*end = int64(float64(start) + float64(rounded*f.per(x.Rate)) + 0.5)
	return s
}
