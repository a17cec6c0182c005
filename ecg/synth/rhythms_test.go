package synth_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// kinds are the rhythms that a patient can be in.
var kinds = []ecg.Rhythm{
	ecg.SinusBradycardia, ecg.SinusTachycardia, ecg.AtrialFibrillation, ecg.AtrialFlutter,
	ecg.SupraventricularTachy, ecg.VentricularBigeminy, ecg.VentricularTrigeminy,
	ecg.VentricularTachycardia, ecg.IdioventricularRhythm, ecg.PacedRhythm, ecg.VentricularFlutter,
	ecg.VentricularFibrillation, ecg.SecondDegreeBlock, ecg.ThirdDegreeBlock, ecg.Asystole,
}

// every is a patient with all of them, one every 20 s, alternately after a
// sinus rhythm and one after the other.
func every() synth.Config {
	c := synth.Config{Rate: 250, Leads: 3, Seed: 3, LF: 20, HF: 20, HeartRate: 70, PACs: 60, PVCs: 60}
	at := 10 * time.Second
	for _, pause := range []time.Duration{10 * time.Second, 0} {
		for _, k := range kinds {
			c.Rhythms = append(c.Rhythms, synth.Rhythm{Kind: k, At: at, For: 10 * time.Second})
			at += 10*time.Second + pause
		}
	}
	c.Duration = at + 10*time.Second
	return c
}

func TestPatientWithRhythmsIsASignal(t *testing.T) {
	for _, rate := range []float64{100, 130.061} {
		c := every()
		c.Rate, c.Muscle = rate, 0.01
		ecgtest.TestReader(t, ecgtest.Reader[float64]{New: func() ecg.Reader[float64] { return newPatient(t, c) }})
	}
}

// within are the beats of a stretch.
func within(beats []ecg.Beat, start, end int64) []ecg.Beat {
	i := slices.IndexFunc(beats, func(b ecg.Beat) bool { return b.At >= start })
	if i < 0 {
		return nil
	}
	beats = beats[i:]
	if i = slices.IndexFunc(beats, func(b ecg.Beat) bool { return b.At >= end }); i >= 0 {
		beats = beats[:i]
	}
	return beats
}

// intervals in s.
func intervals(beats []ecg.Beat, rate float64) []float64 {
	var rr []float64
	for i := 1; i < len(beats); i++ {
		rr = append(rr, (float64(beats[i].At-beats[i-1].At)+beats[i].Frac-beats[i-1].Frac)/rate)
	}
	return rr
}

func meanSD(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(sd)
}

// amplitude of the sine of frequency f (Hz) in x.
func amplitude(x []float64, f, rate float64) float64 {
	var re, im float64
	for i, v := range x {
		re += v * math.Cos(2*math.Pi*f*float64(i)/rate)
		im += v * math.Sin(2*math.Pi*f*float64(i)/rate)
	}
	return 2 * math.Hypot(re, im) / float64(len(x))
}

// strongest frequency between lo and hi in Hz.
func strongest(x []float64, lo, hi, rate float64) float64 {
	best, at := 0.0, lo
	for f := lo; f <= hi; f += 0.05 {
		if a := amplitude(x, f, rate); a > best {
			best, at = a, f
		}
	}
	return at
}

// halfWidth is how long |x| stays above half of its value at the beat, s.
func halfWidth(x []float64, b ecg.Beat, rate float64) float64 {
	half := math.Abs(x[b.At]) / 2
	from, to := b.At, b.At
	for math.Abs(x[from]) > half {
		from--
	}
	for math.Abs(x[to]) > half {
		to++
	}
	return float64(to-from) / rate
}

// one is a patient of 70 bpm without noise in a rhythm from 20 s on for 60 s,
// at 500 Hz in one lead: its signal, all beats and those of the rhythm.
func one(t *testing.T, r synth.Rhythm) (x []float64, all, beats []ecg.Beat) {
	r.At, r.For = 20*time.Second, 60*time.Second
	c := synth.Config{Rate: 500, Leads: 1, HeartRate: 70, LF: 15, HF: 15, Duration: 100 * time.Second, Rhythms: []synth.Rhythm{r}}
	x, all, episodes := read(t, c)
	var others []ecg.Episode
	for _, e := range episodes {
		if e.Rhythm != ecg.Pause {
			others = append(others, e)
		}
	}
	require.Equal(t, []ecg.Episode{{Rhythm: r.Kind, State: ecg.Ended, Start: 10000, End: 40000, Known: 39999, Confidence: 1}}, others)
	for _, b := range within(all, 0, 10000) {
		require.Equal(t, ecg.Normal, b.Class)
	}
	after := within(all, 40000, 50000)
	require.Greater(t, len(after), 20, "the sinus rhythm comes back")
	for _, b := range after {
		require.Equal(t, ecg.Normal, b.Class)
	}
	// Before the rhythm the patient is as without it.
	c.Rhythms = nil
	without, _, _ := read(t, c)
	require.Equal(t, without[:9400], x[:9400])
	return x, all, within(all, 10000, 40000)
}

