package features_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/features"
)

// walk is n intervals at 360 Hz, some of them no NN intervals.
func walk(n int) []ecg.Interval {
	rr := beats(n)
	var out []ecg.Interval
	at := int64(100)
	for i, v := range rr {
		end := at + int64(math.Round(v*0.36))
		x := ecg.Interval{Start: at, End: end, Length: float64(end - at), Known: end + 60}
		switch {
		case i%50 == 7:
			x.Mark = ecg.Ectopic
		case i%50 == 8:
			x.Mark = ecg.Corrected
		}
		out = append(out, x)
		at = end
	}
	return out
}

func slidingOf(t testing.TB, c features.SlidingConfig) *features.Sliding {
	t.Helper()
	s, err := features.NewSliding(c)
	require.NoError(t, err)
	return s
}

func TestSlidingContract(t *testing.T) {
	c := features.SlidingConfig{Rate: 360, Window: time.Minute, Step: 10 * time.Second, Coverage: 0.5}
	ecgtest.TestStage(t, ecgtest.Stage[ecg.Interval, features.Window]{
		New:   func() ecg.Stage[ecg.Interval, features.Window] { return slidingOf(t, c) },
		Input: walk(700), Rate: 360, MaxState: 30000,
		InputTime: func(v ecg.Interval) int64 { return v.Known },
		At:        func(_ int, w features.Window) int64 { return w.End },
		Known:     func(w features.Window) int64 { return w.Known },
	})
}

func TestSummariesContract(t *testing.T) {
	ecgtest.TestStage(t, ecgtest.Stage[ecg.Interval, features.Summary]{
		New: func() ecg.Stage[ecg.Interval, features.Summary] {
			s, err := features.NewSummaries(features.SummaryConfig{Rate: 360, Every: 3 * time.Minute, Segment: time.Minute})
			require.NoError(t, err)
			return s
		},
		Input: walk(2000), Rate: 360, MaxState: 40000,
		InputTime: func(v ecg.Interval) int64 { return v.Known },
		At:        func(_ int, w features.Summary) int64 { return w.End },
		Known:     func(w features.Summary) int64 { return w.Known },
		MayAlloc:  false,
	})
}

// batch is Analyze of the intervals in each window.
func batch(t testing.TB, in []ecg.Interval, c features.SlidingConfig, got features.Window) features.HRV {
	t.Helper()
	var own []ecg.Interval
	for _, v := range in {
		if v.End > got.Start && v.End <= got.End {
			own = append(own, v)
		}
	}
	a, err := features.NewAnalyzer(c.HRV)
	require.NoError(t, err)
	return a.Analyze(features.FromIntervals(own, c.Rate))
}

// The whole chain from beats, in blocks, equals Analyze of each window: bit for
// bit, on every record.
func streamEqualsBatch(t *testing.T, db, record string, rate float64, c features.SlidingConfig, every int) {
	in := referenceBeats(t, db, record, true)
	chain, err := features.NewIntervals(features.IntervalsConfig{Rate: rate})
	require.NoError(t, err)
	c.Rate = rate
	s := slidingOf(t, c)
	var rr []ecg.Interval
	var got []features.Window
	for n := 1; len(in) > 0; n = n%97 + 1 {
		k := min(n, len(in))
		from := len(rr)
		rr = chain.Append(rr, in[:k])
		got = s.Append(got, rr[from:])
		in = in[k:]
	}
	from := len(rr)
	rr = chain.Flush(rr)
	got = s.Flush(s.Append(got, rr[from:]))
	require.NotEmpty(t, got)
	full := 0
	for i := 0; i < len(got); i += every {
		if got[i].Coverage < 0.85 {
			require.Equal(t, features.TooNoisy, got[i].Time.SDNN.Why)
			continue
		}
		full++
		equalBits(t, batch(t, rr, c, got[i]), got[i].HRV)
	}
	t.Logf("%s: %d windows, %d compared", record, len(got), full)
}

func equalBits(t *testing.T, want, got features.HRV) {
	t.Helper()
	// NaN with the same reason is equal: compare the text of both.
	w, g := render(want), render(got)
	require.Equal(t, w, g)
}

// Every record with what is quick; two with everything. The tag slow has
// everything on every record, and the days of nsrdb.
func TestStreamEqualsBatchOnMitdb(t *testing.T) {
	for i, record := range mitdbRecords(t) {
		c := features.SlidingConfig{HRV: features.Config{Skip: quick}}
		if i%24 == 0 {
			c = features.SlidingConfig{}
		}
		streamEqualsBatch(t, "mitdb", record, 360, c, 9)
	}
}

