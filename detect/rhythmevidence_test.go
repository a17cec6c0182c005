package detect_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// rulesOnEvidence are RhythmRules as a stage from evidence to episodes.
type rulesOnEvidence struct{ *detect.RhythmRules }

func (r rulesOnEvidence) Append(dst []ecg.Episode, in []detect.AtrialEvidence) []ecg.Episode {
	return r.AppendEvidence(dst, in)
}

// evidenceOf is that of the true beats of a synthetic patient, in one lead.
func evidenceOf(t testing.TB, c synth.Config) (evidence []detect.AtrialEvidence, truth []ecg.Episode, frames int64) {
	c.Leads = 1
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	waves, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: p.Format().Rate, Detector: bench.NewMarks(1, p.Truth(nil))})
	require.NoError(t, err)
	return waves.Flush(waves.Append(nil, x)), p.Episodes(nil), int64(len(x))
}

// With the evidence of the signal the rules find every rhythm, too, and invent none.
func TestRulesWithEvidenceOnEveryRhythm(t *testing.T) {
	for seed := range uint64(4) {
		for kind, c := range everyRhythm(seed, seed%2 == 1) {
			c.Wander, c.Muscle, c.Mains = 0.05, 0.01, 0.01
			evidence, truth, frames := evidenceOf(t, c)
			least := ecg.Confirmed
			if kind == ecg.ThirdDegreeBlock {
				least = ecg.Suspected
			}
			r := rulesOnEvidence{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{Classified: true}})}
			requireRhythm(t, fmt.Sprintf("%v seed %d", kind, seed), kind, truth, told(r, evidence, frames, least))
		}
	}
}

func TestRulesWithEvidenceKeepTheContract(t *testing.T) {
	for name, c := range map[string]synth.Config{
		"fibrillation": everyRhythm(1, true)[ecg.AtrialFibrillation], "block": blocks(2)["2 to 1 at 75"], "complete block": blocks(3)["complete at 90"],
	} {
		t.Run(name, func(t *testing.T) {
			evidence, _, _ := evidenceOf(t, c)
			ecgtest.TestStage(t, ecgtest.Stage[detect.AtrialEvidence, ecg.Episode]{
				New: func() ecg.Stage[detect.AtrialEvidence, ecg.Episode] {
					return rulesOnEvidence{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{}})}
				},
				Input: evidence, MaxState: 28 << 10, Unordered: true,
				InputTime: func(e detect.AtrialEvidence) int64 { return e.Beat.Known },
				At:        func(_ int, e ecg.Episode) int64 { return e.Start },
				Known:     func(e ecg.Episode) int64 { return e.Known },
			})
		})
	}
}

// AtrialWaves over beats that have classes.
func TestAtrialWavesWithClassesKeepTheContract(t *testing.T) {
	ecgtest.TestStage(t, ecgtest.Stage[float64, detect.AtrialEvidence]{
		New: func() ecg.Stage[float64, detect.AtrialEvidence] {
			a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: 250, Detector: newBeats(t, detect.BeatConfig{Rate: 250}).Beats()})
			require.NoError(t, err)
			return a
		},
		Input: rhythmsAt(t, 250, 1, 2, synth.Rhythm{Kind: ecg.VentricularTrigeminy}), Frame: 1, Rate: 250,
		At:       func(_ int, e detect.AtrialEvidence) int64 { return e.Beat.At },
		Known:    func(e detect.AtrialEvidence) int64 { return e.Beat.Known },
		MaxState: 72 << 10,
	})
}

// blocks are synthetic ones for a minute, of all ratios, at several rates of the
// atria.
func blocks(seed uint64) map[string]synth.Config {
	all := map[string]synth.Config{}
	add := func(name string, atria float64, r synth.Rhythm) {
		r.At, r.For = time.Minute, time.Minute
		all[name] = synth.Config{Seed: seed, Duration: 3 * time.Minute, HeartRate: atria, LF: 20, HF: 20, Wander: 0.05, Muscle: 0.01, Mains: 0.01, Rhythms: []synth.Rhythm{r}}
	}
	for _, atria := range []float64{66, 75, 90} {
		if atria < 90 { // else the P wave that is not conducted lies in the T wave
			add(fmt.Sprint("Wenckebach at ", atria), atria, synth.Rhythm{Kind: ecg.SecondDegreeBlock})
		}
		for ratio := 2; ratio <= 5; ratio++ {
			add(fmt.Sprint(ratio, " to ", ratio-1, " at ", atria), atria, synth.Rhythm{Kind: ecg.SecondDegreeBlock, Conduction: ratio})
		}
		add(fmt.Sprint("complete at ", atria), atria, synth.Rhythm{Kind: ecg.ThirdDegreeBlock, Rate: 41})
	}
	return all
}

// Block is told by P waves, also 2:1 and 3:2, within 10 s; intervals alone can't tell it
// from bradycardia or bigeminy. Nothing else is invented but what its rate may be called first.
func TestRulesOnBlock(t *testing.T) {
	for seed := range uint64(3) {
		for name, c := range blocks(seed) {
			evidence, truth, frames := evidenceOf(t, c)
			r := rulesOnEvidence{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{Classified: true}})}
			got := told(r, evidence, frames, ecg.Confirmed)
			for _, w := range truth {
				if w.Rhythm != c.Rhythms[0].Kind {
					continue
				}
				i := slices.IndexFunc(got, func(e ecg.Episode) bool { return e.Rhythm == w.Rhythm })
				require.GreaterOrEqual(t, i, 0, "%s, seed %d: %v", name, seed, got)
				require.InDelta(t, w.Start, got[i].Start, 10*synthRate, "%s, seed %d", name, seed)
				require.InDelta(t, w.End, got[i].End, 10*synthRate, "%s, seed %d", name, seed)
			}
			for _, e := range got {
				require.Contains(t, []ecg.Rhythm{c.Rhythms[0].Kind, ecg.SinusRhythm, ecg.SinusBradycardia, ecg.Pause}, e.Rhythm, "%s, seed %d: %v", name, seed, got)
			}
		}
	}
}

// What was found of P waves is what a patient in block has: their times, in the slow
// intervals.
func TestAtrialWavesFindPWaves(t *testing.T) {
	c := blocks(1)["2 to 1 at 66"]
	evidence, truth, _ := evidenceOf(t, c)
	found, slow := 0, 0
	for i, e := range evidence[1:] {
		rr := float64(e.Beat.At-evidence[i].Beat.At) / synthRate
		if evidence[i].Beat.At < truth[0].Start || e.Beat.At > truth[0].End {
			continue
		}
		slow++
		// Mobitz II: P-R is 0.16 s, P waves come at the pace of the node.
		if p := e.P; p.N == 2 && p.Before[0] > 0.13 && p.Before[0] < 0.19 && p.Before[1] > 0.13+0.45*rr && p.Before[1] < 0.19+0.55*rr {
			found++
		}
	}
	require.Greater(t, slow, 25)
	require.Greater(t, found, slow*9/10)

	// Fast intervals are not looked at.
	evidence, _, _ = evidenceOf(t, synth.Config{HeartRate: 90, Duration: 20 * time.Second})
	for _, e := range evidence {
		require.Equal(t, -1, e.P.N)
	}
}
