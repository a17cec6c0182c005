package bench

import (
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

// episode is a stretch in samples. An end or a start of 0 means that there is
// none, to the program that is followed here.
type episode struct {
	start, end int64
	extremum   [2]int64 // of the ST deviation in signals 0 and 1; 0: none
}

// flutterEpisode is atrial flutter, which is left out of AF.
const flutterEpisode = ST + 1

// episodeReader finds the episodes of an annotator one after the other.
type episodeReader struct {
	ann   []wfdb.Annotation
	next  int
	kind  EpisodeKind
	limit int64 // an episode without end lasts to here, if the annotations do not go further
	ep    episode
}

func newEpisodeReader(ann []wfdb.Annotation, kind EpisodeKind, limit int64) *episodeReader {
	return &episodeReader{ann: ann, kind: kind, limit: limit}
}

func (r *episodeReader) read() (a wfdb.Annotation, ok bool) {
	if r.next == len(r.ann) {
		return a, false
	}
	r.next++
	return r.ann[r.next-1], true
}

// find makes the next episode the current one; all of it is 0 if there is none.
func (r *episodeReader) find() {
	r.ep = episode{}
	for {
		a, ok := r.read()
		if !ok {
			return
		}
		if r.begins(a) {
			r.ep.start = a.Time
			break
		}
	}
	last := r.ep.start
	open := 1 // ST episodes of either signal may overlap
	for {
		a, ok := r.read()
		if !ok {
			r.ep.end = max(r.limit, last)
			return
		}
		last = a.Time
		text := a.Text()
		switch r.kind {
		case AF, flutterEpisode:
			if a.Code == wfdb.RhythmChange && !r.begins(a) {
				open = 0
			}
		case VF:
			if a.Code == wfdb.FibrillationEnd {
				open = 0
			}
		default:
			if a.Code != wfdb.STChange {
				continue
			}
			switch {
			case r.kind != ST1 && strings.HasPrefix(text, "AST0"):
				r.ep.extremum[0] = a.Time
			case r.kind != ST0 && strings.HasPrefix(text, "AST1"):
				r.ep.extremum[1] = a.Time
			case r.kind == ST && r.begins(a):
				open++
			case r.kind == ST && strings.HasPrefix(text, "ST"),
				r.kind == ST0 && strings.HasPrefix(text, "ST0"),
				r.kind == ST1 && strings.HasPrefix(text, "ST1"):
				open--
			}
		}
		if open == 0 {
			r.ep.end = a.Time
			return
		}
	}
}

// begins reports whether an episode begins at an annotation.
func (r *episodeReader) begins(a wfdb.Annotation) bool {
	switch r.kind {
	case VF:
		return a.Code == wfdb.FibrillationStart
	case AF:
		return a.Code == wfdb.RhythmChange && strings.HasPrefix(a.Text(), "(AFIB")
	case flutterEpisode:
		return a.Code == wfdb.RhythmChange && strings.HasPrefix(a.Text(), "(AFL")
	}
	prefix := [...]string{ST0: "(ST0", ST1: "(ST1", ST: "(ST"}[r.kind]
	return a.Code == wfdb.STChange && strings.HasPrefix(a.Text(), prefix)
}

// flutter are the episodes of atrial flutter in the test period.
func flutter(ref []wfdb.Annotation, c EpisodeConfig) []episode {
	var list []episode
	r := newEpisodeReader(ref, flutterEpisode, c.End)
	for r.find(); r.ep.end > 0 && (c.End == 0 || r.ep.start < c.End); r.find() {
		if r.ep.end >= c.Start {
			list = append(list, r.ep)
		}
	}
	return list
}
