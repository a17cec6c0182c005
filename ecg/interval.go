package ecg

// Interval is the time between two beats that follow each other.
type Interval struct {
	Start, End int64   // samples of the two R peaks, Start < End
	Length     float64 // samples, with the fractions of both peaks; corrected if Mark says so
	Known      int64   // sample with which the interval became known

	From, To Class // classes of the two beats

	Mark IntervalMark // what was done to it
}

// NN reports whether the interval counts as one between two normal beats: as
// measured, or as an estimate in place of one.
func (i Interval) NN() bool {
	return i.Mark == Kept || i.Mark >= Corrected
}

// IntervalMark says whether an interval can be used as an NN interval, and
// what was done to make it so.
type IntervalMark uint8

const (
	Kept        IntervalMark = iota // as measured, between two beats of normal origin
	Ectopic                         // one of the beats is not of normal origin
	Gap                             // beats may be missing: signal was lost in between
	Implausible                     // outside physiological limits
	Corrected                       // an estimate: one of its beats was moved, or its length replaced
	Split                           // an estimate: part of a longer one, in which a beat was missed
	Merged                          // an estimate: it holds a beat that was false
)

var markText = []string{"kept", "ectopic", "gap", "implausible", "corrected", "split", "merged"}

// String returns one lower-case word.
func (m IntervalMark) String() string { return text(m, markText) }

// AppendText implements encoding.TextAppender.
func (m IntervalMark) AppendText(b []byte) ([]byte, error) {
	return appendText(b, m, markText, "interval mark")
}

// MarshalText implements encoding.TextMarshaler.
func (m IntervalMark) MarshalText() ([]byte, error) { return m.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *IntervalMark) UnmarshalText(t []byte) error {
	return parseText(m, t, markText, "interval mark")
}
