package edf

// tal.go: an annotation channel holds lists of time-stamped annotations:
//
//	onset [ 0x15 duration ] 0x14 text 0x14 [ text 0x14 ... ] 0x00
//
// The first list of a data record of EDF+ keeps time: its onset is the start of
// the record, its first text is empty.

import (
	"strconv"
	"strings"
	"time"
)

// Annotation is a text at a time.
type Annotation struct {
	Onset    time.Duration // since the start time of the header (its whole second)
	Duration time.Duration // 0: a moment
	Text     string        // UTF-8, unless the file has other bytes
	Channel  int           // index of the signal
}

// parseTALs calls add for each text of the lists in b and returns the onset of
// the first list that keeps time. A list that is damaged is skipped: bad tells it.
func parseTALs(b []byte, add func(onset, duration time.Duration, text string), bad func(list string)) (keeper time.Duration, kept bool) {
	for len(b) > 0 {
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		end := 0
		for end < len(b) && b[end] != 0 {
			end++
		}
		list := string(b[:end])
		b = b[end:]
		stamp, texts, ok := strings.Cut(list, "\x14")
		onsetText, durationText, hasDuration := strings.Cut(stamp, "\x15")
		onset, ok2 := parseSeconds(onsetText, true)
		duration, ok3 := time.Duration(0), true
		if hasDuration && durationText != "" {
			duration, ok3 = parseSeconds(durationText, false)
		}
		texts, ok4 := strings.CutSuffix(texts, "\x14")
		if !ok || !ok2 || !ok3 || !ok4 {
			bad(list)
			continue
		}
		for i, text := range strings.Split(texts, "\x14") {
			if text == "" {
				if i == 0 && !kept {
					keeper, kept = onset, true
				}
				continue
			}
			add(onset, duration, text)
		}
	}
	return keeper, kept
}

// maxSeconds bounds times, 127 years, so that differences of them are a Duration.
const maxSeconds = 4_000_000_000

// parseSeconds parses a decimal number of seconds, to the nanosecond. An onset
// has a sign.
func parseSeconds(s string, signed bool) (time.Duration, bool) {
	if signed != (strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-")) {
		return 0, false
	}
	whole, frac, _ := strings.Cut(s, ".")
	if strings.Trim(frac, "0123456789") != "" || len(whole) > 11 {
		return 0, false
	}
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec > maxSeconds || sec < -maxSeconds {
		return 0, false
	}
	nano := int64(0)
	if frac != "" {
		nano, _ = strconv.ParseInt((frac + "00000000")[:9], 10, 64)
	}
	if strings.HasPrefix(whole, "-") {
		nano = -nano
	}
	return time.Duration(sec*int64(time.Second) + nano), true
}

// appendSeconds appends a number of seconds without trailing zeros.
func appendSeconds(b []byte, d time.Duration, signed bool) []byte {
	sec, nano := int64(d/time.Second), int64(d%time.Second)
	switch {
	case d < 0:
		b = append(b, '-')
		sec, nano = -sec, -nano
	case signed:
		b = append(b, '+')
	}
	b = strconv.AppendInt(b, sec, 10)
	if nano != 0 {
		digits := strconv.FormatInt(nano+int64(time.Second), 10)[1:]
		b = append(b, '.')
		b = append(b, strings.TrimRight(digits, "0")...)
	}
	return b
}

// appendTAL appends a list of one text.
func appendTAL(b []byte, onset, duration time.Duration, text string) []byte {
	b = appendSeconds(b, onset, true)
	if duration > 0 {
		b = append(b, 0x15)
		b = appendSeconds(b, duration, false)
	}
	b = append(b, 0x14)
	b = append(b, text...)
	return append(b, 0x14, 0)
}
