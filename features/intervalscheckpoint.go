package features

import (
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

const intervalsMagic, intervalsVersion = "fRRi", 1

func (s *Intervals) fingerprint() checkpoint.Fingerprint {
	c := s.c
	f := checkpoint.NewFingerprint().Float(c.Rate).Int(int64(c.Method)).Float(c.Percent).Int(int64(c.Window))
	reject := int64(0)
	if c.Reject {
		reject = 1
	}
	return f.Int(int64(c.MinRR)).Int(int64(c.MaxRR)).Int(int64(c.Latency)).Int(reject)
}

// AppendBinary implements encoding.BinaryAppender.
func (s *Intervals) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, intervalsMagic, intervalsVersion, s.fingerprint())
	for _, v := range []int{s.medians, s.centre, s.next, s.anchor, s.wrong, s.refused, len(s.run)} {
		e.Int(int64(v))
	}
	e.Bool(s.good)
	e.Bool(s.started)
	e.Bool(s.judging)
	e.Int(s.known)
	e.Int(s.previous)
	e.Floats(s.last[:])
	for _, r := range s.run {
		e.Int(r.at)
		e.Int(int64(r.class))
		e.Bool(r.ok)
		e.Bool(r.wrong)
		for _, v := range []float64{r.frac, r.rr, r.use, r.median, r.th1, r.th2} {
			e.Float(v)
		}
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Intervals) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, intervalsMagic, intervalsVersion, s.fingerprint())
	if err != nil {
		return err
	}
	n := *s
	n.run = make([]rrBeat, 0, cap(s.run))
	n.scratch = make([]float64, 0, cap(s.scratch))
	limit := cap(s.run)
	n.medians, n.centre = d.IntIn(0, limit), d.IntIn(0, limit)
	n.next, n.anchor = d.IntIn(0, limit), d.IntIn(0, limit)
	n.wrong, n.refused = d.IntIn(0, limit), d.IntIn(0, accepted)
	count := d.IntIn(0, limit)
	n.good, n.started, n.judging = d.Bool(), d.Bool(), d.Bool()
	n.known, n.previous = d.Int(), d.Int()
	d.Floats(n.last[:])
	for range count {
		r := rrBeat{at: d.Int(), class: ecg.Class(d.IntIn(0, 255)), ok: d.Bool(), wrong: d.Bool()}
		for _, v := range []*float64{&r.frac, &r.rr, &r.use, &r.median, &r.th1, &r.th2} {
			*v = d.Float()
		}
		n.run = append(n.run, r)
	}
	if err := d.Close(); err != nil {
		return err
	}
	// Sealed by someone else it may still not fit together.
	if m := len(n.run); n.started != (m > 0) || m > 0 && (n.anchor >= m || n.medians > m || n.centre > n.medians || n.next > m || n.next < 1) {
		return &checkpoint.Error{Magic: intervalsMagic, Err: checkpoint.ErrCorrupt}
	}
	*s = n
	return nil
}
