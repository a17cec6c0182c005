package ecg

import (
	"fmt"
	"strconv"
	"time"
)

// Format says what the numbers of a Signal are.
type Format struct {
	Rate  float64   // frames per second, Hz
	Leads []Lead    // one per value of a frame
	Start time.Time // wall time of frame 0; the zero Time: unknown
}

// Lead is one channel of a signal.
type Lead struct {
	Name string // "MLII", "V5", ...
	Unit string // "mV" for an ECG; as the source gives it otherwise
}

// ECGLeads returns leads of these names in mV.
func ECGLeads(names ...string) []Lead {
	leads := make([]Lead, len(names))
	for i, n := range names {
		leads[i] = Lead{n, "mV"}
	}
	return leads
}

// Clock returns the map between frames and wall time.
func (f Format) Clock() (Clock, error) { return NewClock(f.Rate, f.Start) }

// Lead returns the index of the first lead of that name, or -1.
func (f Format) Lead(name string) int {
	for i, l := range f.Leads {
		if l.Name == name {
			return i
		}
	}
	return -1
}

// FindLead returns the lead that a person means: a number from 0, or a name.
func (f Format) FindLead(text string) (int, error) {
	if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < len(f.Leads) {
		return i, nil
	}
	if i := f.Lead(text); i >= 0 {
		return i, nil
	}
	names := make([]string, len(f.Leads))
	for i, l := range f.Leads {
		names[i] = l.Name
	}
	return 0, fmt.Errorf("no lead %.64q; there are 0 to %d: %.64q", text, len(f.Leads)-1, names)
}

// Equal reports whether both formats have the same rate and leads (the start
// may differ).
func (f Format) Equal(g Format) bool {
	if f.Rate != g.Rate || len(f.Leads) != len(g.Leads) {
		return false
	}
	for i := range f.Leads {
		if f.Leads[i] != g.Leads[i] {
			return false
		}
	}
	return true
}

// ConfigError is the error of every constructor of sinus for a configuration
// that can't work.
type ConfigError struct {
	Type  string // what was to be made: "detect.PanTompkins"
	Field string // "Rate"
	Want  string // "100 to 1000 Hz"
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s: %s: want %s", e.Type, e.Field, e.Want)
}
