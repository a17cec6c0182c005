package ecgtest

import (
	"errors"
	"io"
	"strconv"
	"testing"

	"github.com/sinus-ecg/sinus/ecg"
)

// Reader says how a reader is tested.
type Reader[T any] struct {
	New   func() ecg.Reader[T] // a new reader of the same values each time
	Final error                // the error at its end, as errors.Is sees it; nil means io.EOF

	MayAlloc bool // readers that allocate per value say so
}

// TestReader runs every rule as a subtest. A reader that is an ecg.Signal is
// held to the rules of a Signal.
func TestReader[T any](t *testing.T, r Reader[T]) {
	t.Helper()
	for _, rule := range r.rules() {
		t.Run(string(rule.rule), func(t *testing.T) {
			if v := rule.check(); v != nil {
				t.Error(v)
			}
		})
	}
}

// CheckReader runs every rule and returns the violations, joined, or nil.
func CheckReader[T any](r Reader[T]) error {
	var errs []error
	for _, rule := range r.rules() {
		if v := rule.check(); v != nil {
			errs = append(errs, v)
		}
	}
	return errors.Join(errs...)
}

func (r Reader[T]) rules() []rule {
	if r.Final == nil {
		r.Final = io.EOF
	}
	return []rule{
		{Count, r.count},
		{Chunks, r.chunks},
		{Beyond, r.beyond},
		{Keep, r.keep},
		{End, r.end},
		{Short, r.short},
		{Format, r.format},
		{Allocs, r.allocs},
	}
}

func frameOf(r any) int {
	if s, ok := r.(ecg.Signal); ok {
		return max(1, len(s.Format().Leads))
	}
	return 1
}

// read reads to the final error in blocks of n frames, each into fresh memory.
func (r Reader[T]) read(rd ecg.Reader[T], frames int) (all []T, v *Violation) {
	unit := frameOf(rd)
	empty := 0
	for {
		p := make([]T, frames*unit)
		n, err := rd.Read(p)
		if n < 0 || n > len(p) || n%unit != 0 {
			return all, violated(Count, "Read of %d gives %d with %d values per frame", len(p), n, unit)
		}
		all = append(all, p[:n]...)
		if err != nil {
			if !errors.Is(err, r.Final) {
				return all, violated(End, "the reader ends with %v, want %v", err, r.Final)
			}
			return all, nil
		}
		if empty++; n > 0 {
			empty = 0
		}
		if empty >= 100 {
			return all, violated(Progress, "0, nil a hundred times")
		}
	}
}

func (r Reader[T]) count() *Violation {
	_, v := r.read(r.New(), 1)
	return v
}

func (r Reader[T]) chunks() *Violation {
	want, v := r.read(r.New(), 4096)
	if v != nil {
		return v
	}
	for _, frames := range []int{1, 3, 100} {
		got, v := r.read(r.New(), frames)
		if v != nil {
			return v
		}
		if v := compare(Chunks, "reads of "+strconv.Itoa(frames)+" frames", want, got); v != nil {
			return v
		}
	}
	return nil
}

// beyond: what lies behind the returned n stays as it was.
func (r Reader[T]) beyond() *Violation {
	rd := r.New()
	first, v := r.read(r.New(), 64)
	if v != nil || len(first) == 0 {
		return v
	}
	for range 100000 {
		p := make([]T, 24*frameOf(rd)+frameOf(rd)/2)
		for i := range p {
			p[i] = first[0]
		}
		n, err := rd.Read(p)
		for i := max(0, n); i < len(p); i++ {
			if !sameBits(p[i], first[0]) {
				return violated(Beyond, "Read gives %d values and touches value %d of p", n, i)
			}
		}
		if err != nil {
			break
		}
	}
	return nil
}

// keep: overwriting p after a Read changes nothing that comes later.
func (r Reader[T]) keep() *Violation {
	want, v := r.read(r.New(), 64)
	if v != nil {
		return v
	}
	rd := r.New()
	p := make([]T, 24*frameOf(rd))
	var got []T
	for range 10 * (len(want) + 100) {
		n, err := rd.Read(p)
		got = append(got, p[:max(0, min(n, len(p)))]...)
		clear(p)
		if err != nil {
			break
		}
	}
	return compare(Keep, "with one buffer, cleared after each Read", want, got)
}

func (r Reader[T]) end() *Violation {
	rd := r.New()
	if _, v := r.read(rd, 16); v != nil {
		return v
	}
	for range 3 {
		n, err := rd.Read(make([]T, 16*frameOf(rd)))
		if n != 0 || !errors.Is(err, r.Final) {
			return violated(End, "after the end Read gives %d, %v, want 0, %v", n, err, r.Final)
		}
	}
	return nil
}

func (r Reader[T]) short() *Violation {
	rd := r.New()
	if n, err := rd.Read(nil); n != 0 || err != nil && !errors.Is(err, r.Final) {
		return violated(Short, "Read(nil) gives %d, %v", n, err)
	}
	unit := frameOf(rd)
	if unit == 1 {
		return nil
	}
	if n, err := rd.Read(make([]T, unit-1)); n != 0 || !errors.Is(err, io.ErrShortBuffer) {
		return violated(Short, "a p of less than a frame gives %d, %v, want 0, io.ErrShortBuffer", n, err)
	}
	want, v := r.read(r.New(), 64)
	if v != nil {
		return v
	}
	got, v := r.read(rd, 64)
	if v != nil {
		return v
	}
	return compare(Short, "after a p of less than a frame", want, got)
}

func (r Reader[T]) format() *Violation {
	rd := r.New()
	s, ok := rd.(ecg.Signal)
	if !ok {
		return nil
	}
	before := s.Format()
	if _, err := before.Clock(); err != nil {
		return violated(Format, "%v", err)
	}
	if len(before.Leads) == 0 {
		return violated(Format, "no leads")
	}
	if _, v := r.read(rd, 16); v != nil {
		return v
	}
	if after := s.Format(); !after.Equal(before) || !after.Start.Equal(before.Start) {
		return violated(Format, "the format changed from %v to %v", before, after)
	}
	return nil
}

func (r Reader[T]) allocs() *Violation {
	if r.MayAlloc {
		return nil
	}
	rd := r.New()
	p := make([]T, 64*frameOf(rd))
	all, v := r.read(r.New(), 64)
	if v != nil {
		return v
	}
	// The steady state: past the first quarter, before the end.
	blocks := len(all) / len(p)
	for range blocks / 4 {
		rd.Read(p)
	}
	if blocks < 8 {
		return nil
	}
	if n := testing.AllocsPerRun(blocks/4, func() { rd.Read(p) }); n != 0 {
		return violated(Allocs, "%v allocations per Read of %d", n, len(p))
	}
	return nil
}
