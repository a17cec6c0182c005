package features

import "math"

// Geometry holds the indices made of a histogram of the intervals.
type Geometry struct {
	// Histogram of bins [k w, (k+1) w), w = 1000/128 = 7.8125 ms, aligned to 0
	// (Task Force 1996).
	TriangularIndex Index // intervals / count of the highest bin
	TINN            Index // ms, M - N: base of the triangle fitted to the histogram
	TINNLeft        Index // ms, N
	TINNRight       Index // ms, M

	// Stress index of R. M. Baevsky on bins of 50 ms aligned to 0:
	// AMo/(2 Mo MxDMn) with AMo in %, Mo and MxDMn in s.
	StressIndex       Index // %/s², Mo the centre of the first highest bin
	StressIndexMedian Index // %/s², the median in place of Mo
	StressIndexRoot   Index // square root of StressIndexMedian, as Kubios prints it
}

const (
	taskForceBin = 1000.0 / 128 // ms
	baevskyBin   = 50.0         // ms

	// maxBins limits the histogram: 1024 bins of 7.8125 ms are 8 s, longer
	// than any pause between two beats that a series of NN intervals holds.
	maxBins = 1024
)

// histogram counts the sorted x in bins of width w aligned to 0. It returns
// the counts, the index of the first bin, and the index of the first highest.
func (a *Analyzer) histogram(x []float64, w float64) (counts []int, first, mode int, ok bool) {
	first = int(math.Floor(x[0] / w))
	span := math.Floor(x[len(x)-1]/w) - float64(first)
	if !(span < maxBins) || first < 0 || x[0]/w > 1<<40 {
		return nil, 0, 0, false
	}
	n := int(span) + 1
	if cap(a.counts) < n {
		a.counts = make([]int, n, 2*n)
	}
	counts = a.counts[:n]
	clear(counts)
	for _, v := range x {
		counts[int(math.Floor(v/w))-first]++
	}
	for i, c := range counts {
		if c > counts[mode] {
			mode = i
		}
	}
	return counts, first, mode, true
}

// geometry fills the indices from the sorted intervals and their median.
func (a *Analyzer) geometry(x []float64, median float64) (g Geometry) {
	no := none(NotPlausible) // a spread beyond maxBins
	g = Geometry{no, no, no, no, no, no, no}
	if counts, first, mode, ok := a.histogram(x, taskForceBin); ok {
		g.TriangularIndex = value(float64(len(x)) / float64(counts[mode]))
		n, m := triangle(counts, mode)
		centre := func(i int) float64 { return (float64(first+i) + 0.5) * taskForceBin }
		g.TINNLeft, g.TINNRight = value(centre(n)), value(centre(m))
		g.TINN = value(centre(m) - centre(n))
	}
	if counts, first, mode, ok := a.histogram(x, baevskyBin); ok {
		mo := (float64(first+mode) + 0.5) * baevskyBin / 1000
		share := 100 * float64(counts[mode]) / float64(len(x))
		spread := (x[len(x)-1] - x[0]) / 1000
		if spread == 0 {
			g.StressIndex, g.StressIndexMedian, g.StressIndexRoot = none(NoVariance), none(NoVariance), none(NoVariance)
		} else {
			si := share / (2 * (median / 1000) * spread)
			g.StressIndex = value(share / (2 * mo * spread))
			g.StressIndexMedian, g.StressIndexRoot = value(si), value(math.Sqrt(si))
		}
	}
	return g
}

// triangle returns the bins N < mode < M of the triangle (N, 0), (mode, top),
// (M, 0) that fits the histogram best in the sense of least squares, each side
// on its own. N and M may lie one bin outside the histogram; of equal fits the
// narrower one is taken.
func triangle(counts []int, mode int) (n, m int) {
	at := func(i int) float64 {
		if i < 0 || i >= len(counts) {
			return 0
		}
		return float64(counts[i])
	}
	side := func(step, end int) int {
		best, bestError := mode+step, math.Inf(1)
		for foot := mode + step; foot != end+step; foot += step {
			e := 0.0
			for i := mode + step; i != end+step; i += step {
				fit := 0.0
				if (foot-i)*step > 0 {
					fit = float64(counts[mode]) * float64(foot-i) / float64(foot-mode)
				}
				d := at(i) - fit
				e += float64(d * d)
			}
			if e < bestError {
				best, bestError = foot, e
			}
		}
		return best
	}
	return side(-1, -1), side(1, len(counts))
}
