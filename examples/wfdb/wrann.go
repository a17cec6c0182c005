package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

var wrann = command{
	name: "wrann", summary: "write annotations from the text of rdann",
	help: `wfdb rdann -r data/mitdb/100 -a atr | wfdb wrann -r data/mitdb/100 -a copy     writes data/mitdb/100.copy

usage: wfdb wrann -r RECORD -a ANNOTATOR < TEXT
Lines are those of rdann, also with -v and -e. A type that is none becomes a note.`,
	spec: spec{"r": one, "a": one},
	run:  runWrann,
}

func runWrann(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	annotator, err := o.required("a", "ANNOTATOR")
	if err != nil {
		return err
	}
	if err := checkName("-a", annotator); err != nil {
		return err
	}
	src, err := e.find(record, "")
	if errors.Is(err, os.ErrNotExist) {
		e.warn("no header of %s, the time resolution is %d Hz", record, wfdb.DefaultRate)
		src, err = newSource(record)
	}
	if err != nil {
		return err
	}
	if src.dir == "" {
		return wrongUse("%s is on another machine", record)
	}
	h, err := src.headerOrNot()
	if err != nil {
		return err
	}
	list, err := parseAnnotations(e, h)
	if err != nil {
		return err
	}
	return writeAnnotationFile(src, annotator, list, h.Rate)
}

// writeAnnotationFile writes NAME.ANNOTATOR beside the record, under a
// temporary name until it is complete.
func writeAnnotationFile(src source, annotator string, list []wfdb.Annotation, rate float64) error {
	var b strings.Builder
	if err := wfdb.WriteAnnotations(&b, list, wfdb.AnnotationWriterOptions{Name: src.name + "." + annotator, Rate: rate}); err != nil {
		return err
	}
	return wfdb.Dir(src.dir).Replace(src.name+"."+annotator, []byte(b.String()))
}

// parseAnnotations reads the lines of rdann.
func parseAnnotations(e *env, h *wfdb.Header) ([]wfdb.Annotation, error) {
	times := h.Times(0)
	var list []wfdb.Annotation
	lines := bufio.NewReader(e.stdin)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if line == "" {
			if err == io.EOF {
				return list, nil
			}
			return nil, err
		}
		if e.ctx.Err() != nil {
			return nil, e.ctx.Err()
		}
		// The C program cuts lines at 400 characters; an AUX has 255 at most.
		if len(line) > 4096 {
			return nil, fmt.Errorf("standard input:%d: a line of %d bytes, want 4096 at most", n, len(line))
		}
		a, ok, err := parseAnnotation(strings.TrimSuffix(line, "\n"), times)
		if err != nil {
			return nil, fmt.Errorf("standard input:%d: %w", n, err)
		}
		if ok {
			list = append(list, a)
		}
	}
}

// parseAnnotation parses a line; ok is false for a heading and the like.
func parseAnnotation(line string, times wfdb.Times) (a wfdb.Annotation, ok bool, err error) {
	rest := line
	clock := ""
	if strings.HasPrefix(line, "[") {
		i := strings.IndexByte(line, ']')
		if i < 0 {
			return a, false, nil
		}
		clock, rest = line[:i+1], line[i+1:]
	} else if len(line) > 9 {
		rest = line[9:]
		if i := strings.IndexByte(rest, ' '); i >= 0 {
			rest = rest[i:]
		}
	}
	rest, aux, hasAux := strings.Cut(rest, "\t")
	f := strings.Fields(rest)
	if len(f) == 4 { // code 0 has a blank for a mnemonic
		f = append(f[:1], append([]string{" "}, f[1:]...)...)
	}
	if len(f) < 5 {
		return a, false, nil
	}
	if a.Time, err = strconv.ParseInt(f[0], 10, 64); err != nil {
		return a, false, nil // a heading
	}
	if clock != "" {
		t, err := times.Parse(clock)
		if err != nil || t > 0 {
			return a, false, err
		}
		a.Time = -t
	}
	var v [3]int64
	for i := range v {
		if v[i], err = strconv.ParseInt(f[2+i], 10, 16); err != nil {
			return a, false, fmt.Errorf("field %d: %q: want a number", 3+i, f[2+i])
		}
	}
	a.Subtype, a.Channel, a.Num = int8(v[0]), uint8(v[1]), int8(v[2])
	if a.Aux = aux; hasAux && aux == "" {
		a.Aux = "\x00" // a text, but an empty one
	}
	if a.Code, ok = wfdb.ParseCode(f[1]); !ok {
		a.Code, a.Aux = wfdb.Note, strings.TrimRight(f[1]+" "+a.Aux, " ")
	}
	if len(a.Aux) > 255 {
		return a, false, fmt.Errorf("a text of %d bytes, want 255 at most", len(a.Aux))
	}
	return a, true, nil
}
