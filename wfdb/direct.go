package wfdb

// The direct way from bytes to physical units, for the formats that most
// records have, when a record is one file of one sample per signal and frame:
// one pass that decodes, sums up for the checksums, and takes the quotients
// from a table. Everything else goes through the windows of the groups; the
// values are the same.

// direct decodes n frames of len(scales) samples each from src, whose first
// byte is the first of a packing group, and adds the samples to sums.
type direct func(dst []float64, src []byte, n int, scales []*scale, sums []uint16)

// directWay is what a record is read by, when it can be.
type directWay struct {
	g      *group
	scales []*scale
	ready  bool // tables are made
	dear   bool // there would be too many
}

// newDirectWay returns nil if the current segment can't be read directly.
func newDirectWay(p *part, lanes []lane) *directWay {
	if p == nil || len(p.groups) != 1 {
		return nil
	}
	w := &directWay{g: p.groups[0]}
	if w.g.format.direct == nil || w.g.width != len(lanes) {
		return nil
	}
	for i := range lanes {
		l := &lanes[i]
		if l.g != w.g || l.off != i || l.spf != 1 || l.skew != 0 || l.remap != nil {
			return nil
		}
		w.scales = append(w.scales, l.scale)
	}
	return w
}

// prepare makes the tables, for a 16-bit format once it is worth it.
func (w *directWay) prepare(l *scales) bool {
	if w.ready || w.dear {
		return w.ready
	}
	narrow := w.g.format.high-w.g.format.low < tableSize
	if !narrow && w.g.decoded < fullAfter {
		return false
	}
	for _, c := range w.scales {
		if c.fill(); c.plain || !narrow && !l.fillFull(c) {
			w.dear = true
		}
	}
	w.ready = !w.dear
	return w.ready
}

// read reads frames into dst as far as the block of bytes that is in memory
// goes; 0 means that the other way has to be taken: at the begin, at the end,
// and for what the windows hold already.
func (w *directWay) read(dst []float64, limit int, l *scales) int {
	g := w.g
	s, ok := g.src.(*packedSource)
	if !ok || g.pos != g.end || g.decoded == 0 || g.err != nil || g.run >= g.most || len(s.carried) > 0 || !w.prepare(l) {
		return 0
	}
	limit = int(min(int64(limit), g.most-g.run))
	if g.frames > 0 {
		limit = int(min(int64(limit), g.frames-g.decoded))
	}
	// Frames that begin and end with a packing group.
	unit := 1
	for unit*g.width%s.f.samples != 0 {
		unit++
	}
	size := unit * g.width / s.f.samples * s.f.bytes
	if s.end-s.pos < size && s.err == nil {
		s.fill()
	}
	units := min((s.end-s.pos)/size, limit/unit)
	n := units * unit
	if n == 0 {
		return 0
	}
	g.format.direct(dst[:n*g.width], s.buf[s.pos:s.pos+units*size], n, w.scales, g.sums)
	s.pos += units * size
	g.decoded += int64(n)
	g.run += int64(n)
	return n
}
