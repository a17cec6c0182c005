package ecg

import (
	"fmt"
	"io"
)

// SelectLeads returns a Signal of the leads of s with these indices, in this
// order; an index may occur twice.
func SelectLeads(s Signal, lead ...int) (Signal, error) {
	f := s.Format()
	leads := make([]Lead, len(lead))
	for i, l := range lead {
		if l < 0 || l >= len(f.Leads) {
			return nil, &ConfigError{"ecg.SelectLeads", fmt.Sprintf("lead %d", l), fmt.Sprintf("0 to %d", len(f.Leads)-1)}
		}
		leads[i] = f.Leads[l]
	}
	if len(lead) == 0 {
		return nil, &ConfigError{"ecg.SelectLeads", "lead", "at least one"}
	}
	in := len(f.Leads)
	f.Leads = leads
	return &selected{src: s, lead: append([]int(nil), lead...), in: in, format: f, buf: make([]float64, blockFrames*in)}, nil
}

type selected struct {
	src    Signal
	lead   []int
	in     int // leads of src
	format Format
	buf    []float64
}

func (s *selected) Format() Format { return s.format }

func (s *selected) Read(p []float64) (int, error) {
	out := len(s.lead)
	if len(p) < out {
		return 0, shortBuffer(p)
	}
	frames := min(len(p)/out, len(s.buf)/s.in)
	n, err := s.src.Read(s.buf[:frames*s.in])
	if n < 0 || n > frames*s.in || n%s.in != 0 {
		return 0, ErrBadReadCount
	}
	frames = n / s.in
	for j, l := range s.lead {
		for i := range frames {
			p[i*out+j] = s.buf[i*s.in+l]
		}
	}
	return frames * out, err
}

// Limit returns a Signal of the first n frames of s. It ends with io.EOF at the
// limit, or as s ends before it.
func Limit(s Signal, n int64) Signal { return &limited{s, n, frameLen(s)} }

type limited struct {
	src  Signal
	left int64 // frames
	unit int
}

func (l *limited) Format() Format { return l.src.Format() }

func (l *limited) Read(p []float64) (int, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	if len(p) < l.unit {
		return 0, shortBuffer(p)
	}
	frames := min(int64(len(p)/l.unit), l.left)
	n, err := l.src.Read(p[:int(frames)*l.unit])
	if n < 0 || n > int(frames)*l.unit {
		return 0, ErrBadReadCount
	}
	l.left -= int64(n / l.unit)
	return n, err
}

// Concat returns a Signal of all frames of s[0], then of s[1], and so on. Rate
// and leads must be the same; the start is that of the first. Gaps between the
// parts are not filled: positions simply run on.
func Concat(s ...Signal) (Signal, error) {
	if len(s) == 0 {
		return nil, &ConfigError{"ecg.Concat", "signals", "at least one"}
	}
	for i := range s {
		if !s[i].Format().Equal(s[0].Format()) {
			return nil, &ConfigError{"ecg.Concat", fmt.Sprintf("signal %d", i), "rate and leads of the first"}
		}
	}
	return &concat{append([]Signal(nil), s...), s[0].Format(), frameLen(s[0])}, nil
}

type concat struct {
	rest   []Signal
	format Format
	unit   int
}

func (c *concat) Format() Format { return c.format }

func (c *concat) Read(p []float64) (int, error) {
	if len(p) < c.unit {
		if len(c.rest) == 0 {
			return 0, io.EOF
		}
		return 0, shortBuffer(p)
	}
	for len(c.rest) > 0 {
		n, err := c.rest[0].Read(p)
		if err != io.EOF {
			return n, err
		}
		c.rest = c.rest[1:]
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.EOF
}
