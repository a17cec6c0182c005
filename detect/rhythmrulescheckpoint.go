package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

const rulesMagic, rulesVersion = "RYTH", 4

func (r *RhythmRules) fingerprint() checkpoint.Fingerprint {
	c := &r.c
	f := checkpoint.NewFingerprint().Float(c.Rate).Float(c.Bradycardia).Float(c.Tachycardia).Float(c.Supraventricular).
		Int(int64(c.Pause)).Int(int64(c.Asystole)).Int(int64(c.Confirm)).Int(int64(c.Latency))
	if r.af != nil {
		f = f.Int(int64(r.af.fingerprint()))
	}
	return f
}

// AppendBinary implements encoding.BinaryAppender.
func (r *RhythmRules) AppendBinary(b []byte) ([]byte, error) {
	s := &r.s
	e := checkpoint.Append(b, rulesMagic, rulesVersion, r.fingerprint())
	for _, v := range []bool{s.started, s.stopped, s.paused, s.flushed, s.flutter, s.run.stray, s.vf.gone, s.vf.waits} {
		e.Bool(v)
	}
	for _, v := range []int64{
		s.known, int64(s.count), int64(s.fresh), int64(s.rhythm), int64(s.state), s.start, s.ended,
		int64(s.run.class), int64(s.run.n), s.run.start, s.run.last, int64(s.run.rhythm), int64(s.af), s.afStart,
		int64(s.vf.stage), s.vf.heldFrom, s.vf.heldTo, s.vf.quiet, s.vf.beat,
	} {
		e.Int(v)
	}
	e.Float(s.before)
	e.Float(s.wave)
	e.Float(s.run.rr)
	for i := range s.beats {
		n := &s.beats[i]
		e.Int(n.at)
		e.Int(int64(n.class))
		e.Float(n.frac)
		e.Float(n.rr)
		e.Int(int64(n.p.N))
		for _, v := range n.p.Before {
			e.Float(v)
		}
	}
	if r.af != nil {
		af, err := r.af.AppendBinary(nil)
		if err != nil {
			return b, err
		}
		e.Bytes(af)
	}
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (r *RhythmRules) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, rulesMagic, rulesVersion, r.fingerprint())
	if err != nil {
		return err
	}
	var s rulesState
	for _, v := range []*bool{&s.started, &s.stopped, &s.paused, &s.flushed, &s.flutter, &s.run.stray, &s.vf.gone, &s.vf.waits} {
		*v = d.Bool()
	}
	s.known = d.Int()
	s.count = d.IntIn(0, len(s.beats))
	s.fresh = d.IntIn(0, s.count)
	s.rhythm, s.state = ecg.Rhythm(d.IntIn(0, 255)), ecg.EpisodeState(d.IntIn(0, 255))
	s.start, s.ended = d.Int(), d.Int()
	s.run.class, s.run.n = ecg.Class(d.IntIn(0, 255)), d.IntIn(0, math.MaxInt32)
	s.run.start, s.run.last = d.Int(), d.Int()
	s.run.rhythm = ecg.Rhythm(d.IntIn(0, 255))
	s.af, s.afStart = afStage(d.IntIn(0, int(afConfirmed))), d.Int()
	s.vf.stage = vfEpisode(d.IntIn(int(vfNone), int(vfIsStill)))
	s.vf.heldFrom, s.vf.heldTo, s.vf.quiet, s.vf.beat = d.Int(), d.Int(), d.Int(), d.Int()
	s.before, s.wave, s.run.rr = d.Float(), d.Float(), d.Float()
	for i := range s.beats {
		n := &s.beats[i]
		*n = rulesBeat{at: d.Int(), class: ecg.Class(d.IntIn(0, 255)), frac: d.Float(), rr: d.Float()}
		n.p.N = d.IntIn(-1, len(n.p.Before))
		for k := range n.p.Before {
			n.p.Before[k] = d.Float()
		}
	}
	var af []byte
	if r.af != nil {
		af = d.Bytes()
	}
	if err := d.Close(); err != nil {
		return err
	}
	if r.af != nil {
		if err := r.af.UnmarshalBinary(af); err != nil {
			return err
		}
	}
	r.s = s
	return nil
}
