package wfdb

import "math"

// scale turns adu into physical units: (adu - baseline) / gain, one rounding.
// A division costs several times the rest of the decoding, so the quotients of
// the codes that occur most are kept in a table.
type scale struct {
	gain, base float64
	none       int32 // code of an invalid sample, unless valid
	valid      bool
	low        int32 // code of table[0]
	table      []float64
}

// tableSize covers 12-bit formats whole, and 10 mV around the baseline at the
// usual 200 adu/mV in the wider ones; 32 KB.
const tableSize = 4096

func newScale(s *SignalInfo, f *format) *scale {
	c := &scale{gain: s.AduPerUnit(), base: float64(s.Baseline), none: f.low, valid: f.valid}
	low, high := int64(s.Baseline)-tableSize/2, int64(s.Baseline)+tableSize/2-1
	if int64(f.high)-int64(f.low) < tableSize {
		low, high = int64(f.low), int64(f.high)
	}
	low, high = max(low, math.MinInt32+1), min(high, math.MaxInt32)
	if high < low {
		return c
	}
	c.low = int32(low)
	c.table = make([]float64, high-low+1)
	for i := range c.table {
		c.table[i] = c.stored(int32(low) + int32(i))
	}
	return c
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
	if code == c.none && !c.valid {
		return math.NaN()
	}
	return (float64(code) - c.base) / c.gain
}

// strided converts n samples as stored, src[0], src[width], ..., to dst[0],
// dst[step], ...
func (c *scale) strided(dst []float64, step int, src []int32, width, n int) {
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
