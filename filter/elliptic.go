package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// elliptic.go: equal ripple in both bands and the steepest edge of all (Cauer
// 1958). Zeros and poles are Jacobian elliptic functions (Parks and Burrus 1987,
// section 7.2.8), which come here from the arithmetic-geometric mean.

// Elliptic designs a filter with so much ripple in the pass band and so much
// attenuation in the stop band (dB, 0 < ripple < attenuation <= 250). order is
// that of the low-pass prototype, 1 to 32; edges (Hz) are where the ripple ends.
// With an even order the gain of the middle of the pass band is -ripple dB.
func Elliptic(order int, ripple, attenuation float64, band Band, rate float64, edges ...float64) (ZPK, error) {
	const name = "Elliptic"
	if err := orderIn(name, order, maxOrder); err != nil {
		return ZPK{}, err
	}
	if !(ripple > 0 && ripple < attenuation && attenuation <= maxAttenuation) {
		return ZPK{}, &ecg.ConfigError{Type: "filter." + name, Field: "ripple, attenuation", Want: "0 < ripple < attenuation <= 250 dB"}
	}
	eps := rippleFactor(ripple)
	if order == 1 {
		return digital(name, prototype{p: []complex128{complex(-1/eps, 0)}, k: 1 / eps}, band, rate, edges)
	}
	k1 := eps / rippleFactor(attenuation)
	quarter1 := ellipticK(math.Sqrt(float64((1 - k1) * (1 + k1)))) // of the discrimination
	// The degree equation gives the selectivity k by its nome.
	m, mc, quarter := fromNome(portable.Exp(-math.Pi * ellipticK(k1) / float64(quarter1*float64(order))))
	v0 := quarter * inverseSC(1/eps, float64(k1*k1)) / float64(quarter1*float64(order))
	sv, cv, dv := jacobi(v0, mc, m)

	var proto prototype
	for i := order - 1; i > 0; i -= 2 {
		s, c, d := jacobi(float64(i)*quarter/float64(order), m, mc)
		z := complex(0, 1/(math.Sqrt(m)*s))
		proto.z = append(proto.z, z, conj(z))
		den := 1 - float64(float64(d*sv)*float64(d*sv))
		p := complex(-c*d*sv*cv/den, s*dv/den)
		proto.p = append(proto.p, p, conj(p))
	}
	if order%2 == 1 {
		// s = 0, c = d = 1.
		proto.p = append(proto.p, complex(-sv*cv/(1-float64(sv*sv)), 0))
	}
	proto.k = gainOf(proto.z, proto.p)
	if order%2 == 0 {
		proto.k /= math.Sqrt(1 + float64(eps*eps))
	}
	return digital(name, proto, band, rate, edges)
}

// ellipticK is the complete elliptic integral of the first kind of the modulus
// k, given by its complement sqrt(1-k^2) > 0 (Abramowitz and Stegun 17.6.3).
func ellipticK(complement float64) float64 {
	a, b := 1.0, complement
	for range 40 {
		a, b = (a+b)/2, math.Sqrt(float64(a*b))
		if math.Abs(a-b) <= 4e-16*a {
			break
		}
	}
	return math.Pi / (2 * a)
}

// fromNome is the parameter m of nome q, with 1-m and the quarter period K(m),
// by theta functions (Abramowitz and Stegun 16.38).
func fromNome(q float64) (m, mc, quarter float64) {
	t2, t3, t4 := 1.0, 0.5, 0.5 // theta2/(2 q^(1/4)), theta3/2, theta4/2
	power, qn := 1.0, 1.0       // q^(n(n+1)), q^n
	for n := range 16 {
		// q^(n^2) of the next n is q^(n(n+1)) of this one times q^(n+1).
		qn = float64(qn * q)
		square := float64(power * qn)
		t3 += square
		if n%2 == 0 {
			t4 -= square
		} else {
			t4 += square
		}
		power = float64(square * qn)
		t2 += power
	}
	t3, t4 = 2*t3, 2*t4
	r2, r4 := t2/t3, t4/t3
	r2, r4 = float64(r2*r2), float64(r4*r4)
	return 16 * q * r2 * r2, float64(r4 * r4), math.Pi / 2 * t3 * t3
}

// inverseSC is u with tan(am(u | 1-mc)) = w, as Carlson's integral
// w RF(1, 1 + mc w^2, 1 + w^2) (Carlson 1979).
func inverseSC(w, mc float64) float64 {
	w2 := float64(w * w)
	x, y, z := 1.0, 1+float64(mc*w2), 1+w2
	for range 60 {
		sx, sy, sz := math.Sqrt(x), math.Sqrt(y), math.Sqrt(z)
		l := float64(sx*sy) + float64(sx*sz) + float64(sy*sz)
		x, y, z = (x+l)/4, (y+l)/4, (z+l)/4
		if mean := (x + y + z) / 3; max(math.Abs(x-mean), math.Abs(y-mean), math.Abs(z-mean)) < 1e-3*mean {
			break
		}
	}
	mean := (x + y + z) / 3
	a, b := 1-x/mean, 1-y/mean
	c := -a - b
	e2 := float64(a*b) - float64(c*c)
	e3 := float64(a * float64(b*c))
	// The series of RF up to the fifth order; the rest is below 1e-18.
	s := 1 - e2/10 + e3/14 + float64(e2*e2)/24 - float64(3*float64(e2*e3))/44
	return w * s / math.Sqrt(mean)
}

// jacobi returns sn, cn and dn of u for the parameter m = 1-mc, 0 <= u <= K,
// by the descending transformation (Abramowitz and Stegun 16.4).
func jacobi(u, m, mc float64) (sn, cn, dn float64) {
	var a, c [16]float64
	a[0], c[0] = 1, math.Sqrt(m)
	b := math.Sqrt(mc)
	n := 0
	for n < 15 && math.Abs(c[n]) > 1e-17*a[n] {
		a[n+1], c[n+1], b = (a[n]+b)/2, (a[n]-b)/2, math.Sqrt(float64(a[n]*b))
		n++
	}
	phi := math.Ldexp(float64(a[n]*u), n)
	for ; n > 0; n-- {
		phi = (phi + portable.Asin(float64(c[n]*portable.Sin(phi))/a[n])) / 2
	}
	sn, cn = portable.Sincos(phi)
	return sn, cn, math.Sqrt(float64(cn*cn) + float64(mc*float64(sn*sn)))
}
