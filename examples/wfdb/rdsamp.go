package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

var rdsamp = command{
	name: "rdsamp", summary: "print samples",
	help: `wfdb rdsamp -r data/mitdb/100 -f 5:00 -t 5:10 -p -v     10 s in mV, with a heading

usage: wfdb rdsamp -r RECORD [OPTION ...]
  -c           comma-separated values
  -f TIME      begin here (5:00, s123 for sample 123, [12:30:00] for a time of day)
  -H           every sample, where a record has several per frame
  -l DURATION  print no more than this
  -p, -P       physical units, -P with 8 decimals; followed by
               d time and date, e elapsed time, h hours, m minutes, s seconds, S samples
  -s SIGNAL .. these signals, by number or name, in this order
  -S SIGNAL    begin at the first valid sample of this signal
  -t TIME      end here; 0 or nothing is the end
  -true        true samples of format 8 behind -f, where the C program is off by a constant
  -v           a heading
  -X           the XML format of rdsamp`,
	spec: spec{"r": one, "c": none, "f": one, "H": none, "l": one, "p": attached, "P": attached, "s": many, "S": one, "t": one, "true": none, "v": none, "X": none},
	run:  runRdsamp,
}

func runRdsamp(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	src, err := e.find(record, "")
	if err != nil {
		return err
	}
	p := sampleFormat{csv: o.has("c") || o.has("X"), xml: o.has("X"), physical: o.has("p") || o.has("P"), long: o.has("P")}
	p.clock = o.text("p", o.text("P", ""))
	if p.physical && !strings.Contains("|d|e|h|m|s|S||", "|"+p.clock+"|") {
		return wrongUse("-p%s: want d, e, h, m, s or S", p.clock)
	}
	if p.clock == "" {
		p.clock = "s"
	}
	h, err := src.openHeader()
	if err != nil {
		return err
	}
	rate := h.Rate
	if o.has("H") || isEDF(src.name) {
		rate *= float64(h.MaxSamplesPerFrame())
	}
	from, to, err := interval(o, h.Times(rate))
	if err != nil {
		return err
	}
	x, err := src.open(o.has("H"), from)
	if err != nil {
		return err
	}
	defer x.Close()
	p.h, p.times = x.h, x.h.Times(x.rate)
	names := make([]string, len(x.h.Signals))
	for i := range names {
		names[i] = x.h.Signals[i].Description
		p.columns = append(p.columns, i)
	}
	if o.has("s") {
		if p.columns, err = chooseSignals(o["s"], names); err != nil {
			return err
		}
	}
	wait := -1
	if o.has("S") {
		l, err := chooseSignals(o["S"], names)
		if err != nil {
			return err
		}
		wait = l[0]
		x.unsummed = true // the C library does not sum up after a search
	}
	parts := int64(1)
	if o.has("H") {
		parts = int64(x.h.MaxSamplesPerFrame())
	}
	var d *drift
	if (from > 0 || wait >= 0) && !o.has("true") && !isEDF(src.name) {
		if d = src.newDrift(x.h); d != nil {
			defer d.close()
			e.warn("samples of format 8 are off by a constant here, as those of the C program; -true prints true ones")
			if err := d.move(from / parts); err != nil {
				return err
			}
		}
	}
	if err := x.missing(from / parts); err != nil {
		return err
	}
	if o.has("v") || p.xml {
		if !isEDF(src.name) {
			withBlanks(x.h, src.signalLines(x.h))
		}
		p.heading(e.stdout)
	}
	err = p.rows(e, x, from, to, wait, d, parts)
	if p.xml && (err == nil || err == io.EOF) {
		io.WriteString(e.stdout, "</samplevectors>\n</wfdbsampleset>\n")
	}
	if err == io.EOF {
		return nil
	}
	return samplesError(err)
}

