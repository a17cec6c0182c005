package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// sum adds the cells of rows r0 to r1 and columns c0 to c1, inclusive.
func (m *RunMatrix) sum(r0, r1, c0, c1 int) int {
	n := 0
	for _, row := range m[r0 : r1+1] {
		for _, v := range row[c0 : c1+1] {
			n += v
		}
	}
	return n
}

// RunCounts are the numbers of a class of run lengths. What is found in the
// reference and what of the test annotations is right are counted apart.
type RunCounts struct {
	TPs int `json:"tps"`
	FN  int `json:"fn"`
	TPp int `json:"tpp"`
	FP  int `json:"fp"`
}

// Se returns the sensitivity in percent, NaN if there is nothing to find.
func (c RunCounts) Se() float64 { return percent(c.TPs, c.TPs+c.FN) }

// PP returns the positive predictivity in percent, NaN if nothing was found.
func (c RunCounts) PP() float64 { return percent(c.TPp, c.TPp+c.FP) }

func (c *RunCounts) add(o RunCounts) {
	c.TPs += o.TPs
	c.FN += o.FN
	c.TPp += o.TPp
	c.FP += o.FP
}

// Add adds the counts of another record.
func (c *RunComparison) Add(o *RunComparison) {
	for i := range c.Se {
		for k := range c.Se[i] {
			c.Se[i][k] += o.Se[i][k]
			c.PP[i][k] += o.PP[i][k]
		}
	}
}

// lengths counts runs of lo to hi beats: those found are at least lo long.
func (c *RunComparison) lengths(lo, hi int) RunCounts {
	return RunCounts{
		TPs: c.Se.sum(lo, hi, lo, longRun), FN: c.Se.sum(lo, hi, 0, lo-1),
		TPp: c.PP.sum(lo, longRun, lo, hi), FP: c.PP.sum(0, lo-1, lo, hi),
	}
}

// Couplets counts runs of two beats; one found as longer is found.
func (c *RunComparison) Couplets() RunCounts { return c.lengths(2, 2) }

// Short counts runs of three to five.
func (c *RunComparison) Short() RunCounts { return c.lengths(3, 5) }

// Long counts runs of six and more, and fibrillation.
func (c *RunComparison) Long() RunCounts { return c.lengths(longRun, longRun) }

// AtLeast counts runs of that many beats and more, 2 to 6, however many more:
// no figure of rxr, but the usual one for "runs of three and more".
func (c *RunComparison) AtLeast(beats int) RunCounts { return c.lengths(beats, longRun) }

// WriteReport writes the full report of rxr (-S, or -s without SVE), byte for
// byte.
func (r Runs) WriteReport(w io.Writer, record, ref, test string, sve bool) error {
	return r.write(w, record, ref, test, sve, runReport{
		head:   "               Algorithm Run Length\n          0    1    2    3    4    5   >5\n     ____________________________________\n",
		names:  []string{"   0", "   1", "   2", "   3", "   4", "   5", "  >5"},
		lo:     []int{0, 1, 2, 3, 4, 5, 6},
		indent: "     ",
	})
}

// WriteCondensed writes the condensed report (-C, or -c), byte for byte.
func (r Runs) WriteCondensed(w io.Writer, record, ref, test string, sve bool) error {
	return r.write(w, record, ref, test, sve, runReport{
		head:   "          Algorithm Run Length\n         nc    v    c    s    l\n     __________________________\n",
		names:  []string{"  NC", "   V", "   C", "   S", "   L"},
		lo:     []int{0, 1, 2, 3, 6},
		indent: "   ",
	})
}

// runReport is a form of the report: rows and columns are groups of lengths.
type runReport struct {
	head   string
	names  []string
	lo     []int // first length of each group
	indent string
}

func (r Runs) write(w io.Writer, record, ref, test string, sve bool, form runReport) error {
	var b bytes.Buffer
	r.VE.report(&b, "VE", record, ref, test, form)
	if sve {
		r.SVE.report(&b, "SVE", record, ref, test, form)
	}
	_, err := b.WriteTo(w)
	return err
}

func (c *RunComparison) report(b *bytes.Buffer, kind, record, ref, test string, form runReport) {
	fmt.Fprintf(b, "%s run-by-run comparison results for record %s\nReference annotator: %s\n     Test annotator: %s\n\n", kind, record, ref, test)
	form.matrix(b, &c.Se)
	fmt.Fprintf(b, "\n%s (Run Sensitivity Summary Matrix)\n\n\n", form.indent)
	form.matrix(b, &c.PP)
	b.WriteString("\n (Run Positive Predictivity Summary Matrix)\n\n")
	for _, k := range []struct {
		name string
		RunCounts
	}{{"Couplet", c.Couplets()}, {"Short run", c.Short()}, {"Long run", c.Long()}} {
		line := func(what string, a, of int) {
			fmt.Fprintf(b, "%31s: %s (%d/%d)\n", k.name+" "+what, percentSign(wholePercent(a, of)), a, of)
		}
		line("sensitivity", k.TPs, k.TPs+k.FN)
		line("positive predictivity", k.TPp, k.TPp+k.FP)
	}
	b.WriteByte('\n')
}

func (f *runReport) matrix(b *bytes.Buffer, m *RunMatrix) {
	b.WriteString(f.head)
	last := func(i int) int {
		if i+1 < len(f.lo) {
			return f.lo[i+1] - 1
		}
		return longRun
	}
	for i, name := range f.names {
		b.WriteString(name + " |")
		for k := range f.lo {
			if i == 0 && k == 0 {
				b.WriteString("     ")
				continue
			}
			fmt.Fprintf(b, " %4d", m.sum(f.lo[i], last(i), f.lo[k], last(k)))
		}
		b.WriteByte('\n')
	}
}

// noPercent is a percentage that is not defined.
const noPercent = "  -"

// wholePercent is a percentage in three columns as rxr and epicmp print it,
// halves upward.
func wholePercent[T int | int64](a, of T) string {
	if of == 0 {
		return noPercent
	}
	return fmt.Sprintf("%3.0f", math.Trunc(100*float64(a)/float64(of)+0.5))
}

// percentSign puts the sign behind a percentage, a blank behind none.
func percentSign(s string) string {
	if s == noPercent {
		return s + " "
	}
	return s + "%"
}
