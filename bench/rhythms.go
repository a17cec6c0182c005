package bench

import (
	"fmt"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// RhythmTask is a question about the rhythm that records are scored for.
type RhythmTask uint8

const (
	AFTask       RhythmTask = iota // is this atrial fibrillation? Flutter is left out.
	VFTask                         // is this ventricular fibrillation or flutter? Tachycardia is left out.
	RunsTask                       // is this a run of three and more ventricular beats?
	BlockTask                      // is this second- or third-degree block?
	AsystoleTask                   // is this asystole?
)

var rhythmTaskNames = []string{"af", "vf", "runs", "block", "asystole"}

// String returns the name that FindRhythmTask takes.
func (t RhythmTask) String() string { return rhythmTaskNames[t] }

// FindRhythmTask returns the task of that name: af, vf, runs, block or asystole.
func FindRhythmTask(name string) (RhythmTask, error) {
	i := slices.Index(rhythmTaskNames, name)
	if i < 0 {
		return 0, fmt.Errorf("no task %.64q; there are %q", name, rhythmTaskNames)
	}
	return RhythmTask(i), nil
}

// Wants reports whether an episode of this rhythm answers the task with yes.
// RunsTask is answered by beats.
func (t RhythmTask) Wants(r ecg.Rhythm) bool {
	return t == AFTask && r == ecg.AtrialFibrillation ||
		t == VFTask && (r == ecg.VentricularFlutter || r == ecg.VentricularFibrillation) ||
		t == BlockTask && (r == ecg.SecondDegreeBlock || r == ecg.ThirdDegreeBlock) ||
		t == AsystoleTask && r == ecg.Asystole
}

// answer is what a rhythm mark says to a task.
type answer uint8

const (
	no answer = iota
	yes
	leftOut // it can't be told, or is not asked: the time is not scored

	// hidden is a mark that names the rate or the ventricles. Between two of AF,
	// and before the first one of a record, it says nothing of the atria, which
	// go on fibrillating: left out. Elsewhere it is no.
	hidden
)

// rhythmMark is a rhythm string of the databases.
type rhythmMark struct {
	text   string
	rhythm ecg.Rhythm // RhythmUnknown: this house has no word for it
	af, vf answer
}

// rhythmMarks has the strings of PhysioNet's list of annotation codes and those
// that its databases use besides (vfdb, cudb and afdb). A string that is not
// here is left out of every task.
var rhythmMarks = []rhythmMark{
	{"(N", ecg.SinusRhythm, no, no},
	{"(NSR", ecg.SinusRhythm, no, no}, // vfdb
	{"(SBR", ecg.SinusBradycardia, hidden, no},
	{"(AFIB", ecg.AtrialFibrillation, yes, no},
	{"(AF", ecg.AtrialFibrillation, yes, no}, // cudb
	{"(AFL", ecg.AtrialFlutter, leftOut, no},
	{"(SVTA", ecg.SupraventricularTachy, no, no},
	{"(AB", ecg.RhythmUnknown, no, no},   // atrial bigeminy
	{"(NOD", ecg.RhythmUnknown, no, no},  // nodal (junctional) rhythm
	{"(J", ecg.RhythmUnknown, no, no},    // the same, afdb
	{"(PREX", ecg.RhythmUnknown, no, no}, // pre-excitation
	{"(BI", ecg.RhythmUnknown, no, no},   // first-degree block
	{"(BII", ecg.SecondDegreeBlock, no, no},
	{"(P", ecg.PacedRhythm, no, no},
	{"(PM", ecg.PacedRhythm, no, no}, // vfdb
	{"(B", ecg.VentricularBigeminy, hidden, no},
	{"(T", ecg.VentricularTrigeminy, hidden, no},
	{"(HGEA", ecg.RhythmUnknown, hidden, no}, // high-grade ventricular ectopic activity, vfdb
	{"(IVR", ecg.IdioventricularRhythm, hidden, no},
	{"(VER", ecg.IdioventricularRhythm, hidden, no}, // ventricular escape rhythm, vfdb
	{"(VT", ecg.VentricularTachycardia, hidden, leftOut},
	{"(VFL", ecg.VentricularFlutter, no, yes},
	{"(VFIB", ecg.VentricularFibrillation, no, yes},
	{"(VF", ecg.VentricularFibrillation, no, yes}, // vfdb, cudb
	{"(ASYS", ecg.Asystole, no, no},
	{"(NOISE", ecg.RhythmUnknown, leftOut, leftOut},
}

// findMark returns what is known of a rhythm string.
func findMark(text string) (rhythmMark, bool) {
	for _, m := range rhythmMarks {
		if m.text == text {
			return m, true
		}
	}
	return rhythmMark{text: text, af: leftOut, vf: leftOut}, false
}

// RhythmOf returns the rhythm that a string of a database ("(AFIB") stands for,
// RhythmUnknown where ecg has no word for it, and whether the string is known.
func RhythmOf(text string) (ecg.Rhythm, bool) {
	m, ok := findMark(text)
	return m.rhythm, ok
}

// RhythmTruth is what annotations say to a task. Time that is neither is no.
type RhythmTruth struct{ Yes, LeftOut []Span }

// RhythmReading says how annotations are read.
type RhythmReading struct {
	// Before is the rhythm string of the time before the first mark of a
	// record, and of a record without any ("(N" for nsrdb, whose records have
	// none); "": it is not known, so left out.
	Before string

	// AsWritten: "(SBR", "(VT", "(B" and their like between two marks of AF mean
	// that there is none.
	AsWritten bool

	// Flutter: AFTask asks for atrial flutter, whatever the detector calls it;
	// fibrillation is left out.
	Flutter bool
}

// Truth reads the answers to the task from annotations up to sample end. For
// VFTask the marks [ and ] count beside the strings, for RunsTask the classes
// of the beats (V and F), and fibrillation is left out.
func (t RhythmTask) Truth(ann []wfdb.Annotation, end int64, o RhythmReading) RhythmTruth {
	if t == RunsTask {
		return RhythmTruth{Yes: runSpans(ann), LeftOut: VFTask.Truth(ann, end, RhythmReading{Before: "(N"}).Yes}
	}
	answers := t.answers(ann, o)
	var truth RhythmTruth
	for i, a := range answers {
		to := end
		if i+1 < len(answers) {
			to = answers[i+1].from
		}
		switch a.answer {
		case yes:
			truth.Yes = appendSpan(truth.Yes, Span{a.from, min(to, end)})
		case leftOut:
			truth.LeftOut = appendSpan(truth.LeftOut, Span{a.from, min(to, end)})
		}
	}
	return truth
}

// lasting is an answer from a sample on.
type lasting struct {
	from   int64
	answer answer
}

func (t RhythmTask) of(m rhythmMark, o RhythmReading) answer {
	switch {
	case t != BlockTask && t != AsystoleTask:
	case t.Wants(m.rhythm):
		return yes
	case m.rhythm == ecg.RhythmUnknown && m.af == leftOut: // noise, or not known
		return leftOut
	default:
		return no
	}
	switch {
	case t != AFTask:
		return m.vf
	case o.Flutter && m.rhythm == ecg.AtrialFlutter:
		return yes
	case o.Flutter && m.rhythm == ecg.AtrialFibrillation:
		return leftOut
	}
	return m.af
}

// answers are those of a task other than RunsTask, from sample 0 on, in order.
func (t RhythmTask) answers(ann []wfdb.Annotation, o RhythmReading) []lasting {
	base := leftOut
	if o.Before != "" {
		m, _ := findMark(o.Before)
		base = t.of(m, o)
	}
	list := []lasting{{0, base}}
	marked, inside := false, false
	for _, a := range ann {
		switch {
		case a.Code == wfdb.RhythmChange && a.Text() != "":
			m, _ := findMark(a.Text())
			base, marked = t.of(m, o), true
		case t == VFTask && a.Code == wfdb.FibrillationStart:
			inside = true
		case t == VFTask && a.Code == wfdb.FibrillationEnd:
			if inside = false; !marked {
				base = no // it ended
			}
		default:
			continue
		}
		l := lasting{max(a.Time, list[len(list)-1].from), base}
		if inside {
			l.answer = yes
		}
		list = append(list, l)
	}
	for i := range list {
		if list[i].answer == hidden {
			resolve(list, i, o.AsWritten)
		}
	}
	return list
}

// resolve decides about the hidden marks that begin at i.
func resolve(list []lasting, i int, asWritten bool) {
	j := i
	for j < len(list) && list[j].answer == hidden {
		j++
	}
	first := i == 0 || i == 1 && list[0].answer == leftOut // of the record
	decided := no
	if !asWritten && (first || list[i-1].answer == yes) && j < len(list) && list[j].answer == yes {
		decided = leftOut
	}
	for k := i; k < j; k++ {
		list[k].answer = decided
	}
}

// runSpans are the runs of three and more ventricular beats, from the first to
// the last of them.
func runSpans(ann []wfdb.Annotation) []Span {
	var list []Span
	var run Span
	n := 0
	flush := func() {
		if n >= 3 {
			list = appendSpan(list, run)
		}
		n = 0
	}
	for _, a := range ann {
		switch l, beat := beatLabel(a.Code, true); {
		case beat && (l == V || l == F):
			if n++; n == 1 {
				run.Start = a.Time
			}
			run.End = a.Time
		case beat || a.Code == wfdb.FibrillationStart || a.Code == wfdb.SignalQuality && shutdownStart(a):
			flush()
		}
	}
	flush()
	return list
}
