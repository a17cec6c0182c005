package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

var wrsamp = command{
	name: "wrsamp", summary: "write samples from columns of text",
	help: `wfdb rdsamp -r data/mitdb/100 -c -v | wfdb wrsamp -z -o copy -F 360     writes copy.dat and copy.hea

usage: wfdb wrsamp [OPTION ...] [COLUMN ...] < TEXT
Columns count from 0; without any, all are written. Lines with letters at the
begin are descriptions and units. The XML of rdsamp -X is read too.
  -c            tell which lines have another number of fields
  -d            add noise of one step before rounding, always the same
  -f N, -t N    begin with line N of the data, end before line N
  -F RATE       frames per second (250)
  -G "G0 G1"    gains for the header (200), the last one for all that follow
  -i FILE       read this instead of standard input
  -o RECORD     write RECORD.dat and RECORD.hea; without it, samples go to standard output in format 16
  -O FORMAT     format of the samples (16)
  -r CHARACTER  separates lines (newline)
  -s CHARACTERS separate fields (blank, comma; a tab alone if the first line has one)
  -x "X0 X1"    multiply by these (1)
  -z            leave column 0 out; a [time] in it is the base time`,
	spec: spec{"": many, "c": none, "d": none, "f": one, "F": one, "G": one, "i": one, "o": one, "O": one, "r": one, "s": one, "t": one, "x": one, "z": none},
	run:  runWrsamp,
}

// formatBits is the resolution that the header states for each format.
var formatBits = map[int]int{8: 8, 16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 10, 311: 10, 508: 8, 516: 16, 524: 24}

// columns turns lines of text into frames.
type columns struct {
	e          *env
	separators string
	tabs       bool // the first line decides
	known      bool
	zero       bool // column 0 is left out

	pick          []int
	descriptions  []string
	units         []string
	clock         string
	rate          float64
	scale         []float64
	noise         *rand.Rand
	fields, check int // fields of the first line; -1: not checked
	line          int
}

