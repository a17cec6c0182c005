package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// The short logarithm has the bits of the long one.
func TestRoundedLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	same := func(x float64) {
		got, want := roundedLog(x), float32(portable.Log(x))
		require.Equal(t, math.Float32bits(want), math.Float32bits(got), "%v", x)
	}
	for range 500_000 {
		same(math.Exp(8 * (rng.Float64() - 0.5)))
	}
	for range 100_000 {
		same(math.Float64frombits(rng.Uint64() >> 1)) // of all sizes, NaN among them
		same(1 + 1e-3*(rng.Float64()-0.5))
		same(1 + math.Ldexp(rng.Float64()-0.5, -rng.IntN(52)))
	}
	for _, x := range []float64{
		0, -1, 1, 2, 0.5, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022,
		math.Nextafter(1, 0), math.Nextafter(1, 2), math.Nextafter(2, 0),
	} {
		same(x)
	}
}
