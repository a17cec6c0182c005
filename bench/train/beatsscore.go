package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// beatMatrix counts beats: rows N S V F Q and none of the reference, columns N S V
// and missed of the classifier.
type beatMatrix [6][4]int

func share(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

func (m *beatMatrix) row(i int) int { return m[i][0] + m[i][1] + m[i][2] + m[i][3] }

// figures are sensitivities and positive predictivities of V and S by EC57: F and
// Q called V, and Q called S, do not count against.
func (m *beatMatrix) figures() (vSe, vPP, sSe, sPP float64) {
	return share(m[2][2], m.row(2)), share(m[2][2], m[0][2]+m[1][2]+m[2][2]+m[5][2]),
		share(m[1][1], m.row(1)), share(m[1][1], m[0][1]+m[1][1]+m[2][1]+m[3][1]+m[5][1])
}

// jk is the index of T. Mar et al., IEEE Trans. Biomed. Eng. 58:2168-2177, 2011:
// half of kappa and an eighth of the sum of four figures, over the beats that were
// found, with every false V and S counted.
func (m *beatMatrix) jk() float64 {
	var n, same, chance float64
	var rows, columns [5]float64
	for i := range 5 {
		for j := range 3 {
			v := float64(m[i][j])
			n += v
			rows[i] += v
			columns[j] += v
			if i == j {
				same += v
			}
		}
	}
	for i := range 5 {
		chance += rows[i] * columns[i]
	}
	po, pe := same/n, chance/n/n
	kappa := (po - pe) / (1 - pe)
	j := m[1][1]
	s := float64(m[1][1])/rows[1] + float64(j)/columns[1] + float64(m[2][2])/rows[2] + float64(m[2][2])/columns[2]
	return kappa/2 + s/8
}

// confusion of the rows that use tells, with biases.
func (t *beatTrainer) confusion(odds []beatOdds, biasV, biasS float32, record func(int) bool, version int) beatMatrix {
	var m beatMatrix
	for i := range t.rows {
		r := &t.rows[i]
		if r.version != version || !record(r.record) {
			continue
		}
		m[truthRow(r.truth)][calledAs(odds[i], biasV, biasS)]++
	}
	for i := range t.records {
		if !record(i) {
			continue
		}
		for c, n := range t.missed[i*len(beatVersions)+version] {
			m[truthRow(ecg.Class(c))][3] += n
		}
	}
	return m
}

func truthRow(c ecg.Class) int {
	if c == ecg.Unclassified {
		return 5
	}
	return int(c - ecg.Normal)
}

// calledAs is the class, 0 to 2, as detect chooses it: V where its odds are above
// those of the more probable of N and S within the rest.
func calledAs(o beatOdds, biasV, biasS float32) int {
	v, s := float64(o[0]+biasV), float64(o[1]+biasS)
	most := 1 / (1 + math.Exp(-math.Abs(s)))
	switch {
	case math.Exp(v) > most:
		return 2
	case s > 0:
		return 1
	}
	return 0
}

// biasMargin is what the biases may cost in mean jk for fewer false calls: what
// cross-validation says of these is too good for new patients.
const biasMargin = 0.003

// biases are those with the best mean jk over mitdb and svdb and all versions,
// noise included; then, V and S in turn, the lowest that cost no more than the
// margin.
func (t *beatTrainer) biases(odds []beatOdds) (biasV, biasS float32) {
	const lo, hi, step = -6, 1, 0.25
	groups := make(map[[2]int][]int) // rows by version and database
	for i := range t.rows {
		db := slices.Index([]string{"mitdb", "svdb"}, t.records[t.rows[i].record].db)
		if db >= 0 {
			groups[[2]int{t.rows[i].version, db}] = append(groups[[2]int{t.rows[i].version, db}], i)
		}
	}
	mean := func(v, s float32) float64 {
		sum := 0.0
		for version := range beatVersions {
			for db := range 2 {
				var m beatMatrix
				for _, i := range groups[[2]int{version, db}] {
					m[truthRow(t.rows[i].truth)][calledAs(odds[i], v, s)]++
				}
				sum += m.jk()
			}
		}
		return sum / float64(2*len(beatVersions))
	}
	best := 0.0
	for v := float32(lo); v <= hi; v += 2 * step {
		for s := float32(lo); s <= hi; s += 2 * step {
			if j := mean(v, s); j > best {
				best, biasV, biasS = j, v, s
			}
		}
	}
	for mean(biasV-step, biasS) >= best-biasMargin/2 && biasV > lo {
		biasV -= step
	}
	for mean(biasV, biasS-step) >= best-biasMargin && biasS > lo {
		biasS -= step
	}
	return biasV, biasS
}

// report prints the figures at the biases with the best mean jk, and returns
// these.
func (t *beatTrainer) report(w io.Writer, odds []beatOdds) (biasV, biasS float32) {
	is := func(db string) func(int) bool { return func(i int) bool { return t.records[i].db == db } }
	biasV, biasS = t.biases(odds)
	fmt.Fprintf(w, "# bias V %.2f S %.2f\n", biasV, biasS)
	for version := range beatVersions {
		for _, db := range []string{"mitdb", "svdb", "qtdb"} {
			m := t.confusion(odds, biasV, biasS, is(db), version)
			vSe, vPP, sSe, sPP := m.figures()
			fmt.Fprintf(w, "version %d %-5s jk %.3f V %5.1f/%5.1f S %5.1f/%5.1f  %v\n", version, db, m.jk(), 100*vSe, 100*vPP, 100*sSe, 100*sPP, m)
		}
	}
	for i := range t.records {
		if t.records[i].db == "qtdb" {
			continue
		}
		fmt.Fprintf(w, "%-12v", &t.records[i])
		for version := range 3 {
			m := t.confusion(odds, biasV, biasS, func(k int) bool { return k == i }, version)
			fmt.Fprintf(w, "  N %v S %v V %v F %v - %v |", m[0], m[1], m[2], m[3], m[5])
		}
		fmt.Fprintln(w)
	}
	return biasV, biasS
}
