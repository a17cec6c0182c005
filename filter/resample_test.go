package filter_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/filter"
)

func resampler(t testing.TB, c filter.ResamplerConfig) *filter.Resampler {
	r, err := filter.NewResampler(c)
	require.NoError(t, err)
	return r
}

// A sine comes out as the same sine at the other rate: below the transition whole,
// with no shift; above half of the lower rate 80 dB weaker.
func TestResamplerResponse(t *testing.T) {
	for _, k := range []struct{ from, to float64 }{
		{360, 250}, {360, 200}, {62.4725, 200}, {250, 360}, {1000, 128}, {128, 250}, {257, 360}, {500, 499.9}, {130.061, 250}, {1000, 100},
	} {
		low := math.Min(k.from, k.to) / 2
		for _, lobes := range []int{16, 32} {
			for _, part := range []float64{0.05, 0.3, 1 - 5.03/float64(lobes), 1.001, 1.3} {
				hz := part * low
				if hz >= k.from/2 {
					continue
				}
				x := make([]float64, int(40*k.from))
				for i := range x {
					x[i] = math.Sin(2 * math.Pi * hz * float64(i) / k.from)
				}
				y := whole(resampler(t, filter.ResamplerConfig{From: k.from, To: k.to, Lobes: lobes}), x)
				require.Len(t, y, int(math.Ceil(float64(len(x))*k.to/k.from-1e-9)))
				worst := 0.0
				for i := len(y) / 4; i < 3*len(y)/4; i++ {
					want := 0.0
					if part < 1 {
						want = math.Sin(2 * math.Pi * hz * float64(i) / k.to)
					}
					worst = math.Max(worst, math.Abs(y[i]-want))
				}
				require.Less(t, worst, 5e-4, "%v to %v Hz, %d lobes: %v Hz", k.from, k.to, lobes, hz)
			}
		}
	}
}

// SciPy's decimate by 4: a Chebyshev filter both ways, or a window of Hamming with
// its delay taken off, and every fourth value. Its upfirdn is taps over the signal
// with zeros between its values.
func TestDecimationEqualsSciPy(t *testing.T) {
	var g struct {
		Cases []struct {
			Kind, Ftype string
			Q, Up, Down int
			H, Y        []float64
		}
	}
	golden(t, "resample.json", &g)
	x := testSignal(t)
	checked := map[string]int{}
	for _, c := range g.Cases {
		var y []float64
		switch kind := c.Kind + c.Ftype; kind {
		case "decimateiir":
			f, err := filter.Chebyshev1(8, 0.05, filter.LowPass, 2, 0.8/float64(c.Q))
			require.NoError(t, err)
			y, err = filter.ZeroPhase(f.Sections(), x, filter.PadConfig{})
			require.NoError(t, err)
			y = everyNth(y, c.Q)
		case "decimatefir":
			h, err := filter.FIRWindow(20*c.Q+1, filter.Hamming, filter.LowPass, 2, 1/float64(c.Q))
			require.NoError(t, err)
			y = everyNth(convolved(t, h, x)[10*c.Q:][:len(x)], c.Q)
		case "upfirdn":
			stuffed := make([]float64, c.Up*(len(x)-1)+1)
			for i, v := range x {
				stuffed[c.Up*i] = v
			}
			y = everyNth(convolved(t, c.H, stuffed), c.Down)
		default:
			continue
		}
		tolerance := 1e-12
		if c.Ftype == "iir" {
			tolerance = 1e-10 // SciPy filters with b/a here
		}
		requireClose(t, c.Y, y, tolerance, c.Kind+c.Ftype)
		checked[c.Kind]++
	}
	require.Equal(t, map[string]int{"decimate": 2, "upfirdn": 1}, checked)
}

// convolved is x through taps, with zeros before and behind.
func convolved(t *testing.T, h, x []float64) []float64 {
	c, err := filter.NewConvolver(filter.ConvolverConfig{Rate: 360, Taps: h})
	require.NoError(t, err)
	c.Append(nil, make([]float64, len(h)))
	return c.Append(c.Append(nil, x), make([]float64, len(h)-1))
}

func everyNth(x []float64, n int) (out []float64) {
	for i := 0; i < len(x); i += n {
		out = append(out, x[i])
	}
	return out
}

// An electrode offset of 300 mV leaves no ripple, and no edge at the ends.
func TestResamplerOffset(t *testing.T) {
	for _, to := range []float64{200, 250, 360.5, 1000} {
		x := make([]float64, 2000)
		for i := range x {
			x[i] = 300
		}
		for _, v := range whole(resampler(t, filter.ResamplerConfig{From: 360, To: to}), x) {
			require.Equal(t, 300.0, v)
		}
	}
}

// The map, both ways, after three years of signal.
func TestRateMap(t *testing.T) {
	m, err := filter.NewRateMap(62.4725, 200)
	require.NoError(t, err)
	up, down := m.Ratio()
	require.Equal(t, []int64{80000, 24989}, []int64{up, down})
	for _, n := range []int64{0, 1, -1, 80000, 80001, -79999, 3 * 365 * 86400 * 200, 1 << 60} {
		at, frac := m.Source(n)
		require.True(t, frac > -0.5 && frac <= 0.5)
		// (at + frac)*up == n*down, in integers but for frac's rounding.
		require.Equal(t, math.Round(frac*80000), frac*80000, "sample %d", n)
		rest := int64(frac * 80000)
		require.Equal(t, n*24989, at*80000+rest, "sample %d, modulo 2^64", n)
	}
	at, frac := m.Target(24989)
	require.Equal(t, int64(80000), at)
	require.Zero(t, frac)
	at, _ = m.Source(math.MinInt64)
	require.Less(t, at, int64(-1<<60))
	at, _ = m.Target(math.MaxInt64)
	require.Equal(t, int64(math.MaxInt64), at)
	_, err = filter.NewRateMap(math.Pi, math.E)
	require.Error(t, err)
	_, err = filter.NewRateMap(0, 200)
	require.Error(t, err)
}

