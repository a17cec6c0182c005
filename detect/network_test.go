package detect

import (
	"math/rand/v2"
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

// The mean of networks is that of their odds, also where they share what is made of
// the inputs.
func TestMeanOdds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	nets := append(append([]network{}, embeddedAtrial().both...), embeddedAtrial().both...)
	nets[3].likeLast = false
	nets[3].scale = append([]float32{2}, nets[3].scale[1:]...)
	nets[4].likeLast = false
	require.True(t, nets[1].likeLast)
	var x [atrialInputs]float32
	for range 100 {
		sum := float32(0)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		for i := range nets {
			sum += nets[i].odds(x[:])
		}
		require.Equal(t, sum/float32(len(nets)), meanOdds(nets, x[:]))
	}
}
