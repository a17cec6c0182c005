package detect_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// rhythmPatient returns the beats and the true episodes of a synthetic patient.
func rhythmPatient(t testing.TB, c synth.Config) (beats []ecg.Beat, truth []ecg.Episode, frames int64) {
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	return p.Truth(nil), p.Episodes(nil), int64(len(x) / len(p.Format().Leads))
}

func newRhythmRules(t testing.TB, c detect.RhythmRulesConfig) *detect.RhythmRules {
	r, err := detect.NewRhythmRules(c)
	require.NoError(t, err)
	return r
}

// told are the episodes of a stage over these beats, the reports of each joined,
// those that were only suspected too if least says so.
func told[In any](s ecg.Stage[In, ecg.Episode], beats []In, frames int64, least ecg.EpisodeState) []ecg.Episode {
	out := s.Append(nil, beats)
	out = s.(ecg.Advancer[ecg.Episode]).Advance(out, frames)
	out = s.Flush(out)
	var list []ecg.Episode
	open := map[ecg.Rhythm]ecg.EpisodeState{}
	for _, e := range out {
		state, is := open[e.Rhythm]
		if e.State < ecg.Ended {
			open[e.Rhythm] = e.State
			continue
		}
		delete(open, e.Rhythm)
		if !is || state >= least {
			list = append(list, e)
		}
	}
	return list
}

const synthRate = 360

// everyRhythm is the sinus rhythm with each of the others for 90 s.
func everyRhythm(seed uint64, variable bool) map[ecg.Rhythm]synth.Config {
	all := map[ecg.Rhythm]synth.Config{}
	for _, k := range []ecg.Rhythm{
		ecg.SinusBradycardia, ecg.SinusTachycardia, ecg.SupraventricularTachy, ecg.VentricularBigeminy, ecg.VentricularTrigeminy,
		ecg.VentricularTachycardia, ecg.IdioventricularRhythm, ecg.PacedRhythm, ecg.SecondDegreeBlock, ecg.ThirdDegreeBlock, ecg.Asystole,
		ecg.AtrialFibrillation,
	} {
		c := synth.Config{Seed: seed, Duration: 4 * time.Minute, HeartRate: 66, Rhythms: []synth.Rhythm{{Kind: k, At: time.Minute, For: 90 * time.Second}}}
		if variable {
			c.LF, c.HF = 20, 25
		}
		all[k] = c
	}
	c := synth.Config{Seed: seed, Duration: 3 * time.Minute, HeartRate: 66}
	at := func(k synth.EventKind, beats int, d time.Duration) synth.Config {
		c := c
		c.Events = []synth.Event{{Kind: k, At: time.Minute, Beats: beats, For: d}}
		return c
	}
	all[ecg.VentricularCouplet] = at(synth.Run, 2, 0)
	all[ecg.VentricularRun] = at(synth.Run, 4, 0)
	all[ecg.Pause] = at(synth.Pause, 0, 2600*time.Millisecond)
	all[ecg.SinusRhythm] = at(synth.PVC, 0, 0)
	return all
}

// Each rhythm of the synthetic patients is found, once, within 10 s of its onset,
// and nothing else is.
func TestRulesOnEveryRhythm(t *testing.T) {
	for seed := range uint64(4) {
		for kind, c := range everyRhythm(seed, seed%2 == 1) {
			beats, truth, frames := rhythmPatient(t, c)
			least := ecg.Confirmed
			if kind == ecg.ThirdDegreeBlock {
				least = ecg.Suspected // intervals do not prove it
			}
			got := told(newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{Classified: true}}), beats, frames, least)
			requireRhythm(t, fmt.Sprintf("%v seed %d", kind, seed), kind, truth, got)
		}
	}
}

