package detect

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// The filters at 200 Hz against SciPy's output of the published transfer
// functions (golden/filter/smooth.json).
func TestPanTompkinsFiltersAreThePublishedOnes(t *testing.T) {
	type filter struct {
		Name    string
		B, A, Y []float64
	}
	var smooth struct{ Lfilter []filter }
	var apply struct{ X []float64 }
	for name, v := range map[string]any{"smooth.json": &smooth, "apply_sos.json": &apply} {
		b, err := os.ReadFile(ecgtest.Shared(t, "golden", "filter", name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, v))
	}
	golden := map[string]filter{}
	for _, f := range smooth.Lfilter {
		golden[f.Name] = f
	}
	// fir applies the taps of a golden filter.
	fir := func(b, x []float64) []float64 {
		y := make([]float64, len(x))
		for n := range x {
			for k := 0; k <= n && k < len(b); k++ {
				y[n] += b[k] * x[n-k]
			}
		}
		return y
	}
	run := func(p ptFilter) (low, band, slope, integral []float64) {
		for _, v := range apply.X {
			b, s, i := p.step(int64(math.Round(v * ptQuantum)))
			low = append(low, float64(p.u1)/float64(p.l*p.l)/ptQuantum)
			band, slope, integral = append(band, b), append(slope, s), append(integral, i)
		}
		return
	}
	equal := func(name string, want, got []float64) {
		require.Equal(t, len(want), len(got), name)
		for i := range want {
			require.InDelta(t, want[i], got[i], 1e-6, "%s, sample %d", name, i) // the input is rounded to 6e-8 mV
		}
	}
	published := newPTFilter(200)
	require.Equal(t, [4]int{6, 32, 1, 30}, [4]int{published.l, published.h, published.k, published.n})
	low, band, slope, integral := run(published)
	equal("low-pass", golden["pt_lowpass"].Y, low)
	equal("derivative", fir(golden["derivative5_200"].B, band), slope)
	squared := make([]float64, len(slope))
	for i, v := range slope {
		squared[i] = v * v
	}
	equal("integrator", fir(golden["mwi_30"].B, squared), integral)

	alone := newPTFilter(200) // with a low-pass of one sample, which is none
	alone.l, alone.x = 1, make([]int64, 2)
	alone.scale = 1 / (32. * ptQuantum)
	_, band, _, _ = run(alone)
	equal("high-pass", golden["pt_highpass"].Y, band)
}

// The delay that is taken off every position is the true one: an impulse comes
// out of the band-pass with its peak there.
func TestPanTompkinsBandPassDelay(t *testing.T) {
	for _, rate := range []float64{100, 128, 200, 250, 360, 500, 1000} {
		p := newPTFilter(rate)
		peak, at := 0.0, 0
		for n := range 400 {
			x := int64(0)
			if n == 50 {
				x = ptQuantum
			}
			if band, _, _ := p.step(x); band > peak {
				peak, at = band, n
			}
		}
		require.Equal(t, p.bandPassDelay(), at-50, "%v Hz", rate)
	}
}
