package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// EpisodeTable is the line format of epicmp for one kind over several records,
// with the aggregates that sumstats adds.
type EpisodeTable struct {
	Kind    EpisodeKind
	Names   []string
	Records []EpisodeComparison
}

// Add appends a record.
func (t *EpisodeTable) Add(name string, c EpisodeComparison) {
	t.Names = append(t.Names, name)
	t.Records = append(t.Records, c)
}

// WriteTo writes the table and its aggregates: what sumstats makes of the file
// that epicmp -L writes. The program has no durations of overlap and estimates
// them from the printed percentages, so the gross ones are not quite those of
// the sums.
func (t *EpisodeTable) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	b.WriteString([...]string{
		AF: "(AF detection)\n", VF: "(VF detection)\n", ST0: "(Ischemic ST detection, signal 0)\n",
		ST1: "(Ischemic ST detection, signal 1)\n", ST: "(Ischemic ST detection, both signals)\n",
	}[t.Kind] + "Record  TPs   FN  TPp   FP  ESe E+P DSe D+P  Ref duration  Test duration \n")
	var sum EpisodeComparison
	var ref, test, overlap int64 // ms
	var average [4]float64
	var n [4]int
	for i, c := range t.Records {
		refTime, testTime := milliseconds(c.RefTime, c.Rate), milliseconds(c.TestTime, c.Rate)
		se, pp := wholePercent(c.RefFound, c.RefTime), wholePercent(c.TestRight, c.TestTime)
		fmt.Fprintf(&b, "%6s %4d %4d %4d %4d  %s %s %s %s  %s   %s\n", t.Names[i], c.TPs, c.FN, c.TPp, c.FP,
			wholePercent(c.TPs, c.TPs+c.FN), wholePercent(c.TPp, c.TPp+c.FP), se, pp, clockTime(refTime), clockTime(testTime))
		sum.TPs += c.TPs
		sum.FN += c.FN
		sum.TPp += c.TPp
		sum.FP += c.FP
		ref += refTime
		test += testTime
		for k, v := range [4]float64{c.EpisodeSe(), c.EpisodePP(), printedPercent(se), printedPercent(pp)} {
			if !math.IsNaN(v) {
				average[k] += v
				n[k]++
			}
		}
		printed, longer := printedPercent(pp), testTime
		if refTime > testTime {
			printed, longer = printedPercent(se), refTime
		}
		if !math.IsNaN(printed) {
			overlap = int64(float64(overlap) + float64(printed/100*float64(longer)))
		}
	}
	b.WriteString(strings.Repeat("_", 72) + "\n")
	fmt.Fprintf(&b, "Sum    %4d %4d %4d %4d%31s   %s\n%-27s", sum.TPs, sum.FN, sum.TPp, sum.FP, clockTime(ref), clockTime(test), "Gross")
	for _, v := range [4]float64{sum.EpisodeSe(), sum.EpisodePP(), percent(overlap, ref), percent(overlap, test)} {
		b.WriteString(roundedPercent(v))
	}
	fmt.Fprintf(&b, "\n%-27s", "Average")
	for k, v := range average {
		b.WriteString(roundedPercent(v / float64(n[k])))
	}
	fmt.Fprintf(&b, "\n\nSummary of results from %d records\n", len(t.Records))
	return b.WriteTo(w)
}

// printedPercent is a percentage as it stands in the table.
func printedPercent(s string) float64 {
	if s == noPercent {
		return math.NaN()
	}
	var v float64
	fmt.Sscan(s, &v)
	return v
}
