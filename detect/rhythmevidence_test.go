package detect_test

import (
	"fmt"
	"testing"

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
	evidence, _, _ := evidenceOf(t, everyRhythm(1, true)[ecg.AtrialFibrillation])
	ecgtest.TestStage(t, ecgtest.Stage[detect.AtrialEvidence, ecg.Episode]{
		New: func() ecg.Stage[detect.AtrialEvidence, ecg.Episode] {
			return rulesOnEvidence{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{}})}
		},
		Input: evidence, MaxState: 16 << 10, Unordered: true,
		InputTime: func(e detect.AtrialEvidence) int64 { return e.Beat.Known },
		At:        func(_ int, e ecg.Episode) int64 { return e.Start },
		Known:     func(e ecg.Episode) int64 { return e.Known },
	})
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
