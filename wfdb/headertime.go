package wfdb

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// startTime parses the base time and date of a record line. What is no time is
// kept as text and warned about: a wrong clock must not keep anybody from the
// samples.
func (p *headerParser) startTime(clock, date string) {
	h := p.h
	h.TimeText, h.DateText = clock, date
	if clock == "" {
		return
	}
	t, ok := timeOfDay(clock)
	if !ok {
		p.warn("base time", clock, "not a time of day (H:M:S); unknown")
	} else {
		h.TimeOfDay, h.HasTime = t, true
	}
	if date == "" {
		return
	}
	day, ok := calendarDay(date)
	if !ok {
		p.warn("base date", date, "not a date (D/M/Y with four digits of year); unknown")
		return
	}
	h.HasDate = true
	if h.HasTime {
		h.Start = day.Add(h.TimeOfDay)
	}
}

// timeOfDay parses H:M:S[.fff], M:S or S, to the millisecond.
func timeOfDay(s string) (time.Duration, bool) {
	part := strings.Split(s, ":")
	if len(part) > 3 {
		return 0, false
	}
	limit := [3]float64{24, 60, 60}
	seconds := 0.0
	for i, t := range part {
		if t == "" || strings.Trim(t, "0123456789.") != "" || i < len(part)-1 && strings.Contains(t, ".") {
			return 0, false
		}
		v, err := strconv.ParseFloat(t, 64)
		if err != nil || !(v < limit[3-len(part)+i]) && len(part) > 1 {
			return 0, false
		}
		seconds = float64(seconds*60) + v
	}
	if !(seconds < 24*3600) {
		return 0, false
	}
	return time.Duration(math.Floor(float64(seconds*1000)+0.5)) * time.Millisecond, true
}

// calendarDay parses D/M/Y, years 100 to 9999.
func calendarDay(s string) (time.Time, bool) {
	part := strings.Split(s, "/")
	if len(part) != 3 {
		return time.Time{}, false
	}
	var v [3]int
	for i, t := range part {
		n, err := strconv.ParseUint(t, 10, 16)
		if err != nil {
			return time.Time{}, false
		}
		v[i] = int(n)
	}
	d, m, y := v[0], v[1], v[2]
	if y < 100 || y > 9999 || m < 1 || m > 12 || d < 1 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d // not the 31st of a shorter month
}
