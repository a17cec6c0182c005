package wfdb

import (
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// signalLine parses
//
//	FILE FMT[xSPF][:SKEW][+OFFSET] [GAIN[(BASELINE)][/UNITS] [ADCRES [ADCZERO [INITVAL [CKSUM [BSIZE [DESC]]]]]]]
func (p *headerParser) signalLine(l string) error {
	s := SignalInfo{SamplesPerFrame: 1, Units: "mV"}
	var format, rest string
	s.File, rest = field(l)
	format, rest = field(rest)
	if s.File != "~" && s.File != "-" {
		if validName("open", s.File) != nil {
			return p.fail("file name", s.File, fs.ErrInvalid, "a name in the folder of the header")
		}
	}
	if err := p.format(&s, format); err != nil {
		return err
	}
	s.ADCResolution = formatResolution(s.Format)

	var v string
	if v, rest = field(rest); v != "" {
		if err := p.gain(&s, v); err != nil {
			return err
		}
	}
	if v, rest = field(rest); v != "" {
		n, err := p.integer("ADC resolution", v, math.MinInt64, math.MaxInt64)
		if err != nil {
			return err
		}
		if n < 0 || n > 32 {
			p.warn("ADC resolution", v, "not 0 to 32 bits; the default of the format is used")
		} else {
			s.ADCResolution = int(n)
			s.Given |= GivenADCResolution
		}
	}
	if v, rest = field(rest); v != "" {
		n, err := p.integer("ADC zero", v, math.MinInt32, math.MaxInt32)
		if err != nil {
			return err
		}
		s.ADCZero = int32(n)
		s.Given |= GivenADCZero
	}
	if s.Given&GivenBaseline == 0 {
		s.Baseline = s.ADCZero
	}
	s.InitialValue = s.ADCZero
	if v, rest = field(rest); v != "" {
		n, err := p.integer("initial value", v, math.MinInt32, math.MaxInt32)
		if err != nil {
			return err
		}
		s.InitialValue = int32(n)
		s.Given |= GivenInitialValue
	}
	if v, rest = field(rest); v != "" {
		n, err := p.integer("checksum", v, math.MinInt64, math.MaxInt64)
		if err != nil {
			return err
		}
		s.Checksum = int16(n) // some writers give it unsigned, or not reduced
		s.Given |= GivenChecksum
	}
	if v, rest = field(rest); v != "" {
		n, err := p.integer("block size", v, math.MinInt32, math.MaxInt32)
		if err != nil {
			return err
		}
		if n < 0 {
			p.warn("block size", v, "below 0; ignored")
			n = 0
		}
		s.BlockSize = int(n)
		s.Given |= GivenBlockSize
	}
	if rest != "" {
		rest = rest[1:] // one delimiter
	}
	if s.Description = strings.TrimRight(rest, " \t"); s.Description != "" {
		s.Given |= GivenDescription
	} else {
		s.Description = defaultDescription(p.h.Name, len(p.h.Signals))
	}
	p.h.Signals = append(p.h.Signals, s)
	return nil
}

func defaultDescription(record string, signal int) string {
	return "record " + record + ", signal " + strconv.Itoa(signal)
}

// format parses FMT[xSPF][:SKEW][+OFFSET], the modifiers in any order.
func (p *headerParser) format(s *SignalInfo, v string) error {
	end := strings.IndexAny(v, "x:+")
	if end < 0 {
		end = len(v)
	}
	n, err := strconv.Atoi(v[:end])
	if err != nil || !formatKnown(n) {
		return p.fail("format", v, ErrFormat, "one of "+formatList())
	}
	s.Format = n
	for v = v[end:]; v != ""; {
		kind := v[0]
		end := strings.IndexAny(v[1:], "x:+")
		if end < 0 {
			end = len(v) - 1
		}
		text := v[1 : 1+end]
		v = v[1+end:]
		switch kind {
		case 'x':
			n, err := p.integer("samples per frame", text, 1, int64(p.limits.SamplesPerFrame))
			if err != nil {
				return err
			}
			s.SamplesPerFrame = int(n)
		case ':':
			n, err := p.integer("skew", text, 0, math.MaxInt32)
			if err != nil {
				return err
			}
			s.Skew = int(n)
		case '+':
			n, err := p.integer("byte offset", text, 0, math.MaxInt64/2)
			if err != nil {
				return err
			}
			s.ByteOffset = n
		}
	}
	if n := s.SkewFrames(); n > p.limits.SkewFrames {
		return p.fail("skew", strconv.Itoa(n), ErrLimit, strconv.Itoa(p.limits.SkewFrames)+" frames at most")
	}
	return nil
}

// gain parses GAIN[(BASELINE)][/UNITS]; the two parts may be swapped, as some
// databases have them.
func (p *headerParser) gain(s *SignalInfo, v string) error {
	end := strings.IndexAny(v, "(/")
	if end < 0 {
		end = len(v)
	}
	g, ok := number(v[:end])
	if !ok && v[:end] != "" {
		return p.fail("gain", v, ErrHeader, "a number")
	}
	// A gain beyond these makes infinities or zeros of every sample.
	if a := math.Abs(g); g != 0 && !(a >= 1e-100 && a <= 1e100) {
		return p.fail("gain", v, ErrRange, "0, or 1e-100 to 1e100")
	}
	s.Gain = g
	if v[:end] != "" {
		s.Given |= GivenGain
	}
	for rest := v[end:]; rest != ""; {
		if rest[0] == '/' {
			units := rest[1:]
			rest = ""
			if i := strings.IndexByte(units, '('); i >= 0 && strings.HasSuffix(units, ")") && s.Given&GivenBaseline == 0 {
				if _, ok := number(units[i+1 : len(units)-1]); ok {
					p.warn("gain", v, "baseline behind the units")
					units, rest = units[:i], units[i:]
				}
			}
			if units != "" {
				s.Units = units
				s.Given |= GivenUnits
			}
			continue
		}
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return p.fail("baseline", v, ErrHeader, "a closing parenthesis")
		}
		if text := rest[1:end]; s.Given&GivenBaseline != 0 {
			p.warn("baseline", text, "a second one; ignored")
		} else {
			n, err := p.integer("baseline", text, math.MinInt32, math.MaxInt32)
			if err != nil {
				return err
			}
			s.Baseline = int32(n)
			s.Given |= GivenBaseline
		}
		rest = rest[end+1:]
		if rest != "" && rest[0] != '(' && rest[0] != '/' {
			return p.fail("gain", v, ErrHeader, "GAIN(BASELINE)/UNITS")
		}
	}
	return nil
}

