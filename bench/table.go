package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// Table is the line format of bxb over several records, with the aggregates
// that sumstats adds. With SVEB it is that of -L, else of -l; the comparisons
// must have been made with the same Config.SVEB.
type Table struct {
	SVEB    bool
	Names   []string
	Records []Comparison
}

// Add appends a record.
func (t *Table) Add(name string, c Comparison) {
	t.Names = append(t.Names, name)
	t.Records = append(t.Records, c)
}

// Sum returns the sum of the matrices.
func (t *Table) Sum() Matrix {
	var sum Matrix
	for i := range t.Records {
		sum.add(&t.Records[i].Matrix)
	}
	return sum
}

// cell is a column of the line format: a sum over the matrix and its width.
type cell struct {
	rows, columns []Label
	width         int
}

var (
	lN, lS, lV  = []Label{N}, []Label{S}, []Label{V}
	lNS, lFQ    = []Label{N, S}, []Label{F, Q}
	calledN     = []Label{N, F, Q} // n' of -L
	calledOther = []Label{N, S, F, Q}

	// cellsL: Nn' Sn' Vn' Fn' On' Ns Ss Vs Fs' Os' Nv Sv Vv Fv' Ov' No' So' Vo' Fo'
	cellsL = []cell{
		{lN, calledN, 5}, {lS, calledN, 3}, {lV, calledN, 3}, {lFQ, calledN, 3}, {noBeats, calledN, 3},
		{lN, lS, 3}, {lS, lS, 3}, {lV, lS, 3}, {lFQ, lS, 3}, {noBeats, lS, 3},
		{lN, lV, 3}, {lS, lV, 3}, {lV, lV, 4}, {lFQ, lV, 3}, {noBeats, lV, 3},
		{lN, noBeats, 3}, {lS, noBeats, 3}, {lV, noBeats, 3}, {lFQ, noBeats, 3},
	}
	// cells0: Nn' Vn' Fn' On' Nv Vv Fv' Ov' No' Vo' Fo' of -l
	cells0 = []cell{
		{lNS, calledOther, 5}, {lV, calledOther, 3}, {lFQ, calledOther, 3}, {noBeats, calledOther, 3},
		{lNS, lV, 3}, {lV, lV, 4}, {lFQ, lV, 3}, {noBeats, lV, 3},
		{lNS, noBeats, 3}, {lV, noBeats, 3}, {lFQ, noBeats, 3},
	}
)

const (
	headL = "Record Nn' Sn' Vn' Fn' On'  Ns  Ss  Vs  Fs' Os' Nv  Sv   Vv  Fv' Ov' No' So' Vo' Fo'  Q Se   Q +P   V Se   V +P   S Se   S +P RR err\n"
	head0 = "Record Nn' Vn' Fn' On'  Nv   Vv  Fv' Ov' No' Vo' Fo'  Q Se   Q +P   V Se   V +P  V FPR\n"

	shutdownHeadL = "Record Nx   Sx   Vx   Fx   Qx  % beats  % N    % S    % V    % F   Total Shutdown\n" +
		"                                missed missed missed missed missed      Time\n"
	shutdownHead0 = "Record Nx   Vx   Fx   Qx  % beats  % N    % V    % F   Total Shutdown\n" +
		"                           missed missed missed missed      Time\n"
)

func (t *Table) cells() []cell {
	if t.SVEB {
		return cellsL
	}
	return cells0
}

// figure appends a percentage in seven columns, "-" where undefined.
func figure(b *bytes.Buffer, v float64, digits int) {
	if math.IsNaN(v) {
		b.WriteString("      -")
		return
	}
	fmt.Fprintf(b, " %6.*f", digits, v)
}

func (t *Table) row(b *bytes.Buffer, name string, m *Matrix) {
	fmt.Fprintf(b, "%4s", name)
	for _, c := range t.cells() {
		fmt.Fprintf(b, " %*d", c.width, m.sum(c.rows, c.columns))
	}
}

