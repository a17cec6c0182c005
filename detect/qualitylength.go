package detect

import (
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// qualityLength is the second opinion on where the beats are: the length of the
// curve over 130 ms, as in W. Zong, G. B. Moody and D. Jiang (A robust open-source
// algorithm to detect onset and duration of QRS complexes, Comput. Cardiol.
// 30:737-740, 2003), against a threshold between its mean and the height of its
// peaks. It is quick and simple and is misled by other things than Pan-Tompkins:
// it has no band-pass but the slope itself, no T-wave rule, no search-back.
type qualityLength struct {
	n     int64 // cells taken
	y     [qualitySlope]float64
	steps [qualityWindow]float64
	sum   float64 // of steps
	mean  float64 // of sum, over seconds
	peak  float64 // height of the peaks
	since int64   // cells since the mean began

	top   float64 // of the peak at hand
	topAt int64
	high  bool  // in a peak
	last  int64 // the last beat
}

const (
	qualitySlope  = 2  // cells over which a slope is taken: 10 ms
	qualityWindow = 26 // of the curve length: 130 ms, a wide QRS

	// The curve length lags by half of its window and of its slope.
	qualityLag = (qualityWindow + qualitySlope) / 2

	qualityMeanOf   = 2 * qualityRate // the mean is that of 2 s
	qualityMeanGain = 1. / qualityMeanOf
	qualityOver     = 1.5                    // a peak is above so many means,
	qualityShare    = 0.4                    // and above this share of the peaks before;
	qualityPeakGain = 0.25                   // these follow each peak by so much,
	qualityFade     = 1. / (3 * qualityRate) // and fade to the mean over 3 s
	qualityDead     = 40                     // cells without another beat: 200 ms, as of Pan-Tompkins
	qualityHold     = 20                     // a peak ends so many cells after its top
)

// put takes a cell in mV and reports whether there is a beat, and its cell.
func (q *qualityLength) put(y float64) (at int64, beat bool) {
	i := q.n % qualitySlope
	if q.since == 0 {
		for k := range q.y {
			q.y[k] = y
		}
	}
	step := y - q.y[i]
	q.y[i] = y
	step = max(step, -step)
	k := q.n % qualityWindow
	q.sum += step - q.steps[k]
	q.steps[k] = step
	if k == qualityWindow-1 { // recomputed once a turn: a running sum drifts
		q.sum = 0
		for _, s := range q.steps {
			q.sum += s
		}
	}
	q.since++
	gain := qualityMeanGain
	if q.since < qualityMeanOf {
		gain = 1 / float64(q.since)
	}
	q.mean += float64((q.sum - q.mean) * gain)
	q.peak += float64((q.mean - q.peak) * qualityFade)
	if !q.high {
		if q.since > qualityWindow && q.sum > float64(qualityOver*q.mean) && q.sum > float64(qualityShare*q.peak) && q.n-q.last >= qualityDead {
			q.high, q.top, q.topAt = true, q.sum, q.n
		}
	} else {
		switch {
		case q.sum > q.top:
			q.top, q.topAt = q.sum, q.n
		case q.sum < q.top/2 || q.n-q.topAt >= qualityHold:
			q.high, q.last = false, q.topAt
			q.peak += float64(qualityPeakGain * (q.top - q.peak))
			at, beat = q.topAt-qualityLag, true
		}
	}
	q.n++
	return at, beat
}

// lose takes a cell that is missing: what was before means nothing any more.
func (q *qualityLength) lose() { *q = qualityLength{n: q.n + 1, last: q.last} }

func (q *qualityLength) encode(e *checkpoint.Encoder) {
	for _, v := range []int64{q.n, q.since, q.topAt, q.last} {
		e.Int(v)
	}
	e.Floats(q.y[:])
	e.Floats(q.steps[:])
	for _, v := range []float64{q.sum, q.mean, q.peak, q.top} {
		e.Float(v)
	}
	e.Bool(q.high)
}

func (q *qualityLength) decode(d *checkpoint.Decoder) {
	q.n, q.since = notNegative(d), notNegative(d)
	q.topAt, q.last = d.Int(), d.Int()
	d.Floats(q.y[:])
	d.Floats(q.steps[:])
	for _, v := range []*float64{&q.sum, &q.mean, &q.peak, &q.top} {
		*v = d.Float()
	}
	q.high = d.Bool()
}
