package filter

import (
	"math"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// AverageConfig configures an Average and an Integral.
type AverageConfig struct {
	Rate   float64       // Hz
	Window time.Duration // 1 to 10^6 samples
	Leads  int           // values per frame, 1 to 256; 0 means 1
}

const maxWindow = 1e6 // samples

func (c *AverageConfig) check(name string) error {
	if err := checkLanes(name, c.Rate, &c.Leads); err != nil {
		return err
	}
	if n := c.Window.Seconds() * c.Rate; !(n >= 1 && n <= maxWindow) {
		return &ecg.ConfigError{Type: "filter." + name, Field: "Window", Want: "1 to 1e6 samples"}
	}
	return nil
}

// Average is the moving average around each sample: an ecg.Stage whose output k
// belongs to input k, half of the window later (Delay). The window has an odd
// number of samples. Missing samples do not count, nor what lies beyond the ends
// of the stream; where the sample itself is missing the output is NaN. Nothing
// adds up over time: no output depends on more than two windows.
//
// Its first zero is at 1/Window Hz, so that one period of the mains takes its
// hum out.
type Average struct{ lanes }

// NewAverage returns an average that has seen nothing.
func NewAverage(c AverageConfig) (*Average, error) {
	if err := c.check("Average"); err != nil {
		return nil, err
	}
	n := odd(c.Window, c.Rate)
	p := checkpoint.NewFingerprint().Int(int64(n))
	return &Average{newLanes("AVRG", c.Rate, c.Leads, n/2, p, func() lane {
		return &averageLane{newDelayLine(n / 2), newRunningMean(n)}
	})}, nil
}

type averageLane struct {
	middle delayLine
	mean   runningMean
}

func (a *averageLane) push(v float64) float64 {
	x, y := a.middle.push(v), a.mean.push(v)
	if math.IsNaN(x) {
		return x
	}
	return y
}

func (a *averageLane) reset()                       { a.middle.reset(); a.mean.reset() }
func (a *averageLane) encode(e *checkpoint.Encoder) { a.middle.encode(e); a.mean.encode(e) }
func (a *averageLane) decode(d *checkpoint.Decoder) { a.middle.decode(d); a.mean.decode(d) }

// Integral is the moving-window integral of Pan and Tompkins (IEEE Trans.
// Biomed. Eng. 32:230-236, 1985), of the window that ends with each sample, in
// units of the input times s. It is a causal ecg.Stage, Delay 0; what it shows
// of a wave comes GroupDelay samples late. Missing samples count as the mean of
// the others; where the newest is missing the output is NaN. Nothing adds up
// over time: no output depends on more than two windows.
type Integral struct {
	lanes
	n int
}

// NewIntegral returns an integral that has seen nothing.
func NewIntegral(c AverageConfig) (*Integral, error) {
	if err := c.check("Integral"); err != nil {
		return nil, err
	}
	n := int(math.Round(c.Window.Seconds() * c.Rate))
	p := checkpoint.NewFingerprint().Int(int64(n))
	return &Integral{newLanes("INTG", c.Rate, c.Leads, 0, p, func() lane {
		return &integralLane{newRunningMean(n), float64(n) / c.Rate}
	}), n}, nil
}

// GroupDelay returns the group delay, the same at every frequency, in samples:
// half of the window.
func (i *Integral) GroupDelay() float64 { return float64(i.n-1) / 2 }

type integralLane struct {
	runningMean
	seconds float64
}

func (i *integralLane) push(v float64) float64 {
	y := i.runningMean.push(v)
	if math.IsNaN(v) {
		return v
	}
	return float64(y * i.seconds)
}
