package bench

import (
	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// Classification says how beats get their classes.
type Classification struct {
	Immediate bool              // without a look at the next beat
	Pacemaker bool              // beats behind a pulse are Q
	Model     *detect.BeatModel // nil: the embedded one
}

// With returns the detector with a classifier behind it.
func (c Classification) With(d Detector) Detector {
	find := d.New
	d.New = func(rate float64, leads int) (ecg.Stage[float64, ecg.Beat], error) {
		detector, err := find(rate, leads)
		if err != nil {
			return nil, err
		}
		return c.stage(rate, leads, detector)
	}
	return d
}

func (c Classification) stage(rate float64, leads int, detector ecg.Stage[float64, ecg.Beat]) (ecg.Stage[float64, ecg.Beat], error) {
	s, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: rate, Leads: leads, Detector: detector, Immediate: c.Immediate, Pacemaker: c.Pacemaker, Model: c.Model})
	if err != nil {
		return nil, err
	}
	return s.Beats(), nil
}

// ClassifiedSource classifies the beats that an annotator has marked, by the
// signal of the record: of one lead, or of AllLeads.
func (d Database) ClassifiedSource(c Classification, annotator, lead string) Source {
	return func(record string) ([]wfdb.Annotation, error) {
		return d.found(record, lead, func(f ecg.Format) (ecg.Stage[float64, ecg.Beat], error) {
			list, err := LoadAnnotations(d.FS, record, annotator, f.Rate)
			if err != nil {
				return nil, err
			}
			var beats []ecg.Beat
			for _, a := range list {
				if a.Code.IsBeat() && (len(beats) == 0 || a.Time > beats[len(beats)-1].At) {
					beats = append(beats, ecg.Beat{At: a.Time})
				}
			}
			return c.stage(f.Rate, len(f.Leads), NewMarks(len(f.Leads), beats))
		})
	}
}
