package features

import (
	"encoding/json"
	"math"
	"strconv"
)

// Index is one number with the reason why it could not be computed. Value is
// NaN exactly when Why is not OK; it is never infinite.
type Index struct {
	Value float64
	Why   Reason
}

// Reason says why a number could not be computed.
type Reason uint8

const (
	OK           Reason = iota
	NotAsked            // the configuration leaves it out
	TooShort            // fewer intervals, or less time, than the definition needs
	TooLong             // more intervals than a quadratic method is allowed
	NoVariance          // all values are equal where a spread is the divisor
	NoMatch             // an entropy found no two similar patterns
	NoAnchor            // no interval fulfils the condition of an anchor or of an event
	NotFinite           // the input holds NaN or an infinity, or the result leaves the range of float64
	NotPlausible        // the input holds intervals of zero or negative length
	TooNoisy            // too small a part of the window is NN intervals
	Absent              // the wave was looked for and is not there
)

var reasonText = [...]string{
	"ok", "not asked", "too short", "too long", "no variance", "no match",
	"no anchor", "not finite", "not plausible", "too noisy", "absent",
}

// String returns the reason in lower-case words.
func (r Reason) String() string {
	if int(r) < len(reasonText) {
		return reasonText[r]
	}
	return "Reason(" + strconv.Itoa(int(r)) + ")"
}

// MarshalText implements encoding.TextMarshaler.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalJSON gives the number, or, where there is none, an object with the
// reason: {"why":"too short"}.
func (x Index) MarshalJSON() ([]byte, error) {
	if x.Why == OK {
		return json.Marshal(x.Value)
	}
	return json.Marshal(struct {
		Why Reason `json:"why"`
	}{x.Why})
}

// String returns the shortest decimal form of the value, or the reason.
func (x Index) String() string {
	if x.Why == OK {
		return strconv.FormatFloat(x.Value, 'g', -1, 64)
	}
	return x.Why.String()
}

// value makes an Index of a number; what is not finite has a reason.
func value(v float64) Index {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none(NotFinite)
	}
	return Index{Value: v}
}

// none is the Index of a number that does not exist.
func none(why Reason) Index { return Index{math.NaN(), why} }

// ratio is a/b with the reasons of both; b == 0 has no variance.
func ratio(a, b Index) Index {
	switch {
	case a.Why != OK:
		return a
	case b.Why != OK:
		return b
	case b.Value == 0:
		return none(NoVariance)
	}
	return value(a.Value / b.Value)
}
