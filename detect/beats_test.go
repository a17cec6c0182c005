package detect_test

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// firstLead is a detector over the first lead that is there.
type firstLead struct {
	ecg.Stage[float64, ecg.Beat]
	leads int
	lead  []float64
}

func (f *firstLead) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	f.lead = f.lead[:0]
	for ; len(in) > 0; in = in[f.leads:] {
		v := math.NaN()
		for _, x := range in[:f.leads] {
			if math.IsNaN(v) {
				v = x
			}
		}
		f.lead = append(f.lead, v)
	}
	return f.Stage.Append(dst, f.lead)
}

func newBeats(t testing.TB, c detect.BeatConfig) *detect.BeatClassifier {
	if c.Detector == nil {
		c.Detector = &firstLead{Stage: newPanTompkins(t, c.Rate), leads: max(1, c.Leads)}
	}
	b, err := detect.NewBeatClassifier(c)
	require.NoError(t, err)
	return b
}

// patient is a synthetic one with premature beats of both kinds, its frames and
// its true beats.
func patient(t testing.TB, c synth.Config) (x []float64, truth []ecg.Beat) {
	p, err := synth.New(c)
	require.NoError(t, err)
	x, err = ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	return x, p.Truth(nil)
}

func TestBeatClassifierKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		name   string
		config detect.BeatConfig
	}{
		{"one lead", detect.BeatConfig{Rate: 360}},
		{"two leads", detect.BeatConfig{Rate: 250, Leads: 2}},
		{"pacemaker", detect.BeatConfig{Rate: 360, Leads: 2, Pacemaker: true}},
		{"immediate", detect.BeatConfig{Rate: 360, Leads: 2, Immediate: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := synth.Config{Rate: c.config.Rate, Leads: max(1, c.config.Leads), Duration: 40 * time.Second, HF: 20, Muscle: 0.01, PVCs: 600, PACs: 400, Seed: 3}
			x, _ := patient(t, s)
			ecgtest.TestStage(t, ecgtest.Stage[float64, detect.ClassifiedBeat]{
				New:   func() ecg.Stage[float64, detect.ClassifiedBeat] { return newBeats(t, c.config) },
				Input: x, Frame: s.Leads, Rate: s.Rate,
				At:       func(_ int, b detect.ClassifiedBeat) int64 { return b.At },
				Known:    func(b detect.ClassifiedBeat) int64 { return b.Known },
				MaxState: 40 << 10, // with that of the detector
			})
		})
	}
}

// The state beside that of the detector.
func TestBeatClassifierState(t *testing.T) {
	x, _ := patient(t, synth.Config{Rate: 360, Leads: 2, Duration: 10 * time.Minute, HF: 30, PVCs: 500, PACs: 500})
	d := &firstLead{Stage: newPanTompkins(t, 360), leads: 2}
	b := newBeats(t, detect.BeatConfig{Rate: 360, Leads: 2, Detector: d})
	b.Append(nil, x)
	whole, err := b.AppendBinary(nil)
	require.NoError(t, err)
	detector, err := d.AppendBinary(nil)
	require.NoError(t, err)
	require.LessOrEqual(t, len(whole)-len(detector), 32<<10)
	t.Logf("%d bytes", len(whole)-len(detector))
}

// called are the classes of the true beats as found: Unclassified if missed.
func called(truth []ecg.Beat, found []detect.ClassifiedBeat, rate float64) []ecg.Class {
	classes := make([]ecg.Class, len(truth))
	for i, b := range truth {
		for _, f := range found {
			if math.Abs(float64(f.At-b.At)) <= 0.1*rate {
				classes[i] = f.Class
			}
		}
	}
	return classes
}

func TestBeatClassifierOnSyntheticPatient(t *testing.T) {
	for _, leads := range []int{1, 2, 3} {
		for _, immediate := range []bool{false, true} {
			c := synth.Config{Leads: leads, Duration: 10 * time.Minute, HeartRate: 70, LF: 20, HF: 25, Wander: 0.1, Muscle: 0.01, PVCs: 120, PACs: 90, Seed: 5}
			x, truth := patient(t, c)
			b := newBeats(t, detect.BeatConfig{Rate: 360, Leads: leads, Immediate: immediate})
			found := b.Flush(b.Append(nil, x))
			got := called(truth, found, 360)
			var right, of [6]int
			for i, b := range truth[10:] { // the first beats tell what is normal
				of[b.Class]++
				if got[i+10] == b.Class {
					right[b.Class]++
				}
			}
			t.Logf("%d leads, immediate %v: right %v of %v", leads, immediate, right, of)
			for _, class := range []ecg.Class{ecg.Normal, ecg.Supraventricular, ecg.Ventricular} {
				require.Positive(t, of[class])
				require.GreaterOrEqual(t, float64(right[class]), 0.9*float64(of[class]), "%v, %d leads, immediate %v", class, leads, immediate)
			}
			for _, f := range found {
				sum := 0.0
				for _, p := range f.Posterior {
					require.True(t, p >= 0 && p <= 1)
					sum += p
				}
				require.InDelta(t, 1, sum, 1e-9)
				require.Equal(t, f.Posterior[f.Class-ecg.Normal], max(f.Posterior[0], f.Posterior[1], f.Posterior[2], f.Posterior[3], f.Posterior[4]))
			}
		}
	}
}

