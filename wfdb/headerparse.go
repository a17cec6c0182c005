package wfdb

// A header is text:
//
//	#wfdb 10.7                       first line, optional
//	NAME[/NSEG] NSIG FS NSAMP TIME DATE
//	FILE FMT GAIN ADCRES ADCZERO INITVAL CKSUM BSIZE DESC      NSIG lines, or
//	SEGMENT NSAMP                                              NSEG lines
//
// with comments (#) and blank lines anywhere.

import (
	"bytes"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/ecg"
)

// ParseHeader reads a header from r; name is for errors. The header of a
// multi-segment record has no Signals then.
func (o Options) ParseHeader(r io.Reader, name string) (*Header, error) {
	o.Limits = o.Limits.withDefaults()
	text, err := readHeaderText(r, name, o.Limits)
	if err != nil {
		return nil, err
	}
	p := headerParser{name: name, limits: o.Limits, h: &Header{Text: text}}
	if err := p.parse(string(text)); err != nil {
		return nil, err
	}
	return p.h, nil
}

// readHeaderText reads all of r, up to the limits: a line that is too long is
// found before the rest is read.
func readHeaderText(r io.Reader, name string, l Limits) ([]byte, error) {
	var blocks [][]byte // joined at the end: one that grows would cost four times as much
	var block []byte
	total, line, lines := int64(0), 0, 1
	for idle := 0; ; {
		if len(block) == cap(block) {
			block = make([]byte, 0, min(4096<<len(blocks), 1<<18))
			blocks = append(blocks, nil)
		}
		n, err := r.Read(block[len(block):cap(block)])
		fresh := block[len(block) : len(block)+n]
		block = block[:len(block)+n]
		blocks[len(blocks)-1] = block
		if total += int64(n); total > l.HeaderBytes {
			return nil, &HeaderError{Name: name, Field: "header", Err: ErrLimit,
				Want: strconv.FormatInt(l.HeaderBytes, 10) + " bytes at most"}
		}
		for _, c := range fresh {
			if line++; c == '\n' || c == '\r' {
				line = 0
				if c == '\n' {
					lines++
				}
			}
			if line > l.LineBytes {
				return nil, &HeaderError{Name: name, Line: lines, Field: "line", Err: ErrLimit,
					Want: strconv.Itoa(l.LineBytes) + " bytes at most"}
			}
		}
		if err == io.EOF {
			return bytes.Join(blocks, nil), nil
		}
		if err != nil {
			return nil, &HeaderError{Name: name, Line: lines, Field: "header", Err: err}
		}
		if idle++; n > 0 {
			idle = 0
		}
		if idle >= 100 {
			return nil, &HeaderError{Name: name, Line: lines, Field: "header", Err: io.ErrNoProgress}
		}
	}
}

type headerParser struct {
	name   string
	limits Limits
	h      *Header
	line   int // number of the current line
}

func (p *headerParser) fail(field, value string, err error, want string) error {
	return &HeaderError{Name: p.name, Line: p.line, Field: field, Value: cut(value), Want: want, Err: err}
}

func (p *headerParser) warn(field, value, text string) {
	(*warnings)(&p.h.Warnings).add(Warning{Name: p.name, Line: p.line, Field: field, Value: value, Text: text})
}

