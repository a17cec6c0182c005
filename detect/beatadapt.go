package detect

import "github.com/sinus-ecg/sinus/ecg"

// Adaptation to a patient by labels that someone corrected: each moves the log
// odds of V for the shape of that beat, or those of S for the patient, by how
// wrong the classifier was (one step of a logistic regression per label).

const (
	beatRemembered = 256 // beats that can still be labelled: some minutes
	beatNobody     = 255
	beatStep       = 1.0 // of the log odds for a label that came as a full surprise
	beatAdaptMost  = 10  // largest shift of log odds
	beatLabelled   = 0.15
)

// beatMemo is a classified beat that can still be labelled.
type beatMemo struct {
	at      int64
	v, s    float32 // log odds, with the shifts of then
	number  int64   // of the beat
	cluster uint8   // beatNobody: its shape was not seen
}

// beatAdaption is what labels have taught.
type beatAdaption struct {
	memo   [beatRemembered]beatMemo
	n      int64
	shiftS float32
	shiftV [beatClusters]float32
}

// Adapt teaches the classifier corrected labels of beats that it has emitted:
// positions (within 150 ms) and classes, in any order. Only the last 256 beats can
// be labelled. It returns how many labels found their beat. Beats to come of the
// same shapes follow; what was emitted stays. Labels of F and Q, and Unclassified,
// teach nothing.
func (b *BeatClassifier) Adapt(labels []ecg.Beat) int {
	a := &b.s.adapted
	found := 0
	for _, l := range labels {
		for i := range min(a.n, beatRemembered) {
			m := &a.memo[i]
			if d := float64(m.at - l.At); d > beatLabelled*b.rate || d < -beatLabelled*b.rate {
				continue
			}
			found++
			b.learnLabel(m, l.Class)
			break
		}
	}
	return found
}

func (b *BeatClassifier) learnLabel(m *beatMemo, class ecg.Class) {
	a := &b.s.adapted
	step := func(shift *float32, odds float32, is bool) {
		wrong := -sigmoid(odds)
		if is {
			wrong++
		}
		*shift = clip(*shift+float32(beatStep*wrong), beatAdaptMost)
	}
	switch class {
	case ecg.Normal, ecg.Supraventricular, ecg.Ventricular:
	default:
		return
	}
	if class != ecg.Ventricular {
		step(&a.shiftS, m.s, class == ecg.Supraventricular)
	}
	if m.cluster == beatNobody {
		return
	}
	c := &b.s.shapes.cluster[m.cluster]
	if c.n == 0 || m.number < c.first {
		return // the shape has been given up since
	}
	step(&a.shiftV[m.cluster], m.v, class == ecg.Ventricular)
	switch class {
	case ecg.Ventricular:
		c.score = 0 // not what is normal here
	case ecg.Normal:
		c.score++
	}
}

// remember keeps a classified beat for labels to come.
func (a *beatAdaption) remember(m beatMemo) {
	a.memo[a.n%beatRemembered] = m
	a.n++
}
