package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// What the strips of challenge-2017 do not have: other leads and rates, fast sinus
// rhythm, patterns of ectopy, slow fibrillation. Without it whatever is fast is
// fibrillation.

// openOthers reads the records, each lead alone, and makes the patients.
func (t *atrialTrainer) openOthers() error {
	for _, db := range []string{"svdb", "nsrdb_excerpt"} {
		names, err := bench.Database{FS: os.DirFS(filepath.Join(t.o.data, db))}.Records()
		if err != nil {
			return err
		}
		for _, name := range names {
			r, err := loadVF(t.o.data, db, name)
			if err != nil {
				return err
			}
			for _, x := range r.leads {
				t.others = append(t.others, atrialStrip{name: name, label: "N", rate: r.rate, x: x})
			}
		}
	}
	kinds := []struct {
		kind      ecg.Rhythm
		low, high float64 // rate, 1/min; 0: none
		label     string
	}{
		{ecg.RhythmUnknown, 50, 110, "N"},
		{ecg.SinusTachycardia, 105, 190, "N"},
		{ecg.SinusTachycardia, 105, 190, "N"},
		{ecg.SinusBradycardia, 30, 50, "N"},
		{ecg.VentricularBigeminy, 0, 0, "N"},
		{ecg.VentricularTrigeminy, 0, 0, "N"},
		{ecg.SecondDegreeBlock, 0, 0, "N"},
		{ecg.AtrialFibrillation, 45, 80, "A"},
		{ecg.AtrialFibrillation, 70, 130, "A"},
	}
	for k, c := range kinds {
		for i := range atrialPatients {
			rng := rand.New(rand.NewPCG(4, uint64(1000*k+i)))
			pc := synth.Config{
				Rate: [...]float64{128, 250, 300, 360, 500}[rng.IntN(5)], Leads: 1, Duration: 90 * time.Second, Seed: rng.Uint64(),
				HeartRate: 50 + 60*rng.Float64(), LF: 30 * rng.Float64(), HF: 60 * rng.Float64(), PACs: 6 * float64(rng.IntN(10)), PVCs: 6 * float64(rng.IntN(10)),
				Wander: 0.15 * rng.Float64(), Mains: 0.02 * rng.Float64(), Muscle: 0.06 * rng.Float64(),
			}
			if c.kind != ecg.RhythmUnknown {
				r := synth.Rhythm{Kind: c.kind, For: pc.Duration}
				if c.high > 0 {
					r.Rate = c.low + (c.high-c.low)*rng.Float64()
				}
				pc.Rhythms = []synth.Rhythm{r}
			}
			p, err := synth.New(pc)
			if err != nil {
				return err
			}
			x, err := ecg.ReadAll(ecg.Reader[float64](p))
			if err != nil {
				return err
			}
			t.others = append(t.others, atrialStrip{name: c.kind.String(), label: c.label, rate: pc.Rate, x: x})
		}
	}
	return parallel(len(t.others), func(i int) error { return t.others[i].look() })
}

// atrialPatients of each kind are made.
const atrialPatients = 8