// What a lead is worth does not depend on its gain, and a lead that shows
// nothing changes nothing but what it would have added.
func TestBeatClassifierLeads(t *testing.T) {
	x, truth := patient(t, synth.Config{Leads: 2, Duration: 5 * time.Minute, HF: 25, Muscle: 0.01, PVCs: 150, PACs: 100, Seed: 6})
	classes := func(f func(frame []float64)) []ecg.Class {
		y := make([]float64, len(x))
		copy(y, x)
		for i := 0; i < len(y); i += 2 {
			f(y[i : i+2])
		}
		b := newBeats(t, detect.BeatConfig{Rate: 360, Leads: 2})
		return called(truth, b.Flush(b.Append(nil, y)), 360)
	}
	plain := classes(func([]float64) {})
	require.Equal(t, plain, classes(func(f []float64) { f[1] *= 4 }), "gain")
	require.Equal(t, plain, classes(func(f []float64) { f[1] += 3 }), "offset")
	alone := classes(func(f []float64) { f[1] = math.NaN() })
	require.Equal(t, alone, classes(func(f []float64) { f[1] = 0 }), "silent")
	require.Equal(t, alone, classes(func(f []float64) { f[1] = math.Inf(1) }), "rail")
	right := 0
	for i, b := range truth {
		if alone[i] == b.Class {
			right++
		}
	}
	require.Greater(t, float64(right), 0.95*float64(len(truth)))
}

// beatMarks finds given beats, whatever the signal.
type beatMarks struct {
	ecg.Stage[float64, ecg.Beat]
	beats []ecg.Beat
	n     int64
}

func (m *beatMarks) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	m.n += int64(len(in))
	for ; len(m.beats) > 0 && m.beats[0].At < m.n; m.beats = m.beats[1:] {
		b := m.beats[0]
		b.Known = b.At
		dst = append(dst, b)
	}
	return dst
}
func (m *beatMarks) Flush(dst []ecg.Beat) []ecg.Beat { return dst }

// Without any signal the rhythm decides: premature beats are S, nothing is V.
func TestBeatClassifierWithoutSignal(t *testing.T) {
	x, truth := patient(t, synth.Config{Leads: 1, Duration: 10 * time.Minute, HF: 10, PACs: 120, Seed: 7})
	for i := range x {
		x[i] = math.NaN()
	}
	b := newBeats(t, detect.BeatConfig{Rate: 360, Detector: &beatMarks{Stage: newPanTompkins(t, 360), beats: truth}})
	found := b.Flush(b.Append(nil, x))
	require.Len(t, found, len(truth))
	right, of := 0, 0
	for i, f := range found {
		require.NotEqual(t, ecg.Ventricular, f.Class)
		if truth[i].Class == ecg.Supraventricular {
			of++
			if f.Class == ecg.Supraventricular {
				right++
			}
		}
	}
	require.GreaterOrEqual(t, float64(right), 0.8*float64(of))
}

// Beats behind a pulse of a pacemaker are Q, if there is one.
func TestBeatClassifierPaced(t *testing.T) {
	c := synth.Config{Leads: 2, Duration: 3 * time.Minute, HF: 20, Seed: 8,
		Rhythms: []synth.Rhythm{{Kind: ecg.PacedRhythm, At: time.Minute, For: time.Minute}}}
	x, truth := patient(t, c)
	for _, pacemaker := range []bool{true, false} {
		b := newBeats(t, detect.BeatConfig{Rate: 360, Leads: 2, Pacemaker: pacemaker})
		got := called(truth, b.Flush(b.Append(nil, x)), 360)
		paced, of, wrong := 0, 0, 0
		for i, b := range truth {
			switch {
			case b.Class == ecg.Unknown:
				of++
				if got[i] == ecg.Unknown {
					paced++
				}
			case got[i] == ecg.Unknown:
				wrong++
			}
		}
		require.Greater(t, of, 50)
		require.Zero(t, wrong)
		if pacemaker {
			require.GreaterOrEqual(t, paced, of-2)
		} else {
			require.Zero(t, paced)
		}
	}
}

