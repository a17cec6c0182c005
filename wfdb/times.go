package wfdb

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrTime is the error for a text that is no time.
var ErrTime = errors.New("not a time")

// Times converts between positions and texts as the C programs do (strtim and
// mstimstr of the WFDB library). Positions are in ticks of 1/Rate s, for a
// record its frames.
type Times struct {
	Rate float64 // ticks per second
	h    *Header
}

// Times returns the texts of positions that count 1/rate s; rate 0 is that of
// the header.
func (h *Header) Times(rate float64) Times {
	if rate == 0 {
		rate = h.Rate
	}
	return Times{rate, h}
}

// Text is mstimstr: of a positive t the time elapsed, "    0:07.500" or
// " 1:02:07.500"; of a t of 0 or less the time of day at -t, "[12:30:15.250
// 03/04/1999]", or without the date if that is not known, or the time elapsed
// if not even the time of day is.
func (x Times) Text(t int64) string {
	if t > 0 || !x.h.HasTime {
		return x.elapsed(magnitude(t))
	}
	ms := x.milliseconds(magnitude(t)) + x.h.TimeOfDay.Milliseconds()
	const day = 24 * 60 * 60 * 1000
	days, ms := ms/day, ms%day
	s := fmt.Sprintf("[%02d:%02d:%02d.%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
	switch {
	case !x.h.Start.IsZero():
		s += x.h.Start.Add(-x.h.TimeOfDay).AddDate(0, 0, int(min(days, 1<<30))).Format(" 02/01/2006")
	case days > 0:
		s += " " + strconv.FormatInt(days, 10)
	}
	return s + "]"
}

// Seconds is timstr: Text without the milliseconds, which are cut off.
func (x Times) Seconds(t int64) string {
	s := x.Text(t)
	i := strings.IndexByte(s, '.')
	rest := s[i+4:]
	return s[:i] + rest
}

func magnitude(t int64) float64 { return math.Abs(float64(t)) }

// milliseconds converts ticks, the part below a second rounded half up.
func (x Times) milliseconds(t float64) int64 {
	s := math.Trunc(t / x.Rate)
	ms := math.Trunc(float64((t-float64(s*x.Rate))*1000)/x.Rate + 0.5)
	return int64(min(float64(s*1000)+ms, math.MaxInt64/2))
}

func (x Times) elapsed(t float64) string {
	ms := x.milliseconds(t)
	h, m, s, f := ms/3600000, ms/60000%60, ms/1000%60, ms%1000
	if h > 0 {
		return fmt.Sprintf("%2d:%02d:%02d.%03d", h, m, s, f)
	}
	return fmt.Sprintf("   %2d:%02d.%03d", m, s, f)
}

// Parse is strtim: it returns the position that a text means.
//
//	s123              tick 123
//	f123              frame 123
//	c123              counter value 123
//	e                 the end of the record, 0 if its length is not known
//	5, 1:30, 1:02:03.5   seconds, M:S, H:M:S elapsed
//	[13:05:27.5]      a time of day, on the first day
//	[0:10:00 1]       on the day after that
//	[13:05:27 29/02/2024]
//
// For a time of day the result is negative, as that of the C function: the
// programs take its absolute value. A text in front of the start gives a
// positive one. What strtim takes for 0 since it is no time is ErrTime here.
func (x Times) Parse(text string) (int64, error) {
	s := strings.TrimLeft(text, " \t")
	bad := func(why string) (int64, error) {
		return 0, fmt.Errorf("wfdb: %w: %q: %s", ErrTime, cut(text), why)
	}
	if s == "" {
		return bad("empty")
	}
	switch kind := s[0]; kind {
	case 'e':
		if s != "e" {
			return bad("want e alone")
		}
		return x.ticks(float64(x.h.Frames) / x.h.Rate), nil
	case 's', 'f':
		n, err := strconv.ParseInt(s[1:], 10, 64)
		if err != nil {
			return bad("want a number")
		}
		if kind == 'f' && x.Rate != x.h.Rate {
			n = x.ticks(float64(n) / x.h.Rate)
		}
		return n, nil
	case 'c':
		v, ok := number(s[1:])
		if !ok {
			return bad("want a number")
		}
		return limited(math.Trunc(float64((v-x.h.BaseCounter)*x.Rate) / x.h.CounterRate)), nil
	case '[':
		return x.parseClock(s, bad)
	}
	sec, ok := seconds(s)
	if !ok {
		return bad("want [[H:]M:]S, sN, fN, cN, e or [H:M:S]")
	}
	return x.ticks(sec), nil
}

func (x Times) ticks(sec float64) int64 { return limited(math.Trunc(float64(sec*x.Rate) + 0.5)) }

func limited(f float64) int64 {
	return int64(min(max(f, -(1<<62)), 1<<62))
}

// seconds parses [[H:]M:]S with any number of digits.
func seconds(s string) (float64, bool) {
	sum := 0.0
	part := strings.Split(s, ":")
	for i, p := range part {
		v, ok := number(p)
		if !ok || v < 0 || i < len(part)-1 && v != math.Trunc(v) || len(part) > 3 {
			return 0, false
		}
		sum = float64(sum*60) + v
	}
	return sum, true
}

func (x Times) parseClock(s string, bad func(string) (int64, error)) (int64, error) {
	s, ok := strings.CutSuffix(s[1:], "]")
	if !ok {
		return bad("want ] at the end")
	}
	if !x.h.HasTime {
		return bad("the record has no base time")
	}
	clock, date := field(s)
	sec, ok := seconds(clock)
	if !ok {
		return bad("want [H:M:S]")
	}
	sec -= x.h.TimeOfDay.Seconds()
	if date = strings.TrimSpace(date); date != "" {
		days, err := strconv.ParseInt(date, 10, 32)
		if err != nil {
			day, ok := calendarDay(date)
			if !ok || x.h.Start.IsZero() {
				return bad("want a date D/M/Y, in a record with a base date")
			}
			days = int64(day.Sub(x.h.Start.Add(-x.h.TimeOfDay)) / (24 * time.Hour))
		}
		sec += float64(days * 24 * 3600)
	}
	if sec < 0 {
		return limited(math.Trunc(float64(-sec*x.Rate) + 0.5)), nil
	}
	return -x.ticks(sec), nil
}