// A gap comes out as a gap of the same length, and what is beside it is not
// dragged along; other leads are untouched to the last bit.
func TestResamplerGap(t *testing.T) {
	x := patient(t, 360, 2)
	want := whole(resampler(t, filter.ResamplerConfig{From: 360, To: 250, Leads: 2}), x)
	for i := 3600; i < 3600+360; i++ {
		x[2*i] = math.NaN()
	}
	got := whole(resampler(t, filter.ResamplerConfig{From: 360, To: 250, Leads: 2}), x)
	for i := range got {
		source := float64(i/2) * 360 / 250
		switch {
		case i%2 == 1:
			require.Equal(t, want[i], got[i])
		case source >= 3600 && source < 3960:
			require.True(t, math.IsNaN(got[i]), "value %d", i)
		case source > 3600-24 && source < 3960+24:
			require.InDelta(t, want[i], got[i], 0.2, "value %d", i)
		default:
			require.Equal(t, want[i], got[i])
		}
	}
}

// R peaks found at 200 Hz lie, on the clock of the source, where they are.
func TestResamplerBeats(t *testing.T) {
	const rate = 360
	x, truth := heart(t, rate, 72, 60)
	r := resampler(t, filter.ResamplerConfig{From: rate, To: 200})
	d, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: 200})
	require.NoError(t, err)
	beats := map[int64]bool{}
	var known int64
	for i, v := range x {
		for _, b := range d.Append(nil, r.Append(nil, []float64{v})) {
			b = r.SourceBeat(b)
			require.Equal(t, int64(i), b.Known)
			known++
			for k := b.At - 3; k <= b.At+3; k++ {
				beats[k] = true
			}
		}
	}
	require.Greater(t, known, int64(60))
	for _, b := range truth[3 : len(truth)-3] {
		require.True(t, beats[b.At], "the beat at %d", b.At)
	}
	b := r.SourceBeat(ecg.Beat{At: 100, Frac: 0.25, Known: 120, Onset: -10, Offset: 10})
	require.Equal(t, int64(180), b.At)
	require.InDelta(t, 0.45, b.Frac, 1e-12)
	require.Equal(t, []int32{-18, 18}, []int32{b.Onset, b.Offset})
}

func TestResamplerKeepsTheContract(t *testing.T) {
	for _, k := range []struct {
		from, to float64
		leads    int
	}{{360, 250, 1}, {250, 360, 2}, {100, 62.4725, 1}, {250, 250, 2}} {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			m, err := filter.NewRateMap(k.from, k.to)
			require.NoError(t, err)
			up, down := m.Ratio()
			s := ecgtest.Stage[float64, float64]{
				New: func() ecg.Stage[float64, float64] {
					return resampler(t, filter.ResamplerConfig{From: k.from, To: k.to, Leads: k.leads})
				},
				Input: patient(t, k.from, k.leads), Frame: k.leads, Rate: k.from,
				At: func(i int, _ float64) int64 { return int64(i/k.leads) * down / up },
			}
			if k.to != math.Round(k.to) {
				// Ten seconds of garbage are no whole number of samples there.
				s.Recovered = func(want, got []float64) error {
					if n := len(got) - len(want); n < -1 || n > 1 {
						return fmt.Errorf("%d values, want %d", len(got), len(want))
					}
					return nil
				}
			}
			ecgtest.TestStage(t, s)
		})
	}
}

func TestResamplerRefuses(t *testing.T) {
	for name, c := range map[string]filter.ResamplerConfig{
		"no rates": {},
		"NaN":      {From: math.NaN(), To: 200},
		"leads":    {From: 360, To: 200, Leads: 300},
		"lobes":    {From: 360, To: 200, Lobes: 1},
		"kaiser":   {From: 360, To: 200, Kaiser: -1},
		"cut-off":  {From: 360, To: 200, Cutoff: 1.5},
		"too flat": {From: 360, To: 200, Lobes: 2, Kaiser: 20},
		"too far":  {From: 1, To: 1e6},
		"no ratio": {From: math.Pi, To: math.E},
	} {
		require.Error(t, second(filter.NewResampler(c)), name)
	}
}

func BenchmarkResampler360to250(b *testing.B) {
	benchmarkStage(b, resampler(b, filter.ResamplerConfig{From: 360, To: 250}))
}

func ExampleNewRateMap() {
	m, _ := filter.NewRateMap(360, 250)
	up, down := m.Ratio()
	at, frac := m.Source(100)
	fmt.Printf("%d/%d: sample 100 lies at %d%+.2f\n", up, down, at, frac)
	at, frac = m.Target(144)
	fmt.Printf("and sample 144 at %d%+.2f\n", at, frac)
	// Output:
	// 25/36: sample 100 lies at 144+0.00
	// and sample 144 at 100+0.00
}

func ExampleNewResampler() {
	p, _ := synth.New(synth.Config{Rate: 360, Leads: 1})
	r, err := filter.NewResampler(filter.ResamplerConfig{From: 360, To: 250})
	if err != nil {
		fmt.Println(err)
		return
	}
	var signal ecg.Signal = ecg.SignalThrough(p, r, r.Format(p.Format()))
	x, _ := ecg.ReadAll(ecg.Reader[float64](signal))
	at, frac := r.Map().Source(251)
	fmt.Printf("%d samples at %v Hz; sample 251 lies at %d%+.2f of the source\n", len(x), signal.Format().Rate, at, frac)
	// Output: 75000 samples at 250 Hz; sample 251 lies at 361+0.44 of the source
}