// requireRhythm requires that everything true was told within 10 s, that of this
// kind in one piece, and nothing else.
func requireRhythm(t *testing.T, name string, kind ecg.Rhythm, truth, got []ecg.Episode) {
	found := 0
	for _, e := range got {
		if e.Rhythm == ecg.SinusRhythm {
			continue
		}
		right := slices.ContainsFunc(truth, func(w ecg.Episode) bool {
			return w.Rhythm == e.Rhythm && e.Start < w.End && e.End > w.Start
		})
		// Asystole is a pause first.
		require.True(t, right || kind == ecg.Asystole && e.Rhythm == ecg.Pause, "%s: %v is invented", name, e)
		if e.Rhythm == kind {
			found++
		}
	}
	for _, w := range truth {
		i := slices.IndexFunc(got, func(e ecg.Episode) bool {
			return e.Rhythm == w.Rhythm && e.Start > w.Start-10*synthRate && e.Start < w.Start+10*synthRate
		})
		require.GreaterOrEqual(t, i, 0, "%s: %v is missed among %v", name, w, got)
		end := 10. // s; the irregularity of so many intervals dies away slowly
		if kind == ecg.AtrialFibrillation {
			end = 30
		}
		require.InDelta(t, w.End, got[i].End, end*synthRate, name)
	}
	if kind != ecg.SinusRhythm {
		require.Equal(t, 1, found, "%s: in pieces, %v", name, got)
	}
}

// Flutter with changing conduction is found within 10 s, and is no fibrillation. A
// long stretch of 2:1 in it may be called a tachycardia.
func TestRulesOnFlutter(t *testing.T) {
	for seed := range uint64(4) {
		c := synth.Config{Seed: seed, Duration: 4 * time.Minute, HeartRate: 66, LF: 20, HF: 25}
		c.Rhythms = []synth.Rhythm{{Kind: ecg.AtrialFlutter, At: time.Minute, For: 90 * time.Second}}
		beats, truth, frames := rhythmPatient(t, c)
		got := told(newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{}}), beats, frames, ecg.Confirmed)
		i := slices.IndexFunc(got, func(e ecg.Episode) bool { return e.Rhythm == ecg.AtrialFlutter })
		require.GreaterOrEqual(t, i, 0, "seed %d: %v", seed, got)
		require.InDelta(t, truth[0].Start, got[i].Start, 10*synthRate, "seed %d", seed)
		// Nothing else is invented: sinus rhythm around it, tachycardia within.
		for _, e := range got {
			inside := e.Start < truth[0].End && e.End > truth[0].Start
			switch e.Rhythm {
			case ecg.SinusRhythm:
			case ecg.AtrialFlutter, ecg.SupraventricularTachy, ecg.SinusTachycardia:
				require.True(t, inside, "seed %d: %v", seed, e)
			default:
				require.Fail(t, "invented", "seed %d: %v", seed, e)
			}
		}
	}
}

// Fibrillation that dies away is followed by asystole: the detector of the waveform lets
// go of the first, the rules tell the second, within 15 s.
func TestRulesAfterVentricularFibrillation(t *testing.T) {
	for seed := range uint64(4) {
		p, err := synth.New(synth.Config{Rate: synthRate, Leads: 1, Seed: seed, Duration: 2 * time.Minute, HeartRate: 75, LF: 20, HF: 20, Muscle: 0.01, Rhythms: []synth.Rhythm{
			{Kind: ecg.VentricularFibrillation, At: 30 * time.Second, For: 30 * time.Second},
			{Kind: ecg.Asystole, At: time.Minute, For: 30 * time.Second},
		}})
		require.NoError(t, err)
		x, err := ecg.ReadAll(ecg.Reader[float64](p))
		require.NoError(t, err)
		v := newVF(t, synthRate, 1)
		shock := v.Flush(v.Append(nil, x))
		require.Len(t, shock, 5, "seed %d", seed)
		require.Equal(t, []ecg.Rhythm{shock[0].Rhythm, ecg.Asystole, ecg.Asystole}, []ecg.Rhythm{shock[2].Rhythm, shock[3].Rhythm, shock[4].Rhythm})
		require.Equal(t, ecg.Ended, shock[2].State)
		require.InDelta(t, 60, float64(shock[2].End)/synthRate, 4, "seed %d", seed)
		require.Less(t, float64(shock[2].Known)/synthRate, 70., "seed %d", seed)

		q, err := detect.NewQRS(detect.QRSConfig{Rate: synthRate, Leads: 1})
		require.NoError(t, err)
		got := told(newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate}), q.Flush(q.Append(nil, x)), int64(len(x)), ecg.Confirmed)
		i := slices.IndexFunc(got, func(e ecg.Episode) bool {
			return e.Rhythm == ecg.Asystole && e.Start > 58*synthRate && e.Start < 71*synthRate
		})
		require.GreaterOrEqual(t, i, 0, "seed %d: %v", seed, got)
	}
}

