package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/wfdb"
)

// source is where the beats come from.
type source struct {
	name  string
	rate  float64 // Hz
	beats []ecg.Beat
}

// read finds out what the input is, and reads its beats.
func read(ctx context.Context, o options, stdin io.Reader) (source, error) {
	switch {
	case o.input == "":
		c := synth.Default()
		if o.sliding {
			c.Duration = max(5*time.Minute, 2*o.window)
		}
		p, err := synth.New(c)
		if err != nil {
			return source{}, err
		}
		return detectBeats(ctx, "synthetic patient", p, o.lead)
	case o.input == "-":
		return readIntervals("standard input", stdin, o.unit)
	case o.annotator != "":
		return readAnnotations(o)
	}
	// What is a file by this very name is a list of intervals, unless it is a
	// header; a record is named without its ending.
	if info, err := os.Stat(o.input); err == nil && info.Mode().IsRegular() && filepath.Ext(o.input) != ".hea" {
		f, err := os.Open(o.input)
		if err != nil {
			return source{}, err
		}
		defer f.Close()
		return readIntervals(o.input, f, o.unit)
	}
	name := strings.TrimSuffix(o.input, ".hea")
	r, err := wfdb.Open(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if err != nil {
		return source{}, err
	}
	defer r.Close()
	return detectBeats(ctx, name, r, o.lead)
}

func detectBeats(ctx context.Context, name string, signal ecg.Signal, lead int) (source, error) {
	format := signal.Format()
	if lead >= len(format.Leads) {
		return source{}, fmt.Errorf("lead %d: %s has %d", lead, name, len(format.Leads))
	}
	one, err := ecg.SelectLeads(signal, lead)
	if err != nil {
		return source{}, err
	}
	d, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: format.Rate})
	if err != nil {
		return source{}, err
	}
	s := source{name: fmt.Sprintf("%s, lead %s", name, format.Leads[lead].Name), rate: format.Rate}
	for b, err := range ecg.All(ecg.Through[float64, ecg.Beat](one, d)) {
		if err != nil {
			return s, err
		}
		if ctx.Err() != nil {
			return s, errors.New("interrupted")
		}
		s.beats = append(s.beats, b)
	}
	return s, nil
}

func readAnnotations(o options) (source, error) {
	name := strings.TrimSuffix(o.input, ".hea")
	fsys, base := os.DirFS(filepath.Dir(name)), filepath.Base(name)
	h, err := wfdb.ReadHeader(fsys, base)
	if err != nil {
		return source{}, err
	}
	a, err := wfdb.ReadAnnotations(fsys, base, o.annotator)
	if err != nil {
		return source{}, err
	}
	s := source{name: name + ", beats of " + o.annotator, rate: h.Rate}
	if a.Clock > 0 {
		s.rate = a.Clock
	}
	s.beats, err = ecg.ReadAll(wfdb.Beats(ecg.Values(a.List), nil))
	return s, err
}

// textRate is the rate, in Hz, at which the beats of a list of intervals lie:
// a microsecond.
const textRate = 1e6

// maxIntervals is far beyond a month of beats, longest beyond a pause of eleven
// days. So many of that length still have whole numbers of microseconds.
const (
	maxIntervals = 1 << 23
	longest      = 1e12 // us
)

// readIntervals reads one interval per line. A word after it, and lines that
// begin with #, are comments; a second number is not, for which is the interval?
func readIntervals(name string, r io.Reader, unit string) (source, error) {
	var rr []float64
	scan := bufio.NewScanner(r)
	for line := 1; scan.Scan(); line++ {
		text := strings.TrimPrefix(scan.Text(), "\ufeff") // the mark that some editors put before the first line
		fields := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' || c == ',' || c == ';' })
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		v, err := strconv.ParseFloat(fields[0], 64)
		if err != nil || !(v > 0) || v > longest*1000/textRate {
			return source{}, fmt.Errorf("%s, line %d: %.64q is no interval", name, line, fields[0])
		}
		if len(fields) > 1 {
			if _, err := strconv.ParseFloat(fields[1], 64); err == nil {
				return source{}, fmt.Errorf("%s, line %d: more than one number; want one interval per line", name, line)
			}
		}
		if len(rr) == maxIntervals {
			return source{}, fmt.Errorf("%s: more than %d intervals", name, maxIntervals)
		}
		rr = append(rr, v)
	}
	if err := scan.Err(); err != nil {
		return source{}, fmt.Errorf("%s: %w", name, err)
	}
	s := source{name: name, rate: textRate}
	if len(rr) == 0 {
		return s, fmt.Errorf("%s: no intervals", name)
	}
	scale := textRate / 1000
	if sorted := slices.Sorted(slices.Values(rr)); unit == "s" || unit == "auto" && sorted[len(rr)/2] < 10 {
		scale = textRate
	}
	// A beat's place is a sample and its fraction; the sum of the intervals is
	// kept in both, so that no length is rounded.
	at, frac := int64(0), 0.0
	s.beats = append(s.beats, ecg.Beat{})
	for i, v := range rr {
		if v*scale > longest {
			return s, fmt.Errorf("%s, interval %d: %v s is no interval", name, i+1, v)
		}
		frac += v * scale
		whole := math.Round(frac)
		at, frac = at+int64(whole), frac-whole
		s.beats = append(s.beats, ecg.Beat{At: at, Frac: frac, Known: at})
	}
	return s, nil
}
