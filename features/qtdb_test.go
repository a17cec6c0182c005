package features_test

import (
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/features"
	"github.com/sinus-ecg/sinus/wfdb"
)

// mark is one beat as the cardiologist marked it, in samples; -1: not marked.
type mark struct{ p, onset, r, offset, tPeak, tEnd int64 }

func readMarks(t testing.TB, record string) (marks []mark) {
	t.Helper()
	a, err := wfdb.ReadAnnotations(os.DirFS(ecgtest.Shared(t, "data", "qtdb")), record, "q1c")
	require.NoError(t, err)
	open, p, last := int64(-1), int64(-1), ""
	for _, v := range a.List {
		switch m := a.Mnemonic(v.Code); m {
		case "(":
			open = v.Time
		case "p":
			p, open, last = v.Time, -1, m
		case "N":
			marks = append(marks, mark{p, open, v.Time, -1, -1, -1})
			p, open, last = -1, -1, m
		case "t", "u":
			if m == "t" && len(marks) > 0 {
				marks[len(marks)-1].tPeak = v.Time
			}
			open, last = -1, m
		case ")":
			if len(marks) == 0 {
				break
			}
			b := &marks[len(marks)-1]
			if last == "N" {
				b.offset = v.Time
			} else if last == "t" {
				b.tEnd = v.Time
			}
		}
	}
	return marks
}

// measure runs detector and Morphology over each lead of a record.
func measureRecord(t testing.TB, db, record string) (leads [2][]features.BeatFeatures, rate float64) {
	t.Helper()
	r, err := wfdb.Open(os.DirFS(ecgtest.Shared(t, "data", db)), record)
	require.NoError(t, err)
	defer r.Close()
	x, err := ecg.ReadAll(r)
	require.NoError(t, err)
	rate = r.Format().Rate
	for l := range leads {
		var lead []float64
		for i := l; i < len(x); i += 2 {
			lead = append(lead, x[i])
		}
		m := morphology(t, rate)
		leads[l] = m.Flush(m.Append(nil, lead))
	}
	return leads, rate
}

func morphology(t testing.TB, rate float64) *features.Morphology {
	t.Helper()
	d, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	require.NoError(t, err)
	m, err := features.NewMorphology(features.MorphologyConfig{Rate: rate, Detector: d})
	require.NoError(t, err)
	return m
}

// points are what is compared, in ms after the R peak of the features.
var points = []struct {
	name string
	want func(mark) int64
	got  func(features.BeatFeatures, float64) float64
}{
	{"P peak", func(m mark) int64 { return m.p }, func(f features.BeatFeatures, _ float64) float64 { return f.PTime.Value }},
	{"QRS onset", func(m mark) int64 { return m.onset }, func(f features.BeatFeatures, rate float64) float64 {
		return onlyIf(f.Width, float64(f.Beat.Onset)/rate*1000)
	}},
	{"QRS offset", func(m mark) int64 { return m.offset }, func(f features.BeatFeatures, rate float64) float64 {
		return onlyIf(f.Width, float64(f.Beat.Offset)/rate*1000)
	}},
	{"T peak", func(m mark) int64 { return m.tPeak }, func(f features.BeatFeatures, _ float64) float64 { return f.TPeak.Value }},
	{"T end", func(m mark) int64 { return m.tEnd }, func(f features.BeatFeatures, _ float64) float64 { return f.TEnd.Value }},
}

func onlyIf(x features.Index, v float64) float64 {
	if x.Why != features.OK {
		return math.NaN()
	}
	return v
}

// TestQTDatabase prints what the delineation gives on the QT Database of the
// shared folder (27 records, 886 beats of cardiologist 1, second pass) with
// the beats of PanTompkins on each lead. As in Martínez et al. 2004 the marks
// were made looking at both leads: of the two leads the nearer point counts,
// and mean and SD are averages over the records. Beside it the SD of all
// beats, whatever the record.
//
//	go test ./features -run TestQTDatabase -v
func TestQTDatabase(t *testing.T) {
	type sums struct {
		means, sds, all []float64
		marked, found   int
	}
	result := make([]sums, len(points))
	for _, record := range recordsOf(t, "qtdb", ".q1c") {
		leads, rate := measureRecord(t, "qtdb", record)
		errs := make([][]float64, len(points))
		for _, m := range readMarks(t, record) {
			for k, p := range points {
				want := p.want(m)
				if want < 0 {
					continue
				}
				best := math.Inf(1)
				for _, beats := range leads {
					i, _ := slices.BinarySearchFunc(beats, m.r-int64(0.1*rate), func(f features.BeatFeatures, at int64) int { return int(f.Beat.At - at) })
					if i == len(beats) || beats[i].Beat.At > m.r+int64(0.1*rate) {
						continue
					}
					e := float64(beats[i].Beat.At-want)/rate*1000 + p.got(beats[i], rate)
					if math.Abs(e) < math.Abs(best) {
						best = e
					}
				}
				result[k].marked++
				if !math.IsInf(best, 0) {
					result[k].found++
					errs[k] = append(errs[k], best)
				}
			}
		}
		for k, e := range errs {
			if len(e) > 1 {
				m, s := meanSD(e)
				result[k].means, result[k].sds = append(result[k].means, m), append(result[k].sds, s)
				result[k].all = append(result[k].all, e...)
			}
		}
	}
	records, beats := map[string]float64{}, map[string]float64{}
	t.Logf("%-11s %6s %6s   %12s   %12s", "point", "marks", "found", "records, ms", "beats, ms")
	for k, p := range points {
		r := result[k]
		m, _ := meanSD(r.means)
		s, _ := meanSD(r.sds)
		am, as := meanSD(r.all)
		records[p.name], beats[p.name] = s, as
		t.Logf("%-11s %6d %5.1f%%   %5.1f ± %4.1f   %5.1f ± %4.1f", p.name, r.marked, 100*float64(r.found)/float64(r.marked), m, s, am, as)
	}
	// CSE tolerances (two standard deviations of readers) for the QRS, 6.5 and
	// 11.6 ms; better than the wavelet delineator of Martínez 2004: 7.7, 8.7,
	// 18.1 ms; T end within 25 ms even over all beats.
	require.LessOrEqual(t, records["QRS onset"], 6.5)
	require.LessOrEqual(t, records["QRS offset"], 8.7)
	require.LessOrEqual(t, records["T end"], 18.1)
	require.LessOrEqual(t, beats["QRS offset"], 11.6)
	require.LessOrEqual(t, beats["T end"], 25.0)
}

func meanSD(x []float64) (m, s float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return m, math.Sqrt(s / float64(len(x)-1))
}
