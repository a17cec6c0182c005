package portable

import (
	"math"
	"math/bits"
)

// FFT is a discrete Fourier transform of a fixed length: powers of two by
// Stockham's self-sorting radix 4 (Cochran et al., Proc. IEEE 55:1664, 1967),
// other lengths by Bluestein's chirp (IEEE Trans. Audio Electroacoust. 18:451,
// 1970). It keeps its tables and scratch, so that a transform allocates nothing,
// and serves one goroutine at a time.
type FFT struct {
	n              int
	cos, sin       []float64 // of 2πk/n, k < 3n/4 (n a power of two)
	workRe, workIm []float64

	// For other lengths: the chirp exp(-iπk²/n) and the transform of its
	// conjugate, of the length of inner.
	inner            *FFT
	chirpRe, chirpIm []float64
	kernRe, kernIm   []float64
	padRe, padIm     []float64
}

// NewFFT returns the transform of n values, n at least 1.
func NewFFT(n int) *FFT {
	f := &FFT{n: n}
	if n&(n-1) == 0 {
		k := max(1, n/4*3)
		f.cos, f.sin = make([]float64, k), make([]float64, k)
		for i := range f.cos {
			f.sin[i], f.cos[i] = turn(i, n)
		}
		f.workRe, f.workIm = make([]float64, n), make([]float64, n)
		return f
	}
	m := 1 << bits.Len(uint(2*n-2))
	f.inner = NewFFT(m)
	f.chirpRe, f.chirpIm = make([]float64, n), make([]float64, n)
	f.kernRe, f.kernIm = make([]float64, m), make([]float64, m)
	f.padRe, f.padIm = make([]float64, m), make([]float64, m)
	for k := range n {
		s, c := turn(k*k%(2*n), 2*n)
		f.chirpRe[k], f.chirpIm[k] = c, -s
		f.kernRe[k], f.kernIm[k] = c, s
		if k > 0 {
			f.kernRe[m-k], f.kernIm[m-k] = c, s
		}
	}
	f.inner.Transform(f.kernRe, f.kernIm)
	return f
}

// turn returns sine and cosine of 2πk/n, exact at the quarters.
func turn(k, n int) (sin, cos float64) {
	switch 4 * k {
	case 0:
		return 0, 1
	case n:
		return 1, 0
	case 2 * n:
		return 0, -1
	case 3 * n:
		return -1, 0
	}
	return Sincos(2 * math.Pi * float64(k) / float64(n))
}

// Len returns the length.
func (f *FFT) Len() int { return f.n }

// Inverse replaces re + i im by what it is the transform of.
func (f *FFT) Inverse(re, im []float64) {
	f.Transform(im, re) // real and imaginary part change places: the sign of i turns
	for k := range re {
		re[k] /= float64(f.n)
		im[k] /= float64(f.n)
	}
}

// Transform replaces re + i im, both of length n, by its transform
// X[k] = sum x[j] exp(-2πijk/n).
func (f *FFT) Transform(re, im []float64) {
	if f.inner != nil {
		f.bluestein(re, im)
		return
	}
	xr, xi, yr, yi := re, im, f.workRe, f.workIm
	n, s := f.n, 1
	for ; n >= 4; n, s = n/4, s*4 {
		if s == 1 {
			f.first(xr, xi, yr, yi)
		} else {
			f.radix4(n, s, xr, xi, yr, yi)
		}
		xr, xi, yr, yi = yr, yi, xr, xi
	}
	if n == 2 {
		for q := range s {
			ar, ai, br, bi := xr[q], xi[q], xr[q+s], xi[q+s]
			yr[q], yi[q] = ar+br, ai+bi
			yr[q+s], yi[q+s] = ar-br, ai-bi
		}
		xr, xi, yr, yi = yr, yi, xr, xi
	}
	if &xr[0] != &re[0] {
		copy(re, xr)
		copy(im, xi)
	}
}

