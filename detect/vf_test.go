package detect_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

func newVF(t testing.TB, rate float64, leads int) *detect.VFDetector {
	v, err := detect.NewVFDetector(detect.VFConfig{Rate: rate, Leads: leads})
	require.NoError(t, err)
	return v
}

// rhythmsAt are frames of a patient in one rhythm from 20 s to 50 s of 70 s.
func rhythmsAt(t testing.TB, rate float64, leads int, seed uint64, r synth.Rhythm) []float64 {
	r.At, r.For = 20*time.Second, 30*time.Second
	c := synth.Config{Rate: rate, Leads: leads, Duration: 70 * time.Second, Seed: seed, HeartRate: 75, LF: 20, HF: 20, Wander: 0.05, Mains: 0.01, Muscle: 0.015}
	if r.Kind != ecg.RhythmUnknown {
		c.Rhythms = []synth.Rhythm{r}
	}
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err := ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	return x
}

func TestVFDetectorKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		leads int
		kind  ecg.Rhythm
	}{
		{100, 1, ecg.VentricularFibrillation}, {250, 2, ecg.VentricularFibrillation}, {360, 1, ecg.VentricularFibrillation}, {1000, 1, ecg.VentricularFibrillation},
		{100, 1, ecg.Asystole}, {360, 2, ecg.Asystole},
	} {
		t.Run(fmt.Sprint(c.kind, ", ", c.rate, " Hz, leads ", c.leads), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Episode]{
				New:   func() ecg.Stage[float64, ecg.Episode] { return newVF(t, c.rate, c.leads) },
				Input: rhythmsAt(t, c.rate, c.leads, 1, synth.Rhythm{Kind: c.kind}),
				Frame: c.leads, Rate: c.rate,
				At: func(_ int, e ecg.Episode) int64 {
					switch e.State {
					case ecg.Suspected:
						return e.Start
					case ecg.Ended:
						return e.End
					}
					return e.Known // what confirms is a quantity of evidence, not a place
				},
				Known:     func(e ecg.Episode) int64 { return e.Known },
				Unordered: true,
				MaxState:  8 << 10 * c.leads,
			})
		})
	}
}

// Every shockable rhythm, and asystole, is confirmed within 10 s and over within 10 s;
// nothing else is ever confirmed.
func TestVFDetectorOnSyntheticRhythms(t *testing.T) {
	found := []synth.Rhythm{
		{Kind: ecg.VentricularFibrillation}, {Kind: ecg.VentricularFibrillation, Rate: 220}, {Kind: ecg.VentricularFibrillation, Rate: 400},
		{Kind: ecg.VentricularFlutter}, {Kind: ecg.VentricularFlutter, Rate: 220}, {Kind: ecg.VentricularFlutter, Rate: 340},
		{Kind: ecg.VentricularTachycardia, Rate: 220}, {Kind: ecg.VentricularTachycardia, Rate: 250}, {Kind: ecg.Asystole},
	}
	other := []synth.Rhythm{
		{}, {Kind: ecg.AtrialFibrillation, Rate: 130}, {Kind: ecg.AtrialFlutter, Conduction: 2}, {Kind: ecg.AtrialFlutter},
		{Kind: ecg.SupraventricularTachy, Rate: 230}, {Kind: ecg.SinusTachycardia, Rate: 180}, {Kind: ecg.SinusBradycardia, Rate: 25},
		{Kind: ecg.IdioventricularRhythm}, {Kind: ecg.PacedRhythm}, {Kind: ecg.ThirdDegreeBlock}, {Kind: ecg.VentricularBigeminy},
		{Kind: ecg.VentricularTachycardia, Rate: 110},
	}
	for _, rate := range []float64{100, 250, 360, 1000} {
		for seed := range uint64(4) {
			for _, r := range found {
				x := rhythmsAt(t, rate, 1, seed+100, r)
				v := newVF(t, rate, 1)
				confirmed, ended := 0, 0
				for _, e := range v.Flush(v.Append(nil, x)) {
					what := fmt.Sprint(r.Kind, r.Rate, " at ", rate, " Hz, seed ", seed, ": ", e)
					require.InDelta(t, 20, float64(e.Start)/rate, 3, what)
					require.Equal(t, r.Kind == ecg.Asystole, e.Rhythm == ecg.Asystole, what)
					switch e.State {
					case ecg.Confirmed:
						confirmed++
						require.Less(t, float64(e.Known)/rate, 30.0, what)
					case ecg.Ended:
						ended++
						require.InDelta(t, 50, float64(e.End)/rate, 3, what)
						require.Less(t, float64(e.Known)/rate, 60.0, what)
					}
				}
				require.Equal(t, 1, confirmed, "%v %v at %v Hz, seed %d", r.Kind, r.Rate, rate, seed)
				require.Equal(t, 1, ended)
			}
			for _, r := range other {
				v := newVF(t, rate, 1)
				require.Empty(t, v.Flush(v.Append(nil, rhythmsAt(t, rate, 1, seed+200, r))), "%v %v at %v Hz, seed %d", r.Kind, r.Rate, rate, seed)
			}
		}
	}
}

