package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// PanTompkinsConfig configures a PanTompkins detector.
type PanTompkinsConfig struct {
	Rate float64 // Hz, 100 to 1000; 200 gives the integer filters of the paper
}

// PanTompkins is the QRS detector of J. Pan and W. J. Tompkins (A real-time QRS
// detection algorithm, IEEE Trans. Biomed. Eng. 32:230-236, 1985): band-pass,
// derivative, squaring, moving integration, two sets of adaptive thresholds,
// search-back, T-wave rule, halved thresholds in irregular rhythm. It is a
// Stage over one lead in mV. The reported position is the peak in the signal,
// that of a parabola between samples (ecg.Beat.Frac).
//
// Where the text leaves a choice, the constants and comments of this package
// name it; doc.go gives what each choice does to the figures.
type PanTompkins struct {
	rate float64
	c    ptLengths
	s    ptState
}

// ptLengths are the time constants in samples.
type ptLengths struct {
	refractory, tWave, learn, hold, refine, hole, gap, lost, relearn, maxBack, peakSpan int64
	delay                                                                               time.Duration
}

// Decision times. Those without a remark are the paper's.
const (
	ptRefractory = 200 * time.Millisecond // no QRS this soon after another
	ptTWave      = 360 * time.Millisecond // up to here a QRS must be steep
	ptLearn      = 2 * time.Second        // learning phase 1

	// ptHold ends a peak that has not fallen to half of its height (choice; the
	// paper says only that the direction changes within a time): the width of
	// the integrator, so that the flat top of a QRS is one peak.
	ptHold = 150 * time.Millisecond

	// ptRefine is how far the peak in the signal is looked for around the peak
	// of the band-passed signal (choice): half of a wide QRS.
	ptRefine = 60 * time.Millisecond

	// ptHole is the longest run of missing samples that is bridged by the last
	// value (choice); after a longer one the filters start anew, so that a
	// change of the baseline is no edge.
	ptHole = 20 * time.Millisecond

	// ptGap is the longest loss of signal over which an interval is still an RR
	// interval (choice): shorter than a QRS with its refractory time.
	ptGap = 200 * time.Millisecond

	// ptRelearn: with no QRS for so long the thresholds are learned again from
	// the last two seconds, if these hold anything (choice: the paper has no
	// way out of a threshold that an artefact has raised).
	ptRelearn = 2 * time.Second

	// ptLost: after a loss of signal this long the levels are learned as at the
	// start (choice): it may be another electrode by then.
	ptLost = 2 * time.Second

	// ptMaxBack bounds the search-back (choice; the paper has no bound): no
	// longer than the thresholds wait to be learned again.
	ptMaxBack = ptRelearn
)

// Levels.
const (
	ptGain      = 0.125 // weight of a new peak in SPK and NPK
	ptGainBack  = 0.25  // the same for a QRS found by search-back
	ptThreshold = 0.25  // THR1 = NPK + 0.25 (SPK - NPK)
	ptLow       = 0.92  // RR limits around the regular average
	ptHigh      = 1.16
	ptMissed    = 1.66

	// ptTWaveSlope: a peak less steep than this share of the QRS before is its
	// T wave (choice; the paper says half, see doc.go for both figures).
	ptTWaveSlope = 0.6

	// ptFloor is the smallest peak of the band-passed signal in mV that can be
	// a QRS (choice): a QRS of 0.15 mV need not be found (EC13), one of 0.04 mV
	// is no QRS but noise of the electronics.
	ptFloor = 0.01

	// ptCeiling is the largest one (choice): above it is an electrode that
	// jumps, and no level may learn from it. The tallest QRS, 5 mV, at four
	// times the gain stays below.
	ptCeiling = 20

	// ptLearnSignal and ptLearnNoise: first levels as shares of the largest and
	// of the mean peak of the learning phase (choice; the paper has no numbers).
	ptLearnSignal = 1. / 3
	ptLearnNoise  = 0.5

	// ptRelearnFloor: what is learned again must be at least this share of the
	// signal level before, in the integrated signal (choice): an eighth of the
	// amplitude. Below it, a pause would be filled with noise.
	ptRelearnFloor = 1. / 64
)

// ptMaxPeaks bounds the list of the peaks of the last seconds: a peak takes at
// least a rise and a fall to half, the integrator makes that about 50 ms.
const ptMaxPeaks = 64

// ptPeak is a peak of the integrated signal with what belongs to it.
type ptPeak struct {
	at       int64   // of the integrated signal
	qrs      int64   // R peak in the signal
	frac     float64 // of a sample from there to the top, -0.5 to 0.5
	integral float64 // mV^2
	band     float64 // largest magnitude of the band-passed signal, mV
	slope    float64 // largest magnitude of the derivative
}