// first is radix4 for the whole sequence, s = 1.
func (f *FFT) first(xr, xi, yr, yi []float64) {
	n := f.n / 4
	x0r, x1r, x2r, x3r := xr[:n], xr[n:2*n], xr[2*n:3*n], xr[3*n:4*n]
	x0i, x1i, x2i, x3i := xi[:n], xi[n:2*n], xi[2*n:3*n], xi[3*n:4*n]
	for p := range x0r {
		c1, s1 := f.cos[p], -f.sin[p]
		c2, s2 := f.cos[2*p], -f.sin[2*p]
		c3, s3 := f.cos[3*p], -f.sin[3*p]
		ar, ai, br, bi := x0r[p], x0i[p], x1r[p], x1i[p]
		cr, ci, dr, di := x2r[p], x2i[p], x3r[p], x3i[p]
		pr, pi, mr, mi := ar+cr, ai+ci, ar-cr, ai-ci
		ur, ui := br+dr, bi+di
		vr, vi := -(bi - di), br-dr // i (b-d)
		or, oi := yr[4*p:4*p+4], yi[4*p:4*p+4]
		or[0], oi[0] = pr+ur, pi+ui
		tr, ti := mr-vr, mi-vi
		or[1], oi[1] = float64(tr*c1)-float64(ti*s1), float64(tr*s1)+float64(ti*c1)
		tr, ti = pr-ur, pi-ui
		or[2], oi[2] = float64(tr*c2)-float64(ti*s2), float64(tr*s2)+float64(ti*c2)
		tr, ti = mr+vr, mi+vi
		or[3], oi[3] = float64(tr*c3)-float64(ti*s3), float64(tr*s3)+float64(ti*c3)
	}
}

// radix4 does one pass: s interleaved sequences of length n.
func (f *FFT) radix4(n, s int, xr, xi, yr, yi []float64) {
	quarter := n / 4 * s
	for p := 0; p < n/4; p++ {
		c1, s1 := f.cos[p*s], -f.sin[p*s]
		c2, s2 := f.cos[2*p*s], -f.sin[2*p*s]
		c3, s3 := f.cos[3*p*s], -f.sin[3*p*s]
		i, o := p*s, 4*p*s
		x0r, x0i := xr[i:i+s], xi[i:i+s]
		x1r, x1i := xr[i+quarter:i+quarter+s], xi[i+quarter:i+quarter+s]
		x2r, x2i := xr[i+2*quarter:i+2*quarter+s], xi[i+2*quarter:i+2*quarter+s]
		x3r, x3i := xr[i+3*quarter:i+3*quarter+s], xi[i+3*quarter:i+3*quarter+s]
		y0r, y0i := yr[o:o+s], yi[o:o+s]
		y1r, y1i := yr[o+s:o+2*s], yi[o+s:o+2*s]
		y2r, y2i := yr[o+2*s:o+3*s], yi[o+2*s:o+3*s]
		y3r, y3i := yr[o+3*s:o+4*s], yi[o+3*s:o+4*s]
		for q := range x0r {
			ar, ai, br, bi := x0r[q], x0i[q], x1r[q], x1i[q]
			cr, ci, dr, di := x2r[q], x2i[q], x3r[q], x3i[q]
			pr, pi, mr, mi := ar+cr, ai+ci, ar-cr, ai-ci
			ur, ui := br+dr, bi+di
			vr, vi := -(bi - di), br-dr // i (b-d)
			y0r[q], y0i[q] = pr+ur, pi+ui
			tr, ti := mr-vr, mi-vi
			y1r[q], y1i[q] = float64(tr*c1)-float64(ti*s1), float64(tr*s1)+float64(ti*c1)
			tr, ti = pr-ur, pi-ui
			y2r[q], y2i[q] = float64(tr*c2)-float64(ti*s2), float64(tr*s2)+float64(ti*c2)
			tr, ti = mr+vr, mi+vi
			y3r[q], y3i[q] = float64(tr*c3)-float64(ti*s3), float64(tr*s3)+float64(ti*c3)
		}
	}
}

// bluestein: X[k] = w[k] sum (x[j] w[j]) conj(w[k-j]), w the chirp.
func (f *FFT) bluestein(re, im []float64) {
	clear(f.padRe)
	clear(f.padIm)
	for k := range f.n {
		c, s := f.chirpRe[k], f.chirpIm[k]
		f.padRe[k] = float64(re[k]*c) - float64(im[k]*s)
		f.padIm[k] = float64(re[k]*s) + float64(im[k]*c)
	}
	f.inner.Transform(f.padRe, f.padIm)
	for k := range f.padRe {
		a, b, c, s := f.padRe[k], f.padIm[k], f.kernRe[k], f.kernIm[k]
		// Conjugated, so that a second forward transform goes back.
		f.padRe[k] = float64(a*c) - float64(b*s)
		f.padIm[k] = -(float64(a*s) + float64(b*c))
	}
	f.inner.Transform(f.padRe, f.padIm)
	m := float64(f.inner.n)
	for k := range f.n {
		a, b := f.padRe[k]/m, -f.padIm[k]/m
		c, s := f.chirpRe[k], f.chirpIm[k]
		re[k] = float64(a*c) - float64(b*s)
		im[k] = float64(a*s) + float64(b*c)
	}
}
