package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/mjibson/go-dsp/spectral"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/filter"
	"github.com/sinus-ecg/sinus/wfdb"
)

var presets = []filter.Preset{filter.Monitoring, filter.Diagnostic, filter.STSafe}

// noise is one of them, in mV.
type noise struct {
	name string
	rate float64
	x    []float64
}

// titles of the records of nstdb.
var titles = []struct{ record, title string }{
	{"bw", "baseline wander"}, {"em", "electrode motion"}, {"ma", "muscle noise"},
}

// read reads the noises from a folder, or makes some where there is none.
func read(folder string, lead int) ([]noise, error) {
	var all []noise
	for i, t := range titles {
		if folder == "" {
			all = append(all, noise{t.record, syntheticRate, synthetic(i)})
			continue
		}
		n, err := record(folder, t.record, lead)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func record(folder, name string, lead int) (noise, error) {
	r, err := wfdb.Open(os.DirFS(folder), name)
	if err != nil {
		return noise{}, err
	}
	defer r.Close()
	if n := len(r.Format().Leads); lead >= n {
		return noise{}, fmt.Errorf("%s has %d leads, no lead %d", name, n, lead)
	}
	one, err := ecg.SelectLeads(r, lead)
	if err != nil {
		return noise{}, err
	}
	x, err := ecg.ReadAll(ecg.Reader[float64](one))
	if err != nil {
		return noise{}, err
	}
	if len(x) < segment {
		return noise{}, fmt.Errorf("%s: %d samples, want at least %d", name, len(x), segment)
	}
	return noise{name, r.Format().Rate, x}, nil
}

const (
	syntheticRate    = 360    // Hz, that of nstdb
	syntheticSeconds = 5 * 60 // s
)

// synthetic makes the like of a noise: a slow random walk, steps that decay, or
// white noise that swells and is high-passed.
func synthetic(kind int) []float64 {
	r := rand.New(rand.NewPCG(15, uint64(kind)))
	x := make([]float64, syntheticRate*syntheticSeconds)
	slow, fast, last, level := 0.0, 0.0, 0.0, 0.0
	for i := range x {
		t := float64(i) / syntheticRate
		switch kind {
		case 0: // a walk that is held back within seconds, without edges
			slow += (0.05*r.NormFloat64() - slow/3) / math.Sqrt(syntheticRate)
			fast += (slow - fast) * 2 * math.Pi * 0.5 / syntheticRate
			x[i] = fast + 0.05*math.Sin(2*math.Pi*0.25*t)
		case 1: // a step every two seconds, gone in half a second
			if r.IntN(2*syntheticRate) == 0 {
				level += r.NormFloat64()
			}
			level -= level * 2 / syntheticRate
			fast += (level - fast) * 2 * math.Pi * 15 / syntheticRate
			x[i] = fast
		default: // first difference, louder and softer
			w := r.NormFloat64()
			x[i] = 0.03 * (w - 0.8*last) * (1 + math.Sin(2*math.Pi*t/7))
			last = w
		}
	}
	return x
}

// settle is left out at the start, in seconds: a filter from 0.05 Hz on takes
// that long to forget the first sample.
const settle = 20

// segment is the length of Welch's segments in samples: 0.02 Hz at 360 Hz.
const segment = 1 << 14

// line is one spectrum.
type line struct {
	name    string
	rms     float64   // mV
	hz      []float64 // above 0
	density []float64 // mV²/Hz
}

type panel struct {
	title string
	lines []line
}

// analyse makes the spectra of a noise, before and after each preset.
func analyse(n noise) (panel, error) {
	p := panel{title: n.name}
	for _, t := range titles {
		if t.record == n.name {
			p.title = t.title + " (" + n.name + ")"
		}
	}
	p.lines = append(p.lines, spectrum("before", n.rate, n.x))
	for _, preset := range presets {
		c, err := preset.Cascade(n.rate, 1)
		if err != nil {
			return panel{}, err
		}
		p.lines = append(p.lines, spectrum(preset.String(), n.rate, c.Append(nil, n.x)))
	}
	return p, nil
}

// spectrum measures a signal; missing samples count as the one before.
func spectrum(name string, rate float64, x []float64) line {
	x = append([]float64(nil), x[min(len(x)-segment, int(settle*rate)):]...)
	last, mean := 0.0, 0.0
	for i, v := range x {
		if math.IsNaN(v) {
			x[i] = last
		}
		last = x[i]
		mean += last / float64(len(x))
	}
	l := line{name: name}
	for i := range x {
		x[i] -= mean
		l.rms += x[i] * x[i] / float64(len(x))
	}
	l.rms = math.Sqrt(l.rms)
	density, hz := spectral.Pwelch(x, rate, &spectral.PwelchOptions{NFFT: segment, Noverlap: segment / 2})
	l.hz, l.density = hz[1:], density[1:]
	return l
}
