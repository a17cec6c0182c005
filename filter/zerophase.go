package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// zerophase.go: sections over a whole signal at once, for records.

// Run runs sections over x into dst, which has the length of x and may be x.
// state has two values per section (transposed direct form II, Oppenheim and
// Schafer, section 6.3, as in SciPy), is read and updated, so that a signal in parts
// gives the same bits; all zeros are a filter at rest. NaN is not looked for. A
// Cascade is faster, and its errors are smaller.
func Run(sections []Section, state, dst, x []float64) {
	dst = dst[:len(x)]
	for i, v := range x {
		for k := range sections {
			s, z := &sections[k], state[2*k:][:2]
			y := float64(s.B0*v) + z[0]
			z[0] = (float64(s.B1*v) + z[1]) - float64(s.A1*y)
			z[1] = float64(s.B2*v) - float64(s.A2*y)
			v = y
		}
		dst[i] = v
	}
}

// SteadyState returns the state (for Run) of sections that have seen nothing but
// v for ever.
func SteadyState(sections []Section, v float64) []float64 {
	state := make([]float64, 0, 2*len(sections))
	for _, s := range sections {
		z1, z2, y := s.steady(v)
		state = append(state, z1, z2)
		v = y
	}
	return state
}

// steady is the state, and the output, of one section for the constant v.
func (s Section) steady(v float64) (z1, z2, y float64) {
	// (1 + A1) + A2 keeps the digits of a cut-off near 0.
	y = float64(v * ((s.B0 + s.B1 + s.B2) / ((1 + s.A1) + s.A2)))
	z2 = float64(s.B2*v) - float64(s.A2*y)
	z1 = float64(s.B1*v) - float64(s.A1*y) + z2
	return z1, z2, y
}

// Padding says how a signal goes on beyond its ends.
type Padding uint8

const (
	PadOdd   Padding = iota // turned by 180 degrees around the end
	PadEven                 // mirrored at the end
	PadConst                // the last value
	PadNone                 // not at all
)

// PadConfig says how ZeroPhase extends the signal. The zero PadConfig is odd
// padding over three lengths of the filter.
type PadConfig struct {
	Kind    Padding
	Samples int // at each end; 0: three times the filter's length; below 0: none
}

// ZeroPhase runs sections over x forwards and backwards: no delay at any
// frequency, the square of the gain. It is not causal and so no stage. x must be
// longer than the padding (else a ConfigError), and without NaN.
func ZeroPhase(sections []Section, x []float64, pad PadConfig) ([]float64, error) {
	for _, s := range sections {
		if !s.Stable() {
			return nil, &ecg.ConfigError{Type: "filter.ZeroPhase", Field: "sections", Want: "poles inside the unit circle"}
		}
	}
	n, err := pad.samples("ZeroPhase", len(x), padLength(sections))
	if err != nil {
		return nil, err
	}
	y := extended(x, n, pad.Kind)
	for range 2 {
		Run(sections, SteadyState(sections, y[0]), y, y)
		reverse(y)
	}
	return y[n : n+len(x)], nil
}

// samples is the padding of a signal of so many values, with the default of the
// filter.
func (p PadConfig) samples(name string, length, standard int) (int, error) {
	n := p.Samples
	switch {
	case p.Kind > PadNone:
		return 0, &ecg.ConfigError{Type: "filter." + name, Field: "Kind", Want: "one of the four"}
	case p.Kind == PadNone || n < 0:
		n = 0
	case n == 0:
		n = standard
	}
	if length <= n {
		return 0, &ecg.ConfigError{Type: "filter." + name, Field: "x", Want: "more samples than the padding"}
	}
	return n, nil
}

// padLength is three times the length of the sections as one filter.
func padLength(sections []Section) int {
	b, a := 0, 0
	for _, s := range sections {
		if s.B2 == 0 {
			b++
		}
		if s.A2 == 0 {
			a++
		}
	}
	return 3 * (2*len(sections) + 1 - min(a, b))
}

