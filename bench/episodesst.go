package bench

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

// STMeasurement is a reference measurement of the ST deviation at the extremum
// of an episode, and the test measurement nearest in time, both in uV.
type STMeasurement struct {
	Time      int64 // samples
	Signal    int   // 0 or 1
	Ref, Test int
}

// MeasureST pairs the ST extrema of the reference with the measurements of the
// test annotations as epicmp 10.7.0 does for ST0, ST1 or ST, over the whole
// record. A test measurement is the first two integers in the text of a beat,
// one for each signal; one that is missing is that of the beat before, 0 at
// first. A test beat behind an extremum is not read again for the next.
func MeasureST(ref, test []wfdb.Annotation, kind EpisodeKind) []STMeasurement {
	var list []STMeasurement
	var before, now [2]int
	var last, current int64 // beats: the last at or before the extremum, the one after it
	for _, a := range ref {
		signal, value, ok := extremumOf(a)
		if !ok || kind == ST0 && signal == 1 || kind == ST1 && signal == 0 {
			continue
		}
		more := false
		for len(test) > 0 && !more {
			b := test[0]
			test = test[1:]
			if !b.Code.IsBeat() {
				continue
			}
			before = now
			fmt.Sscan(b.Text(), &now[0], &now[1])
			last, current = current, b.Time
			more = b.Time > a.Time
		}
		m := STMeasurement{a.Time, signal, value, now[signal]}
		if more && a.Time-last < current-a.Time {
			m.Test = before[signal]
		}
		list = append(list, m)
	}
	return list
}

// extremumOf reads AST0v, AST1v, AST+v and AST-v.
func extremumOf(a wfdb.Annotation) (signal, value int, ok bool) {
	text, ok := strings.CutPrefix(a.Text(), "AST")
	if !ok || a.Code != wfdb.STChange || text == "" {
		return 0, 0, false
	}
	switch text[0] {
	case '0':
		text = text[1:]
	case '1':
		signal, text = 1, text[1:]
	case '+', '-':
	default:
		return 0, 0, false
	}
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || end == 0 && strings.ContainsRune("+-", rune(text[0]))) {
		end++
	}
	value, _ = strconv.Atoi(text[:end]) // no number is 0, as for the program
	return signal, value, true
}

// STMeasurementHead are the two lines above the measurements.
const STMeasurementHead = "(ST measurements)\nRecord     Time  Signal  Reference  Test\n"

// WriteSTMeasurements writes the lines of a record (rate in Hz), byte for byte.
func WriteSTMeasurements(w io.Writer, record string, rate float64, list []STMeasurement) error {
	var b bytes.Buffer
	for _, m := range list {
		at := clockTime(int64(float64(m.Time)/rate) * 1000)
		fmt.Fprintf(&b, "%6s %s %7d %10d %5d", record, at[:len(at)-4], m.Signal, m.Ref, m.Test)
		if m.Ref-m.Test > 100 || m.Test-m.Ref > 100 {
			b.WriteString(" *")
		}
		b.WriteByte('\n')
	}
	_, err := b.WriteTo(w)
	return err
}
