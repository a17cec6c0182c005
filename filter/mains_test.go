package filter_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/filter"
)

// heart is so many seconds of one lead of a heart without noise.
func heart(t testing.TB, rate, bpm float64, seconds float64) (x []float64, beats []ecg.Beat) {
	p, err := synth.New(synth.Config{Rate: rate, Leads: 1, HeartRate: bpm, LF: 25, HF: 30, Seed: 3})
	require.NoError(t, err)
	x, err = ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, int64(seconds*rate))))
	require.NoError(t, err)
	return x, p.Truth(nil)
}

func mains(t testing.TB, c filter.MainsConfig) *filter.Mains {
	m, err := filter.NewMains(c)
	require.NoError(t, err)
	return m
}

// hum is a sine whose frequency moves by drift Hz/s.
func hum(n int, rate, mv, hz, drift float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		s := float64(i) / rate
		x[i] = mv * math.Sin(2*math.Pi*(hz*s+drift*s*s/2)+0.7)
	}
	return x
}

func plus(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] + b[i]
	}
	return out
}

func rms(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s / float64(len(x)))
}

// left runs a canceller over signal and hum and returns, for what is not the
// signal in its output from 2 s on, the attenuation of the hum in dB and the
// largest value in mV.
func left(t testing.TB, c filter.MainsConfig, x, h []float64) (dB, top float64) {
	y := mains(t, c).Append(nil, plus(x, h))
	var rest []float64
	for i := int(2 * c.Rate); i < len(x); i++ {
		rest = append(rest, y[i]-x[i])
		top = math.Max(top, math.Abs(y[i]-x[i]))
	}
	return 20 * math.Log10(rms(h)/rms(rest)), top
}

// A hum of 1 mV at 50 or 60 +- 1 Hz under a beating heart: from 2 s on at least
// 40 dB less, and never 25 uV left, at a QRS or elsewhere.
func TestMainsAttenuation(t *testing.T) {
	for _, rate := range []float64{128, 200, 250, 360, 500, 1000} {
		worst, most := math.Inf(1), 0.0
		for _, bpm := range []float64{45, 72, 150} {
			x, _ := heart(t, rate, bpm, 12)
			for _, nominal := range []float64{50, 60} {
				if nominal > 0.45*rate {
					continue
				}
				for _, off := range []float64{-1, -0.3, 0, 0.05, 1} {
					dB, top := left(t, filter.MainsConfig{Rate: rate, Frequency: nominal}, x, hum(len(x), rate, 1, nominal+off, 0))
					worst, most = math.Min(worst, dB), math.Max(most, top)
				}
			}
		}
		t.Logf("%v Hz: at least %.1f dB, largest rest %.1f uV", rate, worst, 1000*most)
		require.Greater(t, worst, 50.0)
		require.Less(t, most, 0.005)
	}
}

// The same with a frequency that drifts, with a small hum, and with wander,
// muscle noise, an electrode offset and premature beats.
func TestMainsInARealSignal(t *testing.T) {
	const rate = 360
	clean, _ := heart(t, rate, 72, 60)
	s := synth.Default()
	s.Leads, s.Mains, s.Events = 1, 0, s.Events[:5]
	p, err := synth.New(s)
	require.NoError(t, err)
	noisy, err := ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, 150*rate)))
	require.NoError(t, err)
	for i := range noisy {
		noisy[i] += 300
	}
	for _, k := range []struct {
		name          string
		x             []float64
		mv, hz, drift float64
		least, most   float64
	}{
		{"drift of 0.02 Hz/s", clean, 1, 49.5, 0.02, 40, 0.025},
		{"drift of 0.05 Hz/s", clean, 0.5, 49, 0.05, 33, 0.025},
		{"hum of 20 uV", clean, 0.02, 50.3, 0, 40, 0.005},
		{"noise of 10 uV", noisy, 0.5, 50.4, 0, 40, 0.025},
	} {
		dB, top := left(t, filter.MainsConfig{Rate: rate}, k.x, hum(len(k.x), rate, k.mv, k.hz, k.drift))
		t.Logf("%s: %.1f dB, largest rest %.1f uV", k.name, dB, 1000*top)
		require.Greater(t, dB, k.least, k.name)
		require.Less(t, top, k.most, k.name)
	}
}

