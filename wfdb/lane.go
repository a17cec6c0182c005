package wfdb

import "math"

// lane is the way of one signal from the window of its group to the reader.
type lane struct {
	g     *group // nil: no samples
	off   int    // of its first sample in a frame
	spf   int    // samples per frame
	skew  int    // frames
	none  int32  // code of an invalid sample, unless valid
	valid bool   // every code is a sample

	remap *remap // of a segment with its own scale; nil: none
	scale *scale
}

// digital writes the values of n frames of the record to dst, every step-th
// element: the sample, or the mean of the samples of a frame.
func (l *lane) digital(dst []int32, step, n int) {
	have := 0
	if l.g != nil {
		have = min(n, l.g.end-l.g.pos-l.skew)
	}
	if l.spf == 1 && l.remap == nil && have > 0 {
		l.plain(dst, step, have)
	} else {
		l.general(dst, step, have)
	}
	for i := max(0, have); i < n; i++ {
		dst[i*step] = InvalidSample
	}
}

// plain is digital for one sample per frame on its own scale.
func (l *lane) plain(dst []int32, step, n int) {
	none := int64(l.none)
	if l.valid {
		none = 1 << 40 // no code
	}
	width := l.g.width
	k, q := (l.g.pos+l.skew)*width+l.off, 0
	src := l.g.window
	for range n {
		v := src[k]
		if int64(v) == none {
			v = InvalidSample
		}
		dst[q] = v
		k += width
		q += step
	}
}

func (l *lane) general(dst []int32, step, n int) {
	for i := range n {
		k := (l.g.pos+l.skew+i)*l.g.width + l.off
		if l.spf > 1 {
			dst[i*step] = l.mean(l.g.window[k : k+l.spf])
		} else {
			dst[i*step] = l.adu(l.g.window[k])
		}
	}
}

// mean is the value of a frame of several samples as the C library has it:
// the mean rounded half up, invalid if one of them is.
func (l *lane) mean(frame []int32) int32 {
	sum := int64(len(frame) / 2)
	for _, v := range frame {
		v = l.adu(v)
		if v == InvalidSample {
			return InvalidSample
		}
		sum += int64(v)
	}
	n := int64(len(frame))
	q := sum / n
	if sum%n < 0 {
		q--
	}
	return int32(q)
}

// physical writes the values of n frames of the record to dst, every step-th
// element, in physical units.
func (l *lane) physical(dst []float64, step, n int) {
	have := 0
	if l.g != nil {
		have = max(0, min(n, l.g.end-l.g.pos-l.skew))
	}
	if l.spf == 1 && l.remap == nil && have > 0 {
		w := l.g.width
		l.scale.strided(dst, step, l.g.window[(l.g.pos+l.skew)*w+l.off:], w, have)
	} else {
		var column [256]int32
		for at := 0; at < have; {
			m := min(have-at, len(column))
			l.g.pos += at
			l.digital(column[:], 1, m)
			l.g.pos -= at
			for i, v := range column[:m] {
				dst[(at+i)*step] = l.scale.value(v)
			}
			at += m
		}
	}
	for i := have; i < n; i++ {
		dst[i*step] = math.NaN()
	}
}

// sample returns sample sub*spf/parts of the frame i of the window: the
// high-resolution view, in which a slower signal repeats its samples.
func (l *lane) sample(i, sub, parts int) int32 {
	if l.g == nil || i+l.skew >= l.g.end-l.g.pos {
		return InvalidSample
	}
	return l.adu(l.g.window[(l.g.pos+l.skew+i)*l.g.width+l.off+sub*l.spf/parts])
}

// adu returns a stored sample in the digital view.
func (l *lane) adu(v int32) int32 {
	if v == l.none && !l.valid {
		return InvalidSample
	}
	if l.remap != nil {
		return l.remap.apply(v)
	}
	return v
}

// remap brings the samples of a segment to the scale of the layout header, in
// the arithmetic of the C library: floor(v*scale + offset).
type remap struct{ scale, offset float64 }

func newRemap(layout, segment *SignalInfo) *remap {
	g := layout.AduPerUnit() / segment.AduPerUnit()
	if g == 1 && layout.Baseline == segment.Baseline {
		return nil
	}
	return &remap{g, float64(layout.Baseline) - float64(g*float64(segment.Baseline)) + 0.5}
}

func (m *remap) apply(v int32) int32 {
	if v == InvalidSample {
		return v
	}
	x := math.Floor(float64(float64(v)*m.scale) + m.offset)
	return int32(min(max(x, math.MinInt32+1), math.MaxInt32))
}
