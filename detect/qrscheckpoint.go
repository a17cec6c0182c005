package detect

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a QRS detector: everything in qrsState, in one order for
// writing and reading.

const (
	qrsStateMagic   = "QRSN"
	qrsStateVersion = 3
)

func (q *QRS) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(q.rate).Int(int64(len(q.s.leads))).Int(int64(q.model.sum))
}

// AppendBinary implements encoding.BinaryAppender.
func (q *QRS) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, qrsStateMagic, qrsStateVersion, q.fingerprint())
	q.s.save(checkpoint.Writing(&e))
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. A checkpoint of another
// rate, number of leads or model is refused.
func (q *QRS) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, qrsStateMagic, qrsStateVersion, q.fingerprint())
	if err != nil {
		return err
	}
	s := qrsState{leads: slices.Clone(q.s.leads), pending: slices.Grow([]qrsPending(nil), cap(q.s.pending))}
	for i := range s.leads {
		s.leads[i].in.ring = slices.Clone(s.leads[i].in.ring)
	}
	s.save(checkpoint.Reading(&d))
	if err := d.Close(); err != nil {
		return err
	}
	if !s.sane(&q.weights) {
		return &checkpoint.Error{Magic: qrsStateMagic, Err: checkpoint.ErrCorrupt}
	}
	for i := range s.leads {
		s.leads[i].ev.gather(s.grid.k - 1)
	}
	q.s = s
	return nil
}

// sane reports whether a decoded state can be worked with.
func (s *qrsState) sane(w *qrsWeights) bool {
	r := &s.rhythm
	ok := s.n >= 0 && s.frame >= 0 && s.frame < len(s.leads) && s.grid.k >= 0 &&
		s.grid.rem >= 0 && s.grid.rem < w.den && s.grid.base+w.reach >= s.n && s.scan <= s.grid.k &&
		r.beats >= 0 && r.rrs >= 0 && r.sureRRs >= 0 && r.sureBeats >= 0 && r.seen >= 0
	for i := range s.leads {
		l := &s.leads[i]
		ok = ok && l.beats >= 0 && l.rejected >= 0 && l.sureBeats >= 0 && l.ev.blocks >= 0 && l.in.missing >= 0
	}
	return ok
}

func (s *qrsState) save(f checkpoint.Fields) {
	f.Ints(&s.n, &s.grid.k, &s.grid.base, &s.grid.rem, &s.scan, &s.missing, &s.lastAt)
	f.Index(&s.frame, 0, len(s.leads)-1)
	f.Bools(&s.glanced, &s.told, &s.looked, &s.emitted, &s.ended)
	f.Floats32(&s.first)
	s.heldAt.save(f)
	pending := len(s.pending)
	f.Index(&pending, 0, cap(s.pending))
	s.pending = s.pending[:pending]
	for i := range s.pending {
		p := &s.pending[i]
		f.Ints(&p.c)
		for k := range s.leads {
			own := int(p.own[k])
			f.Index(&own, qrsNone, math.MaxInt8)
			p.own[k] = int8(own)
		}
		for k := len(s.leads); k < len(p.own); k++ {
			p.own[k] = qrsNone
		}
	}
	s.rhythm.save(f)
	for i := range s.leads {
		s.leads[i].save(f)
	}
}

func (p *qrsPeak) save(f checkpoint.Fields) {
	f.Ints(&p.at)
	f.Floats(&p.frac)
	for _, v := range [2]*int32{&p.onset, &p.offset} {
		n := int(*v)
		f.Index(&n, math.MinInt32, math.MaxInt32)
		*v = int32(n)
	}
}

func (r *qrsRhythm) save(f checkpoint.Fields) {
	f.Ints(&r.origin, &r.last, &r.beats, &r.rrs, &r.sureAt, &r.sureBeats, &r.sureRRs, &r.heldAt, &r.seen)
	f.Bools(&r.broken, &r.sureChain, &r.isHeld)
	f.Slices32(r.rr[:], r.sureRR[:], r.odds[:])
	f.Floats32(&r.rrMedian, &r.sureMedian, &r.heldOdds)
	for i := range r.candidates {
		f.Ints(&r.candidates[i])
	}
	for i := range r.doubts {
		f.Ints(&r.doubts[i].at)
		f.Floats32(&r.doubts[i].p)
	}
}

func (l *qrsLead) save(f checkpoint.Fields) {
	f.Slices32(l.in.ring)
	f.Floats32(&l.in.last)
	f.Floats(&l.in.offset)
	f.Ints(&l.in.missing)
	f.Bools(&l.in.started)

	v := &l.ev
	f.Slices32(v.y[:], v.e1[:], v.e2[:], v.e3[:], v.tops[:])
	f.Floats32(&v.top, &v.level)
	f.Ints(&v.blocks)
	f.Bools(&v.lost)

	f.Ints(&l.beats, &l.sureBeats, &l.rejected, &l.lostAt)
	f.Slices32(l.e1[:], l.e2[:], l.e3[:], l.height[:], l.slope[:])
	for i := range l.shapes {
		f.Slices32(l.shapes[i][:], l.rejectedShape[i][:])
	}
	f.Slices32(l.template[:], l.sureTemplate[:])
	f.Floats32(&l.level.e1, &l.level.e2, &l.level.e3, &l.level.height, &l.level.slope)
	f.Floats32(&l.templateSize, &l.lastE2, &l.sureE2, &l.noise, &l.doubt)
	l.held.save(f)
}

func (m *qrsMeasure) save(f checkpoint.Fields) {
	f.Floats32(&m.e1, &m.e2, &m.e3, &m.height, &m.slope)
	f.Slices32(m.shape[:])
}
