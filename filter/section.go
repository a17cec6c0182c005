package filter

import (
	"cmp"
	"math"
	"slices"
)

// Section is a second-order section with SciPy's signs:
//
//	H(z) = (B0 + B1 z^-1 + B2 z^-2) / (1 + A1 z^-1 + A2 z^-2)
type Section struct{ B0, B1, B2, A1, A2 float64 }

// Sections splits the filter into second-order sections, the one with the poles
// nearest to the unit circle last, each with the zeros nearest to its poles
// (Jackson 1970). The first section holds the whole gain.
func (f ZPK) Sections() []Section {
	zeros := withDistance(f.Z, f.dz)
	var pairs [][]root
	var reals []root
	for _, p := range withDistance(f.P, f.dp) {
		switch {
		case imag(p.r) > 0:
			pairs = append(pairs, []root{p, p.conj()})
		case imag(p.r) == 0:
			reals = append(reals, p)
		}
	}
	slices.SortFunc(reals, func(a, b root) int { return cmp.Compare(math.Abs(real(b.r)), math.Abs(real(a.r))) })
	for i := 0; i < len(reals); i += 2 {
		pairs = append(pairs, reals[i:min(i+2, len(reals))])
	}
	// A single pole chooses first, so that a single zero is left for it.
	slices.SortStableFunc(pairs, func(a, b []root) int {
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
		return cmp.Compare(abs(b[0].r), abs(a[0].r))
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

func (r root) conj() root { return root{conj(r.r), conj(r.d)} }

// takeZeros removes from zeros those nearest to the poles p: a conjugate pair
// or reals, no more than p has poles.
func takeZeros(zeros *[]root, p []root) []root {
	var taken []root
	for len(taken) < len(p) && len(*zeros) > 0 {
		best := -1
		for i, z := range *zeros {
			if imag(z.r) != 0 && (len(taken) > 0 || len(p) == 1) {
				continue
			}
			if best < 0 || abs(z.d-p[0].d) < abs((*zeros)[best].d-p[0].d) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		z := (*zeros)[best]
		*zeros = slices.Delete(*zeros, best, best+1)
		taken = append(taken, z)
		if imag(z.r) != 0 {
			if k := slices.Index(*zeros, z.conj()); k >= 0 {
				*zeros = slices.Delete(*zeros, k, k+1)
			}
			return append(taken, z.conj())
		}
	}
	return taken
}

// quadratic returns the coefficients c1 and c2 of z^-1 and z^-2 of the product
// of (1 - r z^-1) over one or two roots. Near z = 1 it is 1 + c1 + c2 =
// (1-r)(1-r') that decides the response: c2 is rounded last, to this sum.
func quadratic(r []root) (c1, c2 float64) {
	switch {
	case len(r) == 0:
		return 0, 0
	case len(r) == 1:
		return -(1 - real(r[0].d)), 0
	}
	var sum, product float64 // of the two distances to 1
	if d := r[0].d; imag(d) != 0 {
		sum, product = 2*real(d), float64(real(d)*real(d))+float64(imag(d)*imag(d))
		if math.Abs(sum-product) <= 4e-16 { // on the unit circle
			return -(2 - product), 1
		}
	} else {
		sum, product = real(d)+real(r[1].d), float64(real(d)*real(r[1].d))
	}
	c1 = -(2 - sum)
	if sum < 1 {
		return c1, (-1 - c1) + product
	}
	if imag(r[0].r) != 0 {
		return c1, float64(real(r[0].r)*real(r[0].r)) + float64(imag(r[0].r)*imag(r[0].r))
	}
	return c1, float64(real(r[0].r) * real(r[1].r))
}
