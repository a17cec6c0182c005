package bench

import (
	"errors"
	"math"

	"github.com/sinus-ecg/sinus/wfdb"
)

// Config says what part of a record is compared, and how.
type Config struct {
	Rate   float64 // frames per second of the record, Hz; 0 means 250, as for the programs
	Start  int64   // first sample of the test period
	End    int64   // its last; 0: until one of the files ends; -1: the record's length is unknown
	Window int64   // largest distance of a match, samples
	SVEB   bool    // supraventricular beats are a class of their own (-C, -L, -S of bxb)

	// Pair, if not nil, is called for each pair, as with -v.
	Pair func(Pair)
}

// EC57 returns the comparison that the standard asks for: from 5 minutes to the
// end, 150 ms, for a record of this many frames (0: unknown).
func EC57(rate float64, frames int64) Config {
	if rate == 0 {
		rate = wfdb.DefaultRate
	}
	c := Config{Rate: rate, Start: frameOf(300, rate), Window: frameOf(0.15, rate), End: frames, SVEB: true}
	if frames == 0 {
		c.End = -1
	}
	return c
}

// frameOf converts seconds to frames as strtim of the C library does.
func frameOf(seconds, rate float64) int64 { return int64(float64(seconds*rate) + 0.5) }

// ErrPeriod is the error for a test period that ends before it starts.
var ErrPeriod = errors.New("bench: the test period ends before it starts")

// Matrix counts pairs: rows are the labels of the reference (N S V F Q O X),
// columns those of the test. O and X are beats that the other side has not.
type Matrix [7][7]int

// Pair is one step of a comparison.
type Pair struct {
	Ref, Test         Label
	RefTime, TestTime int64
}

// Comparison is the result for one record.
type Comparison struct {
	Matrix     Matrix
	Intervals  int     // RR intervals compared
	SumSquares float64 // of their differences, samples^2
	Shutdown   int64   // samples given up by the test annotator
	Rate       float64 // Hz
}

// Compare compares test with reference annotations beat by beat as bxb 10.7.0
// does, with its habits: the matching is greedy and final, an RR error is taken
// also at missed and extra beats, only the last two stretches of fibrillation
// and shutdown are remembered, a test beat at sample 0 is lost when Start is 0.
// Both lists are in the order of their files.
func Compare(ref, test []wfdb.Annotation, c Config) (Comparison, error) {
	if c.Rate == 0 {
		c.Rate = wfdb.DefaultRate
	}
	if c.End > 0 && c.End < c.Start {
		return Comparison{}, ErrPeriod
	}
	m := matcher{config: c, r: newStream(ref, false, c), t: newStream(test, true, c)}
	m.result.Rate = c.Rate
	m.start()
	for m.more() {
		m.step()
	}
	m.result.Shutdown = m.t.tally
	return m.result, nil
}

type matcher struct {
	config Config
	r, t   *stream
	result Comparison
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

// start brings both streams to the test period and decides whether the test
// beat just before it belongs to the first reference beat.
func (m *matcher) start() {
	r, t, start := m.r, m.t, m.config.Start
	for r.get(); r.t < start; {
		r.get()
	}
	for t.get(); t.t1 < start; {
		t.get()
	}
	if d := r.t - t.t; d < distance(r.t, t.t1) && d <= m.config.Window {
		if r.label != noLabel || t.label != noLabel {
			m.pair(r.label, t.label)
		}
		r.get()
		t.get()
		return
	}
	t.get()
	// A test beat just after start whose partner lies before it is dropped.
	if t.t-start <= m.config.Window && distance(r.t, t.t1) < distance(r.t, t.t) {
		t.get()
	}
}

func (m *matcher) more() bool {
	switch end := m.config.End; {
	case end > 0:
		return m.r.t <= end || m.t.t <= end
	case end == 0:
		return m.r.t != never && m.t.t != never
	}
	return m.r.t != never
}

// step matches the earlier of the two current beats, or finds it unmatched.
func (m *matcher) step() {
	r, t := m.r, m.t
	if t.t < r.t {
		d := r.t - t.t
		if d <= m.config.Window && (d < distance(r.t, t.t1) || distance(r.t1, t.t1) < distance(r.t, t.t1)) {
			m.pair(r.label, t.label)
			r.get()
		} else {
			m.pair(m.extra(t.t), t.label)
		}
		t.get()
		return
	}
	d := t.t - r.t
	if d <= m.config.Window && (d < distance(t.t, r.t1) || distance(t.t1, r.t1) < distance(t.t, r.t1)) {
		m.pair(r.label, t.label)
		t.get()
	} else {
		m.pair(r.label, m.missed(r.t))
	}
	r.get()
}

// extra is the reference label for a test beat without a partner.
func (m *matcher) extra(t int64) Label {
	switch r := m.r; {
	case r.vf.holds(t) || r.vf2.held(t):
		return star
	case r.off.holds(t) || r.off2.held(t):
		return X
	}
	return O
}

// missed is the test label for a reference beat without a partner.
func (m *matcher) missed(t int64) Label {
	if m.t.off.holds(t) || m.t.off2.held(t) {
		return X
	}
	return O
}

func (m *matcher) pair(ref, test Label) {
	if ref <= Q && test <= X || (ref == O || ref == X) && test <= Q {
		m.result.Matrix[ref][test]++
	}
	if m.r.rr > 0 && m.t.rr > 0 {
		m.result.Intervals++
		d := float64(m.r.rr - m.t.rr)
		m.result.SumSquares += float64(d * d)
	}
	if m.config.Pair != nil {
		p := Pair{ref, test, m.r.t, m.t.t}
		switch {
		case ref == O || ref == X:
			p.RefTime = m.t.t
		case test == O || test == X:
			p.TestTime = m.r.t
		}
		m.config.Pair(p)
	}
}

// RMSError returns the root mean square difference of the RR intervals in ms,
// NaN if none were compared.
func (c Comparison) RMSError() float64 {
	if c.Intervals == 0 {
		return math.NaN()
	}
	return math.Sqrt(c.SumSquares/float64(c.Intervals)) * 1000 / math.Trunc(c.Rate+0.5)
}

// ShutdownSeconds returns the time that the test annotator gave up, s.
func (c Comparison) ShutdownSeconds() int64 {
	return (int64(float64(0.5*c.Rate)+0.5) + c.Shutdown) / int64(c.Rate+0.5)
}
