package detect_test

import (
	"testing"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// BenchmarkVF is the cost of the VF detector over one lead, in sinus rhythm and
// in fibrillation.
func BenchmarkVF(b *testing.B) {
	for _, c := range []struct {
		name string
		rate float64
		r    synth.Rhythm
	}{
		{"sinus rhythm/250 Hz", 250, synth.Rhythm{}},
		{"sinus rhythm/360 Hz", 360, synth.Rhythm{}},
		{"fibrillation/250 Hz", 250, synth.Rhythm{Kind: ecg.VentricularFibrillation}},
		{"fibrillation/360 Hz", 360, synth.Rhythm{Kind: ecg.VentricularFibrillation}},
	} {
		b.Run(c.name, func(b *testing.B) {
			x := rhythmsAt(b, c.rate, 1, 1, c.r)[int(24*c.rate):int(49*c.rate)]
			v := newVF(b, c.rate, 1)
			out := v.Append(make([]ecg.Episode, 0, 100), x)
			b.ReportAllocs()
			for b.Loop() {
				out = v.Append(out[:0], x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
			state, _ := v.AppendBinary(nil)
			b.ReportMetric(float64(len(state)), "state-bytes")
		})
	}
}
