package filter_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/filter"
)

// The errors of a cascade at the lowest cut-offs of an ECG, on top of an
// electrode offset, from the truth of the same sections, beside those of the
// textbook form, in mV.
func TestCascadeIsExactAtLowCutOffs(t *testing.T) {
	const rate = 1000
	x := patient(t, rate, 1)[:8*rate]
	for i := range x {
		x[i] += 300
	}
	for _, band := range []filter.Band{filter.HighPass, filter.LowPass} {
		for order := 2; order <= 4; order++ {
			for _, hz := range []float64{0.05, 0.5, 40, 250, 450} {
				f, err := filter.Butterworth(order, band, rate, hz)
				require.NoError(t, err)
				sections := f.Sections()
				e := newExact(sections)
				e.settle(exact(x[0]))
				want := rounded(e.run(exacts(x)))
				c, err := filter.NewCascade(filter.CascadeConfig{Rate: rate, Sections: sections})
				require.NoError(t, err)
				got := offMost(want, c.Append(nil, x))
				textbook := make([]float64, len(x))
				filter.Run(sections, filter.SteadyState(sections, x[0]), textbook, x)
				old := offMost(want, textbook)
				require.Less(t, got, 5e-12)
				require.LessOrEqual(t, got, max(old, 1e-12), "band %v order %d %v Hz", band, order, hz)
				t.Logf("band %v order %d %v Hz: error %.2g mV, textbook %.2g", band, order, hz, got, old)
			}
		}
	}
}

func offMost(want, got []float64) (worst float64) {
	for i := range want {
		worst = max(worst, math.Abs(want[i]-got[i]))
	}
	return worst
}