// extended returns x with n more samples at each end.
func extended(x []float64, n int, kind Padding) []float64 {
	y := make([]float64, n, len(x)+2*n)
	y = append(y, x...)[:len(x)+2*n]
	first, last := x[0], x[len(x)-1]
	for i := 1; i <= n; i++ {
		a, b := first, last
		switch kind {
		case PadOdd:
			a, b = 2*first-x[i], 2*last-x[len(x)-1-i]
		case PadEven:
			a, b = x[i], x[len(x)-1-i]
		}
		y[n-i], y[n+len(x)-1+i] = a, b
	}
	return y
}

func reverse(x []float64) {
	for i, j := 0, len(x)-1; i < j; i, j = i+1, j-1 {
		x[i], x[j] = x[j], x[i]
	}
}

// ZeroPhaseOptimal runs sections forwards and backwards without any padding:
// both states are chosen so that forwards-backwards and backwards-forwards give
// the same, as nearly as can be (Gustafsson 1996). It solves a least-squares
// problem of 4*len(sections) unknowns over the whole signal: for short ones.
func ZeroPhaseOptimal(sections []Section, x []float64) ([]float64, error) {
	m := 2 * len(sections)
	if len(x) < 2*m {
		return nil, &ecg.ConfigError{Type: "filter.ZeroPhaseOptimal", Field: "x", Want: "more samples than unknown states"}
	}
	for _, s := range sections {
		if !s.Stable() {
			return nil, &ecg.ConfigError{Type: "filter.ZeroPhaseOptimal", Field: "sections", Want: "poles inside the unit circle"}
		}
	}
	zero := make([]float64, len(x))
	forward := func(x, state []float64) []float64 {
		y := make([]float64, len(x))
		Run(sections, append([]float64(nil), state...), y, x)
		return y
	}
	backward := func(x, state []float64) []float64 {
		y := append([]float64(nil), x...)
		reverse(y)
		y = forward(y, state)
		reverse(y)
		return y
	}
	rest := make([]float64, m)
	fb := backward(forward(x, rest), rest)
	bf := forward(backward(x, rest), rest)
	// y = fb + columns(first state, last state); the same for bf.
	var fbCols, diff [][]float64
	for i := range m {
		unit := make([]float64, m)
		unit[i] = 1
		a, b := backward(forward(zero, unit), rest), forward(zero, unit)
		fbCols = append(fbCols, a)
		diff = append(diff, minus(a, b))
	}
	for i := range m {
		unit := make([]float64, m)
		unit[i] = 1
		a, b := backward(zero, unit), forward(backward(zero, unit), rest)
		fbCols = append(fbCols, a)
		diff = append(diff, minus(a, b))
	}
	states := leastSquares(diff, minus(bf, fb))
	for k, v := range states {
		for i := range fb {
			fb[i] += float64(v * fbCols[k][i])
		}
	}
	return fb, nil
}

func minus(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// leastSquares solves columns*v = b by Householder reflections with pivoting; it
// changes its arguments. Columns that depend on others get 0.
func leastSquares(columns [][]float64, b []float64) []float64 {
	n := len(columns)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	norm2 := func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += float64(v * v)
		}
		return s
	}
	diag := make([]float64, n)
	rank := 0
	first := 0.0
	for k := range n {
		best := k
		for j := k + 1; j < n; j++ {
			if norm2(columns[j][k:]) > norm2(columns[best][k:]) {
				best = j
			}
		}
		columns[k], columns[best] = columns[best], columns[k]
		order[k], order[best] = order[best], order[k]
		c := columns[k][k:]
		length := math.Sqrt(norm2(c))
		if k == 0 {
			first = length
		}
		if !(length > 1e-13*first) {
			break
		}
		if c[0] > 0 {
			length = -length
		}
		diag[k] = length
		c[0] -= length // the reflection's vector takes the column's place
		h := norm2(c) / 2
		reflect := func(x []float64) {
			dot := 0.0
			for i, v := range c {
				dot += float64(v * x[i])
			}
			dot /= h
			for i, v := range c {
				x[i] -= float64(dot * v)
			}
		}
		for j := k + 1; j < n; j++ {
			reflect(columns[j][k:])
		}
		reflect(b[k:])
		rank++
	}
	out := make([]float64, n)
	for k := rank - 1; k >= 0; k-- {
		v := b[k]
		for j := k + 1; j < rank; j++ {
			v -= float64(columns[j][k] * out[order[j]])
		}
		out[order[k]] = v / diag[k]
	}
	return out
}
