package filter

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Band is the kind of a filter.
type Band uint8

const (
	LowPass Band = iota
	HighPass
	BandPass
	BandStop
)

// ZPK is a digital filter by its zeros, poles and gain:
//
//	H(z) = K (z-Z[0])(z-Z[1])... / (z-P[0])(z-P[1])...
//
// Complex zeros and poles come with their conjugates.
type ZPK struct {
	Z, P []complex128
	K    float64

	// 1-Z and 1-P with all their digits: the poles of an ECG's low cut-offs lie
	// so near to 1 that their float64 loses half of what matters. Absent where
	// a ZPK was made by hand.
	dz, dp []complex128
}

// root is a zero or pole r with 1-r.
type root struct{ r, d complex128 }

func withDistance(r, d []complex128) []root {
	out := make([]root, len(r))
	for i, v := range r {
		out[i] = root{v, 1 - v}
		if len(d) == len(r) {
			out[i].d = d[i]
		}
	}
	return out
}

// prototype is an analogue low-pass with cut-off 1 rad/s: zeros, poles, gain.
type prototype struct {
	z, p []complex128
	k    float64
}

// digital turns a prototype into the digital filter: edges are pre-warped by
// the tangent, the band is transformed in the s plane, and the bilinear
// transformation z = (1+s)/(1-s) leads to the z plane (Oppenheim and Schafer,
// Discrete-Time Signal Processing, section 7.1).
func digital(name string, proto prototype, band Band, rate float64, edges []float64) (ZPK, error) {
	if err := bandEdges(name, band, rate, edges); err != nil {
		return ZPK{}, err
	}
	w := make([]float64, len(edges))
	for i, f := range edges {
		w[i] = portable.Tan(math.Pi * (f / rate))
	}
	var s prototype
	switch band {
	case LowPass:
		s = proto.lowPass(w[0])
	case HighPass:
		s = proto.highPass(w[0])
	case BandPass:
		s = proto.bandPass(math.Sqrt(float64(w[0]*w[1])), w[1]-w[0])
	default:
		s = proto.bandStop(math.Sqrt(float64(w[0]*w[1])), w[1]-w[0])
	}
	return s.bilinear(), nil
}

// bandEdges checks band, rate and number of edges of a design.
func bandEdges(name string, band Band, rate float64, edges []float64) error {
	fail := func(field, want string) error {
		return &ecg.ConfigError{Type: "filter." + name, Field: field, Want: want}
	}
	if !(rate > 0 && rate <= ecg.MaxRate) {
		return fail("rate", "above 0 to 1e6 Hz")
	}
	if band > BandStop {
		return fail("band", "one of the four")
	}
	want := 1
	if band == BandPass || band == BandStop {
		want = 2
	}
	if len(edges) != want {
		return fail("edges", "one for low- and high-pass, two for band-pass and band-stop")
	}
	for _, f := range edges {
		if !(f > 0 && f < rate/2) {
			return fail("edges", "above 0 and below half of the rate")
		}
	}
	if want == 2 && !(edges[0] < edges[1]) {
		return fail("edges", "the lower one first")
	}
	return nil
}

// lowPass moves the cut-off to w: s -> s/w.
func (a prototype) lowPass(w float64) prototype {
	out := prototype{k: a.k}
	for _, z := range a.z {
		out.z = append(out.z, scaled(z, w))
	}
	for _, p := range a.p {
		out.p = append(out.p, scaled(p, w))
	}
	for range len(a.p) - len(a.z) {
		out.k = float64(out.k * w)
	}
	return out
}

// highPass: s -> w/s.
func (a prototype) highPass(w float64) prototype {
	c := complex(w, 0)
	num, den := complex(1, 0), complex(1, 0)
	out := prototype{}
	for _, z := range a.z {
		out.z = append(out.z, div(c, z))
		num = mul(num, -z)
	}
	for _, p := range a.p {
		out.p = append(out.p, div(c, p))
		den = mul(den, -p)
	}
	for range len(a.p) - len(a.z) {
		out.z = append(out.z, 0)
	}
	out.k = float64(a.k * real(div(num, den)))
	return out
}

// split returns the two roots of s^2 - 2 h s + w^2.
func split(h complex128, w float64) (complex128, complex128) {
	r := sqrt(mul(h, h) - complex(float64(w*w), 0))
	// The larger root first, the other by the product of both: no cancellation.
	big := h + r
	if float64(real(h)*real(r))+float64(imag(h)*imag(r)) < 0 {
		big = h - r
	}
	return big, div(complex(float64(w*w), 0), big)
}

// bandPass: s -> (s^2 + w^2)/(s bw), w the geometric middle.
func (a prototype) bandPass(w, bw float64) prototype {
	out := prototype{k: a.k}
	for _, z := range a.z {
		x, y := split(scaled(z, bw/2), w)
		out.z = append(out.z, x, y)
	}
	for _, p := range a.p {
		x, y := split(scaled(p, bw/2), w)
		out.p = append(out.p, x, y)
	}
	for range len(a.p) - len(a.z) {
		out.z = append(out.z, 0)
		out.k = float64(out.k * bw)
	}
	return out
}

// bandStop: s -> s bw/(s^2 + w^2).
func (a prototype) bandStop(w, bw float64) prototype {
	out := prototype{}
	num, den := complex(1, 0), complex(1, 0)
	half := complex(bw/2, 0)
	for _, z := range a.z {
		x, y := split(div(half, z), w)
		out.z = append(out.z, x, y)
		num = mul(num, -z)
	}
	for _, p := range a.p {
		x, y := split(div(half, p), w)
		out.p = append(out.p, x, y)
		den = mul(den, -p)
	}
	for range len(a.p) - len(a.z) {
		out.z = append(out.z, complex(0, w), complex(0, -w))
	}
	out.k = float64(a.k * real(div(num, den)))
	return out
}

// bilinear maps to the z plane; zeros at infinity go to -1.
func (a prototype) bilinear() ZPK {
	num, den := complex(1, 0), complex(1, 0)
	var out ZPK
	for _, z := range a.z {
		out.Z = append(out.Z, div(1+z, 1-z))
		out.dz = append(out.dz, div(scaled(z, -2), 1-z))
		num = mul(num, 1-z)
	}
	for _, p := range a.p {
		out.P = append(out.P, div(1+p, 1-p))
		out.dp = append(out.dp, div(scaled(p, -2), 1-p))
		den = mul(den, 1-p)
	}
	for range len(a.p) - len(a.z) {
		out.Z = append(out.Z, -1)
		out.dz = append(out.dz, 2)
	}
	out.K = float64(a.k * real(div(num, den)))
	return out
}

// Stable reports whether all poles lie inside the unit circle.
func (f ZPK) Stable() bool {
	return !slices.ContainsFunc(f.P, func(p complex128) bool { return !(abs(p) < 1) })
}
