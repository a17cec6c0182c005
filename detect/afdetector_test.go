package detect_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

func newAF(t testing.TB, c detect.AFConfig) *detect.AFDetector {
	d, err := detect.NewAFDetector(c)
	require.NoError(t, err)
	return d
}

// irregular is AF and sinus rhythm in turn, with ectopy of all classes.
func irregular(n int) []ecg.Beat {
	random := rand.New(rand.NewPCG(7, 8))
	var beats []ecg.Beat
	at := int64(0)
	for i := range n {
		rr := 300 + 10*math.Sin(float64(i)/4)
		if i/400%2 == 1 {
			rr = 150 + 250*random.Float64()
		}
		class := ecg.Normal
		if random.IntN(30) == 0 {
			rr, class = rr/2, ecg.Class(random.IntN(6))
		}
		if random.IntN(900) == 0 {
			at += 5000
		}
		at += int64(rr)
		beats = append(beats, ecg.Beat{At: at, Frac: random.Float64() - 0.5, Known: at + 60, Class: class})
	}
	return beats
}

func TestAFKeepsTheContract(t *testing.T) {
	for _, classified := range []bool{false, true} {
		t.Run(fmt.Sprint(classified), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[ecg.Beat, ecg.Episode]{
				New: func() ecg.Stage[ecg.Beat, ecg.Episode] {
					return newAF(t, detect.AFConfig{Rate: 360, Classified: classified})
				},
				Input: irregular(4000), MaxState: 26 << 10, Rate: 0,
				InputTime: func(b ecg.Beat) int64 { return b.Known },
				At:        func(_ int, e ecg.Episode) int64 { return e.Start },
				Known:     func(e ecg.Episode) int64 { return e.Known },
			})
		})
	}
}

func TestAFReports(t *testing.T) {
	d := newAF(t, detect.AFConfig{Rate: 360})
	out := d.Flush(d.Append(nil, irregular(8000)))
	require.NotEmpty(t, out)
	for _, e := range out {
		require.Equal(t, ecg.AtrialFibrillation, e.Rhythm)
		require.True(t, e.Confidence > 0 && e.Confidence < 1)
		require.True(t, e.End == 0 || e.Known >= e.End-1)
	}
	checkReports(t, out, func(ecg.Rhythm) bool { return true })
}

// Fibrillation of a synthetic patient is found once, its start within 10 s, its end within 30; and
// none is in the other rhythms.
func TestAFOnSyntheticPatients(t *testing.T) {
	for seed := range uint64(4) {
		c := synth.Config{Seed: seed, Duration: 6 * time.Minute, HeartRate: 60 + 3*float64(seed), LF: 20, HF: 30, PACs: 20, PVCs: 20}
		c.Rhythms = []synth.Rhythm{{Kind: ecg.AtrialFibrillation, At: 2 * time.Minute, For: 2 * time.Minute}}
		beats, truth, frames := rhythmPatient(t, c)
		for _, classified := range []bool{false, true} {
			got := told(newAF(t, detect.AFConfig{Rate: synthRate, Classified: classified}), beats, frames, ecg.Confirmed)
			require.Len(t, got, 1, "seed %d: %v", seed, got)
			for _, w := range truth {
				if w.Rhythm == ecg.AtrialFibrillation {
					require.InDelta(t, w.Start, got[0].Start, 10*synthRate, "seed %d", seed)
					require.InDelta(t, w.End, got[0].End, 30*synthRate, "seed %d", seed)
				}
			}
		}
		for kind, c := range everyRhythm(seed, true) {
			if kind == ecg.AtrialFibrillation {
				continue
			}
			beats, _, frames := rhythmPatient(t, c)
			for _, classified := range []bool{false, true} {
				got := told(newAF(t, detect.AFConfig{Rate: synthRate, Classified: classified}), beats, frames, ecg.Confirmed)
				require.Empty(t, got, "%v, seed %d", kind, seed)
			}
		}
	}
}

// What is irregular does not depend on the rate of the heart or of the samples.
func TestAFAtOtherRates(t *testing.T) {
	beats := irregular(3000)
	want := detect.NewAFSeries(360, false)
	got := detect.NewAFSeries(1080, false)
	for _, b := range beats {
		want.Push(ecg.Beat{At: b.At})
		got.Push(ecg.Beat{At: 3 * b.At})
	}
	w, g := want.Inputs(nil), got.Inputs(nil)
	require.Len(t, g, detect.AFInputs)
	for i := range w {
		require.InDelta(t, w[i], g[i], 0.05, "input %d", i)
	}
}

