package ecg

import "io"

// Values returns a Reader of the elements of v.
func Values[T any](v []T) Reader[T] { return &values[T]{v} }

type values[T any] struct{ rest []T }

func (r *values[T]) Read(p []T) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Samples returns a Signal of the interleaved frames in v. A last frame that is
// not whole gives io.ErrUnexpectedEOF after the whole ones.
func Samples(f Format, v []float64) Signal { return &samples{v, f} }

type samples struct {
	rest   []float64
	format Format
}

func (s *samples) Format() Format { return s.format }

func (s *samples) Read(p []float64) (int, error) {
	unit := max(1, len(s.format.Leads))
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	if len(s.rest) < unit {
		return 0, io.ErrUnexpectedEOF
	}
	if len(p) < unit {
		return 0, shortBuffer(p)
	}
	n := min(len(p), len(s.rest))
	n -= n % unit
	copy(p, s.rest[:n])
	s.rest = s.rest[n:]
	return n, nil
}

// shortBuffer is the error for a p that holds less than a frame: none if it is
// empty.
func shortBuffer(p []float64) error {
	if len(p) == 0 {
		return nil
	}
	return io.ErrShortBuffer
}