// ptLevels is one set of thresholds.
type ptLevels struct{ signal, noise float64 }

func (l ptLevels) threshold() float64 {
	return l.noise + float64(ptThreshold*(l.signal-l.noise))
}

// ptState is all that changes.
type ptState struct {
	filter ptFilter
	n      int64 // samples taken

	// Input: the last good value, what is subtracted, and the run of missing
	// samples at hand.
	last, offset, missing int64
	started               bool

	raw, band, slope []float64 // rings, power of two long; raw in 1/ptQuantum mV, NaN for no sample

	// The peak of the integrated signal at hand.
	prev, top float64
	topAt     int64
	inPeak    bool

	learning bool
	since    int64 // start of the learning phase, of the last QRS or gap
	i, f     ptLevels
	peaks    [ptMaxPeaks]ptPeak // those since the last QRS, oldest first
	count    int

	qrs      ptPeak // the last QRS
	hasQRS   bool
	unbroken bool // no gap since the last QRS
	searched bool // search-back has been done since the last QRS

	rr, regular   [8]float64 // ring of the last RR, and of those within the limits
	rrN, regularN int64
	outside       int64 // RR outside the limits in a row
	avg           float64
	irregular     bool
}

// NewPanTompkins returns a detector for one lead.
func NewPanTompkins(c PanTompkinsConfig) (*PanTompkins, error) {
	if !(c.Rate >= 100 && c.Rate <= 1000) {
		return nil, &ecg.ConfigError{Type: "detect.PanTompkins", Field: "Rate", Want: "100 to 1000 Hz"}
	}
	p := &PanTompkins{rate: c.Rate}
	n := func(d time.Duration) int64 { return samples(d, c.Rate) }
	p.s.filter = newPTFilter(c.Rate)
	f := &p.s.filter
	p.c = ptLengths{
		refractory: n(ptRefractory), tWave: n(ptTWave), learn: n(ptLearn), hold: n(ptHold), refine: n(ptRefine),
		hole: n(ptHole), gap: n(ptGap), lost: n(ptLost), relearn: n(ptRelearn), maxBack: n(ptMaxBack),
		peakSpan: int64(f.n + 2*f.k),
	}
	// From R to the moment its peak of the integrated signal is complete, plus
	// the longest time that peak can wait for a decision.
	lag := int64(f.bandPassDelay()) + p.c.peakSpan + p.c.refine + p.c.hold + 2
	p.c.delay = time.Duration(math.Ceil(float64(p.c.maxBack+lag) / c.Rate * float64(time.Second)))
	size := 1
	for int64(size) < lag+p.c.refine {
		size *= 2
	}
	p.s.raw, p.s.band, p.s.slope = make([]float64, size), make([]float64, size), make([]float64, size)
	p.Reset()
	return p, nil
}

// Reset implements ecg.Stage.
func (p *PanTompkins) Reset() {
	s := &p.s
	s.filter.reset()
	clear(s.raw)
	clear(s.band)
	clear(s.slope)
	*s = ptState{filter: s.filter, raw: s.raw, band: s.band, slope: s.slope, learning: true}
}

// Delay implements ecg.Stage: the longest search-back. A beat over the threshold
// comes 0.3 to 0.4 s after its R peak.
func (p *PanTompkins) Delay() time.Duration { return p.c.delay }

// Append implements ecg.Stage.
func (p *PanTompkins) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	for _, v := range in {
		dst = p.step(dst, v)
	}
	return dst
}

// Flush implements ecg.Stage: the last value is held until the filters have
// let the last beat out.
func (p *PanTompkins) Flush(dst []ecg.Beat) []ecg.Beat {
	s := &p.s
	if !s.started {
		return dst
	}
	end, start := s.n, len(dst)
	for range int64(s.filter.bandPassDelay()) + p.c.peakSpan + p.c.hold {
		dst = p.tick(dst, s.last-s.offset, math.NaN())
	}
	if s.learning {
		dst = p.learn(dst)
	}
	// What lies behind the end is none of the signal's.
	kept := dst[:start]
	for _, b := range dst[start:] {
		if b.At < end {
			b.Known = end - 1
			kept = append(kept, b)
		}
	}
	s.started = false
	return kept
}

// step takes one sample: a missing one is bridged by the last value.
func (p *PanTompkins) step(dst []ecg.Beat, v float64) []ecg.Beat {
	s := &p.s
	if !(v >= -ptRange && v <= ptRange) { // also NaN
		s.missing++
		switch {
		case s.missing == p.c.lost:
			s.learning = true
			s.count = 0
		case s.missing == p.c.gap:
			s.unbroken = false
		}
		if s.missing >= p.c.gap {
			s.since = s.n + 1 // the time without a QRS begins when the signal is back
		}
		return p.tick(dst, s.last-s.offset, math.NaN())
	}
	q := int64(math.Floor(v*ptQuantum + 0.5))
	if !s.started || s.missing > p.c.hole {
		s.offset = q
		s.filter.reset()
		s.started = true
	}
	s.last, s.missing = q, 0
	return p.tick(dst, q-s.offset, float64(q-s.offset))
}