// Without hum the signal comes out as it went in, QRS and all; a notch rings.
func TestMainsDoesNotRing(t *testing.T) {
	const rate = 360
	x, beats := heart(t, rate, 72, 60)
	y := mains(t, filter.MainsConfig{Rate: rate}).Append(nil, x)
	notch, err := filter.Notch(50, 30, rate)
	require.NoError(t, err)
	z := make([]float64, len(x))
	filter.Run(notch.Sections(), filter.SteadyState(notch.Sections(), x[0]), z, x)
	var ours, theirs float64
	for _, b := range beats[:len(beats)-1] {
		for i := b.At + rate/20; i < b.At+rate/4; i++ {
			ours = math.Max(ours, math.Abs(y[i]-x[i]))
			theirs = math.Max(theirs, math.Abs(z[i]-x[i]))
		}
	}
	t.Logf("after a QRS: %.2f uV, a notch of Q 30 %.1f uV", 1000*ours, 1000*theirs)
	require.Less(t, ours, 0.0005)
	require.Greater(t, theirs, 0.001)
}

func TestMainsHarmonics(t *testing.T) {
	const rate = 1000
	x, _ := heart(t, rate, 72, 20)
	h := hum(len(x), rate, 0.5, 50.4, 0)
	for m := 2.0; m <= 5; m++ {
		h = plus(h, hum(len(x), rate, 0.3/m, 50.4*m, 0))
	}
	dB, top := left(t, filter.MainsConfig{Rate: rate, Harmonics: 5}, x, h)
	t.Logf("five harmonics: %.1f dB, largest rest %.1f uV", dB, 1000*top)
	require.Greater(t, dB, 40.0)
	require.Less(t, top, 0.025)
	dB, _ = left(t, filter.MainsConfig{Rate: rate}, x, h)
	require.Less(t, dB, 20.0, "one of them alone")
	// Those that the rate can't carry are passed over.
	h = hum(12*360, 360, 0.5, 60, 0)
	dB, _ = left(t, filter.MainsConfig{Rate: 360, Frequency: 60, Harmonics: 16}, make([]float64, len(h)), h)
	require.Greater(t, dB, 40.0)
}

// A hum that comes, doubles and goes: 0.7 s later it is as if it had always been
// so.
func TestMainsFollowsAJump(t *testing.T) {
	const rate = 500
	x, _ := heart(t, rate, 72, 20)
	h := hum(len(x), rate, 0.2, 50.2, 0)
	for i := range h {
		switch s := i / (5 * rate); s {
		case 0, 3:
			h[i] = 0
		case 2:
			h[i] *= 2
		}
	}
	y := mains(t, filter.MainsConfig{Rate: rate}).Append(nil, plus(x, h))
	for i := range y {
		if i%(5*rate) > 7*rate/10 {
			require.InDelta(t, x[i], y[i], 0.002, "at %v s", float64(i)/rate)
		}
	}
}

func TestMainsKeepsTheContract(t *testing.T) {
	for rate, harmonics := range map[float64]int{128: 1, 360: 3} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, float64]{
				New: func() ecg.Stage[float64, float64] {
					return mains(t, filter.MainsConfig{Rate: rate, Leads: 2, Harmonics: harmonics})
				},
				Input: patient(t, rate, 2), Frame: 2, Rate: rate, MaxState: 1 << 13,
			})
		})
	}
}

func TestMainsRefuses(t *testing.T) {
	for name, c := range map[string]filter.MainsConfig{
		"no rate":          {},
		"rate NaN":         {Rate: math.NaN()},
		"above the rate":   {Rate: 100},
		"frequency NaN":    {Rate: 360, Frequency: math.NaN()},
		"frequency of 1":   {Rate: 360, Frequency: 1},
		"leads":            {Rate: 360, Leads: -1},
		"harmonics":        {Rate: 360, Harmonics: -1},
		"harmonics beyond": {Rate: 360, Harmonics: 17},
	} {
		_, err := filter.NewMains(c)
		require.Error(t, err, name)
	}
}

func BenchmarkMains(b *testing.B) {
	x, _ := heart(b, 360, 72, 60)
	x = plus(x, hum(len(x), 360, 0.2, 50.2, 0))
	m := mains(b, filter.MainsConfig{Rate: 360})
	out := make([]float64, 0, len(x))
	b.ReportAllocs()
	for b.Loop() {
		out = m.Append(out[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}

func ExampleNewMains() {
	const rate = 250
	hum, err := filter.NewMains(filter.MainsConfig{Rate: rate, Frequency: 50})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Hum of 0.1 mV from a grid that is 0.2 Hz off.
	packet := make([]float64, 3*rate)
	for i := range packet {
		packet[i] = 0.1 * math.Sin(2*math.Pi*50.2*float64(i)/rate)
	}
	rest := 0.0
	for _, mv := range hum.Append(nil, packet)[rate:] {
		rest = max(rest, math.Abs(mv))
	}
	fmt.Println("less than 1 uV after a second:", rest < 0.001)
	// Output: less than 1 uV after a second: true
}
