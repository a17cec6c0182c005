package main

import (
	"fmt"
	"io"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// rhythms adds up the episodes of each rhythm.
type rhythms struct {
	rules *detect.RhythmRules
	told  []ecg.Episode // scratch
	of    [256]struct {
		confirmed bool // the one that goes on, or it had never been suspected
		suspected bool
		episodes  int64
		samples   int64
		longest   ecg.Episode
	}
}

func (r *rhythms) add(e detect.AtrialEvidence) {
	r.take(r.rules.AppendEvidence(r.told[:0], []detect.AtrialEvidence{e}))
}

// waveform takes an episode of the VF detector.
func (r *rhythms) waveform(e ecg.Episode) {
	r.take(r.rules.AppendVF(r.told[:0], []ecg.Episode{e}))
}

// gap says that there was no signal from a sample on.
func (r *rhythms) gap(from int64) { r.take(r.rules.Break(r.told[:0], from)) }

func (r *rhythms) end(frames int64) {
	r.take(r.rules.Flush(r.rules.Advance(r.told[:0], frames)))
}

// take counts the episodes that were not merely suspected.
func (r *rhythms) take(told []ecg.Episode) {
	r.told = told
	for _, e := range told {
		o := &r.of[e.Rhythm]
		switch e.State {
		case ecg.Suspected:
			o.suspected = true
			continue
		case ecg.Confirmed:
			o.confirmed = true
			continue
		}
		if o.confirmed || !o.suspected {
			o.episodes++
			o.samples += e.End - e.Start
			if e.End-e.Start > o.longest.End-o.longest.Start {
				o.longest = e
			}
		}
		o.confirmed, o.suspected = false, false
	}
}

// write prints a line per rhythm: share of the time that there was signal,
// episodes, the longest of them.
func (r *rhythms) write(w io.Writer, s *summary) {
	signal := s.frames - s.lost
	share := func(k ecg.Rhythm) float64 { return 100 * float64(r.of[k].samples) / float64(max(1, signal)) }
	fmt.Fprintf(w, "%-16s%.1f %% of the time, episodes of 30 s and more, by intervals and atrial waves\n", "AF burden", share(ecg.AtrialFibrillation))
	fmt.Fprintf(w, "%-16s%8s %9s  longest\n", "Rhythms", "% time", "episodes")
	for k := range r.of {
		o := &r.of[k]
		if o.episodes == 0 {
			continue
		}
		length := s.clock.Offset(o.longest.End - o.longest.Start).Seconds()
		fmt.Fprintf(w, "  %-14v%8.1f %9d  %.1f s at %s\n", ecg.Rhythm(k), share(ecg.Rhythm(k)), o.episodes, length, s.at(o.longest.Start))
	}
}
