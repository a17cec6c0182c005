package bench

import "github.com/sinus-ecg/sinus/wfdb"

// Label is what bxb makes of an annotation: an index into the rows and columns
// of a Matrix, or one of the two labels that are counted nowhere.
type Label uint8

const (
	N       Label = iota // normal and bundle-branch-block beats
	S                    // supraventricular ectopic and escape beats
	V                    // ventricular ectopic and escape beats
	F                    // fusion of ventricular and normal
	Q                    // paced, fusion of paced and normal, unclassifiable, learning
	O                    // no beat: missed or extra
	X                    // no beat, in a stretch that was given up (shutdown)
	star                 // a test beat in reference ventricular fibrillation
	noLabel              // the empty beat before the first
)

const labelText = "NSVFQOX*0"

// String returns the letter of bxb.
func (l Label) String() string { return labelText[l : l+1] }

// beatLabel returns the label of a beat code, and false for any other code.
// Escape beats (e, j, n) are S here, E is V; the flutter wave is a beat that is
// O. Without separate supraventricular beats S becomes N.
func beatLabel(c wfdb.Code, sveb bool) (Label, bool) {
	var l Label
	switch c {
	case wfdb.Normal, wfdb.LeftBundleBranchBlock, wfdb.RightBundleBranchBlock, wfdb.BundleBranchBlock:
		l = N
	case wfdb.AberratedAtrial, wfdb.NodalPremature, wfdb.AtrialPremature, wfdb.SupraventricularEctopic,
		wfdb.NodalEscape, wfdb.AtrialEscape, wfdb.SupraventricularEscape:
		l = S
		if !sveb {
			l = N
		}
	case wfdb.PrematureVentricular, wfdb.VentricularEscape, wfdb.ROnT:
		l = V
	case wfdb.FusionVentricular:
		l = F
	case wfdb.Paced, wfdb.Unclassifiable, wfdb.Learning, wfdb.PacedFusion:
		l = Q
	case wfdb.FlutterWave:
		l = O
	default:
		return 0, false
	}
	return l, true
}
