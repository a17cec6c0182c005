package detect_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// pulses is a clean signal: P, QRS and T as Gaussian waves, 75 beats a minute,
// the first R at 0.5 s. It returns the R peaks too.
func pulses(rate, seconds, mv float64) (x []float64, r []int64) {
	x = make([]float64, int(seconds*rate))
	wave := func(t, at, width, height float64) float64 {
		return height * math.Exp(-(t-at)*(t-at)/(2*width*width))
	}
	for at := 0.5; at < seconds; at += 0.8 {
		r = append(r, int64(math.Round(at*rate)))
		for i := int(max(0, (at-0.4)*rate)); i < len(x) && float64(i) < (at+0.4)*rate; i++ {
			t := float64(i) / rate
			x[i] += mv * (wave(t, at-0.16, 0.02, 0.12) + wave(t, at-0.025, 0.008, -0.1) + wave(t, at, 0.01, 1) +
				wave(t, at+0.028, 0.009, -0.2) + wave(t, at+0.25, 0.035, 0.3))
		}
	}
	return x, r
}

func newPanTompkins(t testing.TB, rate float64) *detect.PanTompkins {
	p, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	require.NoError(t, err)
	return p
}

func TestPanTompkinsKeepsTheContract(t *testing.T) {
	for _, rate := range []float64{100, 200, 360, 1000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			x, _ := pulses(rate, 30, 1)
			noise := rand.New(rand.NewPCG(1, 2))
			for i := range x {
				x[i] += 0.02 * noise.NormFloat64()
			}
			ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Beat]{
				New:   func() ecg.Stage[float64, ecg.Beat] { return newPanTompkins(t, rate) },
				Input: x, Rate: rate,
				At:       func(_ int, b ecg.Beat) int64 { return b.At },
				Known:    func(b ecg.Beat) int64 { return b.Known },
				MaxState: 32 << 10,
			})
		})
	}
}

func TestPanTompkinsFindsEveryBeat(t *testing.T) {
	for _, rate := range []float64{100, 128, 130.061, 200, 250, 360, 500, 1000} {
		for _, mv := range []float64{1, -1, 0.25, 4} {
			x, want := pulses(rate, 20, mv)
			p := newPanTompkins(t, rate)
			got := p.Flush(p.Append(nil, x))
			require.Len(t, got, len(want), "%v Hz, R of %v mV", rate, mv)
			for i := range got {
				require.Equal(t, want[i], got[i].At, "%v Hz, R of %v mV, beat %d", rate, mv, i)
			}
		}
	}
}

// R peaks lie between samples: intervals of 0.8 s keep their length to a twentieth
// of a sample from 200 Hz on. At 100 Hz three samples are the whole R wave, and a
// parabola is no Gaussian.
func TestPanTompkinsBetweenSamples(t *testing.T) {
	for _, rate := range []float64{100, 128, 130.061, 200, 257, 360.7, 1000} {
		limit := 0.05
		if rate < 200 {
			limit = 0.2
		}
		for _, mv := range []float64{1, -1, 0.25, 4} {
			x, _ := pulses(rate, 20, mv)
			p := newPanTompkins(t, rate)
			got := p.Flush(p.Append(nil, x))
			require.Greater(t, len(got), 23)
			for i, b := range got {
				require.LessOrEqual(t, math.Abs(b.Frac), 0.5)
				if i > 0 {
					rr := float64(b.At-got[i-1].At) + b.Frac - got[i-1].Frac
					require.InDelta(t, 0.8*rate, rr, limit, "%v Hz, R of %v mV, beat %d", rate, mv, i)
				}
			}
		}
	}
}

// A sample beside the peak that is missing says nothing of where the top is.
func TestPanTompkinsBesideAHole(t *testing.T) {
	const rate = 360
	for _, side := range []int{-1, 1} {
		x, want := pulses(rate, 20, 1)
		for i := range x {
			x[i] += 0.001 * float64(i%7) // no symmetry
		}
		for _, at := range want {
			x[int(at)+side] = math.NaN()
		}
		p := newPanTompkins(t, rate)
		got := p.Flush(p.Append(nil, x))
		require.Len(t, got, len(want))
		for i, b := range got {
			require.Equal(t, want[i], b.At)
			require.Zero(t, b.Frac)
		}
	}
}

// The first and the last beat of a stream are beats too.
func TestPanTompkinsEnds(t *testing.T) {
	x, _ := pulses(360, 2.2, 1)
	for _, cut := range []int{195, 360, 500, len(x)} {
		p := newPanTompkins(t, 360)
		got := p.Flush(p.Append(nil, x[:cut]))
		require.NotEmpty(t, got, "%d samples", cut)
		require.InDelta(t, 180, got[0].At, 1)
	}
}

