package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// WriteReport writes the standard report of bxb (-S, or -s for a comparison
// without SVEB), byte for byte.
func (c Comparison) WriteReport(w io.Writer, record, ref, test string, sveb bool) error {
	var b bytes.Buffer
	reportHead(&b, record, ref, test)
	labels := []Label{N, S, V, F, Q}
	b.WriteString("               Algorithm\n        n    s    v    f    q    o    x\n   ____________________________________\n")
	if !sveb {
		labels = []Label{N, V, F, Q}
		b.Reset()
		reportHead(&b, record, ref, test)
		b.WriteString("               Algorithm\n        n    v    f    q    o    x\n   _______________________________\n")
	}
	for _, r := range append(labels[:len(labels):len(labels)], O, X) {
		fmt.Fprintf(&b, " %v | ", r)
		columns := labels
		if r <= Q {
			columns = append(labels[:len(labels):len(labels)], O, X)
		}
		for i, col := range columns {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%4d", c.Matrix[r][col])
		}
		b.WriteByte('\n')
	}
	c.reportStatistics(&b, sveb)
	_, err := w.Write(b.Bytes())
	return err
}

// WriteCondensed writes the condensed report (-C, or -c), byte for byte.
func (c Comparison) WriteCondensed(w io.Writer, record, ref, test string, sveb bool) error {
	var b bytes.Buffer
	reportHead(&b, record, ref, test)
	type group struct {
		name   string
		labels []Label
	}
	rows := []group{{" N ", []Label{N}}, {" S ", []Label{S}}, {" V ", []Label{V}}, {"F+Q", []Label{F, Q}}, {"O+X", []Label{O, X}}}
	columns := [][]Label{{N, F, Q}, {S}, {V}, {O, X}}
	if sveb {
		b.WriteString("         Algorithm\n      n+f+q    s    v  o+x\n     _____________________\n")
	} else {
		b.WriteString("         Algorithm\n      n+f+q    v  o+x\n     ________________\n")
		rows = append(rows[:1:1], rows[2:]...)
		columns = append(columns[:1:1], columns[2:]...)
	}
	for i, r := range rows {
		fmt.Fprintf(&b, " %s |", r.name)
		for k, col := range columns {
			if i == len(rows)-1 && k == len(columns)-1 {
				break // what neither has is not counted
			}
			fmt.Fprintf(&b, " %4d", c.Matrix.sum(r.labels, col))
		}
		b.WriteByte('\n')
	}
	c.reportStatistics(&b, sveb)
	_, err := w.Write(b.Bytes())
	return err
}

func reportHead(b *bytes.Buffer, record, ref, test string) {
	fmt.Fprintf(b, "Beat-by-beat comparison results for record %s\nReference annotator: %s\n     Test annotator: %s\n\n", record, ref, test)
}

// reportStatistics is the part below the matrix.
func (c Comparison) reportStatistics(b *bytes.Buffer, sveb bool) {
	line := func(name string, a, of int, format string) {
		fmt.Fprintf(b, "%26s: ", name)
		if of > 0 {
			fmt.Fprintf(b, format, 100*float64(a)/float64(of))
		} else {
			b.WriteString("     - ")
		}
		fmt.Fprintf(b, " (%d/%d)\n", a, of)
	}
	const two = "%6.2f%%"
	rates := func(name string, k Counts) {
		line(name+" sensitivity", k.TP, k.TP+k.FN, two)
		line(name+" positive predictivity", k.TP, k.TP+k.FP, two)
	}
	m := &c.Matrix
	b.WriteByte('\n')
	q, v := m.QRS(), m.VEB()
	rates("QRS", q)
	rates("VEB", v)
	if sveb {
		rates("SVEB", m.SVEB())
		fmt.Fprintf(b, "%26s: ", "RMS RR interval error")
		if e := c.RMSError(); !math.IsNaN(e) {
			fmt.Fprintf(b, "%6.2f ms\n\n", e)
		} else {
			b.WriteString("     -\n\n")
		}
	} else {
		line("VEB false positive rate", v.FP, v.FP+m.vebNegatives(), "%6.3f%%")
		b.WriteString("\n\n")
	}
	down := c.shutdown(sveb)
	for i, d := range down {
		name := "Beats"
		if i > 0 {
			name = d.label.String()
		}
		line(name+" missed in shutdown", d.missed, d.beats, two)
	}
	fmt.Fprintf(b, "%26s: %5d seconds\n", "Total shutdown time", c.ShutdownSeconds())
}

// shutdownCount are the beats of a class that fell into a test shutdown.
type shutdownCount struct {
	label         Label
	missed, beats int
}

// shutdown returns the counts for all beats, then by class. Supraventricular
// beats are missing in the first numerator, as in bxb.
func (c Comparison) shutdown(sveb bool) []shutdownCount {
	m := &c.Matrix
	q := m.QRS()
	counts := []shutdownCount{{noLabel, m[N][X] + m[V][X] + m[F][X] + m[Q][X], q.TP + q.FN}}
	for _, l := range []Label{N, S, V, F} {
		if l != S || sveb {
			counts = append(counts, shutdownCount{l, m[l][X], m.sum([]Label{l}, all)})
		}
	}
	return counts
}
