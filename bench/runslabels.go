package bench

import (
	"strings"

	"github.com/sinus-ecg/sinus/wfdb"
)

// runLabel is what rxr makes of an annotation.
type runLabel uint8

const (
	noRun      runLabel = iota // means nothing to runs
	normal                     // sinus beats outside atrial fibrillation
	ectopicS                   // supraventricular beats, all beats in atrial fibrillation
	ectopicV                   // ventricular beats
	fusion                     // of ventricular and normal
	unknown                    // paced and unclassifiable beats
	unreadable                 // the annotator gives up
	vfStart
	vfEnd
	afStart
	afEnd
	runLabels
)

// runKind says what the labels mean to runs of one kind.
type runKind struct {
	mine, breaks   [runLabels]bool
	on, off, other runLabel // an episode begins, ends; one of the other kind begins
}

var (
	ventricular = runKind{
		mine:   [runLabels]bool{ectopicV: true, fusion: true},
		breaks: [runLabels]bool{normal: true, unknown: true, unreadable: true, ectopicS: true},
		on:     vfStart, off: vfEnd, other: afStart,
	}
	supraventricular = runKind{
		mine:   [runLabels]bool{ectopicS: true},
		breaks: [runLabels]bool{normal: true, unknown: true, unreadable: true, ectopicV: true, fusion: true},
		on:     afStart, off: afEnd, other: vfStart,
	}
)

// atEnd is the time of the annotation at hand after the last.
const atEnd = -1

// runReader is an annotator as rxr reads it. The label of an annotation depends
// on those before, and asking for it twice can give two answers.
type runReader struct {
	ann           []wfdb.Annotation
	next          int
	cur           wfdb.Annotation
	af, vf, blind bool
}

// rewind goes back to the start. The annotation at hand stays, with time 0.
func (r *runReader) rewind() {
	r.next, r.cur.Time = 0, 0
	r.af, r.vf, r.blind = false, false, false
}

// read makes the next annotation the one at hand; at the end it stays.
func (r *runReader) read() bool {
	if r.next == len(r.ann) {
		return false
	}
	r.cur = r.ann[r.next]
	r.next++
	return true
}

// label maps the annotation at hand. A rhythm that begins with (AF is atrial
// fibrillation or flutter, one with (VF ventricular fibrillation or flutter.
func (r *runReader) label() runLabel {
	begin := func(state, others *bool, l runLabel) runLabel {
		if *state {
			return noRun
		}
		*state, *others = true, false
		return l
	}
	end := func(state *bool, l runLabel) runLabel {
		if !*state {
			return noRun
		}
		*state = false
		return l
	}
	switch r.cur.Code {
	case wfdb.Normal, wfdb.LeftBundleBranchBlock, wfdb.RightBundleBranchBlock, wfdb.BundleBranchBlock:
		if r.af {
			return ectopicS
		}
		return normal
	case wfdb.AberratedAtrial, wfdb.NodalPremature, wfdb.AtrialPremature, wfdb.SupraventricularEctopic,
		wfdb.NodalEscape, wfdb.AtrialEscape, wfdb.SupraventricularEscape:
		return ectopicS
	case wfdb.PrematureVentricular, wfdb.VentricularEscape, wfdb.ROnT:
		return ectopicV
	case wfdb.FusionVentricular:
		return fusion
	case wfdb.Paced, wfdb.Unclassifiable, wfdb.Learning, wfdb.PacedFusion:
		return unknown
	case wfdb.SignalQuality:
		if !shutdownStart(r.cur) {
			return end(&r.blind, noRun)
		}
		var none bool
		return begin(&r.blind, &none, unreadable)
	case wfdb.FibrillationStart:
		return begin(&r.vf, &r.af, vfStart)
	case wfdb.FibrillationEnd:
		return end(&r.vf, vfEnd)
	case wfdb.RhythmChange:
		switch text := r.cur.Text(); {
		case strings.HasPrefix(text, "(AF"):
			return begin(&r.af, &r.vf, afStart)
		case strings.HasPrefix(text, "(VF"):
			return begin(&r.vf, &r.af, vfStart)
		case text == "":
			return noRun
		case r.af:
			return end(&r.af, afEnd)
		}
		return end(&r.vf, vfEnd)
	}
	return noRun
}