// Rates need no classes.
func TestRulesWithoutClasses(t *testing.T) {
	all := everyRhythm(3, true)
	for _, kind := range []ecg.Rhythm{ecg.SinusBradycardia, ecg.SinusTachycardia, ecg.SupraventricularTachy, ecg.SecondDegreeBlock, ecg.Pause, ecg.Asystole} {
		beats, truth, frames := rhythmPatient(t, all[kind])
		for i := range beats {
			beats[i].Class = ecg.Unclassified
		}
		got := told(newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate}), beats, frames, ecg.Confirmed)
		i := slices.IndexFunc(got, func(e ecg.Episode) bool { return e.Rhythm == kind })
		require.GreaterOrEqual(t, i, 0, "%v among %v", kind, got)
		w := truth[slices.IndexFunc(truth, func(e ecg.Episode) bool { return e.Rhythm == kind })]
		require.InDelta(t, w.Start, got[i].Start, 10*synthRate, "%v", kind)
	}
}

// hardBeats is an hour of everything, with delays and disorder.
func hardBeats(n int) []ecg.Beat {
	random := rand.New(rand.NewPCG(5, 6))
	var beats []ecg.Beat
	at, known := int64(0), int64(0)
	rr, class := 300.0, ecg.Normal
	for range n {
		switch random.IntN(40) {
		case 0:
			rr = 100 + 600*random.Float64()
		case 1:
			class = ecg.Class(random.IntN(6))
		case 2:
			at += int64(random.IntN(4000))
		}
		c := class
		if random.IntN(4) == 0 {
			c = ecg.Class(random.IntN(6))
		}
		at += int64(rr * (0.8 + 0.4*random.Float64()))
		known = max(known, at+int64(random.IntN(200)))
		beats = append(beats, ecg.Beat{At: at, Frac: random.Float64() - 0.5, Known: known, Class: c})
	}
	return beats
}

func TestRulesKeepTheContract(t *testing.T) {
	for name, c := range map[string]detect.RhythmRulesConfig{
		"rules":   {Rate: 360},
		"with AF": {Rate: 360, AF: &detect.AFConfig{}},
	} {
		for input, beats := range map[string][]ecg.Beat{"hard": hardBeats(3000), "irregular": irregular(3000)} {
			t.Run(name+", "+input, func(t *testing.T) {
				ecgtest.TestStage(t, ecgtest.Stage[ecg.Beat, ecg.Episode]{
					New:   func() ecg.Stage[ecg.Beat, ecg.Episode] { return newRhythmRules(t, c) },
					Input: beats, MaxState: 28 << 10, Unordered: true,
					InputTime: func(b ecg.Beat) int64 { return b.Known },
					At:        func(_ int, e ecg.Episode) int64 { return e.Start },
					Known:     func(e ecg.Episode) int64 { return e.Known },
				})
			})
		}
	}
}

// Of any beats: what has begun ends, states go forward, one rhythm at a time, and
// none before the end of the last.
func TestRulesReports(t *testing.T) {
	exclusive := func(k ecg.Rhythm) bool {
		return k != ecg.Pause && k != ecg.VentricularCouplet && k != ecg.VentricularRun && k != ecg.AtrialFibrillation
	}
	for _, c := range []detect.RhythmRulesConfig{{Rate: 360}, {Rate: 360, AF: &detect.AFConfig{Classified: true}}} {
		for _, beats := range [][]ecg.Beat{hardBeats(20000), irregular(10000)} {
			r := newRhythmRules(t, c)
			checkReports(t, r.Flush(r.Append(nil, beats)), exclusive)
		}
	}
}

