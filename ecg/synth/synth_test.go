package synth_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

func newPatient(t testing.TB, c synth.Config) *synth.Patient {
	p, err := synth.New(c)
	require.NoError(t, err)
	return p
}

func read(t testing.TB, c synth.Config) (x []float64, beats []ecg.Beat, episodes []ecg.Episode) {
	p := newPatient(t, c)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	return x, p.Truth(nil), p.Episodes(nil)
}

func TestPatientIsASignal(t *testing.T) {
	for _, rate := range []float64{100, 130.061, 360} {
		c := synth.Default()
		c.Rate, c.Duration = rate, 30*time.Second
		ecgtest.TestReader(t, ecgtest.Reader[float64]{New: func() ecg.Reader[float64] { return newPatient(t, c) }})
	}
}

// The truth is where the noise-free signal has its largest deflection: found by
// brute force in the same patient at 10 kHz.
func TestTruthIsTheRPeak(t *testing.T) {
	c := synth.Default()
	c.Wander, c.Mains, c.Muscle, c.Leads = 0, 0, 0, 1
	_, beats, _ := read(t, c)
	fine := c
	fine.Rate = 10000
	x, _, _ := read(t, fine)
	require.Greater(t, len(beats), 300)
	for _, b := range beats {
		seconds := (float64(b.At) + b.Frac) / 360
		centre := int(math.Round(seconds * fine.Rate))
		best := centre
		for i := max(0, centre-400); i < min(len(x), centre+400); i++ {
			if math.Abs(x[i]) > math.Abs(x[best]) {
				best = i
			}
		}
		require.InDelta(t, seconds, float64(best)/fine.Rate, 0.6/fine.Rate, "beat at %v s, class %v", seconds, b.Class)
	}
}

func TestTheSameBeatsAtEveryRate(t *testing.T) {
	_, want, _ := read(t, synth.Default())
	for _, rate := range []float64{100, 130.061, 1000} {
		c := synth.Default()
		c.Rate = rate
		_, got, _ := read(t, c)
		require.Len(t, got, len(want))
		for i := range got {
			require.Equal(t, want[i].Class, got[i].Class)
			require.LessOrEqual(t, math.Abs(got[i].Frac), 0.5)
			require.InDelta(t, (float64(want[i].At)+want[i].Frac)/360, (float64(got[i].At)+got[i].Frac)/rate, 1e-9)
		}
	}
}

func TestDefaultHasALittleOfEverything(t *testing.T) {
	x, beats, episodes := read(t, synth.Default())
	n := map[ecg.Class]int{}
	for _, b := range beats {
		n[b.Class]++
	}
	require.Equal(t, 3, n[ecg.Supraventricular])
	require.Equal(t, 4+5, n[ecg.Ventricular])
	missing := 0
	for i := 0; i < len(x); i += 2 {
		if math.IsNaN(x[i]) {
			require.True(t, math.IsNaN(x[i+1]))
			missing++
		}
	}
	require.Equal(t, 4*360, missing)
	require.Len(t, episodes, 2)
	require.Equal(t, ecg.VentricularRun, episodes[0].Rhythm)
	require.InDelta(t, 4*60./160*360, episodes[0].End-episodes[0].Start, 1)
	require.Equal(t, ecg.Pause, episodes[1].Rhythm)
	require.InDelta(t, 2.6*360, episodes[1].End-episodes[1].Start, 1)
	for _, b := range beats {
		require.False(t, b.At >= 200*360 && b.At < 204*360, "a beat while the leads are off")
	}
}

// Truth in small steps is the same as all at once, and never ahead of the signal.
func TestTruthComesInStep(t *testing.T) {
	_, want, _ := read(t, synth.Default())
	p := newPatient(t, synth.Default())
	var got []ecg.Beat
	buf := make([]float64, 2*97)
	read := int64(0)
	for {
		n, err := p.Read(buf)
		read += int64(n / 2)
		before := len(got)
		got = p.Truth(got)
		for _, b := range got[before:] {
			require.Less(t, b.At, read)
		}
		if err != nil {
			break
		}
	}
	require.Equal(t, want, got)
}

