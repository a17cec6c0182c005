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
		detector, db, from string
		missed, extra      int // at the most
	}{
		{"qrs", "mitdb", "5:00", 88, 69},
		{"qrs", "mitdb", "0:00", 100, 82},
		{"qrs", "nstdb", "5:00", 1170, 3031},
		{"pantompkins", "mitdb", "5:00", 141, 335},
		{"pantompkins", "mitdb", "0:00", 157, 386},
		{"pantompkins", "nstdb", "5:00", 984, 4989},
	} {
		d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", floor.db))}
		detector, err := bench.FindDetector(floor.detector)
		require.NoError(t, err)
		records := nstdb
		if floor.db == "mitdb" {
			records = mitdbRecords(t)
		}
		table, err := d.Evaluate(records, bench.Evaluation{Reference: "atr", Test: d.DetectorSource(detector, "0"), Start: floor.from, SVEB: true})
		require.NoError(t, err)
		var sum bench.Counts
		for i := range table.Records {
			q := table.Records[i].Matrix.QRS()
			sum.TP, sum.FN, sum.FP = sum.TP+q.TP, sum.FN+q.FN, sum.FP+q.FP
		}
		require.LessOrEqual(t, sum.FN, floor.missed, "%s on %s from %s: missed", floor.detector, floor.db, floor.from)
		require.LessOrEqual(t, sum.FP, floor.extra, "%s on %s from %s: extra", floor.detector, floor.db, floor.from)
	}
}
