package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// RunTable is the line format of rxr over several records, with the aggregates
// that sumstats adds.
type RunTable struct {
	Names   []string
	Records []Runs
}

// Add appends a record.
func (t *RunTable) Add(name string, r Runs) {
	t.Names = append(t.Names, name)
	t.Records = append(t.Records, r)
}

// WriteTo writes the table of ventricular runs with its aggregates: what
// sumstats makes of the first file of -L.
func (t *RunTable) WriteTo(w io.Writer) (int64, error) {
	return t.write(w, "", func(r *Runs) *RunComparison { return &r.VE })
}

// WriteSVE writes that of the supraventricular runs, the second file.
func (t *RunTable) WriteSVE(w io.Writer) error {
	_, err := t.write(w, "(SVE run detection)\n", func(r *Runs) *RunComparison { return &r.SVE })
	return err
}

const runHead = "Record CTs CFN CTp CFP STs SFN STp SFP LTs LFN LTp LFP  CSe C+P SSe S+P LSe L+P\n"

// classes are the three classes of length that the table has.
func (c *RunComparison) classes() [3]RunCounts {
	return [3]RunCounts{c.Couplets(), c.Short(), c.Long()}
}

func (t *RunTable) write(w io.Writer, title string, of func(*Runs) *RunComparison) (int64, error) {
	var b bytes.Buffer
	b.WriteString(title + runHead)
	row := func(name string, classes [3]RunCounts) {
		fmt.Fprintf(&b, "%4s", name)
		for _, c := range classes {
			fmt.Fprintf(&b, " %3d %3d %3d %3d", c.TPs, c.FN, c.TPp, c.FP)
		}
	}
	var sum [3]RunCounts
	var average [6]float64
	var n [6]int
	for i := range t.Records {
		classes := of(&t.Records[i]).classes()
		row(t.Names[i], classes)
		b.WriteByte(' ')
		for k, c := range classes {
			sum[k].add(c)
			fmt.Fprintf(&b, " %s %s", wholePercent(c.TPs, c.TPs+c.FN), wholePercent(c.TPp, c.TPp+c.FP))
			for m, v := range [2]float64{c.Se(), c.PP()} {
				if !math.IsNaN(v) {
					average[2*k+m] += v
					n[2*k+m]++
				}
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat("_", 77) + "\n")
	row("Sum   ", sum) // two columns wider than the records'
	fmt.Fprintf(&b, "\n%-55s", "Gross")
	for _, c := range sum {
		b.WriteString(roundedPercent(c.Se()) + roundedPercent(c.PP()))
	}
	fmt.Fprintf(&b, "\n%-55s", "Average")
	for k, v := range average {
		b.WriteString(roundedPercent(v / float64(n[k])))
	}
	fmt.Fprintf(&b, "\nTotal couplets: %d  Total short runs: %d  Total long runs: %d\n",
		sum[0].TPs+sum[0].FN, sum[1].TPs+sum[1].FN, sum[2].TPs+sum[2].FN)
	fmt.Fprintf(&b, "\nSummary of results from %d records\n", len(t.Records))
	return b.WriteTo(w)
}

// roundedPercent is a percentage of sumstats in four columns: halves to even.
func roundedPercent(v float64) string {
	if math.IsNaN(v) {
		return " " + noPercent
	}
	return fmt.Sprintf(" %3.0f", v)
}
