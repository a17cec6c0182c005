package detect_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// BenchmarkRhythms is the cost of all rhythm stages together, on top of beats:
// AtrialWaves, VFDetector and RhythmRules with an AFDetector, a second of one lead
// at a time. First without a beat, then with them: ns/beat is the difference.
//
// In fibrillation of the ventricles there are no beats; in ventricular tachycardia
// all windows are in doubt, which costs the most.
func BenchmarkRhythms(b *testing.B) {
	for _, rate := range []float64{250, 360} {
		for _, kind := range []ecg.Rhythm{ecg.RhythmUnknown, ecg.AtrialFibrillation, ecg.VentricularFibrillation, ecg.VentricularTachycardia} {
			c := synth.Config{Rate: rate, Leads: 1, Duration: 2 * time.Minute, Seed: 1, HeartRate: 75, LF: 20, HF: 20, Wander: 0.05, Mains: 0.01, Muscle: 0.015}
			if kind != ecg.RhythmUnknown {
				c.Rhythms = []synth.Rhythm{{Kind: kind, For: c.Duration}}
			}
			p, err := synth.New(c)
			require.NoError(b, err)
			x, err := ecg.ReadAll(ecg.Reader[float64](p))
			require.NoError(b, err)
			least := math.Inf(1)
			q, err := detect.NewQRS(detect.QRSConfig{Rate: rate})
			require.NoError(b, err)
			run := func(name string, beats []ecg.Beat) {
				b.Run(fmt.Sprintf("%v Hz/%v/%s", rate, kind, name), func(b *testing.B) {
					r := newRhythms(b, rate, beats)
					r.run(x)
					b.ReportAllocs()
					for b.Loop() {
						r.run(x)
					}
					ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
					if len(beats) == 0 {
						least = min(least, ns)
						b.ReportMetric(ns/float64(len(x)), "ns/sample")
						return
					}
					b.ReportMetric((ns-least)/float64(len(beats)), "ns/beat")
				})
			}
			run("samples", nil)
			if kind != ecg.VentricularFibrillation {
				run("beats", q.Flush(q.Append(nil, x)))
			}
		}
	}
}

// rhythms are the rhythm stages, as a monitor runs them.
type rhythms struct {
	second   int // frames
	waves    *detect.AtrialWaves
	vf       *detect.VFDetector
	rules    *detect.RhythmRules
	evidence []detect.AtrialEvidence
	episodes []ecg.Episode
	out      []ecg.Episode
}

func newRhythms(t testing.TB, rate float64, beats []ecg.Beat) *rhythms {
	waves, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: rate, Detector: bench.NewMarks(1, beats)})
	require.NoError(t, err)
	rules, err := detect.NewRhythmRules(detect.RhythmRulesConfig{Rate: rate, AF: &detect.AFConfig{}})
	require.NoError(t, err)
	return &rhythms{second: int(rate), waves: waves, vf: newVF(t, rate, 1), rules: rules}
}

// run takes a record.
func (r *rhythms) run(x []float64) {
	r.vf.Reset()
	r.waves.Reset()
	r.rules.Reset()
	for n := 0; n < len(x); n += r.second {
		block := x[n:min(n+r.second, len(x))]
		r.episodes = r.vf.Append(r.episodes[:0], block)
		r.out = r.rules.AppendVF(r.out[:0], r.episodes)
		r.evidence = r.waves.Append(r.evidence[:0], block)
		r.out = r.rules.AppendEvidence(r.out, r.evidence)
		r.out = r.rules.Advance(r.out, int64(n+len(block)))
	}
}