// tick runs one sample through the filters and the rules. x is raw, or what
// bridges it.
func (p *PanTompkins) tick(dst []ecg.Beat, x int64, raw float64) []ecg.Beat {
	s := &p.s
	band, slope, integral := s.filter.step(x)
	i := int(s.n) & (len(s.raw) - 1)
	s.raw[i], s.band[i], s.slope[i] = raw, band, slope

	if p.peak(integral) {
		dst = p.judge(dst, p.measure())
	}
	if s.learning {
		if s.n-s.since >= p.c.learn {
			dst = p.learn(dst)
		}
	} else if s.missing < p.c.gap {
		dst = p.overdue(dst)
	}
	s.n++
	return dst
}

// peak follows the integrated signal and reports when a peak of it is complete:
// it has fallen to half, or not risen for ptHold.
func (p *PanTompkins) peak(v float64) bool {
	s := &p.s
	rising := v > s.prev
	s.prev = v
	if !s.inPeak {
		if rising {
			s.inPeak, s.top, s.topAt = true, v, s.n
		}
		return false
	}
	if v > s.top {
		s.top, s.topAt = v, s.n
		return false
	}
	if v < s.top/2 || s.n-s.topAt > p.c.hold {
		s.inPeak = false
		return true
	}
	return false
}

// measure describes the peak that is complete: the band-passed peak under the
// integrator's window, and the peak in the signal near that.
func (p *PanTompkins) measure() ptPeak {
	s := &p.s
	mask := int64(len(s.raw) - 1)
	pk := ptPeak{at: s.topAt, integral: s.top}
	from := max(0, s.topAt-p.c.peakSpan)
	bandAt, sign := s.topAt, 1.0
	for t := from; t <= s.topAt; t++ {
		if m := math.Abs(s.slope[t&mask]); m > pk.slope {
			pk.slope = m
		}
		if m := math.Abs(s.band[t&mask]); m > pk.band {
			pk.band, bandAt = m, t
			sign = math.Copysign(1, s.band[t&mask])
		}
	}
	centre := bandAt - int64(s.filter.bandPassDelay())
	best := math.Inf(-1)
	pk.qrs = max(0, centre-p.c.refine) // if no sample is there
	for t := pk.qrs; t <= centre+p.c.refine; t++ {
		if m := sign * s.raw[t&mask]; m > best {
			best, pk.qrs = m, t
		}
	}
	pk.frac = p.top(pk.qrs)
	return pk
}

// top returns how far the top of the parabola through sample t and its
// neighbours lies from t, -0.5 to 0.5 samples. It is 0 where a neighbour is
// missing or goes beyond t.
func (p *PanTompkins) top(t int64) float64 {
	s := &p.s
	mask := int64(len(s.raw) - 1)
	if t == 0 {
		return 0
	}
	left, right := s.raw[t&mask]-s.raw[(t-1)&mask], s.raw[t&mask]-s.raw[(t+1)&mask]
	if !(left*right >= 0 && left+right != 0) { // also NaN
		return 0
	}
	left, right = math.Abs(left), math.Abs(right)
	return 0.5 * (left - right) / (left + right)
}

// judge decides on a complete peak, or keeps it while learning.
func (p *PanTompkins) judge(dst []ecg.Beat, pk ptPeak) []ecg.Beat {
	s := &p.s
	if pk.band < ptFloor || pk.band > ptCeiling {
		return dst
	}
	if s.learning {
		p.keep(pk)
		return dst
	}
	if s.hasQRS && pk.at-s.qrs.at < p.c.refractory {
		return dst
	}
	ti, tf := s.i.threshold(), s.f.threshold()
	if s.irregular {
		ti, tf = ti/2, tf/2
	}
	tWave := s.hasQRS && pk.at-s.qrs.at < p.c.tWave && pk.slope < float64(ptTWaveSlope*s.qrs.slope)
	if pk.integral > ti && pk.band > tf && !tWave {
		return p.accept(dst, pk, ptGain)
	}
	s.i.noise += float64(ptGain * (pk.integral - s.i.noise))
	s.f.noise += float64(ptGain * (pk.band - s.f.noise))
	if !tWave {
		p.keep(pk)
	}
	return dst
}

// keep remembers a peak that is no QRS yet; the oldest makes room.
func (p *PanTompkins) keep(pk ptPeak) {
	s := &p.s
	if s.count == len(s.peaks) {
		copy(s.peaks[:], s.peaks[1:])
		s.count--
	}
	s.peaks[s.count] = pk
	s.count++
}