// regular requires beats of one class at a rate (1/min) with an RR variability
// between two shares of the interval.
func regular(t *testing.T, beats []ecg.Beat, class ecg.Class, rate, least, most float64) {
	t.Helper()
	mean, sd := meanSD(intervals(beats, 500))
	require.InEpsilon(t, 60/rate, mean, 0.02)
	require.GreaterOrEqual(t, sd/mean, least)
	require.LessOrEqual(t, sd/mean, most)
	require.InDelta(t, rate, len(beats), 4, "it fills its minute")
	for _, b := range beats {
		require.Equal(t, class, b.Class)
	}
}

func TestSinusRates(t *testing.T) {
	for _, r := range []synth.Rhythm{{Kind: ecg.SinusBradycardia, Rate: 40}, {Kind: ecg.SinusTachycardia, Rate: 150}} {
		_, _, beats := one(t, r)
		regular(t, beats, ecg.Normal, r.Rate, 0.01, 0.1)
	}
}

func TestAtrialFibrillation(t *testing.T) {
	c := synth.Config{Rate: 500, Leads: 1, Duration: 20 * time.Minute,
		Rhythms: []synth.Rhythm{{Kind: ecg.AtrialFibrillation, For: 20 * time.Minute, Rate: 90}}}
	x, beats, _ := read(t, c)
	rr := intervals(beats, 500)
	mean, sd := meanSD(rr)
	require.InEpsilon(t, 60./90, mean, 0.03)
	require.Greater(t, sd/mean, 0.15)
	require.Less(t, sd/mean, 0.4)
	lag := 0.0
	for i := 1; i < len(rr); i++ {
		lag += (rr[i] - mean) * (rr[i-1] - mean) / sd / sd / float64(len(rr)-1)
	}
	require.InDelta(t, 0, lag, 0.1, "one interval does not foretell the next")
	// Between T and QRS of long intervals there are f waves and no P wave: the
	// mean over many beats of what comes before the QRS is flat.
	var before [100]float64
	size, n := 0.0, 0
	for i, b := range beats[1:] {
		if rr[i] < 0.8 {
			continue
		}
		n++
		for k := range before {
			v := x[b.At-150+int64(k)] // from 300 to 100 ms before R
			before[k] += v
			size += v * v
		}
	}
	require.Greater(t, n, 100)
	require.Greater(t, math.Sqrt(size/float64(n*len(before))), 0.015, "f waves, mV")
	for _, v := range before {
		require.Less(t, math.Abs(v)/float64(n), 0.012, "mV; a P wave has 0.14")
	}
	require.InDelta(t, 6, strongest(x[:500*20], 5, 7, 500), 0.3, "their frequency")
}

func TestAtrialFlutter(t *testing.T) {
	for _, rate := range []float64{200, 300, 400} {
		for _, ratio := range []int{0, 2, 3, 4} {
			x, _, beats := one(t, synth.Rhythm{Kind: ecg.AtrialFlutter, Rate: rate, Conduction: ratio})
			different := map[int]bool{}
			for _, rr := range intervals(beats, 500) {
				waves := rr * rate / 60
				require.InDelta(t, math.Round(waves), waves, 1e-6)
				different[int(math.Round(waves))] = true
			}
			if ratio > 0 {
				require.Equal(t, map[int]bool{ratio: true}, different)
			} else {
				require.Equal(t, map[int]bool{2: true, 3: true, 4: true}, different)
			}
			if ratio != 4 {
				continue
			}
			// More than one flutter wave between T and QRS.
			for i, rr := range intervals(beats, 500) {
				gap := x[beats[i].At+int64(0.55*rr*500) : beats[i+1].At-30]
				require.InDelta(t, 0.45, slices.Max(gap)-slices.Min(gap), 0.15, "mV")
			}
		}
	}
}

