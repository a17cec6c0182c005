package detect

import (
	"slices"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a QRS detector: everything in qrsState, in one order for
// writing and reading.

const (
	qrsStateMagic   = "QRSN"
	qrsStateVersion = 1
)

func (q *QRS) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Float(q.rate).Int(int64(len(q.s.leads))).Int(int64(q.model.sum))
}

// AppendBinary implements encoding.BinaryAppender.
func (q *QRS) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, qrsStateMagic, qrsStateVersion, q.fingerprint())
	q.s.save(qrsFields{e: &e})
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
	s.save(qrsFields{d: &d})
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

// qrsFields writes fields to e or, where that is nil, reads them from d.
type qrsFields struct {
	e *checkpoint.Encoder
	d *checkpoint.Decoder
}

func (f qrsFields) ints(v ...*int64) {
	for _, p := range v {
		if f.e != nil {
			f.e.Int(*p)
		} else {
			*p = f.d.Int()
		}
	}
}

func (f qrsFields) bools(v ...*bool) {
	for _, p := range v {
		if f.e != nil {
			f.e.Bool(*p)
		} else {
			*p = f.d.Bool()
		}
	}
}

func (f qrsFields) doubles(v ...*float64) {
	for _, p := range v {
		if f.e != nil {
			f.e.Float(*p)
		} else {
			*p = f.d.Float()
		}
	}
}

func (f qrsFields) floats(v ...[]float32) {
	for _, s := range v {
		if f.e != nil {
			f.e.Floats32(s)
		} else {
			f.d.Floats32(s)
		}
	}
}

// small is for integers of few bits, from lo to hi.
func (f qrsFields) small(v, lo, hi int) int {
	if f.e != nil {
		f.e.Int(int64(v))
		return v
	}
	return f.d.IntIn(lo, hi)
}

func (f qrsFields) float(v ...*float32) {
	for _, p := range v {
		s := [1]float32{*p}
		f.floats(s[:])
		*p = s[0]
	}
}

func (s *qrsState) save(f qrsFields) {
	f.ints(&s.n, &s.grid.k, &s.grid.base, &s.grid.rem, &s.scan, &s.missing, &s.lastAt)
	s.frame = f.small(s.frame, 0, len(s.leads)-1)
	f.bools(&s.looked, &s.emitted, &s.ended)
	s.heldAt.save(f)
	s.pending = s.pending[:f.small(len(s.pending), 0, cap(s.pending))]
	for i := range s.pending {
		p := &s.pending[i]
		f.ints(&p.c)
		for k := range s.leads {
			p.own[k] = int8(f.small(int(p.own[k]), qrsNone, 127))
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

func (p *qrsPeak) save(f qrsFields) {
	f.ints(&p.at)
	f.doubles(&p.frac)
	const most = 1 << 30
	p.onset = int32(f.small(int(p.onset), -most, most))
	p.offset = int32(f.small(int(p.offset), -most, most))
}

func (r *qrsRhythm) save(f qrsFields) {
	f.ints(&r.origin, &r.last, &r.beats, &r.rrs, &r.sureAt, &r.sureBeats, &r.sureRRs, &r.heldAt, &r.seen)
	f.bools(&r.broken, &r.sureChain, &r.isHeld)
	f.floats(r.rr[:], r.sureRR[:])
	f.float(&r.rrMedian, &r.sureMedian, &r.heldOdds)
	for i := range r.candidates {
		f.ints(&r.candidates[i])
	}
}

func (l *qrsLead) save(f qrsFields) {
	f.floats(l.in.ring)
	f.float(&l.in.last)
	f.doubles(&l.in.offset)
	f.ints(&l.in.missing)
	f.bools(&l.in.started)

	v := &l.ev
	f.floats(v.y[:], v.e1[:], v.e2[:], v.e3[:], v.tops[:])
	f.float(&v.top, &v.level)
	f.ints(&v.blocks)
	f.bools(&v.lost)

	f.ints(&l.beats, &l.sureBeats, &l.rejected, &l.lostAt)
	f.floats(l.e1[:], l.e2[:], l.e3[:], l.height[:], l.slope[:])
	for i := range l.shapes {
		f.floats(l.shapes[i][:], l.rejectedShape[i][:])
	}
	f.floats(l.template[:], l.sureTemplate[:])
	f.float(&l.level.e1, &l.level.e2, &l.level.e3, &l.level.height, &l.level.slope)
	f.float(&l.templateSize, &l.lastE2, &l.sureE2, &l.noise, &l.doubt)
	l.held.save(f)
}

func (m *qrsMeasure) save(f qrsFields) {
	f.float(&m.e1, &m.e2, &m.e3, &m.height, &m.slope)
	f.floats(m.shape[:])
}
