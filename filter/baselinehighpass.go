package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// LinearHighPassConfig configures a LinearHighPass.
type LinearHighPassConfig struct {
	Rate   float64 // Hz
	Cutoff float64 // -3 dB, Hz, 0.01 to a twentieth of the rate; 0 means 0.67
	Leads  int     // values per frame, 1 to 256; 0 means 1
}

// LinearHighPass takes the baseline out with a high-pass of linear phase: the
// ST segment keeps its shape, so that the AHA (Kligfield et al., Circulation
// 115:1306, 2007) allows 0.67 Hz where an ordinary filter has to go down to
// 0.05 Hz. Three moving averages in a row, a window in the form of a cubic
// B-spline's second neighbour, are the baseline:
//
//	H(f) = 1 - (sin(pi f N/fs) / (N sin(pi f/fs)))^3
//
// which rises with 40 dB per decade and ripples by 1.1 % above. It is an
// ecg.Stage whose output k belongs to input k, 0.717/Cutoff later (Delay: 1.07 s
// for 0.67 Hz). A sample costs the same for every cut-off, and nothing adds up
// over time. Missing samples do not count, nor what lies beyond the ends of the
// stream; where the sample itself is missing the output is NaN.
type LinearHighPass struct{ lanes }

// splineCutoff is f N/fs where H is -3 dB: sin(pi x)/(pi x) is the third root of
// 1 - sqrt(1/2).
const splineCutoff = 0.47819

// NewLinearHighPass returns a high-pass that has seen nothing.
func NewLinearHighPass(c LinearHighPassConfig) (*LinearHighPass, error) {
	if err := checkLanes("LinearHighPass", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if c.Cutoff == 0 {
		c.Cutoff = 0.67
	}
	if !(c.Cutoff >= 0.01 && c.Cutoff <= c.Rate/20) {
		return nil, &ecg.ConfigError{Type: "filter.LinearHighPass", Field: "Cutoff", Want: "0.01 Hz to a twentieth of the rate"}
	}
	half := int(math.Round((splineCutoff*c.Rate/c.Cutoff - 1) / 2))
	n := 2*half + 1
	if n > maxWindow {
		return nil, &ecg.ConfigError{Type: "filter.LinearHighPass", Field: "Cutoff", Want: "averages of at most 1e6 samples"}
	}
	p := checkpoint.NewFingerprint().Int(int64(n))
	return &LinearHighPass{newLanes("LHIP", c.Rate, c.Leads, 3*half, p, func() lane {
		l := &highPassLane{middle: newDelayLine(3 * half)}
		for i := range l.sum {
			l.sum[i], l.count[i] = newRunningSum(n), newRunningSum(n)
		}
		return l
	})}, nil
}

// highPassLane averages what is there: the samples thrice, and thrice how many
// of them there are.
type highPassLane struct {
	middle     delayLine
	sum, count [3]runningSum
}

func (h *highPassLane) push(v float64) float64 {
	x := h.middle.push(v)
	w := 1.0
	if math.IsNaN(v) {
		v, w = 0, 0
	}
	for i := range h.sum {
		v, w = h.sum[i].push(v), h.count[i].push(w)
	}
	return x - v/w
}

func (h *highPassLane) reset() {
	h.middle.reset()
	for i := range h.sum {
		h.sum[i].reset()
		h.count[i].reset()
	}
}

func (h *highPassLane) encode(e *checkpoint.Encoder) {
	h.middle.encode(e)
	for i := range h.sum {
		h.sum[i].encode(e)
		h.count[i].encode(e)
	}
}

func (h *highPassLane) decode(d *checkpoint.Decoder) {
	h.middle.decode(d)
	for i := range h.sum {
		h.sum[i].decode(d)
		h.count[i].decode(d)
	}
}
