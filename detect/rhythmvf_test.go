package detect_test

import (
	"cmp"
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

// beatOrVF is what the rules are given: one or the other.
type beatOrVF struct {
	beat ecg.Beat
	vf   ecg.Episode
	is   bool // vf
}

func (e beatOrVF) known() int64 {
	if e.is {
		return e.vf.Known
	}
	return e.beat.Known
}

// merged are both in the order in which they become known, fibrillation first.
func merged(beats []ecg.Beat, vf []ecg.Episode) []beatOrVF {
	var all []beatOrVF
	for _, e := range vf {
		all = append(all, beatOrVF{vf: e, is: true})
	}
	for _, b := range beats {
		all = append(all, beatOrVF{beat: b})
	}
	slices.SortStableFunc(all, func(a, b beatOrVF) int { return cmp.Compare(a.known(), b.known()) })
	return all
}

// rulesOnBoth are RhythmRules as a stage from both to episodes.
type rulesOnBoth struct{ *detect.RhythmRules }

func (r rulesOnBoth) Append(dst []ecg.Episode, in []beatOrVF) []ecg.Episode {
	for i := range in {
		if in[i].is {
			one := [1]ecg.Episode{in[i].vf}
			dst = r.AppendVF(dst, one[:])
			continue
		}
		one := [1]ecg.Beat{in[i].beat}
		dst = r.RhythmRules.Append(dst, one[:])
	}
	return dst
}

// arrest is a patient whose heart fibrillates, stands still, and beats again:
// fibrillation as the detector sees it, with the true beats and with those found.
func arrest(t testing.TB, seed uint64) (truth, found []beatOrVF, frames int64) {
	p, err := synth.New(synth.Config{Rate: synthRate, Leads: 1, Seed: seed, Duration: 2 * time.Minute, HeartRate: 75, LF: 20, HF: 20, Muscle: 0.01, Rhythms: []synth.Rhythm{
		{Kind: ecg.VentricularFibrillation, At: 30 * time.Second, For: 30 * time.Second},
		{Kind: ecg.Asystole, At: time.Minute, For: 30 * time.Second},
	}})
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	v := newVF(t, synthRate, 1)
	vf := v.Flush(v.Append(nil, x))
	q, err := detect.NewQRS(detect.QRSConfig{Rate: synthRate, Leads: 1})
	require.NoError(t, err)
	return merged(p.Truth(nil), vf), merged(q.Flush(q.Append(nil, x)), vf), int64(len(x))
}

// Sinus rhythm, fibrillation, asystole, sinus rhythm: told so, and nothing else, if
// the beats are the true ones. A detector finds beats in fibrillation, and in the noise of
// asystole; then, too, both are told, and there is no rhythm of beats in them.
func TestRulesTellVFThenAsystole(t *testing.T) {
	for seed := range uint64(4) {
		in, found, frames := arrest(t, seed)
		for _, af := range []*detect.AFConfig{nil, {}} {
			all := told(rulesOnBoth{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: af})}, in, frames, ecg.Confirmed)
			var got []ecg.Episode
			for _, e := range all {
				switch e.Rhythm {
				case ecg.VentricularFibrillation, ecg.VentricularFlutter, ecg.Asystole:
					got = append(got, e)
				case ecg.SinusRhythm:
				case ecg.Pause: // told before fibrillation was suspected, and ended by it
					require.Less(t, e.Start, int64(30*synthRate), "seed %d: %v", seed, e)
					require.Less(t, e.End, int64(33*synthRate), "seed %d: %v", seed, e)
				default:
					require.Fail(t, "invented", "seed %d: %v", seed, e)
				}
			}
			require.Len(t, got, 2, "seed %d: %v", seed, all)
			require.NotEqual(t, ecg.Asystole, got[0].Rhythm)
			require.InDelta(t, 30, float64(got[0].Start)/synthRate, 3, "seed %d", seed)
			require.InDelta(t, 60, float64(got[0].End)/synthRate, 4, "seed %d", seed)
			require.Equal(t, ecg.Asystole, got[1].Rhythm)
			require.GreaterOrEqual(t, got[1].Start, got[0].End, "seed %d", seed)
			require.InDelta(t, 60, float64(got[1].Start)/synthRate, 5, "seed %d", seed)
			require.InDelta(t, 90, float64(got[1].End)/synthRate, 3, "seed %d", seed)

			all = told(rulesOnBoth{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: af})}, found, frames, ecg.Suspected)
			i := slices.IndexFunc(all, func(e ecg.Episode) bool { return e.Rhythm == got[0].Rhythm })
			require.Equal(t, got[0], all[i])
			k := slices.IndexFunc(all, func(e ecg.Episode) bool { return e.Rhythm == ecg.Asystole })
			require.Equal(t, got[1], all[k])
			for n, e := range all {
				for _, o := range []int{i, k} {
					require.True(t, n == o || e.End <= all[o].Start || e.Start >= all[o].End, "seed %d: %v", seed, e)
				}
			}
		}
	}
}