// WriteTo writes the table and its aggregates: what sumstats makes of the first
// file of -L (or -l).
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	head, rule, indent := head0, 86, 54
	if t.SVEB {
		head, rule, indent = headL, 132, 83
	}
	b.WriteString(head)
	var sum Matrix
	var average [7]float64
	var n [7]int
	count := func(k int, v float64) {
		if !math.IsNaN(v) {
			average[k] += v
			n[k]++
		}
	}
	for i := range t.Records {
		c := &t.Records[i]
		sum.add(&c.Matrix)
		t.row(&b, t.Names[i], &c.Matrix)
		q, v, s := c.Matrix.QRS(), c.Matrix.VEB(), c.Matrix.SVEB()
		for k, f := range []float64{q.Se(), q.PP(), v.Se(), v.PP()} {
			figure(&b, f, 2)
			count(k, f)
		}
		if t.SVEB {
			figure(&b, s.Se(), 2)
			figure(&b, s.PP(), 2)
			rms := c.RMSError()
			figure(&b, rms, 2)
			count(4, s.Se())
			count(5, summedSVEB(&c.Matrix).PP())
			count(6, printed(rms))
		} else {
			fpr := percent(v.FP, v.FP+c.Matrix.vebNegatives())
			figure(&b, fpr, 3)
			count(4, fpr)
		}
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat("_", rule) + "\n")
	t.row(&b, t.sumName(), &sum)
	q, v, s := sum.QRS(), sum.VEB(), summedSVEB(&sum)
	fmt.Fprintf(&b, "\n%-*s", indent, "Gross")
	for _, f := range []float64{q.Se(), q.PP(), v.Se(), v.PP()} {
		figure(&b, f, 2)
	}
	columns := 5
	if t.SVEB {
		figure(&b, s.Se(), 2)
		figure(&b, s.PP(), 2)
		columns = 7
	} else {
		figure(&b, percent(v.FP, v.FP+sum.vebNegatives()), 3)
	}
	fmt.Fprintf(&b, "\n%-*s", indent, "Average")
	for k := range columns {
		digits := 2
		if !t.SVEB && k == 4 {
			digits = 3
		}
		figure(&b, average[k]/float64(n[k]), digits)
	}
	fmt.Fprintf(&b, "\nTotal QRS complexes: %d  Total VEBs: %d", q.TP+q.FN, v.TP+v.FN)
	if t.SVEB {
		fmt.Fprintf(&b, "  Total SVEBs: %d", s.TP+s.FN)
	}
	fmt.Fprintf(&b, "\n\nSummary of results from %d records\n", len(t.Records))
	return b.WriteTo(w)
}

// sumName begins the line of sums. In the tables of -l its first column is one
// wider than the records'.
func (t *Table) sumName() string {
	if t.SVEB {
		return "Sum "
	}
	return "Sum  "
}

// summedSVEB is how sumstats counts: fusion and unclassifiable beats called S
// are no false positives there, though bxb itself counts them.
func summedSVEB(m *Matrix) Counts {
	s := m.SVEB()
	s.FP -= m.sum(lFQ, lS)
	return s
}

// printed is a value as it stands in the table, which is what sumstats reads.
func printed(v float64) float64 { return math.RoundToEven(v*100) / 100 }

// WriteShutdown writes the second file of -L (or -l) with its aggregates: beats
// missed because the test annotator had given up.
func (t *Table) WriteShutdown(w io.Writer) error {
	var b bytes.Buffer
	labels, rule := []Label{N, V, F, Q}, 68
	if t.SVEB {
		labels, rule = []Label{N, S, V, F, Q}, 72
		b.WriteString(shutdownHeadL)
	} else {
		b.WriteString(shutdownHead0)
	}
	missed := make([]int, len(labels))
	var seconds int64
	gross := make([]Counts, len(labels)) // TP: missed, FN: the rest
	average := make([]float64, len(labels))
	n := make([]int, len(labels))
	for i := range t.Records {
		c := &t.Records[i]
		fmt.Fprintf(&b, "%4s", t.Names[i])
		for k, l := range labels {
			fmt.Fprintf(&b, " %4d", c.Matrix[l][X])
			missed[k] += c.Matrix[l][X]
		}
		b.WriteString("  ")
		for k, d := range c.shutdown(t.SVEB) {
			v := percent(d.missed, d.beats)
			figure(&b, v, 2)
			gross[k].TP += d.missed
			gross[k].FN += d.beats
			if d.beats > 0 {
				average[k] += v
				n[k]++
			}
		}
		fmt.Fprintf(&b, "%5d seconds", c.ShutdownSeconds())
		seconds += c.ShutdownSeconds()
		for _, l := range []Label{N, S, V, F, Q} {
			fmt.Fprintf(&b, " %d", c.Matrix.sum([]Label{l}, all))
		}
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat("_", rule) + "\n" + t.sumName())
	for _, m := range missed {
		fmt.Fprintf(&b, " %4d", m)
	}
	fmt.Fprintf(&b, "%*s%5d seconds\n", 2+7*len(labels), "", seconds)
	if !t.SVEB {
		// The program adds each denominator twice: half of the true values.
		fmt.Fprintf(&b, "%-*s", 5+5*len(labels), "Gross")
		for k := range labels {
			figure(&b, percent(gross[k].TP, 2*gross[k].FN), 2)
		}
		fmt.Fprintf(&b, "\n%-*s", 5+5*len(labels), "Average")
		for k := range labels {
			figure(&b, average[k]/float64(n[k]), 2)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\nSummary of results from %d records\n", len(t.Records))
	_, err := b.WriteTo(w)
	return err
}