func TestSupraventricularTachycardia(t *testing.T) {
	x, _, beats := one(t, synth.Rhythm{Kind: ecg.SupraventricularTachy, Rate: 170})
	regular(t, beats, ecg.Supraventricular, 170, 0.002, 0.02)
	require.Less(t, halfWidth(x, beats[50], 500), 0.04)
}

func TestBigeminyAndTrigeminy(t *testing.T) {
	for kind, every := range map[ecg.Rhythm]int{ecg.VentricularBigeminy: 2, ecg.VentricularTrigeminy: 3} {
		_, _, beats := one(t, synth.Rhythm{Kind: kind})
		require.Greater(t, len(beats), 60)
		for i, b := range beats {
			want := ecg.Normal
			if i%every == every-1 {
				want = ecg.Ventricular
			}
			require.Equal(t, want, b.Class, "beat %d", i)
		}
	}
}

func TestVentricularRhythms(t *testing.T) {
	for _, r := range []synth.Rhythm{
		{Kind: ecg.VentricularTachycardia, Rate: 110},
		{Kind: ecg.VentricularTachycardia, Rate: 190},
		{Kind: ecg.IdioventricularRhythm, Rate: 40},
	} {
		x, _, beats := one(t, r)
		regular(t, beats, ecg.Ventricular, r.Rate, 0.01, 0.04)
		for _, b := range beats {
			require.Greater(t, halfWidth(x, b, 500), 0.05, "wide")
		}
	}
}

func TestPacedRhythm(t *testing.T) {
	x, _, beats := one(t, synth.Rhythm{Kind: ecg.PacedRhythm, Rate: 80})
	regular(t, beats, ecg.Unknown, 80, 0, 1e-6)
	for _, b := range beats {
		spike := b.At - 20 - 20
		for i := spike; i < b.At-20; i++ {
			if math.Abs(x[i]) > math.Abs(x[spike]) {
				spike = i
			}
		}
		require.Greater(t, x[spike], 1.5, "mV, 40 to 80 ms before the peak")
		require.Less(t, math.Abs(x[spike-4]), 0.2, "it is narrow")
		require.Less(t, x[b.At], -1.0)
		require.Greater(t, halfWidth(x, b, 500), 0.05)
	}
}

func TestVentricularFlutterAndFibrillation(t *testing.T) {
	for _, r := range []synth.Rhythm{{Kind: ecg.VentricularFlutter, Rate: 270}, {Kind: ecg.VentricularFibrillation, Rate: 330}} {
		x, _, beats := one(t, r)
		require.Empty(t, beats)
		inner := x[10200:39800]
		mean, sd := meanSD(inner)
		require.InDelta(t, 0, mean, 0.01)
		require.Greater(t, sd, 0.2, "coarse")
		require.Less(t, sd, 1.0)
		if r.Kind == ecg.VentricularFlutter {
			require.InDelta(t, 4.5, strongest(inner[:5000], 1, 12, 500), 0.1)
			require.Greater(t, amplitude(inner[:2000], 4.5, 500), 0.7, "one line, mV")
			continue
		}
		// All of its power lies in the band, and no line has most of it.
		for _, f := range []float64{1, 2.5, 9, 12} {
			require.Less(t, amplitude(inner, f, 500), 0.01, "%v Hz", f)
		}
		require.Less(t, amplitude(inner, strongest(inner, 4, 7, 500), 500), 0.8*sd*math.Sqrt2)
		// It becomes finer.
		_, first := meanSD(inner[:5000])
		_, last := meanSD(inner[24600:])
		require.Less(t, last, 0.9*first)
	}
}

