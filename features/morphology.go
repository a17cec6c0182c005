package features

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// BeatFeatures is one beat measured on one lead. Times after "R" count from
// the R peak (Beat.At), the isoelectric level is that of the 16 ms that end 8 ms
// before the QRS onset.
type BeatFeatures struct {
	Beat  ecg.Beat // as detected, with Onset and Offset of the QRS where found
	Known int64    // sample with which the measurements became known

	RR        Index // ms, from the beat before
	RRNext    Index // ms, to the next beat
	RRLocal   Index // ms, mean of the 10 intervals before this beat
	RRRunning Index // ms, running mean with a memory of 60 s: what QT follows
	PreRatio  Index // RR / RRLocal, no unit
	PostRatio Index // RRNext / RRLocal, no unit
	RunRatio  Index // RR / RRRunning, no unit

	Width       Index // ms, QRS onset to offset
	Amplitude   Index // mV, highest minus lowest value of the QRS
	Peak        Index // mV, value farthest from the isoelectric level, with its sign
	Polarity    int8  // sign of Peak; 0: not measured
	Area        Index // mV ms, of |x - isoelectric level| over the QRS
	SignedArea  Index // mV ms, with sign
	Slope       Index // mV/s, steepest
	Correlation Index // with the prevailing QRS of this lead, -1 to 1

	PTime      Index // ms, peak of the P wave after R (negative)
	PAmplitude Index // mV, over the line through its surroundings
	PEvidence  Index // 0 to 1, that there is one; below 0.5 the others are Absent

	J       Index // mV, at the QRS offset, from the isoelectric level
	ST      Index // mV, 80 ms after the offset, 60 ms above 120/min
	STSlope Index // mV/s, from 20 to 80 ms after the offset

	TPeak       Index // ms after R
	TAmplitude  Index // mV, from the isoelectric level
	TEnd        Index // ms after R
	TConfidence Index // 0 to 1
	QT          Index // ms, QRS onset to T end
	QTc         QTc   // corrected with RRRunning
}

// QTc is the QT interval corrected for heart rate, in ms.
type QTc struct {
	Bazett     Index // QT/√RR, Heart 7:353, 1920
	Fridericia Index // QT/∛RR, Acta Med. Scand. 53:469, 1920
	Framingham Index // QT + 154 (1 - RR), Sagie et al., Am. J. Cardiol. 70:797, 1992
	Hodges     Index // QT + 1.75 (HR - 60), J. Am. Coll. Cardiol. 1:694, 1983
}

// CorrectQT corrects a QT interval for the interval between beats, both in ms.
func CorrectQT(qt, rr float64) QTc {
	if !(qt > 0) || !(rr > 0) || math.IsInf(qt, 0) || math.IsInf(rr, 0) {
		n := none(NotPlausible)
		return QTc{n, n, n, n}
	}
	s := rr / 1000
	return QTc{
		Bazett:     value(qt / math.Sqrt(s)),
		Fridericia: value(qt / portable.Exp(portable.Log(s)/3)),
		Framingham: value(qt + float64(154*(1-s))),
		Hodges:     value(qt + float64(1.75*(60/s-60))),
	}
}

// MorphologyConfig configures Morphology.
type MorphologyConfig struct {
	Rate     float64                      // Hz, 100 to 1000
	Detector ecg.Stage[float64, ecg.Beat] // finds the beats; it is fed by Morphology and belongs to it
}

// Morphology measures each beat of one lead: a Stage from samples in mV to
// BeatFeatures, with the detector inside. A beat is measured when the next one
// becomes known, or 3 s after it when none comes: one beat of look-ahead.
//
// Samples that are missing (NaN), infinite or beyond ±1000 mV give measurements
// the reason NotFinite; the others go on.
type Morphology struct {
	rate float64
	d    ecg.Stage[float64, ecg.Beat]
	k    kernels

	wait    int64 // samples after R at which a beat is measured without a next one
	ring    []float64
	now     int64    // samples consumed
	waiting ecg.Beat // to be measured
	waits   bool
	found   []ecg.Beat // scratch of the detector

	t         template
	last      int64 // R peak of the beat measured before
	lastFrac  float64
	begun     bool
	recent    [localBeats]float64 // ms, newest first; 0: none yet
	running   float64             // ms
	runningOK bool
}

