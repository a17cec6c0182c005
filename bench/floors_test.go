package bench_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// What has been reached is a floor. The results are deterministic: there is no
// margin.
func TestAccuracyFloors(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a detector over two databases")
	}
	for _, floor := range []struct {
		detector, db, group, lead, from string
		missed, extra                   int // at the most
	}{
		{"qrs", "mitdb", "", "0", "5:00", 58, 59},
		{"qrs", "mitdb", "", "0", "0:00", 68, 67},
		{"qrs", "mitdb", "ds2", "0", "5:00", 11, 37},
		{"qrs", "mitdb", "paced", "0", "5:00", 6, 0},
		{"qrs", "mitdb", "", bench.AllLeads, "5:00", 25, 52},
		{"qrs", "mitdb", "", bench.AllLeads, "0:00", 44, 64},
		{"qrs", "nstdb", "", "0", "5:00", 935, 3063},
		{"pantompkins", "mitdb", "", "0", "5:00", 141, 335},
		{"pantompkins", "mitdb", "", "0", "0:00", 157, 386},
		{"pantompkins", "nstdb", "", "0", "5:00", 984, 4989},
	} {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", floor.db))}
		detector, err := bench.FindDetector(floor.detector)
		require.NoError(t, err)
		records := nstdb
		if floor.db == "mitdb" {
			records = mitdbRecords(t)
		}
		if floor.group != "" {
			records = bench.Groups[floor.group]
		}
		table, err := d.Evaluate(records, bench.Evaluation{Reference: "atr", Test: d.DetectorSource(detector, floor.lead), Start: floor.from, SVEB: true})
		require.NoError(t, err)
		var sum bench.Counts
		for i := range table.Records {
			q := table.Records[i].Matrix.QRS()
			sum.TP, sum.FN, sum.FP = sum.TP+q.TP, sum.FN+q.FN, sum.FP+q.FP
		}
		require.LessOrEqual(t, sum.FN, floor.missed, "missed: %+v", floor)
		require.LessOrEqual(t, sum.FP, floor.extra, "extra: %+v", floor)
	}
}