// What is no rhythm at all: chest compressions, motion, muscles, electrodes,
// rails, nothing. (Where an electrode leaves a quiet line it looks like asystole.)
func TestVFDetectorInventsNothing(t *testing.T) {
	const rate = 250.
	kinds := map[string]func(t float64, r *rand.Rand, state *float64) float64{
		"compressions": func(t float64, r *rand.Rand, _ *float64) float64 {
			p := 2 * math.Pi * 1.8 * t
			return 0.8*math.Sin(p) + 0.3*math.Sin(2*p+1) + 0.02*r.NormFloat64()
		},
		"motion": func(_ float64, r *rand.Rand, walk *float64) float64 {
			*walk = 0.999**walk + 0.03*r.NormFloat64()
			return *walk
		},
		"muscles": func(t float64, r *rand.Rand, _ *float64) float64 {
			return 0.15 * (1 + math.Sin(0.7*t)) * r.NormFloat64()
		},
		"electrode": func(_ float64, r *rand.Rand, step *float64) float64 {
			*step *= 0.997
			if r.Float64() < 1.2/rate {
				*step += r.NormFloat64()
			}
			return *step + 0.01*r.NormFloat64()
		},
		"rails":    func(t float64, _ *rand.Rand, _ *float64) float64 { return math.Copysign(5, math.Sin(4*t)) },
		"asystole": func(_ float64, r *rand.Rand, _ *float64) float64 { return 0.01 * math.Round(r.NormFloat64()) },
		"nothing":  func(float64, *rand.Rand, *float64) float64 { return 0 },
		"mains":    func(t float64, _ *rand.Rand, _ *float64) float64 { return 0.5 * math.Sin(2*math.Pi*50*t) },
		"wandering line": func(t float64, r *rand.Rand, _ *float64) float64 {
			return math.Sin(2*math.Pi*0.3*t) + 0.01*r.NormFloat64()
		},
		"missing samples": func(float64, *rand.Rand, *float64) float64 { return math.NaN() },
	}
	for name, f := range kinds {
		for seed := range uint64(5) {
			r := rand.New(rand.NewPCG(seed, 77))
			x := make([]float64, 120*int(rate))
			state := 0.0
			for i := range x {
				x[i] = f(float64(i)/rate, r, &state)
			}
			v := newVF(t, rate, 1)
			for _, e := range v.Flush(v.Append(nil, x)) {
				require.False(t, e.State == ecg.Confirmed && (e.Rhythm != ecg.Asystole || name != "electrode"), "%s, seed %d: %v", name, seed, e)
			}
		}
	}
}

// Whatever the samples are, all that is seen of them is a number.
func TestVFDetectorTakesAnything(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, rate := range []float64{100, 250, 257.3} {
		windows := 0
		v, err := detect.NewVFDetector(detect.VFConfig{Rate: rate, Observe: func(w *detect.VFWindow) {
			windows++
			require.False(t, math.IsNaN(w.RMS) || math.IsNaN(w.Odds), "%v", w)
			for _, in := range w.Inputs {
				require.False(t, in != in, "%v", w)
			}
		}})
		require.NoError(t, err)
		level := 448.0
		for range 3000 {
			x := make([]float64, 1+random.IntN(int(rate)))
			switch random.IntN(8) {
			case 0:
				level = []float64{448, 447.9, 449, 512, 1e300, math.Inf(1), math.NaN()}[random.IntN(7)]
			case 1:
				level = math.Exp(30 * (random.Float64() - 0.5))
			}
			for i := range x {
				x[i] = math.Copysign(level, random.Float64()-0.5)
			}
			v.Append(nil, x)
		}
		require.Greater(t, windows, 100)
	}
}

// The answers do not know gain and polarity.
func TestVFDetectorGain(t *testing.T) {
	x := rhythmsAt(t, 360, 1, 5, synth.Rhythm{Kind: ecg.VentricularFibrillation})
	v := newVF(t, 360, 1)
	want := v.Flush(v.Append(nil, x))
	require.NotEmpty(t, want)
	for _, gain := range []float64{0.25, 4, -1} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = gain * x[i]
		}
		v.Reset()
		require.Equal(t, want, v.Flush(v.Append(nil, y)), "gain %v", gain)
	}
}

// A lead that is off does not silence the other, and a lead in sinus rhythm does
// not let another one's artefact call.
func TestVFDetectorLeads(t *testing.T) {
	x := rhythmsAt(t, 250, 2, 3, synth.Rhythm{Kind: ecg.VentricularFibrillation})
	for i := 0; i < len(x); i += 2 {
		x[i] = math.NaN()
	}
	v := newVF(t, 250, 2)
	confirmed := 0
	for _, e := range v.Append(nil, x) {
		if e.State == ecg.Confirmed {
			confirmed++
		}
	}
	require.Equal(t, 1, confirmed)

	sinus := rhythmsAt(t, 250, 1, 3, synth.Rhythm{})
	both := rhythmsAt(t, 250, 2, 3, synth.Rhythm{Kind: ecg.VentricularFibrillation})
	for i := range sinus {
		both[2*i+1] = sinus[i]
	}
	v.Reset()
	require.Empty(t, v.Append(nil, both))
}