// accept makes a peak the last QRS and emits it.
func (p *PanTompkins) accept(dst []ecg.Beat, pk ptPeak, gain float64) []ecg.Beat {
	s := &p.s
	if s.hasQRS && pk.qrs <= s.qrs.qrs {
		return dst
	}
	s.i.signal += float64(gain * (pk.integral - s.i.signal))
	s.f.signal += float64(gain * (pk.band - s.f.signal))
	if s.hasQRS && s.unbroken {
		p.interval(float64(pk.qrs - s.qrs.qrs))
	}
	s.qrs, s.hasQRS, s.unbroken, s.searched = pk, true, true, false
	s.since = pk.at
	// Peaks after a QRS that search-back found stay candidates.
	kept := 0
	for _, q := range s.peaks[:s.count] {
		if q.at-pk.at >= p.c.refractory {
			s.peaks[kept] = q
			kept++
		}
	}
	s.count = kept
	return append(dst, ecg.Beat{At: pk.qrs, Frac: pk.frac, Known: s.n})
}

// interval updates the two RR averages.
func (p *PanTompkins) interval(rr float64) {
	s := &p.s
	s.rr[s.rrN%8] = rr
	s.rrN++
	n := min(s.rrN, 8)
	avg1 := mean(s.rr[:n])
	if s.regularN == 0 || rr >= float64(ptLow*s.avg) && rr <= float64(ptHigh*s.avg) {
		s.regular[s.regularN%8] = rr
		s.regularN++
		s.avg = mean(s.regular[:min(s.regularN, 8)])
		s.outside = 0
	} else if s.outside++; s.outside >= 8 {
		// Choice: eight in a row outside the limits are a new rate. The paper's
		// average would stay where it was for ever.
		s.regular, s.regularN, s.outside = s.rr, 8, 0
		s.avg = avg1
	}
	s.irregular = false
	for _, v := range s.rr[:n] {
		if v < float64(ptLow*s.avg) || v > float64(ptHigh*s.avg) {
			s.irregular = true
		}
	}
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// overdue looks back when no QRS has come for 166 % of the regular RR, and
// learns again when none has come for ptRelearn.
func (p *PanTompkins) overdue(dst []ecg.Beat) []ecg.Beat {
	s := &p.s
	if !s.searched && s.hasQRS && s.unbroken && s.regularN > 0 {
		if wait := min(float64(ptMissed*s.avg), float64(p.c.maxBack)); float64(s.n-s.qrs.at) > wait {
			s.searched = true
			if best := p.largest(); best >= 0 {
				return p.accept(dst, s.peaks[best], ptGainBack)
			}
		}
	}
	if s.n-s.since >= p.c.relearn && s.count > 0 {
		return p.learn(dst)
	}
	return dst
}

// largest returns the largest kept peak over the second threshold, or -1.
func (p *PanTompkins) largest() int {
	s := &p.s
	ti, tf := s.i.threshold()/2, s.f.threshold()/2
	if s.irregular {
		ti, tf = ti/2, tf/2
	}
	best := -1
	for k, pk := range s.peaks[:s.count] {
		if s.n-pk.at <= p.c.maxBack && pk.at-s.qrs.at >= p.c.refractory && pk.integral > ti && pk.band > tf &&
			(best < 0 || pk.integral > s.peaks[best].integral) {
			best = k
		}
	}
	return best
}

// learn sets the levels from the peaks of the last two seconds and judges these
// peaks again.
func (p *PanTompkins) learn(dst []ecg.Beat) []ecg.Beat {
	s := &p.s
	s.since = s.n
	var recent [ptMaxPeaks]ptPeak
	n := 0
	var i, f ptLevels
	for _, pk := range s.peaks[:s.count] {
		if s.n-pk.at <= p.c.learn {
			recent[n] = pk
			n++
			i.signal, f.signal = max(i.signal, pk.integral), max(f.signal, pk.band)
			i.noise += pk.integral
			f.noise += pk.band
		}
	}
	if n == 0 {
		return dst
	}
	if !s.learning && i.signal < float64(ptRelearnFloor*s.i.signal) {
		s.since = s.n - p.c.relearn + p.c.refractory // again soon
		return dst
	}
	s.learning = false
	s.i = ptLevels{float64(ptLearnSignal * i.signal), float64(ptLearnNoise*i.noise) / float64(n)}
	s.f = ptLevels{float64(ptLearnSignal * f.signal), float64(ptLearnNoise*f.noise) / float64(n)}
	s.count = 0
	for _, pk := range recent[:n] {
		dst = p.judge(dst, pk)
	}
	return dst
}
