//go:build slow

package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
)

// Block by P waves, on beats that the library finds: mitdb has one record with it, which
// chose nothing, and there is no confirmed one in the others.
func TestBlockOnStrangers(t *testing.T) {
	sum := rhythmOfMITDB(t, bench.BlockTask, "")
	t.Logf("Se %.2f Sp %.2f, missed %d, wrong %d", sum.Se(), sum.Sp(), sum.Missed, sum.Wrong)
	require.GreaterOrEqual(t, sum.Se(), 88.00)
	require.GreaterOrEqual(t, sum.Sp(), 99.96)
	require.Zero(t, sum.Missed)
	require.Zero(t, sum.Wrong)
}
