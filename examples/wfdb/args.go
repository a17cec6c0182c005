package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// arity is how many words belong to an option.
type arity int

const (
	none     arity = iota // -v
	one                   // -r RECORD
	many                  // -s SIGNAL SIGNAL ...: all up to the next option
	optional              // -v [FORMAT]: one, unless the next word is an option
	attached              // -p, -ps: letters behind the name
)

// spec lists the options of a command, by their letters. "" stands for words
// that belong to no option.
type spec map[string]arity

// options is a command line. An option that was given is a key; the last one counts.
type options map[string][]string

// parse takes a command line as the C programs do: options in any order.
func (s spec) parse(args []string) (options, error) {
	o := options{}
	for i := 0; i < len(args); {
		a := args[i]
		i++
		if !isOption(a) {
			if s[""] == none {
				return nil, wrongUse("%q belongs to no option", a)
			}
			o[""] = append(o[""], a)
			continue
		}
		name := strings.TrimPrefix(a, "-")
		kind, ok := s[name]
		if !ok && len(name) > 1 && s[name[:1]] == attached {
			o[name[:1]] = []string{name[1:]}
			continue
		}
		if !ok || name == "" {
			return nil, wrongUse("no option %q", a)
		}
		next := i < len(args) && !isOption(args[i])
		switch kind {
		case none:
			o[name] = []string{}
		case attached:
			o[name] = []string{""}
		case one:
			// A negative number is a value, and so is a lone "-".
			if i >= len(args) || !next && !isNumber(args[i]) {
				return nil, wrongUse("%s needs a value", a)
			}
			o[name] = []string{args[i]}
			i++
		case optional:
			o[name] = []string{""}
			if next {
				o[name] = []string{args[i]}
				i++
			}
		case many:
			o[name] = []string{}
			for ; i < len(args) && !isOption(args[i]); i++ {
				o[name] = append(o[name], args[i])
			}
			if len(o[name]) == 0 {
				return nil, wrongUse("%s needs values", a)
			}
		}
	}
	return o, nil
}

func isOption(s string) bool { return len(s) > 1 && s[0] == '-' }

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func (o options) has(name string) bool { _, ok := o[name]; return ok }

// text returns the value of an option, or def.
func (o options) text(name, def string) string {
	if v := o[name]; len(v) > 0 {
		return v[0]
	}
	return def
}

// required returns the value of an option that must be there.
func (o options) required(name, what string) (string, error) {
	if v := o.text(name, ""); v != "" {
		return v, nil
	}
	return "", wrongUse("-%s %s is missing", name, what)
}

func (o options) integer(name string, def, lo, hi int64) (int64, error) {
	if !o.has(name) {
		return def, nil
	}
	n, err := strconv.ParseInt(o.text(name, ""), 10, 64)
	if err != nil || n < lo || n > hi {
		return 0, wrongUse("-%s %q: want %d to %d", name, o.text(name, ""), lo, hi)
	}
	return n, nil
}

func (o options) number(name string, def, lo, hi float64) (float64, error) {
	if !o.has(name) {
		return def, nil
	}
	x, err := strconv.ParseFloat(o.text(name, ""), 64)
	if err != nil || !(x >= lo && x <= hi) {
		return 0, wrongUse("-%s %q: want %g to %g", name, o.text(name, ""), lo, hi)
	}
	return x, nil
}

// number6 is %g of C.
func number6(x float64) string {
	s := strconv.FormatFloat(x, 'e', 5, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	e, err := strconv.Atoi(exp)
	if err != nil { // Inf, NaN
		return strings.ToLower(strings.TrimPrefix(s, "+"))
	}
	if e >= -4 && e < 6 {
		s = strconv.FormatFloat(x, 'f', 5-e, 64)
		return trimZeros(s)
	}
	return fmt.Sprintf("%se%+03d", trimZeros(mantissa), e)
}

// number12 is %.12g of C.
func number12(x float64) string {
	s := strconv.FormatFloat(x, 'e', 11, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	e, err := strconv.Atoi(exp)
	if err != nil {
		return strings.ToLower(strings.TrimPrefix(s, "+"))
	}
	if e >= -4 && e < 12 {
		return trimZeros(strconv.FormatFloat(x, 'f', 11-e, 64))
	}
	return fmt.Sprintf("%se%+03d", trimZeros(mantissa), e)
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// chooseSignals turns numbers and names into indices, as findsig does: a number
// goes before a name.
func chooseSignals(names []string, of []string) ([]int, error) {
	var l []int
	for _, n := range names {
		i, err := strconv.Atoi(n)
		if err != nil {
			if i = slices.Index(of, n); i < 0 {
				return nil, wrongUse("no signal %q: the record has %q", n, of)
			}
		} else if i < 0 || i >= len(of) {
			return nil, wrongUse("no signal %d: the record has %d", i, len(of))
		}
		l = append(l, i)
	}
	return l, nil
}
