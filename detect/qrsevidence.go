package detect

import (
	"math"
	"sync"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// Evidence for a QRS: at three scales the output of an even and an odd kernel,
// a Mexican hat and the derivative of a Gaussian, and the root of the sum of
// their squares. It is one hump per QRS whatever the polarity. The scales are
// centred near 18, 10 and 5 Hz: narrow complexes, ordinary ones, wide ones.

// Kernels: standard deviation in s, and grid samples on either side, 3.3
// standard deviations.
const (
	qrsSigma1, qrsSide1 = 0.012, 8
	qrsSigma2, qrsSide2 = 0.022, 15
	qrsSigma3, qrsSide3 = 0.045, 15 // on every second grid sample: nothing is lost at 5 Hz
)

// qrsRing is the length of the rings in grid samples: 2 s of look-back, 0.3 s
// of look-ahead, rounded up to a power of two.
const qrsRing = 512

const (
	qrsMask     = qrsRing - 1
	qrsHalfMask = qrsRing/2 - 1
)

// qrsKernel is the half of an even and of an odd kernel, from the centre on; a
// narrow one ends in zeros.
type qrsKernel struct{ even, odd [qrsSide2 + 1]float32 }

// newQRSKernel makes a pair of kernels for every step-th grid sample. Each is
// scaled so that the largest magnitude of its frequency response is 1: the
// evidence is in mV.
func newQRSKernel(sigma float64, side, step int) qrsKernel {
	even, odd := make([]float64, side+1), make([]float64, side+1)
	mean := 0.0
	for i := range even {
		t := float64(i*step) / qrsRate / sigma
		g := portable.Exp(-float64(t*t) / 2)
		even[i] = (1 - float64(t*t)) * g
		odd[i] = t * g
		mean += even[i]
		if i > 0 {
			mean += even[i]
		}
	}
	mean /= float64(2*side + 1)
	for i := range even {
		even[i] -= mean
	}
	peakEven, peakOdd := 0.0, 0.0
	const steps = 400 // of frequency, from 0 to the Nyquist frequency
	for f := range steps {
		w := math.Pi * float64(f) / steps
		e, o := even[0], 0.0
		for i := 1; i <= side; i++ {
			sin, cos := portable.Sincos(float64(w * float64(i)))
			e += 2 * float64(even[i]*cos)
			o += 2 * float64(odd[i]*sin)
		}
		peakEven, peakOdd = max(peakEven, math.Abs(e)), max(peakOdd, math.Abs(o))
	}
	var k qrsKernel
	for i := range even {
		k.even[i] = float32(even[i] / peakEven)
		k.odd[i] = float32(odd[i] / peakOdd)
	}
	return k
}

var qrsKernels = sync.OnceValue(func() *[3]qrsKernel {
	return &[3]qrsKernel{
		newQRSKernel(qrsSigma1, qrsSide1, 1),
		newQRSKernel(qrsSigma2, qrsSide2, 1),
		newQRSKernel(qrsSigma3, qrsSide3, 2),
	}
})

// qrsSpan is what the widest kernel reaches over, in grid samples.
const qrsSpan = 4*qrsSide3 + 1

// qrsEvidence is the signal of one lead on the grid with its evidence.
type qrsEvidence struct {
	y, e1, e2 [qrsRing]float32     // mV, by grid sample
	e3        [qrsRing / 2]float32 // mV, by half the grid sample

	// The last qrsSpan values of y in a row, ending at end.
	recent [3 * qrsSpan]float32
	end    int

	// The level is the upper median of the largest e2 of the last complete
	// seconds with signal.
	top    float32
	tops   [8]float32
	blocks int64
	level  float32
	lost   bool // signal was missing in the second at hand
}

// put takes grid sample k. Of e1 the value at k-8 is complete then, of e2 that
// at k-15, of e3 that at k-30 (even k only).
func (v *qrsEvidence) put(kernels *[3]qrsKernel, k int64, y float32) {
	switch {
	case k == 0:
		// Before the beginning the signal was as at the beginning.
		for i := range v.y {
			v.y[i] = y
		}
		v.gather(k)
	case v.end == len(v.recent):
		copy(v.recent[:qrsSpan-1], v.recent[len(v.recent)-(qrsSpan-1):])
		v.recent[qrsSpan-1], v.end = y, qrsSpan
	default:
		v.recent[v.end] = y
		v.end++
	}
	v.y[k&qrsMask] = y
	w := (*[qrsSpan]float32)(v.recent[v.end-qrsSpan : v.end])
	v.e1[(k-qrsSide1)&qrsMask] = envelope1(&kernels[0], (*[2*qrsSide1 + 1]float32)(w[qrsSpan-(2*qrsSide1+1):]))
	v.e2[(k-qrsSide2)&qrsMask] = envelope2(&kernels[1], (*[2*qrsSide2 + 1]float32)(w[qrsSpan-(2*qrsSide2+1):]))
	if k%2 == 0 {
		v.e3[(k-2*qrsSide3)>>1&qrsHalfMask] = envelope3(&kernels[2], w)
	}
}

// gather makes recent from the ring, whose last value is that of grid sample k.
func (v *qrsEvidence) gather(k int64) {
	for i := range qrsSpan {
		v.recent[i] = v.y[(k-qrsSpan+1+int64(i))&qrsMask]
	}
	v.end = qrsSpan
}

// An envelope is the root of the sum of squares of both kernels' outputs in the
// middle of w. The three differ in their constants only, so that the compiler
// knows every index; two sums each keep the processor busy.

func envelope1(k *qrsKernel, w *[2*qrsSide1 + 1]float32) float32 {
	e0, e1 := float32(k.even[0]*w[qrsSide1]), float32(0)
	o0, o1 := float32(0), float32(0)
	for i := 1; i < qrsSide1; i += 2 {
		a, b := w[qrsSide1+i], w[qrsSide1-i]
		e0 += float32(k.even[i] * (a + b))
		o0 += float32(k.odd[i] * (a - b))
		a, b = w[qrsSide1+1+i], w[qrsSide1-1-i]
		e1 += float32(k.even[i+1] * (a + b))
		o1 += float32(k.odd[i+1] * (a - b))
	}
	return length(e0+e1, o0+o1)
}

func envelope2(k *qrsKernel, w *[2*qrsSide2 + 1]float32) float32 {
	e0, e1 := float32(k.even[0]*w[qrsSide2]), float32(k.even[qrsSide2]*(w[2*qrsSide2]+w[0]))
	o0, o1 := float32(0), float32(k.odd[qrsSide2]*(w[2*qrsSide2]-w[0]))
	for i := 1; i < qrsSide2-1; i += 2 {
		a, b := w[qrsSide2+i], w[qrsSide2-i]
		e0 += float32(k.even[i] * (a + b))
		o0 += float32(k.odd[i] * (a - b))
		a, b = w[qrsSide2+1+i], w[qrsSide2-1-i]
		e1 += float32(k.even[i+1] * (a + b))
		o1 += float32(k.odd[i+1] * (a - b))
	}
	return length(e0+e1, o0+o1)
}

func envelope3(k *qrsKernel, w *[qrsSpan]float32) float32 {
	const middle = 2 * qrsSide3
	e0, e1 := float32(k.even[0]*w[middle]), float32(k.even[qrsSide3]*(w[2*middle]+w[0]))
	o0, o1 := float32(0), float32(k.odd[qrsSide3]*(w[2*middle]-w[0]))
	for i := 1; i < qrsSide3-1; i += 2 {
		a, b := w[middle+2*i], w[middle-2*i]
		e0 += float32(k.even[i] * (a + b))
		o0 += float32(k.odd[i] * (a - b))
		a, b = w[middle+2+2*i], w[middle-2-2*i]
		e1 += float32(k.even[i+1] * (a + b))
		o1 += float32(k.odd[i+1] * (a - b))
	}
	return length(e0+e1, o0+o1)
}

func length(a, b float32) float32 {
	return float32(math.Sqrt(float64(float32(a*a) + float32(b*b))))
}

// second ends a second of grid samples.
func (v *qrsEvidence) second() {
	if !v.lost {
		v.tops[v.blocks%int64(len(v.tops))] = v.top
		v.blocks++
		n := min(v.blocks, int64(len(v.tops)))
		s := v.tops
		sortFloats(s[:n])
		v.level = s[n/2]
	}
	v.top, v.lost = 0, false
}

// sortFloats sorts a handful of values.
func sortFloats(s []float32) {
	for i := 1; i < len(s); i++ {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
}

// smallest is element k of the sorted values, which it brings into another order
// (C. A. R. Hoare, Algorithm 65: find, 1961).
func smallest(s []float32, k int) float32 {
	for lo, hi := 0, len(s)-1; lo < hi; {
		pivot := s[k]
		i, j := lo, hi
		for i <= j {
			for s[i] < pivot {
				i++
			}
			for pivot < s[j] {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		if j < k {
			lo = i
		}
		if k < i {
			hi = j
		}
	}
	return s[k]
}

// slope is |y(i+2) - y(i-2)|: the change over 20 ms, mV.
func (v *qrsEvidence) slope(i int64) float32 {
	d := v.y[(i+2)&qrsMask] - v.y[(i-2)&qrsMask]
	if d < 0 {
		return -d
	}
	return d
}