func TestSecondDegreeBlock(t *testing.T) {
	// Each n-th beat is missing: n-2 intervals are those of the sinus node, one
	// is twice as long.
	for _, n := range []int{2, 3, 4, 6} {
		_, _, beats := one(t, synth.Rhythm{Kind: ecg.SecondDegreeBlock, Conduction: n})
		require.InDelta(t, 70*(n-1)/n, len(beats), 2)
		for i, rr := range intervals(beats, 500) {
			want := 60. / 70
			if i%(n-1) == n-2 {
				want *= 2
			}
			require.InDelta(t, want, rr, 0.12, "interval %d", i)
		}
	}
	// Wenckebach: PR grows by 80, then by 40 ms, so that RR shrinks before the
	// pause, and the pause is shorter than two intervals.
	x, _, beats := one(t, synth.Rhythm{Kind: ecg.SecondDegreeBlock})
	var sums [3]float64
	rr := intervals(beats, 500)
	for i := 0; i+3 <= len(rr); i += 3 {
		for k := range sums {
			sums[k] += rr[i+k] / float64(len(rr)/3)
		}
	}
	require.InDelta(t, 60./70+0.08, sums[0], 0.02)
	require.InDelta(t, 60./70+0.04, sums[1], 0.02)
	require.InDelta(t, 2*60./70-0.12, sums[2], 0.02)
	// A P wave stands where PR says.
	for i, b := range beats[:12] {
		pr := [3]int64{80, 120, 140}[i%3]
		require.Greater(t, x[b.At-pr], 0.12)
		require.Greater(t, x[b.At-pr], x[b.At-pr-15])
		require.Greater(t, x[b.At-pr], x[b.At-pr+15])
	}
}

func TestThirdDegreeBlock(t *testing.T) {
	x, _, beats := one(t, synth.Rhythm{Kind: ecg.ThirdDegreeBlock, Rate: 35})
	regular(t, beats, ecg.Normal, 35, 0.001, 0.02)
	// The P waves run on at the sinus rate. Away from QRS and T each maximum is
	// one; the longer distances between them are whole sinus intervals.
	var p []float64
	for i, b := range beats[:len(beats)-1] {
		for k := b.At + 270; k < beats[i+1].At-60; k++ {
			if x[k] > 0.1 && x[k] >= x[k-1] && x[k] > x[k+1] {
				p = append(p, float64(k)/500)
			}
		}
	}
	require.Greater(t, len(p), 25)
	for i := 1; i < len(p); i++ {
		n := (p[i] - p[i-1]) * 70 / 60
		require.InDelta(t, math.Round(n), n, 0.15)
	}
}

func TestAsystole(t *testing.T) {
	x, all, beats := one(t, synth.Rhythm{Kind: ecg.Asystole})
	require.Empty(t, beats)
	for _, v := range x[10000+400 : 40000+200] { // the T wave before, the P wave after
		require.InDelta(t, 0, v, 1e-6)
	}
	require.InDelta(t, 40000+450, within(all, 40000, 50000)[0].At, 1)
}

// The peak of the sum of all waves is where the truth says, within 1 ms (2 ms
// where waves of the atria lie below): at every rate, after every change of
// rhythm, for premature beats.
func TestTruthIsTheRPeakInEveryRhythm(t *testing.T) {
	check := func(name string, c synth.Config) {
		c.Leads, c.Wander, c.Mains, c.Muscle = 1, 0, 0, 0
		p := newPatient(t, c)
		_, err := ecg.ReadAll(ecg.Reader[float64](p))
		require.NoError(t, err)
		beats, episodes := p.Truth(nil), p.Episodes(nil)
		fine := c
		fine.Rate = 4000
		x, _, _ := read(t, fine)
		for _, b := range beats {
			seconds := (float64(b.At) + b.Frac) / c.Rate
			centre := int(math.Round(seconds * 4000))
			best := centre
			for i := max(0, centre-80); i < min(len(x), centre+80); i++ { // 20 ms: not the spike
				if math.Abs(x[i]) > math.Abs(x[best]) {
					best = i
				}
			}
			limit := 0.001
			for _, e := range episodes {
				if b.At >= e.Start && b.At <= e.End && (e.Rhythm == ecg.AtrialFibrillation || e.Rhythm == ecg.AtrialFlutter || e.Rhythm == ecg.ThirdDegreeBlock) {
					limit = 0.002
				}
			}
			require.InDelta(t, seconds, float64(best)/4000, limit+0.5/4000, "%s: %v at %v s", name, b.Class, seconds)
		}
	}
	check("every", every())
	for _, bpm := range []float64{150, 200} {
		c := synth.Config{Rate: 100, HeartRate: bpm, LF: 30, HF: 30, Duration: time.Minute, PACs: 1000, PVCs: 1000, Events: []synth.Event{{Kind: synth.Run, At: 30 * time.Second, Beats: 6}}}
		check(fmt.Sprint(bpm, " bpm"), c)
	}
	fast := synth.Config{Rate: 100, Duration: 2 * time.Minute}
	for i, r := range []synth.Rhythm{
		{Kind: ecg.IdioventricularRhythm, Rate: 20}, {Kind: ecg.VentricularTachycardia, Rate: 250},
		{Kind: ecg.SinusBradycardia, Rate: 20}, {Kind: ecg.SupraventricularTachy, Rate: 250},
		{Kind: ecg.PacedRhythm, Rate: 40}, {Kind: ecg.SinusTachycardia, Rate: 200},
		{Kind: ecg.PacedRhythm, Rate: 130}, {Kind: ecg.AtrialFibrillation, Rate: 130},
		{Kind: ecg.AtrialFlutter, Rate: 400}, {Kind: ecg.ThirdDegreeBlock, Rate: 60},
	} {
		r.At, r.For = time.Duration(5+10*i)*time.Second, 10*time.Second
		fast.Rhythms = append(fast.Rhythms, r)
	}
	check("fast", fast)
	// A beat at every moment of the T wave of a slow ventricular one.
	close := synth.Config{Rate: 100, Duration: 200 * time.Second}
	for i := range 25 {
		at, slow := time.Duration(8*i)*time.Second, 3*time.Second+time.Duration(i)*50*time.Millisecond
		close.Rhythms = append(close.Rhythms, synth.Rhythm{Kind: ecg.IdioventricularRhythm, Rate: 50, At: at, For: slow},
			synth.Rhythm{Kind: ecg.VentricularTachycardia, Rate: 250, At: at + slow, For: 8*time.Second - slow})
	}
	check("close", close)
}

