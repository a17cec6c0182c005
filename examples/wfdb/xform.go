package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

var xform = command{
	name: "xform", summary: "change rate, gain, format, signals or length of a record",
	help: `wfdb xform -i data/mitdb/100 -a atr -f 5:00 -t 10:00 -n part     5 minutes of record 100 as record part

usage: wfdb xform -i RECORD -n NEW | -o RECORD [OPTION ...]
  -a ANNOTATOR ..  copy these annotations too
  -c               clip samples that are out of range (they are never wrapped)
  -d               add noise of one step before rounding, always the same
  -f TIME          begin here
  -H               every sample, where a record has several per frame
  -M               keep several samples per frame; no change of the rate then
  -n NEW           write a header for record NEW, with the descriptions of the input
  -N NEW           the same with the descriptions of the output
  -o RECORD        write the signal files that this header, which exists, describes:
                   its rate, formats, gains, ADC zeros
  -s SIGNAL ..     these signals
  -S SCRIPT        without -o, take the answers to the questions of xform from this file
  -t TIME          end here
  -u               move annotations so that no two have the same time
Without -o the format, the rate and the gains are those of the input, or of SCRIPT.`,
	spec: spec{"i": one, "a": many, "c": none, "d": none, "f": one, "H": none, "M": none, "n": one, "N": one, "o": one, "s": many, "S": one, "t": one, "u": none},
	run:  runXform,
}

// conversion is what xform does.
type conversion struct {
	e        *env
	o        options
	src      source
	in, out  *wfdb.Header
	dst      source
	rate     float64 // of the input: frames, or samples with -H
	from, to int64
	signals  []int
	gain     []float64
	delta    []float64
	noise    *rand.Rand
	clipped  int64
}

func runXform(e *env, o options) error {
	record, err := o.required("i", "RECORD")
	if err != nil {
		return err
	}
	c := conversion{e: e, o: o}
	if o.has("d") {
		c.noise = rand.New(rand.NewPCG(1, 0))
	}
	if c.src, err = e.find(record, ""); err != nil {
		return err
	}
	if isEDF(c.src.name) {
		return wrongUse("%s is an EDF file: edf2mit converts it", record)
	}
	if c.in, err = c.src.openHeader(); err != nil {
		return err
	}
	c.rate = c.in.Rate
	if o.has("H") && !o.has("M") {
		c.rate *= float64(c.in.MaxSamplesPerFrame())
	}
	if c.from, c.to, err = interval(o, c.in.Times(c.rate)); err != nil {
		return err
	}
	if err := c.plan(); err != nil {
		return err
	}
	if err := c.annotations(); err != nil {
		return err
	}
	if len(c.signals) == 0 {
		return nil
	}
	return c.samples(record)
}

// plan makes the header of the output and the scales.
func (c *conversion) plan() error {
	names := make([]string, len(c.in.Signals))
	for i := range names {
		names[i] = c.in.Signals[i].Description
		c.signals = append(c.signals, i)
	}
	var err error
	if c.o.has("s") {
		if c.signals, err = chooseSignals(c.o["s"], names); err != nil {
			return err
		}
	}
	name := c.o.text("n", c.o.text("N", ""))
	switch {
	case c.o.has("o"):
		model, err := c.e.find(c.o.text("o", ""), "")
		if err != nil {
			return err
		}
		if c.out, err = model.openHeader(); err != nil {
			return err
		}
		if len(c.out.Signals) < len(c.signals) {
			return wrongUse("-o %s has %d signals, %d are to be written", c.o.text("o", ""), len(c.out.Signals), len(c.signals))
		}
		c.out.Signals = c.out.Signals[:len(c.signals)]
		if name == "" {
			name = c.o.text("o", "")
		}
	case name == "":
		return wrongUse("-n NEW or -o RECORD is missing")
	default:
		c.likeInput()
		if c.o.has("S") {
			if err := c.script(c.o.text("S", "")); err != nil {
				return err
			}
		}
	}
	if c.dst, err = newSource(name); err != nil {
		return err
	}
	if c.dst.dir == c.src.dir && c.dst.name == c.src.name {
		return wrongUse("the output would replace the input")
	}
	c.out.Name = c.dst.name
	if !c.o.has("o") {
		for i := range c.out.Signals {
			c.out.Signals[i].File = c.dst.name + ".dat"
		}
	}
	if c.o.has("M") && c.out.Rate != c.rate {
		return wrongUse("-M may not be used if the rate changes")
	}
	for i, k := range c.signals {
		if err := c.scale(&c.out.Signals[i], &c.in.Signals[k]); err != nil {
			return err
		}
	}
	c.times()
	return nil
}