func (p *headerParser) parse(s string) error {
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		return p.fail("header", "", ErrHeader, "8-bit text; this is UTF-16")
	}
	s = strings.TrimPrefix(s, "\xef\xbb\xbf") // the mark of UTF-8
	state, want, surplus := 0, 0, 0
	for s != "" {
		var l string
		l, s = cutLine(s)
		p.line++
		if p.line == 1 && strings.HasPrefix(l, "#wfdb") {
			if err := p.version(l); err != nil {
				return err
			}
			continue
		}
		if strings.HasPrefix(l, "#") && state > 0 {
			p.h.Comments = append(p.h.Comments, l[1:])
		}
		if t := strings.TrimLeft(l, " \t"); t == "" || t[0] == '#' {
			continue
		}
		var err error
		switch {
		case state == 0:
			want, err = p.recordLine(l)
			state = 1
		case want > 0 && p.h.Segments != nil:
			err = p.segmentLine(l)
			want--
		case want > 0:
			err = p.signalLine(l)
			want--
		default:
			surplus++
		}
		if err != nil {
			return err
		}
	}
	if state == 0 {
		return p.fail("record line", "", ErrHeader, "one line that is no comment")
	}
	if want > 0 {
		p.line = 0
		if n := len(p.h.Segments); p.h.Segments != nil {
			return p.fail("segments", strconv.Itoa(n), ErrHeader, strconv.Itoa(n+want)+" as the record line says")
		}
		n := len(p.h.Signals)
		return p.fail("signals", strconv.Itoa(n), ErrHeader, strconv.Itoa(n+want)+" as the record line says")
	}
	if n := len(p.h.Segments); n > 0 && surplus > 0 {
		// Which of them are meant cannot be known.
		p.line = 0
		return p.fail("segments", strconv.Itoa(n+surplus), ErrHeader, strconv.Itoa(n)+" as the record line says")
	}
	if surplus > 0 {
		p.warn("lines", strconv.Itoa(surplus), "more lines than the record line says; ignored")
	}
	if p.h.Segments != nil {
		return p.finishSegments()
	}
	return p.finishSignals()
}

// cutLine splits after the first LF, CR LF or CR.
func cutLine(s string) (line, rest string) {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return s, ""
	}
	if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
		return s[:i], s[i+2:]
	}
	return s[:i], s[i+1:]
}

// version checks the first line. Headers that say they need a newer library
// than 10.x may hold what is not known here.
func (p *headerParser) version(l string) error {
	v, _ := field(l[len("#wfdb"):])
	major, _, _ := strings.Cut(v, ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		p.warn("version", l, "not a version; ignored")
		return nil
	}
	if n > 10 {
		return p.fail("version", v, ErrVersion, "10 at most")
	}
	return nil
}

// recordLine parses the line of the record and returns how many lines follow.
func (p *headerParser) recordLine(l string) (lines int, err error) {
	h := p.h
	name, rest := field(l)
	nsig, rest := field(rest)
	rate, rest := field(rest)
	frames, rest := field(rest)
	clock, rest := field(rest)
	date, rest := field(rest)
	if strings.TrimSpace(rest) != "" {
		p.warn("record line", rest, "text after the date; ignored")
	}
	if nsig == "" {
		return 0, p.fail("number of signals", "", ErrHeader, "a number behind the name")
	}

	name, nseg, multi := strings.Cut(name, "/")
	h.Name = name
	if name == "" {
		return 0, p.fail("record name", name, ErrHeader, "a name")
	}
	if validName("open", name) != nil {
		return 0, p.fail("record name", name, fs.ErrInvalid, "a name without folders")
	}
	if base := baseName(p.name); base != "" && base != name {
		p.warn("record name", name, "not the name of the file")
	}
	n, err := p.integer("number of signals", nsig, 0, int64(p.limits.Signals))
	if err != nil {
		return 0, err
	}
	h.SignalCount, lines = int(n), int(n)
	if multi {
		n, err := p.integer("number of segments", nseg, 1, int64(p.limits.Segments))
		if err != nil {
			return 0, err
		}
		lines = int(n)
		h.Segments = make([]Segment, 0, min(lines, 1024))
	}
	if err := p.rates(rate); err != nil {
		return 0, err
	}
	if frames != "" {
		if h.Frames, err = p.integer("number of samples", frames, 0, math.MaxInt64); err != nil {
			return 0, err
		}
	}
	p.startTime(clock, date)
	return lines, nil
}