const quick = features.GroupLomb | features.GroupBurg | features.GroupEntropy | features.GroupFractal

func TestStreamEqualsBatchOnNsrdb(t *testing.T) {
	for _, record := range recordsOf(t, "nsrdb", ".atr")[:1] {
		streamEqualsBatch(t, "nsrdb", record, 128, features.SlidingConfig{Step: 5 * time.Minute, HRV: features.Config{Skip: quick}}, 5)
	}
}

// A period in constant memory against Analyze of the whole period.
func summaryEqualsBatch(t *testing.T, db, record string, rate float64) {
	a, err := features.NewAnalyzer(features.Config{Skip: ^(features.GroupTime | features.GroupPoincare)})
	require.NoError(t, err)
	rr := intervals(t, features.IntervalsConfig{Rate: rate, Reject: true}, referenceBeats(t, db, record, true))
	s, err := features.NewSummaries(features.SummaryConfig{Rate: rate, Every: 100 * time.Hour})
	require.NoError(t, err)
	out := s.Append(nil, rr)
	current := s.Current()
	out = s.Flush(out)
	require.Len(t, out, 1)
	require.Equal(t, fmt.Sprintf("%x", out[0]), fmt.Sprintf("%x", current))
	got := out[0]
	want := a.Analyze(features.FromIntervals(rr, rate))
	require.Equal(t, want.Time.N, got.N, record)
	for name, p := range map[string][2]features.Index{
		"mean": {want.Time.Mean, got.Mean}, "sdnn": {want.Time.SDNN, got.SDNN}, "rmssd": {want.Time.RMSSD, got.RMSSD},
		"sdsd": {want.Time.SDSD, got.SDSD}, "pnn50": {want.Time.PNN50, got.PNN50}, "pnn20": {want.Time.PNN20, got.PNN20},
		"sdann": {want.Time.SDANN, got.SDANN}, "sdnn index": {want.Time.SDNNIndex, got.SDNNIndex},
		"segments": {num(float64(want.Time.Segments)), num(float64(got.Segments))},
		"ti":       {want.Time.TriangularIndex, got.TriangularIndex}, "tinn": {want.Time.TINN, got.TINN},
		"min": {want.Time.Min, got.Min}, "max": {want.Time.Max, got.Max}, "cvnn": {want.Time.CVNN, got.CVNN},
		"pip": {want.Fragmentation.PIP, got.PIP}, "ials": {want.Fragmentation.IALS, got.IALS},
		"pss": {want.Fragmentation.PSS, got.PSS}, "pas": {want.Fragmentation.PAS, got.PAS},
		"dc": {want.PRSA.DC, got.DC}, "ac": {want.PRSA.AC, got.AC},
	} {
		require.Equal(t, p[0].Why, p[1].Why, "%s %s", record, name)
		if p[0].Why == features.OK {
			require.InDelta(t, p[0].Value, p[1].Value, 1e-9*math.Abs(p[0].Value), "%s %s", record, name)
		}
	}
}

// The days of nsrdb but the first are in the tag slow.
func TestSummaryEqualsBatch(t *testing.T) {
	for _, record := range mitdbRecords(t) {
		summaryEqualsBatch(t, "mitdb", record, 360)
	}
	summaryEqualsBatch(t, "nsrdb", recordsOf(t, "nsrdb", ".atr")[0], 128)
}

func TestSlidingByTheClock(t *testing.T) {
	c := features.SlidingConfig{Rate: 360, Window: time.Minute, Step: 10 * time.Second, Latency: time.Minute}
	in := walk(100)
	s := slidingOf(t, c)
	got := s.Append(nil, in)
	last := in[len(in)-1].End
	// The heart stops: windows that still hold intervals come, Latency after
	// their end, then nothing.
	live := slidingOf(t, c)
	var all []features.Window
	for _, v := range in {
		all = live.Append(all, []ecg.Interval{v})
	}
	require.Len(t, all, len(got))
	for now := last; now < last+360*600; now += 77 {
		before := len(all)
		all = live.Advance(all, now)
		for _, w := range all[before:] {
			require.Equal(t, w.End+360*60, w.Known)
			require.Greater(t, last, w.Start)
		}
	}
	got = s.Advance(got, last+360*600)
	require.Equal(t, len(got), len(all))
	require.Greater(t, len(all), 6)
	require.Empty(t, s.Append(nil, []ecg.Interval{{Start: last, End: 1 << 55, Length: 1, Known: 1 << 55, Mark: ecg.Gap}}), "no flood of empty windows")
}
