package bench_test

import (
	"testing"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/wfdb"
)

// Any two lists of annotations can be compared; what one annotator finds of the
// other is what the other has right of it.
func FuzzRunsAndEpisodes(f *testing.F) {
	f.Add([]byte{0, 0, 6, 9, 14, 9, 6, 30, 20, 3}, []byte{0, 0, 3, 9, 6, 9, 7, 8, 14, 9}, int16(5), int16(90))
	f.Add([]byte{5, 1, 5, 1, 5, 1}, []byte{}, int16(0), int16(-1))
	f.Fuzz(func(t *testing.T, x, y []byte, start, end int16) {
		ref, test := listOf(x), listOf(y)
		c := bench.Config{Rate: 100, Start: int64(start), End: int64(end), Window: 15}
		if start < 0 {
			c.Start = 0
		}
		if _, err := bench.CompareRuns(ref, test, c); err == bench.ErrPeriod {
			return
		}
		for kind := bench.AF; kind <= bench.VF; kind++ {
			a, err := bench.CompareEpisodes(ref, test, kind, bench.EpisodeConfig{Config: c})
			if err != nil {
				t.Fatal(err)
			}
			b, _ := bench.CompareEpisodes(test, ref, kind, bench.EpisodeConfig{Config: c})
			if a.TPs != b.TPp || a.FN != b.FP || a.RefTime != b.TestTime || a.RefFound != b.TestRight {
				t.Fatalf("%v: %+v and the other way round %+v", kind, a, b)
			}
		}
		for _, task := range []bench.RhythmTask{bench.AFTask, bench.VFTask, bench.RunsTask} {
			last := int64(max(0, end))
			truth, found := task.Truth(ref, last, bench.RhythmReading{}), task.Truth(test, last, bench.RhythmReading{Before: "(N"})
			s := bench.ScoreRhythm(truth, found.Yes, nil, bench.RhythmPeriod{Rate: 1, End: last})
			left := 0.0
			for _, out := range truth.LeftOut {
				left += float64(out.End - out.Start)
			}
			if sum := s.TP + s.FN + s.FP + s.TN + left; sum != float64(last) {
				t.Fatalf("%v: %v s of %d: %+v, %v left out", task, sum, last, s, left)
			}
		}
	})
}

// listOf makes annotations of pairs of bytes: what, and how much later.
func listOf(x []byte) []wfdb.Annotation {
	kinds := []wfdb.Annotation{
		{Code: wfdb.Normal}, {Code: wfdb.PrematureVentricular}, {Code: wfdb.FusionVentricular}, {Code: wfdb.AtrialPremature}, {Code: wfdb.Paced},
		{Code: wfdb.FibrillationStart}, {Code: wfdb.FibrillationEnd}, {Code: wfdb.SignalQuality, Subtype: -1}, {Code: wfdb.SignalQuality},
		mark(0, "(AFIB"), mark(0, "(AFL"), mark(0, "(VFL"), mark(0, "(VT"), mark(0, "(N\x00"), mark(0, "(NOISE"), mark(0, ""), {Code: wfdb.Note},
	}
	var list []wfdb.Annotation
	at := int64(0)
	for ; len(x) >= 2; x = x[2:] {
		a := kinds[int(x[0])%len(kinds)]
		at += int64(x[1])
		a.Time = at
		list = append(list, a)
	}
	return list
}
