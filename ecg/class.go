package ecg

// Class is a beat class of ANSI/AAMI EC57 (also IEC 60601-2-47).
type Class uint8

const (
	Unclassified     Class = iota // no classifier has run
	Normal                        // N: sinus and bundle-branch-block beats
	Supraventricular              // S: supraventricular ectopic beat
	Ventricular                   // V: ventricular ectopic beat
	Fusion                        // F: fusion of a normal and a ventricular beat
	Unknown                       // Q: paced or unclassifiable beat
)

var classText = []string{"-", "N", "S", "V", "F", "Q"}

// String returns the letter of EC57, "-" for Unclassified.
func (c Class) String() string { return text(c, classText) }

// AppendText implements encoding.TextAppender with the letter of EC57.
func (c Class) AppendText(b []byte) ([]byte, error) { return appendText(b, c, classText, "class") }

// MarshalText implements encoding.TextMarshaler.
func (c Class) MarshalText() ([]byte, error) { return c.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Class) UnmarshalText(t []byte) error { return parseText(c, t, classText, "class") }
