package detect

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
)

// SignalQualityConfig configures a SignalQuality stage.
type SignalQualityConfig struct {
	Rate  float64 // Hz, 100 to 1000
	Leads int     // values per frame, 1 to 256; 0 means 1

	// Low and High are the rails of the converter, in mV, where they are known;
	// both 0: not known. Low must be below High.
	Low, High float64
}

// SignalQuality tells how good each lead is, second by second. It is an ecg.Stage
// over interleaved frames in mV that gives one ecg.Quality per lead and second
// (the nearest whole number of samples), in the order of the leads, a second after
// its end: a fault shows by what follows, too.
//
// Index is the probability that beats found in this second can be trusted: that
// [PanTompkins] neither misses a beat nor finds one too many from a second before
// it to a second behind it. 0.9 means that nine of ten such seconds are good. It
// comes from a logistic model of Measures, fitted on recordings with and without
// noise (models/quality.md: data, calibration, limits), and does not depend on
// gain and sign. The rhythm itself is not asked: fibrillation, a pause or
// tachycardia are no noise. A lead of which more than a fifth of the second is
// missing has Index 0 and ecg.LeadOff.
//
// Flags are reasons, whatever the Index is: LeadOff, Flat and Saturated as of
// [filter.Flags], Noisy, Mains and Wander where a measure passes a limit.
//
// The measures and their sources, of four seconds (two before, one behind):
//
//	Off, Flat, Rails  shares of the samples, filter.Flags
//	Muscle            second difference between the beats (hfSQI)
//	Background        QRS band, 5-15 Hz, between the beats
//	Mains             50 or 60 Hz by correlation
//	Wander            steps of means over half a second, below 1 Hz (basSQI)
//	Kurtosis          kSQI: G. D. Clifford et al., Physiol. Meas. 33:1419, 2012
//	Agreement         bSQI: Q. Li, R. G. Mark, G. D. Clifford, Physiol. Meas. 29:15, 2008;
//	                  Pan-Tompkins and the length of the curve (W. Zong et al., 2003)
//	Likeness          tSQI: C. Orphanidou et al., IEEE J. Biomed. Health Inform. 19:832, 2015;
//	                  with the most similar of four beats instead of the mean beat
//	Evenness          heights of the beats
//
// A checkpoint has 10 KB per lead at 100 Hz, 15 KB at 360 Hz, 25 KB at 1000 Hz; the
// stage itself is about as large.
type SignalQuality struct {
	c      SignalQualityConfig
	second int64 // samples
	hole   int64
	flags  *filter.Flags
	leads  []qualityLead
	n      int64 // frames taken
	ended  bool

	verdicts []ecg.Quality // scratch: of flags
}

// Limits of the flags (choices): ratios of amplitudes beside the complexes.
const (
	qualityNoisy  = 0.25 // of Muscle, Background
	qualityMains  = 0.15
	qualityWander = 1.5

	// qualityOff is the share of a second without samples that leaves nothing to
	// be said: 200 ms, in which a beat can hide (as ptGap).
	qualityOff = 0.2
)

// NewSignalQuality returns a stage that has seen nothing.
func NewSignalQuality(c SignalQualityConfig) (*SignalQuality, error) {
	fail := func(field, want string) (*SignalQuality, error) {
		return nil, &ecg.ConfigError{Type: "detect.SignalQuality", Field: field, Want: want}
	}
	if c.Leads == 0 {
		c.Leads = 1
	}
	switch {
	case !(c.Rate >= 100 && c.Rate <= 1000):
		return fail("Rate", "100 to 1000 Hz")
	case c.Leads < 1 || c.Leads > 256:
		return fail("Leads", "1 to 256")
	case !(c.Low == 0 && c.High == 0 || c.Low < c.High):
		return fail("Low", "below High")
	}
	q := &SignalQuality{c: c, second: int64(math.Round(c.Rate)), hole: samples(ptHole, c.Rate)}
	var err error
	if q.flags, err = filter.NewFlags(filter.FlagsConfig{Rate: c.Rate, Leads: c.Leads, Low: c.Low, High: c.High}); err != nil {
		return nil, err
	}
	q.leads = make([]qualityLead, c.Leads)
	for i := range q.leads {
		l := &q.leads[i]
		l.grid = newQualityGrid(q.second)
		if l.pt, err = NewPanTompkins(PanTompkinsConfig{Rate: qualityRate}); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// Delay implements ecg.Stage: from the start of a second to a second behind it.
func (q *SignalQuality) Delay() time.Duration {
	return time.Duration(math.Ceil(float64(2*q.second) / q.c.Rate * float64(time.Second)))
}

// Reset implements ecg.Stage.
func (q *SignalQuality) Reset() {
	q.n, q.ended = 0, false
	q.flags.Reset()
	for i := range q.leads {
		q.leads[i].reset()
	}
}

// Append implements ecg.Stage.
func (q *SignalQuality) Append(dst []ecg.Quality, in []float64) []ecg.Quality {
	width := len(q.leads)
	frames := len(in) / width
	for frames > 0 {
		n := int(min(int64(frames), q.second-q.n%q.second)) // to the end of the second
		block := in[:n*width]
		in, frames = in[n*width:], frames-n
		q.verdicts = q.flags.Append(q.verdicts[:0], block)
		for i := range q.leads {
			l := &q.leads[i]
			for k := i; k < len(block); k += width {
				l.put(block[k], q.hole)
			}
		}
		q.n += int64(n)
		if q.n%q.second == 0 && q.n >= 2*q.second {
			dst = q.judge(dst, q.n/q.second-2)
		}
	}
	return dst
}

// Flush implements ecg.Stage: the last second may be shorter.
func (q *SignalQuality) Flush(dst []ecg.Quality) []ecg.Quality {
	if q.ended {
		return dst
	}
	q.ended = true
	q.verdicts = q.flags.Flush(q.verdicts[:0])
	for i := range q.leads {
		l := &q.leads[i]
		l.found = l.pt.Flush(l.found[:0])
		l.take()
	}
	for k := max(0, q.n/q.second-1); k*q.second < q.n; k++ {
		dst = q.judge(dst, k)
	}
	return dst
}

// judge appends the quality of second k of each lead.
func (q *SignalQuality) judge(dst []ecg.Quality, k int64) []ecg.Quality {
	start, end := k*q.second, min((k+1)*q.second, q.n)
	for i := range q.leads {
		o := ecg.Quality{Lead: i, Start: start, End: end, Known: q.n - 1}
		m := &q.leads[i].measures
		*m = q.leads[i].measure(k)
		m.Off, m.Flat, m.Rails = 0, 0, 0
		for _, v := range q.verdicts {
			if v.Lead == i && v.Start >= start && v.Start < end {
				o.Flags = v.Flags
				m.Off, m.Flat, m.Rails = v.Measures.Off, v.Measures.Flat, v.Measures.Rails
			}
		}
		if m.Muscle > qualityNoisy || m.Background > qualityNoisy {
			o.Flags |= ecg.Noisy
		}
		if m.Mains > qualityMains {
			o.Flags |= ecg.Mains
		}
		if m.Wander > qualityWander {
			o.Flags |= ecg.Wander
		}
		// Without a height of the complexes, in less than half a second, nothing
		// can be told either.
		if m.Off <= qualityOff && !math.IsNaN(m.Background) {
			o.Index = qualityIndex(&q.leads[i].measures)
		}
		o.Measures = *m
		dst = append(dst, o)
	}
	return dst
}