// finishSignals checks what holds for the signals together.
func (p *headerParser) finishSignals() error {
	p.line = 0
	sum := 0
	last := map[string]int{} // the signal of each file that came last
	names := map[string]bool{}
	for i := range p.h.Signals {
		s := &p.h.Signals[i]
		if sum += s.SamplesPerFrame; sum > p.limits.FrameSamples {
			return p.fail("samples per frame", strconv.Itoa(sum), ErrLimit,
				strconv.Itoa(p.limits.FrameSamples)+" in all signals at most")
		}
		if s.Given&GivenDescription != 0 && names[s.Description] {
			p.warn("description", s.Description, "of two signals; a look-up by name finds the first")
		}
		names[s.Description] = true
		if s.null() {
			continue
		}
		j, seen := last[s.File]
		last[s.File] = i
		if !seen {
			continue
		}
		t := &p.h.Signals[j]
		switch {
		case j != i-1:
			return p.fail("file name", s.File, ErrHeader, "the signals of one file on lines that follow each other")
		case s.Format != t.Format:
			return p.fail("format", strconv.Itoa(s.Format), ErrHeader, strconv.Itoa(t.Format)+" as the other signals of the file")
		case s.ByteOffset != t.ByteOffset:
			return p.fail("byte offset", strconv.FormatInt(s.ByteOffset, 10), ErrHeader,
				strconv.FormatInt(t.ByteOffset, 10)+" as the other signals of the file")
		case s.BlockSize != t.BlockSize:
			p.warn("block size", strconv.Itoa(s.BlockSize), "not that of the other signals of the file")
		}
	}
	return nil
}
