package bench

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// RhythmDetector is a rhythm detector that the programs know by name.
type RhythmDetector struct {
	Name  string
	Tasks []RhythmTask // that it answers

	NeedsBeats, NeedsSignal bool

	// Find returns the reports of a record in the order in which they become
	// known. FindInBeats and FindInSignal make one of a stage.
	Find func(RhythmInput) ([]ecg.Episode, error)
}

// RhythmInput is what a rhythm detector gets of a record.
type RhythmInput struct {
	Rate   float64 // Hz
	Frames int64   // length of the record in samples
	Beats  []ecg.Beat
	// Classified: the classes of the beats mean something.
	Classified bool
	Signal     ecg.Signal // in mV, from sample 0; nil if not needed
}

// RhythmDetectors are all rhythm detectors. The first one for a task is its
// default.
var RhythmDetectors = []RhythmDetector{
	{Name: "arrest", Tasks: []RhythmTask{AsystoleTask}, NeedsBeats: true, NeedsSignal: true, Find: findArrest},
	{Name: "vf", Tasks: []RhythmTask{VFTask, AsystoleTask}, NeedsSignal: true, Find: FindInSignal(func(in RhythmInput) (ecg.Stage[float64, ecg.Episode], error) {
		return detect.NewVFDetector(detect.VFConfig{Rate: in.Rate, Leads: len(in.Signal.Format().Leads)})
	})},
	{Name: "af", Tasks: []RhythmTask{AFTask}, NeedsBeats: true, Find: FindInBeats(func(in RhythmInput) (ecg.Stage[ecg.Beat, ecg.Episode], error) {
		return detect.NewAFDetector(detect.AFConfig{Rate: in.Rate, Classified: in.Classified})
	})},
	{Name: "afwaves", Tasks: []RhythmTask{AFTask}, NeedsBeats: true, NeedsSignal: true, Find: FindWithWaves(func(in RhythmInput) (EvidenceStage, error) {
		return detect.NewAFDetector(detect.AFConfig{Rate: in.Rate, Classified: in.Classified})
	})},
	{Name: "rules", Tasks: []RhythmTask{BlockTask, AFTask}, NeedsBeats: true, NeedsSignal: true, Find: FindWithWaves(func(in RhythmInput) (EvidenceStage, error) {
		return rulesOf(in)
	})},
	{Name: "intervals", Tasks: []RhythmTask{BlockTask, AFTask, AsystoleTask}, NeedsBeats: true, Find: FindInBeats(func(in RhythmInput) (ecg.Stage[ecg.Beat, ecg.Episode], error) {
		return rulesOf(in)
	})},
}

// FindRhythmDetector returns the detector of that name for a task; "" is the
// first one.
func FindRhythmDetector(t RhythmTask, name string) (RhythmDetector, error) {
	var known []string
	for _, d := range RhythmDetectors {
		if slices.Contains(d.Tasks, t) {
			if name == "" || name == d.Name {
				return d, nil
			}
			known = append(known, d.Name)
		}
	}
	return RhythmDetector{}, fmt.Errorf("no rhythm detector %.64q for task %v; there are %q", name, t, known)
}

// FindInBeats runs a stage over the beats of a record. A stage that is an
// ecg.Advancer is told when the record ends.
func FindInBeats(stage func(RhythmInput) (ecg.Stage[ecg.Beat, ecg.Episode], error)) func(RhythmInput) ([]ecg.Episode, error) {
	return func(in RhythmInput) ([]ecg.Episode, error) {
		s, err := stage(in)
		if err != nil {
			return nil, err
		}
		found := s.Append(nil, in.Beats)
		if a, ok := s.(ecg.Advancer[ecg.Episode]); ok {
			found = a.Advance(found, in.Frames)
		}
		return s.Flush(found), nil
	}
}

func rulesOf(in RhythmInput) (*detect.RhythmRules, error) {
	return detect.NewRhythmRules(detect.RhythmRulesConfig{Rate: in.Rate, AF: &detect.AFConfig{Classified: in.Classified}})
}

// EvidenceStage is a rhythm stage that takes the evidence of detect.AtrialWaves:
// AFDetector and RhythmRules.
type EvidenceStage interface {
	AppendEvidence([]ecg.Episode, []detect.AtrialEvidence) []ecg.Episode
	Flush([]ecg.Episode) []ecg.Episode
	ecg.Advancer[ecg.Episode]
}

// FindWithWaves runs a stage over the beats of a record with the evidence of its
// signal.
func FindWithWaves(stage func(RhythmInput) (EvidenceStage, error)) func(RhythmInput) ([]ecg.Episode, error) {
	return func(in RhythmInput) ([]ecg.Episode, error) {
		if in.Signal == nil {
			return nil, errors.New("the record has no signal")
		}
		leads := len(in.Signal.Format().Leads)
		waves, err := detect.NewAtrialWaves(detect.AtrialConfig{Rate: in.Rate, Leads: leads, Detector: NewMarks(leads, in.Beats)})
		if err != nil {
			return nil, err
		}
		d, err := stage(in)
		if err != nil {
			return nil, err
		}
		evidence, err := ecg.ReadAll(ecg.Through(ecg.Reader[float64](in.Signal), waves))
		return d.Flush(d.Advance(d.AppendEvidence(nil, evidence), in.Frames)), err
	}
}

// findArrest runs the rules over the beats of a record, with the VF detector beside
// them.
func findArrest(in RhythmInput) ([]ecg.Episode, error) {
	vf, err := FindInSignal(func(in RhythmInput) (ecg.Stage[float64, ecg.Episode], error) {
		return detect.NewVFDetector(detect.VFConfig{Rate: in.Rate, Leads: len(in.Signal.Format().Leads)})
	})(in)
	if err != nil {
		return nil, err
	}
	rules, err := rulesOf(in)
	if err != nil {
		return nil, err
	}
	var found []ecg.Episode
	for i := range in.Beats {
		for len(vf) > 0 && vf[0].Known <= in.Beats[i].Known {
			found = rules.AppendVF(found, vf[:1])
			vf = vf[1:]
		}
		found = rules.Append(found, in.Beats[i:i+1])
	}
	found = rules.AppendVF(found, vf)
	return rules.Flush(rules.Advance(found, in.Frames)), nil
}

// FindInSignal runs a stage over the signal of a record.
func FindInSignal(stage func(RhythmInput) (ecg.Stage[float64, ecg.Episode], error)) func(RhythmInput) ([]ecg.Episode, error) {
	return func(in RhythmInput) ([]ecg.Episode, error) {
		if in.Signal == nil {
			return nil, errors.New("the record has no signal")
		}
		s, err := stage(in)
		if err != nil {
			return nil, err
		}
		return ecg.ReadAll(ecg.Through(ecg.Reader[float64](in.Signal), s))
	}
}
