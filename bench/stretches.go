package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/sinus-ecg/sinus/wfdb"
)

// Stretch is ten seconds of a record.
type Stretch struct {
	Record string
	From   int64   // first sample
	Rate   float64 // Hz
	Errors []QRSError
}

const stretchSeconds = 10

// WorstStretches returns the n stretches with the most errors, the worst first,
// none overlapping another.
func WorstStretches(list []QRSError, n int) []Stretch {
	var all []Stretch
	for i, first := range list {
		s := Stretch{first.Record, max(0, first.At-int64(first.Rate/2)), first.Rate, nil}
		for _, e := range list[i:] {
			if e.Record != s.Record || e.At >= s.From+int64(stretchSeconds*s.Rate) {
				break
			}
			s.Errors = append(s.Errors, e)
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b Stretch) int { return cmp.Compare(len(b.Errors), len(a.Errors)) })
	var worst []Stretch
	for _, s := range all {
		if len(worst) == n {
			break
		}
		if !slices.ContainsFunc(worst, func(o Stretch) bool {
			return o.Record == s.Record && distance(o.From, s.From) < int64(stretchSeconds*s.Rate)
		}) {
			worst = append(worst, s)
		}
	}
	return worst
}

// WriteStretches draws stretches of one lead below each other, each with its
// errors: a triangle below a missed beat, a cross above an extra one.
func (d Database) WriteStretches(w io.Writer, stretches []Stretch, lead string) error {
	const width, height, left, gap = 1000, 110, 10, 26
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n",
		width+2*left, len(stretches)*(height+gap)+gap)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	for i, s := range stretches {
		top := float64(gap + i*(height+gap))
		h, err := wfdb.ReadHeader(d.FS, s.Record)
		if err != nil {
			return err
		}
		whole, err := d.signal(h, s.Record, lead)
		if err != nil {
			return err
		}
		x := whole[s.From:min(int64(len(whole)), s.From+int64(stretchSeconds*s.Rate))]
		lo, hi := x[0], x[0]
		for _, v := range x {
			if v == v {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		scale := (height - 24) / max(hi-lo, 1e-3)
		fmt.Fprintf(&b, `<text x="%d" y="%.0f">%s, %.1f s, %d errors, %.1f mV from lowest to highest</text>`+"\n",
			left, top-6, s.Record, float64(s.From)/s.Rate, len(s.Errors), hi-lo)
		b.WriteString(`<polyline fill="none" stroke="black" stroke-width="0.8" points="`)
		at := func(k int64) float64 { return left + float64(k)/s.Rate*width/stretchSeconds }
		for k, v := range x {
			if v == v {
				fmt.Fprintf(&b, "%.1f,%.1f ", at(int64(k)), top+12+(hi-v)*scale)
			}
		}
		b.WriteString(`"/>` + "\n")
		for _, e := range s.Errors {
			p := at(e.At - s.From)
			if e.Missed {
				fmt.Fprintf(&b, `<path d="M%.1f %.1f l5 9 h-10 z" fill="#1f5f99"/>`+"\n", p, top+height-9)
			} else {
				fmt.Fprintf(&b, `<path d="M%.1f %.1f l8 8 m0 -8 l-8 8" stroke="#c0392b" stroke-width="2"/>`+"\n", p-4, top)
			}
		}
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}
