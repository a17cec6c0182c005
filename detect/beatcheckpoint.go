package detect

import (
	"errors"
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a BeatClassifier: that of its detector, the signal of the
// last seconds, shapes, intervals, the beats at hand. The model is part
// of the configuration.

const beatMagic, beatVersion = "Beat", 4

// beatQueue bounds the beats found whose window is not complete, in a checkpoint:
// no detector has that many in half a second.
const beatQueue = 4096

func (b *BeatClassifier) fingerprint() checkpoint.Fingerprint {
	f := checkpoint.NewFingerprint().Float(b.rate).Int(int64(b.leads)).Int(int64(len(b.s.lead[0].ring))).Int(int64(b.model.sum))
	if b.immediate {
		f = f.Int(1)
	}
	if b.pacing != nil {
		f = f.Int(2)
	}
	return f
}

// stateCodec writes a state, or reads one: the same list of fields serves both.
type stateCodec struct{ checkpoint.Fields }

func (c *stateCodec) small(v *int32) {
	n := int(*v)
	c.Index(&n, 0, math.MaxInt32)
	*v = int32(n)
}

func (c *stateCodec) bits(v *uint32) {
	n := int64(*v)
	c.Ints(&n)
	*v = uint32(n)
}

func (c *stateCodec) beat(b *ecg.Beat) {
	c.Ints(&b.At)
	c.Floats(&b.Frac)
	c.Ints(&b.Known)
	onset, offset, class := int64(b.Onset), int64(b.Offset), int(b.Class)
	c.Ints(&onset)
	c.Ints(&offset)
	c.Index(&class, 0, 255)
	b.Onset, b.Offset, b.Class = int32(onset), int32(offset), ecg.Class(class)
	c.Floats(&b.Confidence)
}

func (c *stateCodec) shape(s *beatShape) {
	c.Slices32(s.x[:])
	c.Floats32(&s.energy)
	c.small(&s.n)
}

func (c *stateCodec) lead(l *beatLead) {
	c.Slices32(l.in.ring)
	c.Floats32(&l.in.last, &l.x, &l.y, &l.height, &l.quality, &l.noise, &l.far, &l.spread)
	c.Floats(&l.in.offset)
	c.Ints(&l.in.missing)
	c.Bools(&l.in.started)
	c.Slices32(l.ring)
	c.Ints(&l.k)
	for i := range l.shape {
		c.shape(&l.shape[i])
	}
	c.shape(&l.before)
	c.Slices32(l.p.p[:])
	c.Slices32(l.p.t[:])
	c.Floats32(&l.p.span, &l.p.trust)
	c.small(&l.p.pn)
	for i := range l.p.tn {
		n := int(l.p.tn[i])
		c.Index(&n, 0, 255)
		l.p.tn[i] = uint8(n)
	}
}

func (c *stateCodec) sorted(s *beatSorted, most int) {
	c.Index(&s.n, 0, most)
	c.Slices32(s.v[:s.n])
}

func (c *stateCodec) rhythm(r *beatRhythm) {
	c.Ints(&r.last)
	c.Floats(&r.lastFrac)
	c.Ints(&r.beats)
	c.Slices32(r.rr[:])
	c.Ints(&r.n)
	c.Slices32(r.changes[:])
	for _, s := range []struct {
		s    *beatSorted
		most int
	}{{&r.sorted16, 16}, {&r.sorted32, 32}, {&r.sorted128, 128}, {&r.sorted256, 256}, {&r.change32, 32}, {&r.change128, 128}} {
		c.sorted(s.s, s.most)
	}
	c.Slices32(r.base[:])
	c.Ints(&r.baseN)
	c.small(&r.run)
	c.bits(&r.early)
	c.Floats32(&r.rr0, &r.start, &r.m32, &r.usual)
}

func (c *stateCodec) shapes(s *beatShapes) {
	for i := range s.cluster {
		k := &s.cluster[i]
		c.small(&k.n)
		c.Floats32(&k.count, &k.score, &k.early, &k.width, &k.rr, &k.run, &k.regular, &k.p)
		c.Ints(&k.first)
		c.Ints(&k.last)
	}
	c.Index(&s.dominant, 0, beatClusters-1)
	c.Index(&s.home, -1, beatClusters-1)
	c.small(&s.same)
	c.Ints(&s.beats)
	c.Ints(&s.fid)
	c.Ints(&s.lastFid)
	c.Bools(&s.lastOn)
	c.Bools(&s.lastUsable)
	c.Floats32(&s.pq, &s.doubt, &s.misfit, &s.rest, &s.unlike)
	c.bits(&s.abnormal)
}

// cluster is a number of one, or beatNobody.
func (c *stateCodec) cluster(v *uint8) {
	n := int(*v)
	c.Index(&n, 0, beatNobody)
	if n >= beatClusters {
		n = beatNobody
	}
	*v = uint8(n)
}

func (c *stateCodec) adaption(a *beatAdaption) {
	c.Ints(&a.n)
	c.Floats32(&a.shiftS)
	c.Slices32(a.shiftV[:])
	n := beatRemembered
	if !c.Reads() {
		n = int(min(a.n, beatRemembered))
	}
	c.Index(&n, 0, beatRemembered)
	for i := range a.memo[:n] {
		m := &a.memo[i]
		c.Ints(&m.at)
		c.Floats32(&m.v, &m.s)
		c.Ints(&m.number)
		c.cluster(&m.cluster)
	}
}

func (c *stateCodec) state(s *beatState) {
	c.Ints(&s.n)
	c.Ints(&s.grid.k)
	c.Ints(&s.grid.base)
	c.Ints(&s.grid.rem)
	c.Bools(&s.ended)
	for i := range s.lead {
		c.lead(&s.lead[i])
	}
	c.rhythm(&s.rhythm)
	c.shapes(&s.shapes)
	c.beat(&s.waiting.beat)
	c.Slices32(s.waiting.inputs[:])
	c.Ints(&s.waiting.number)
	c.cluster(&s.waiting.cluster)
	c.Bools(&s.waiting.paced)
	c.Bools(&s.waits)
	c.Floats32(&s.pAF)
	c.Bools(&s.afterV)
	c.adaption(&s.adapted)
	queued := len(s.queue)
	c.Index(&queued, 0, beatQueue)
	if c.Reads() {
		s.queue = make([]ecg.Beat, queued, max(queued, beatBlock))
	}
	for i := range s.queue {
		c.beat(&s.queue[i])
	}
}

// AppendBinary implements encoding.BinaryAppender. The checkpoint of the
// detector is part of it.
func (b *BeatClassifier) AppendBinary(dst []byte) ([]byte, error) {
	detector, err := b.detector.AppendBinary(nil)
	if err != nil {
		return dst, err
	}
	var pacing []byte
	if b.pacing != nil {
		if pacing, err = b.pacing.filter.AppendBinary(nil); err != nil {
			return dst, err
		}
	}
	e := checkpoint.Append(dst, beatMagic, beatVersion, b.fingerprint())
	e.Bytes(detector)
	e.Bytes(pacing)
	if b.pacing != nil {
		e.Ints(b.pacing.at[:])
		e.Int(b.pacing.n)
	}
	c := stateCodec{checkpoint.Writing(&e)}
	c.state(&b.s)
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (b *BeatClassifier) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, beatMagic, beatVersion, b.fingerprint())
	if err != nil {
		return err
	}
	detector, pacing := d.Bytes(), d.Bytes()
	var pulses [beatPulses]int64
	pulsesN := int64(0)
	if b.pacing != nil {
		d.Ints(pulses[:])
		pulsesN = d.Int()
	}
	s := beatState{lead: make([]beatLead, b.leads)}
	for i := range s.lead {
		l := &b.s.lead[i]
		s.lead[i] = newBeatLead(make([]float32, len(l.in.ring)), make([]float32, len(l.ring)))
	}
	c := stateCodec{checkpoint.Reading(&d)}
	c.state(&s)
	if err := d.Close(); err != nil {
		return err
	}
	r := &s.rhythm
	if s.n < 0 || s.grid.k < 0 || s.grid.rem < 0 || s.grid.rem >= b.weights.den || s.grid.base+b.weights.reach < s.n || r.n < 0 || r.baseN < 0 || s.adapted.n < 0 || pulsesN < 0 || s.shapes.beats < 0 {
		return &checkpoint.Error{Magic: beatMagic, Err: checkpoint.ErrCorrupt}
	}
	if b.pacing != nil {
		before, err := b.pacing.filter.AppendBinary(nil)
		if err != nil {
			return err
		}
		if err := b.pacing.filter.UnmarshalBinary(pacing); err != nil {
			return err
		}
		if err := b.detector.UnmarshalBinary(detector); err != nil {
			return errors.Join(err, b.pacing.filter.UnmarshalBinary(before))
		}
		b.pacing.at, b.pacing.n = pulses, pulsesN
	} else if err := b.detector.UnmarshalBinary(detector); err != nil {
		return err // the detector leaves itself unchanged, and so is everything
	}
	b.s = s
	return nil
}
