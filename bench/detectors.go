package bench

import (
	"fmt"
	"slices"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
)

// Detector is a QRS detector that the programs know by name.
type Detector struct {
	Name    string
	OneLead bool                                                                // it looks at one lead only
	New     func(rate float64, leads int) (ecg.Stage[float64, ecg.Beat], error) // over frames in mV
}

// Detectors are all detectors, by name.
var Detectors = []Detector{
	{"qrs", false, func(rate float64, leads int) (ecg.Stage[float64, ecg.Beat], error) {
		return detect.NewQRS(detect.QRSConfig{Rate: rate, Leads: leads})
	}},
	{"pantompkins", true, func(rate float64, _ int) (ecg.Stage[float64, ecg.Beat], error) {
		return detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: rate})
	}},
}

// FindDetector returns the detector of that name.
func FindDetector(name string) (Detector, error) {
	i := slices.IndexFunc(Detectors, func(d Detector) bool { return d.Name == name })
	if i < 0 {
		known := make([]string, len(Detectors))
		for k, d := range Detectors {
			known[k] = d.Name
		}
		return Detector{}, fmt.Errorf("no detector %.64q; there are %q", name, known)
	}
	return Detectors[i], nil
}
