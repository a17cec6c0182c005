package detect

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// The checkpoint of a BeatClassifier: that of its detector, the signal of the
// last seconds, shapes, intervals, the beats at hand. The model is part
// of the configuration.

const beatMagic, beatVersion = "Beat", 1

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

// beatCodec writes a state, or reads one: the same list of fields serves both.
type beatCodec struct {
	e *checkpoint.Encoder
	d *checkpoint.Decoder
}

func (c *beatCodec) integer(v *int64) {
	if c.e != nil {
		c.e.Int(*v)
	} else {
		*v = c.d.Int()
	}
}

// index is an integer from 0 to most.
func (c *beatCodec) index(v *int, most int) {
	if c.e != nil {
		c.e.Int(int64(*v))
	} else {
		*v = c.d.IntIn(0, most)
	}
}

func (c *beatCodec) small(v *int32) {
	n := int(*v)
	c.index(&n, math.MaxInt32)
	*v = int32(n)
}

func (c *beatCodec) number(v *float64) {
	if c.e != nil {
		c.e.Float(*v)
	} else {
		*v = c.d.Float()
	}
}

func (c *beatCodec) boolean(v *bool) {
	if c.e != nil {
		c.e.Bool(*v)
	} else {
		*v = c.d.Bool()
	}
}

// floats are kept in four bytes each.
func (c *beatCodec) floats(v []float32) {
	if c.e != nil {
		b := make([]byte, 0, 4*len(v))
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
		c.e.Bytes(b)
		return
	}
	b := c.d.Bytes()
	if len(b) != 4*len(v) {
		c.d.IntIn(1, 0) // fails: another length
		return
	}
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}

// few are single floats.
func (c *beatCodec) few(list ...*float32) {
	for _, v := range list {
		f := float64(*v)
		c.number(&f)
		*v = float32(f)
	}
}

func (c *beatCodec) beat(b *ecg.Beat) {
	c.integer(&b.At)
	c.number(&b.Frac)
	c.integer(&b.Known)
	onset, offset, class := int64(b.Onset), int64(b.Offset), int(b.Class)
	c.integer(&onset)
	c.integer(&offset)
	c.index(&class, 255)
	b.Onset, b.Offset, b.Class = int32(onset), int32(offset), ecg.Class(class)
	c.number(&b.Confidence)
}

func (c *beatCodec) shape(s *beatShape) {
	c.floats(s.x[:])
	c.few(&s.energy)
	c.small(&s.n)
}

func (c *beatCodec) lead(l *beatLead) {
	c.floats(l.in.ring)
	c.few(&l.in.last, &l.x, &l.y, &l.height, &l.quality, &l.noise, &l.far, &l.spread)
	c.number(&l.in.offset)
	c.integer(&l.in.missing)
	c.boolean(&l.in.started)
	c.floats(l.ring)
	c.integer(&l.k)
	for i := range l.shape {
		c.shape(&l.shape[i])
	}
	c.shape(&l.before)
	c.floats(l.p.p[:])
	c.floats(l.p.t[:])
	c.few(&l.p.span, &l.p.trust)
	c.small(&l.p.pn)
	for i := range l.p.tn {
		n := int(l.p.tn[i])
		c.index(&n, 255)
		l.p.tn[i] = uint8(n)
	}
}

func (c *beatCodec) sorted(s *beatSorted, most int) {
	c.index(&s.n, most)
	c.floats(s.v[:s.n])
}

func (c *beatCodec) rhythm(r *beatRhythm) {
	c.integer(&r.last)
	c.number(&r.lastFrac)
	c.integer(&r.beats)
	c.floats(r.rr[:])
	c.integer(&r.n)
	c.floats(r.changes[:])
	for _, s := range []struct {
		s    *beatSorted
		most int
	}{{&r.sorted16, 16}, {&r.sorted32, 32}, {&r.sorted128, 128}, {&r.sorted256, 256}, {&r.change32, 32}, {&r.change128, 128}} {
		c.sorted(s.s, s.most)
	}
	c.floats(r.base[:])
	c.integer(&r.baseN)
	c.small(&r.run)
	early := int(r.early)
	c.index(&early, math.MaxUint32)
	r.early = uint32(early)
	c.few(&r.rr0, &r.start, &r.m32, &r.usual)
}

func (c *beatCodec) shapes(s *beatShapes) {
	for i := range s.cluster {
		k := &s.cluster[i]
		c.small(&k.n)
		c.few(&k.count, &k.score, &k.early, &k.width)
		c.integer(&k.first)
		c.integer(&k.last)
	}
	c.index(&s.dominant, beatClusters-1)
	c.integer(&s.beats)
	c.integer(&s.fid)
	c.integer(&s.lastFid)
	c.boolean(&s.lastOn)
	c.boolean(&s.lastUsable)
	c.few(&s.pq)
	abnormal := int(s.abnormal)
	c.index(&abnormal, math.MaxUint32)
	s.abnormal = uint32(abnormal)
}

// cluster is a number of one, or beatNobody.
func (c *beatCodec) cluster(v *uint8) {
	n := int(*v)
	c.index(&n, beatNobody)
	if n >= beatClusters {
		n = beatNobody
	}
	*v = uint8(n)
}

func (c *beatCodec) adaption(a *beatAdaption) {
	c.integer(&a.n)
	c.few(&a.shiftS)
	c.floats(a.shiftV[:])
	n := beatRemembered
	if c.e != nil {
		n = int(min(a.n, beatRemembered))
	}
	c.index(&n, beatRemembered)
	for i := range a.memo[:n] {
		m := &a.memo[i]
		c.integer(&m.at)
		c.few(&m.v, &m.s)
		c.integer(&m.number)
		c.cluster(&m.cluster)
	}
}

func (c *beatCodec) state(s *beatState) {
	c.integer(&s.n)
	c.integer(&s.grid.k)
	c.integer(&s.grid.base)
	c.integer(&s.grid.rem)
	c.boolean(&s.ended)
	for i := range s.lead {
		c.lead(&s.lead[i])
	}
	c.rhythm(&s.rhythm)
	c.shapes(&s.shapes)
	c.beat(&s.waiting.beat)
	c.floats(s.waiting.inputs[:])
	c.integer(&s.waiting.number)
	c.cluster(&s.waiting.cluster)
	c.boolean(&s.waiting.paced)
	c.boolean(&s.waits)
	c.few(&s.pAF)
	c.adaption(&s.adapted)
	queued := len(s.queue)
	c.index(&queued, beatQueue)
	if c.d != nil {
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
	c := beatCodec{e: &e}
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
	c := beatCodec{d: &d}
	c.state(&s)
	if err := d.Close(); err != nil {
		return err
	}
	r := &s.rhythm
	if s.n < 0 || s.grid.k < 0 || s.grid.rem < 0 || s.grid.rem >= b.weights.den || r.n < 0 || r.baseN < 0 || s.adapted.n < 0 || pulsesN < 0 || s.shapes.beats < 0 {
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
