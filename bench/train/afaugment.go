package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// Altered copies of a record's intervals. What long records of old patients do not
// have, or not beside every rhythm: ectopy in any pattern, the sinus arrhythmia of
// the young, the errors of detectors. Labels stay.

// afRate is that of the beats made of intervals, Hz: a multiple of 128 Hz, that
// of ltafdb and nsrdb.
const afRate = 1024

// afBeat is a beat of a record: the interval that ends with it, and the truth.
type afBeat struct {
	rr          float64 // s
	ventricular bool
	truth       int8 // 1: fibrillation, 0: none, -1: not taught
}

// afBeats puts intervals on the sample clock.
func afBeats(list []afBeat) []ecg.Beat {
	beats := make([]ecg.Beat, len(list))
	at := 0.0
	for i, b := range list {
		at += b.rr
		beats[i].At = int64(math.Round(at * afRate))
		beats[i].Known = beats[i].At
		beats[i].Class = ecg.Normal
		if b.ventricular {
			beats[i].Class = ecg.Ventricular
		}
	}
	return beats
}

func uniform(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// withEctopy has stretches with premature beats of one kind, random or in a
// pattern.
func withEctopy(list []afBeat, r *rand.Rand) []afBeat {
	list = slices.Clone(list)
	const (
		bigeminy = iota
		trigeminy
		quadrigeminy
		couplets
		pac
		pacReset
		pvc   // and all that follow
		kinds = pvc + 3
	)
	for i := 20 + r.IntN(380); i < len(list); i += 20 + r.IntN(380) {
		end := min(i+40+r.IntN(360), len(list)-3)
		kind := r.IntN(kinds)
		coupling := uniform(r, 0.45, 0.85)
		jitter := [3]float64{0.005, 0.02, 0.05}[r.IntN(3)]
		p := uniform(r, 0.05, 0.4)
		phase := 0
		for ; i < end; i++ {
			period := [...]int{2, 3, 4}[min(kind, 2)]
			hit := false
			switch {
			case list[i].truth == 1 && kind <= couplets: // a pattern must not mean "none"
				hit = r.Float64() < 0.1
			case kind <= quadrigeminy:
				phase++
				hit = phase%period == 0 != (r.Float64() < 0.04)
			default:
				hit = r.Float64() < p
			}
			if !hit {
				continue
			}
			marked := r.Float64() < 0.9 // classifiers miss some
			c := coupling + jitter*r.NormFloat64()
			at, next := &list[i], &list[i+1]
			switch {
			case kind == pac || kind == pacReset:
				at.rr = max(c*at.rr, 0.25)
				if kind == pac {
					next.rr *= uniform(r, 1, 1.15)
				} else {
					next.rr *= 1.05 + 0.03*r.NormFloat64()
				}
				i++
			case kind == couplets && r.IntN(2) == 0:
				third := &list[i+2]
				sum := at.rr + next.rr + third.rr
				at.rr = max(c*at.rr, 0.25)
				next.rr = max(c*next.rr, 0.25)
				third.rr = max(sum-at.rr-next.rr, 0.25)
				at.ventricular, next.ventricular = marked, marked
				i += 2
			default:
				sum := at.rr + next.rr
				at.rr = max(c*min(at.rr, list[max(i-1, 0)].rr), 0.25)
				next.rr = max((sum-at.rr)*(1+0.03*r.NormFloat64()), 0.25)
				at.ventricular = marked
				if kind > quadrigeminy {
					i++ // no two at random in a row
				}
			}
		}
	}
	return list
}

// withSinusArrhythmia has stretches of breathing in it where there is no
// fibrillation: sines, squarer ones, and ones with short peaks, as the young have.
// Each fourth stretch is one of exercise, fast and nearly regular, with positions
// on a grid of 128 Hz: where all that is fast is fibrillation, a model learns the
// rate.
func withSinusArrhythmia(list []afBeat, r *rand.Rand) []afBeat {
	list = slices.Clone(list)
	for i := 0; i < len(list); {
		end := min(i+150+r.IntN(1350), len(list))
		if r.IntN(4) == 0 {
			exercise(list[i:end], r)
			i = end
			continue
		}
		usual := [...]float64{0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.28}[r.IntN(7)] * uniform(r, 0.7, 1.3)
		size := usual
		shape := r.IntN(4)
		sign := float64(1 - 2*r.IntN(2))
		peak := uniform(r, 1.5, 5)
		rate := math.Log(uniform(r, 0.08, 0.4)) // of breathing, ln Hz
		restless := [...]float64{0.02, 0.05, 0.15}[r.IntN(3)]
		phase := uniform(r, 0, 2*math.Pi)
		for k := 0; i < end; i, k = i+1, k+1 {
			rate = min(max(rate+restless*r.NormFloat64(), math.Log(0.06)), math.Log(0.5))
			before := math.Floor(phase / (2 * math.Pi))
			phase += 2 * math.Pi * math.Exp(rate) * list[i].rr
			if math.Floor(phase/(2*math.Pi)) > before { // the next breath
				size = usual * math.Exp(0.3*r.NormFloat64())
			}
			s := math.Sin(phase + 0.3*math.Sin(phase))
			switch shape {
			case 1:
				s = min(max(1.8*s, -1), 1)
			case 2, 3:
				s = sign * (2*math.Pow((1+s)/2, peak) - 0.7)
			}
			if list[i].truth == 0 {
				list[i].rr *= math.Exp(size * s)
			}
		}
	}
	return list
}

// exercise makes a stretch fast, unless it is fibrillation.
func exercise(list []afBeat, r *rand.Rand) {
	mean := 0.0
	for _, b := range list {
		mean += b.rr / float64(len(list))
	}
	target := uniform(r, 0.33, 0.6)
	variety := uniform(r, 0.1, 0.6)
	slow := uniform(r, 0, 0.15)
	size := uniform(r, 0, 0.02)
	rest := 0.0 // what the grid took
	for i := range list {
		if list[i].truth != 0 {
			continue
		}
		phase := 2 * math.Pi * float64(i)
		rr := target*math.Pow(list[i].rr/mean, variety)*math.Exp(slow*math.Sin(phase/400)+size*math.Sin(phase/5)) + rest
		list[i].rr = max(math.Round(rr*128), 32) / 128
		rest = rr - list[i].rr
	}
}

// withErrors has lost beats, extra ones, and jitter.
func withErrors(list []afBeat, r *rand.Rand) []afBeat {
	var out []afBeat
	lost, extra, jitter := 0.0, 0.0, 0.0
	moved := 0.0 // by which the beat before came late
	carry := 0.0 // the interval of a lost beat
	for i, b := range list {
		if i%200 == 0 {
			lost = [...]float64{0, 0.005, 0.02, 0.05}[r.IntN(4)]
			extra = [...]float64{0, 0.003, 0.01, 0.03}[r.IntN(4)]
			jitter = [...]float64{0, 0.004, 0.01}[r.IntN(3)]
		}
		b.rr += carry
		carry = 0
		if r.Float64() < lost {
			carry = b.rr
			continue
		}
		late := jitter * r.NormFloat64()
		b.rr += late - moved
		moved = late
		if b.rr < 0.1 {
			moved += 0.1 - b.rr
			b.rr = 0.1
		}
		if r.Float64() < extra && b.rr > 0.3 {
			first := b
			first.rr = b.rr * uniform(r, 0.25, 0.75)
			first.ventricular = false
			b.rr -= first.rr
			out = append(out, first)
		}
		out = append(out, b)
	}
	return out
}