// samplesError adds what the C library says about the same error.
func samplesError(err error) error {
	var sum *wfdb.ChecksumError
	switch {
	case errors.As(err, &sum):
		return fmt.Errorf("getvec: checksum error in signal %d: %w", sum.Mismatches[0].Signal, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("getvec: unexpected EOF in signal 0: %w", err)
	}
	return err
}

// rows prints samples from the first on that is valid in signal wait, if it is
// not negative. A sample lies in frame t/parts.
func (p *sampleFormat) rows(e *env, x *samples, from, to int64, wait int, d *drift, parts int64) error {
	var line []byte
	for t := from; to == 0 || t < to; t++ {
		if t%4096 == 0 && e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		row, err := x.read()
		if err != nil {
			return err
		}
		if wait >= 0 && !valid(row[wait]) {
			continue
		}
		if wait >= 0 && d != nil {
			if err := d.search(t / parts); err != nil {
				return err
			}
		}
		wait = -1
		if d != nil {
			d.apply(row)
		}
		line = p.row(line[:0], t, row)
		if _, err := e.stdout.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// invalid is the value that the C library gives for a sample that is not there.
// A true one of this value can't be told from it.
const invalid = -32768

func valid(v int32) bool { return v != wfdb.InvalidSample && v != invalid }

// sampleFormat is how rows look.
type sampleFormat struct {
	csv, xml, physical, long bool
	clock                    string // d, e, h, m, s or S

	h       *wfdb.Header
	times   wfdb.Times
	columns []int
}

// dated tells whether the time column is a time of day, and with a date.
func (p *sampleFormat) dated() (clock, date bool) {
	return p.clock == "d" && p.h.HasTime, p.clock == "d" && !p.h.Start.IsZero()
}

func (p *sampleFormat) row(b []byte, t int64, row []int32) []byte {
	b = p.appendTime(b, t)
	for _, i := range p.columns {
		v := row[i]
		s := &p.h.Signals[i]
		switch {
		case !p.physical:
			if v == wfdb.InvalidSample {
				v = invalid
			}
			if p.csv {
				b = append(b, ',')
				b = strconv.AppendInt(b, int64(v), 10)
			} else {
				b = appendWidth(append(b, '\t'), 7, strconv.Itoa(int(v)))
			}
		case !valid(v):
			if p.csv {
				b = append(b, ",-"...)
			} else {
				b = appendWidth(append(b, '\t'), p.width(), "-")
			}
		default:
			digits := 3
			if p.long {
				digits = 8
			}
			x := float64(int64(v)-int64(s.Baseline)) / s.AduPerUnit()
			if p.csv {
				b = strconv.AppendFloat(append(b, ','), x, 'f', digits, 64)
			} else {
				b = appendWidth(append(b, '\t'), p.width(), strconv.FormatFloat(x, 'f', digits, 64))
			}
		}
	}
	return append(b, '\n')
}

func (p *sampleFormat) width() int {
	if p.long {
		return 15
	}
	return 7
}

func appendWidth(b []byte, width int, s string) []byte {
	for n := len(s); n < width; n++ {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func (p *sampleFormat) appendTime(b []byte, t int64) []byte {
	unit, digits := 0.0, 0
	switch {
	case !p.physical || p.clock == "S":
		s := strconv.FormatInt(t, 10)
		if p.csv {
			return append(b, s...)
		}
		return appendWidth(b, 15, s)
	case p.clock == "s":
		unit, digits = 1, 3
	case p.clock == "m":
		unit, digits = 60, 5
	case p.clock == "h":
		unit, digits = 3600, 7
	}
	if unit > 0 {
		s := strconv.FormatFloat(float64(t)/(p.times.Rate*unit), 'f', digits, 64)
		if p.csv {
			return append(b, s...)
		}
		return appendWidth(b, 15, s)
	}
	clock, date := p.dated()
	var s string
	switch {
	case clock && date && p.times.Rate <= 1:
		s = p.times.Seconds(-t)
	case clock:
		s = p.times.Text(-t)
	case t == 0:
		s = "    0:00.000"
	default:
		s = p.times.Text(t)
	}
	switch {
	case p.csv:
		return append(append(append(b, '\''), strings.TrimLeft(s, " ")...), '\'')
	case clock:
		return append(b, s...)
	}
	return appendWidth(b, 15, s)
}

// heading writes the lines of -v, and what opens the XML format.
func (p *sampleFormat) heading(w io.Writer) {
	var b bytes.Buffer
	defer func() { w.Write(b.Bytes()) }()
	if p.xml {
		fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="wfdb.xsl"?>
<!DOCTYPE wfdbsampleset PUBLIC "-//PhysioNet//DTD WFDB 1.0//EN" "http://physionet.org/physiobank/database/XML/wfdb.dtd">
<wfdbsampleset>
<samplingfrequency>%s</samplingfrequency>
<signals>%d</signals>
<description>`, number12(p.times.Rate), len(p.columns))
	}
	top, units := p.timeHeading()
	b.WriteString(top)
	for _, i := range p.columns {
		d := p.h.Signals[i].Description
		if _, n, ok := strings.Cut(d, ", signal "); ok {
			d = "sig " + n
		}
		if p.csv {
			b.WriteString(",'" + d + "'")
		} else {
			b.WriteString("\t" + string(appendWidth(nil, p.width(), d[max(0, len(d)-p.width()):])))
		}
	}
	p.endLine(&b, "description")
	if p.physical {
		if p.xml {
			b.WriteString("<units>")
		}
		b.WriteString(units)
		for _, i := range p.columns {
			u := p.h.Signals[i].Units
			if u == "" {
				u = "mV"
			}
			if p.csv {
				b.WriteString(",'" + u + "'")
			} else {
				u = "(" + u[:min(len(u), p.width()-2)]
				b.WriteString("\t" + string(appendWidth(nil, p.width()-1, u)) + ")")
			}
		}
		p.endLine(&b, "units")
	}
	if p.xml {
		b.WriteString("<samplevectors>\n")
	}
}

func (p *sampleFormat) endLine(b *bytes.Buffer, tag string) {
	if p.xml {
		b.WriteString("</" + tag + ">")
	}
	b.WriteString("\n")
}

// timeHeading returns the two texts above the time column.
func (p *sampleFormat) timeHeading() (top, units string) {
	clock, date := p.dated()
	slow := p.times.Rate <= 1
	interval := func() string { s := number6(1 / p.times.Rate); return s[:min(len(s), 9)] }
	text := func(top, units string) (string, string) {
		if p.csv {
			return "'" + strings.TrimSpace(top) + "'", "'" + strings.Trim(units, " ()") + "'"
		}
		return top, units
	}
	switch {
	case !p.physical:
		return text("       sample #", "")
	case p.clock == "s":
		return text("   Elapsed time", "      (seconds)")
	case p.clock == "m":
		return text("   Elapsed time", "      (minutes)")
	case p.clock == "h":
		return text("   Elapsed time", "        (hours)")
	case p.clock == "S" && p.csv:
		return "'sample interval'", "'" + interval() + " sec'"
	case p.clock == "S":
		return "sample interval", string(appendWidth(nil, 15, "("+interval()+" sec)"))
	case clock && date && slow && !p.csv:
		return "   Time      Date    ", "(hh:mm:ss dd/mm/yyyy)"
	case clock && date && !p.csv:
		return "      Time      Date    ", "(hh:mm:ss.mmm dd/mm/yyyy)"
	case clock && date && slow:
		return "'Time and date'", "'hh:mm:ss dd/mm/yyyy'"
	case clock && date:
		return "'Time and date'", "'hh:mm:ss.mmm dd/mm/yyyy'"
	case clock:
		return text("     Time", "(hh:mm:ss.mmm)")
	}
	return text("   Elapsed time", "   hh:mm:ss.mmm")
}
