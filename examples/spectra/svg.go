package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"math"
)

// svg.go: panels side by side, frequency and density in logarithmic scales.

const (
	panelWidth, panelHeight = 360, 300
	marginLeft, marginTop   = 58, 34
	marginRight, marginFoot = 14, 72

	lowest, highest = 0.02, 180.0 // Hz
	topDB, footDB   = 20.0, -120.0
	pointsPerOctave = 12

	legendLeft, legendColumn = 14, 176
)

// colours of the lines, told apart also by those who do not see red and green
// (Okabe and Ito), and dashes for print.
var (
	colours = []string{"#999999", "#0072B2", "#D55E00", "#009E73"}
	dashes  = []string{"", "", "6 3", "2 2"}
)

func atHz(hz float64) float64 {
	return marginLeft + (panelWidth-marginLeft-marginRight)*math.Log(hz/lowest)/math.Log(highest/lowest)
}

func atDB(dB float64) float64 {
	return marginTop + (panelHeight-marginTop-marginFoot)*(topDB-dB)/(topDB-footDB)
}

// svg writes the figure.
func svg(w io.Writer, panels []panel) error {
	b := bufio.NewWriter(w)
	width := panelWidth * len(panels)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", width, panelHeight, width, panelHeight)
	fmt.Fprintf(b, `<title>Spectra of noise before and after the filter presets</title>`+"\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n")
	fmt.Fprintf(b, `<clipPath id="panel"><rect x="%d" y="%d" width="%d" height="%d"/></clipPath>`+"\n", marginLeft, marginTop,
		panelWidth-marginLeft-marginRight, panelHeight-marginTop-marginFoot)
	for i, p := range panels {
		fmt.Fprintf(b, `<g transform="translate(%d 0)">`+"\n", i*panelWidth)
		axes(b, p.title)
		for k, l := range p.lines {
			curve(b, l, k)
		}
		fmt.Fprintln(b, "</g>")
	}
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

func axes(w io.Writer, title string) {
	const right, foot = panelWidth - marginRight, panelHeight - marginFoot
	fmt.Fprintf(w, `<text x="%d" y="18" font-size="13">%s</text>`+"\n", marginLeft, html.EscapeString(title))
	for _, hz := range []float64{0.05, 0.67, 5, 40, 150} {
		x := atHz(hz)
		fmt.Fprintf(w, `<path d="M%.1f %d V%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%v</text>`+"\n", x, marginTop, foot, x, foot+14, hz)
	}
	for dB := footDB; dB <= topDB; dB += 20 {
		y := atDB(dB)
		fmt.Fprintf(w, `<path d="M%d %.1f H%d" stroke="#eee"/><text x="%d" y="%.1f" text-anchor="end">%v</text>`+"\n", marginLeft, y, right, marginLeft-5, y+4, dB)
	}
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#333"/>`+"\n", marginLeft, marginTop, right-marginLeft, foot-marginTop)
	fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end">Hz</text>`+"\n", right, foot+28)
	fmt.Fprintf(w, `<text transform="translate(14 %d) rotate(-90)" text-anchor="middle">dB (1 mV²/Hz)</text>`+"\n", (marginTop+foot)/2)
}

// curve draws a spectrum, the mean of its bins in steps of a twelfth of an octave
// where these are narrower, and its entry in the legend.
func curve(w io.Writer, l line, k int) {
	style := fmt.Sprintf(`stroke="%s" stroke-dasharray="%s" stroke-width="1.5" fill="none"`, colours[k], dashes[k])
	fmt.Fprintf(w, `<path %s clip-path="url(#panel)" d="`, style)
	command := "M"
	for i := 0; i < len(l.hz); {
		sum, hz, n := 0.0, 0.0, 0.0
		for end := l.hz[i] * math.Pow(2, 1.0/pointsPerOctave); i < len(l.hz) && (n == 0 || l.hz[i] < end); i++ {
			sum, hz, n = sum+l.density[i], hz+l.hz[i], n+1
		}
		if hz /= n; hz < lowest || hz > highest {
			continue
		}
		dB := 10 * math.Log10(sum/n+1e-30)
		fmt.Fprintf(w, "%s%.1f %.1f", command, atHz(hz), atDB(dB))
		command = " L"
	}
	fmt.Fprintln(w, `"/>`)
	x, y := legendLeft+(k%2)*legendColumn, panelHeight-28+(k/2)*16
	fmt.Fprintf(w, `<path %s d="M%d %d h24"/><text x="%d" y="%d">%s, %#.3g mV</text>`+"\n", style, x, y, x+30, y+4, html.EscapeString(l.name), l.rms)
}
