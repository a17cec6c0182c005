//go:build slow

package bench_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// What the beat classifier has reached on DS2, and on the sinus rhythm that taught it, is a
// floor: percentages, cut to two decimals.
func TestClassFloors(t *testing.T) {
	qrs, err := bench.FindDetector("qrs")
	require.NoError(t, err)
	var c bench.Classification
	for _, floor := range []struct {
		name, db, records string
		marks             bool
		lead              string
		vSe, vPP          float64 // percent, at the least
		falseS, falseV    int     // where there is nothing to find, at the most
	}{
		{"DS2, two leads, detector", "mitdb", "ds2", false, bench.AllLeads, 97.63, 97.06, 0, 0},
		{"DS2, two leads, reference beats", "mitdb", "ds2", true, bench.AllLeads, 98.44, 97.26, 0, 0},
		{"DS2, first lead, detector", "mitdb", "ds2", false, "0", 95.65, 95.53, 0, 0},
		{"normal sinus rhythm, reference beats", "nsrdb_excerpt", "", true, bench.AllLeads, 0, 0, 3, 0},
	} {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", floor.db))}
		records := bench.Groups[floor.records]
		if records == nil {
			records, err = d.Records()
			require.NoError(t, err)
		}
		e := bench.Evaluation{Reference: "atr", Test: d.DetectorSource(c.With(qrs), floor.lead), Start: "0:00", SVEB: true}
		if floor.marks {
			e.Test = d.ClassifiedSource(c, "atr", floor.lead)
		}
		table, err := d.Evaluate(records, e)
		require.NoError(t, err)
		sum := table.Sum()
		v, s := sum.VEB(), sum.SVEB()
		t.Logf("%s: V %.2f / %.2f, S %.2f / %.2f, false V %d S %d", floor.name, v.Se(), v.PP(), s.Se(), s.PP(), v.FP, s.FP)
		if floor.vSe > 0 {
			require.GreaterOrEqual(t, v.Se(), floor.vSe, floor.name)
			require.GreaterOrEqual(t, v.PP(), floor.vPP, floor.name)
		} else {
			require.LessOrEqual(t, s.FP, floor.falseS, floor.name)
			require.LessOrEqual(t, v.FP, floor.falseV, floor.name)
		}
	}
}