// nothings are signals without a beat, a minute each.
func nothings(rate int) map[string][]float64 {
	fill := func(f func(i int) float64) []float64 {
		x := make([]float64, 60*rate)
		for i := range x {
			x[i] = f(i)
		}
		return x
	}
	r := rand.New(rand.NewPCG(3, 4))
	return map[string][]float64{
		"empty":      nil,
		"one sample": {1},
		"zeros":      fill(func(int) float64 { return 0 }),
		"constant":   fill(func(int) float64 { return 5 }),
		"low rail":   fill(func(int) float64 { return -10.24 }),
		"high rail":  fill(func(int) float64 { return 500 }),
		"NaN":        fill(func(int) float64 { return math.NaN() }),
		"+Inf":       fill(func(int) float64 { return math.Inf(1) }),
		"-Inf":       fill(func(int) float64 { return math.Inf(-1) }),
		"1e300":      fill(func(int) float64 { return 1e300 }),
		"denormal":   fill(func(int) float64 { return 5e-324 }),
		"-0":         fill(func(int) float64 { return math.Copysign(0, -1) }),
		"1 uV noise": fill(func(int) float64 { return 0.001 * r.NormFloat64() }),
		"NaN and 0": fill(func(i int) float64 {
			if i%2 == 0 {
				return math.NaN()
			}
			return 0
		}),
		"step while missing": fill(func(i int) float64 {
			switch {
			case i < 20*rate:
				return -3
			case i < 21*rate:
				return math.NaN()
			}
			return 3
		}),
	}
}

func TestPanTompkinsOnNothing(t *testing.T) {
	for name, x := range nothings(360) {
		t.Run(name, func(t *testing.T) {
			p := newPanTompkins(t, 360)
			require.Empty(t, p.Flush(p.Append(nil, x)))
		})
	}
}

// garbage is anything that is no ECG, by sample.
func garbage(rate int, clean []float64) map[string]func(i int) float64 {
	r1, r2 := rand.New(rand.NewPCG(5, 6)), rand.New(rand.NewPCG(7, 8)) // one each: a map has no order
	return map[string]func(i int) float64{
		"zeros":         func(int) float64 { return 0 },
		"rail":          func(int) float64 { return 10 },
		"NaN":           func(int) float64 { return math.NaN() },
		"Inf":           func(int) float64 { return math.Inf(1) },
		"1e300":         func(i int) float64 { return 1e300 * float64(1-i%2*2) },
		"0.1 mV noise":  func(int) float64 { return 0.1 * r1.NormFloat64() },
		"5 mV noise":    func(int) float64 { return 5 * r2.NormFloat64() },
		"mains":         func(i int) float64 { return 5 * math.Sin(2*math.Pi*50*float64(i)/float64(rate)) },
		"square wave":   func(i int) float64 { return float64(i / (rate / 2) % 2) },
		"five times":    func(i int) float64 { return 5 * clean[i%(16*rate)] },
		"300 mV offset": func(i int) float64 { return 300 },
		"wander":        func(i int) float64 { return 20 * math.Sin(2*math.Pi*0.3*float64(i)/float64(rate)) },
	}
}

// After a minute of anything, 2 s of clean signal are enough.
func TestPanTompkinsRecovers(t *testing.T) {
	clean, want := pulses(360, 20, 1)
	for name, f := range garbage(360, clean) {
		t.Run(name, func(t *testing.T) {
			requireRecovery(t, newPanTompkins(t, 360), f, clean, want, 360)
		})
	}
}

// requireRecovery feeds a minute of garbage and then clean beats, which must be
// found from 2 s on, they and no others.
func requireRecovery(t *testing.T, d ecg.Stage[float64, ecg.Beat], garbage func(i int) float64, clean []float64, want []int64, rate int64) {
	t.Helper()
	x := make([]float64, 60*rate)
	for i := range x {
		x[i] = garbage(i)
	}
	d.Append(nil, x)
	got := map[int64]bool{}
	late := 0
	for _, b := range d.Flush(d.Append(nil, clean)) {
		at := b.At - int64(len(x))
		if at >= 2*rate {
			late++
		}
		for d := int64(-2); d <= 2; d++ {
			got[at+d] = true
		}
	}
	expected := 0
	for _, at := range want {
		if at >= 2*rate {
			expected++
			require.True(t, got[at], "the beat at %v s after the garbage is missed", float64(at)/float64(rate))
		}
	}
	require.Equal(t, expected, late, "beats later than 2 s after the garbage")
}

func TestPanTompkinsRefusesRates(t *testing.T) {
	for _, rate := range []float64{0, 99, 1001, -360, math.NaN(), math.Inf(1)} {
		_, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, "Rate", config.Field)
	}
}
