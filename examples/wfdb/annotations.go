package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// annotations is an annotation file with the clock that the C programs read it
// with: the finer one of the record and of the file.
type annotations struct {
	h     *wfdb.Header
	times wfdb.Times // at the rate of the ticks
	list  []wfdb.Annotation
	types wfdb.Annotations // for mnemonics
	err   error            // the file ended early
}

// readAnnotations reads a file. If fine is false, times are frames of the record.
func (s source) readAnnotations(annotator string, fine bool) (*annotations, error) {
	h, err := s.headerOrNot()
	if err != nil {
		return nil, err
	}
	f, err := s.read(s.name + "." + annotator)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := wfdb.NewAnnotationReader(f, wfdb.AnnotationOptions{Name: s.name + "." + annotator, Clock: h.Rate, Negative: true})
	rate := h.Rate
	if fine && r.Rate() > rate {
		// Again, in its own ticks.
		rate = r.Rate()
		f.Close()
		if f, err = s.read(s.name + "." + annotator); err != nil {
			return nil, err
		}
		r = wfdb.NewAnnotationReader(f, wfdb.AnnotationOptions{Name: s.name + "." + annotator, Clock: rate, Negative: true})
	}
	a := &annotations{h: h, times: h.Times(rate)}
	a.list, a.err = ecg.ReadAll[wfdb.Annotation](r)
	if a.err != nil && !errors.Is(a.err, io.ErrUnexpectedEOF) {
		return nil, a.err
	}
	if r.Unclosed() && len(a.list) > 0 {
		a.list = a.list[:len(a.list)-1] // as the C library, which loses it
		if a.err == nil {
			a.err = errors.New("no end mark; the last annotation is lost, as in the C library")
		}
	}
	if a.err != nil {
		a.err = fmt.Errorf("getann: unexpected EOF in annotator %s: %w", annotator, a.err)
	}
	a.types.Types = r.Types()
	return a, nil
}

// parseCode finds the code of a mnemonic, custom ones first.
func (a *annotations) parseCode(mnemonic string) (wfdb.Code, bool) {
	for _, t := range a.types.Types {
		if t.Mnemonic == mnemonic {
			return t.Code, true
		}
	}
	return wfdb.ParseCode(mnemonic)
}

// codes is the set of types that -p and the like name; nil: all.
func (a *annotations) codes(o options, name string) (map[wfdb.Code]bool, error) {
	if !o.has(name) {
		return nil, nil
	}
	set := map[wfdb.Code]bool{}
	for _, m := range o[name] {
		c, ok := a.parseCode(m)
		if !ok {
			return nil, wrongUse("-%s: no annotation type %q", name, m)
		}
		set[c] = true
	}
	return set, nil
}

// counted is a time given as aN, bN or #N: N annotations or beats.
func counted(s string) (kind byte, n int64, ok bool) {
	if s == "" || !strings.ContainsRune("ab#", rune(s[0])) {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(s[1:], 10, 64)
	return s[0], n, err == nil && n >= 0
}

// between cuts the list to what -f and -t choose. The end is part of it.
func (a *annotations) between(o options) ([]wfdb.Annotation, error) {
	list := a.list
	begin := 0
	if kind, n, ok := counted(o.text("f", "")); ok {
		begin = count(list, kind, n)
	} else if from, err := a.at(o, "f"); err != nil {
		return nil, err
	} else if from > 0 {
		for begin < len(list) && list[begin].Time < from {
			begin++
		}
	}
	end := len(list)
	if kind, n, ok := counted(o.text("t", "")); ok {
		if kind == '#' {
			end = begin + count(list[begin:], kind, n)
		} else {
			end = max(begin, count(list, kind, n))
		}
	} else if to, err := a.at(o, "t"); err != nil {
		return nil, err
	} else if to > 0 {
		for end = begin; end < len(list) && list[end].Time <= to; {
			end++
		}
	}
	return list[begin:end], nil
}

func (a *annotations) at(o options, name string) (int64, error) {
	v := o.text(name, "0")
	if v == "0" {
		return 0, nil
	}
	t, err := a.times.Parse(v)
	if err != nil {
		return 0, wrongUse("-%s: %v", name, err)
	}
	return max(t, -t), nil
}

// count is the index behind the n-th annotation or beat.
func count(list []wfdb.Annotation, kind byte, n int64) int {
	i := 0
	for ; i < len(list) && n > 0; i++ {
		if kind == 'a' || list[i].Code.IsBeat() {
			n--
		}
	}
	return i
}
