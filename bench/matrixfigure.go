package bench

import (
	"bytes"
	"fmt"
	"io"
	"text/template"
)

// WriteSVG draws the matrix: one row per class of the reference, one column per
// class of the test, o and O for missed and extra beats. The darker a cell, the
// larger its share of the row.
func (m *Matrix) WriteSVG(w io.Writer, title string) error {
	const cell, left, top = 72, 60, 64
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="14" text-anchor="middle">`+"\n",
		left+6*cell+12, top+6*cell/2+16)
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%d" y="22" font-size="15">`, left+3*cell)
	template.HTMLEscape(&b, []byte(title))
	b.WriteString("</text>\n")
	// Missed beats in shutdown are missed too, as in the tables.
	count := func(r, c int) int {
		rows, columns := []Label{Label(r)}, []Label{Label(c)}
		if r == int(O) {
			rows = noBeats
		}
		if c == int(O) {
			columns = noBeats
		}
		return m.sum(rows, columns)
	}
	for r := range 6 {
		y := top + r*cell/2
		fmt.Fprintf(&b, `<text x="%d" y="%d">%v</text>`+"\n", left/2, y+23, Label(r))
		fmt.Fprintf(&b, `<text x="%d" y="%d">%c</text>`+"\n", left+r*cell+cell/2, top-10, "nsvfqo"[r])
		total := 0
		for c := range 6 {
			total += count(r, c)
		}
		for c := range 6 {
			if r == int(O) && c == int(O) {
				continue // what neither side has
			}
			n, share := count(r, c), 0.0
			if total > 0 {
				share = float64(n) / float64(total)
			}
			ink := "black"
			if share > 0.6 {
				ink = "white"
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#1f5f99" fill-opacity="%.3f" stroke="#bbb"/>`+"\n",
				left+c*cell, y, cell, cell/2, share)
			fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%d</text>`+"\n", left+c*cell+cell/2, y+23, ink, n)
		}
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}
