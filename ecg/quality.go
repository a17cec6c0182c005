package ecg

import "math"

// Quality is how good one lead was over a stretch of signal.
type Quality struct {
	Lead       int     // index into Format.Leads
	Start, End int64   // samples, End exclusive
	Known      int64   // sample with which it became known
	Index      float64 // 0 useless to 1 clean
	Flags      QualityFlags
	Measures   QualityMeasures // what Index and Flags rest on
}

// QualityFlags are the faults found; several may be set.
type QualityFlags uint8

const (
	Flat      QualityFlags = 1 << iota // no variation
	Saturated                          // at a rail
	LeadOff                            // no samples
	Noisy                              // muscle or other broadband noise
	Mains                              // 50 or 60 Hz
	Wander                             // baseline wander
)

// QualityMeasures are the parts of a signal quality, none of which depends on
// the gain or the sign of the signal. NaN: not measured, or not to be known.
type QualityMeasures struct {
	Off, Flat, Rails float64 // share of the samples that are missing, without variation, at a rail

	// Amplitudes beside that of the QRS complexes, as ratios: noise above the QRS
	// band and noise in it, both between the complexes; the hum of 50 or 60 Hz;
	// the largest step of the baseline from one half second to the next.
	Muscle, Background, Mains, Wander float64

	Kurtosis  float64 // of the signal in the QRS band: 3 of Gaussian noise, more where complexes stand out
	Agreement float64 // of two detectors: beats that both find, of those that any finds
	Likeness  float64 // correlation of the beats with the most similar one of the last four
	Evenness  float64 // lowest beat beside the highest, in the QRS band
}

// Unmeasured are measures of which none is known.
func Unmeasured() QualityMeasures {
	n := math.NaN()
	return QualityMeasures{n, n, n, n, n, n, n, n, n, n, n}
}
