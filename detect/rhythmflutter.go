package detect

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg"
)

// Atrial flutter whose conduction changes makes intervals that are two, three or
// four waves long. Fibrillation has any length: that ten intervals in a row fit a
// wave by chance happens once in a million times. Two lengths alone would also be
// those of bigeminy or block.
const (
	flutterBeats = 10
	flutterKept  = 8     // of them, for flutter to go on
	flutterLeast = 0.17  // s, a wave: 350/min
	flutterMost  = 0.30  // 200/min
	flutterFit   = 0.012 // s, by which an interval may miss
	flutterWaves = 5     // to a beat, at most
)

// flutters reports whether the newest intervals are multiples of a flutter wave,
// of three different numbers, and where the first of them begins.
func (r *RhythmRules) flutters() (start int64, ok bool) {
	s := &r.s
	if s.fresh <= flutterBeats {
		return 0, false
	}
	need := flutterBeats
	if s.rhythm == ecg.AtrialFlutter {
		need = flutterKept
	}
	shortest := math.Inf(1)
	for i := range flutterBeats {
		if rr := s.beats[i].rr; rr >= 2*flutterLeast {
			shortest = min(shortest, rr)
		}
	}
	wave := shortest / 2
	if s.rhythm == ecg.AtrialFlutter {
		wave = s.wave // the shortest one may be of three by now
	}
	if !(wave <= flutterMost) {
		return 0, false
	}
	sum, waves := 0.0, 0.0
	for i := range flutterBeats {
		if n := math.Round(s.beats[i].rr / wave); n <= 4 {
			sum, waves = sum+s.beats[i].rr, waves+n
		}
	}
	if wave = sum / waves; !(wave >= flutterLeast) {
		return 0, false
	}
	var seen [flutterWaves + 1]bool
	fit := 0
	for i := range flutterBeats {
		n := math.Round(s.beats[i].rr / wave)
		if n >= 2 && n <= flutterWaves && math.Abs(s.beats[i].rr-float64(n*wave)) <= flutterFit {
			seen[int(n)] = true
			fit++
		}
	}
	lengths := 0
	for _, is := range seen {
		if is {
			lengths++
		}
	}
	// Going on, two lengths will do, or 2:1 alone; a sinus rhythm may fit by chance.
	enough := lengths >= 3 || s.rhythm == ecg.AtrialFlutter && (lengths == 2 || seen[2])
	if fit < need || !enough {
		return 0, false
	}
	s.wave = wave
	return s.beats[flutterBeats].at, true
}
