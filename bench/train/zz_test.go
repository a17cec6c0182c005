package main

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

func TestZZEdges(t *testing.T) {
	var se, ee []float64
	for _, db := range []string{"vfdb", "cudb"} {
		names, _ := bench.Database{FS: os.DirFS("/work/shared/data/" + db)}.Records()
		for _, n := range names {
			if slices.Contains(doubtful, n) || n == "419" {
				continue
			}
			r, err := loadVF("/work/shared/data", db, n)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.leads {
				d, _ := detect.NewVFDetector(detect.VFConfig{Rate: r.rate})
				var all []ecg.Episode
				conf := int64(-1)
				for _, e := range d.Flush(d.Append(nil, x)) {
					if e.State == ecg.Confirmed {
						conf = e.Start
					}
					if e.State == ecg.Ended && conf == e.Start {
						all = append(all, e)
					}
				}
				for _, p := range r.episodes(4) {
					if float64(p.to-p.from) < 10*r.rate {
						continue
					}
					for _, e := range all {
						if e.Start < p.to && e.End > p.from {
							if k := float64(e.Start-p.from) / r.rate; k > -6 && k < 6 && r.shares(p.from-int64(6*r.rate), p.from)[vfOther] > 0.99 {
								se = append(se, k)
							}
							if k := float64(e.End-p.to) / r.rate; k > -6 && k < 6 && p.to < int64(len(x)) && r.shares(p.to, p.to+int64(6*r.rate))[vfOther] > 0.99 {
								ee = append(ee, k)
							}
						}
					}
				}
			}
		}
	}
	slices.Sort(se)
	slices.Sort(ee)
	q := func(v []float64) {
		for _, p := range []float64{0, .1, .25, .5, .75, .9, 1} {
			fmt.Printf(" %.2f", v[int(p*float64(len(v)-1))])
		}
		fmt.Println(len(v))
	}
	q(se)
	q(ee)
}
