package edf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/wfdb/internal/usual"
)

// Deidentifier takes personal data out of a file: the patient and recording
// fields become X, the start 01.01.85 00.00.00 (which means unknown), and
// transducers, reserved fields, unusual labels and free texts of annotations
// are blank. Samples stay byte for byte.
//
// An ECG itself can identify a person, so the result is not anonymous: see
// wfdb.Deidentifier.
type Deidentifier struct {
	// Shift moves the start, if there is one, instead of taking it out; whole
	// seconds. Use one constant for all files of a patient.
	Shift time.Duration

	Limits Limits
}

// Copy copies a file from r to w and returns what it changed, without telling
// what was there. Of a file that ends too early the whole data records are
// copied, then the error is io.ErrUnexpectedEOF.
func (d Deidentifier) Copy(w io.Writer, r io.Reader, name string) ([]string, error) {
	o := Options{Limits: d.Limits.withDefaults()}
	var raw bytes.Buffer
	h, err := o.ReadHeader(io.TeeReader(r, &raw), name)
	if err != nil {
		return nil, err
	}
	c := deidCopy{h: h, b: raw.Bytes(), name: name}
	c.header(d.Shift)
	if _, err := w.Write(c.b); err != nil {
		return nil, err
	}
	err = c.records(w, &Reader{o: o, name: name, h: h, stream: r})
	if c.lists > 0 {
		c.change("%d lists of annotations removed", c.lists)
	}
	return c.changes, err
}

type deidCopy struct {
	h       *Header
	b       []byte // the header
	name    string
	changes []string
	lists   int
}

func (c *deidCopy) change(format string, args ...any) {
	c.changes = append(c.changes, fmt.Sprintf(format, args...))
}

// put replaces a field, and tells so if it was another.
func (c *deidCopy) put(off, width int, s, what string) {
	n := []byte((s + strings.Repeat(" ", width))[:width])
	if !bytes.Equal(c.b[off:off+width], n) {
		copy(c.b[off:], n)
		c.change("%s replaced", what)
	}
}

func (c *deidCopy) header(shift time.Duration) {
	date, clock, start := "01.01.85", "00.00.00", "X"
	if t := c.h.Start; !t.IsZero() && shift != 0 {
		t = t.Add(shift.Truncate(time.Second))
		if t.Year() >= 1985 && t.Year() <= 2084 {
			date, clock = t.Format("02.01.06"), t.Format("15.04.05")
			start = strings.ToUpper(t.Format("02-Jan-2006"))
		}
	}
	c.put(8, 80, "X X X X", "patient")
	c.put(88, 80, "Startdate "+start+" X X X", "recording")
	c.put(168, 8, date, "start date")
	c.put(176, 8, clock, "start time")
	reserved := ""
	if c.h.Plus {
		reserved = c.h.Reserved[:5]
	} else if c.h.BDF {
		reserved = "24BIT"
	}
	c.put(192, 44, reserved, "reserved field")
	n := len(c.h.Signals)
	column := func(width, before int, what string, f func(s *Signal) (string, bool)) {
		for i := range c.h.Signals {
			if s, ok := f(&c.h.Signals[i]); ok {
				c.put(256+before*n+width*i, width, s, what+" of signal "+strconv.Itoa(i))
			}
		}
	}
	blank := func(*Signal) (string, bool) { return "", true }
	i := -1
	column(16, 0, "label", func(s *Signal) (string, bool) {
		i++
		return "signal " + strconv.Itoa(i), !s.Annotations && !usual.Signal(s.Label)
	})
	column(80, 16, "transducer", blank)
	column(8, 96, "unit", func(s *Signal) (string, bool) { return "", !usual.Unit(s.Unit) })
	column(80, 136, "prefilter", func(s *Signal) (string, bool) { return "", !prefilter.MatchString(s.Prefilter) })
	column(32, 224, "reserved field", blank)
}

// prefilter matches "HP:0.1Hz LP:75Hz N:50Hz" and the like.
var prefilter = regexp.MustCompile(`^((HP|LP|N|BP|NOTCH)[:= ]*([0-9.]+ ?k?(Hz)?|DC)[ ,;]*|DC[ ,;]*)*$`)

// usualTexts are standard texts of EDF+ for polysomnography.
var usualTexts = []string{"Sleep stage W", "Sleep stage 1", "Sleep stage 2", "Sleep stage 3", "Sleep stage 4", "Sleep stage R",
	"Sleep stage ?", "Sleep stage N", "Sleep stage N1", "Sleep stage N2", "Sleep stage N3", "Movement time", "Sleep stage M",
	"Lights off", "Lights on", "Recording starts", "Recording ends", "Apnea", "Obstructive apnea", "Central apnea",
	"Mixed apnea", "Hypopnea", "RERA", "Limb movement", "PLMS", "EEG arousal"}

// records copies the data records and clears lists of annotations.
func (c *deidCopy) records(w io.Writer, r *Reader) error {
	for k := int64(0); c.h.Records < 0 || k < c.h.Records; k++ {
		if err := r.bytes(k); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		off := 0
		for i := range c.h.Signals {
			n := c.h.Signals[i].SamplesPerRecord * int(c.h.sampleBytes())
			if c.h.Signals[i].Annotations {
				c.clean(r.record[off : off+n])
			}
			off += n
		}
		if _, err := w.Write(r.record); err != nil {
			return err
		}
	}
	return nil
}

// clean keeps the lists that keep time and those with usual texts only.
func (c *deidCopy) clean(b []byte) {
	var kept []byte
	for list := range bytes.SplitSeq(b, []byte{0}) {
		if len(list) == 0 {
			continue
		}
		ok := true
		_, kept1 := parseTALs(list, func(_, _ time.Duration, text string) {
			ok = ok && slices.Contains(usualTexts, text)
		}, func(string) { ok = false })
		switch {
		case ok:
			kept = append(append(kept, list...), 0)
			continue
		case kept1: // it keeps time, and has texts
			stamp, _, _ := bytes.Cut(list, []byte{0x14})
			kept = append(append(kept, stamp...), 0x14, 0x14, 0)
		}
		c.lists++
	}
	n := copy(b, kept)
	clear(b[n:])
}
