package detect

import (
	"slices"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a PanTompkins detector: its filters, the rings of the last
// half second, the levels and the peaks at hand.

const (
	ptMagic   = "PT85"
	ptVersion = 2
)

func (p *PanTompkins) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(p.rate)
}

// AppendBinary implements encoding.BinaryAppender.
func (p *PanTompkins) AppendBinary(b []byte) ([]byte, error) {
	s := &p.s
	e := checkpoint.Append(b, ptMagic, ptVersion, p.fingerprint())
	s.filter.encode(&e)
	for _, v := range []int64{s.n, s.last, s.offset, s.missing, s.topAt, s.since, s.rrN, s.regularN, s.outside} {
		e.Int(v)
	}
	for _, v := range []bool{s.started, s.inPeak, s.learning, s.hasQRS, s.unbroken, s.searched, s.irregular} {
		e.Bool(v)
	}
	for _, v := range []float64{s.prev, s.top, s.i.signal, s.i.noise, s.f.signal, s.f.noise, s.avg} {
		e.Float(v)
	}
	e.Floats(s.raw)
	e.Floats(s.band)
	e.Floats(s.slope)
	e.Floats(s.rr[:])
	e.Floats(s.regular[:])
	encodePeak(&e, s.qrs)
	e.Int(int64(s.count))
	for _, pk := range s.peaks[:s.count] {
		encodePeak(&e, pk)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (p *PanTompkins) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, ptMagic, ptVersion, p.fingerprint())
	if err != nil {
		return err
	}
	var s ptState
	s.filter = newPTFilter(p.rate)
	s.filter.decode(&d)
	for _, v := range []*int64{&s.n, &s.last, &s.offset, &s.missing, &s.topAt, &s.since, &s.rrN, &s.regularN, &s.outside} {
		*v = d.Int()
	}
	for _, v := range []*bool{&s.started, &s.inPeak, &s.learning, &s.hasQRS, &s.unbroken, &s.searched, &s.irregular} {
		*v = d.Bool()
	}
	for _, v := range []*float64{&s.prev, &s.top, &s.i.signal, &s.i.noise, &s.f.signal, &s.f.noise, &s.avg} {
		*v = d.Float()
	}
	s.raw, s.band, s.slope = slices.Clone(p.s.raw), slices.Clone(p.s.band), slices.Clone(p.s.slope)
	d.Floats(s.raw)
	d.Floats(s.band)
	d.Floats(s.slope)
	d.Floats(s.rr[:])
	d.Floats(s.regular[:])
	s.qrs = decodePeak(&d)
	s.count = d.IntIn(0, len(s.peaks))
	for k := range s.count {
		s.peaks[k] = decodePeak(&d)
	}
	if s.n < 0 || s.rrN < 0 || s.regularN < 0 {
		return &checkpoint.Error{Magic: ptMagic, Err: checkpoint.ErrCorrupt}
	}
	if err := d.Close(); err != nil {
		return err
	}
	p.s = s
	return nil
}

func encodePeak(e *checkpoint.Encoder, pk ptPeak) {
	e.Int(pk.at)
	e.Int(pk.qrs)
	e.Float(pk.frac)
	e.Float(pk.integral)
	e.Float(pk.band)
	e.Float(pk.slope)
}

func decodePeak(d *checkpoint.Decoder) ptPeak {
	return ptPeak{at: d.Int(), qrs: d.Int(), frac: d.Float(), integral: d.Float(), band: d.Float(), slope: d.Float()}
}