// checkReports checks the order of reports; of the exclusive ones there is one at
// a time.
func checkReports(t *testing.T, out []ecg.Episode, exclusive func(ecg.Rhythm) bool) {
	open := map[ecg.Rhythm]ecg.Episode{}
	ended := int64(-1)
	for _, e := range out {
		o, is := open[e.Rhythm]
		if is {
			require.Equal(t, o.Start, e.Start, "%v", e)
			require.Greater(t, e.State, o.State, "%v", e)
		} else if exclusive(e.Rhythm) {
			require.GreaterOrEqual(t, e.Start, ended, "%v", e)
			for k := range open {
				require.False(t, exclusive(k), "%v while %v", e, k)
			}
		}
		if e.State == ecg.Ended {
			require.Greater(t, e.End, e.Start)
			delete(open, e.Rhythm)
			if exclusive(e.Rhythm) {
				ended = e.End
			}
			continue
		}
		require.Zero(t, e.End)
		open[e.Rhythm] = e
	}
	require.Empty(t, open)
}

// After Break nothing is missing: no pause, no asystole, and the next interval
// begins with the next beat.
func TestRulesBreak(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 360})
	var out []ecg.Episode
	at := int64(0)
	for range 40 {
		at += 300
		out = r.Append(out, []ecg.Beat{{At: at, Known: at}})
	}
	out = r.Break(out, at+200)
	require.Equal(t, ecg.Episode{Rhythm: ecg.SinusRhythm, State: ecg.Ended, Start: 300, End: at + 1, Known: at + 199, Confidence: 1}, out[len(out)-1])
	n := len(out)
	out = r.Advance(out, at+20000)
	for range 40 {
		at += 300
		out = r.Append(out, []ecg.Beat{{At: at + 20000, Known: at + 20000}})
	}
	for _, e := range out[n:] {
		require.Equal(t, ecg.SinusRhythm, e.Rhythm)
	}
}

// A pause is known 2 s and the latency after its start, not with its end; the
// same with asystole.
func TestRulesKnowTheTime(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100, Latency: time.Second})
	for i := range int64(10) {
		r.Append(nil, []ecg.Beat{{At: 80 * i, Known: 80 * i}})
	}
	require.Empty(t, r.Advance(nil, 720+300))
	require.Equal(t, []ecg.Episode{{Rhythm: ecg.Pause, State: ecg.Confirmed, Start: 720, Known: 1020, Confidence: 1}}, r.Advance(nil, 720+400))
	out := r.Advance(nil, 5000)
	require.Equal(t, ecg.Asystole, out[len(out)-1].Rhythm)
	require.Equal(t, int64(720+500), out[len(out)-1].Known)
}

func TestRulesConfig(t *testing.T) {
	for _, c := range []detect.RhythmRulesConfig{
		{}, {Rate: -1}, {Rate: 360, Pause: -1}, {Rate: 360, Bradycardia: 20}, {Rate: 360, Tachycardia: 40},
		{Rate: 360, Supraventricular: 90}, {Rate: 360, Asystole: time.Second}, {Rate: 360, Latency: -1}, {Rate: 360, Confirm: -1},
	} {
		_, err := detect.NewRhythmRules(c)
		var wrong *ecg.ConfigError
		require.ErrorAs(t, err, &wrong, "%+v", c)
	}
}

func BenchmarkRhythmRules(b *testing.B) {
	beats := hardBeats(5000)
	r, err := detect.NewRhythmRules(detect.RhythmRulesConfig{Rate: 360})
	require.NoError(b, err)
	out := make([]ecg.Episode, 0, 20000)
	b.ReportAllocs()
	for b.Loop() {
		r.Reset()
		out = r.Append(out[:0], beats)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(beats)), "ns/beat")
}

// A couplet and a pause among sinus beats.
func ExampleRhythmRules() {
	r, err := detect.NewRhythmRules(detect.RhythmRulesConfig{Rate: 100})
	if err != nil {
		panic(err)
	}
	class := []ecg.Class{10: ecg.Ventricular, 11: ecg.Ventricular, 24: ecg.Normal}
	at := int64(0)
	for i, c := range class {
		if c == ecg.Unclassified {
			c = ecg.Normal
		}
		at += 80
		if i == 20 {
			at += 170
		}
		for _, e := range r.Append(nil, []ecg.Beat{{At: at, Known: at, Class: c}}) {
			fmt.Println(e.Known, e.State, e.Rhythm, e.Start, e.End)
		}
	}
	// Output:
	// 400 suspected N 80 0
	// 1040 ended VC 880 960
	// 1120 confirmed N 80 0
	// 1850 ended PAUSE 1600 1850
}