// likeInput describes signals as those of the input, in one file.
func (c *conversion) likeInput() {
	c.out = &wfdb.Header{Rate: c.rate}
	format := 16
	if s := c.in.Signals; len(c.signals) > 0 && s[c.signals[0]].Format != 0 {
		format = s[c.signals[0]].Format
	}
	for _, k := range c.signals {
		s := c.in.Signals[k]
		s.Format, s.Skew, s.ByteOffset, s.BlockSize = format, 0, 0, 0
		if !c.o.has("M") {
			s.SamplesPerFrame = 1
		}
		c.out.Signals = append(c.out.Signals, s)
	}
}

// scale finds out what a sample is multiplied with. The physical value stays:
// the C program has a baseline that does not fit in some cases.
func (c *conversion) scale(out, in *wfdb.SignalInfo) error {
	if !c.o.has("M") {
		out.SamplesPerFrame = 1
	} else if out.SamplesPerFrame != in.SamplesPerFrame {
		return wrongUse("-M: %d samples per frame in the input, %d in the output", in.SamplesPerFrame, out.SamplesPerFrame)
	}
	gain := 1.0
	switch {
	case out.Gain != 0:
		gain = out.Gain / in.AduPerUnit()
	case out.ADCResolution > 0 && in.ADCResolution > 0:
		gain = math.Ldexp(1, out.ADCResolution-in.ADCResolution)
	}
	out.Gain = in.Gain * gain // 0 stays 0: what was not calibrated is not now
	delta := math.Trunc(float64(out.ADCZero) - float64(gain*float64(in.ADCZero)))
	out.Baseline = int32(clampInt(math.Round(float64(gain*float64(in.Baseline)) + delta)))
	out.Given |= wfdb.GivenGain | wfdb.GivenBaseline
	if in.Given&wfdb.GivenUnits != 0 {
		out.Units = in.Units
		out.Given |= wfdb.GivenUnits
	}
	if !c.o.has("N") {
		out.Description = in.Description
	}
	out.Given |= wfdb.GivenDescription
	out.Skew, out.ByteOffset = 0, 0
	c.gain = append(c.gain, gain)
	c.delta = append(c.delta, delta)
	return nil
}

// times sets the clock of the output.
func (c *conversion) times() {
	c.out.Frames, c.out.Segments, c.out.Layout = 0, nil, false
	c.out.SignalCount = len(c.out.Signals)
	c.out.CounterRate, c.out.BaseCounter = c.out.Rate, 0
	if c.out.Rate != c.rate {
		c.out.CounterRate = c.rate
	}
	c.out.HasTime, c.out.HasDate = c.in.HasTime, c.in.HasDate
	ms := int64(math.Round(float64(c.from) / c.rate * 1000))
	if c.in.HasTime {
		const day = 24 * 3600 * 1000
		c.out.TimeOfDay = time.Duration((c.in.TimeOfDay.Milliseconds()+ms)%day) * time.Millisecond
		if !c.in.Start.IsZero() {
			c.out.Start = c.in.Start.Add(time.Duration(ms) * time.Millisecond)
		}
	}
}

