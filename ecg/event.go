package ecg

// Event is what a monitor emits: one of the words of this package with the
// time it became known.
type Event struct {
	Kind  EventKind
	At    int64 // sample: where it is
	Known int64 // sample with which it became known

	Beat    Beat    // Kind BeatEvent
	Episode Episode // Kind EpisodeEvent
	Quality Quality // Kind QualityEvent
}

// EventKind says which part of an Event is set.
type EventKind uint8

const (
	BeatEvent EventKind = iota
	EpisodeEvent
	QualityEvent
)

var eventText = []string{"beat", "episode", "quality"}

// String returns one lower-case word.
func (k EventKind) String() string { return text(k, eventText) }

// AppendText implements encoding.TextAppender.
func (k EventKind) AppendText(b []byte) ([]byte, error) { return appendText(b, k, eventText, "event") }

// MarshalText implements encoding.TextMarshaler.
func (k EventKind) MarshalText() ([]byte, error) { return k.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *EventKind) UnmarshalText(t []byte) error { return parseText(k, t, eventText, "event") }