const (
	localBeats    = 10   // intervals of RRLocal (de Chazal 2004)
	runningMemory = 60.0 // s: QT follows the rate with about a minute (Pueyo 2003)
	longestRR     = 3.0  // s; a longer interval is a pause or a gap and enters no mean
	noNext        = 3 * time.Second
	premature     = 0.85   // of RRLocal; a beat that comes before it need not have the P wave of the others
	maxSample     = 1000.0 // mV; no electrode gives a tenth of it
	blockSamples  = 64     // handed to the detector at a time
)

// NewMorphology returns the stage.
func NewMorphology(c MorphologyConfig) (*Morphology, error) {
	if !(c.Rate >= 100 && c.Rate <= 1000) {
		return nil, &ecg.ConfigError{Type: "features.Morphology", Field: "Rate", Want: "100 to 1000 Hz"}
	}
	if c.Detector == nil {
		return nil, &ecg.ConfigError{Type: "features.Morphology", Field: "Detector", Want: "a detector"}
	}
	m := &Morphology{rate: c.Rate, d: c.Detector, k: newKernels(c.Rate)}
	m.wait = int64(math.Round(noNext.Seconds() * c.Rate))
	m.t = newTemplate(&m.k)
	// Everything from 0.6 s before a beat until it is measured.
	seconds := c.Detector.Delay().Seconds() + noNext.Seconds() + 2
	m.ring = make([]float64, int(seconds*c.Rate)+blockSamples)
	m.found = make([]ecg.Beat, 0, 64)
	m.clear()
	return m, nil
}

// Delay implements ecg.Stage.
func (m *Morphology) Delay() time.Duration { return max(m.d.Delay(), noNext) }

// Reset implements ecg.Stage.
func (m *Morphology) Reset() {
	m.d.Reset()
	m.now, m.waits, m.waiting = 0, false, ecg.Beat{}
	m.clear()
}

func (m *Morphology) clear() {
	for i := range m.ring {
		m.ring[i] = math.NaN()
	}
	m.t = newTemplate(&m.k)
	m.last, m.lastFrac, m.begun = 0, 0, false
	m.recent, m.running, m.runningOK = [localBeats]float64{}, 0, false
}

// Append implements ecg.Stage.
func (m *Morphology) Append(dst []BeatFeatures, in []float64) []BeatFeatures {
	for len(in) > 0 {
		// Up to the next multiple of blockSamples, so that what the ring holds
		// does not depend on the blocks of the caller.
		n := min(len(in), blockSamples-int(m.now%blockSamples))
		for i, v := range in[:n] {
			if !(math.Abs(v) <= maxSample) {
				v = math.NaN()
			}
			m.ring[int((m.now+int64(i))%int64(len(m.ring)))] = v
		}
		m.now += int64(n)
		m.found = m.d.Append(m.found[:0], in[:n])
		for _, b := range m.found {
			dst = m.overdue(dst, b.Known)
			dst = m.next(dst, b)
		}
		dst = m.overdue(dst, m.now-1)
		in = in[n:]
	}
	return dst
}

// Flush implements ecg.Stage.
func (m *Morphology) Flush(dst []BeatFeatures) []BeatFeatures {
	m.found = m.d.Flush(m.found[:0])
	for _, b := range m.found {
		dst = m.next(dst, b)
	}
	if m.waits {
		dst = m.measure(dst, m.waiting, nil, max(m.now-1, m.waiting.Known))
	}
	m.waits = false
	return dst
}

// next measures the beat that waits, and lets b wait.
func (m *Morphology) next(dst []BeatFeatures, b ecg.Beat) []BeatFeatures {
	if m.waits {
		dst = m.measure(dst, m.waiting, &b, b.Known)
	}
	m.waiting, m.waits = b, true
	return dst
}

