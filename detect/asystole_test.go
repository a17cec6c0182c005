package detect_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// standstill is a heart that stands still for a minute, out of sinus rhythm or out of
// 40 s of fibrillation, in one lead.
type standstill struct {
	before        ecg.Rhythm
	rate          float64
	noise, wander float64 // mV
	mains         float64
	p             float64 // height of P waves that go on, mV
	seed          uint64
}

// signal returns the frames and where it stands still, s.
func (c standstill) signal(t testing.TB) (x []float64, from, to float64) {
	s := synth.Config{Rate: c.rate, Leads: 1, Seed: c.seed, Duration: 4 * time.Minute, HeartRate: 70, LF: 20, HF: 20, Muscle: c.noise, Wander: c.wander, Mains: c.mains}
	at := time.Minute
	if c.before == ecg.VentricularFibrillation {
		s.Rhythms = []synth.Rhythm{{Kind: c.before, At: at, For: 40 * time.Second}}
		at += 40 * time.Second
	}
	s.Rhythms = append(s.Rhythms, synth.Rhythm{Kind: ecg.Asystole, At: at, For: time.Minute})
	patient, err := synth.New(s)
	require.NoError(t, err)
	x, err = ecg.ReadAll(ecg.Reader[float64](patient))
	require.NoError(t, err)
	from, to = at.Seconds(), at.Seconds()+60
	for i := range x {
		if at := float64(i)/c.rate - from; c.p > 0 && at > 0 && at < 60 {
			u := (math.Mod(at, 0.8) - 0.4) / 0.022
			x[i] += c.p * math.Exp(-u*u/2)
		}
	}
	return x, from, to
}

// monitored is what is told of one lead: the beats that the detector finds, the
// waveform, and the rules over both.
func monitored(t testing.TB, x []float64, rate float64) []ecg.Episode {
	v := newVF(t, rate, 1)
	q, err := detect.NewQRS(detect.QRSConfig{Rate: rate, Leads: 1})
	require.NoError(t, err)
	in := merged(q.Flush(q.Append(nil, x)), v.Flush(v.Append(nil, x)))
	r := rulesOnBoth{newRhythmRules(t, detect.RhythmRulesConfig{Rate: rate, AF: &detect.AFConfig{}})}
	return r.Flush(r.Advance(r.Append(nil, in), int64(len(x))))
}

// Asystole is told within 10 s, once, to its end, and nothing else is invented, behind
// sinus rhythm and behind fibrillation, in any noise that it can have.
func TestAsystoleInNoise(t *testing.T) {
	for _, before := range []ecg.Rhythm{ecg.SinusRhythm, ecg.VentricularFibrillation} {
		for i, noise := range []float64{0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05} {
			for k, wander := range []float64{0, 0.1, 0.3} {
				c := standstill{before: before, noise: noise, wander: wander, mains: 0.01 * float64(k), seed: uint64(i)}
				c.rate = []float64{250, 360, 500}[k]
				requireAsystole(t, c)
			}
		}
	}
}

func requireAsystole(t *testing.T, c standstill) {
	x, from, to := c.signal(t)
	what := fmt.Sprintf("%+v", c)
	states := 0
	for _, e := range monitored(t, x, c.rate) {
		start, end, known := float64(e.Start)/c.rate, float64(e.End)/c.rate, float64(e.Known)/c.rate
		switch e.Rhythm {
		case ecg.SinusRhythm:
		case ecg.Pause: // what it was taken for first, or the fibrillation
			require.Greater(t, start, 58., "%s: %v", what, e)
			require.Less(t, start, to, "%s: %v", what, e)
		case ecg.VentricularFibrillation, ecg.VentricularFlutter:
			require.Equal(t, ecg.VentricularFibrillation, c.before, "%s: %v", what, e)
			require.InDelta(t, 60, start, 3, what)
			if e.State == ecg.Ended {
				require.InDelta(t, from, end, 3, what)
			}
		case ecg.Asystole:
			states++
			require.InDelta(t, from, start, 2, what)
			if e.State == ecg.Ended {
				require.InDelta(t, to+0.5, end, 1, what)
			} else {
				require.Less(t, known, from+10, what)
			}
		default:
			// Beats that are found in noise before it is known that there are none.
			require.Equal(t, ecg.Suspected, e.State, "%s: %v", what, e)
		}
	}
	require.Equal(t, 2, states, "%s: asystole once", what)
}

// P waves that go on without a QRS do not hide it, if they are as small as most are
// beside it.
func TestAsystoleWithPWaves(t *testing.T) {
	for i, noise := range []float64{0.005, 0.01, 0.02, 0.03, 0.05} {
		for _, wander := range []float64{0, 0.1, 0.3} {
			c := standstill{before: ecg.SinusRhythm, rate: 360, noise: noise, wander: wander, p: 0.1, seed: uint64(i)}
			x, from, to := c.signal(t)
			told := slices.DeleteFunc(monitored(t, x, c.rate), func(e ecg.Episode) bool { return e.Rhythm != ecg.Asystole })
			require.Len(t, told, 2, "%+v", c)
			require.Less(t, float64(told[0].Known)/c.rate, from+10, "%+v", c)
			require.InDelta(t, to, float64(told[1].End)/c.rate, 3, "%+v", c)
		}
	}
}

