package ecg

// Quality is how good one lead was over a stretch of signal.
type Quality struct {
	Lead       int     // index into Format.Leads
	Start, End int64   // samples, End exclusive
	Known      int64   // sample with which it became known
	Index      float64 // 0 useless to 1 clean
	Flags      QualityFlags
}

// QualityFlags are the faults found; several may be set.
type QualityFlags uint8

const (
	Flat      QualityFlags = 1 << iota // no variation
	Saturated                          // at a rail
	LeadOff                            // no samples
	Noisy                              // muscle or other broadband noise
	Mains                              // 50 or 60 Hz
	Wander                             // baseline wander
)