// overdue measures the beat that waits if its time is over at sample now.
func (m *Morphology) overdue(dst []BeatFeatures, now int64) []BeatFeatures {
	if !m.waits {
		return dst
	}
	b := m.waiting
	due := max(b.At+m.wait, b.Known)
	if due > now {
		return dst
	}
	dst = m.measure(dst, b, nil, due)
	m.waits = false
	return dst
}

// measure appends the features of b; next is nil if no beat follows in time.
func (m *Morphology) measure(dst []BeatFeatures, b ecg.Beat, next *ecg.Beat, known int64) []BeatFeatures {
	dst = append(dst, BeatFeatures{})
	f := &dst[len(dst)-1]
	f.blank(TooShort)
	f.Beat, f.Known = b, known
	m.intervals(f, b, next)

	k := &m.k
	r := k.before
	rr := 2 * m.rate // without a next beat T is looked for as at 30/min
	if next != nil {
		rr = float64(next.At - b.At)
	} else if f.RRLocal.Why == OK {
		rr = f.RRLocal.Value * m.rate / 1000
	}
	first, end := m.window(b.At, known)
	if first > r-k.ms(300)-k.reach || end < r+k.ms(300)+k.reach {
		f.blankWaves(NotFinite)
		return dst
	}
	onset, offset, steepest, ok := k.qrs(r)
	if !ok {
		f.blankWaves(Absent)
		return dst
	}
	f.Beat.Onset, f.Beat.Offset = int32(onset-r), int32(offset-r)
	m.complex(f, onset, offset, steepest)
	f.Correlation = m.t.compare(k.x, r)
	level := k.baseline(onset)
	toMs := func(i int) float64 { return float64(i-r) / m.rate * 1000 }

	rrBefore := m.rate
	if f.RR.Why == OK {
		rrBefore = f.RR.Value * m.rate / 1000
	}
	peak, height, evidence, why := k.pWave(onset, rrBefore, f.Amplitude.Value, first)
	f.PEvidence = value(evidence)
	nextP := rr // where the P wave of the next beat may begin, samples after R
	if why == OK {
		if f.PostRatio.Why == OK && f.PostRatio.Value > premature {
			nextP -= float64(r-peak) + float64(pHalf*m.rate/1000)
		}
		f.PTime, f.PAmplitude = value(toMs(peak)), value(height)
	} else {
		f.PTime, f.PAmplitude = none(why), none(why)
		if why != Absent {
			f.PEvidence = none(why)
		}
	}

	later := 80.0
	if f.RR.Why == OK && f.RR.Value < 500 {
		later = 60
	}
	at := func(ms float64) float64 { return k.around(offset + k.ms(ms)) }
	f.J, f.ST = value(k.around(offset)-level), value(at(later)-level)
	f.STSlope = value((at(80) - at(20)) / 0.06)

	tPeak, tEnd, confidence, why := k.tWave(r, offset, rr, nextP, steepest, end)
	if why != OK {
		f.blankT(why)
		return dst
	}
	f.TPeak, f.TEnd, f.TConfidence = value(toMs(tPeak)), value(toMs(tEnd)), value(confidence)
	f.TAmplitude = value(k.y[max(tPeak, offset)] - level)
	f.QT = value(float64(tEnd-onset) / m.rate * 1000)
	if f.RRRunning.Why == OK {
		f.QTc = CorrectQT(f.QT.Value, f.RRRunning.Value)
	}
	return dst
}

// intervals fills the RR features and takes the interval into the means.
func (m *Morphology) intervals(f *BeatFeatures, b ecg.Beat, next *ecg.Beat) {
	ms := func(from, to int64, fromFrac, toFrac float64) float64 {
		return (float64(to-from) + (toFrac - fromFrac)) / m.rate * 1000
	}
	sum, n := 0.0, 0
	for _, v := range m.recent {
		if v > 0 {
			sum += v
			n++
		}
	}
	if n > 0 {
		f.RRLocal = value(sum / float64(n))
	}
	if m.runningOK {
		f.RRRunning = value(m.running)
	}
	if m.begun {
		rr := float64(ms(m.last, b.At, m.lastFrac, b.Frac))
		f.RR = value(rr)
		f.PreRatio, f.RunRatio = ratio(f.RR, f.RRLocal), ratio(f.RR, f.RRRunning)
		if rr > 0 && rr <= 1000*longestRR {
			copy(m.recent[1:], m.recent[:localBeats-1])
			m.recent[0] = rr
			if !m.runningOK {
				m.running, m.runningOK = rr, true
			} else {
				m.running += float64((rr - m.running) * min(1, rr/1000/runningMemory))
			}
			f.RRRunning = value(m.running)
		}
	}
	if next != nil {
		f.RRNext = value(ms(b.At, next.At, b.Frac, next.Frac))
		f.PostRatio = ratio(f.RRNext, f.RRLocal)
	}
	m.last, m.lastFrac, m.begun = b.At, b.Frac, true
}