// baseName is the record name in the path of a header file.
func baseName(file string) string {
	file, ok := strings.CutSuffix(file, ".hea")
	if !ok {
		return ""
	}
	return file[strings.LastIndexByte(file, '/')+1:]
}

// rates parses FS[/CFREQ[(BASECOUNT)]].
func (p *headerParser) rates(s string) error {
	h := p.h
	h.Rate = DefaultRate
	if s == "" {
		h.CounterRate = h.Rate
		return nil
	}
	rate, counter, _ := strings.Cut(s, "/")
	var ok bool
	if h.Rate, ok = number(rate); !ok || !(h.Rate >= ecg.MinRate && h.Rate <= ecg.MaxRate) {
		return p.fail("sampling frequency", rate, ErrHeader, "1e-6 to 1e6 Hz")
	}
	h.CounterRate = h.Rate
	if counter == "" {
		return nil
	}
	freq, base, hasBase := strings.Cut(counter, "(")
	if f, ok := number(freq); ok && f > 0 && !math.IsInf(f, 0) {
		h.CounterRate = f
	} else {
		p.warn("counter frequency", freq, "not a positive number; the sampling frequency is used")
	}
	if hasBase {
		b, ok := number(strings.TrimSuffix(base, ")"))
		if !ok || math.IsInf(b, 0) {
			p.warn("base counter value", base, "not a number; 0 is used")
			b = 0
		}
		h.BaseCounter = b
	}
	return nil
}

// segmentLine parses NAME NSAMP.
func (p *headerParser) segmentLine(l string) error {
	name, rest := field(l)
	frames, rest := field(rest)
	if strings.TrimSpace(rest) != "" {
		p.warn("segment", rest, "text after the number of samples; ignored")
	}
	if name != "~" {
		if validName("open", name) != nil || name[0] == '+' {
			return p.fail("segment", name, fs.ErrInvalid, "a record name")
		}
	}
	n, err := p.integer("number of samples", frames, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	p.h.Segments = append(p.h.Segments, Segment{name, n})
	return nil
}

func (p *headerParser) finishSegments() error {
	h := p.h
	p.line = 0
	h.Layout = h.Segments[0].Frames == 0 && h.Segments[0].Name != "~"
	var sum int64
	for i, s := range h.Segments {
		if sum += s.Frames; sum < 0 {
			return p.fail("segments", "", ErrRange, "a sum of lengths below 2^63")
		}
		if s.Frames == 0 && i > 0 {
			p.warn("segment", s.Name, "of no samples; skipped")
		}
	}
	if h.Frames == 0 {
		h.Frames = sum
		p.warn("number of samples", "", "none in the record line; the sum of the segments is used")
	} else if sum != h.Frames {
		p.warn("number of samples", strconv.FormatInt(h.Frames, 10),
			"not the sum of the segments, "+strconv.FormatInt(sum, 10)+"; the segments hold")
		h.Frames = sum
	}
	return nil
}

// integer parses a whole number within limits. A fraction of zeros ("128.0")
// is accepted, since some databases have it.
func (p *headerParser) integer(field, s string, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, ok := number(s)
		if !ok || f != math.Trunc(f) || !(math.Abs(f) < 1<<53) {
			if ne, is := err.(*strconv.NumError); is && ne.Err == strconv.ErrRange {
				return 0, p.fail(field, s, ErrLimit, rangeText(low, high))
			}
			return 0, p.fail(field, s, ErrHeader, "a whole number")
		}
		p.warn(field, s, "written as a fraction")
		n = int64(f)
	}
	if n < low {
		return 0, p.fail(field, s, ErrRange, rangeText(low, high))
	}
	if n > high {
		return 0, p.fail(field, s, ErrLimit, rangeText(low, high))
	}
	return n, nil
}

func rangeText(low, high int64) string {
	if high == math.MaxInt64 {
		return strconv.FormatInt(low, 10) + " or more, below 2^63"
	}
	return strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
}

// number parses a decimal number; no "Inf", "NaN", hexadecimal.
func number(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
