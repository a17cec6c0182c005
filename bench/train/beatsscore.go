package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sinus-ecg/sinus/detect"
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
	c := beatCaller{biasV: biasV, biasS: biasS}
	for i := range t.rows {
		r := &t.rows[i]
		if r.version != version || !record(r.record) {
			continue
		}
		m[truthRow(r.truth)][c.call(r, odds[i])]++
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

// beatCaller calls rows, in their order, as detect does.
type beatCaller struct {
	biasV, biasS float32
	last         *beatRow // nil at first
	afterV       bool
}

// call is the class, 0 to 2: V where its odds are above those of the more probable
// of N and S within the rest.
func (c *beatCaller) call(r *beatRow, o beatOdds) int {
	v, s := float64(o.v+c.biasV), float64(o.s+c.biasS)
	afterV := c.afterV && c.last.record == r.record && c.last.version == r.version
	if v <= 0 && detect.BeatBeside(r.x, afterV, func() bool { return o.beforeV }) {
		v = max(v, float64(o.beside))
	}
	most := 1 / (1 + math.Exp(-math.Abs(s)))
	c.last, c.afterV = r, math.Exp(v) > most
	switch {
	case c.afterV:
		return 2
	case s > 0:
		return 1
	}
	return 0
}

// sinusMost is how many beats an hour may be called S in normal sinus rhythm, by
// cross-validation, on reference beats and on the detector's: a patient without
// ectopic beats has days of it.
const sinusMost = 2

// biases are those of V and of S. V is called as often as it is there, no more, on
// DS1 with two leads: as many false ones as missed ones. S goes by the mean jk over
// mitdb and svdb and all versions, noise included where it is not hard, and is lower
// where that calls too many in sinus rhythm.
func (t *beatTrainer) biases(odds []beatOdds) (biasV, biasS float32) {
	const lo, hi, step = -8, 2, 0.0625
	groups := make(map[[2]int][]int) // rows by version and database
	for i := range t.rows {
		db := slices.Index(beatDatabases[:2], t.records[t.rows[i].record].db)
		if db >= 0 {
			groups[[2]int{t.rows[i].version, db}] = append(groups[[2]int{t.rows[i].version, db}], i)
		}
	}
	matrix := func(version, db int, v, s float32) (m beatMatrix) {
		c := beatCaller{biasV: v, biasS: s}
		for _, i := range groups[[2]int{version, db}] {
			m[truthRow(t.rows[i].truth)][c.call(&t.rows[i], odds[i])]++
		}
		return m
	}
	for biasV = hi; biasV > lo; biasV -= step {
		missed, extra := 0, 0
		for version := range 2 {
			m := matrix(version, 0, biasV-step, 0)
			missed += m.row(2) - m[2][2]
			extra += m[0][2] + m[1][2] + m[5][2]
		}
		if missed > extra {
			break
		}
	}
	mean := func(s float32) float64 {
		sum, n := 0.0, 0.0
		for version, v := range beatVersions {
			if v.hard {
				continue
			}
			for db := range 2 {
				m := matrix(version, db, biasV, s)
				sum += m.jk()
				n++
			}
		}
		return sum / n
	}
	best := 0.0
	for s := float32(lo); s <= hi; s += step {
		if j := mean(s); j > best {
			best, biasS = j, s
		}
	}
	often := func() bool {
		for version := range 3 {
			if _, s, _ := t.sinus(odds, biasV, biasS, version); s > sinusMost {
				return true
			}
		}
		return false
	}
	for biasS > lo && often() {
		biasS -= step
	}
	return biasV, biasS
}

// tables prints the figures of every version and database, and returns the biases.
func (t *beatTrainer) tables(w io.Writer, odds []beatOdds) (biasV, biasS float32) {
	biasV, biasS = t.biases(odds)
	fmt.Fprintf(w, "# bias V %.2f S %.2f\n", biasV, biasS)
	for version := range beatVersions {
		for _, db := range beatDatabases {
			m := t.confusion(odds, biasV, biasS, func(i int) bool { return t.records[i].db == db }, version)
			vSe, vPP, sSe, sPP := m.figures()
			fmt.Fprintf(w, "version %d %-5s jk %.3f V %5.1f/%5.1f S %5.1f/%5.1f  %v\n", version, db, m.jk(), 100*vSe, 100*vPP, 100*sSe, 100*sPP, m)
		}
	}
	return biasV, biasS
}

// sinus is how often per hour V and S are called on normal sinus rhythm, and for how
// many hours: on the excerpts of nsrdb, and the records of qtdb that are parts of it, which
// have none.
func (t *beatTrainer) sinus(odds []beatOdds, biasV, biasS float32, version int) (v, s, hours float64) {
	var called [3]float64
	c := beatCaller{biasV: biasV, biasS: biasS}
	last := make([]int64, len(t.records))
	for i := range t.rows {
		r := &t.rows[i]
		if r.version != version || !strings.HasPrefix(t.records[r.record].patient, "nsrdb_excerpt/") {
			continue
		}
		last[r.record] = r.at
		if as := c.call(r, odds[i]); r.truth == ecg.Normal || r.truth == ecg.Unclassified {
			called[as]++
		}
	}
	for _, at := range last {
		hours += float64(at) / augmentRate / 3600
	}
	return called[2] / hours, called[1] / hours, hours
}

// report prints the figures, those of every record too, and returns the biases.
func (t *beatTrainer) report(w io.Writer, odds []beatOdds) (biasV, biasS float32) {
	biasV, biasS = t.tables(w, odds)
	for version := range 3 {
		v, s, hours := t.sinus(odds, biasV, biasS, version)
		fmt.Fprintf(w, "version %d normal sinus rhythm, %.1f h: false per hour V %.2f S %.2f\n", version, hours, v, s)
	}
	t.runs(w, odds, biasV, biasS)
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
