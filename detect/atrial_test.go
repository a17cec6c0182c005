package detect_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

func newAtrial(t testing.TB, rate float64, leads int) *detect.AtrialWaves {
	a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: rate, Leads: leads})
	require.NoError(t, err)
	return a
}

func TestAtrialWavesKeepTheContract(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		leads int
	}{{100, 1}, {250, 2}, {360, 1}} {
		t.Run(fmt.Sprint(c.rate, " Hz, leads ", c.leads), func(t *testing.T) {
			ecgtest.TestStage(t, ecgtest.Stage[float64, detect.AtrialEvidence]{
				New:   func() ecg.Stage[float64, detect.AtrialEvidence] { return newAtrial(t, c.rate, c.leads) },
				Input: rhythmsAt(t, c.rate, c.leads, 1, synth.Rhythm{Kind: ecg.AtrialFibrillation}),
				Frame: c.leads, Rate: c.rate,
				At:       func(_ int, e detect.AtrialEvidence) int64 { return e.Beat.At },
				Known:    func(e detect.AtrialEvidence) int64 { return e.Beat.Known },
				MaxState: 48 << 10 * c.leads,
			})
		})
	}
}

// Half a minute into fibrillation the evidence is for it; in rhythms with P waves, and
// irregular ones among them, it is against it.
func TestAtrialWavesOnSyntheticRhythms(t *testing.T) {
	last := func(x []float64, rate float64) detect.AtrialEvidence {
		a := newAtrial(t, rate, 1)
		found := a.Append(nil, x[:int(50*rate)])
		return found[len(found)-1]
	}
	for _, rate := range []float64{100, 300, 1000} {
		for seed := range uint64(4) {
			e := last(rhythmsAt(t, rate, 1, seed, synth.Rhythm{Kind: ecg.AtrialFibrillation, Rate: 90}), rate)
			require.Greater(t, e.Odds, 0.5, "%v Hz, seed %d: %+v", rate, seed, e)
			require.Equal(t, 32, e.Beats)
			for _, kind := range []ecg.Rhythm{ecg.RhythmUnknown, ecg.SinusTachycardia, ecg.SinusBradycardia, ecg.VentricularTrigeminy} {
				e := last(rhythmsAt(t, rate, 1, seed, synth.Rhythm{Kind: kind}), rate)
				require.Less(t, e.Odds, -0.5, "%v at %v Hz, seed %d: %+v", kind, rate, seed, e)
			}
		}
	}
}

// The evidence does not know the gain.
func TestAtrialWavesGain(t *testing.T) {
	x := rhythmsAt(t, 360, 1, 5, synth.Rhythm{Kind: ecg.AtrialFibrillation})
	a := newAtrial(t, 360, 1)
	want := a.Flush(a.Append(nil, x))
	for _, gain := range []float64{0.25, 4} {
		y := slices.Clone(x)
		for i := range y {
			y[i] *= gain
		}
		a.Reset()
		got := a.Flush(a.Append(nil, y))
		require.Len(t, got, len(want))
		for i := range got {
			require.InDelta(t, want[i].Odds, got[i].Odds, 0.01, "gain %v, beat %d", gain, i)
		}
	}
}

// A lead that is off has no voice, and with none nothing is said.
func TestAtrialWavesLeads(t *testing.T) {
	one := rhythmsAt(t, 250, 1, 3, synth.Rhythm{Kind: ecg.AtrialFibrillation})
	both := make([]float64, 2*len(one))
	for i, v := range one {
		both[2*i], both[2*i+1] = math.NaN(), v
	}
	a := newAtrial(t, 250, 1)
	want := a.Append(nil, one)
	b := newAtrial(t, 250, 2)
	got := b.Append(nil, both)
	require.InDelta(t, want[len(want)-1].Odds, got[len(got)-1].Odds, 0.5)

	var beats []ecg.Beat
	for i := range int64(40) {
		beats = append(beats, ecg.Beat{At: 200 * (i + 1)})
	}
	c, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: 250, Detector: bench.NewMarks(1, beats)})
	require.NoError(t, err)
	nothing := make([]float64, 8100)
	for i := range nothing {
		nothing[i] = math.NaN()
	}
	for _, e := range c.Flush(c.Append(nil, nothing)) {
		require.Zero(t, e.Odds)
		require.Zero(t, e.Beats)
		require.Zero(t, e.Shift)
	}
}

func TestAtrialWavesBits(t *testing.T) {
	h := fnv.New64a()
	var b []byte
	var beats []ecg.Beat
	for i := range int64(60) {
		beats = append(beats, ecg.Beat{At: 400*i + i*i%7})
	}
	for _, kind := range []ecg.Rhythm{ecg.RhythmUnknown, ecg.AtrialFibrillation, ecg.VentricularFibrillation} {
		a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: 360, Detector: bench.NewMarks(1, beats), Observe: func(_ int, e detect.AtrialEvidence, in []float32) {
			b = binary.LittleEndian.AppendUint64(b[:0], math.Float64bits(e.Odds))
			for _, v := range in {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			h.Write(b)
		}})
		require.NoError(t, err)
		a.Append(nil, rhythmsAt(t, 360, 1, 21, synth.Rhythm{Kind: kind}))
	}
	require.Equal(t, uint64(0x61de9779ecc5e568), h.Sum64())
}