// window copies the signal around a beat into k.x, R at k.before, using no
// sample after known. It returns the first and last index of the stretch
// around R that holds numbers; what is missing beyond is filled with the value
// there.
func (m *Morphology) window(at, known int64) (first, end int) {
	k := &m.k
	n := int64(len(m.ring))
	for i := range k.x {
		p := at - int64(k.before) + int64(i)
		k.x[i] = math.NaN()
		if p >= 0 && p <= known && p < m.now && p >= m.now-n {
			k.x[i] = m.ring[p%n]
		}
	}
	first, end = k.before, k.before
	if math.IsNaN(k.x[first]) {
		return len(k.x), 0
	}
	for first > 0 && !math.IsNaN(k.x[first-1]) {
		first--
	}
	for end+1 < len(k.x) && !math.IsNaN(k.x[end+1]) {
		end++
	}
	for i := range first {
		k.x[i] = k.x[first]
	}
	for i := end + 1; i < len(k.x); i++ {
		k.x[i] = k.x[end]
	}
	return first, end
}

// baseline is the isoelectric level before the QRS.
func (k *kernels) baseline(onset int) float64 { return k.average(onset-k.ms(24), onset-k.ms(8)) }

// around is the mean of the 8 ms around i.
func (k *kernels) around(i int) float64 { return k.average(i-k.ms(4), i+k.ms(4)) }

func (k *kernels) average(from, to int) float64 { return mean(k.x[from : to+1]) }

// complex fills the features of the QRS.
func (m *Morphology) complex(f *BeatFeatures, onset, offset int, steepest float64) {
	k := &m.k
	level := k.baseline(onset)
	lo, hi, peak, area, signed := math.Inf(1), math.Inf(-1), 0.0, 0.0, 0.0
	for _, v := range k.x[onset : offset+1] {
		lo, hi = min(lo, v), max(hi, v)
		d := v - level
		if math.Abs(d) > math.Abs(peak) {
			peak = d
		}
		area += math.Abs(d)
		signed += d
	}
	step := 1000 / m.rate
	f.Width = value(float64(offset-onset) * step)
	f.Amplitude, f.Peak = value(hi-lo), value(peak)
	f.Area, f.SignedArea = value(area*step), value(signed*step)
	f.Slope = value(steepest * m.rate)
	switch {
	case peak > 0:
		f.Polarity = 1
	case peak < 0:
		f.Polarity = -1
	}
}

// blank gives every measurement the same reason.
func (f *BeatFeatures) blank(why Reason) {
	n := none(why)
	f.RR, f.RRNext, f.RRLocal, f.RRRunning, f.PreRatio, f.PostRatio, f.RunRatio = n, n, n, n, n, n, n
	f.blankWaves(why)
}

func (f *BeatFeatures) blankWaves(why Reason) {
	n := none(why)
	f.Width, f.Amplitude, f.Peak, f.Area, f.SignedArea, f.Slope, f.Correlation = n, n, n, n, n, n, n
	f.PTime, f.PAmplitude, f.PEvidence, f.J, f.ST, f.STSlope = n, n, n, n, n, n
	f.blankT(why)
}

func (f *BeatFeatures) blankT(why Reason) {
	n := none(why)
	f.TPeak, f.TAmplitude, f.TEnd, f.TConfidence, f.QT = n, n, n, n, n
	f.QTc = QTc{n, n, n, n}
}