// An episode that the signal leaves is over, and says when it was last seen.
func TestVFDetectorLosesTheSignal(t *testing.T) {
	x := rhythmsAt(t, 250, 1, 9, synth.Rhythm{Kind: ecg.VentricularFibrillation})
	for i := 40 * 250; i < len(x); i++ {
		x[i] = math.NaN()
	}
	v := newVF(t, 250, 1)
	found := v.Append(nil, x)
	require.NotEmpty(t, found)
	last := found[len(found)-1]
	require.Equal(t, ecg.Ended, last.State)
	require.InDelta(t, 40, float64(last.End)/250, 2)
	require.Less(t, last.Known, int64(50*250))
}

func TestVFDetectorBits(t *testing.T) {
	h := fnv.New64a()
	var b []byte
	for _, kind := range []ecg.Rhythm{ecg.RhythmUnknown, ecg.VentricularFibrillation, ecg.VentricularFlutter, ecg.Asystole} {
		d, err := detect.NewVFDetector(detect.VFConfig{Rate: 360, Observe: func(w *detect.VFWindow) {
			b = binary.LittleEndian.AppendUint64(b[:0], math.Float64bits(w.Odds))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(w.RMS))
			for _, v := range w.Inputs {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			h.Write(b)
		}})
		require.NoError(t, err)
		d.Append(nil, rhythmsAt(t, 360, 1, 21, synth.Rhythm{Kind: kind}))
	}
	require.Equal(t, uint64(0x8b927c6c5bcdeb94), h.Sum64())
}

func TestNewVFDetectorRefuses(t *testing.T) {
	for _, c := range []detect.VFConfig{{}, {Rate: 99}, {Rate: 1001}, {Rate: math.NaN()}, {Rate: 250, Leads: 17}, {Rate: 250, Leads: -1}} {
		_, err := detect.NewVFDetector(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config, "%v", c)
	}
}

func TestReadVFModelRefuses(t *testing.T) {
	data, err := os.ReadFile("models/vf.bin")
	require.NoError(t, err)
	_, err = detect.ReadVFModel(data)
	require.NoError(t, err)
	for i := range data {
		spoilt := slices.Clone(data)
		spoilt[i] ^= 0x40
		_, err := detect.ReadVFModel(spoilt)
		require.ErrorIs(t, err, detect.ErrVFModel, "byte %d", i)
	}
	for n := 0; n < len(data); n += 7 {
		_, err := detect.ReadVFModel(data[:n])
		require.ErrorIs(t, err, detect.ErrVFModel, "%d bytes", n)
	}
}

// Any bytes give a model that works, or the error.
func FuzzReadVFModel(f *testing.F) {
	data, _ := os.ReadFile("models/vf.bin")
	f.Add(data)
	f.Add([]byte("SVF \x02\x00\x11\x00"))
	x := make([]float64, 6*250)
	for i := range x {
		x[i] = math.Sin(float64(i) / 8)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, b := range [][]byte{data, binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))} {
			m, err := detect.ReadVFModel(b)
			if err != nil {
				if !errors.Is(err, detect.ErrVFModel) {
					t.Fatal(err)
				}
				continue
			}
			d, err := detect.NewVFDetector(detect.VFConfig{Rate: 250, Model: m})
			if err != nil {
				t.Fatal(err)
			}
			d.Append(nil, x)
		}
	})
}

// A monitor listens to all leads at once.
func ExampleVFDetector() {
	patient, _ := synth.New(synth.Config{Rate: 250, Seed: 4, Duration: time.Minute, Rhythms: []synth.Rhythm{
		{Kind: ecg.VentricularFibrillation, At: 20 * time.Second, For: 25 * time.Second},
	}})
	format := patient.Format()
	detector, err := detect.NewVFDetector(detect.VFConfig{Rate: format.Rate, Leads: len(format.Leads)})
	if err != nil {
		log.Fatal(err)
	}
	clock, _ := format.Clock()
	for e, err := range ecg.All(ecg.Through(ecg.Reader[float64](patient), detector)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(e.Rhythm, " ", e.State, " at ", clock.Offset(e.Known).Round(time.Second), ": from ", clock.Offset(e.Start).Round(time.Second))
		if e.State == ecg.Ended {
			fmt.Print(" to ", clock.Offset(e.End).Round(time.Second))
		}
		fmt.Println()
	}
	// Output:
	// VFIB suspected at 24s: from 20s
	// VFIB confirmed at 25s: from 20s
	// VFIB ended at 52s: from 20s to 46s
}
