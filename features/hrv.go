package features

import (
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Config configures the indices of heart-rate variability. The zero value is
// the recommended one. It comes back, filled, with every result.
type Config struct {
	Segment   time.Duration // of SDANN and SDNN index; 0: 5 min
	NNx       time.Duration // limit of PNNx; 0: 50 ms
	Pattern   int           // m of the entropies, 1 to 8; 0: 2
	Tolerance float64       // r of the entropies as a share of SDNN; 0: 0.2

	Welch, Lomb, Burg SpectrumConfig // their Method is set

	// Skip leaves whole groups out.
	Skip Groups

	// Longest is the number of intervals up to which fuzzy entropy and the
	// correlation dimension, whose time grows with its square, are computed;
	// 0: 4096, below 0.1 s. Beyond it they are NaN with TooLong.
	Longest int
}

// Groups is a set of groups of indices.
type Groups uint8

const (
	GroupTime Groups = 1 << iota
	GroupWelch
	GroupLomb
	GroupBurg
	GroupPoincare // with fragmentation and PRSA
	GroupEntropy
	GroupFractal // DFA and correlation dimension
)

func (c Config) filled() Config {
	if c.Segment == 0 {
		c.Segment = 5 * time.Minute
	}
	if c.NNx == 0 {
		c.NNx = 50 * time.Millisecond
	}
	if c.Pattern == 0 {
		c.Pattern = 2
	}
	if c.Tolerance == 0 {
		c.Tolerance = 0.2
	}
	if c.Longest == 0 {
		c.Longest = 4096
	}
	c.Welch.Method, c.Lomb.Method, c.Burg.Method = WelchMethod, LombMethod, BurgMethod
	c.Welch, c.Lomb, c.Burg = c.Welch.filled(), c.Lomb.filled(), c.Burg.filled()
	return c
}

// wrong returns the field that can't work and what it should be, or "".
func (c Config) wrong() (field, want string) {
	switch {
	case !(c.Segment >= time.Second):
		return "Segment", "at least 1 s"
	case !(c.NNx > 0):
		return "NNx", "above 0"
	case c.Pattern < 1 || c.Pattern > 8:
		return "Pattern", "1 to 8 intervals"
	case !(c.Tolerance > 0 && c.Tolerance <= 10):
		return "Tolerance", "above 0, to 10 times SDNN"
	case c.Longest < 0 || c.Longest > 1<<15:
		return "Longest", "0 to 32768 intervals"
	}
	for _, s := range []struct {
		name string
		c    SpectrumConfig
	}{{"Welch", c.Welch}, {"Lomb", c.Lomb}, {"Burg", c.Burg}} {
		if field, want = s.c.wrong(); field != "" {
			return s.name + "." + field, want
		}
	}
	return "", ""
}

// HRV is every index of one series.
type HRV struct {
	Settings Config

	Time  TimeDomain
	Welch Spectrum
	Lomb  Spectrum
	Burg  Spectrum

	Poincare      Poincare
	Fragmentation Fragmentation
	PRSA          PRSA
	Entropy       Entropy
	DFA           DFA
	CorrDim       Index // correlation dimension, no unit: 10 intervals, lag 1, ten radii from the 1st to the 10th percentile of the distances
}

// Analyzer computes indices. It keeps its working memory, so that a second
// series of the same length allocates nothing. It is for one goroutine at a
// time; the zero Analyzer is not usable.
type Analyzer struct {
	c Config

	sorted, rates, diff, means, x, y []float64
	counts                           []int
	spline, band, grid, psd, model   []float64
	re, im, window, pairs            []float64
	gridRate, gridPriors             float64 // settings of grid; 0 Hz: it is of another series
	windowOf                         Taper
	windowSymmetric                  bool
	plans                            []*portable.FFT
	neighbours                       counter
	distance                         bins
	below                            [radii]int
}

// NewAnalyzer returns an Analyzer.
func NewAnalyzer(c Config) (*Analyzer, error) {
	c = c.filled()
	if field, want := c.wrong(); field != "" {
		return nil, &ecg.ConfigError{Type: "features.Analyzer", Field: field, Want: want}
	}
	return &Analyzer{c: c}, nil
}

// Analyze returns every index of s. What the series does not give is NaN with
// a reason; it never fails.
func (a *Analyzer) Analyze(s Series) (h HRV) {
	a.analyze(&h, s)
	return h
}

func (a *Analyzer) analyze(h *HRV, s Series) {
	*h = HRV{}
	if why := s.check(); why != OK {
		a.nothing(h, why)
		h.Time.N = len(s.RR)
		return
	}
	a.nothing(h, NotAsked)
	skip := a.c.Skip
	a.gridRate = 0
	if skip&(GroupTime|GroupEntropy) != GroupTime|GroupEntropy {
		a.neighbours.sweep.sort(s.RR)
	}
	if skip&GroupTime == 0 {
		h.Time = a.timeDomain(s)
	}
	if skip&GroupWelch == 0 {
		h.Welch = a.spectrum(s, a.c.Welch)
	}
	if skip&GroupLomb == 0 {
		h.Lomb = a.spectrum(s, a.c.Lomb)
	}
	if skip&GroupBurg == 0 {
		h.Burg = a.spectrum(s, a.c.Burg)
	}
	if skip&GroupPoincare == 0 {
		h.Poincare = a.poincare(s)
		h.Fragmentation = fragmentation(s)
		h.PRSA = prsa(s)
	}
	long := len(s.RR) > a.c.Longest
	if skip&GroupEntropy == 0 {
		h.Entropy = a.entropy(s.RR, long)
	}
	if skip&GroupFractal == 0 {
		h.DFA = a.dfa(s.RR)
		if h.CorrDim = none(TooLong); !long {
			h.CorrDim = a.correlationDimension(s.RR)
		}
	}
}

// entropy fills the entropies of rr, which a.neighbours.sweep has sorted; fuzzy
// entropy not for a long series.
func (a *Analyzer) entropy(rr []float64, long bool) (e Entropy) {
	e = Entropy{SampEn: none(TooShort), ApEn: none(TooShort), Fuzzy: none(TooShort), Tolerance: none(TooShort)}
	m := a.c.Pattern
	if len(rr) < m+2 {
		return e
	}
	sd := deviation(rr, 1)
	if !(sd.Value > 0) {
		no := none(NoVariance)
		e.SampEn, e.ApEn, e.Fuzzy, e.Tolerance = no, no, no, no
		return e
	}
	e.Tolerance = value(a.c.Tolerance * sd.Value)
	r := e.Tolerance.Value
	e.ApEn, e.SampEn, e.A, e.B = a.neighbours.sorted(rr, m, r)
	if e.Fuzzy = none(TooLong); !long {
		e.Fuzzy = a.fuzzy(rr, m, r, Gaussian)
	}
	return e
}

// nothing sets every index to NaN with this reason.
func (a *Analyzer) nothing(h *HRV, why Reason) {
	n := none(why)
	h.Settings = a.c
	h.Time = TimeDomain{
		Mean: n, Median: n, Min: n, Max: n, Range: n, SDNN: n, RMSSD: n, SDSD: n, CVNN: n, CVSD: n,
		PNN50: n, PNN20: n, PNNx: n, MAD: n, MCV: n, IQR: n, Prc20: n, Prc80: n,
		HR: n, HRMean: n, HRSD: n, HRMin: n, HRMax: n, SDANN: n, SDNNIndex: n,
		Geometry: Geometry{n, n, n, n, n, n, n},
	}
	h.Welch, h.Lomb, h.Burg = noSpectrum(why, a.c.Welch), noSpectrum(why, a.c.Lomb), noSpectrum(why, a.c.Burg)
	h.Poincare = Poincare{
		SD1: n, SD2: n, Ratio: n, Area: n, CSI: n, CVI: n, CSIModified: n,
		GI: n, SI: n, AI: n, PI: n, C1: n, C2: n, C: n,
	}
	h.Fragmentation = Fragmentation{n, n, n, n, n}
	curve := [4]Index{n, n, n, n}
	h.PRSA = PRSA{DC: n, AC: n, DCCurve: curve, ACCurve: curve}
	h.Entropy = Entropy{SampEn: n, ApEn: n, Fuzzy: n, Tolerance: n}
	h.DFA = DFA{n, n}
	h.CorrDim = n
}

// Analyze returns every index of s with the recommended settings.
func Analyze(s Series) HRV {
	a := Analyzer{c: Config{}.filled()}
	return a.Analyze(s)
}
