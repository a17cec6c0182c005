package main

import (
	"fmt"
	"io"

	"github.com/sinus-ecg/sinus/ecg"
)

// Runs of V: one beat that is called otherwise breaks a long one.

// runKinds are pairs, runs of 3 to 5, longer ones, as rxr counts them: the least
// number of beats of each.
var runKinds = [3]int{2, 3, 6}

// ventricular is a series of beats: where they are, and which are V.
type ventricular struct {
	at []int64
	v  []bool
}

func (s *ventricular) add(at int64, v bool) { s.at, s.v = append(s.at, at), append(s.v, v) }

// runs counts those of s, and of them those in whose time o has one of the same
// kind or a longer one.
func (s *ventricular) runs(o *ventricular) (all, same [3]int) {
	const window = augmentRate * 150 / 1000
	j := 0
	for i := 0; i < len(s.at); i++ {
		first := i
		for i < len(s.at) && s.v[i] {
			i++
		}
		kind := -1
		for k, least := range runKinds {
			if i-first >= least {
				kind = k
			}
		}
		if kind < 0 {
			continue
		}
		all[kind]++
		for j < len(o.at) && o.at[j] < s.at[first]-window {
			j++
		}
		most, row := 0, 0
		for ; j < len(o.at) && o.at[j] <= s.at[i-1]+window; j++ {
			if row++; !o.v[j] {
				row = 0
			}
			most = max(most, row)
		}
		if most >= runKinds[kind] {
			same[kind]++
		}
	}
	return all, same
}

// runs prints the figures of DS1.
func (t *beatTrainer) runs(w io.Writer, odds []beatOdds, biasV, biasS float32) {
	for version := range 3 {
		truth, called := make([]ventricular, len(t.records)), make([]ventricular, len(t.records))
		c := beatCaller{biasV: biasV, biasS: biasS}
		for i := range t.rows {
			r := &t.rows[i]
			if r.version != version || t.records[r.record].db != beatDatabases[0] {
				continue
			}
			if r.truth != ecg.Unclassified {
				truth[r.record].add(r.at, r.truth == ecg.Ventricular || r.truth == ecg.Fusion)
			}
			called[r.record].add(r.at, c.call(r, odds[i]) == 2)
		}
		var there, found, told, right [3]int
		for i := range truth {
			a, b := truth[i].runs(&called[i])
			c, d := called[i].runs(&truth[i])
			for k := range runKinds {
				there[k] += a[k]
				found[k] += b[k]
				told[k] += c[k]
				right[k] += d[k]
			}
		}
		fmt.Fprintf(w, "version %d runs of V of 2, 3 to 5, more: found %d of %d, right %d of %d\n", version, found, there, right, told)
	}
}
