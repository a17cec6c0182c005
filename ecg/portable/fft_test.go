package portable_test

import (
	"fmt"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	godsp "github.com/mjibson/go-dsp/fft"
	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

func TestFFTAgainstGoDSP(t *testing.T) {
	g := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{1, 2, 3, 4, 5, 6, 8, 10, 16, 90, 200, 256, 257, 1000, 1024, 2048} {
		re, im, x := make([]float64, n), make([]float64, n), make([]complex128, n)
		for i := range x {
			re[i], im[i] = g.NormFloat64(), g.NormFloat64()
			x[i] = complex(re[i], im[i])
		}
		f := portable.NewFFT(n)
		require.Equal(t, n, f.Len())
		f.Transform(re, im)
		for k, w := range godsp.FFT(x) {
			require.InDelta(t, 0, cmplx.Abs(w-complex(re[k], im[k])), 1e-12*float64(n), "n %d bin %d", n, k)
		}
		f.Inverse(re, im)
		for k, w := range x {
			require.InDelta(t, 0, cmplx.Abs(w-complex(re[k], im[k])), 1e-14*float64(n), "n %d value %d", n, k)
		}
		require.Zero(t, testing.AllocsPerRun(5, func() { f.Transform(re, im) }))
	}
}

func ExampleFFT() {
	re, im := []float64{1, 0, -1, 0}, make([]float64, 4) // a cosine
	portable.NewFFT(4).Transform(re, im)
	fmt.Println(re)
	// Output: [0 2 0 2]
}
