package features

import (
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

const morphologyMagic, morphologyVersion = "fMor", 1

func (m *Morphology) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(m.rate).Int(int64(len(m.ring)))
}

// AppendBinary implements encoding.BinaryAppender. The checkpoint of the
// detector is part of it.
func (m *Morphology) AppendBinary(b []byte) ([]byte, error) {
	detector, err := m.d.AppendBinary(nil)
	if err != nil {
		return b, err
	}
	e := checkpoint.Append(b, morphologyMagic, morphologyVersion, m.fingerprint())
	e.Bytes(detector)
	e.Floats(m.ring)
	e.Int(m.now)
	e.Bool(m.waits)
	p := m.waiting
	e.Int(p.At)
	e.Float(p.Frac)
	e.Int(p.Known)
	e.Int(int64(p.Onset))
	e.Int(int64(p.Offset))
	e.Int(int64(p.Class))
	e.Float(p.Confidence)
	e.Int(int64(m.t.count))
	e.Int(int64(m.t.others))
	e.Floats(m.t.shape)
	e.Floats(m.t.other)
	e.Int(m.last)
	e.Float(m.lastFrac)
	e.Bool(m.begun)
	e.Floats(m.recent[:])
	e.Float(m.running)
	e.Bool(m.runningOK)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (m *Morphology) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, morphologyMagic, morphologyVersion, m.fingerprint())
	if err != nil {
		return err
	}
	detector := d.Bytes()
	n := *m
	n.ring = make([]float64, len(m.ring))
	d.Floats(n.ring)
	n.now = d.Int()
	n.waits = d.Bool()
	n.waiting = ecg.Beat{
		At: d.Int(), Frac: d.Float(), Known: d.Int(), Onset: int32(d.Int()), Offset: int32(d.Int()),
		Class: ecg.Class(d.IntIn(0, 255)), Confidence: d.Float(),
	}
	n.t = newTemplate(&n.k)
	n.t.count, n.t.others = int(d.Int()), d.IntIn(0, takeOver)
	d.Floats(n.t.shape)
	d.Floats(n.t.other)
	n.last, n.lastFrac, n.begun = d.Int(), d.Float(), d.Bool()
	d.Floats(n.recent[:])
	n.running, n.runningOK = d.Float(), d.Bool()
	if err := d.Close(); err != nil {
		return err
	}
	if n.now < 0 || n.t.count < 0 {
		return &checkpoint.Error{Magic: morphologyMagic, Err: checkpoint.ErrCorrupt}
	}
	if err := m.d.UnmarshalBinary(detector); err != nil {
		return err // the detector leaves itself unchanged, and so is everything
	}
	*m = n
	return nil
}
