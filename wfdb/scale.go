package wfdb

import "math"

// scale turns adu into physical units: (adu - baseline) / gain, one rounding.
// A division costs more than the rest of the decoding, so the quotients of the
// codes that occur most are kept in a table.
type scale struct {
	gain, base float64
	f          *format

	low   int32     // code of table[0]
	table []float64 // nil: not made yet
	plain bool      // no table: there are too many

	full *[1 << 16]float64 // of a 16-bit format, by the code as an unsigned number; nil: not made
}

// tableSize covers 12-bit formats whole, and 10 mV around the baseline at the
// usual 200 adu/mV in wider ones; 32 KB.
const tableSize = 4096

// fullAfter is the number of frames after which a 16-bit format gets a table
// of all its codes: making it takes as long as dividing as many samples.
const fullAfter = 1 << 15

// scales are those of a record, each once: leads and segments share them.
type scales struct {
	list  []*scale
	fulls int
}

// maxScales bounds the tables of 32 KB, maxFull those of 512 KB.
const (
	maxScales = 64
	maxFull   = 4
)

func (l *scales) of(s *SignalInfo, f *format) *scale {
	gain, base := s.AduPerUnit(), float64(s.Baseline)
	for _, c := range l.list {
		if c.gain == gain && c.base == base && c.f == f {
			return c
		}
	}
	c := &scale{gain: gain, base: base, f: f}
	if len(l.list) < maxScales {
		l.list = append(l.list, c)
	} else {
		c.plain = true
	}
	return c
}

// fill makes the table of quotients.
func (c *scale) fill() {
	if c.table != nil || c.plain {
		return
	}
	low, high := int64(c.base)-tableSize/2, int64(c.base)+tableSize/2-1
	if int64(c.f.high)-int64(c.f.low) < tableSize {
		low, high = int64(c.f.low), int64(c.f.high)
	}
	low, high = max(low, math.MinInt32+1), min(high, math.MaxInt32)
	c.low = int32(low)
	c.table = make([]float64, max(1, high-low+1))
	for i := range c.table {
		c.table[i] = c.stored(int32(low) + int32(i))
	}
}

// fillFull makes the table of all codes of a 16-bit format, unless there are
// too many already.
func (l *scales) fillFull(c *scale) bool {
	if c.full == nil && l.fulls < maxFull {
		l.fulls++
		c.full = new([1 << 16]float64)
		for i := range c.full {
			c.full[i] = c.stored(int32(int16(uint16(i))))
		}
	}
	return c.full != nil
}

// value returns a sample of the digital view in physical units.
func (c *scale) value(adu int32) float64 {
	if adu == InvalidSample {
		return math.NaN()
	}
	return (float64(adu) - c.base) / c.gain
}

// stored returns a sample as the format stores it in physical units.
func (c *scale) stored(code int32) float64 {
	if code == c.f.low && !c.f.valid {
		return math.NaN()
	}
	return (float64(code) - c.base) / c.gain
}

// strided converts n samples as stored, src[0], src[width], ..., to dst[0],
// dst[step], ...
func (c *scale) strided(dst []float64, step int, src []int32, width, n int) {
	c.fill()
	k, q := 0, 0
	table, low := c.table, c.low
	for range n {
		v := src[k]
		if i := uint(uint32(v - low)); i < uint(len(table)) {
			dst[q] = table[i]
		} else {
			dst[q] = c.stored(v)
		}
		k += width
		q += step
	}
}
