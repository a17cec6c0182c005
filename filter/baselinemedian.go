package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// MedianConfig configures a Median.
type MedianConfig struct {
	Rate   float64       // Hz
	Window time.Duration // 1 to 10^6 samples
	Leads  int           // values per frame, 1 to 256; 0 means 1
}

// Median is the moving median around each sample: an ecg.Stage whose output k
// belongs to input k, half of the window later (Delay). The window has an odd
// number of samples. Missing samples do not count, nor what lies beyond the ends
// of the stream (of an even number it is the mean of the two in the middle);
// where the sample itself is missing the output is NaN. A sample costs O(log n)
// steps for a window of n.
type Median struct{ lanes }

// NewMedian returns a median that has seen nothing.
func NewMedian(c MedianConfig) (*Median, error) {
	if err := checkLanes("Median", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if n := c.Window.Seconds() * c.Rate; !(n >= 1 && n <= maxWindow) {
		return nil, &ecg.ConfigError{Type: "filter.Median", Field: "Window", Want: "1 to 1e6 samples"}
	}
	n := odd(c.Window, c.Rate)
	p := checkpoint.NewFingerprint().Int(int64(n))
	return &Median{newLanes("MEDI", c.Rate, c.Leads, n/2, p, func() lane { return newMedianLane(n) })}, nil
}

// medianLane is the median around the sample in the middle of the window.
type medianLane struct{ order orderedWindow }

func newMedianLane(n int) *medianLane { return &medianLane{newOrderedWindow(n)} }

func (m *medianLane) push(v float64) float64 {
	m.order.push(v)
	if math.IsNaN(m.order.middle()) {
		return math.NaN()
	}
	return m.order.median()
}

func (m *medianLane) reset()                       { m.order.reset() }
func (m *medianLane) encode(e *checkpoint.Encoder) { m.order.encode(e) }
func (m *medianLane) decode(d *checkpoint.Decoder) { m.order.decode(d) }

// The two windows of MedianBaseline: the first is wider than twice a QRS and
// takes it out, the second does so with P and T.
const (
	baselineQRS = 200 * time.Millisecond
	baselineT   = 600 * time.Millisecond
)

// MedianBaselineConfig configures a MedianBaseline.
type MedianBaselineConfig struct {
	Rate  float64 // Hz, 10 to 10^6
	Leads int     // values per frame, 1 to 256; 0 means 1
}

// MedianBaseline takes the baseline out of an ECG: the median of 600 ms of the
// median of 200 ms is subtracted (de Chazal, O'Dwyer, Reilly, IEEE Trans. Biomed.
// Eng. 51:1196-1206, 2004). It follows steps of the electrodes, rings nowhere and
// keeps the ST segment, but flattens waves wider than 0.3 s. It is an ecg.Stage
// whose output k belongs to input k, 0.4 s later (Delay).
type MedianBaseline struct{ lanes }

// NewMedianBaseline returns a baseline remover that has seen nothing.
func NewMedianBaseline(c MedianBaselineConfig) (*MedianBaseline, error) {
	if err := checkLanes("MedianBaseline", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if c.Rate < 10 {
		return nil, &ecg.ConfigError{Type: "filter.MedianBaseline", Field: "Rate", Want: "10 to 1e6 Hz"}
	}
	a, b := odd(baselineQRS, c.Rate), odd(baselineT, c.Rate)
	p := checkpoint.NewFingerprint()
	return &MedianBaseline{newLanes("MBAS", c.Rate, c.Leads, a/2+b/2, p, func() lane {
		return &medianBaselineLane{newDelayLine(a/2 + b/2), newMedianLane(a), newMedianLane(b)}
	})}, nil
}

type medianBaselineLane struct {
	middle        delayLine
	first, second *medianLane
}

func (m *medianBaselineLane) push(v float64) float64 {
	return m.middle.push(v) - m.second.push(m.first.push(v))
}

func (m *medianBaselineLane) reset() {
	m.middle.reset()
	m.first.reset()
	m.second.reset()
}

func (m *medianBaselineLane) encode(e *checkpoint.Encoder) {
	m.middle.encode(e)
	m.first.encode(e)
	m.second.encode(e)
}

func (m *medianBaselineLane) decode(d *checkpoint.Decoder) {
	m.middle.decode(d)
	m.first.decode(d)
	m.second.decode(d)
}
