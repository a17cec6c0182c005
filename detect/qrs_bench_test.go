package detect_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// BenchmarkQRS is the cost of the default detector over one lead at 360 Hz.
func BenchmarkQRS(b *testing.B) {
	x, _ := pulses(360, 60, 1)
	noise := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] += 0.03 * noise.NormFloat64()
	}
	q, err := detect.NewQRS(detect.QRSConfig{Rate: 360})
	require.NoError(b, err)
	beats := make([]ecg.Beat, 0, 200)
	b.ReportAllocs()
	for b.Loop() {
		beats = q.Append(beats[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}
