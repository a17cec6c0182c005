package usual

import "testing"

func TestUsual(t *testing.T) {
	for s, want := range map[string]bool{
		"MLII": true, "V5": true, "ECG lead II": true, "EEG Fpz-Cz": true, "aVR": true, "ECG 12": true, "": true, "SpO2": true,
		"Smithson": false, "ECG Smithson": false, "bed 12": false, "4711": false, "I II III aVR aVL aVF V1": false,
	} {
		if got := Signal(s); got != want {
			t.Errorf("Signal(%q) = %v, want %v", s, got, want)
		}
	}
	for s, want := range map[string]bool{"mV": true, "uV": true, "mmHg": true, "%": true, "Smithson": false, "bed": false} {
		if got := Unit(s); got != want {
			t.Errorf("Unit(%q) = %v, want %v", s, got, want)
		}
	}
}
