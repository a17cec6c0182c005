package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// Fine fibrillation: that of the records, made smaller, behind what the lead has
// shown before.

// vfFineLevels are those that it is brought to, mV rms without the wandering line; 0: as it
// is. A tenth of a millivolt from peak to peak, below which it is called asystole, is
// about 0.025.
var vfFineLevels = []float64{0, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.035, 0.025}

// vfFineNoise does not shrink with it, mV rms: that of the still lines of vfdb.
const vfFineNoise = 0.01

// vfTaughtFine are the levels that teach.
var vfTaughtFine = []float64{0.12, 0.06}

// vfFineScore is how one level did.
type vfFineScore struct {
	windows, called, low, still, lost int
	episodes, found, asystole         int
	delays                            []float64
}

type vfFine []vfFineScore

// add runs a model over each episode of 10 s and more, at each level, each lead alone.
func (f vfFine) add(r *vfRecord, m *detect.VFModel) error {
	if slices.Contains(doubtful, r.name) {
		return nil
	}
	for _, x := range r.leads {
		for _, e := range r.longEpisodes() {
			for i, level := range vfFineLevels {
				if err := f[i].add(r, x, e, level, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// longEpisodes are those of 10 s and more, gaps under 4 s in them.
func (r *vfRecord) longEpisodes() []vfSpan {
	return slices.DeleteFunc(r.episodes(4), func(e vfSpan) bool { return float64(e.to-e.from) < 10*r.rate })
}

// teachFine makes windows of finer fibrillation, which only teach.
func (r *vfRecord) teachFine() error {
	for l, x := range r.leads {
		for _, e := range r.longEpisodes() {
			for _, level := range vfTaughtFine {
				d, err := detect.NewVFDetector(detect.VFConfig{Rate: r.rate, Model: new(detect.VFModel), Observe: func(w *detect.VFWindow) {
					from := w.End - r.window()
					if from >= e.from+int64(r.rate) && w.End <= e.to {
						r.fine = append(r.fine, vfRow{lead: l, in: slices.Clone(w.Inputs), share: r.shares(from, w.End)})
					}
				}})
				if err != nil {
					return err
				}
				d.Append(nil, finer(x, r.rate, e, level))
			}
		}
	}
	return nil
}

// finer returns the signal up to the end of an episode, and that at a level.
func finer(x []float64, rate float64, e vfSpan, level float64) []float64 {
	y := slices.Clone(x[:e.to])
	if level == 0 {
		return y
	}
	// The wandering line under it, a mean of 1 s, stays.
	half := int64(rate / 2)
	from, to := max(0, e.from-half), min(int64(len(x)), e.to+half)
	sum := make([]float64, to-from+1)
	last := 0.0
	for i, v := range x[from:to] {
		if !math.IsNaN(v) {
			last = v
		}
		sum[i+1] = sum[i] + last
	}
	wave := make([]float64, e.to-e.from)
	power := 0.0
	for i := range wave {
		at := e.from + int64(i) - from
		a, b := max(0, at-half), min(int64(len(sum))-1, at+half)
		wave[i] = x[e.from+int64(i)] - (sum[b]-sum[a])/float64(b-a)
		if !math.IsNaN(wave[i]) {
			power += wave[i] * wave[i]
		}
	}
	g := level / math.Sqrt(power/float64(len(wave)))
	unit := resolution(x)
	rng := rand.New(rand.NewPCG(uint64(e.from), 7))
	for i, w := range wave {
		at := e.from + int64(i)
		// It shrinks within a second.
		s := 1 + (g-1)*min(1, float64(i)/rate)
		y[at] = unit * math.Round((x[at]+(s-1)*w+vfFineNoise*rng.NormFloat64())/unit)
	}
	return y
}

// resolution is the smallest step of a signal.
func resolution(x []float64) float64 {
	unit := math.Inf(1)
	for i := 1; i < len(x); i++ {
		if d := math.Abs(x[i] - x[i-1]); d > 1e-7 && d < unit {
			unit = d
		}
	}
	return unit
}

func (s *vfFineScore) add(r *vfRecord, x []float64, e vfSpan, level float64, m *detect.VFModel) error {
	v, err := detect.NewVFDetector(detect.VFConfig{Rate: r.rate, Model: m, Observe: func(w *detect.VFWindow) {
		if w.End-r.window() < e.from {
			return
		}
		switch s.windows++; {
		case w.Lost:
			s.lost++
		case w.Low:
			s.low++
		}
		if w.Still {
			s.still++
		}
		if w.Odds > 0 {
			s.called++
		}
	}})
	if err != nil {
		return err
	}
	found, asystole := false, false
	delay := 0.0
	open := false // from before: there is no onset to find
	for _, p := range v.Append(nil, finer(x, r.rate, e, level)) {
		switch in := p.Known >= e.from; {
		case p.Rhythm == ecg.Asystole:
			asystole = asystole || in && p.State == ecg.Confirmed
		case !in:
			open = p.State == ecg.Confirmed
		case p.State == ecg.Confirmed && !found:
			found, delay = true, float64(p.Known+1-e.from)/r.rate
		}
	}
	if open {
		return nil
	}
	s.episodes++
	if found {
		s.found++
		s.delays = append(s.delays, delay)
	}
	if asystole {
		s.asystole++
	}
	return nil
}

func (f vfFine) table(w io.Writer) {
	fmt.Fprintln(w, "Episodes of 10 s and more made finer, each lead alone, without the records of doubtful marks")
	fmt.Fprintln(w, " mV rms  windows called  too quiet  still  found      delay median  90 %  asystole")
	for i := range f {
		s := &f[i]
		part := func(n int) float64 { return 100 * float64(n) / float64(s.windows-s.lost) }
		name := "as it is"
		if vfFineLevels[i] > 0 {
			name = fmt.Sprintf("%8.3f", vfFineLevels[i])
		}
		slices.Sort(s.delays)
		q := func(p float64) float64 {
			if len(s.delays) == 0 {
				return math.NaN()
			}
			return s.delays[max(0, int(math.Ceil(p*float64(len(s.delays))))-1)]
		}
		fmt.Fprintf(w, "%s  %6.2f %%       %6.2f %%  %5.1f %%  %2d of %2d  %8.1f s  %6.1f s  %2d\n", name, part(s.called), part(s.low), part(s.still), s.found, s.episodes, q(0.5), q(0.9), s.asystole)
	}
}
