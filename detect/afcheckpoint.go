package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

const afMagic, afVersion = "AFIB", 1

func (d *AFDetector) fingerprint() checkpoint.Fingerprint {
	c := &d.c
	classes := int64(0)
	if c.Classified {
		classes = 1
	}
	return checkpoint.NewFingerprint().Float(c.Rate).Int(classes).Int(int64(c.Confirm)).Int(int64(c.Gap)).
		Int(int64(c.Latency)).Int(int64(d.model.sum))
}

// AppendBinary implements encoding.BinaryAppender. The sums of the series are not
// in it: they follow from its ring.
func (d *AFDetector) AppendBinary(b []byte) ([]byte, error) {
	s, a := &d.s, &d.series.s
	e := checkpoint.Append(b, afMagic, afVersion, d.fingerprint())
	for _, v := range []bool{s.started, s.on, a.started, a.comp} {
		e.Bool(v)
	}
	for _, v := range []int64{s.known, s.last, s.n, int64(s.state), s.start, s.ended, s.edge, a.last, int64(a.skipped), a.n} {
		e.Int(v)
	}
	e.Float(float64(s.mean))
	e.Float(a.frac)
	e.Float(a.med)
	e.Floats(a.x[:])
	for i := range min(s.n, int64(len(s.ring))) {
		v := &s.ring[i]
		e.Int(v.at)
		e.Int(int64(math.Float32bits(v.live))<<32 | int64(math.Float32bits(v.centred)))
	}
	for i := range min(a.n, afRing) {
		for k := 0; k < afPrimitives; k += 2 {
			low := int64(0)
			if k+1 < afPrimitives {
				low = int64(uint32(a.ring[i][k+1]))
			}
			e.Int(int64(a.ring[i][k])<<32 | low)
		}
		e.Int(int64(a.bins[i]))
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (d *AFDetector) UnmarshalBinary(data []byte) error {
	r, err := checkpoint.Open(data, afMagic, afVersion, d.fingerprint())
	if err != nil {
		return err
	}
	var s afState
	var a afSeriesState
	for _, v := range []*bool{&s.started, &s.on, &a.started, &a.comp} {
		*v = r.Bool()
	}
	s.known, s.last, s.n = r.Int(), r.Int(), r.Int()
	s.state = ecg.EpisodeState(r.IntIn(0, int(ecg.Ended)))
	s.start, s.ended, s.edge = r.Int(), r.Int(), r.Int()
	a.last, a.skipped, a.n = r.Int(), r.IntIn(0, math.MaxInt), r.Int()
	s.mean = float32(r.Float())
	a.frac, a.med = r.Float(), r.Float()
	r.Floats(a.x[:])
	if s.n < 0 || a.n < 0 {
		return &checkpoint.Error{Magic: afMagic, Err: checkpoint.ErrCorrupt}
	}
	for i := range min(s.n, int64(len(s.ring))) {
		s.ring[i].at = r.Int()
		v := uint64(r.Int())
		s.ring[i].live, s.ring[i].centred = math.Float32frombits(uint32(v>>32)), math.Float32frombits(uint32(v))
	}
	for i := range int(min(a.n, afRing)) {
		for k := 0; k < afPrimitives; k += 2 {
			v := r.Int()
			a.ring[i][k] = int32(v >> 32)
			if k+1 < afPrimitives {
				a.ring[i][k+1] = int32(uint32(v))
			}
		}
		a.bins[i] = uint8(r.IntIn(0, afBins-1))
	}
	if err := r.Close(); err != nil {
		return err
	}
	a.addUp()
	d.s, d.series.s = s, a
	return nil
}

// addUp makes the sums of the ring.
func (s *afSeriesState) addUp() {
	for h, horizon := range afHorizons {
		for k := int64(1); k <= min(s.n, int64(horizon)); k++ {
			i := (s.n - k) % afRing
			for j := range s.sums[h] {
				s.sums[h][j] += int64(s.ring[i][j])
			}
			s.shape[h][s.bins[i]]++
		}
	}
}