// A premature beat that is due just after a rhythm without beats follows the
// first sinus beat, not the last one before the rhythm.
func TestNothingComesEarlyAfterAsystole(t *testing.T) {
	for _, kind := range []ecg.Rhythm{ecg.Asystole, ecg.VentricularFibrillation, ecg.VentricularFlutter} {
		for _, event := range []synth.Event{{Kind: synth.PAC}, {Kind: synth.PVC}, {Kind: synth.Run, Beats: 4}, {Kind: synth.Pause, For: 2 * time.Second}} {
			event.At = 30100 * time.Millisecond
			c := synth.Config{Duration: time.Minute, Events: []synth.Event{event}, PACs: 1000, PVCs: 1000,
				Rhythms: []synth.Rhythm{{Kind: kind, At: 20 * time.Second, For: 10 * time.Second}}}
			_, beats, _ := read(t, c)
			require.Empty(t, within(beats, 20*360, 30*360+200))
			require.Equal(t, ecg.Normal, within(beats, 30*360, 60*360)[0].Class)
		}
	}
}

// A run or a couplet that a rhythm, or the end of the signal, cuts ends with its
// last beat.
func TestARunThatIsCut(t *testing.T) {
	for _, kind := range kinds {
		for beats, rhythm := range map[int]ecg.Rhythm{2: ecg.VentricularCouplet, 40: ecg.VentricularRun} {
			c := synth.Config{Duration: time.Minute, Events: []synth.Event{{Kind: synth.Run, At: 10 * time.Second, Beats: beats}},
				Rhythms: []synth.Rhythm{{Kind: kind, At: 15 * time.Second, For: 5 * time.Second}}}
			if beats == 2 { // its second beat just before the rhythm
				c.Rhythms[0].At = 11 * time.Second
			}
			_, list, episodes := read(t, c)
			start := int64(c.Rhythms[0].At.Seconds() * 360)
			run := within(list, 0, start)
			run = run[slices.IndexFunc(run, func(b ecg.Beat) bool { return b.Class == ecg.Ventricular }):]
			for _, b := range run {
				require.Equal(t, ecg.Ventricular, b.Class)
			}
			e := episodes[0]
			require.Equal(t, rhythm, e.Rhythm, "cut by %v", kind)
			require.Equal(t, run[0].At, e.Start)
			require.Equal(t, run[len(run)-1].At, e.End)
			require.LessOrEqual(t, e.Known, start)
			require.Equal(t, kind, episodes[1].Rhythm)
		}
	}
	// A run within a sinus rhythm of another rate ends with that.
	c := synth.Config{Duration: time.Minute, Events: []synth.Event{{Kind: synth.Run, At: 18 * time.Second, Beats: 40}},
		Rhythms: []synth.Rhythm{{Kind: ecg.SinusBradycardia, At: 10 * time.Second, For: 10 * time.Second}}}
	_, _, episodes := read(t, c)
	require.Len(t, episodes, 2)
	require.Equal(t, ecg.VentricularRun, episodes[0].Rhythm)
	require.Less(t, episodes[0].End, int64(20*360))
	require.EqualValues(t, 20*360-1, episodes[0].Known)
	// The signal ends within it.
	c = synth.Config{Duration: 12 * time.Second, Events: []synth.Event{{Kind: synth.Run, At: 10 * time.Second, Beats: 40}}}
	_, list, episodes := read(t, c)
	require.Len(t, episodes, 1)
	require.Equal(t, ecg.VentricularRun, episodes[0].Rhythm)
	require.Equal(t, list[len(list)-1].At, episodes[0].End)
	require.EqualValues(t, 12*360-1, episodes[0].Known)
}