// The statistics of a few intervals, by hand.
func TestAFSeries(t *testing.T) {
	s := detect.NewAFSeries(100, false)
	at := int64(0)
	for _, rr := range []int64{0, 100, 50, 150, 100, 100} {
		at += rr
		s.Push(ecg.Beat{At: at})
	}
	in := s.Inputs(nil)
	// Differences of ln RR: -0.69, 1.10, -0.41, 0, at most 0.5 each; the first
	// interval has none.
	near := func(i int, want float64) { require.InDelta(t, want, in[i], 1e-4, "input %d", i) }
	near(0, math.Log((0.5+0.5+0.4055+0)/5+0.003)) // d1
	near(8, 2./5)                                 // turning points
	near(14, (math.Log(0.5)+math.Log(1.5))/5)     // mean of ln RR
	for i := range 17 {
		require.Equal(t, in[i], in[i+17], "less intervals than the horizon")
	}
}

// With classes, the time over a ventricular beat counts as two equal intervals.
func TestAFSeriesOverVentricularBeats(t *testing.T) {
	s := detect.NewAFSeries(100, true)
	at, n := int64(0), 0
	for i := range 200 {
		b := ecg.Beat{At: at, Class: ecg.Normal}
		if at += 80; i%3 == 1 {
			b.At, b.Class = b.At-30, ecg.Ventricular
		}
		if s.Push(b) {
			n++
		}
	}
	require.Equal(t, 133-1, n)
	in := s.Inputs(nil)
	require.InDelta(t, math.Log(0.003), in[0], 1e-3, "nothing is irregular")
	require.InDelta(t, math.Log(0.8), in[14], 1e-3)
}

// Five seconds without a beat end an episode, with its last beat.
func TestAFEndsWithTheBeats(t *testing.T) {
	d := newAF(t, detect.AFConfig{Rate: 360, Latency: time.Second})
	random := rand.New(rand.NewPCG(1, 1))
	at := int64(0)
	var out []ecg.Episode
	for range 200 {
		at += 150 + random.Int64N(250)
		out = d.Append(out, []ecg.Beat{{At: at, Known: at}})
	}
	require.Equal(t, ecg.Confirmed, out[len(out)-1].State)
	require.Empty(t, d.Advance(nil, at+6*360))
	out = d.Advance(nil, at+7*360)
	require.Len(t, out, 1)
	require.Equal(t, at+1, out[0].End)
	require.Equal(t, at+6*360, out[0].Known)
}

func TestAFConfig(t *testing.T) {
	for _, c := range []detect.AFConfig{{}, {Rate: math.NaN()}, {Rate: 360, Confirm: -1}, {Rate: 360, Gap: 1}, {Rate: 360, Latency: -1}} {
		_, err := detect.NewAFDetector(c)
		var wrong *ecg.ConfigError
		require.ErrorAs(t, err, &wrong, "%+v", c)
	}
	a, err := newAF(t, detect.AFConfig{Rate: 360}).AppendBinary(nil)
	require.NoError(t, err)
	require.ErrorIs(t, newAF(t, detect.AFConfig{Rate: 360, Classified: true}).UnmarshalBinary(a), checkpoint.ErrConfig)
}

func FuzzReadAFModel(f *testing.F) {
	f.Add([]byte("SAFS\x01\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := detect.ReadAFModel(data); (m == nil) == (err == nil) {
			t.Fatal(m, err)
		}
	})
}

func BenchmarkAFDetector(b *testing.B) {
	beats := irregular(4000)
	d := newAF(b, detect.AFConfig{Rate: 360})
	out := make([]ecg.Episode, 0, 4000)
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		out = d.Append(out[:0], beats)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(beats)), "ns/beat")
	state, _ := d.AppendBinary(nil)
	b.ReportMetric(float64(len(state)), "state-bytes")
}

// A minute of fibrillation in a synthetic patient.
func ExampleAFDetector() {
	p, err := synth.New(synth.Config{Seed: 3, Rate: 250, Duration: 3 * time.Minute, Rhythms: []synth.Rhythm{
		{Kind: ecg.AtrialFibrillation, At: time.Minute, For: time.Minute},
	}})
	if err != nil {
		panic(err)
	}
	if _, err := ecg.ReadAll(ecg.Reader[float64](p)); err != nil {
		panic(err)
	}
	beats := p.Truth(nil) // in life, those of a QRS detector
	d, err := detect.NewAFDetector(detect.AFConfig{Rate: 250})
	if err != nil {
		panic(err)
	}
	for _, e := range d.Flush(d.Append(nil, beats)) {
		seconds := func(at int64) time.Duration { return time.Duration(at) * time.Second / 250 }
		fmt.Println(e.State, "at", seconds(e.Known).Round(time.Second), "since", seconds(e.Start).Round(time.Second))
	}
}
