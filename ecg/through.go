package ecg

import "io"

// blockFrames is how many frames Through asks for at a time: long enough that
// the cost of a call vanishes (32 already pay), short enough to stay in the
// first-level cache.
const blockFrames = 512

// Through returns a Reader of what the stage makes of r. At the end of r, also
// after an error, the stage is flushed; the error follows the last value.
//
// A Reader that returns 0, nil a hundred times in a row gives
// io.ErrNoProgress, one that returns an impossible count ErrBadReadCount.
func Through[In, Out any](r Reader[In], s Stage[In, Out]) Reader[Out] {
	return newThrough(r, s, 1)
}

// SignalThrough is Through for a stage that makes a signal of a signal: f is
// the format of the result, r.Format() for a filter that keeps rate and leads.
func SignalThrough(r Signal, s Stage[float64, float64], f Format) Signal {
	return &signalThrough{newThrough(Reader[float64](r), s, max(1, len(f.Leads))), f}
}

type signalThrough struct {
	*through[float64, float64]
	format Format
}

func (t *signalThrough) Format() Format { return t.format }

type through[In, Out any] struct {
	r       Reader[In]
	s       Stage[In, Out]
	in      []In
	out     []Out // made by the stage
	next    int   // first value of out that has not been read
	err     error // what follows out
	inUnit  int   // values per frame of r
	outUnit int   // values per frame of the result
}

func newThrough[In, Out any](r Reader[In], s Stage[In, Out], outUnit int) *through[In, Out] {
	inUnit := frameLen(r)
	return &through[In, Out]{r: r, s: s, in: make([]In, blockFrames*inUnit), inUnit: inUnit, outUnit: outUnit}
}

// frameLen is the number of values per frame: the leads of a Signal, else 1.
func frameLen(r any) int {
	if s, ok := r.(Signal); ok {
		return max(1, len(s.Format().Leads))
	}
	return 1
}

func (t *through[In, Out]) Read(p []Out) (int, error) {
	if len(p) < t.outUnit {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.ErrShortBuffer
	}
	p = p[:len(p)-len(p)%t.outUnit]
	for t.next == len(t.out) {
		if t.err != nil {
			return 0, t.err
		}
		t.fill()
	}
	n := copy(p, t.out[t.next:])
	t.next += n
	return n, nil
}

// fill reads one block from r and runs it through the stage.
func (t *through[In, Out]) fill() {
	n, err := readSome(t.r, t.in, t.inUnit)
	t.out, t.next = t.s.Append(t.out[:0], t.in[:n]), 0
	if err != nil {
		t.out = t.s.Flush(t.out)
		t.err = err
	}
}

// readSome reads at least one value or an error, and holds the Reader to its
// contract.
func readSome[T any](r Reader[T], p []T, unit int) (int, error) {
	for range maxEmptyReads {
		n, err := r.Read(p)
		if n < 0 || n > len(p) || n%unit != 0 {
			return 0, ErrBadReadCount
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}
