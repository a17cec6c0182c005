package features

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// On a grid of samples many pairs lie exactly at the first and the last
// radius, and the reference counts those that rounding puts below: there the
// count lies between ours (none of them) and all. Between them it is exact.
func TestCorrelationCounts(t *testing.T) {
	read := func(name string, v any) {
		data, err := os.ReadFile(ecgtest.Shared(t, "golden", "hrv", name))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, v))
	}
	var series map[string]struct {
		RR      []float64 `json:"rr_ms"`
		Samples []float64 `json:"rr_samples"`
	}
	var values map[string]struct {
		Nonlinear struct {
			CorrDim *struct {
				Below []int `json:"pairs_below"`
			} `json:"corrdim"`
		}
	}
	read("series.json", &series)
	read("values.json", &values)
	compared := 0
	for name, v := range values {
		c := v.Nonlinear.CorrDim
		if c == nil {
			continue
		}
		rr := series[name].RR
		for _, n := range series[name].Samples {
			rr = append(rr, 1000*n/360)
		}
		var a Analyzer
		require.Equal(t, OK, a.correlationDimension(rr).Why, name)
		last := radii - 1
		require.Equal(t, c.Below[1:last], a.below[1:last], name)
		require.LessOrEqual(t, a.below[0], c.Below[0], name)
		require.LessOrEqual(t, a.below[last], c.Below[last], name)
		require.InEpsilon(t, c.Below[last], a.below[last], 0.02, name)
		compared++
	}
	require.Greater(t, compared, 15)
}
