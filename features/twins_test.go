package features

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainBoth counts every pair of patterns, as the definitions are written.
func plainBoth(x []float64, m int, r float64) (apEn float64, a, b int64) {
	alike := func(i, j, d int) bool {
		for k := range d {
			if math.Abs(x[i+k]-x[j+k]) > r {
				return false
			}
		}
		return true
	}
	n := len(x) - m
	for i := range n {
		for j := i + 1; j < n; j++ {
			if alike(i, j, m) {
				b++
				if alike(i, j, m+1) {
					a++
				}
			}
		}
	}
	phi := func(n, d int) float64 {
		sum := 0.0
		for i := range n {
			c := 0
			for j := range n {
				if alike(i, j, d) {
					c++
				}
			}
			sum += math.Log(float64(c) / float64(n))
		}
		return sum / float64(n)
	}
	return phi(n+1, m) - phi(n, m+1), a, b
}

// The sweep, the tree and the plain count agree, also where values and
// distances are equal to each other and to r.
func TestCountsAgree(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 1))
	var tree neighbours
	var sw sweep
	for round := range 300 {
		x := make([]float64, 4+g.IntN(400))
		walk := 0.0
		for i := range x {
			walk += g.NormFloat64()
			switch round % 4 {
			case 0:
				x[i] = g.NormFloat64()
			case 1:
				x[i] = float64(g.IntN(6)) // many ties
			case 2:
				x[i] = walk
			case 3:
				x[i] = math.Round(walk*4) / 4
			}
		}
		r := []float64{0, 0.25, 1, 3, 100}[g.IntN(5)]
		for m := 1; m <= 4 && len(x) >= m+2; m++ {
			apEn, a, b := plainBoth(x, m, r)
			gotAp, _, gotA, gotB := tree.both(x, m, r)
			require.Equal(t, [2]int64{a, b}, [2]int64{gotA, gotB}, "tree, round %d, m %d, r %v, n %d", round, m, r, len(x))
			require.InDelta(t, apEn, gotAp.Value, 1e-12)
			if m == 2 {
				sw.sort(x)
				gotAp, _, gotA, gotB := sw.both(x, r)
				require.Equal(t, [2]int64{a, b}, [2]int64{gotA, gotB}, "sweep, round %d, r %v, n %d", round, r, len(x))
				require.InDelta(t, apEn, gotAp.Value, 1e-12)
			}
		}
	}
	// A longer one, with many ranks between two rows of the sweep.
	x := make([]float64, 5000)
	walk := 0.0
	for i := range x {
		walk = 0.98*walk + g.NormFloat64()
		x[i] = math.Round(walk * 8)
	}
	for _, r := range []float64{1, 5, 30} {
		_, _, a, b := tree.both(x, 2, r)
		sw.sort(x)
		_, _, gotA, gotB := sw.both(x, r)
		require.Equal(t, [2]int64{a, b}, [2]int64{gotA, gotB}, r)
	}
}

// The sum of cosines and the plain sum of Gaussians.
func TestGaussianPairs(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 3))
	for _, spread := range []float64{0, 0.1, 1, 5, 10} {
		x := make([]float64, 400)
		for i := range x {
			x[i] = spread * g.NormFloat64()
		}
		want := 0.0
		for i, v := range x {
			for _, w := range x[:i] {
				want += math.Exp(-(v - w) * (v - w))
			}
		}
		var a Analyzer
		got, ok := a.gaussianPairs(x)
		require.True(t, ok)
		require.InEpsilon(t, want, got, 1e-12, "spread %v", spread)
	}
	var a Analyzer
	_, ok := a.gaussianPairs([]float64{0, 1000, 5000, 3, 4})
	require.False(t, ok, "far apart")
}

// The loop over pairs, and that it leaves pairs too far apart to the plain way.
func TestGaussianTriples(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 5))
	for _, spread := range []float64{0, 0.1, 1, 5, 10} {
		x, y := make([]float64, 300), make([]float64, 300)
		for i := range x {
			if x[i], y[i] = spread*g.NormFloat64(), spread*g.NormFloat64(); spread == 10 {
				x[i], y[i] = min(max(x[i], -6), 6), min(max(y[i], -6), 6)
			}
		}
		want := 0.0
		for i := range x {
			for j := range i {
				a, b := x[i]-x[j], y[i]-y[j]
				d := max(math.Abs(a), math.Abs(b), math.Abs(a+b))
				want += math.Exp(-d * d)
			}
		}
		got, ok := gaussianTriples(x, y)
		if spread == 5 {
			require.False(t, ok, "far apart")
			continue
		}
		require.True(t, ok)
		require.InEpsilon(t, want, got, 1e-11, "spread %v", spread)
	}
	x, y := []float64{0, 40, -3}, []float64{1, 2, 3}
	_, ok := gaussianTriples(x, y)
	require.False(t, ok)
	require.Equal(t, []float64{0, 40, -3}, x)
	require.Equal(t, []float64{1, 2, 3}, y)
}

