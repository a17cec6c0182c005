package edf

// headerparse.go: the header is ASCII in fields of fixed width, padded with
// blanks: 256 bytes about the file, then for each signal 256 bytes, ordered by
// field:
//
//	8 version    80 patient   80 recording  8 date  8 time    8 header bytes
//	44 reserved  8 records    8 duration    4 signals
//	16 label     80 transducer  8 unit   8 physical min  8 physical max
//	8 digital min  8 digital max  80 prefilter  8 samples per record  32 reserved

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// ReadHeader reads a header from r; name is for errors. It reads no further
// than the header, so the fraction of a second of an EDF+ start is not in
// Start.
func (o Options) ReadHeader(r io.Reader, name string) (*Header, error) {
	p := headerParser{r: r, name: name, limits: o.Limits.withDefaults(), h: &Header{}}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.h, nil
}

type headerParser struct {
	r      io.Reader
	name   string
	limits Limits
	h      *Header
	off    int64 // of the current block
	block  []byte
	pos    int
}

func (p *headerParser) fail(signal int, field, value string, err error, want string) error {
	return &Error{Name: p.name, Offset: p.off + int64(p.pos), Signal: signal, Field: field, Value: cut(value), Want: want, Err: err}
}

// read brings the next n bytes of the file.
func (p *headerParser) read(n int) error {
	p.off += int64(len(p.block))
	p.pos = 0
	p.block = make([]byte, n)
	m, err := io.ReadFull(p.r, p.block)
	if err == nil {
		return nil
	}
	p.pos = m
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return p.fail(-1, "header", "", err, "")
	}
	if p.off == 0 {
		return p.fail(-1, "header", "", ErrNotEDF, "256 bytes at least")
	}
	return p.fail(-1, "header", "", io.ErrUnexpectedEOF, "")
}

// text returns the next field. Some programs pad with NUL.
func (p *headerParser) text(width int) string {
	s := string(p.block[p.pos : p.pos+width])
	p.pos += width
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ")
}

func (p *headerParser) parse() error {
	if err := p.read(256); err != nil {
		return err
	}
	h := p.h
	switch version := string(p.block[:8]); {
	case version == "\xffBIOSEMI":
		h.BDF = true
	case strings.Trim(version, " \x00") != "0":
		return p.fail(-1, "version", strings.TrimRight(version, " "), ErrNotEDF, `"0" or "\xffBIOSEMI"`)
	}
	p.pos = 8
	h.Patient, h.Recording = p.text(80), p.text(80)
	date, clock := p.text(8), p.text(8)
	bytesText := p.text(8)
	h.Reserved = p.text(44)
	h.Plus = strings.HasPrefix(h.Reserved, "EDF+") || strings.HasPrefix(h.Reserved, "BDF+")
	h.Discontinuous = h.Plus && strings.HasPrefix(h.Reserved[4:], "D")
	h.Start = p.start(date, clock)

	records, err := p.integer(-1, "number of records", 8, -1, math.MaxInt64)
	if err != nil {
		return err
	}
	h.Records = records
	if err := p.duration(p.text(8)); err != nil {
		return err
	}
	ns, err := p.integer(-1, "number of signals", 4, 0, 9999)
	if err != nil {
		return err
	}
	if ns > int64(p.limits.Signals) {
		return p.fail(-1, "number of signals", strconv.FormatInt(ns, 10), ErrLimit, strconv.Itoa(p.limits.Signals)+" at most")
	}
	h.Signals = make([]Signal, ns)
	if ns == 0 {
		return p.fail(-1, "number of signals", "0", ErrHeader, "1 at least")
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(bytesText), 10, 64); err != nil || n != h.Bytes() {
		h.warn(-1, "header bytes", bytesText, "not 256 for the file and each signal; the number of signals holds")
	}
	if err := p.read(256 * int(ns)); err != nil {
		return err
	}
	return p.signals()
}

