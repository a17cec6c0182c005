package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// PolynomialConfig configures a Polynomial.
type PolynomialConfig struct {
	Rate       float64 // Hz
	Points     int     // odd, above Order, 3 to 1001; 0 means 5
	Order      int     // of the polynomial, 0 to 8; 0 means 2 for Points of 0
	Derivative int     // 0 for the value, 1 for the slope (per s), ... up to Order
	Leads      int     // values per frame, 1 to 256; 0 means 1
}

// Polynomial fits a polynomial to the samples around each one and gives its
// value or derivative there (Savitzky and Golay, Anal. Chem. 36:1627-1639,
// 1964): smoothing that keeps peaks, and derivatives that do not amplify noise.
// It is an ecg.Stage whose output k belongs to input k, half of the points later
// (Delay). Where one of the points is missing the output is NaN, also within
// half of the points from the ends.
type Polynomial struct {
	lanes
	c PolynomialConfig
}

// NewPolynomial returns a fit that has seen nothing.
func NewPolynomial(c PolynomialConfig) (*Polynomial, error) {
	if err := checkLanes("Polynomial", c.Rate, &c.Leads); err != nil {
		return nil, err
	}
	if c.Points == 0 {
		c.Points = 5
		if c.Order == 0 {
			c.Order = 2
		}
	}
	fail := func(field, want string) (*Polynomial, error) {
		return nil, &ecg.ConfigError{Type: "filter.Polynomial", Field: field, Want: want}
	}
	switch {
	case c.Points < 3 || c.Points > 1001 || c.Points%2 == 0:
		return fail("Points", "odd, 3 to 1001")
	case c.Order < 0 || c.Order > 8 || c.Order >= c.Points:
		return fail("Order", "0 to 8 and below Points")
	case c.Derivative < 0 || c.Derivative > c.Order:
		return fail("Derivative", "0 to Order")
	}
	taps := polynomialTaps(c.Points, c.Order, c.Derivative, c.Rate, 0)
	p := checkpoint.NewFingerprint().Int(int64(c.Points)).Int(int64(c.Order)).Int(int64(c.Derivative))
	return &Polynomial{newLanes("POLY", c.Rate, c.Leads, c.Points/2, p, func() lane {
		return newTapsLane(taps)
	}), c}, nil
}

// NewDerivative returns the five-point derivative in units per second, usually
// mV/s: the slope of the straight line through five samples, two before and two
// after (weights -2, -1, 0, 1, 2 over 10). The derivative of Pan and Tompkins
// 1985 is it with 8 in place of 10.
func NewDerivative(rate float64, leads int) (*Polynomial, error) {
	return NewPolynomial(PolynomialConfig{Rate: rate, Points: 5, Order: 2, Derivative: 1, Leads: leads})
}

// SavitzkyGolay runs a Polynomial of one lead over a whole signal, ends included:
// within half of the points from an end it is the polynomial through the first or
// the last points that is evaluated. x has at least Points samples (else a
// ConfigError); where one of the points is missing the output is NaN.
func SavitzkyGolay(x []float64, c PolynomialConfig) ([]float64, error) {
	p, err := NewPolynomial(c)
	if err != nil {
		return nil, err
	}
	c = p.c
	switch {
	case c.Leads > 1:
		return nil, &ecg.ConfigError{Type: "filter.SavitzkyGolay", Field: "Leads", Want: "1"}
	case len(x) < c.Points:
		return nil, &ecg.ConfigError{Type: "filter.SavitzkyGolay", Field: "x", Want: "at least Points samples"}
	}
	y := p.Flush(p.Append(make([]float64, 0, len(x)), x))
	half := c.Points / 2
	for at := 1; at <= half; at++ {
		first, last := 0.0, 0.0
		before := polynomialTaps(c.Points, c.Order, c.Derivative, c.Rate, -at)
		behind := polynomialTaps(c.Points, c.Order, c.Derivative, c.Rate, at)
		for i := range before {
			first += float64(before[i] * x[i])
			last += float64(behind[i] * x[len(x)-c.Points+i])
		}
		y[half-at], y[len(x)-1-half+at] = first, last
	}
	return y, nil
}

// polynomialTaps returns the weights of the points, the oldest first, that give
// the derivative at a point, counted from the middle. Polynomials that are orthogonal over the points
// (Gram's, by their three-term recurrence) need no equations to be solved.
func polynomialTaps(points, order, derivative int, rate float64, at int) []float64 {
	half := points / 2
	place := float64(at) / float64(half)
	type column struct {
		values []float64              // over the points
		taylor [maxPolynomial]float64 // derivatives at the point
	}
	var last, now column
	now.values = make([]float64, points)
	for i := range now.values {
		now.values[i] = 1
	}
	now.taylor[0] = 1
	last.values = make([]float64, points)
	taps := make([]float64, points)
	lastNorm := 0.0
	for k := 0; ; k++ {
		norm := 0.0
		for _, v := range now.values {
			norm += float64(v * v)
		}
		for i, v := range now.values {
			taps[i] += float64(now.taylor[derivative] / norm * v)
		}
		if k == order {
			break
		}
		// P[k+1] = t P[k] - (norm[k]/norm[k-1]) P[k-1], t from -1 to 1: symmetric
		// points have no middle term.
		back := 0.0
		if k > 0 {
			back = norm / lastNorm
		}
		next := column{values: make([]float64, points)}
		for i, v := range now.values {
			next.values[i] = float64(float64(i-half)/float64(half)*v) - float64(back*last.values[i])
		}
		for d := range next.taylor {
			// (t P)^(d) = t P^(d) + d P^(d-1)
			next.taylor[d] = float64(place*now.taylor[d]) - float64(back*last.taylor[d])
			if d > 0 {
				next.taylor[d] += float64(float64(d) * now.taylor[d-1])
			}
		}
		last, now, lastNorm = now, next, norm
	}
	scale := 1.0 // from t to seconds
	for range derivative {
		scale *= rate / float64(half)
	}
	for i := range taps {
		taps[i] *= scale
	}
	return taps
}

const maxPolynomial = 9 // derivatives, with the value

// tapsLane is the sum of the last samples with weights.
type tapsLane struct {
	taps    []float64
	ring    []float64 // twice: [at, at+len(taps)) is in one piece, the oldest first
	at      int
	missing int // samples until the newest missing one has left
}

func newTapsLane(taps []float64) *tapsLane {
	t := &tapsLane{taps: taps, ring: make([]float64, 2*len(taps))}
	t.reset()
	return t
}

func (t *tapsLane) push(v float64) float64 {
	n := len(t.taps)
	if math.IsNaN(v) {
		t.missing, v = n+1, 0
	}
	t.ring[t.at], t.ring[t.at+n] = v, v
	if t.at++; t.at == n {
		t.at = 0
	}
	if t.missing > 0 {
		if t.missing--; t.missing > 0 {
			return math.NaN()
		}
	}
	y := 0.0
	for i, w := range t.taps {
		y += float64(w * t.ring[t.at+i])
	}
	return y
}

func (t *tapsLane) reset() {
	clear(t.ring)
	t.at, t.missing = 0, len(t.taps)
}

func (t *tapsLane) encode(e *checkpoint.Encoder) {
	e.Int(int64(t.at))
	e.Int(int64(t.missing))
	e.Floats(t.ring)
}

func (t *tapsLane) decode(d *checkpoint.Decoder) {
	t.at = d.IntIn(0, len(t.taps)-1)
	t.missing = d.IntIn(0, len(t.taps)+1)
	d.Floats(t.ring)
}
