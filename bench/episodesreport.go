package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
)

// WriteReport writes the report of epicmp, byte for byte.
func (c EpisodeComparison) WriteReport(w io.Writer, record, ref, test string) error {
	var b bytes.Buffer
	head := [...][2]string{AF: {"AF"}, VF: {"VF"}, ST0: {"ST", ", signal 0"}, ST1: {"ST", ", signal 1"}, ST: {"ST", ", both signals"}}[c.Kind]
	fmt.Fprintf(&b, "%s episode-by-episode comparison results for record %s%s\nReference annotator: %s\n     Test annotator: %s\n\n", head[0], record, head[1], ref, test)
	count := func(name string, a, of int) {
		fmt.Fprintf(&b, "%30s: %s (%d/%d)\n", name, percentSign(wholePercent(a, of)), a, of)
	}
	count("Episode sensitivity", c.TPs, c.TPs+c.FN)
	count("Episode positive predictivity", c.TPp, c.TPp+c.FP)
	time := func(n int64) string { return clockTime(milliseconds(n, c.Rate)) }
	share := func(name string, a, of int64) {
		fmt.Fprintf(&b, "%30s: %s (%s/%s)\n", name, percentSign(wholePercent(a, of)),
			strings.TrimLeft(time(a), " "), strings.TrimLeft(time(of), " "))
	}
	share("Duration sensitivity", c.RefFound, c.RefTime)
	share("Duration positive predictivity", c.TestRight, c.TestTime)
	fmt.Fprintf(&b, "Duration of reference episodes:  %s\n     Duration of test episodes:  %s\n", time(c.RefTime), time(c.TestTime))
	_, err := b.WriteTo(w)
	return err
}

// milliseconds converts samples as the C library does: the fraction of the
// second is rounded, halves upward.
func milliseconds(n int64, rate float64) int64 {
	t := float64(n) / rate
	whole := math.Trunc(t)
	return int64(whole)*1000 + int64(float64((t-whole)*1000)+0.5)
}

// clockTime is a time in twelve columns: hours and minutes only if there are
// any.
func clockTime(ms int64) string {
	h, m, s := ms/3600000, ms/60000%60, ms/1000%60
	switch {
	case ms == 0:
		return "       0.000"
	case h > 0:
		return fmt.Sprintf("%2d:%02d:%02d.%03d", h, m, s, ms%1000)
	}
	return fmt.Sprintf("   %2d:%02d.%03d", m, s, ms%1000)
}
