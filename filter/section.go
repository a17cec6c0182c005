package filter

import (
	"cmp"
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Section is a second-order section with SciPy's signs:
//
//	H(z) = (B0 + B1 z^-1 + B2 z^-2) / (1 + A1 z^-1 + A2 z^-2)
type Section struct{ B0, B1, B2, A1, A2 float64 }

// Sections splits the filter into second-order sections, the one with the poles
// nearest to the unit circle last, each with the zeros nearest to its poles
// (Jackson 1970). The first section holds the whole gain.
func (f ZPK) Sections() []Section {
	zeros := slices.Clone(f.Z)
	var pairs [][]complex128
	var reals []complex128
	for _, p := range f.P {
		switch {
		case imag(p) > 0:
			pairs = append(pairs, []complex128{p, conj(p)})
		case imag(p) == 0:
			reals = append(reals, p)
		}
	}
	slices.SortFunc(reals, func(a, b complex128) int { return cmp.Compare(math.Abs(real(b)), math.Abs(real(a))) })
	for i := 0; i < len(reals); i += 2 {
		pairs = append(pairs, reals[i:min(i+2, len(reals))])
	}
	// A single pole chooses first, so that a single zero is left for it.
	slices.SortStableFunc(pairs, func(a, b []complex128) int {
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
		return cmp.Compare(abs(b[0]), abs(a[0]))
	})
	sections := make([]Section, len(pairs))
	for i, p := range pairs {
		z := takeZeros(&zeros, p)
		b1, b2 := quadratic(z)
		a1, a2 := quadratic(p)
		sections[i] = Section{1, b1, b2, a1, a2}
	}
	slices.SortStableFunc(sections, func(a, b Section) int { return cmp.Compare(a.A2, b.A2) })
	if len(sections) == 0 {
		return []Section{{B0: f.K}}
	}
	s := &sections[0]
	s.B0, s.B1, s.B2 = f.K, float64(s.B1*f.K), float64(s.B2*f.K)
	return sections
}

// takeZeros removes from zeros those nearest to the poles p: a conjugate pair
// or reals, no more than p has poles.
func takeZeros(zeros *[]complex128, p []complex128) []complex128 {
	var taken []complex128
	for len(taken) < len(p) && len(*zeros) > 0 {
		best := -1
		for i, z := range *zeros {
			real1 := imag(z) == 0
			if !real1 && (len(taken) > 0 || len(p) == 1) {
				continue
			}
			if best < 0 || abs(z-p[0]) < abs((*zeros)[best]-p[0]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		z := (*zeros)[best]
		*zeros = slices.Delete(*zeros, best, best+1)
		taken = append(taken, z)
		if imag(z) != 0 {
			if k := slices.Index(*zeros, conj(z)); k >= 0 {
				*zeros = slices.Delete(*zeros, k, k+1)
			}
			return append(taken, conj(z))
		}
	}
	return taken
}

// quadratic returns the coefficients of z^-1 and z^-2 of the product of
// (1 - r z^-1) over one or two roots.
func quadratic(r []complex128) (c1, c2 float64) {
	switch {
	case len(r) == 0:
		return 0, 0
	case len(r) == 1:
		return -real(r[0]), 0
	case imag(r[0]) != 0:
		return -2 * real(r[0]), float64(real(r[0])*real(r[0])) + float64(imag(r[0])*imag(r[0]))
	}
	return -(real(r[0]) + real(r[1])), float64(real(r[0]) * real(r[1]))
}

// Response returns the frequency response of sections at f Hz.
func Response(sections []Section, f, rate float64) complex128 {
	sin, cos := portable.Sincos(2 * math.Pi * (f / rate))
	z1 := complex(cos, -sin)
	z2 := mul(z1, z1)
	h := complex(1, 0)
	scale := func(v float64, z complex128) complex128 { return complex(float64(v*real(z)), float64(v*imag(z))) }
	for _, s := range sections {
		num := complex(s.B0, 0) + scale(s.B1, z1) + scale(s.B2, z2)
		den := 1 + scale(s.A1, z1) + scale(s.A2, z2)
		h = mul(h, div(num, den))
	}
	return h
}

// GroupDelay returns the group delay of the filter at f Hz in samples: how much
// later a narrow band around f comes out. Zeros on the unit circle count half
// a sample.
func (z ZPK) GroupDelay(f, rate float64) float64 {
	sin, cos := portable.Sincos(2 * math.Pi * (f / rate))
	e := complex(cos, sin)
	part := func(r complex128) float64 {
		if a := abs(r); math.Abs(a-1) < 1e-12 {
			return 0.5
		}
		return real(div(e, e-r))
	}
	d := 0.0
	for _, p := range z.P {
		d += part(p)
	}
	for _, q := range z.Z {
		d -= part(q)
	}
	return d
}
