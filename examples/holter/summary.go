package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// summary is what a day of beats comes down to. It takes the beats one by one
// and has the same size after a minute and after a week.
type summary struct {
	clock  ecg.Clock
	frames int64
	lost   int64 // frames without a sample

	seconds, usable int64 // of which the beats can be trusted
	faults          [len(faultNames)]int64

	beats  int64
	last   ecg.Beat
	broken bool // no RR interval ends with the next beat

	rr        moments
	diff      moments // of successive RR, for RMSSD
	before    float64 // the RR before, s; 0 if there is none to compare with
	window    [rateBeats]float64
	inWindow  int
	low, high rate
	pauses    [3]pause // the longest, longest first
	nPauses   int64
	delay     []int64 // beats by Known-At in samples
}

// rateBeats is how many RR intervals a heart rate is the mean of: the custom of
// bedside monitors, so that one early beat is no maximum.
const rateBeats = 8

// pauseLimit is the shortest RR interval that is listed as a pause.
const pauseLimit = 2 * time.Second

type rate struct {
	bpm float64
	at  int64
}

type pause struct {
	seconds float64
	at      int64 // beat before
}

func newSummary(clock ecg.Clock, delay time.Duration) *summary {
	return &summary{clock: clock, delay: make([]int64, clock.Sample(delay)+2),
		low: rate{bpm: math.Inf(1)}, high: rate{bpm: math.Inf(-1)}}
}

// usableIndex is the index from which a second counts as usable: its beats are
// more likely right than not.
const usableIndex = 0.5

// faultNames are the faults of ecg.QualityFlags, in the order of their bits.
var faultNames = [...]string{"flat", "at a rail", "lead off", "noisy", "mains", "wandering"}

// second takes the quality of a second.
func (s *summary) second(q ecg.Quality) {
	s.seconds++
	if q.Index >= usableIndex {
		s.usable++
	}
	for i := range faultNames {
		if q.Flags&(1<<i) != 0 {
			s.faults[i]++
		}
	}
}

// noInterval says that the time from the last beat to the next one is no RR
// interval: signal was lost, or the ventricles fibrillated.
func (s *summary) noInterval() {
	s.broken, s.before, s.inWindow = true, 0, 0
}

func (s *summary) add(b ecg.Beat) {
	s.beats++
	s.delay[min(b.Known-b.At, int64(len(s.delay)-1))]++
	if s.beats == 1 {
		s.last, s.broken = b, false
		return
	}
	previous := s.last
	s.last = b
	if s.broken {
		s.broken = false
		return
	}
	num, den := s.clock.Rate()
	rr := (float64(b.At-previous.At) + b.Frac - previous.Frac) * float64(den) / float64(num)
	s.rr.add(rr)
	if s.before > 0 {
		s.diff.add(rr - s.before)
	}
	s.before = rr
	if rr >= pauseLimit.Seconds() {
		s.nPauses++
		p := pause{rr, previous.At}
		for i := range s.pauses {
			if p.seconds > s.pauses[i].seconds {
				s.pauses[i], p = p, s.pauses[i]
			}
		}
	}
	s.window[s.inWindow%rateBeats] = rr
	s.inWindow++
	if s.inWindow >= rateBeats {
		sum := 0.0
		for _, v := range s.window {
			sum += v
		}
		bpm := 60 * rateBeats / sum
		if bpm < s.low.bpm {
			s.low = rate{bpm, b.At}
		}
		if bpm > s.high.bpm {
			s.high = rate{bpm, b.At}
		}
	}
}

// moments are mean, spread and extremes of a stream of numbers (Welford 1962).
type moments struct {
	n                int64
	mean, m2, lo, hi float64
	sumSquares       float64
}

func (m *moments) add(v float64) {
	if m.n++; m.n == 1 {
		m.lo, m.hi = v, v
	}
	d := v - m.mean
	m.mean += d / float64(m.n)
	m.m2 += float64(d * (v - m.mean)) // float64(): no fused product
	m.sumSquares += float64(v * v)
	m.lo, m.hi = min(m.lo, v), max(m.hi, v)
}

func (m *moments) sd() float64  { return math.Sqrt(m.m2 / float64(m.n-1)) }
func (m *moments) rms() float64 { return math.Sqrt(m.sumSquares / float64(m.n)) }

// write prints the summary.
func (s *summary) write(w io.Writer) {
	line := func(name, format string, a ...any) {
		fmt.Fprintf(w, "%-16s%s\n", name, fmt.Sprintf(format, a...))
	}
	line("Duration", "%s (%d samples)", s.at(s.frames), s.frames)
	if s.lost > 0 {
		line("Signal lost", "%s (%.1f %%)", s.at(s.lost), 100*float64(s.lost)/float64(s.frames))
	}
	if s.seconds > 0 {
		share := func(n int64) float64 { return 100 * float64(n) / float64(s.seconds) }
		faults := ""
		for i, n := range s.faults {
			if n > 0 {
				faults += fmt.Sprintf(", %s %.1f %%", faultNames[i], share(n))
			}
		}
		line("Usable", "%.1f %% of the seconds%s", share(s.usable), faults)
	}
	line("Beats", "%d", s.beats)
	if s.rr.n == 0 {
		line("Heart rate", "unknown: too few beats")
	} else {
		line("Heart rate", "mean %.0f bpm", 60/s.rr.mean)
		if !math.IsInf(s.low.bpm, 0) {
			line("  lowest", "%.0f bpm at %s", s.low.bpm, s.at(s.low.at))
			line("  highest", "%.0f bpm at %s (means of %d intervals)", s.high.bpm, s.at(s.high.at), rateBeats)
		}
		line("RR interval", "mean %.0f ms, shortest %.0f, longest %.0f", 1000*s.rr.mean, 1000*s.rr.lo, 1000*s.rr.hi)
		if s.diff.n > 0 {
			line("  variability", "SD %.1f ms, RMSSD %.1f ms (all beats)", 1000*s.rr.sd(), 1000*s.diff.rms())
		}
		line("Pauses", "%d of %v or more", s.nPauses, pauseLimit)
		for _, p := range s.pauses {
			if p.seconds > 0 {
				line("", "%.2f s at %s", p.seconds, s.at(p.at))
			}
		}
	}
	if s.beats > 0 {
		line("Detection delay", "median %s, 95 %% %s, longest %s", s.quantile(0.5), s.quantile(0.95), s.quantile(1))
	}
}

// quantile of the delay from the R peak to the report of the beat.
func (s *summary) quantile(q float64) string {
	need := int64(math.Ceil(q * float64(s.beats)))
	var sum int64
	for d, n := range s.delay {
		if sum += n; sum >= need {
			return fmt.Sprintf("%.0f ms", 1000*s.clock.Offset(int64(d)).Seconds())
		}
	}
	return "?"
}

// at prints a sample as the time since the start, h:mm:ss.
func (s *summary) at(sample int64) string {
	t := s.clock.Offset(sample).Round(time.Second)
	text := fmt.Sprintf("%d:%02d:%02d", t/time.Hour, t/time.Minute%60, t/time.Second%60)
	if wall, ok := s.clock.Time(sample); ok && sample != s.frames {
		text += wall.Format(" (15:04:05)")
	}
	return strings.TrimSpace(text)
}
