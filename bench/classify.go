package bench

import (
	"time"

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
	return &classified{s: s}, nil
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

// classified is a BeatClassifier whose posteriors are left out.
type classified struct {
	s   *detect.BeatClassifier
	out []detect.ClassifiedBeat
}

func (c *classified) plain(dst []ecg.Beat) []ecg.Beat {
	for _, b := range c.out {
		dst = append(dst, b.Beat)
	}
	return dst
}

func (c *classified) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	c.out = c.s.Append(c.out[:0], in)
	return c.plain(dst)
}

func (c *classified) Flush(dst []ecg.Beat) []ecg.Beat {
	c.out = c.s.Flush(c.out[:0])
	return c.plain(dst)
}

func (c *classified) Reset()                                { c.s.Reset() }
func (c *classified) Delay() time.Duration                  { return c.s.Delay() }
func (c *classified) AppendBinary(b []byte) ([]byte, error) { return c.s.AppendBinary(b) }
func (c *classified) UnmarshalBinary(b []byte) error        { return c.s.UnmarshalBinary(b) }
