package ecg

// Beat is one heart beat.
type Beat struct {
	At    int64   // sample of the R peak (or main deflection of the QRS)
	Frac  float64 // the peak lies at At + Frac samples, -0.5 <= Frac <= 0.5
	Known int64   // sample with which the beat became known, Known >= At

	// QRS onset and offset in samples relative to At, Onset <= 0 <= Offset.
	// Both 0: not measured.
	Onset, Offset int32

	Class      Class   // Unclassified until a classifier has seen it
	Confidence float64 // probability that this is a beat, 0 to 1; 0: not given
}