// The two components have the standard deviations asked for, at their
// frequencies.
func TestVariability(t *testing.T) {
	for _, c := range []synth.Config{{LF: 40, HeartRate: 70}, {HF: 30, HeartRate: 70}, {LF: 25, HF: 35, HeartRate: 60}} {
		c.Duration, c.Rate, c.Leads = 30*time.Minute, 100, 1
		_, beats, _ := read(t, c)
		var at, rr []float64
		for i := 1; i < len(beats); i++ {
			at = append(at, (float64(beats[i].At)+beats[i].Frac)/100)
			rr = append(rr, 1000*((float64(beats[i].At-beats[i-1].At)+beats[i].Frac-beats[i-1].Frac)/100))
		}
		mean := 0.0
		for _, v := range rr {
			mean += v / float64(len(rr))
		}
		require.InDelta(t, 60000/c.HeartRate, mean, 2)
		// Power in a band by the Fourier sum over the beats.
		band := func(lo, hi float64) float64 {
			power, span := 0.0, at[len(at)-1]-at[0]
			for f := lo; f < hi; f += 1 / span {
				var re, im float64
				for i := range rr {
					re += (rr[i] - mean) * math.Cos(2*math.Pi*f*at[i])
					im += (rr[i] - mean) * math.Sin(2*math.Pi*f*at[i])
				}
				power += 2 * (re*re + im*im) / float64(len(rr)) / float64(len(rr))
			}
			return math.Sqrt(power)
		}
		require.InDelta(t, c.LF, band(0.07, 0.15), 6, "LF")
		require.InDelta(t, c.HF, band(0.2, 0.3), 6, "HF")
	}
}

func TestCompensatoryPauseAndReset(t *testing.T) {
	c := synth.Config{HeartRate: 60, Duration: 20 * time.Second, Events: []synth.Event{{Kind: synth.PVC, At: 5 * time.Second}, {Kind: synth.PAC, At: 12 * time.Second}}}
	_, beats, _ := read(t, c)
	for i := 1; i+1 < len(beats); i++ {
		before, after := beats[i].At-beats[i-1].At, beats[i+1].At-beats[i].At
		switch beats[i].Class {
		case ecg.Ventricular:
			require.InDelta(t, 720, before+after, 1, "fully compensated")
		case ecg.Supraventricular:
			require.InDelta(t, 360, after, 1, "reset")
			require.InDelta(t, 0.68*360, before, 1)
		}
	}
}

func TestRefused(t *testing.T) {
	for field, c := range map[string]synth.Config{
		"Rate":      {Rate: math.NaN()},
		"Leads":     {Leads: 4},
		"HeartRate": {HeartRate: 10},
		"LF":        {LF: -1},
		"Muscle":    {Muscle: math.Inf(1)},
		"Events":    {Events: []synth.Event{{Kind: synth.Run, Beats: 1 << 30}}},
	} {
		_, err := synth.New(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, field, config.Field)
	}
}

// The bits of the default patient: the same on every processor.
func TestBits(t *testing.T) {
	c := synth.Default()
	x, beats, _ := read(t, c)
	h := fnv.New64a()
	for _, v := range x {
		if math.IsNaN(v) {
			v = 0
		}
		b := math.Float64bits(v)
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24), byte(b >> 32), byte(b >> 40), byte(b >> 48), byte(b >> 56)})
	}
	fmt.Fprint(h, beats)
	require.Equal(t, "4bfee72c72a46382", fmt.Sprintf("%x", h.Sum64()))
}

func Example() {
	p, _ := synth.New(synth.Config{HeartRate: 75, Duration: 3 * time.Second})
	frames, _ := ecg.ReadAll(ecg.Reader[float64](p))
	fmt.Println(len(frames)/2, "frames of", p.Format().Leads)
	for _, b := range p.Truth(nil) {
		fmt.Printf("%v at sample %d\n", b.Class, b.At)
	}
	// Output:
	// 1080 frames of [{MLII mV} {V5 mV}]
	// N at sample 173
	// N at sample 461
	// N at sample 749
	// N at sample 1037
}
