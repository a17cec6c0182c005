package main

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// Rows of the quality model: seconds of records as they are and spoilt.

// qualityVersions are the ways in which a lead is spoilt.
var qualityVersions = []struct {
	name  string
	spoil func(s *strip, n *noises, rng *rand.Rand)
}{
	{"as it is", func(*strip, *noises, *rand.Rand) {}},
	{"noise, 24 to -6 dB", func(s *strip, n *noises, rng *rand.Rand) { s.noise(n, rng, -6, 24, 0.7) }},
	{"noise, 12 to -6 dB", func(s *strip, n *noises, rng *rand.Rand) { s.noise(n, rng, -6, 12, 0.7) }},
	{"mains, noise", func(s *strip, n *noises, rng *rand.Rand) { s.mains(rng); s.noise(n, rng, 0, 24, 0.4) }},
	{"faults, noise", func(s *strip, n *noises, rng *rand.Rand) { s.noise(n, rng, 0, 24, 0.4); s.faults(rng) }},
}

// faults makes stretches of 2 to 20 s flat, clipped, or jumping between rails.
func (s *strip) faults(rng *rand.Rand) {
	height := heightOf(s.x, s.beats)
	for at := 0; at < len(s.x); {
		length := int((2 + 18*rng.Float64()) * augmentRate)
		part := s.x[at:min(len(s.x), at+length)]
		at += length
		switch rng.IntN(8) {
		case 0: // flat, with the noise of an amplifier or without
			line, noise := part[0], 0.003*float64(rng.IntN(2))
			for i := range part {
				part[i] = line + float32(noise*rng.NormFloat64())
			}
		case 1: // clipped
			rail := float32(height * (0.1 + 0.6*rng.Float64()))
			for i, v := range part {
				part[i] = min(rail, max(-rail, v))
			}
		case 2: // an electrode that comes and goes
			rail := float32(3 * height)
			for i := range part {
				if rng.Float64() < 0.005 {
					rail = -rail
				}
				part[i] = rail
			}
		}
	}
}

// collect makes the rows of all records.
func (t *qualityTrainer) collect(ctx context.Context) error {
	jobs := 2 * len(qualityVersions)
	parts := make([][]qualityRow, len(t.sources)*jobs)
	err := parallel(len(parts), func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, v, lead := i/jobs, i%jobs/2, i%2
		s := &t.sources[r]
		st := strip{slices.Clone(s.leads[lead]), s.beats, s.free}
		qualityVersions[v].spoil(&st, &t.noise, rand.New(rand.NewPCG(uint64(r), uint64(i%jobs))))
		var err error
		parts[i], err = qualityRows(&st, v)
		return err
	})
	t.rows = make([][]qualityRow, len(t.sources))
	for i, p := range parts {
		t.rows[i/jobs] = append(t.rows[i/jobs], p...)
	}
	return err
}

// qualityRows are the seconds of a lead in which something can be taught.
func qualityRows(s *strip, version int) ([]qualityRow, error) {
	x := make([]float64, len(s.x))
	for i, v := range s.x {
		x[i] = float64(v)
	}
	stage, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: augmentRate})
	if err != nil {
		return nil, err
	}
	detector, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: augmentRate})
	if err != nil {
		return nil, err
	}
	wrong := beatErrors(s.beats, detector.Flush(detector.Append(nil, x)))
	var rows []qualityRow
	for _, q := range stage.Append(nil, x) {
		from, to := q.Start-augmentRate, q.End+augmentRate
		if slices.ContainsFunc(s.free, func(p span) bool { return p.from < to && p.to > from }) {
			continue
		}
		row := qualityRow{measures: q.Measures, flags: q.Flags, version: version}
		row.usable = !slices.ContainsFunc(wrong, func(at int64) bool { return at >= from && at < to })
		for _, v := range detect.AppendQualityTerms(nil, &q.Measures) {
			row.terms = append(row.terms, float32(v))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// beatErrors are the positions of beats that were missed or are too many: those
// without a partner within 150 ms.
func beatErrors(reference []int64, found []ecg.Beat) []int64 {
	const window = augmentRate * 15 / 100
	var wrong []int64
	i, j := 0, 0
	for i < len(reference) || j < len(found) {
		switch {
		case j == len(found) || i < len(reference) && reference[i] < found[j].At-window:
			wrong = append(wrong, reference[i])
			i++
		case i == len(reference) || found[j].At < reference[i]-window:
			wrong = append(wrong, found[j].At)
			j++
		default:
			i++
			j++
		}
	}
	return wrong
}
