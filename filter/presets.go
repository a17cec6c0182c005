package filter

import (
	"github.com/sinus-ecg/sinus/ecg"
)

// Preset is a band that a standard names for a purpose.
type Preset uint8

const (
	// Monitoring is 0.67 to 40 Hz, a Butterworth band-pass of order 2: the usual
	// monitor band (ANSI/AAMI EC13, IEC 60601-2-27). It moves the ST segment:
	// for the eye, for rate and rhythm.
	Monitoring Preset = iota

	// Diagnostic is 0.05 to 150 Hz (IEC 60601-2-25; Kligfield et al.,
	// Recommendations for the standardization and interpretation of the
	// electrocardiogram, part I, Circulation 115:1306, 2007). The rate must be
	// above 300 Hz; the recommendation says 500 and more.
	Diagnostic

	// STSafe is 0.05 to 40 Hz: ambulatory recording with ST analysis (IEC
	// 60601-2-47), and the extended band of a monitor.
	STSafe
)

var presetText = []string{"monitoring", "diagnostic", "st-safe"}

// String returns one lower-case word.
func (p Preset) String() string {
	if int(p) < len(presetText) {
		return presetText[p]
	}
	return "unknown"
}

// Edges returns the frequencies in Hz at which the gain is -3 dB.
func (p Preset) Edges() (low, high float64) {
	switch p {
	case Diagnostic:
		return 0.05, 150
	case STSafe:
		return 0.05, 40
	}
	return 0.67, 40
}

// presetLowPassOrder is the order of the Bessel low-pass of Diagnostic and
// STSafe.
const presetLowPassOrder = 4

// Design returns the filter for a rate in Hz, above twice the upper edge.
//
// Diagnostic and STSafe have one pole below, since two at 0.05 Hz already move
// the line after a QRS further than the standards allow (an impulse of 3 mV and
// 100 ms: less than 0.1 mV, and less than 0.3 mV/s), and a Bessel low-pass,
// which hardly overshoots: all of a QRS comes out equally late, by the ZPK's
// GroupDelay at, say, 10 Hz.
func (p Preset) Design(rate float64) (ZPK, error) {
	low, high := p.Edges()
	switch p {
	case Monitoring:
		return Butterworth(2, BandPass, rate, low, high)
	case Diagnostic, STSafe:
		hp, err := Butterworth(1, HighPass, rate, low)
		if err != nil {
			return ZPK{}, err
		}
		lp, err := Bessel(presetLowPassOrder, NormMag, LowPass, rate, high)
		if err != nil {
			return ZPK{}, err
		}
		return hp.series(lp), nil
	}
	return ZPK{}, &ecg.ConfigError{Type: "filter.Preset", Field: "Preset", Want: "one of the three"}
}

// Cascade returns the preset as a stage over frames of so many leads.
func (p Preset) Cascade(rate float64, leads int) (*Cascade, error) {
	f, err := p.Design(rate)
	if err != nil {
		return nil, err
	}
	return NewCascade(CascadeConfig{Rate: rate, Sections: f.Sections(), Leads: leads})
}

// series is f, then g.
func (f ZPK) series(g ZPK) ZPK {
	join := func(a, b []root) (r, d []complex128) {
		for _, v := range append(a, b...) {
			r, d = append(r, v.r), append(d, v.d)
		}
		return r, d
	}
	out := ZPK{K: float64(f.K * g.K)}
	out.Z, out.dz = join(withDistance(f.Z, f.dz), withDistance(g.Z, g.dz))
	out.P, out.dp = join(withDistance(f.P, f.dp), withDistance(g.P, g.dp))
	return out
}
