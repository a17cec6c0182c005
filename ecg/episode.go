package ecg

// Episode is a stretch of one rhythm. One episode is reported up to three
// times, as its State goes forward; what was reported stays true.
type Episode struct {
	Rhythm     Rhythm
	State      EpisodeState
	Start      int64   // sample at which the rhythm began
	End        int64   // sample after its last one; 0 until State is Ended
	Known      int64   // sample with which this report became known
	Confidence float64 // 0 to 1; 0: not given
}

// EpisodeState is how far the knowledge of an episode has come.
type EpisodeState uint8

const (
	Suspected EpisodeState = iota // evidence, but below the minimum duration
	Confirmed                     // the minimum duration is reached
	Ended                         // End is known
)

var stateText = []string{"suspected", "confirmed", "ended"}

// String returns one lower-case word.
func (s EpisodeState) String() string { return text(s, stateText) }

// AppendText implements encoding.TextAppender.
func (s EpisodeState) AppendText(b []byte) ([]byte, error) {
	return appendText(b, s, stateText, "episode state")
}

// MarshalText implements encoding.TextMarshaler.
func (s EpisodeState) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *EpisodeState) UnmarshalText(t []byte) error {
	return parseText(s, t, stateText, "episode state")
}

// Rhythm is a heart rhythm, named as in the rhythm annotations of the MIT-BIH
// databases where these have a name for it.
type Rhythm uint8

const (
	RhythmUnknown           Rhythm = iota // not determined
	SinusRhythm                           // N
	SinusBradycardia                      // SBR
	SinusTachycardia                      // STACH
	Pause                                 // PAUSE: no beat for 2 s or more
	Asystole                              // ASYS: no beat, good signal
	AtrialFibrillation                    // AFIB
	AtrialFlutter                         // AFL
	SupraventricularTachy                 // SVTA
	VentricularCouplet                    // VC: two ventricular beats in a row
	VentricularRun                        // VRUN: three or more
	VentricularBigeminy                   // B
	VentricularTrigeminy                  // T
	VentricularTachycardia                // VT
	IdioventricularRhythm                 // IVR
	PacedRhythm                           // P
	VentricularFlutter                    // VFL
	VentricularFibrillation               // VFIB
	SecondDegreeBlock                     // BII
	ThirdDegreeBlock                      // BIII
)

var rhythmText = []string{"?", "N", "SBR", "STACH", "PAUSE", "ASYS", "AFIB", "AFL", "SVTA", "VC", "VRUN", "B", "T", "VT", "IVR", "P", "VFL", "VFIB", "BII", "BIII"}

// String returns the abbreviation in the comment of the constant.
func (r Rhythm) String() string { return text(r, rhythmText) }

// AppendText implements encoding.TextAppender.
func (r Rhythm) AppendText(b []byte) ([]byte, error) { return appendText(b, r, rhythmText, "rhythm") }

// MarshalText implements encoding.TextMarshaler.
func (r Rhythm) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Rhythm) UnmarshalText(t []byte) error { return parseText(r, t, rhythmText, "rhythm") }
