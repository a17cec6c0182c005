package bench

import (
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// Marks is a detector that knows the beats beforehand: it hands each over when
// the signal has reached it. With it a stage that has a detector inside runs on
// annotated beats.
type Marks struct {
	leads int
	beats []ecg.Beat // in order
	n     int64      // frames taken
	frame int        // values of an unfinished frame
	next  int
}

// NewMarks returns the stage, over frames of so many leads.
func NewMarks(leads int, beats []ecg.Beat) *Marks { return &Marks{leads: leads, beats: beats} }

// Append implements ecg.Stage.
func (m *Marks) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	m.frame += len(in)
	m.n += int64(m.frame / m.leads)
	m.frame %= m.leads
	for ; m.next < len(m.beats) && m.beats[m.next].At < m.n; m.next++ {
		b := m.beats[m.next]
		b.Known = b.At
		dst = append(dst, b)
	}
	return dst
}

// Flush implements ecg.Stage.
func (m *Marks) Flush(dst []ecg.Beat) []ecg.Beat { return dst }

// Reset implements ecg.Stage.
func (m *Marks) Reset() { m.n, m.frame, m.next = 0, 0, 0 }

// Delay implements ecg.Stage.
func (m *Marks) Delay() time.Duration { return 0 }

const marksMagic, marksVersion = "bMrk", 1

func (m *Marks) fingerprint() checkpoint.Fingerprint {
	return checkpoint.NewFingerprint().Int(int64(m.leads)).Int(int64(len(m.beats)))
}

// AppendBinary implements encoding.BinaryAppender. The beats are not part of it.
func (m *Marks) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, marksMagic, marksVersion, m.fingerprint())
	e.Int(m.n)
	e.Int(int64(m.frame))
	e.Int(int64(m.next))
	return e.End(), nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (m *Marks) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, marksMagic, marksVersion, m.fingerprint())
	if err != nil {
		return err
	}
	n, frame, next := d.Int(), d.IntIn(0, m.leads-1), d.IntIn(0, len(m.beats))
	if err := d.Close(); err != nil {
		return err
	}
	m.n, m.frame, m.next = n, frame, next
	return nil
}
