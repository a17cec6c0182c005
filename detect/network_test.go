package detect

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// However many rows are summed at once, each sum is that of one product after the
// other.
func TestProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for rows := range 30 {
		in, stride := make([]float32, rng.IntN(40)), 40
		m, out := make([]float32, rows*stride), make([]float32, rows)
		for _, list := range [][]float32{in, m} {
			for i := range list {
				list[i] = float32(rng.NormFloat64())
			}
		}
		products(out, in, m, stride)
		for i, got := range out {
			want := float32(0)
			for j, v := range in {
				want += float32(v * m[i*stride+j])
			}
			require.Equal(t, want, got)
		}
	}
}

// The odds of networks that share inputs and the first layer are the mean of those
// of each, also where they can't share.
func TestEnsemble(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	m := embeddedAtrial()
	other := slices.Clone(m.both.nets)
	other[1].scale = append([]float32{2}, other[1].scale[1:]...)
	ensembles := []ensemble{{}, m.both, m.waves, embeddedVF().nets, newEnsemble(other)}
	require.Zero(t, ensembles[4].joint)
	require.NotZero(t, ensembles[1].joint)
	for _, e := range ensembles {
		for range 100 {
			sum := float32(0)
			var x [atrialInputs]float32
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			for i := range e.nets {
				sum += e.nets[i].odds(x[:])
			}
			require.Equal(t, sum/float32(max(1, len(e.nets))), e.odds(x[:]))
		}
	}
}