// Labels of a few beats teach the shape that they have.
func TestBeatClassifierAdapts(t *testing.T) {
	c := synth.Config{Leads: 1, Duration: 12 * time.Minute, HF: 20, PVCs: 200, Seed: 9}
	x, truth := patient(t, c)
	for i := range truth {
		if truth[i].Class == ecg.Ventricular {
			truth[i].Class = ecg.Normal // a patient whose odd beats are none of the ventricle
		}
	}
	b := newBeats(t, detect.BeatConfig{Rate: 360})
	half := len(x) / 2
	first := b.Append(nil, x[:half])
	var labels []ecg.Beat
	falseV := 0
	for _, f := range first[max(0, len(first)-250):] {
		if f.Class == ecg.Ventricular {
			falseV++
			labels = append(labels, ecg.Beat{At: f.At + 3, Class: ecg.Normal})
		}
	}
	require.Greater(t, falseV, 8)
	require.Equal(t, len(labels), b.Adapt(labels))
	require.Zero(t, b.Adapt([]ecg.Beat{{At: 10 * int64(len(x)), Class: ecg.Normal}}))
	after := 0
	for _, f := range b.Flush(b.Append(nil, x[half:])) {
		if f.Class == ecg.Ventricular {
			after++
		}
	}
	require.Less(t, after, falseV/4)
}

func TestBeatClassifierConfig(t *testing.T) {
	for _, c := range []detect.BeatConfig{{}, {Rate: 99}, {Rate: 2001}, {Rate: math.NaN()}, {Rate: 360, Leads: -1}, {Rate: 360, Leads: 17}} {
		_, err := detect.NewBeatClassifier(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config)
	}
}

func beatModelFile(t testing.TB) []byte {
	data, err := os.ReadFile("models/beats.bin")
	require.NoError(t, err)
	return data
}

func reseal(b []byte) []byte {
	n := len(b) - 4
	binary.LittleEndian.PutUint32(b[n:], crc32.Checksum(b[:n], crc32.MakeTable(crc32.Castagnoli)))
	return b
}

func TestReadBeatModelRefuses(t *testing.T) {
	data := beatModelFile(t)
	_, err := detect.ReadBeatModel(data)
	require.NoError(t, err)
	for n := 0; n < len(data); n += 1 + n/50 {
		_, err := detect.ReadBeatModel(data[:n])
		require.ErrorIs(t, err, detect.ErrBeatModel, "cut at %d", n)
		if n >= 10 {
			cut := append([]byte(nil), data[:n]...)
			_, err := detect.ReadBeatModel(reseal(cut))
			require.ErrorIs(t, err, detect.ErrBeatModel, "cut at %d and sealed", n)
		}
	}
	other := append([]byte(nil), data...)
	other[4]++
	_, err = detect.ReadBeatModel(reseal(other))
	require.ErrorIs(t, err, detect.ErrBeatModel)
}

// A model that is read can be asked: no walk through its trees is endless or
// leaves them.
func FuzzReadBeatModel(f *testing.F) {
	data, err := os.ReadFile("models/beats.bin")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[6:len(data)-4], uint16(1))
	x := make([]float64, 3*250)
	for i := range x {
		x[i] = math.Sin(float64(i*i) / 999)
	}
	f.Fuzz(func(t *testing.T, body []byte, version uint16) {
		file := append([]byte("SBTS"), byte(version), byte(version>>8))
		file = reseal(append(append(file, body...), 0, 0, 0, 0))
		m, err := detect.ReadBeatModel(file)
		if err != nil {
			return
		}
		b, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: 250, Model: m, Detector: &beatMarks{beats: []ecg.Beat{{At: 200}, {At: 400}, {At: 600}}, Stage: newPanTompkins(t, 250)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Flush(b.Append(nil, x)); len(got) != 3 {
			t.Fatalf("%d beats of 3", len(got))
		}
	})
}

func BenchmarkBeatClassifier(b *testing.B) {
	x, truth := patient(b, synth.Config{Leads: 2, Duration: 10 * time.Minute, HF: 25, Muscle: 0.02, PVCs: 120, PACs: 90})
	marks := &beatMarks{Stage: newPanTompkins(b, 360)}
	c := newBeats(b, detect.BeatConfig{Rate: 360, Leads: 2, Detector: &twoLeadMarks{marks}})
	var out []detect.ClassifiedBeat
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		marks.beats, marks.n = truth, 0
		for at := 0; at+256 <= len(x); at += 256 {
			out = c.Append(out[:0], x[at:at+256])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(truth)), "ns/beat")
}

type twoLeadMarks struct{ *beatMarks }

func (m *twoLeadMarks) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	return m.beatMarks.Append(dst, in[:len(in)/2])
}
