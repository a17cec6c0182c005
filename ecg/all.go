package ecg

import (
	"io"
	"iter"
)

// All ranges over the values of r. At the end of r the loop ends; any other
// error is the last pair, with the zero value.
//
// Of a Signal the values come one by one, lead by lead; see [Frames]. A loop
// that breaks leaves r usable: no value beyond the current one (of a Signal:
// the current frame) has been taken from r.
func All[T any](r Reader[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p := make([]T, frameLen(r))
		for {
			n, err := readSome(r, p, len(p))
			for _, v := range p[:n] {
				if !yield(v, nil) {
					return
				}
			}
			if err != nil {
				if err != io.EOF {
					var zero T
					yield(zero, err)
				}
				return
			}
		}
	}
}

// Frames ranges over the frames of s: one value per lead. The slice is used
// again for the next frame. Ends and errors are as with [All].
func Frames(s Signal) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		p := make([]float64, frameLen(s))
		for {
			n, err := readSome(Reader[float64](s), p, len(p))
			if n > 0 && !yield(p, nil) {
				return
			}
			if err != nil {
				if err != io.EOF {
					yield(nil, err)
				}
				return
			}
		}
	}
}

// ReadAll reads r to its end. It returns what was read, and the error unless it
// was io.EOF.
func ReadAll[T any](r Reader[T]) ([]T, error) {
	unit := frameLen(r)
	p := make([]T, blockFrames*unit)
	var all []T
	for {
		n, err := readSome(r, p, unit)
		all = append(all, p[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}