// It does not know the gain, and takes no lead for still that was always small.
func TestAsystoleKnowsNoGain(t *testing.T) {
	x, _, _ := standstill{before: ecg.SinusRhythm, rate: 360, noise: 0.01, wander: 0.1}.signal(t)
	for _, gain := range []float64{0.25, 1, 4} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = gain * x[i]
		}
		v := newVF(t, 360, 1)
		require.Len(t, v.Flush(v.Append(nil, y)), 2, "gain %v", gain)
	}
	v := newVF(t, 360, 1)
	require.Empty(t, v.Flush(v.Append(nil, x[62*360:118*360])), "a line that is all there ever was")
}

// A lead that is off stands still only where the other one does.
func TestAsystoleInTwoLeads(t *testing.T) {
	still, from, _ := standstill{before: ecg.SinusRhythm, rate: 360, noise: 0.01, wander: 0.1}.signal(t)
	p, err := synth.New(synth.Config{Rate: 360, Leads: 1, Seed: 5, Duration: 4 * time.Minute, Muscle: 0.01})
	require.NoError(t, err)
	beats, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	both := func(a, b func(i int) float64) []ecg.Episode {
		x := make([]float64, 0, 2*len(still))
		for i := range still {
			x = append(x, a(i), b(i))
		}
		v := newVF(t, 360, 2)
		return v.Flush(v.Append(nil, x))
	}
	one := func(i int) float64 { return still[i] }
	require.Empty(t, both(one, func(i int) float64 { return beats[i] }))
	told := both(one, func(int) float64 { return math.NaN() })
	require.Len(t, told, 2)
	require.InDelta(t, from, float64(told[0].Start)/360, 2)
}

// It ends with the beat that ends it.
func TestAsystoleEndsWithTheBeat(t *testing.T) {
	for seed := range uint64(8) {
		p, err := synth.New(synth.Config{Leads: 1, Seed: seed, HeartRate: 70, LF: 20, HF: 20, Muscle: 0.005 * float64(seed), Wander: 0.1, Duration: 2 * time.Minute,
			Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, At: time.Minute, For: 20 * time.Second}}})
		require.NoError(t, err)
		x, err := ecg.ReadAll(ecg.Reader[float64](p))
		require.NoError(t, err)
		told := newVF(t, 360, 1).Append(nil, x)
		beats := p.Truth(nil)
		i := slices.IndexFunc(beats, func(b ecg.Beat) bool { return b.At > 75*360 })
		require.Len(t, told, 2)
		require.InDelta(t, beats[i].At, told[1].End, 0.05*360, "seed %d", seed)
	}
}

// A rail, a line that stands still, missing samples: no lead, no asystole.
func TestAsystoleIsNotALeadThatIsOff(t *testing.T) {
	p, err := synth.New(synth.Config{Leads: 1, Seed: 3, HeartRate: 70, Muscle: 0.01, Duration: 2 * time.Minute})
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	for _, off := range []float64{5, -5, 0, math.NaN()} {
		for _, seconds := range []int{1, 3, 10, 30} {
			y := slices.Clone(x)
			for i := 60 * 360; i < (60+seconds)*360; i++ {
				y[i] = off
			}
			require.Empty(t, newVF(t, 360, 1).Append(nil, y), "%v for %d s", off, seconds)
		}
	}
}

// What the waveform tells of asystole goes before the beats, and over a loss of signal.
func TestRulesTakeAsystole(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100})
	_, last := steady(r, 20)
	beat := func(at int64) []ecg.Episode { return r.Append(nil, []ecg.Beat{{At: at, Known: at + 20}}) }
	beat(last + 150)
	beat(last + 250)
	still := ecg.Episode{Rhythm: ecg.Asystole, State: ecg.Confirmed, Start: last + 30, Known: last + 530}
	out := r.AppendVF(nil, []ecg.Episode{still})
	require.Len(t, out, 2)
	require.Equal(t, ecg.SinusRhythm, out[0].Rhythm)
	require.Equal(t, ecg.Episode{Rhythm: ecg.Asystole, State: ecg.Confirmed, Start: out[0].End, Known: last + 530, Confidence: 1}, out[1])
	require.LessOrEqual(t, out[1].Start, last+151)
	require.Empty(t, beat(last+600))
	require.Empty(t, r.Break(nil, last+700))
	require.Empty(t, beat(last+900))
	require.Empty(t, r.Advance(nil, last+5000))
	still.State, still.End, still.Known = ecg.Ended, last+5100, last+5200
	require.Equal(t, []ecg.Episode{{Rhythm: ecg.Asystole, State: ecg.Ended, Start: out[1].Start, End: last + 5100, Known: last + 5200, Confidence: 1}}, r.AppendVF(nil, []ecg.Episode{still}))
}

// Asystole that the rules know by themselves is told once; one that no beat follows
// goes on by the clock.
func TestRulesTakeAsystoleThatIsTold(t *testing.T) {
	r := newRhythmRules(t, detect.RhythmRulesConfig{Rate: 100})
	_, last := steady(r, 20)
	out := r.Advance(nil, last+700)
	require.Equal(t, ecg.Asystole, out[len(out)-1].Rhythm)
	still := ecg.Episode{Rhythm: ecg.Asystole, State: ecg.Confirmed, Start: last + 300, Known: last + 800}
	require.Empty(t, r.AppendVF(nil, []ecg.Episode{still}))
	still.State, still.End, still.Known = ecg.Ended, last+1000, last+1100
	out = r.AppendVF(nil, []ecg.Episode{still})
	require.Len(t, out, 1)
	require.Equal(t, last+1000, out[0].End)
	out = r.Advance(nil, last+1700)
	require.Equal(t, []ecg.Episode{{Rhythm: ecg.Asystole, State: ecg.Confirmed, Start: last + 1000, Known: last + 1600, Confidence: 1}}, out)
}
