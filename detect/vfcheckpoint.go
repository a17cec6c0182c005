package detect

import (
	"slices"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a VF detector: per lead its second at hand and its last
// window, and the episode at hand. A model belongs to the configuration.

const (
	vfMagic   = "VFdt"
	vfVersion = 2
)

func (v *VFDetector) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(v.rate).Int(int64(len(v.s.leads))).Int(int64(v.model.sum))
}

// AppendBinary implements encoding.BinaryAppender.
func (v *VFDetector) AppendBinary(b []byte) ([]byte, error) {
	s := &v.s
	e := checkpoint.Append(b, vfMagic, vfVersion, v.fingerprint())
	e.Int(s.clock.n)
	e.Int(s.clock.k)
	e.Int(s.clock.hops)
	e.Bool(s.ended)
	s.rhythm.encode(&e)
	s.still.encode(&e)
	for i := range s.leads {
		l := &s.leads[i]
		if err := l.grid.encode(&e); err != nil {
			return b, err
		}
		l.wave.encode(&e)
		for _, u := range []*vfUsual{&l.rms, &l.slope} {
			e.Float(u.value)
			e.Int(u.seen)
		}
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (v *VFDetector) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, vfMagic, vfVersion, v.fingerprint())
	if err != nil {
		return err
	}
	s := vfState{clock: vfClock{meanClock: meanClock{ratio: v.s.clock.ratio}}, leads: slices.Clone(v.s.leads)}
	s.clock.n, s.clock.k, s.clock.hops = d.Int(), d.Int(), d.Int()
	s.ended = d.Bool()
	s.rhythm.decode(&d)
	s.still.decode(&d)
	for i := range s.leads {
		l := &s.leads[i]
		if l.grid, err = decodeVFGrid(&d); err != nil {
			return err
		}
		l.wave.decode(&d)
		for _, u := range []*vfUsual{&l.rms, &l.slope} {
			u.value, u.seen = d.Float(), d.Int()
		}
	}
	if err := d.Close(); err != nil {
		return err
	}
	v.s = s
	return nil
}

func (g *vfGrid) encode(e *checkpoint.Encoder) error {
	for _, v := range []float64{g.sum, g.last, g.unit} {
		e.Float(v)
	}
	e.Int(int64(g.run))
	e.Floats(g.grid[:g.fill])
	state, err := g.high.AppendBinary(nil)
	e.Bytes(state)
	return err
}

func decodeVFGrid(d *checkpoint.Decoder) (vfGrid, error) {
	g, err := newVFGrid()
	if err != nil {
		return g, err
	}
	for _, v := range []*float64{&g.sum, &g.last, &g.unit} {
		*v = d.Float()
	}
	g.run = int(d.Int())
	g.fill = len(d.AppendFloats(g.grid[:0], len(g.grid)))
	return g, g.high.UnmarshalBinary(d.Bytes())
}

func (w *vfWave) encode(e *checkpoint.Encoder) {
	e.Int(w.count)
	e.Floats(w.x[:])
	for i := range w.hops {
		for _, v := range w.hops[i].numbers() {
			e.Float(*v)
		}
	}
}

func (w *vfWave) decode(d *checkpoint.Decoder) {
	w.count = d.Int()
	d.Floats(w.x[:])
	for i := range w.hops {
		for _, v := range w.hops[i].numbers() {
			*v = d.Float()
		}
	}
}

func (h *vfSums) numbers() [15]*float64 {
	return [...]*float64{&h.x1, &h.x2, &h.x3, &h.x4, &h.xMax, &h.d1, &h.d2, &h.d4, &h.dMax, &h.f1, &h.f2, &h.c2, &h.crossings, &h.flat, &h.unit}
}
