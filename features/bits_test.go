package features_test

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/features"
)

// bitsOf hashes every number in v, each NaN as the same one.
func bitsOf(v any) string {
	h := fnv.New64a()
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Float64:
			f := v.Float()
			if math.IsNaN(f) {
				f = math.NaN()
			}
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))
		case reflect.Int, reflect.Int8, reflect.Int32, reflect.Int64:
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(v.Int())))
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(v))
	return fmt.Sprintf("%x", h.Sum64())
}

// The bits of every index of five minutes, of the stages over an hour of beats and
// of the waves of a minute: the same on every processor.
func TestBits(t *testing.T) {
	var rr []float64 // whole microseconds: no sine of this machine
	state, slow := uint32(1), 0.0
	for i := range 4000 {
		state = state*1664525 + 1013904223
		slow += float64(int(state>>20)-2048) / 4096
		rr = append(rr, 850+math.Round(slow*1000)/1000+float64(i%7)*4+float64(i%31))
	}
	beats := []ecg.Beat{{}}
	for i, v := range rr {
		b := ecg.Beat{At: beats[i].At + int64(v*0.36), Frac: float64(i%5) / 10, Class: ecg.Normal}
		if i%90 == 50 {
			b.At, b.Class = b.At-100, ecg.Ventricular
		}
		b.Known = b.At + 100
		beats = append(beats, b)
	}
	intervals := intervals(t, features.IntervalsConfig{Rate: 360}, beats)
	sliding := slidingOf(t, features.SlidingConfig{Rate: 360, Step: 5 * time.Minute})
	summaries, err := features.NewSummaries(features.SummaryConfig{Rate: 360, Every: 30 * time.Minute})
	require.NoError(t, err)
	priors, err := features.NewAnalyzer(features.Config{Welch: features.SpectrumConfig{SmoothnessPriors: 500}})
	require.NoError(t, err)
	x, _ := patient(t, synth.Config{Rate: 250, Duration: time.Minute, HeartRate: 72, HF: 30})
	m := morphology(t, 250)
	for name, k := range map[string]struct {
		want string
		of   any
	}{
		"five minutes": {"bc17d11a85312dbb", features.Analyze(features.FromRR(rr[:353]))},
		"priors":       {"58be62848ad2a3a", priors.Analyze(features.FromRR(rr[:353]))},
		"long":         {"418e220214d35b1b", features.Analyze(features.FromRR(rr))},
		"multiscale":   {"d81f9a92f434c1fe", features.MultiscaleEntropy(nil, rr[:1000], 10, 2, 8)},
		"intervals":    {"ff032f2ae5b40d81", intervals},
		"windows":      {"17472472c6ae774b", sliding.Flush(sliding.Append(nil, intervals))},
		"summaries":    {"d38c5c7075240c66", summaries.Flush(summaries.Append(nil, intervals))},
		"turbulence":   {"c8a898c29bbe2025", features.Turbulence(intervals, 360)},
		"waves":        {"703cc052f0f15c87", m.Flush(m.Append(nil, x))},
	} {
		require.Equal(t, k.want, bitsOf(k.of), name)
	}
}
