package bench_test

import (
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// edges are the QRS complexes that the first reader of the QT Database marked:
// onset, R peak and offset in samples; -1: not marked.
func edges(t *testing.T, dir, record string) (marks [][3]int64) {
	a, err := wfdb.ReadAnnotations(os.DirFS(dir), record, "q1c")
	require.NoError(t, err)
	open, inQRS := int64(-1), false
	for _, v := range a.List {
		switch a.Mnemonic(v.Code) {
		case "(":
			open, inQRS = v.Time, false
		case "N":
			marks = append(marks, [3]int64{open, v.Time, -1})
			open, inQRS = -1, true
		case ")":
			if inQRS {
				marks[len(marks)-1][2] = v.Time
			}
			inQRS = false
		default:
			open, inQRS = -1, false
		}
	}
	return marks
}

// Onset and offset beside a cardiologist's, both leads of each record, the one
// that is nearer per record, as Martinez et al. (IEEE Trans. Biomed. Eng.
// 51:570-581, 2004) compare. features.Morphology, one beat later, is twice as good.
func TestQRSEdgesBesideAReader(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the detector over a database")
	}
	dir := ecgtest.Shared(t, "data", "qtdb")
	records, err := bench.Database{FS: os.DirFS(dir)}.Records()
	require.NoError(t, err)
	var onset, offset []float64
	for _, record := range records {
		if _, err := os.Stat(dir + "/" + record + ".q1c"); err != nil {
			continue
		}
		marks := edges(t, dir, record)
		var best [2][]float64
		for lead := range 2 {
			r, err := (wfdb.Options{Signals: []int{lead}}).Open(os.DirFS(dir), record)
			require.NoError(t, err)
			q, err := detect.NewQRS(detect.QRSConfig{Rate: r.Format().Rate})
			require.NoError(t, err)
			beats, err := ecg.ReadAll(ecg.Through(ecg.Reader[float64](r), q))
			require.NoError(t, err)
			ms := 1000 / r.Format().Rate
			var d [2][]float64
			for _, m := range marks {
				for _, b := range beats {
					if math.Abs(float64(b.At-m[1]))*ms > 100 {
						continue
					}
					if m[0] >= 0 {
						d[0] = append(d[0], float64(b.At+int64(b.Onset)-m[0])*ms)
					}
					if m[2] >= 0 {
						d[1] = append(d[1], float64(b.At+int64(b.Offset)-m[2])*ms)
					}
				}
			}
			for i := range d {
				if best[i] == nil || square(d[i]) < square(best[i]) {
					best[i] = d[i]
				}
			}
			require.NoError(t, r.Close())
		}
		onset, offset = append(onset, best[0]...), append(offset, best[1]...)
	}
	require.Greater(t, len(onset), 500)
	for name, d := range map[string][]float64{"onset": onset, "offset": offset} {
		mean, sd := moments(d)
		t.Logf("%s: %d beats, %.1f +- %.1f ms", name, len(d), mean, sd)
		require.Less(t, math.Abs(mean), 3.0, name)
		require.Less(t, sd, 16.0, name)
	}
}

func square(d []float64) float64 {
	sum := 0.0
	for _, v := range d {
		sum += v * v
	}
	return sum / max(1, float64(len(d)))
}

func moments(d []float64) (mean, sd float64) {
	for _, v := range d {
		mean += v / float64(len(d))
	}
	for _, v := range d {
		sd += (v - mean) * (v - mean) / float64(len(d)-1)
	}
	return mean, math.Sqrt(sd)
}
