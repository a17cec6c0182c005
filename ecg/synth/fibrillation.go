package synth

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// waves are those of a rhythm that do not belong to beats, as a function of
// continuous time: f waves and flutter waves (Stridh and Sornmo, Spatiotemporal
// QRST cancellation techniques for analysis of atrial fibrillation, IEEE Trans.
// Biomed. Eng. 48:105-111, 2001: a sawtooth of few harmonics with slowly
// modulated frequency and amplitude), ventricular flutter (nearly a sine) and
// ventricular fibrillation (a band of sines of random frequency and phase).
type waves struct {
	ready     bool
	frequency [tones]float64    // rad/s
	phase     [3][tones]float64 // of each lead
}

const (
	// fadeTime is what a wave takes to reach its size and to leave it, s.
	fadeTime = 0.2

	// f waves of the paper: 6 Hz, swinging by 0.2 Hz with 0.23 Hz and by a
	// third in amplitude with 0.08 Hz; three harmonics.
	fibrillatoryFrequency = 6.0
	frequencySwing        = 0.2
	swingFrequency        = 0.23
	amplitudeSwing        = 1.0 / 3
	amplitudeFrequency    = 0.08
	fibrillatoryHarmonics = 3
	flutterHarmonics      = 5

	// Ventricular fibrillation: the band around its middle frequency, as a
	// share of it, and its standard deviation in mV: coarse first, fine later.
	fibrillationBand  = 0.5
	fibrillationFine  = 0.15
	fibrillationMore  = 0.25
	fibrillationDecay = 120.0 // s

	// Ventricular flutter: amplitude in mV, and how far and how often it swings.
	ventricularFlutter      = 0.9
	ventricularFlutterSwing = 0.15
	ventricularFlutterSlow  = 0.3 // Hz
	ventricularFlutterShape = 0.2 // share of the second harmonic
)

// Sizes of the sawtooth in the leads MLII, V5, V1, mV: the atria are seen best
// in V1 (paper: 150 uV) and in fibrillation half as large in II; the flutter
// waves of the usual, typical form are largest and negative in II.
var (
	fibrillatorySize = [3]float64{0.075, 0.04, 0.15}
	flutterSize      = [3]float64{-0.25, -0.06, 0.15}
	ventricularSize  = [3]float64{1, -0.7, 0.8}
)

func newWaves(s *segment, seed uint64) waves {
	random := s.source(seed, forWaves)
	w := waves{ready: true}
	for k := range tones {
		// One frequency in each of equal parts of the band.
		part := (float64(k)+uniform(&random))/tones - 0.5
		w.frequency[k] = 2 * math.Pi / s.cycle * (1 + float64(fibrillationBand*part))
		for l := range w.phase {
			w.phase[l][k] = 2 * math.Pi * uniform(&random)
		}
	}
	return w
}

// add adds the waves at time t to a frame.
func (w *waves) add(dst []float64, s *segment, t float64) {
	u := t - s.from
	size := fade(u) * fade(s.to-t)
	switch s.Kind {
	case ecg.AtrialFibrillation:
		swing := portable.Sin(float64(2*math.Pi*swingFrequency*u) + w.phase[0][1])
		angle := float64(2*math.Pi*fibrillatoryFrequency*u) + w.phase[0][0] + float64(frequencySwing/swingFrequency*swing)
		more := portable.Sin(float64(2*math.Pi*amplitudeFrequency*u) + w.phase[0][2])
		y := sawtooth(angle, fibrillatoryHarmonics) * (1 + float64(amplitudeSwing*more))
		for l := range dst {
			dst[l] += float64(size * fibrillatorySize[l] * y)
		}
	case ecg.AtrialFlutter:
		y := sawtooth(float64(2*math.Pi*u)/s.cycle, flutterHarmonics)
		for l := range dst {
			dst[l] += float64(size * flutterSize[l] * y)
		}
	case ecg.VentricularFlutter:
		angle := float64(2*math.Pi*u) / s.cycle
		slow := portable.Sin(float64(2*math.Pi*ventricularFlutterSlow*u) + w.phase[0][0])
		y := portable.Sin(angle) + float64(ventricularFlutterShape*portable.Sin(float64(2*angle)+1))
		y *= ventricularFlutter * (1 + float64(ventricularFlutterSwing*slow))
		for l := range dst {
			dst[l] += float64(size * ventricularSize[l] * y)
		}
	case ecg.VentricularFibrillation:
		// tones sines of this amplitude have the standard deviation.
		a := fibrillationFine + float64(fibrillationMore*portable.Exp(-u/fibrillationDecay))
		a *= size * math.Sqrt(2./tones)
		for l := range dst {
			y := 0.0
			for k := range tones {
				y += portable.Sin(float64(w.frequency[k]*u) + w.phase[l][k])
			}
			dst[l] += float64(a * y)
		}
	}
}

// sawtooth is one of height 2 without its higher harmonics.
func sawtooth(angle float64, harmonics int) float64 {
	y := 0.0
	for i := 1; i <= harmonics; i++ {
		n := float64(i)
		y -= float64(2 / (n * math.Pi) * portable.Sin(float64(n*angle)))
	}
	return y
}

// fade is 0 before and 1 from fadeTime on, smooth in between.
func fade(t float64) float64 {
	x := min(max(t/fadeTime, 0), 1)
	return float64(x*x) * (3 - float64(2*x))
}
