package mlp

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

func random(n int, rng *rand.Rand) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// The bits are gonum's, so that a model does not depend on the processor.
func TestAddProductEqualsGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][3]int{{256, 161, 64}, {161, 256, 64}, {64, 256, 32}, {1, 3, 8}, {9, 1, 16}, {256, 64, 12}, {7, 5, 24}} {
		rows, inner, cols := size[0], size[1], size[2]
		for _, across := range []bool{false, true} {
			t.Run(fmt.Sprint(size, across), func(t *testing.T) {
				a, b, c := random(rows*inner, rng), random(inner*cols, rng), random(rows*cols, rng)
				want := append([]float32{}, c...)
				if across {
					blas32.Gemm(blas.Trans, blas.NoTrans, 1, matrix(inner, rows, a), matrix(inner, cols, b), 1, matrix(rows, cols, want))
				} else {
					blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, matrix(rows, inner, a), matrix(inner, cols, b), 1, matrix(rows, cols, want))
				}
				addProduct(c, a, b, across, rows, inner, cols)
				require.Equal(t, want, c)
			})
		}
	}
}

func BenchmarkStep(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const inputs = 161
	rows := &Rows{Inputs: inputs, X: random(256*inputs, rng), Label: make([]float32, 256), Weight: random(256, rng)}
	c := Config{Hidden1: 64, Hidden2: 32, Epochs: 1, Batch: 256, Rate: 0.002, Drop: 0.1, Leak: 0.05, Clip: 6}
	for b.Loop() {
		if _, err := Train(b.Context(), rows, c); err != nil {
			b.Fatal(err)
		}
	}
}
