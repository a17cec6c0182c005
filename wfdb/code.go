package wfdb

import "strconv"

// Code is the type of an annotation, 0 to 63 as stored. 1 to 41 have a
// meaning, 42 to 49 are for the user, 50 to 58 are not assigned; 59 to 63 are
// the pseudo-annotations of the file format and are never delivered.
type Code uint8

// Annotation codes (ecgcodes.h of the WFDB library), with their mnemonics.
const (
	NotBeat                 Code = 0  // not a beat, not an annotation
	Normal                  Code = 1  // N
	LeftBundleBranchBlock   Code = 2  // L
	RightBundleBranchBlock  Code = 3  // R
	AberratedAtrial         Code = 4  // a: aberrated atrial premature beat
	PrematureVentricular    Code = 5  // V: premature ventricular contraction
	FusionVentricular       Code = 6  // F: fusion of ventricular and normal beat
	NodalPremature          Code = 7  // J: nodal (junctional) premature beat
	AtrialPremature         Code = 8  // A
	SupraventricularEctopic Code = 9  // S: premature or ectopic
	VentricularEscape       Code = 10 // E
	NodalEscape             Code = 11 // j: nodal (junctional) escape beat
	Paced                   Code = 12 // /
	Unclassifiable          Code = 13 // Q
	SignalQuality           Code = 14 // ~: change in signal quality
	Artifact                Code = 16 // |: isolated QRS-like artifact
	STChange                Code = 18 // s
	TWaveChange             Code = 19 // T
	Systole                 Code = 20 // *
	Diastole                Code = 21 // D
	Note                    Code = 22 // ": comment
	Measurement             Code = 23 // =
	PWave                   Code = 24 // p: P-wave peak
	BundleBranchBlock       Code = 25 // B: left or right
	PacerSpike              Code = 26 // ^: non-conducted pacer spike
	TWave                   Code = 27 // t: T-wave peak
	RhythmChange            Code = 28 // +
	UWave                   Code = 29 // u: U-wave peak
	Learning                Code = 30 // ?: beat of a learning period
	FlutterWave             Code = 31 // !: ventricular flutter wave
	FibrillationStart       Code = 32 // [: ventricular flutter or fibrillation
	FibrillationEnd         Code = 33 // ]
	AtrialEscape            Code = 34 // e
	SupraventricularEscape  Code = 35 // n
	Link                    Code = 36 // @: link to external data
	BlockedAtrial           Code = 37 // x: non-conducted P wave
	PacedFusion             Code = 38 // f: fusion of paced and normal beat
	WaveformOnset           Code = 39 // (
	WaveformEnd             Code = 40 // )
	ROnT                    Code = 41 // r: R-on-T premature ventricular contraction
)

// MaxCode is the largest code that a writer takes (ACMAX of the C library).
const MaxCode Code = 49

// codeInfo is the table of annot(5) and ecgmap.h.
var codeInfo = [...]struct {
	mnemonic, description string
	beat                  bool // isqrs
}{
	0:  {" ", "", false},
	1:  {"N", "Normal beat", true},
	2:  {"L", "Left bundle branch block beat", true},
	3:  {"R", "Right bundle branch block beat", true},
	4:  {"a", "Aberrated atrial premature beat", true},
	5:  {"V", "Premature ventricular contraction", true},
	6:  {"F", "Fusion of ventricular and normal beat", true},
	7:  {"J", "Nodal (junctional) premature beat", true},
	8:  {"A", "Atrial premature beat", true},
	9:  {"S", "Supraventricular premature or ectopic beat", true},
	10: {"E", "Ventricular escape beat", true},
	11: {"j", "Nodal (junctional) escape beat", true},
	12: {"/", "Paced beat", true},
	13: {"Q", "Unclassifiable beat", true},
	14: {"~", "Change in signal quality", false},
	16: {"|", "Isolated QRS-like artifact", false},
	18: {"s", "ST segment change", false},
	19: {"T", "T-wave change", false},
	20: {"*", "Systole", false},
	21: {"D", "Diastole", false},
	22: {"\"", "Comment annotation", false},
	23: {"=", "Measurement annotation", false},
	24: {"p", "P-wave peak", false},
	25: {"B", "Bundle branch block beat (unspecified)", true},
	26: {"^", "(Non-captured) pacemaker artifact", false},
	27: {"t", "T-wave peak", false},
	28: {"+", "Rhythm change", false},
	29: {"u", "U-wave peak", false},
	30: {"?", "Beat not classified during learning", true},
	31: {"!", "Ventricular flutter wave", true},
	32: {"[", "Start of ventricular flutter/fibrillation", false},
	33: {"]", "End of ventricular flutter/fibrillation", false},
	34: {"e", "Atrial escape beat", true},
	35: {"n", "Supraventricular escape beat", true},
	36: {"@", "Link to external data (aux contains URL)", false},
	37: {"x", "Non-conducted P-wave (blocked APC)", false},
	38: {"f", "Fusion of paced and normal beat", true},
	39: {"(", "Waveform onset", false},
	40: {")", "Waveform end", false},
	41: {"r", "R-on-T premature ventricular contraction", true},
	63: {},
}

// String returns the mnemonic, "[44]" for a code that has none.
func (c Code) String() string {
	if int(c) < len(codeInfo) && codeInfo[c].mnemonic != "" {
		return codeInfo[c].mnemonic
	}
	return "[" + strconv.Itoa(int(c)) + "]"
}

// Description returns the meaning in words, "" for a code that has none.
func (c Code) Description() string {
	if int(c) < len(codeInfo) {
		return codeInfo[c].description
	}
	return ""
}

// IsBeat reports whether the programs of the WFDB package count the code as a
// beat (isqrs of ecgmap.h). FlutterWave is one of them, though bxb does not
// compare it.
func (c Code) IsBeat() bool { return int(c) < len(codeInfo) && codeInfo[c].beat }

// ParseCode returns the code of a mnemonic, also of the form "[44]".
func ParseCode(mnemonic string) (Code, bool) {
	for c := range codeInfo {
		if m := codeInfo[c].mnemonic; m != "" && m == mnemonic {
			return Code(c), true
		}
	}
	if n := len(mnemonic); n > 2 && mnemonic[0] == '[' && mnemonic[n-1] == ']' {
		if c, err := strconv.ParseUint(mnemonic[1:n-1], 10, 8); err == nil && c <= 58 {
			return Code(c), true
		}
	}
	return 0, false
}