// annotations copies the files of -a.
func (c *conversion) annotations() error {
	for _, name := range c.o["a"] {
		if err := checkName("-a", name); err != nil {
			return err
		}
		a, err := c.src.readAnnotations(name, false)
		if err != nil {
			return err
		}
		high := c.rate / c.in.Rate // times are frames, -f and -t may be samples
		var list []wfdb.Annotation
		last, channel := int64(0), -129
		for _, x := range a.list {
			t := int64(float64(x.Time) * high)
			if t < c.from {
				continue
			}
			if c.to > 0 && t > c.to {
				break
			}
			x.Time = int64(float64(float64(t-c.from)*c.out.Rate) / c.rate)
			if c.o.has("u") && (x.Time < last || x.Time == last && int(x.Channel) <= channel) {
				last++
				x.Time = last
			} else {
				last = x.Time
			}
			channel = int(x.Channel)
			list = append(list, x)
		}
		if a.err != nil {
			c.e.warn("%v", a.err)
		}
		if err := writeAnnotationFile(c.dst, name, list, c.out.Rate); err != nil {
			return err
		}
	}
	return nil
}

// samples copies the signals.
func (c *conversion) samples(record string) error {
	c.out.Comments = append(append([]string(nil), c.in.Comments...),
		fmt.Sprintf("Produced by xform from record %s, beginning at %s", record, c.o.text("f", "0:0")))
	for i, k := range c.signals {
		if i == k {
			continue
		}
		s := fmt.Sprintf("record %s, signal %d <- record %s, signal %d", c.dst.name, i, record, k)
		if c.gain[i] != 1 {
			s += " * " + number6(c.gain[i])
		}
		if d := c.delta[i]; d > 0 {
			s += " + " + number6(d)
		} else if d < 0 {
			s += " - " + number6(-d)
		}
		c.out.Comments = append(c.out.Comments, s)
	}
	opt := wfdb.Options{HighResolution: c.o.has("H") && !c.o.has("M")}
	r, err := opt.Open(c.src.fsys, c.src.name)
	if err != nil {
		return err
	}
	defer r.Close()
	if c.from > 0 {
		if err := r.SeekFrame(c.from); err != nil {
			return err
		}
	}
	w, err := wfdb.NewWriter(wfdb.Dir(c.dst.dir), c.out, wfdb.WriterOptions{})
	if err != nil {
		return err
	}
	err = c.copy(r, w)
	if e := w.Close(); e != nil && (err == nil || err == io.EOF) {
		err = e
	}
	if c.clipped > 0 {
		c.e.warn("%d samples were beyond the format and are clipped", c.clipped)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// copy converts frame by frame, with linear interpolation where the rates
// differ. Output sample 0 is at input sample 0; that of the C program, with
// another rate, is at input sample 1.
func (c *conversion) copy(r *wfdb.Record, w *wfdb.Writer) error {
	read, width := r.ReadDigital, len(c.in.Signals)
	var pick []int // of the values of a frame
	at := 0
	if c.o.has("M") {
		read, width = r.ReadFrames, 0
		for i := range c.in.Signals {
			width += c.in.Signals[i].SamplesPerFrame
		}
	}
	var scale []int // index into gain
	for i, k := range c.signals {
		at = k
		n := 1
		if c.o.has("M") {
			at = 0
			for j := range k {
				at += c.in.Signals[j].SamplesPerFrame
			}
			n = c.in.Signals[k].SamplesPerFrame
		}
		for j := range n {
			pick = append(pick, at+j)
			scale = append(scale, i)
		}
	}
	clock, err := ecg.NewClock(c.rate, c.out.Start)
	if err != nil {
		return err
	}
	outClock, err := ecg.NewClock(c.out.Rate, c.out.Start)
	if err != nil {
		return err
	}
	in := make([]int32, width)
	now, before := make([]float64, len(pick)), make([]float64, len(pick))
	out := make([]int32, len(pick))
	written := int64(0)
	for t := int64(0); c.to == 0 || c.from+t < c.to; t++ {
		if t%4096 == 0 && c.e.ctx.Err() != nil {
			return c.e.ctx.Err()
		}
		if _, err := read(in); err != nil {
			return err
		}
		now, before = before, now
		for i, k := range pick {
			now[i] = math.NaN()
			if in[k] != wfdb.InvalidSample {
				now[i] = float64(float64(in[k])*c.gain[scale[i]]) + c.delta[scale[i]]
			}
		}
		if c.rate == c.out.Rate {
			if err := c.put(w, out, now, nil, 0); err != nil {
				return err
			}
			continue
		}
		for ; ; written++ { // output samples up to the time of this one
			num, den := clock.Rate()
			onum, oden := outClock.Rate()
			pos := float64(written) * float64(oden) * float64(num) / (float64(onum) * float64(den)) // in input samples
			if pos > float64(t) {
				break
			}
			if err := c.put(w, out, now, before, float64(t)-pos); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes one frame: now, or what lies back of it by a part of a sample.
func (c *conversion) put(w *wfdb.Writer, out []int32, now, before []float64, back float64) error {
	for i := range out {
		v := now[i]
		if back > 0 {
			v = float64(now[i]*(1-back)) + float64(before[i]*back)
		}
		if math.IsNaN(v) {
			out[i] = wfdb.InvalidSample
			continue
		}
		if c.noise != nil {
			v += c.noise.Float64() + c.noise.Float64() - 1
			v = math.Round(v)
		}
		out[i] = int32(min(max(math.Trunc(v), math.MinInt32+1), math.MaxInt32)) // the C program truncates
	}
	at := 0
	for i := range c.out.Signals {
		s := &c.out.Signals[i]
		part := out[at : at+s.SamplesPerFrame]
		at += s.SamplesPerFrame
		lim := limited{high: formatRange(s.Format)}
		c.clipped += lim.clip(part)
		if c.o.has("c") && s.ADCResolution > 0 && s.ADCResolution < 31 {
			half := int32(1) << (s.ADCResolution - 1)
			for j, v := range part {
				if v != wfdb.InvalidSample {
					part[j] = min(max(v, s.ADCZero-half), s.ADCZero+half-1)
				}
			}
		}
	}
	_, err := w.WriteDigital(out)
	return err
}

// script reads answers in the order in which the C program asks: number of
// signals (without -s), rate (without -M), folder, format, one file (if there
// are several signals), and for each signal gain, resolution and ADC zero. An
// empty line is the default.
func (c *conversion) script(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	line := 0
	answer := func(def float64, what string, ok func(float64) bool) (float64, error) {
		line++
		if !s.Scan() || strings.TrimSpace(s.Text()) == "" {
			return def, s.Err()
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(s.Text()), 64)
		if err != nil || !ok(x) {
			return 0, fmt.Errorf("%s:%d: %s: %.64q", name, line, what, s.Text())
		}
		return x, nil
	}
	text := func() string { line++; s.Scan(); return strings.TrimSpace(s.Text()) }
	if !c.o.has("s") {
		n, err := answer(float64(len(c.signals)), "number of signals", func(x float64) bool { return x >= 0 && x <= float64(len(c.signals)) })
		if err != nil {
			return err
		}
		c.signals = c.signals[:int(n)]
		c.out.Signals = c.out.Signals[:int(n)]
	}
	if !c.o.has("M") {
		if c.out.Rate, err = answer(c.rate, "rate", func(x float64) bool { return x >= ecg.MinRate && x <= ecg.MaxRate }); err != nil {
			return err
		}
	}
	if len(c.signals) == 0 {
		return nil
	}
	if dir := text(); dir != "" {
		return fmt.Errorf("%s:%d: signals are written beside the header, want an empty line: %.64q", name, line, dir)
	}
	format, err := answer(float64(c.out.Signals[0].Format), "format", func(x float64) bool { return formatBits[int(x)] > 0 })
	if err != nil {
		return err
	}
	if len(c.signals) > 1 {
		if a := text(); strings.HasPrefix(strings.ToLower(a), "n") {
			return fmt.Errorf("%s:%d: signals are written into one file, want y: %.64q", name, line, a)
		}
	}
	for i := range c.out.Signals {
		s := &c.out.Signals[i]
		s.Format = int(format)
		if s.Gain, err = answer(s.Gain, "gain", func(x float64) bool { return x >= 0 && x < 1e9 }); err != nil {
			return err
		}
		bits, err := answer(float64(s.ADCResolution), "resolution", func(x float64) bool { return x >= 1 && x <= 32 })
		if err != nil {
			return err
		}
		zero, err := answer(float64(s.ADCZero), "ADC zero", func(x float64) bool { return math.Abs(x) < 1<<30 })
		if err != nil {
			return err
		}
		s.ADCResolution, s.ADCZero = int(bits), int32(zero)
	}
	return nil
}
