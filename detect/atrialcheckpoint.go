package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of AtrialWaves: that of its detector, per lead the signal of the
// last seconds and what the last beats looked like, and the intervals. A model
// belongs to the configuration.

const atrialMagic, atrialVersion = "Atri", 3

func (a *AtrialWaves) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(a.rate).Int(int64(a.leads)).Int(int64(len(a.s.lead[0].grid.ring))).Int(int64(a.model.sum))
}

func (c *stateCodec) atrialLead(l *atrialLead) {
	g := &l.grid
	c.Floats(&g.sum, &g.last)
	c.Ints(&g.missing, &l.n)
	c.Bools(&g.started)
	c.Floats32(&g.before, &g.x, &g.y, &l.height)
	c.Slices32(g.ring, l.qrs[:])
	c.small(&l.top)
	var sum [atrialSize]int32
	for i := range l.windows {
		for j := range l.windows[i] {
			v := int(l.windows[i][j])
			c.Index(&v, math.MinInt16, math.MaxInt16)
			l.windows[i][j] = int16(v)
			sum[j] += int32(v)
		}
		l.size(i)
		var row [atrialNumbers]float32
		for j := range row {
			row[j] = l.numbers[j][i]
		}
		c.Slices32(row[:])
		for j, v := range row {
			l.numbers[j][i] = v
		}
	}
	l.sum = sum
}

func (c *stateCodec) atrial(s *atrialState) {
	c.Ints(&s.clock.n, &s.clock.k, &s.last)
	c.Bools(&s.begun, &s.ended)
	c.Floats32(&s.usual)
	for i := range s.lead {
		c.atrialLead(&s.lead[i])
	}
	c.series(&s.series.s, afRing)
	queued := len(s.queue)
	c.Index(&queued, 0, beatQueue)
	if c.Reads() {
		s.queue = make([]ecg.Beat, queued, max(queued, atrialBlock))
	}
	for i := range s.queue {
		c.beat(&s.queue[i])
	}
}

// AppendBinary implements encoding.BinaryAppender. The checkpoint of the
// detector is part of it.
func (a *AtrialWaves) AppendBinary(b []byte) ([]byte, error) {
	detector, err := a.detector.AppendBinary(nil)
	if err != nil {
		return b, err
	}
	e := checkpoint.Append(b, atrialMagic, atrialVersion, a.fingerprint())
	e.Bytes(detector)
	c := stateCodec{checkpoint.Writing(&e)}
	c.atrial(&a.s)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (a *AtrialWaves) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, atrialMagic, atrialVersion, a.fingerprint())
	if err != nil {
		return err
	}
	detector := d.Bytes()
	s := atrialState{clock: meanClock{ratio: a.s.clock.ratio}, lead: make([]atrialLead, a.leads), series: AFSeries{rate: a.rate}}
	for i := range s.lead {
		s.lead[i].grid.ring = make([]float32, len(a.s.lead[i].grid.ring))
	}
	c := stateCodec{checkpoint.Reading(&d)}
	c.atrial(&s)
	if err := d.Close(); err != nil {
		return err
	}
	bad := s.clock.n < 0 || s.clock.k < 0 || s.series.s.n < 0 || s.clock.end(s.clock.k) <= float64(s.clock.n)
	for i := range s.lead {
		bad = bad || s.lead[i].n < 0
	}
	if bad {
		return &checkpoint.Error{Magic: atrialMagic, Err: checkpoint.ErrCorrupt}
	}
	if err := a.detector.UnmarshalBinary(detector); err != nil {
		return err // the detector leaves itself unchanged, and so is everything
	}
	a.s = s
	return nil
}
