package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/features"
)

// result is what -json prints.
type result struct {
	Source     string
	Rate       float64 // Hz, of the positions of the beats
	Beats      int
	Intervals  map[string]int // how many of each mark
	HRV        features.HRV
	Multiscale []features.Index // nat, scales 1 to 20, m 2, r 0.15 SDNN
	Turbulence features.HRT     // of intervals as measured
}

func analyse(ctx context.Context, o options, stdin io.Reader, stdout io.Writer) error {
	src, err := read(ctx, o, stdin)
	if err != nil {
		return err
	}
	config := features.IntervalsConfig{Rate: src.rate, Reject: o.reject}
	if o.keep {
		config.Method, config.MinRR, config.MaxRR = features.LabelsOnly, time.Millisecond, time.Minute
	}
	rr, err := through(config, src.beats)
	if err != nil {
		return err
	}
	var hrv features.Config
	hrv.Welch.SmoothnessPriors, hrv.Burg.SmoothnessPriors = o.priors, o.priors
	out := bufio.NewWriter(stdout)
	if o.sliding {
		s, err := features.NewSliding(features.SlidingConfig{Rate: src.rate, Window: o.window, Step: o.step, HRV: hrv})
		if err != nil {
			return err
		}
		windows := s.Flush(s.Append(nil, rr))
		if len(windows) == 0 {
			return fmt.Errorf("%s: shorter than a window of %v", src.name, o.window)
		}
		if err := writeSliding(o, src.rate, windows, out); err != nil {
			return err
		}
		return out.Flush()
	}
	a, err := features.NewAnalyzer(hrv)
	if err != nil {
		return err
	}
	series := features.FromIntervals(rr, src.rate)
	r := result{Source: src.name, Rate: src.rate, Beats: len(src.beats), Intervals: map[string]int{}, HRV: a.Analyze(series)}
	for _, v := range rr {
		r.Intervals[v.Mark.String()]++
	}
	r.Multiscale = features.MultiscaleEntropy(nil, series.RR, 20, 2, 0.15*r.HRV.Time.SDNN.Value)
	measured, err := through(features.IntervalsConfig{Rate: src.rate, Method: features.LabelsOnly}, src.beats)
	if err != nil {
		return err
	}
	r.Turbulence = features.Turbulence(measured, src.rate)
	if err := write(o, r, out); err != nil {
		return err
	}
	return out.Flush()
}

func through(c features.IntervalsConfig, beats []ecg.Beat) ([]ecg.Interval, error) {
	s, err := features.NewIntervals(c)
	if err != nil {
		return nil, err
	}
	return s.Flush(s.Append(nil, beats)), nil
}

func write(o options, r result, w io.Writer) error {
	switch {
	case o.json:
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	case o.csv:
		c := csv.NewWriter(w)
		c.Write([]string{"group", "name", "value", "unit", "reason"})
		for _, e := range entries(r) {
			c.Write([]string{e.Group, e.Name, number(e.Index), e.Unit, reason(e.Index)})
		}
		c.Flush()
		return c.Error()
	}
	fmt.Fprintf(w, "%s: %d beats", r.Source, r.Beats)
	for m := ecg.Kept; m <= ecg.Merged; m++ {
		if n := r.Intervals[m.String()]; n > 0 {
			fmt.Fprintf(w, ", %d %s", n, m)
		}
	}
	group := ""
	for _, e := range entries(r) {
		if e.Group != group {
			group = e.Group
			fmt.Fprintf(w, "\n\n%s", heading(r, group))
		}
		if e.Why != features.OK {
			fmt.Fprintf(w, "\n  %-20s %12s  (%v)", e.Name, "-", e.Why)
			continue
		}
		fmt.Fprintf(w, "\n  %-20s %12s  %s", e.Name, strconv.FormatFloat(e.Value, 'f', decimals(e.Value), 64), e.Unit)
	}
	_, err := fmt.Fprintln(w)
	return err
}

// heading says the settings of a group.
func heading(r result, group string) string {
	s := func(name string, s features.Spectrum) string {
		c := s.Settings
		text := name + ": "
		switch c.Method {
		case features.LombMethod:
			return text + fmt.Sprintf("of the intervals as they are, %d, step %.3g mHz", s.Samples, 1000*s.Step)
		case features.BurgMethod:
			text += fmt.Sprintf("order %d, ", s.Order)
		default:
			text += fmt.Sprintf("%d segments of %v, overlap %v, ", s.Segments, c.Segment, c.Overlap)
		}
		text += fmt.Sprintf("spline at %v Hz, NFFT %d", c.Resample, c.NFFT)
		if c.SmoothnessPriors > 0 {
			text += fmt.Sprintf(", smoothness priors %v", c.SmoothnessPriors)
		}
		return text
	}
	switch group {
	case "time":
		return "Time domain"
	case "welch":
		return s("Welch", r.HRV.Welch)
	case "lomb":
		return s("Lomb", r.HRV.Lomb)
	case "burg":
		return s("Burg", r.HRV.Burg)
	case "nonlinear":
		c := r.HRV.Settings
		return fmt.Sprintf("Non-linear: entropies m %d, r %v SDNN", c.Pattern, c.Tolerance)
	case "multiscale":
		return "Multiscale sample entropy: m 2, r 0.15 SDNN"
	}
	return fmt.Sprintf("Heart-rate turbulence: %d premature beats", r.Turbulence.Beats)
}

// entries are all indices of the result.
func entries(r result) []features.Entry {
	e := r.HRV.Entries(nil)
	e = append(e,
		features.Entry{Group: "turbulence", Name: "turbulence_onset", Unit: "%", Index: r.Turbulence.Onset},
		features.Entry{Group: "turbulence", Name: "turbulence_slope", Unit: "ms", Index: r.Turbulence.Slope})
	for i, x := range r.Multiscale {
		e = append(e, features.Entry{Group: "multiscale", Name: "mse_" + strconv.Itoa(i+1), Unit: "nat", Index: x})
	}
	return e
}

// decimals are those that leave about six digits.
func decimals(v float64) int {
	n := 4
	for v = max(v, -v); v >= 10 && n > 0; v /= 10 {
		n--
	}
	if v == float64(int64(v)) && n == 4 {
		return 0
	}
	return n
}

func number(x features.Index) string {
	if x.Why != features.OK {
		return ""
	}
	return strconv.FormatFloat(x.Value, 'g', -1, 64)
}

func reason(x features.Index) string {
	if x.Why == features.OK {
		return ""
	}
	return x.Why.String()
}
