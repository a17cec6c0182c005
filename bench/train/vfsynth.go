package main

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// What strangers bring and databases do not: motion, muscles, chest
// compressions, and rhythms of patients that do not exist.

const artefactRate = 250 // Hz

// artefacts are pieces of 40 s that are no fibrillation, of 0.05 to 3 mV rms.
func artefacts(n int, seed uint64) []*vfRecord {
	var all []*vfRecord
	kinds := []struct {
		name string
		make func(x []float64, rng *rand.Rand)
	}{{"muscles", musclePiece}, {"motion", motionPiece}, {"compressions", compressions}, {"steps", steps}}
	for i := range n {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		x := make([]float64, 40*artefactRate)
		kind := kinds[i%len(kinds)]
		kind.make(x, rng)
		sum := 0.0
		for _, v := range x {
			sum += v * v
		}
		rms := 0.05 * math.Exp(rng.Float64()*math.Log(60))
		f := rms / math.Sqrt(sum/float64(len(x)))
		for k := range x {
			x[k] = x[k]*f + 0.002*rng.NormFloat64()
		}
		all = append(all, &vfRecord{db: "artefact", name: kind.name, rate: artefactRate, leads: [][]float64{x},
			spans: []vfSpan{{0, int64(len(x)), vfOther}}})
	}
	return all
}

// onePole runs a one-pole filter.
func onePole(x []float64, hz float64, high bool) {
	a := 1 - math.Exp(-2*math.Pi*hz/artefactRate)
	low := 0.0
	for i, v := range x {
		low += a * (v - low)
		x[i] = low
		if high {
			x[i] = v - low
		}
	}
}

// musclePiece is noise between 7-14 and 25-45 Hz, its amplitude changes each second.
func musclePiece(x []float64, rng *rand.Rand) {
	level, next := 1.0, 1.0
	for i := range x {
		if i%artefactRate == 0 {
			level, next = next, math.Exp(0.5*rng.NormFloat64())
		}
		p := float64(i%artefactRate) / artefactRate
		x[i] = rng.NormFloat64() * (level + p*(next-level))
	}
	lo, hi := 7+7*rng.Float64(), 25+20*rng.Float64()
	for range 3 {
		onePole(x, lo, true)
		onePole(x, hi, false)
	}
}

// motionPiece is motion as a random walk, as an electrode shows it, half of them
// behind the high-pass of an amplifier.
func motionPiece(x []float64, rng *rand.Rand) {
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	onePole(x, 0.1, false)
	if rng.Float64() < 0.5 {
		onePole(x, 0.3+1.2*rng.Float64(), true)
	}
}

// compressions of the chest, 85 to 140 a minute, which wander a little.
func compressions(x []float64, rng *rand.Rand) {
	f := 1.4 + 0.9*rng.Float64()
	second, third := 0.6*rng.Float64(), 0.3*rng.Float64()
	p2, p3 := 2*math.Pi*rng.Float64(), 2*math.Pi*rng.Float64()
	phase, now, size := 0.0, f, 1.0
	for i := range x {
		if i%(artefactRate/2) == 0 {
			now = f * (1 + 0.03*rng.NormFloat64())
			size = math.Exp(0.15 * rng.NormFloat64())
		}
		phase += 2 * math.Pi * now / artefactRate
		x[i] = size * (math.Sin(phase) + second*math.Sin(2*phase+p2) + third*math.Sin(3*phase+p3))
	}
}

// steps of an electrode at random times, which decay in 0.1 to 2 s.
func steps(x []float64, rng *rand.Rand) {
	for at := 0.0; int(at) < len(x); at += artefactRate * (0.1 + rng.ExpFloat64()*0.9) {
		height, decay := rng.NormFloat64(), artefactRate*(0.1+1.9*rng.Float64())
		for i := int(at); i < min(len(x), int(at+6*decay)); i++ {
			x[i] += height * math.Exp(-(float64(i)-at)/decay)
		}
	}
}

// patients are rhythms of 40 s, a few of each kind, in three leads.
func patients(each int, seed uint64) ([]*vfRecord, error) {
	kinds := []struct {
		kind       ecg.Rhythm
		low, high  float64 // rate; 0: none
		conduction int
		is         vfKind
	}{
		{ecg.RhythmUnknown, 50, 100, 0, vfOther},
		{ecg.SinusBradycardia, 25, 55, 0, vfOther},
		{ecg.SinusTachycardia, 110, 190, 0, vfOther},
		{ecg.AtrialFibrillation, 50, 130, 0, vfOther},
		{ecg.AtrialFlutter, 240, 340, 2, vfOther},
		{ecg.SupraventricularTachy, 140, 240, 0, vfOther},
		{ecg.VentricularBigeminy, 0, 0, 0, vfOther},
		{ecg.VentricularTachycardia, 100, 150, 0, vfOther},
		{ecg.VentricularTachycardia, 200, 250, 0, vfShock},
		{ecg.IdioventricularRhythm, 30, 100, 0, vfOther},
		{ecg.PacedRhythm, 50, 120, 0, vfOther},
		{ecg.ThirdDegreeBlock, 25, 50, 0, vfOther},
		{ecg.Asystole, 0, 0, 0, vfAsys},
		{ecg.VentricularFlutter, 200, 340, 0, vfShock},
		{ecg.VentricularFlutter, 200, 340, 0, vfShock},
		{ecg.VentricularFibrillation, 200, 420, 0, vfShock},
		{ecg.VentricularFibrillation, 200, 420, 0, vfShock},
	}
	var all []*vfRecord
	for k, c := range kinds {
		for i := range each {
			rng := rand.New(rand.NewPCG(seed, uint64(1000*k+i)))
			pc := synth.Config{
				Rate: 250, Leads: 3, Duration: 40 * time.Second, Seed: rng.Uint64(), HeartRate: 50 + 50*rng.Float64(), LF: 20, HF: 30,
				Wander: 0.1 * rng.Float64(), Mains: 0.02 * rng.Float64(), Muscle: 0.04 * rng.Float64(),
			}
			if c.kind != ecg.RhythmUnknown {
				r := synth.Rhythm{Kind: c.kind, For: 40 * time.Second, Conduction: c.conduction}
				if c.high > 0 {
					r.Rate = c.low + (c.high-c.low)*rng.Float64()
				}
				pc.Rhythms = []synth.Rhythm{r}
			}
			p, err := synth.New(pc)
			if err != nil {
				return nil, err
			}
			x, err := ecg.ReadAll(ecg.Reader[float64](p))
			if err != nil {
				return nil, err
			}
			r := &vfRecord{db: "synth", name: c.kind.String(), rate: 250, leads: make([][]float64, 3),
				spans: []vfSpan{{0, int64(len(x) / 3), c.is}}}
			for j, v := range x {
				r.leads[j%3] = append(r.leads[j%3], v)
			}
			all = append(all, r)
		}
	}
	return all, nil
}
