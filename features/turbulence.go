package features

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// HRT is heart-rate turbulence after single ventricular premature beats: G.
// Schmidt et al., Lancet 353:1390-1396, 1999.
type HRT struct {
	Onset Index // %, mean over the beats of 100 ((RR1+RR2)-(RR-2+RR-1))/(RR-2+RR-1); abnormal: >= 0
	Slope Index // ms per interval, steepest line through 5 of the 15 intervals after the pause, beats averaged; abnormal: <= 2.5
	Beats int   // premature beats that could be used; 5 are wanted for a judgement
}

// Conditions of Schmidt 1999, as the usual programs apply them.
const (
	hrtBefore    = 5    // sinus intervals before the coupling interval: the reference
	hrtAfter     = 15   // sinus intervals after the pause
	hrtLine      = 5    // intervals of a regression line
	hrtPremature = 0.8  // of the reference: the coupling interval at most
	hrtPause     = 1.2  // the pause at least
	hrtOff       = 0.2  // of the reference: a sinus interval differs by less
	hrtStep      = 200. // ms, so do two in a row
	hrtShort     = 300. // ms
	hrtLong      = 2000.
)

// Turbulence returns heart-rate turbulence of the intervals, which must be
// as measured: of Intervals with LabelsOnly or Reject, from beats with classes.
// rate in Hz is that of their sample numbers.
func Turbulence(in []ecg.Interval, rate float64) HRT {
	var average [hrtAfter]float64
	onset, n := 0.0, 0
	for i := hrtBefore; i+1+hrtAfter < len(in); i++ {
		coupling, pause := in[i], in[i+1]
		if coupling.To != ecg.Ventricular || pause.From != ecg.Ventricular || !normalOrigin(coupling.From) || !normalOrigin(pause.To) {
			continue
		}
		before, after := in[i-hrtBefore:i], in[i+2:i+2+hrtAfter]
		reference := 0.0
		for _, v := range before {
			reference += 1000 * v.Length / rate / hrtBefore
		}
		if 1000*coupling.Length/rate > hrtPremature*reference || 1000*pause.Length/rate < hrtPause*reference ||
			!sinus(before, reference, rate) || !sinus(after, reference, rate) {
			continue
		}
		n++
		pre := before[hrtBefore-2].Length + before[hrtBefore-1].Length
		onset += 100 * (after[0].Length + after[1].Length - pre) / pre
		for k, v := range after {
			average[k] += 1000 * v.Length / rate
		}
	}
	if n == 0 {
		return HRT{none(NoAnchor), none(NoAnchor), 0}
	}
	steepest := math.Inf(-1)
	x := [hrtLine]float64{0, 1, 2, 3, 4}
	for k := 0; k+hrtLine <= hrtAfter; k++ {
		steepest = max(steepest, slope(x[:], average[k:k+hrtLine])/float64(n))
	}
	return HRT{value(onset / float64(n)), value(steepest), n}
}

// sinus reports whether all are plausible intervals of sinus rhythm.
func sinus(in []ecg.Interval, reference, rate float64) bool {
	for k, v := range in {
		rr := 1000 * v.Length / rate
		if v.Mark != ecg.Kept || !(rr >= hrtShort && rr <= hrtLong) || math.Abs(rr-reference) > hrtOff*reference ||
			k > 0 && math.Abs(rr-1000*in[k-1].Length/rate) > hrtStep {
			return false
		}
	}
	return true
}