// An event that no beat of its rhythm was there for does not come in another.
func TestAnEventWithoutABeatBefore(t *testing.T) {
	at := func(tenths int) time.Duration { return time.Duration(tenths) * 100 * time.Millisecond }
	c := synth.Config{Duration: time.Minute, Events: []synth.Event{{Kind: synth.Run, At: at(201), Beats: 5}}, Rhythms: []synth.Rhythm{
		{Kind: ecg.Asystole, At: at(100), For: at(100)},
		{Kind: ecg.SupraventricularTachy, At: at(203), For: at(100)},
	}}
	_, beats, episodes := read(t, c)
	require.Len(t, episodes, 2)
	for _, b := range beats {
		require.NotEqual(t, ecg.Ventricular, b.Class)
	}
}

func TestWhatGoesOnAtTheEnd(t *testing.T) {
	c := synth.Config{Duration: 13 * time.Second, Events: []synth.Event{{Kind: synth.Pause, At: 10 * time.Second, For: time.Minute}}}
	_, list, episodes := read(t, c)
	require.Equal(t, []ecg.Episode{{Rhythm: ecg.Pause, State: ecg.Ended, Start: list[len(list)-1].At, End: 13 * 360, Known: 13*360 - 1, Confidence: 1}}, episodes)
	c = synth.Config{Duration: 13 * time.Second, Rhythms: []synth.Rhythm{{Kind: ecg.VentricularFibrillation, At: 10 * time.Second, For: time.Minute}}}
	_, _, episodes = read(t, c)
	require.Equal(t, []ecg.Episode{{Rhythm: ecg.VentricularFibrillation, State: ecg.Ended, Start: 3600, End: 13 * 360, Known: 13*360 - 1, Confidence: 1}}, episodes)
}

// No beat follows another by less than the ventricles allow.
func TestShortestCoupling(t *testing.T) {
	c := synth.Config{HeartRate: 200, Duration: 2 * time.Minute, PACs: 1000, PVCs: 1000, Events: []synth.Event{{Kind: synth.Run, At: 30 * time.Second, Beats: 3}}}
	_, beats, _ := read(t, c)
	for i, rr := range intervals(beats, 360) {
		require.GreaterOrEqual(t, rr, 0.28-1e-9, "before the %v at %d", beats[i+1].Class, beats[i+1].At)
	}
}

func TestPrematureBeatsAtRandom(t *testing.T) {
	c := synth.Config{Rate: 50, Leads: 1, Duration: 2 * time.Hour, PACs: 60, PVCs: 120, Seed: 5}
	c.Rhythms = []synth.Rhythm{{Kind: ecg.VentricularTachycardia, At: 30 * time.Minute, For: 30 * time.Minute}}
	p := newPatient(t, c)
	_, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	n := map[ecg.Class]int{}
	beats := p.Truth(nil)
	for i, b := range beats {
		if b.At < 30*60*50 || b.At >= 60*60*50 {
			n[b.Class]++
			if b.Class != ecg.Normal && i > 0 && beats[i-1].Class != ecg.Normal {
				require.Less(t, beats[i-1].At, int64(60*60*50), "they come alone")
			}
		}
	}
	// An hour and a half, within three standard deviations of a Poisson number.
	require.InDelta(t, 90, n[ecg.Supraventricular], 3*math.Sqrt(90))
	require.InDelta(t, 180, n[ecg.Ventricular], 3*math.Sqrt(180))
	// None gathers during the tachycardia.
	require.Equal(t, ecg.Normal, within(beats, 60*60*50, 61*60*50)[1].Class)
}

