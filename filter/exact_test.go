package filter_test

import (
	"math"
	"math/big"
	"slices"

	"github.com/sinus-ecg/sinus/filter"
)

// exact_test.go: filters run with 300 bits. What these give, rounded to float64,
// is the true output of the given coefficients; a float64 filter, ours or
// SciPy's, can be held against it.

const exactBits = 300

func exact(v float64) *big.Float { return new(big.Float).SetPrec(exactBits).SetFloat64(v) }

func exacts(x []float64) []*big.Float {
	out := make([]*big.Float, len(x))
	for i, v := range x {
		out[i] = exact(v)
	}
	return out
}

func rounded(x []*big.Float) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i], _ = v.Float64()
	}
	return out
}

// addProduct adds sign*a*b to s.
func addProduct(s *big.Float, sign float64, a, b *big.Float) {
	p := exact(sign)
	p.Mul(p, a)
	s.Add(s, p.Mul(p, b))
}

func sumOf(x []*big.Float) *big.Float {
	s := exact(0)
	for _, v := range x {
		s.Add(s, v)
	}
	return s
}

// exactPart is b/a with a[0] = 1, in transposed direct form II.
type exactPart struct{ b, a, z []*big.Float }

// exactFilter is a cascade.
type exactFilter []exactPart

func newExact(sections []filter.Section) (e exactFilter) {
	for _, s := range sections {
		e = append(e, newExactPart([]float64{s.B0, s.B1, s.B2}, []float64{1, s.A1, s.A2}))
	}
	return e
}

func newExactPart(b, a []float64) exactPart {
	return exactPart{exacts(b), exacts(a), exacts(make([]float64, len(b)))}
}

// settle sets the state that v for ever would leave.
func (e exactFilter) settle(v *big.Float) {
	for _, p := range e {
		y := exact(0)
		y.Mul(v, y.Quo(sumOf(p.b), sumOf(p.a)))
		for n := len(p.z) - 2; n >= 0; n-- {
			p.z[n].Set(p.z[n+1])
			addProduct(p.z[n], 1, p.b[n+1], v)
			addProduct(p.z[n], -1, p.a[n+1], y)
		}
		v = y
	}
}

// run filters x; the state stays for the next run.
func (e exactFilter) run(x []*big.Float) []*big.Float {
	out := make([]*big.Float, len(x))
	for i, v := range x {
		for _, p := range e {
			y := exact(0).Set(p.z[0])
			addProduct(y, 1, p.b[0], v)
			for n := 0; n < len(p.z)-1; n++ {
				p.z[n].Set(p.z[n+1])
				addProduct(p.z[n], 1, p.b[n+1], v)
				addProduct(p.z[n], -1, p.a[n+1], y)
			}
			v = y
		}
		out[i] = v
	}
	return out
}

// state returns the state as float64, two values per section.
func (e exactFilter) state() (out []float64) {
	for _, p := range e {
		out = append(out, rounded(p.z[:len(p.z)-1])...)
	}
	return out
}

// rest empties the state.
func (e exactFilter) rest() exactFilter {
	for _, p := range e {
		for _, z := range p.z {
			z.SetInt64(0)
		}
	}
	return e
}

// zeroPhase runs forwards and backwards over what is already padded, and cuts n
// values off each end.
func (e exactFilter) zeroPhase(x []float64, n int) []float64 {
	y := exacts(x)
	for range 2 {
		e.settle(y[0])
		y = e.run(y)
		slices.Reverse(y)
	}
	return rounded(y[n : len(y)-n])
}

// zeroPhaseOptimal is Gustafsson's method (1996) by the normal equations, whose
// condition 300 bits can bear.
func (e exactFilter) zeroPhaseOptimal(x []float64) []float64 {
	backward := func(x []*big.Float) []*big.Float {
		y := slices.Clone(x)
		slices.Reverse(y)
		y = e.run(y)
		slices.Reverse(y)
		return y
	}
	zeros := func() []*big.Float { return exacts(make([]float64, len(x))) }
	// Each run begins at rest, or with the one state that was set.
	y := e.rest().run(exacts(x))
	e.rest()
	fb := backward(y)
	e.rest()
	y = backward(exacts(x))
	bf := e.rest().run(y)
	var add, diff [][]*big.Float // per unknown state: of fb, and fb - bf
	for _, last := range []bool{false, true} {
		for _, p := range e {
			for n := range len(p.z) - 1 {
				e.rest()
				p.z[n].SetInt64(1)
				var a, b []*big.Float
				if last {
					a = backward(zeros())
					b = e.rest().run(a)
				} else {
					b = e.run(zeros())
					e.rest()
					a = backward(b)
				}
				add, diff = append(add, a), append(diff, minus(a, b))
			}
		}
	}
	v := solveNormal(diff, minus(bf, fb))
	for k := range v {
		for i := range fb {
			addProduct(fb[i], 1, v[k], add[k][i])
		}
	}
	return rounded(fb)
}

func minus(a, b []*big.Float) []*big.Float {
	out := make([]*big.Float, len(a))
	for i := range a {
		out[i] = exact(0).Sub(a[i], b[i])
	}
	return out
}

// solveNormal solves columns*v = b by least squares.
func solveNormal(columns [][]*big.Float, b []*big.Float) []*big.Float {
	dot := func(x, y []*big.Float) *big.Float {
		s := exact(0)
		for i := range x {
			addProduct(s, 1, x[i], y[i])
		}
		return s
	}
	n := len(columns)
	m := make([][]*big.Float, n)
	for i := range m {
		for j := range n {
			m[i] = append(m[i], dot(columns[i], columns[j]))
		}
		m[i] = append(m[i], dot(columns[i], b))
	}
	for k := range n { // Gauss and Jordan; the matrix is positive
		for i := range n {
			if i == k {
				continue
			}
			f := exact(0).Quo(m[i][k], m[k][k])
			for j := k; j <= n; j++ {
				addProduct(m[i][j], -1, f, m[k][j])
			}
		}
	}
	v := make([]*big.Float, n)
	for k := range v {
		v[k] = exact(0).Quo(m[k][n], m[k][k])
	}
	return v
}

// offBy is the largest difference as a part of the largest value of want.
func offBy(want, got []float64) float64 {
	scale, worst := 0.0, 0.0
	for i, v := range want {
		scale = max(scale, math.Abs(v))
		worst = max(worst, math.Abs(v-got[i]))
	}
	if worst == 0 {
		return 0
	}
	return worst / scale
}