// Both forms of Lomb's periodogram agree where both can be had.
func TestLombPower(t *testing.T) {
	g := rand.New(rand.NewPCG(6, 6))
	for range 1000 {
		n, xr, xi := 300.0, 50*g.NormFloat64(), 50*g.NormFloat64()
		hyp, angle := n*(0.02+0.97*g.Float64()), 2*math.Pi*g.Float64()
		c2, s2 := hyp*math.Cos(angle), hyp*math.Sin(angle)
		sin, cos := math.Sincos(angle / 2)
		xc, xs := xr*cos-xi*sin, -xi*cos-xr*sin
		want := xc*xc/(n+hyp) + xs*xs/(n-hyp)
		require.InEpsilon(t, want, lombPower(n, xr, xi, c2, s2), 1e-11)
	}
	require.InEpsilon(t, 90000/600., lombPower(300, 300, 0, 300, 0), 1e-12, "all in one phase")
}

func TestExpNeg(t *testing.T) {
	for u := 0.0; u < 690; u += 0.37 {
		require.InEpsilon(t, math.Exp(-u), expNeg(u*perUnit), 1e-11, u)
	}
	for _, u := range []float64{1000 * steps, 1e300, math.Inf(1)} {
		require.Zero(t, expNeg(u))
	}
}

func TestExpPair(t *testing.T) {
	for x := -0.22; x < 0.22; x += 0.0013 {
		up, down := expPair(x)
		require.InEpsilon(t, math.Exp(x), up, 2e-15, x)
		require.InEpsilon(t, math.Exp(-x), down, 2e-15, x)
	}
}

func TestOrderStatistics(t *testing.T) {
	g := rand.New(rand.NewPCG(4, 4))
	for round := range 200 {
		x := make([]float64, 1+g.IntN(300))
		for i := range x {
			x[i] = g.ExpFloat64()
			if round%2 == 0 {
				x[i] = float64(g.IntN(5))
			}
		}
		sorted := slices.Sorted(slices.Values(x))
		var b bins
		b.fill(x, []float64{math.Inf(1), sorted[len(x)-1], 1e3}[round%3])
		for k := range x {
			require.Equal(t, sorted[k], b.at(k))
			require.Equal(t, sorted[k], order(slices.Clone(x), k))
			below, _ := slices.BinarySearch(sorted, sorted[k])
			require.Equal(t, below, b.below(sorted[k]))
		}
	}
}

// A second series of the same length allocates nothing.
func TestAnalyzerAllocatesNothing(t *testing.T) {
	a, err := NewAnalyzer(Config{Welch: SpectrumConfig{SmoothnessPriors: 500}})
	require.NoError(t, err)
	rr := make([]float64, 400)
	for i := range rr {
		rr[i] = 800 + 50*math.Sin(float64(i)) + float64(i%7)
	}
	s := FromRR(rr)
	var h HRV
	a.analyze(&h, s)
	require.Zero(t, testing.AllocsPerRun(10, func() { a.analyze(&h, s) }))
}

// Every one of these states would index out of range; all are refused.
func TestCheckpointsThatDoNotFitTogether(t *testing.T) {
	s, err := NewIntervals(IntervalsConfig{Rate: 250})
	require.NoError(t, err)
	for _, spoil := range []func(*Intervals){
		func(s *Intervals) { s.started = true },
		func(s *Intervals) { s.run = append(s.run, rrBeat{}) },
		func(s *Intervals) { s.run, s.started, s.anchor = append(s.run, rrBeat{}), true, 5 },
		func(s *Intervals) { s.run, s.started, s.next, s.centre = append(s.run, rrBeat{}), true, 1, 1 },
	} {
		bad, err := NewIntervals(IntervalsConfig{Rate: 250})
		require.NoError(t, err)
		spoil(bad)
		data, err := bad.AppendBinary(nil)
		require.NoError(t, err)
		require.Error(t, s.UnmarshalBinary(data))
	}
}