func TestTheSameRhythmsAtEveryRate(t *testing.T) {
	c := every()
	_, want, wantEpisodes := read(t, c)
	for _, rate := range []float64{50, 130.061, 500} {
		c.Rate = rate
		_, got, episodes := read(t, c)
		require.Len(t, got, len(want))
		for i := range got {
			require.Equal(t, want[i].Class, got[i].Class)
			require.InDelta(t, (float64(want[i].At)+want[i].Frac)/250, (float64(got[i].At)+got[i].Frac)/rate, 1e-9)
		}
		require.Len(t, episodes, len(wantEpisodes))
		for i := range episodes {
			require.Equal(t, wantEpisodes[i].Rhythm, episodes[i].Rhythm)
			require.InDelta(t, float64(wantEpisodes[i].Start)/250, float64(episodes[i].Start)/rate, 1/rate)
		}
	}
}

// Beats and episodes in small steps are those of all at once, and never ahead
// of the signal.
func TestEpisodesComeInStep(t *testing.T) {
	_, wantBeats, want := read(t, every())
	p := newPatient(t, every())
	var got []ecg.Episode
	var beats []ecg.Beat
	buf := make([]float64, 3*41)
	for read := int64(0); ; {
		n, err := p.Read(buf)
		read += int64(n / 3)
		before := len(got)
		got, beats = p.Episodes(got), p.Truth(beats)
		for _, e := range got[before:] {
			require.Less(t, e.Known, read)
			require.LessOrEqual(t, e.End, read)
		}
		if err != nil {
			break
		}
	}
	require.Equal(t, want, got)
	require.Equal(t, wantBeats, beats)
}

// Laws that hold for any patient.
func TestAnyPatient(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 1))
	for n := range 150 {
		c := synth.Config{Rate: 50 + float64(random.IntN(60)), Leads: 1, Seed: uint64(n), Duration: time.Duration(20+random.IntN(60)) * time.Second,
			HeartRate: 20 + float64(random.IntN(181)), LF: float64(random.IntN(101)), HF: float64(random.IntN(101)),
			PACs: float64(random.IntN(1001)), PVCs: float64(random.IntN(1001))}
		at := time.Duration(random.Int64N(int64(10 * time.Second)))
		for at < c.Duration {
			r := synth.Rhythm{Kind: kinds[random.IntN(len(kinds))], At: at, For: 3*time.Second + time.Duration(random.Int64N(int64(8*time.Second)))}
			c.Rhythms = append(c.Rhythms, r)
			at += r.For
			if random.IntN(2) == 0 {
				e := synth.Event{Kind: synth.EventKind(random.IntN(5)), At: at, Beats: 2 + random.IntN(9), For: time.Second + time.Duration(random.Int64N(int64(5*time.Second)))}
				at += 1 + time.Duration(random.Int64N(int64(4*time.Second)))
				c.Events = append(c.Events, e)
			}
		}
		x, beats, episodes := read(t, c)
		for _, v := range x {
			require.False(t, math.Abs(v) > 4, "patient %d: %v mV", n, v)
		}
		for i, rr := range intervals(beats, c.Rate) {
			require.Greater(t, rr, 0.2, "patient %d: beats at %d and %d", n, beats[i].At, beats[i+1].At)
		}
		rhythms, end := 0, int64(0)
		for _, e := range episodes {
			require.GreaterOrEqual(t, e.End, end, "patient %d: in the order of ends", n)
			end = e.End
			require.Less(t, e.Start, e.End)
			require.GreaterOrEqual(t, e.Start, int64(0))
			require.LessOrEqual(t, e.End, int64(len(x)))
			require.Less(t, e.Known, int64(len(x)))
			if rhythms < len(c.Rhythms) && e.Rhythm == c.Rhythms[rhythms].Kind {
				require.InDelta(t, c.Rhythms[rhythms].At.Seconds()*c.Rate, e.Start, 0.51)
				rhythms++
			}
			inside := within(beats, e.Start, e.End)
			switch e.Rhythm {
			case ecg.Asystole, ecg.VentricularFibrillation, ecg.VentricularFlutter:
				require.Empty(t, inside, "patient %d", n)
			case ecg.VentricularTachycardia, ecg.IdioventricularRhythm, ecg.VentricularRun, ecg.VentricularCouplet:
				for _, b := range inside {
					require.Equal(t, ecg.Ventricular, b.Class, "patient %d", n)
				}
			case ecg.Pause:
				require.LessOrEqual(t, len(inside), 1)
				require.GreaterOrEqual(t, float64(e.End-e.Start)/c.Rate, 2-1/c.Rate)
			}
		}
		require.Equal(t, len(c.Rhythms), rhythms, "patient %d: every rhythm is told", n)
	}
}

