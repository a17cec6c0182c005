package main

import (
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// What a candidate is, by the reference.
type truth struct {
	beat   bool
	weight float32 // 0: nothing is taught here
}

// labelled is a version of a record with the truth of each of its candidates.
type labelled struct {
	strip
	at     []int64
	truths []truth
}

// label finds the candidates of a strip, which do not depend on decisions, and
// what each is: for a beat the one with the most evidence within 70 ms, else the
// nearest within 140 ms; others that near are taught with little weight.
func label(s strip) (labelled, error) {
	l := labelled{strip: s}
	var e2 []float64
	_, err := detectAll([][]float32{s.x}, silent(), func(c *detect.QRSCandidate) {
		l.at = append(l.at, c.At)
		e2 = append(e2, c.E2)
		c.Accept = false
	})
	if err != nil {
		return l, err
	}
	l.truths = make([]truth, len(l.at))
	for i := range l.truths {
		l.truths[i].weight = 1
	}
	const near, far, beside = augmentRate * 70 / 1000, augmentRate * 140 / 1000, augmentRate * 80 / 1000
	lo := 0
	for _, b := range s.beats {
		for lo < len(l.at) && l.at[lo] < b-far {
			lo++
		}
		best, nearest := -1, -1
		for i := lo; i < len(l.at) && l.at[i] <= b+far; i++ {
			d := distance(l.at[i], b)
			if d <= near && (best < 0 || e2[i] > e2[best]) {
				best = i
			}
			if nearest < 0 || d < distance(l.at[nearest], b) {
				nearest = i
			}
			if d <= beside {
				l.truths[i].weight = 0.3
			}
		}
		if best < 0 {
			best = nearest
		}
		if best >= 0 {
			l.truths[best] = truth{true, 1}
		}
	}
	for _, f := range s.free {
		for i, at := range l.at {
			if at >= f.from && at < f.to {
				l.truths[i].weight = 0
			}
		}
	}
	return l, nil
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

// detectAll runs the detector over leads of one length.
func detectAll(leads [][]float32, m *detect.QRSModel, observe func(*detect.QRSCandidate)) ([]ecg.Beat, error) {
	q, err := detect.NewQRS(detect.QRSConfig{Rate: augmentRate, Leads: len(leads), Model: m, Observe: observe})
	if err != nil {
		return nil, err
	}
	frames := make([]float64, 0, len(leads)*len(leads[0]))
	for i := range leads[0] {
		for _, x := range leads {
			frames = append(frames, float64(x[i]))
		}
	}
	return q.Flush(q.Append(nil, frames)), nil
}

// guided collects rows while the truth, with errors, makes the decisions.
func (l *labelled) guided(rows *[2]mlp.Rows, share float64, rng *rand.Rand) error {
	i := 0
	_, err := detectAll([][]float32{l.x}, silent(), func(c *detect.QRSCandidate) {
		t := l.truths[i]
		i++
		if len(c.Inputs[0]) == 0 {
			return
		}
		if t.weight > 0 && rng.Float64() < share {
			addRow(rows, c, t, t.weight)
		}
		c.Accept = t.beat
		switch {
		case t.beat:
			c.Accept = rng.Float64() >= 0.02
		case rng.Float64() < 0.01:
			c.Accept = true
		}
	})
	return err
}

// alone collects rows while the detector decides by itself: all where it is not
// sure or wrong, a share of the easy ones with the weight that makes up for it.
func (l *labelled) alone(rows *[2]mlp.Rows, m *detect.QRSModel, easy float64, rng *rand.Rand) error {
	i := 0
	_, err := detectAll([][]float32{l.x}, m, func(c *detect.QRSCandidate) {
		t := l.truths[i]
		i++
		if len(c.Inputs[0]) == 0 {
			return
		}
		c.Accept = c.Odds[0] >= 0
		if t.weight == 0 {
			return
		}
		p := 1 / (1 + math.Exp(-c.Odds[0]))
		want := 0.0
		if t.beat {
			want = 1
		}
		switch {
		case math.Abs(p-want) >= 0.02:
			addRow(rows, c, t, t.weight)
		case rng.Float64() < easy:
			addRow(rows, c, t, min(3, float32(1/easy))*t.weight)
		}
	})
	return err
}

func addRow(rows *[2]mlp.Rows, c *detect.QRSCandidate, t truth, weight float32) {
	y := float32(0)
	if t.beat {
		y = 1
	}
	for look := range rows {
		rows[look].Append(c.Inputs[look], y, weight)
	}
}
