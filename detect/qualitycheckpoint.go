package detect

import (
	"fmt"
	"math"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a SignalQuality stage: those of its flags and detectors, and
// the sums of the last four seconds of each lead.

const (
	qualityMagic   = "SQI1"
	qualityVersion = 1
)

func (q *SignalQuality) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(q.c.Rate).Int(int64(q.c.Leads)).Float(q.c.Low).Float(q.c.High)
}

// AppendBinary implements encoding.BinaryAppender.
func (q *SignalQuality) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, qualityMagic, qualityVersion, q.fingerprint())
	e.Int(q.n)
	e.Bool(q.ended)
	part, err := q.flags.AppendBinary(nil)
	if err != nil {
		return b, err
	}
	e.Bytes(part)
	for i := range q.leads {
		l := &q.leads[i]
		if part, err = l.pt.AppendBinary(part[:0]); err != nil {
			return b, err
		}
		e.Bytes(part)
		l.encode(&e)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (q *SignalQuality) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, qualityMagic, qualityVersion, q.fingerprint())
	if err != nil {
		return err
	}
	c, err := NewSignalQuality(q.c)
	if err != nil {
		return err
	}
	corrupt := func(err error) error {
		return &checkpoint.Error{Magic: qualityMagic, Err: fmt.Errorf("%w: %w", checkpoint.ErrCorrupt, err)}
	}
	c.n, c.ended = d.Int(), d.Bool()
	if err := c.flags.UnmarshalBinary(d.Bytes()); err != nil {
		return corrupt(err)
	}
	for i := range c.leads {
		l := &c.leads[i]
		if err := l.pt.UnmarshalBinary(d.Bytes()); err != nil {
			return corrupt(err)
		}
		l.decode(&d)
	}
	if err := d.Close(); err != nil {
		return err
	}
	if c.n < 0 {
		return &checkpoint.Error{Magic: qualityMagic, Err: checkpoint.ErrCorrupt}
	}
	*q = *c
	return nil
}

func (l *qualityLead) encode(e *checkpoint.Encoder) {
	l.grid.encode(e)
	l.other.encode(e)
	e.Int(l.n)
	e.Bool(l.run)
	e.Floats(l.before[:])
	for i := range l.seconds {
		l.seconds[i].encode(e)
	}
	b := &l.beats
	e.Int(b.n)
	e.Ints(b.at[:])
	e.Floats(b.height[:])
	e.Floats(b.like[:])
	e.Int(b.nShapes)
	for i := range b.shapes {
		e.Floats(b.shapes[i][:])
	}
	e.Int(l.nOthers)
	e.Ints(l.others[:])
}

func (l *qualityLead) decode(d *checkpoint.Decoder) {
	l.grid.decode(d)
	l.other.decode(d)
	l.n = notNegative(d)
	l.run = d.Bool()
	d.Floats(l.before[:])
	for i := range l.seconds {
		l.seconds[i].decode(d)
	}
	b := &l.beats
	b.n = notNegative(d)
	d.Ints(b.at[:])
	d.Floats(b.height[:])
	d.Floats(b.like[:])
	b.nShapes = notNegative(d)
	for i := range b.shapes {
		d.Floats(b.shapes[i][:])
	}
	l.nOthers = notNegative(d)
	d.Ints(l.others[:])
}

// notNegative reads a count.
func notNegative(d *checkpoint.Decoder) int64 { return int64(d.IntIn(0, math.MaxInt)) }

func (s *qualitySecond) encode(e *checkpoint.Encoder) {
	e.Int(int64(s.cells))
	e.Floats(s.half[:])
	for _, n := range s.halfN {
		e.Int(int64(n))
	}
	e.Float(s.band2)
	e.Float(s.band4)
	e.Floats(s.band[:])
	e.Floats(s.high[:])
	for _, n := range s.blockN {
		e.Int(int64(n))
	}
	e.Floats(s.tone[:])
}

func (s *qualitySecond) decode(d *checkpoint.Decoder) {
	s.cells = d.IntIn(0, qualityRate)
	d.Floats(s.half[:])
	for i := range s.halfN {
		s.halfN[i] = d.IntIn(0, qualityHalf)
	}
	s.band2, s.band4 = d.Float(), d.Float()
	d.Floats(s.band[:])
	d.Floats(s.high[:])
	for i := range s.blockN {
		s.blockN[i] = d.IntIn(0, qualityBlock)
	}
	d.Floats(s.tone[:])
}
