package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// notch.go: one frequency out, one frequency alone, or a comb of them, with the
// width as quality factor Q = frequency / -3 dB bandwidth (Orfanidis,
// Introduction to Signal Processing, 1996, sections 11.3 and 11.5).

// Notch designs a second-order filter that takes out one frequency f (Hz, below
// half of the rate) with quality factor q > 0. It rings after a QRS for about
// q/(3 f) s.
func Notch(f, q, rate float64) (ZPK, error) {
	g, w, err := notchGain("Notch", f, q, rate)
	if err != nil {
		return ZPK{}, err
	}
	sin, cos := portable.Sincos(w)
	z := root{complex(cos, sin), oneMinus(1, w)}
	return resonator(g, w, []root{z, z.conj()}, g), nil
}

// Peak designs a second-order filter that keeps one frequency f alone (Hz, gain
// 1), with quality factor q > 0.
func Peak(f, q, rate float64) (ZPK, error) {
	g, w, err := notchGain("Peak", f, q, rate)
	if err != nil {
		return ZPK{}, err
	}
	return resonator(g, w, []root{{1, 0}, {-1, 2}}, 1-g), nil
}

// notchGain is 1/(1 + tan(bandwidth/2)) and the angle of f.
func notchGain(name string, f, q, rate float64) (g, w float64, err error) {
	fail := func(field, want string) (float64, float64, error) {
		return 0, 0, &ecg.ConfigError{Type: "filter." + name, Field: field, Want: want}
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	if !(f > 0 && f < rate/2) {
		return fail("f", "above 0 and below half of the rate")
	}
	// A bandwidth beyond half of the rate has no tangent.
	if !(q > 0 && q <= 1e6 && f/q < rate/2) {
		return fail("q", "above 2f/rate, to 1e6")
	}
	w = 2 * math.Pi * (f / rate)
	return 1 / (1 + portable.Tan(w/q/2)), w, nil
}

// oneMinus is 1 - r exp(j w).
func oneMinus(r, w float64) complex128 {
	half, _ := portable.Sincos(w / 2)
	return complex((1-r)+2*float64(r*float64(half*half)), -float64(r*portable.Sin(w)))
}

// resonator has the poles of 1 - 2 g cos(w) z^-1 + (2g-1) z^-2.
func resonator(g, w float64, zeros []root, k float64) ZPK {
	f := ZPK{K: k}
	for _, z := range zeros {
		f.Z, f.dz = append(f.Z, z.r), append(f.dz, z.d)
	}
	// The two distances to 1 have the sum 2 - 2 g cos w and the product
	// 2 g (1 - cos w): u = 1 - g cos w is half of the sum.
	half := portable.Sin(w / 2)
	versine := 2 * float64(half*half)
	u := (1 - g) + float64(g*versine)
	product := 2 * float64(g*versine)
	var d [2]complex128
	if r := product - float64(u*u); r > 0 {
		d[0] = complex(u, -math.Sqrt(r))
		d[1] = conj(d[0])
	} else {
		big := u + math.Sqrt(-r)
		d[0], d[1] = complex(big, 0), complex(product/big, 0)
	}
	for _, v := range d {
		f.P, f.dp = append(f.P, 1-v), append(f.dp, v)
	}
	return f
}

// CombNotch designs a filter that takes out f and all its multiples, but not 0
// Hz when keepDC is set (then the odd multiples of f/2 go instead). rate/f must
// be a whole number, 2 to 1000; q > 0 is the quality factor at f.
func CombNotch(f, q, rate float64, keepDC bool) (ZPK, error) {
	return comb("CombNotch", f, q, rate, 1, 0, !keepDC)
}

// CombPeak designs a filter that keeps f and all its multiples, among them 0 Hz
// when keepDC is set; without, the odd multiples of f/2.
func CombPeak(f, q, rate float64, keepDC bool) (ZPK, error) {
	return comb("CombPeak", f, q, rate, 0, 1, keepDC)
}

// comb has gain g0 between and g1 at its teeth; with atDC one of them is at 0 Hz.
func comb(name string, f, q, rate, g0, g1 float64, atDC bool) (ZPK, error) {
	if _, _, err := notchGain(name, f, q, rate); err != nil {
		return ZPK{}, err
	}
	n := math.Round(rate / f)
	if !(n >= 2 && n <= 1000 && math.Abs(n-rate/f) < 1e-9*n) {
		return ZPK{}, &ecg.ConfigError{Type: "filter." + name, Field: "f", Want: "rate/f a whole number, 2 to 1000"}
	}
	beta := portable.Tan(float64(n*2) * math.Pi * (f / rate) / q / 4)
	if !(beta > 0) {
		return ZPK{}, &ecg.ConfigError{Type: "filter." + name, Field: "q", Want: "teeth that do not overlap"}
	}
	a := (1 - beta) / (1 + beta)
	b := (g0 + float64(g1*beta)) / (1 + beta)
	c := (g0 - float64(g1*beta)) / (1 + beta)
	if !atDC {
		a, c = -a, -c
	}
	// b (z^n - c/b) / (z^n - a)
	out := ZPK{K: b}
	for _, z := range rootsOf(c/b, int(n)) {
		out.Z, out.dz = append(out.Z, z.r), append(out.dz, z.d)
	}
	for _, p := range rootsOf(a, int(n)) {
		out.P, out.dp = append(out.P, p.r), append(out.dp, p.d)
	}
	return out, nil
}

// rootsOf returns the n-th roots of v, conjugates together.
func rootsOf(v float64, n int) []root {
	r := 0.0
	if v != 0 {
		r = portable.Exp(portable.Log(math.Abs(v)) / float64(n))
	}
	var out []root
	start := 0.0
	if v < 0 {
		start = 0.5
	}
	for k := 0; k < n; k++ {
		turn := (float64(k) + start) / float64(n)
		switch {
		case turn == 0:
			out = append(out, root{complex(r, 0), complex(1-r, 0)})
		case turn == 0.5:
			out = append(out, root{complex(-r, 0), complex(1+r, 0)})
		case turn < 0.5:
			sin, cos := portable.Sincos(2 * math.Pi * turn)
			z := root{scaled(complex(cos, sin), r), oneMinus(r, 2*math.Pi*turn)}
			out = append(out, z, z.conj())
		}
	}
	return out
}