func TestRulesWithVFKeepTheContract(t *testing.T) {
	truth, found, _ := arrest(t, 1)
	random := rand.New(rand.NewPCG(7, 8))
	beats := hardBeats(1500)
	var vf []ecg.Episode
	for at := int64(0); at < beats[len(beats)-1].At; {
		at += int64(random.IntN(30000))
		e := ecg.Episode{Rhythm: ecg.VentricularFibrillation, State: ecg.Suspected, Start: at}
		at += int64(random.IntN(2000))
		e.Known = at
		if random.IntN(3) == 0 {
			e.Rhythm, e.State = ecg.Asystole, ecg.Confirmed
		}
		vf = append(vf, e)
		if e.Rhythm != ecg.Asystole && random.IntN(2) == 0 {
			at += int64(random.IntN(3000))
			e.State, e.Known = ecg.Confirmed, at
			vf = append(vf, e)
		}
		e.End = at + 1
		at += int64(random.IntN(3000))
		e.State, e.Known = ecg.Ended, at
		vf = append(vf, e)
	}
	for name, input := range map[string][]beatOrVF{"arrest": truth, "arrest, beats found": found, "hard": merged(beats, vf)} {
		t.Run(name, func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[beatOrVF, ecg.Episode]{
				New: func() ecg.Stage[beatOrVF, ecg.Episode] {
					return rulesOnBoth{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate, AF: &detect.AFConfig{}})}
				},
				Input: input, MaxState: 16 << 10, Unordered: true,
				InputTime: beatOrVF.known,
				At:        func(_ int, e ecg.Episode) int64 { return e.Start },
				Known:     func(e ecg.Episode) int64 { return e.Known },
			})
			r := rulesOnBoth{newRhythmRules(t, detect.RhythmRulesConfig{Rate: synthRate})}
			checkReports(t, r.Flush(r.Append(nil, input)), func(k ecg.Rhythm) bool {
				return k != ecg.Pause && k != ecg.VentricularCouplet && k != ecg.VentricularRun && k != ecg.VentricularFibrillation && k != ecg.VentricularFlutter
			})
		})
	}
}

// steady are beats at 75/min from the start, at 100 Hz.
func steady(r *detect.RhythmRules, n int) (out []ecg.Episode, last int64) {
	for i := range int64(n) {
		last = 80 * i
		out = r.Append(out, []ecg.Beat{{At: last, Known: last}})
	}
	return out, last
}

// Suspected fibrillation holds asystole back; what was due is told once it is over.
func TestRulesHoldAsystoleBack(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100})
	_, last := steady(r, 20)
	vf := ecg.Episode{Rhythm: ecg.VentricularFibrillation, State: ecg.Suspected, Start: last + 50, Known: last + 350}
	require.Equal(t, []ecg.Episode{vf}, r.AppendVF(nil, []ecg.Episode{vf}))
	require.Empty(t, r.Advance(nil, last+900))
	vf.State, vf.End, vf.Known = ecg.Ended, last+500, last+1000
	require.Equal(t, []ecg.Episode{vf}, r.AppendVF(nil, []ecg.Episode{vf}))
	out := r.Advance(nil, last+1001)
	require.Equal(t, ecg.Episode{Rhythm: ecg.Asystole, State: ecg.Confirmed, Start: last, Known: last + 1000, Confidence: 1}, out[len(out)-1])
}

// A pause that a beat ends while fibrillation is suspected is told with its end.
func TestRulesHoldAPauseBack(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100})
	_, last := steady(r, 20)
	vf := ecg.Episode{Rhythm: ecg.VentricularFibrillation, State: ecg.Suspected, Start: last + 50, Known: last + 350}
	r.AppendVF(nil, []ecg.Episode{vf})
	require.Empty(t, r.Append(nil, []ecg.Beat{{At: last + 380, Known: last + 380}}))
	vf.State, vf.End, vf.Known = ecg.Ended, last+400, last+600
	require.Equal(t, []ecg.Episode{
		{Rhythm: ecg.Pause, State: ecg.Ended, Start: last, End: last + 380, Known: last + 600, Confidence: 1}, vf,
	}, r.AppendVF(nil, []ecg.Episode{vf}))
}

// Where the signal is lost in fibrillation, what comes after it is not known.
func TestRulesBreakInVF(t *testing.T) {
	for _, lost := range []bool{false, true} {
		r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100})
		_, last := steady(r, 20)
		vf := ecg.Episode{Rhythm: ecg.VentricularFibrillation, State: ecg.Confirmed, Start: last + 50, Known: last + 150}
		out := r.AppendVF(nil, []ecg.Episode{vf})
		require.Equal(t, ecg.SinusRhythm, out[0].Rhythm)
		require.Equal(t, vf.Start, out[0].End)
		if lost {
			require.Empty(t, r.Break(nil, last+1000))
		}
		vf.State, vf.End, vf.Known = ecg.Ended, last+1000, last+1600
		r.AppendVF(nil, []ecg.Episode{vf})
		require.Equal(t, lost, len(r.Advance(nil, last+5000)) == 0)
	}
}
