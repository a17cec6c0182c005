package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/sinus-ecg/sinus/features"
)

// window is a line of -json.
type window struct {
	Rate float64 // Hz, of Start, End and Known
	features.Window
}

// writeSliding prints one line per window: every index as JSON or CSV, the
// usual ones as text.
func writeSliding(o options, rate float64, windows []features.Window, w io.Writer) error {
	switch {
	case o.json:
		e := json.NewEncoder(w)
		for _, v := range windows {
			if err := e.Encode(window{rate, v}); err != nil {
				return err
			}
		}
		return nil
	case o.csv:
		return slidingCSV(rate, windows, w)
	}
	fmt.Fprintf(w, "%8s %5s %6s %7s %7s %8s %8s %7s %7s %7s\n",
		"end s", "NN %", "HR/min", "SDNN ms", "RMSSD", "LF ms2", "HF ms2", "LF/HF", "SampEn", "alpha1")
	for _, v := range windows {
		fmt.Fprintf(w, "%8.1f %5.1f %6s %7s %7s %8s %8s %7s %7s %7s\n", float64(v.End)/rate, 100*v.Coverage,
			fixed(v.Time.HR, 1), fixed(v.Time.SDNN, 2), fixed(v.Time.RMSSD, 2), fixed(v.Welch.LF, 1), fixed(v.Welch.HF, 1),
			fixed(v.Welch.LFHF, 3), fixed(v.Entropy.SampEn, 3), fixed(v.DFA.Alpha1, 3))
	}
	return nil
}

func slidingCSV(rate float64, windows []features.Window, w io.Writer) error {
	c := csv.NewWriter(w)
	var entries []features.Entry
	for i, v := range windows {
		entries = v.Entries(entries[:0])
		row := []string{"end_s", "coverage", "intervals", "corrected"}
		if i == 0 {
			for _, e := range entries {
				name := e.Name
				if e.Group == "welch" || e.Group == "lomb" || e.Group == "burg" {
					name = e.Group + "_" + name
				}
				row = append(row, name)
			}
			c.Write(row)
		}
		row = append(row[:0], number(features.Index{Value: float64(v.End) / rate}), number(features.Index{Value: v.Coverage}),
			strconv.Itoa(v.Intervals), strconv.Itoa(v.Corrected))
		for _, e := range entries {
			row = append(row, number(e.Index))
		}
		c.Write(row)
	}
	c.Flush()
	return c.Error()
}

// fixed is the number with n decimals, or a dash.
func fixed(x features.Index, n int) string {
	if x.Why != features.OK {
		return "-"
	}
	return strconv.FormatFloat(x.Value, 'f', n, 64)
}