// signals parses the second part of the header.
func (p *headerParser) signals() error {
	h, s := p.h, p.h.Signals
	each := func(f func(i int) error) error {
		for i := range s {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	each(func(i int) error {
		s[i].Label = p.text(16)
		s[i].Annotations = s[i].Label == "EDF Annotations" || s[i].Label == "BDF Annotations"
		return nil
	})
	each(func(i int) error { s[i].Transducer = p.text(80); return nil })
	each(func(i int) error { s[i].Unit = p.text(8); return nil })
	each(func(i int) error { s[i].PhysicalMin = p.limit(i, "physical minimum"); return nil })
	each(func(i int) error { s[i].PhysicalMax = p.limit(i, "physical maximum"); return nil })
	each(func(i int) error { s[i].DigitalMin = p.digital(i, "digital minimum"); return nil })
	each(func(i int) error { s[i].DigitalMax = p.digital(i, "digital maximum"); return nil })
	each(func(i int) error { s[i].Prefilter = p.text(80); return nil })
	err := each(func(i int) error {
		n, err := p.integer(i, "samples per record", 8, 0, 99_999_999)
		s[i].SamplesPerRecord = int(n)
		return err
	})
	if err != nil {
		return err
	}
	each(func(i int) error { s[i].Reserved = p.text(32); return nil })
	if n := h.RecordBytes(); n > p.limits.RecordBytes {
		return p.fail(-1, "bytes of a data record", strconv.FormatInt(n, 10), ErrLimit, strconv.FormatInt(p.limits.RecordBytes, 10)+" at most")
	}
	for i := range s {
		if s[i].Annotations {
			continue
		}
		p.checkScale(i)
		if h.seconds.units == 0 && s[i].SamplesPerRecord > 0 {
			return p.fail(i, "duration of a data record", "0", ErrHeader, "more than 0, as there are samples")
		}
		if r := h.Rate(i); r > ecg.MaxRate || r < ecg.MinRate && r != 0 {
			return p.fail(i, "samples per record", strconv.Itoa(s[i].SamplesPerRecord), ErrRange, "1e-6 to 1e6 Hz")
		}
	}
	return nil
}

func (p *headerParser) checkScale(i int) {
	s := &p.h.Signals[i]
	switch {
	case s.Faulty:
	case s.DigitalMin >= s.DigitalMax:
		p.h.warn(i, "digital minimum", strconv.Itoa(int(s.DigitalMin)), "not below the digital maximum; the values are NaN")
		s.Faulty = true
	case s.PhysicalMin == s.PhysicalMax:
		p.h.warn(i, "physical minimum", strconv.FormatFloat(s.PhysicalMin, 'g', -1, 64), "equal to the physical maximum; the values are NaN")
		s.Faulty = true
	}
}

// integer parses a field that has to be one.
func (p *headerParser) integer(signal int, field string, width int, lo, hi int64) (int64, error) {
	at := p.pos
	t := p.text(width)
	s := strings.TrimSpace(t)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		// "12.0" and "12 abc" are found in files.
		k := 0
		for k < len(s) && (s[k] >= '0' && s[k] <= '9' || k == 0 && (s[k] == '-' || s[k] == '+')) {
			k++
		}
		if n, err = strconv.ParseInt(s[:k], 10, 64); err == nil {
			p.h.warn(signal, field, t, "more than a number; "+s[:k]+" is used")
		}
	}
	if err != nil || n < lo || n > hi {
		p.pos = at
		return 0, p.fail(signal, field, t, ErrHeader, strconv.FormatInt(lo, 10)+" or more")
	}
	return n, nil
}

// limit parses a physical limit; one that is no number makes the signal faulty.
func (p *headerParser) limit(i int, field string) float64 {
	t := p.text(8)
	s := strings.TrimSpace(t)
	if strings.Contains(s, ",") && !strings.Contains(s, ".") {
		p.h.warn(i, field, t, "a comma, taken as a decimal point")
		s = strings.Replace(s, ",", ".", 1)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) > 1e15 {
		p.h.Signals[i].Faulty = true
		if !p.h.Signals[i].Annotations {
			p.h.warn(i, field, t, "not a usable number; the values are NaN")
		}
		return 0
	}
	return x
}

// digital parses a digital limit.
func (p *headerParser) digital(i int, field string) int32 {
	t := p.text(8)
	x, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	low := float64(lowest(p.h.BDF))
	if err != nil || x != math.Trunc(x) || !(x >= 2*low && x <= -2*low) {
		p.h.Signals[i].Faulty = true
		if !p.h.Signals[i].Annotations {
			p.h.warn(i, field, t, "not a usable number; the values are NaN")
		}
		return 0
	}
	if (x < low || x > -low-1) && !p.h.Signals[i].Annotations {
		p.h.warn(i, field, t, "beyond the range of a sample")
	}
	return int32(x)
}

// duration parses the duration of a data record, which keeps all its digits.
func (p *headerParser) duration(t string) error {
	s := strings.TrimSpace(t)
	if strings.Contains(s, ",") && !strings.Contains(s, ".") {
		p.h.warn(-1, "duration of a data record", t, "a comma, taken as a decimal point")
		s = strings.Replace(s, ",", ".", 1)
	}
	n, ok := parseNumber(s)
	if !ok || n.units < 0 || n.float() > 1e9 {
		return p.fail(-1, "duration of a data record", t, ErrHeader, "0 to 1e9 s")
	}
	p.h.seconds = n
	return nil
}

// parseNumber parses a decimal number of at most 9 digits behind the point.
func parseNumber(s string) (number, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 9 || whole+frac == "" || strings.ContainsAny(frac, "+-") {
		return number{}, false
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return number{n, len(frac)}, err == nil
}

// start finds the start time; warnings about it do not tell dates, which are
// personal data. The year of EDF+ is in the recording field, that of EDF has
// two digits, from 1985 to 2084.
func (p *headerParser) start(date, clock string) time.Time {
	day, ok := threeNumbers(date)
	tod, ok2 := threeNumbers(clock)
	if !ok || !ok2 || tod[0] > 23 || tod[1] > 59 || tod[2] > 59 {
		p.h.warn(-1, "start", "", "not a date and a time; the start is unknown")
		return time.Time{}
	}
	year := 1900 + day[2]
	if day[2] < 85 {
		year += 100
	}
	t := time.Date(year, time.Month(day[1]), day[0], tod[0], tod[1], tod[2], 0, time.UTC)
	if t.Day() != day[0] || int(t.Month()) != day[1] {
		p.h.warn(-1, "start", "", "no day of the calendar; the start is unknown")
		t = time.Time{}
	}
	words := strings.Fields(p.h.Recording)
	if !p.h.Plus || len(words) < 2 || words[0] != "Startdate" {
		return t
	}
	if words[1] == "X" {
		return time.Time{} // the date is unknown or was taken out
	}
	full, err := time.Parse("02-Jan-2006", titleMonth(words[1]))
	if err != nil {
		p.h.warn(-1, "start date of the recording field", "", "not a date; that of the header is used")
		return t
	}
	full = full.Add(time.Duration(tod[0])*time.Hour + time.Duration(tod[1])*time.Minute + time.Duration(tod[2])*time.Second)
	if !t.Equal(full) {
		p.h.warn(-1, "start", "", "not the date of the recording field, which is used")
	}
	return full
}

// titleMonth turns "24-APR-1989" into "24-Apr-1989".
func titleMonth(s string) string {
	if len(s) == 11 {
		return s[:4] + strings.ToLower(s[4:6]) + s[6:]
	}
	return s
}

// threeNumbers parses "dd.mm.yy" and "hh.mm.ss"; other separators are found.
func threeNumbers(s string) (n [3]int, ok bool) {
	if len(s) != 8 {
		return n, false
	}
	for i := range n {
		v, err := strconv.ParseUint(strings.Replace(s[3*i:3*i+2], " ", "0", 1), 10, 8)
		if err != nil {
			return n, false
		}
		n[i] = int(v)
	}
	return n, s[2] == s[5] && (s[2] < '0' || s[2] > '9')
}
