package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/ecg"
)

// scored is a second with its index.
type scored struct {
	index  float64
	usable bool
}

// auc is the share of pairs of a usable and another second that are in the right
// order; of equals, half. NaN: all are of one kind.
func auc(s []scored) float64 {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b scored) int { return cmp.Compare(a.index, b.index) })
	bad, right := 0.0, 0.0
	for i := 0; i < len(s); {
		j, b, g := i, 0.0, 0.0
		for ; j < len(s) && s[j].index == s[i].index; j++ {
			if s[j].usable {
				g++
			} else {
				b++
			}
		}
		right += g * (bad + b/2)
		bad += b
		i = j
	}
	return right / (bad * (float64(len(s)) - bad))
}

// means are the mean index and the share that is usable.
func means(s []scored) (index, usable float64) {
	for _, v := range s {
		index += v.index
		if v.usable {
			usable++
		}
	}
	n := float64(len(s))
	return index / n, usable / n
}

// report prints the reliability table: each record by the model for it.
func (t *qualityTrainer) report(model func(record int) []float64) {
	var all []scored
	byVersion := make([][]scored, len(qualityVersions))
	flags, clean := map[ecg.QualityFlags]int{}, 0
	for r := range t.rows {
		for i := range t.rows[r] {
			row := &t.rows[r][i]
			s := scored{probability(model(r), &row.measures), row.usable}
			all = append(all, s)
			byVersion[row.version] = append(byVersion[row.version], s)
			if row.version == 0 {
				clean++
				for _, f := range []ecg.QualityFlags{ecg.Flat, ecg.Saturated, ecg.LeadOff, ecg.Noisy, ecg.Mains, ecg.Wander} {
					if row.flags&f != 0 {
						flags[f]++
					}
				}
			}
		}
	}
	loss, off := 0.0, 0.0
	var bins [10][]scored
	for _, s := range all {
		p := s.index
		if !s.usable {
			p = 1 - p
		}
		loss -= math.Log(p)
		bins[min(9, int(10*s.index))] = append(bins[min(9, int(10*s.index))], s)
	}
	fmt.Fprintf(t.w, "%d seconds, %d-fold cross-validation: AUC %.4f, log loss %.4f\n", len(all), t.o.folds, auc(all), loss/float64(len(all)))
	fmt.Fprintf(t.w, "%-12s %8s %8s %8s\n", "index", "seconds", "mean", "usable")
	for i, b := range bins {
		index, usable := means(b)
		off += math.Abs(index-usable) * float64(len(b)) / float64(len(all))
		fmt.Fprintf(t.w, "%.1f to %.1f   %8d %8.3f %8.3f\n", float64(i)/10, float64(i+1)/10, len(b), index, usable)
	}
	fmt.Fprintf(t.w, "expected calibration error %.4f\n", off)
	for v, s := range byVersion {
		index, usable := means(s)
		fmt.Fprintf(t.w, "%-20s AUC %.4f  mean index %.3f, usable %.3f\n", qualityVersions[v].name, auc(s), index, usable)
	}
	for r := range t.rows {
		var s []scored
		for i := range t.rows[r] {
			s = append(s, scored{probability(model(r), &t.rows[r][i].measures), t.rows[r][i].usable})
		}
		index, usable := means(s)
		fmt.Fprintf(t.w, "%s %.3f:%.3f  ", t.sources[r].name, index, usable)
	}
	fmt.Fprintln(t.w, " (index : usable)")
	for _, f := range []struct {
		flag ecg.QualityFlags
		name string
	}{{ecg.Flat, "flat"}, {ecg.Saturated, "saturated"}, {ecg.LeadOff, "off"}, {ecg.Noisy, "noisy"}, {ecg.Mains, "mains"}, {ecg.Wander, "wander"}} {
		fmt.Fprintf(t.w, "%s %.2f %%  ", f.name, 100*float64(flags[f.flag])/float64(clean))
	}
	fmt.Fprintln(t.w, " of the seconds as they are")
}

// reportEM prints what the index is with the noise em.
func (t *qualityTrainer) reportEM(ctx context.Context, model func(record int) []float64) error {
	fmt.Fprintf(t.w, "noise em on DS1, by the same models\n%8s %8s %8s %8s\n", "SNR dB", "mean", "usable", "AUC")
	for _, snr := range []float64{24, 18, 12, 6, 0, -6} {
		parts := make([][]scored, 2*len(t.sources))
		err := parallel(len(parts), func(i int) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			s := &t.sources[i/2]
			st := strip{slices.Clone(s.leads[i%2]), s.beats, s.free}
			height := heightOf(st.x, st.beats)
			scale := float32(math.Sqrt(height * height / 8 * math.Pow(10, -snr/10)))
			for k := range st.x {
				st.x[k] += scale * t.em[k%len(t.em)]
			}
			rows, err := qualityRows(&st, 0)
			for k := range rows {
				parts[i] = append(parts[i], scored{probability(model(i/2), &rows[k].measures), rows[k].usable})
			}
			return err
		})
		if err != nil {
			return err
		}
		all := slices.Concat(parts...)
		index, usable := means(all)
		fmt.Fprintf(t.w, "%8.0f %8.3f %8.3f %8.4f\n", snr, index, usable, auc(all))
	}
	return nil
}

// reportNSTDB prints the same for the records of nstdb, from 5:00, by the model
// of all of DS1, which has 118 and 119.
func (t *qualityTrainer) reportNSTDB(model []float64) error {
	files := os.DirFS(filepath.Join(t.o.data, "nstdb"))
	fmt.Fprintf(t.w, "nstdb from 5:00, both leads\n%8s %8s %8s %8s\n", "record", "mean", "usable", "AUC")
	for _, name := range strings.Fields("118e24 118e18 118e12 118e06 118e00 118e_6 119e24 119e18 119e12 119e06 119e00 119e_6") {
		s, err := loadSource(files, name)
		if err != nil {
			return err
		}
		var all []scored
		for lead := range 2 {
			st := strip{s.leads[lead], s.beats, s.free}
			rows, err := qualityRows(&st, 0)
			if err != nil {
				return err
			}
			for _, row := range rows[min(len(rows), 300):] {
				all = append(all, scored{probability(model, &row.measures), row.usable})
			}
		}
		index, usable := means(all)
		fmt.Fprintf(t.w, "%8s %8.3f %8.3f %8.4f\n", name, index, usable, auc(all))
	}
	return nil
}