func runWrsamp(e *env, o options) error {
	c := columns{e: e, separators: o.text("s", ""), zero: o.has("z"), check: -1}
	if o.has("c") {
		c.check = 0
	}
	if o.has("d") {
		c.noise = rand.New(rand.NewPCG(1, 0))
	}
	for _, s := range o[""] {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 4096 {
			return wrongUse("column %q: want 0 to 4096", s)
		}
		c.pick = append(c.pick, n)
	}
	first, err := o.integer("f", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	last, err := o.integer("t", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	if c.rate, err = o.number("F", 0, 1e-6, 1e6); err != nil {
		return err
	}
	format, err := o.integer("O", 16, 8, 524)
	if err != nil {
		return err
	}
	if formatBits[int(format)] == 0 {
		return wrongUse("-O %d: no format that can be written", format)
	}
	gains, err := numbers(o.text("G", ""), "-G")
	if err != nil {
		return err
	}
	if c.scale, err = numbers(o.text("x", ""), "-x"); err != nil {
		return err
	}
	separator := byte('\n')
	if s := o.text("r", "\n"); len(s) == 1 {
		separator = s[0]
	} else {
		return wrongUse("-r %q: want one character", s)
	}
	if o.has("o") {
		if _, err := newSource(o.text("o", "")); err != nil {
			return err
		}
	}
	in := e.stdin
	if name := o.text("i", "-"); name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return c.copy(bufio.NewReaderSize(in, 64<<10), separator, first, last, func() (sampleWriter, error) {
		return c.writer(o, int(format), gains)
	})
}

// numbers parses a quoted list.
func numbers(s, option string) ([]float64, error) {
	var l []float64
	for _, f := range strings.Fields(s) {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil, wrongUse("%s: %q is no number", option, f)
		}
		l = append(l, x)
	}
	return l, nil
}

// at is element i of a list whose last one stands for all that follow.
func at(l []float64, i int, def float64) float64 {
	if len(l) == 0 {
		return def
	}
	return l[min(i, len(l)-1)]
}

type sampleWriter interface {
	WriteDigital([]int32) (int, error)
	Close() error
}

// copy reads the text. The writer is made with the first line of data, when
// what is above it is known.
func (c *columns) copy(in *bufio.Reader, separator byte, first, last int64, open func() (sampleWriter, error)) error {
	var w sampleWriter
	var frame []int32
	clipped := int64(0)
	n := int64(0) // lines of data
	for last == 0 || n < last {
		line, err := in.ReadString(separator)
		if line == "" && err != nil {
			if err != io.EOF {
				return err
			}
			break
		}
		if c.line++; c.line%4096 == 0 && c.e.ctx.Err() != nil {
			break // what was read is a good record
		}
		if len(line) > 1<<20 {
			return fmt.Errorf("line %d: %d bytes, want 1 MiB at most", c.line, len(line))
		}
		fields := c.split(strings.TrimRight(line, string(separator)+"\r"))
		if fields == nil || w == nil && c.heading(fields) {
			continue
		}
		if n++; n <= first {
			continue
		}
		if w == nil {
			c.choose(len(fields))
			if c.zero && strings.HasPrefix(fields[0], "[") {
				c.clock = fields[0]
			}
			if w, err = open(); err != nil {
				return err
			}
			frame = make([]int32, len(c.pick))
			c.fields = len(fields)
		}
		if c.check >= 0 && len(fields) != c.fields {
			c.e.warn("line %d has %d fields, not %d", c.line, len(fields), c.fields)
		}
		for i, k := range c.pick {
			frame[i] = c.value(fields, i, k)
		}
		if lim, ok := w.(*limited); ok {
			clipped += lim.clip(frame)
		}
		if _, err := w.WriteDigital(frame); err != nil {
			return fmt.Errorf("line %d: %w", c.line, err)
		}
	}
	if w == nil {
		return fmt.Errorf("no line of numbers in the input")
	}
	if clipped > 0 {
		c.e.warn("%d samples were beyond the format and are clipped", clipped)
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.e.ctx.Err()
}

// split returns the fields of a line; nil if there are none.
func (c *columns) split(line string) []string {
	if strings.HasPrefix(line, "<") {
		c.xml(line)
		return nil
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	if !c.known {
		c.known, c.tabs = true, strings.Contains(line, "\t")
	}
	var f []string
	if t := strings.TrimLeft(line, " '\""); strings.HasPrefix(t, "[") { // a time of day, with blanks
		if i := strings.IndexByte(t, ']'); i >= 0 {
			f = []string{t[:i+1]}
			line = strings.TrimLeft(t[i+1:], "'\"\t, ")
		}
	}
	return append(f, c.separate(line)...)
}

func (c *columns) separate(line string) (f []string) {
	switch {
	case c.separators != "":
		f = strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(c.separators, r) })
	case c.tabs:
		f = strings.Split(line, "\t")
	case strings.Contains(line, "'"):
		f = strings.Split(line, ",") // a heading of rdsamp -c: blanks are part of a name
	default:
		f = strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	}
	for i := range f {
		f[i] = strings.Trim(strings.TrimSpace(f[i]), `'"`)
	}
	return f
}

// xml takes a line of the format of rdsamp -X.
func (c *columns) xml(line string) {
	get := func(tag string) (string, bool) {
		_, s, ok := strings.Cut(line, "<"+tag+">")
		s, _, ok2 := strings.Cut(s, "</"+tag+">")
		return s, ok && ok2
	}
	if s, ok := get("samplingfrequency"); ok && c.rate == 0 {
		c.rate, _ = strconv.ParseFloat(strings.TrimSpace(s), 64)
	}
	if s, ok := get("description"); ok {
		c.heading(c.split(s))
	}
	if s, ok := get("units"); ok {
		c.heading(c.split(s))
	}
}

// heading takes the lines above the data; false for a line of data.
func (c *columns) heading(fields []string) bool {
	letters := false
	for i, f := range fields {
		if _, err := strconv.ParseFloat(f, 64); err == nil || i == 0 && strings.HasPrefix(f, "[") {
			continue
		}
		letters = letters || strings.ContainsFunc(f, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
	}
	switch {
	case !letters:
		return false
	case c.descriptions == nil:
		c.descriptions = fields
	case c.units == nil:
		for _, f := range fields {
			c.units = append(c.units, strings.Trim(f, "()"))
		}
	}
	return true
}

func (c *columns) choose(fields int) {
	if c.pick != nil {
		return
	}
	for k := range fields {
		if k > 0 || !c.zero {
			c.pick = append(c.pick, k)
		}
	}
}

// value is a sample: rounded half away from zero, invalid if it is no number.
func (c *columns) value(fields []string, i, k int) int32 {
	if k >= len(fields) {
		c.e.warn("line %d: column %d is missing", c.line, k)
		return wfdb.InvalidSample
	}
	v, err := strconv.ParseFloat(fields[k], 64)
	if err != nil || math.IsNaN(v) {
		if fields[k] != "-" {
			c.e.warn("line %d, column %d: %.64q is no number", c.line, k, fields[k])
		}
		return wfdb.InvalidSample
	}
	v *= at(c.scale, i, 1)
	if c.noise != nil {
		v += c.noise.Float64() + c.noise.Float64() - 1
	}
	if v = math.Round(v); v == invalid {
		return wfdb.InvalidSample // as rdsamp prints it
	}
	return int32(min(max(v, math.MinInt32+1), math.MaxInt32))
}

func (c *columns) writer(o options, format int, gains []float64) (sampleWriter, error) {
	if !o.has("o") {
		return &bareSamples{c.e.stdout}, nil
	}
	dst, err := newSource(o.text("o", ""))
	if err != nil {
		return nil, err
	}
	h := &wfdb.Header{Name: dst.name, Rate: c.rate}
	if c.rate == 0 {
		h.Rate = wfdb.DefaultRate
	}
	h.CounterRate = h.Rate
	if c.clock != "" {
		text := fmt.Sprintf("%s 0 %g 0 %s\n", h.Name, h.Rate, strings.Trim(c.clock, "[]"))
		t, err := wfdb.Options{}.ParseHeader(strings.NewReader(text), h.Name+".hea")
		if err != nil {
			return nil, err
		}
		h.Start, h.TimeOfDay, h.HasTime, h.HasDate = t.Start, t.TimeOfDay, t.HasTime, t.HasDate
	}
	for i, k := range c.pick {
		s := wfdb.SignalInfo{File: h.Name + ".dat", Format: format, SamplesPerFrame: 1, Gain: at(gains, i, wfdb.DefaultGain),
			ADCResolution: formatBits[format], Description: fmt.Sprintf("col %d", k), Given: wfdb.GivenDescription}
		if k < len(c.descriptions) && c.descriptions[k] != "" {
			s.Description = c.descriptions[k]
		}
		if k < len(c.units) && c.units[k] != "" {
			s.Units = strings.ReplaceAll(c.units[k], " ", "_")
			s.Given |= wfdb.GivenUnits
		}
		h.Signals = append(h.Signals, s)
	}
	h.SignalCount = len(h.Signals)
	w, err := wfdb.NewWriter(wfdb.Dir(dst.dir), h, wfdb.WriterOptions{})
	if err != nil {
		return nil, err
	}
	return &limited{w, formatRange(format)}, nil
}

// limited writes samples that were cut to what a format can hold.
type limited struct {
	*wfdb.Writer
	high int32
}

// formatRange is the largest sample of a format.
func formatRange(format int) int32 {
	if format == 8 || format == 32 {
		return math.MaxInt32
	}
	return 1<<(formatBits[format]-1) - 1
}

func (l *limited) clip(v []int32) (n int64) {
	for i, x := range v {
		if x != wfdb.InvalidSample && (x > l.high || x < -l.high-1) {
			v[i] = max(min(x, l.high), -l.high)
			n++
		}
	}
	return n
}

// bareSamples writes format 16 without a header.
type bareSamples struct{ w *bufio.Writer }

func (b *bareSamples) WriteDigital(v []int32) (int, error) {
	for _, x := range v {
		if x == wfdb.InvalidSample {
			x = invalid
		}
		if _, err := b.w.Write([]byte{byte(x), byte(x >> 8)}); err != nil {
			return 0, err
		}
	}
	return len(v), nil
}

func (b *bareSamples) Close() error { return b.w.Flush() }
