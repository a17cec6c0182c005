package bench

import (
	"errors"

	"github.com/sinus-ecg/sinus/wfdb"
)

// RunMatrix counts runs of ectopic beats: rows are the length in the reference,
// columns that in the test annotations. 6 stands for six and more beats, and for
// fibrillation.
type RunMatrix [7][7]int

// RunComparison is the result of one kind of runs in one record: Se has those of
// the reference and how long the test annotator's longest run in their place is,
// PP those of the test annotator and how long that of the reference is.
type RunComparison struct{ Se, PP RunMatrix }

// Runs is the result for one record: ventricular runs with ventricular
// fibrillation and flutter, supraventricular ones with atrial fibrillation and
// flutter.
type Runs struct{ VE, SVE RunComparison }

// ErrNoAnnotations is the error for a test period that one annotator has nothing
// in and nothing decisive before.
var ErrNoAnnotations = errors.New("bench: no annotations in the test period")

// CompareRuns compares test with reference annotations run by run as rxr 10.7.0
// does, with its habits: fibrillation that begins within a run does not lengthen
// it, a run that is open at Config.End is not counted, and a pass begins with
// what the one before left. An error for one kind leaves that of the kinds
// before it (VE, then SVE) good. Of c it takes Start, End and Window.
func CompareRuns(ref, test []wfdb.Annotation, c Config) (Runs, error) {
	if c.End > 0 && c.End < c.Start {
		return Runs{}, ErrPeriod
	}
	var result Runs
	r, t := &runReader{ann: ref}, &runReader{ann: test}
	for _, kind := range []struct {
		runKind
		to *RunComparison
	}{{ventricular, &result.VE}, {supraventricular, &result.SVE}} {
		for pass, to := range []*RunMatrix{&kind.to.Se, &kind.to.PP} {
			r.rewind()
			t.rewind()
			p := runPass{runKind: kind.runKind, config: c, a: r, b: t}
			if pass == 1 {
				p.a, p.b = t, r
			}
			p.count = func(a, b int) {
				if pass == 0 {
					to[a][b]++
				} else {
					to[b][a]++
				}
			}
			if !p.run() {
				return result, ErrNoAnnotations
			}
		}
	}
	return result, nil
}

// longRun is the length that stands for all longer ones.
const longRun = 6

// runPass goes through the runs that annotator a defines.
type runPass struct {
	runKind
	config Config
	a, b   *runReader
	count  func(a, b int) // a run with its lengths

	// until is where an episode of b ends that has been read: -1: nowhere.
	until int64
}

// run returns false if there is nothing to go through.
func (p *runPass) run() bool {
	a, c := p.a, p.config
	run := -1
	for {
		if !a.read() {
			if run < 0 {
				return false
			}
			break
		}
		if a.cur.Time >= c.Start {
			break
		}
		switch l := a.label(); {
		case l == p.on:
			run = longRun
		case l == vfEnd || l == afEnd:
			run = 0
		}
	}
	run = max(run, 0)
	var from, to int64
	if run > 0 {
		from, to = c.Start-c.Window, c.Start+c.Window
	}
	for {
		l, t := a.label(), a.cur.Time
		switch {
		case run == 0 && p.mine[l]:
			run, from, to = 1, t-c.Window, t+c.Window
		case run == 0 && l == p.on:
			run, from = longRun, t-c.Window // to stays: it is that of the run before
		case run == 0:
		case p.breaks[l]:
			p.count(run, p.longest(from, to))
			run = 0
		case p.mine[l]:
			run, to = min(longRun, run+1), t+c.Window
		case l == p.off:
			to = t + c.Window
		}
		if !a.read() {
			if run == 0 {
				return true
			}
			a.cur.Code = wfdb.Unclassifiable // it ends the run
		}
		if c.End > 0 && a.cur.Time > c.End {
			return true
		}
	}
}

// longest is the length of b's longest run from t0 to t1. b only goes forward.
func (p *runPass) longest(t0, t1 int64) int {
	b := p.b
	switch {
	case p.until < 0 || p.until > t0:
		return longRun
	case b.cur.Time == atEnd:
		return 0
	}
	for b.cur.Time < t0 {
		if b.label() == p.on {
			if !p.episode() {
				return longRun
			}
			if b.cur.Time > t0 {
				p.until = b.cur.Time
				return longRun
			}
		}
		if !b.read() {
			b.cur.Time = atEnd
			return 0
		}
	}
	best, n := 0, 0
	for b.cur.Time <= t1 {
		switch l := b.label(); {
		case p.mine[l]:
			n = min(longRun, n+1)
		case l == p.on:
			if p.episode() {
				p.until = b.cur.Time
			}
			return longRun
		case p.breaks[l] || l == p.other:
			best, n = max(best, n), 0
		}
		if !b.read() {
			b.cur.Time = atEnd
			break
		}
	}
	return max(best, n)
}

// episode reads b to the end of the episode that begins here. Without one it
// returns false, and the episode lasts for ever.
func (p *runPass) episode() bool {
	for p.b.read() {
		if l := p.b.label(); l == p.off || l == p.other || l == unreadable {
			return true
		}
	}
	p.until = -1
	return false
}