func TestNewAtrialWavesRefuses(t *testing.T) {
	for _, c := range []detect.AtrialConfig{{}, {Rate: 99}, {Rate: 2001}, {Rate: math.NaN()}, {Rate: 250, Leads: 17}, {Rate: 250, Leads: -1}} {
		_, err := detect.NewAtrialWaves(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config, "%v", c)
	}
}

func TestReadAtrialModelRefuses(t *testing.T) {
	data, err := os.ReadFile("models/atrial.bin")
	require.NoError(t, err)
	_, err = detect.ReadAtrialModel(data)
	require.NoError(t, err)
	for i := range data {
		spoilt := slices.Clone(data)
		spoilt[i] ^= 0x40
		_, err := detect.ReadAtrialModel(spoilt)
		require.ErrorIs(t, err, detect.ErrAtrialModel, "byte %d", i)
	}
	for n := 0; n < len(data); n += 7 {
		_, err := detect.ReadAtrialModel(data[:n])
		require.ErrorIs(t, err, detect.ErrAtrialModel, "%d bytes", n)
	}
}

// Any bytes give a model that works, or the error.
func FuzzReadAtrialModel(f *testing.F) {
	data, _ := os.ReadFile("models/atrial.bin")
	f.Add(data)
	f.Add([]byte("SATR\x01\x00\x01\x00"))
	x := make([]float64, 6*250)
	for i := range x {
		x[i] = math.Sin(float64(i) / 8)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, b := range [][]byte{data, binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))} {
			m, err := detect.ReadAtrialModel(b)
			if err != nil {
				if !errors.Is(err, detect.ErrAtrialModel) {
					t.Fatal(err)
				}
				continue
			}
			a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: 250, Model: m})
			if err != nil {
				t.Fatal(err)
			}
			a.Append(nil, x)
		}
	})
}

// BenchmarkAtrialWaves is the cost on top of the detector, over one lead.
// What a sample costs without any beat, and what a beat costs beyond its samples.
func BenchmarkAtrialWaves(b *testing.B) {
	for _, rate := range []float64{250, 360} {
		x := rhythmsAt(b, rate, 1, 1, synth.Rhythm{Kind: ecg.AtrialFibrillation})
		q, err := detect.NewQRS(detect.QRSConfig{Rate: rate})
		require.NoError(b, err)
		beats := q.Flush(q.Append(nil, x))
		run := func(name string, marks []ecg.Beat, report func(ns float64)) {
			b.Run(fmt.Sprint(rate, " Hz, ", name), func(b *testing.B) {
				a, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: rate, Detector: bench.NewMarks(1, marks)})
				require.NoError(b, err)
				out := a.Append(make([]detect.AtrialEvidence, 0, 1000), x)
				b.ReportAllocs()
				for b.Loop() {
					a.Reset()
					out = a.Append(out[:0], x)
				}
				ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
				b.ReportMetric(ns/float64(len(x)), "ns/sample")
				report(ns)
				if len(marks) > 0 {
					b.ReportMetric((ns-leastAtrial)/float64(len(marks)), "ns/beat")
				}
				state, _ := a.AppendBinary(nil)
				b.ReportMetric(float64(len(state)), "state-bytes")
			})
		}
		leastAtrial = math.Inf(1)
		run("no beats", nil, func(ns float64) { leastAtrial = min(leastAtrial, ns) })
		run("beats", beats, func(float64) {})
	}
}

// leastAtrial is what the samples alone took at best, ns.
var leastAtrial float64

// Fibrillation is found by waves and intervals together.
func ExampleAtrialWaves() {
	p, err := synth.New(synth.Config{Seed: 3, Rate: 250, Duration: 3 * time.Minute, Rhythms: []synth.Rhythm{
		{Kind: ecg.AtrialFibrillation, At: time.Minute, For: time.Minute},
	}})
	if err != nil {
		panic(err)
	}
	waves, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: 250, Leads: len(p.Format().Leads)})
	if err != nil {
		panic(err)
	}
	rhythm, err := detect.NewAFDetector(detect.AFConfig{Rate: 250})
	if err != nil {
		panic(err)
	}
	var episodes []ecg.Episode
	for e, err := range ecg.All(ecg.Through(ecg.Reader[float64](p), waves)) {
		if err != nil {
			panic(err)
		}
		episodes = rhythm.AppendEvidence(episodes, []detect.AtrialEvidence{e})
	}
	for _, e := range rhythm.Flush(episodes) {
		seconds := func(at int64) time.Duration { return time.Duration(at) * time.Second / 250 }
		fmt.Println(e.State, "at", seconds(e.Known).Round(time.Second), "since", seconds(e.Start).Round(time.Second))
	}
	// Output:
	// suspected at 1m12s since 1m6s
	// confirmed at 1m36s since 1m6s
	// ended at 2m15s since 1m6s
}
