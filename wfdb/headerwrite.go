package wfdb

import (
	"fmt"
	"math"
	"strings"
)

// AppendText appends the header as the WFDB library writes it, with CR LF at
// the ends of lines; what it can't write is a *HeaderError. Fields that are not
// Given are written with their values all the same, as the library does, except
// units and description.
func (h *Header) AppendText(b []byte) ([]byte, error) {
	if err := h.check(); err != nil {
		return b, err
	}
	b = append(b, h.Name...)
	count := len(h.Signals)
	if h.Segments != nil {
		b = fmt.Appendf(b, "/%d", len(h.Segments))
		count = h.SignalCount
	}
	b = fmt.Appendf(b, " %d %s", count, formatFloat(h.Rate))
	if h.CounterRate > 0 && h.CounterRate != h.Rate || h.BaseCounter != 0 {
		b = append(b, "/"+formatFloat(max(h.CounterRate, 0))...)
		if h.BaseCounter != 0 {
			b = append(b, "("+formatFloat(h.BaseCounter)+")"...)
		}
	}
	if h.Frames > 0 || h.HasTime {
		b = fmt.Appendf(b, " %d", h.Frames)
	}
	if h.HasTime {
		ms := Times{1000, &Header{}}.elapsed(float64(h.TimeOfDay.Milliseconds()))
		b = append(b, " "+strings.TrimSuffix(ms, ".000")...)
		if !h.Start.IsZero() {
			b = append(b, h.Start.Format(" 02/01/2006")...)
		}
	}
	b = append(b, "\r\n"...)
	if h.Segments != nil {
		for _, s := range h.Segments {
			b = fmt.Appendf(b, "%s %d\r\n", s.Name, s.Frames)
		}
	} else {
		for i := range h.Signals {
			b = h.Signals[i].appendText(b)
		}
	}
	for _, c := range h.Comments {
		b = append(b, "#"+c+"\r\n"...)
	}
	return b, nil
}

func (s *SignalInfo) appendText(b []byte) []byte {
	b = fmt.Appendf(b, "%s %d", s.File, s.Format)
	if s.SamplesPerFrame > 1 {
		b = fmt.Appendf(b, "x%d", s.SamplesPerFrame)
	}
	if s.Skew > 0 {
		b = fmt.Appendf(b, ":%d", s.Skew)
	}
	if s.ByteOffset > 0 {
		b = fmt.Appendf(b, "+%d", s.ByteOffset)
	}
	b = append(b, " "+formatFloat(s.Gain)...)
	if s.Baseline != s.ADCZero {
		b = fmt.Appendf(b, "(%d)", s.Baseline)
	}
	if s.Given&GivenUnits != 0 {
		b = append(b, "/"+s.Units...)
	}
	b = fmt.Appendf(b, " %d %d %d %d %d", s.ADCResolution, s.ADCZero, s.InitialValue, s.Checksum, s.BlockSize)
	if s.Given&GivenDescription != 0 {
		b = append(b, " "+s.Description...)
	}
	return append(b, "\r\n"...)
}

// check refuses what a reader could not read back.
func (h *Header) check() error {
	fail := func(field, value, want string) error {
		return &HeaderError{Name: h.Name + ".hea", Field: field, Value: cut(value), Err: ErrRange, Want: want}
	}
	word := func(s string) bool { return s != "" && s[0] != '#' && !strings.ContainsAny(s, " \t\r\n\x00") }
	if !word(h.Name) || strings.ContainsAny(h.Name, "/.") || validName("create", h.Name) != nil {
		return fail("record name", h.Name, "letters, digits, _, -")
	}
	if !(h.Rate >= 1e-6 && h.Rate <= 1e6) {
		return fail("sampling frequency", formatFloat(h.Rate), "1e-6 to 1e6 Hz")
	}
	if h.Frames < 0 {
		return fail("number of samples", fmt.Sprint(h.Frames), "0 or more")
	}
	for _, s := range h.Segments {
		if s.Name != "~" && (!word(s.Name) || validName("create", s.Name) != nil) {
			return fail("segment", s.Name, "a record name or ~")
		}
	}
	for _, c := range h.Comments {
		if strings.ContainsAny(c, "\r\n") {
			return fail("comment", c, "one line")
		}
	}
	if h.Segments != nil {
		return nil
	}
	for i := range h.Signals {
		s := &h.Signals[i]
		switch a := math.Abs(s.Gain); {
		case s.File != "~" && (!word(s.File) || validName("create", s.File) != nil):
			return fail("file name", s.File, "a name without blanks")
		case !formatKnown(s.Format):
			return &HeaderError{Name: h.Name + ".hea", Field: "format", Value: fmt.Sprint(s.Format), Err: ErrFormat, Want: "one of " + formatList()}
		case s.Gain != 0 && !(a >= 1e-100 && a <= 1e100):
			return fail("gain", formatFloat(s.Gain), "0, or 1e-100 to 1e100")
		case s.Given&GivenUnits != 0 && (!word("x"+s.Units) || s.Units == ""):
			return fail("units", s.Units, "text without blanks")
		case s.SamplesPerFrame < 1:
			return fail("samples per frame", fmt.Sprint(s.SamplesPerFrame), "1 or more")
		case s.Skew < 0 || s.ByteOffset < 0 || s.BlockSize < 0:
			return fail("signal", s.Description, "no negative skew, byte offset or block size")
		case s.Given&GivenDescription != 0 && (strings.ContainsAny(s.Description, "\r\n\x00") || s.Description == "" ||
			strings.TrimRight(s.Description, " \t") != s.Description):
			return fail("description", s.Description, "one line without blanks at its end")
		}
	}
	return nil
}
