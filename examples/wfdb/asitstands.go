package main

// asitstands.go: what the C library takes from a signal line without looking at
// it: blanks behind a description, and a checksum that is none of 16 bits with a
// sign.

import (
	"path"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

// signalLines returns the signal lines of the header that describes the signals
// of a record: its own, or that of its first segment. None if they can't be
// found.
func (s source) signalLines(h *wfdb.Header) []string {
	for _, g := range h.Segments {
		if g.Name == "~" {
			continue
		}
		first, err := wfdb.ReadHeader(s.fsys, path.Join(path.Dir(s.name), g.Name))
		if err != nil {
			return nil
		}
		h = first
		break
	}
	text := strings.ReplaceAll(string(h.Text), "\r", "\n")
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		if t := strings.TrimSpace(l); t != "" && t[0] != '#' {
			lines = append(lines, l)
		}
	}
	if len(lines) <= len(h.Signals) {
		return nil
	}
	return lines[1 : 1+len(h.Signals)]
}

// withBlanks gives descriptions the blanks behind them.
func withBlanks(h *wfdb.Header, lines []string) {
	for i := range min(len(lines), len(h.Signals)) {
		s := &h.Signals[i]
		if cut := strings.TrimRight(lines[i], " \t"); s.Given&wfdb.GivenDescription != 0 && strings.HasSuffix(cut, s.Description) {
			s.Description += lines[i][len(cut):]
		}
	}
}

// checksumText returns the checksum of a signal as its line has it.
func checksumText(line string) string {
	const field = 6 // FILE FORMAT GAIN RESOLUTION ZERO INITIAL CHECKSUM
	if f := strings.Fields(line); len(f) > field {
		return f[field]
	}
	return ""
}
