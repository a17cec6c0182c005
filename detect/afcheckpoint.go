package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

const afMagic, afVersion = "AFIB", 3

func (d *AFDetector) fingerprint() checkpoint.Fingerprint {
	c := &d.c
	classes := int64(0)
	if c.Classified {
		classes = 1
	}
	return checkpoint.NewFingerprint().Float(c.Rate).Int(classes).Int(int64(c.Confirm)).Int(int64(c.Gap)).
		Int(int64(c.Latency)).Int(int64(d.model.sum))
}

// series are the fields of an AFSeries, with so many of its last intervals. The sums
// are not among them: they follow from these.
func (c *stateCodec) series(a *afSeriesState, kept int64) {
	c.Bools(&a.started, &a.comp)
	c.Ints(&a.last, &a.n)
	c.Floats(&a.frac, &a.med)
	c.Index(&a.skipped, 0, math.MaxInt)
	for i := range a.x {
		c.Floats(&a.x[i])
	}
	for at := max(0, a.n-kept); at < a.n; at++ {
		i := at % afKept
		for k := 0; k < afPrimitives; k += 2 {
			v := int64(a.ring[i][k]) << 32
			if k+1 < afPrimitives {
				v |= int64(uint32(a.ring[i][k+1]))
			}
			c.Ints(&v)
			a.ring[i][k] = int32(v >> 32)
			if k+1 < afPrimitives {
				a.ring[i][k+1] = int32(uint32(v))
			}
		}
		bin := int(a.bins[i])
		c.Index(&bin, 0, afBins-1)
		a.bins[i] = uint8(bin)
	}
	if c.Reads() && a.n >= 0 {
		a.now = a.upTo(a.n, len(afHorizons))
	}
}

func (c *stateCodec) fibrillation(s *afState) {
	c.Bools(&s.started, &s.on)
	state := int(s.state)
	c.Index(&state, 0, int(ecg.Ended))
	s.state = ecg.EpisodeState(state)
	c.Ints(&s.known, &s.last, &s.n, &s.start, &s.ended, &s.edge, &s.asked)
	c.Floats32(&s.mean)
	for i := range max(0, min(s.n, int64(len(s.ring)))) {
		v := &s.ring[i]
		c.Ints(&v.at)
		both := int64(math.Float32bits(v.live))<<32 | int64(math.Float32bits(v.centred))
		c.Ints(&both)
		v.live, v.centred = math.Float32frombits(uint32(both>>32)), math.Float32frombits(uint32(both))
		c.Floats32(&v.shift)
	}
}

// AppendBinary implements encoding.BinaryAppender.
func (d *AFDetector) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, afMagic, afVersion, d.fingerprint())
	c := stateCodec{checkpoint.Writing(&e)}
	c.fibrillation(&d.s)
	c.series(&d.series.s, afKept)
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
	c := stateCodec{checkpoint.Reading(&r)}
	c.fibrillation(&s)
	c.series(&a, afKept)
	if err := r.Close(); err != nil {
		return err
	}
	if s.n < 0 || s.n != a.n || s.asked < 0 || s.asked > s.n || s.edge < 0 {
		return &checkpoint.Error{Magic: afMagic, Err: checkpoint.ErrCorrupt}
	}
	d.s, d.series.s = s, a
	return nil
}