func TestRhythmsRefused(t *testing.T) {
	second := time.Second
	for name, c := range map[string]synth.Config{
		"not one that can be made": {Rhythms: []synth.Rhythm{{Kind: ecg.SinusRhythm, For: 9 * second}}},
		"too short":                {Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, For: 2 * second}}},
		"before the signal":        {Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, At: -second, For: 9 * second}}},
		"one within another":       {Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, For: 9 * second}, {Kind: ecg.Asystole, At: 5 * second, For: 9 * second}}},
		"no end":                   {Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, At: second, For: math.MaxInt64}}},
		"too fast":                 {Rhythms: []synth.Rhythm{{Kind: ecg.SinusBradycardia, For: 9 * second, Rate: 100}}},
		"not a number":             {Rhythms: []synth.Rhythm{{Kind: ecg.SinusBradycardia, For: 9 * second, Rate: math.NaN()}}},
		"a rate without meaning":   {Rhythms: []synth.Rhythm{{Kind: ecg.VentricularBigeminy, For: 9 * second, Rate: 70}}},
		"conduction of what":       {Rhythms: []synth.Rhythm{{Kind: ecg.ThirdDegreeBlock, For: 9 * second, Conduction: 3}}},
		"conduction 1:1":           {Rhythms: []synth.Rhythm{{Kind: ecg.AtrialFlutter, For: 9 * second, Conduction: 1}}},
	} {
		_, err := synth.New(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config, name)
		require.Equal(t, "Rhythms", config.Field, name)
	}
	for name, c := range map[string]synth.Config{
		"a premature beat in asystole": {Rhythms: []synth.Rhythm{{Kind: ecg.Asystole, For: 9 * second}}, Events: []synth.Event{{Kind: synth.PVC, At: second}}},
		"a PAC in fibrillation":        {Rhythms: []synth.Rhythm{{Kind: ecg.AtrialFibrillation, For: 9 * second}}, Events: []synth.Event{{Kind: synth.PAC, At: second}}},
		"off for ever":                 {Events: []synth.Event{{Kind: synth.LeadOff, At: second, For: math.MaxInt64}}},
	} {
		_, err := synth.New(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config, name)
		require.Equal(t, "Events", config.Field, name)
	}
}

// The rhythms that a caller gives are his.
func TestConfigIsNotChanged(t *testing.T) {
	c := every()
	newPatient(t, c)
	require.Equal(t, every(), c)
}

// The bits of every rhythm: the same on every processor.
func TestBitsOfRhythms(t *testing.T) {
	c := every()
	c.Rate = 100
	x, beats, episodes := read(t, c)
	h := fnv.New64a()
	for _, v := range x {
		b := math.Float64bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24), byte(b >> 32), byte(b >> 40), byte(b >> 48), byte(b >> 56)})
	}
	fmt.Fprint(h, beats, episodes)
	require.Equal(t, "93d4868fae6cbda1", fmt.Sprintf("%x", h.Sum64()))
}

func ExampleConfig_rhythms() {
	p, _ := synth.New(synth.Config{
		Duration: time.Minute,
		Rhythms: []synth.Rhythm{
			{Kind: ecg.AtrialFibrillation, At: 10 * time.Second, For: 20 * time.Second, Rate: 110},
			{Kind: ecg.VentricularTachycardia, At: 40 * time.Second, For: 5 * time.Second},
			{Kind: ecg.VentricularFibrillation, At: 45 * time.Second, For: 10 * time.Second},
		},
	})
	if _, err := ecg.ReadAll(ecg.Reader[float64](p)); err != nil {
		fmt.Println(err)
	}
	for _, e := range p.Episodes(nil) {
		fmt.Printf("%-4v samples %5d to %5d\n", e.Rhythm, e.Start, e.End)
	}
	// Output:
	// AFIB samples  3600 to 10800
	// VT   samples 14400 to 16200
	// VFIB samples 16200 to 19800
}
