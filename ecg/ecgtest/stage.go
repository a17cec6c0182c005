package ecgtest

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// Stage says how a stage is tested. New and Input are required.
type Stage[In, Out any] struct {
	New   func() ecg.Stage[In, Out] // a new stage, each time of the same configuration
	Input []In                      // whole frames; a few thousand, with something to find
	Frame int                       // values per frame of the input; 0 means 1
	Rate  float64                   // Hz; 0: positions are not on a sample clock, delay is not tested

	// InputTime is the sample with which an input value becomes available, for
	// stages driven by beats (beat.Known). nil: its index divided by Frame.
	InputTime func(in In) int64

	// At is the position of the i-th output. nil: i divided by Frame, as for a
	// filter.
	At func(i int, out Out) int64

	// Known is the sample with which an output became known; nil: not told.
	Known func(out Out) int64

	// Recovered compares what comes out later than 2 s after 10 s of garbage
	// (NaN, infinities, 1e300) with what comes out there without garbage. nil:
	// for float64 no value may be off by more than 5 % of the range; else the
	// counts may differ by one.
	Recovered func(want, got []Out) error

	MaxState  int  // bytes of a checkpoint; 0: not limited
	MayAlloc  bool // batch-like stages that allocate per output say so
	Unordered bool // positions may go back (several kinds of output in one stream)
}

// TestStage runs every rule as a subtest.
func TestStage[In, Out any](t *testing.T, s Stage[In, Out]) {
	t.Helper()
	for _, r := range s.rules() {
		t.Run(string(r.rule), func(t *testing.T) {
			if v := r.check(); v != nil {
				t.Error(v)
			}
		})
	}
}

// CheckStage runs every rule and returns the violations, joined, or nil.
func CheckStage[In, Out any](s Stage[In, Out]) error {
	var errs []error
	for _, r := range s.rules() {
		if v := r.check(); v != nil {
			errs = append(errs, v)
		}
	}
	return errors.Join(errs...)
}

type rule struct {
	rule  Rule
	check func() *Violation
}

func (s Stage[In, Out]) rules() []rule {
	s.Frame = max(1, s.Frame)
	s.Input = slices.Clip(s.Input)
	want := run(s.New(), s.Input, len(s.Input))
	return []rule{
		{Chunks, func() *Violation { return s.chunks(want) }},
		{Checkpoint, func() *Violation { return s.checkpoint(want) }},
		{NaN, func() *Violation { return s.nan(want) }},
		{Leads, func() *Violation { return s.leads(want) }},
		{Reset, func() *Violation { return s.reset(want) }},
		{Flush, s.flush},
		{Allocs, s.allocs},
		{Monotone, func() *Violation { return s.monotone(want) }},
		{Append, func() *Violation { return s.append(want) }},
		{Overlap, func() *Violation { return s.overlap(want) }},
		{Delay, s.delay},
		{State, s.state},
		{Advance, s.advance},
	}
}

// run feeds the input in blocks of n values and flushes. The block lies in
// memory that is overwritten afterwards, so that a stage which keeps it is
// found out.
func run[In, Out any](s ecg.Stage[In, Out], input []In, n int) []Out {
	var out []Out
	scratch := make([]In, n)
	for len(input) > 0 {
		k := min(n, len(input))
		copy(scratch, input[:k])
		out = s.Append(out, scratch[:k])
		clear(scratch)
		input = input[k:]
	}
	return s.Flush(out)
}

func compare[Out any](r Rule, how string, want, got []Out) *Violation {
	if i := firstDifference(want, got); i >= 0 {
		return violated(r, "%s: output %d of %d is %v, want %v (of %d)", how, i, len(got), at(got, i), at(want, i), len(want))
	}
	return nil
}

func (s Stage[In, Out]) chunks(want []Out) *Violation {
	for _, frames := range []int{1, 2, 7, 97, 1024} {
		if v := compare(Chunks, "blocks of "+strconv.Itoa(frames), want, run(s.New(), s.Input, frames*s.Frame)); v != nil {
			return v
		}
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		stage := s.New()
		var got []Out
		for rest := s.Input; len(rest) > 0; {
			switch r.IntN(8) {
			case 0:
				got = stage.Append(got, nil)
			case 1:
				got = stage.Append(got, rest[:0])
			}
			n := min((1+r.IntN(1<<r.IntN(11)))*s.Frame, len(rest))
			got = stage.Append(got, slices.Clone(rest[:n]))
			rest = rest[n:]
		}
		if v := compare(Chunks, "random blocks", want, stage.Flush(got)); v != nil {
			return v
		}
	}
	return nil
}

func (s Stage[In, Out]) checkpoint(want []Out) *Violation {
	r := rand.New(rand.NewPCG(7, 1))
	frames := len(s.Input) / s.Frame
	for k := range 6 {
		cut := r.IntN(frames+1) * s.Frame
		if k == 0 {
			cut = 0
		}
		first := s.New()
		got := first.Append(nil, s.Input[:cut])
		saved, err := first.AppendBinary([]byte("prefix"))
		if err != nil || !slices.Equal(saved[:min(6, len(saved))], []byte("prefix")) {
			return violated(Checkpoint, "AppendBinary at %d: err %v, or dst was not appended to", cut, err)
		}
		saved = saved[6:]
		second := s.New()
		second.Append(nil, s.Input[:frames/3*s.Frame]) // some other state
		if err := second.UnmarshalBinary(saved); err != nil {
			return violated(Checkpoint, "UnmarshalBinary at %d: %v", cut, err)
		}
		for i, rest := range []ecg.Stage[In, Out]{second, first} {
			all := rest.Append(slices.Clone(got), s.Input[cut:])
			if v := compare(Checkpoint, []string{"resumed", "saved and went on"}[i]+" at "+strconv.Itoa(cut), want, rest.Flush(all)); v != nil {
				return v
			}
		}
		if v := s.damage(saved); v != nil {
			return v
		}
	}
	return nil
}

// damage checks that spoilt checkpoints are refused with the right error and
// leave the receiver as it was.
func (s Stage[In, Out]) damage(saved []byte) *Violation {
	stage := s.New()
	before, _ := stage.AppendBinary(nil)
	reseal := func(b []byte) []byte {
		n := len(b) - 4
		binary.LittleEndian.PutUint32(b[n:], crc32.Checksum(b[:n], crc32.MakeTable(crc32.Castagnoli)))
		return b
	}
	flip := func(i int) []byte {
		b := slices.Clone(saved)
		b[i] ^= 0x10
		return b
	}
	cases := []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, checkpoint.ErrCorrupt},
		{"cut short", saved[:len(saved)-1], checkpoint.ErrCorrupt},
		{"one byte more", append(slices.Clone(saved), 0), checkpoint.ErrCorrupt},
		{"one bit flipped", flip(len(saved) / 2), checkpoint.ErrCorrupt},
		{"another kind", reseal(flip(0)), checkpoint.ErrCorrupt},
		{"another version", reseal(flip(4)), checkpoint.ErrVersion},
		{"another configuration", reseal(flip(6)), checkpoint.ErrConfig},
	}
	for _, c := range cases {
		if err := stage.UnmarshalBinary(c.data); !errors.Is(err, c.want) {
			return violated(Checkpoint, "%s: error %v, want %v", c.name, err, c.want)
		}
		if after, _ := stage.AppendBinary(nil); !slices.Equal(before, after) {
			return violated(Checkpoint, "%s: the stage was changed", c.name)
		}
	}
	return nil
}

func (s Stage[In, Out]) nan(want []Out) *Violation {
	clean, ok := any(s.Input).([]float64)
	if !ok || s.Rate == 0 {
		return nil
	}
	// A third of the signal, garbage, then the signal from there on.
	third := len(clean) / s.Frame / 3
	frames := int(10 * s.Rate)
	dirty := slices.Clone(clean[:third*s.Frame])
	for i := range frames * s.Frame {
		dirty = append(dirty, garbage(i, frames*s.Frame))
	}
	dirty = append(dirty, clean[third*s.Frame:]...)
	got := run(s.New(), any(dirty).([]In), 331*s.Frame)
	from := int64(third) + int64(math.Ceil(2*s.Rate))
	w := s.after(want, from)
	g := s.after(got, from+int64(frames))
	for i := range g {
		if infinite(reflect.ValueOf(g[i])) {
			return violated(NaN, "2 s after garbage output %d is still %v", i, g[i])
		}
	}
	if s.Recovered != nil {
		if err := s.Recovered(w, g); err != nil {
			return violated(NaN, "2 s after garbage: %v", err)
		}
		return nil
	}
	if err := recovered(w, g); err != "" {
		return violated(NaN, "2 s after garbage: %s", err)
	}
	return nil
}

// garbage is the i-th of n bad values: NaN, infinities, enormous numbers, every
// other sample NaN, and NaN again.
func garbage(i, n int) float64 {
	switch 8 * i / n {
	case 1:
		return math.Inf(1)
	case 2:
		return math.Inf(-1)
	case 3:
		return 1e300 * float64(1-2*(i%2))
	case 4, 5:
		if i%2 == 0 {
			return math.NaN()
		}
		return float64(i%17) - 8
	}
	return math.NaN()
}

func recovered[Out any](want, got []Out) string {
	w, ok := any(want).([]float64)
	if !ok {
		if len(got) < len(want)-1 || len(got) > len(want)+1 {
			return strconv.Itoa(len(got)) + " outputs, without garbage " + strconv.Itoa(len(want))
		}
		return ""
	}
	g := any(got).([]float64)
	if len(w) != len(g) {
		return strconv.Itoa(len(g)) + " values, without garbage " + strconv.Itoa(len(w))
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range w {
		lo, hi = min(lo, v), max(hi, v)
	}
	for i := range w {
		if !(math.Abs(w[i]-g[i]) <= 0.05*(hi-lo)) && !(math.IsNaN(w[i]) && math.IsNaN(g[i])) {
			return "value " + strconv.Itoa(i) + " is off by more than 5 % of the range"
		}
	}
	return ""
}

// after returns the outputs at or after a position.
func (s Stage[In, Out]) after(out []Out, from int64) []Out {
	var kept []Out
	for i, o := range out {
		if s.at(i, o) >= from {
			kept = append(kept, o)
		}
	}
	return kept
}

func (s Stage[In, Out]) at(i int, o Out) int64 {
	if s.At != nil {
		return s.At(i, o)
	}
	return int64(i / s.Frame)
}

// leads: with lead 0 all NaN, a filter's other leads come out unchanged, and any
// other stage still finds something.
func (s Stage[In, Out]) leads(want []Out) *Violation {
	clean, ok := any(s.Input).([]float64)
	if !ok || s.Frame == 1 || len(want) == 0 {
		return nil
	}
	dirty := slices.Clone(clean)
	for i := 0; i < len(dirty); i += s.Frame {
		dirty[i] = math.NaN()
	}
	got := run(s.New(), any(dirty).([]In), 64*s.Frame)
	if len(got) == 0 {
		return violated(Leads, "nothing comes out when lead 0 is NaN")
	}
	w, ok := any(want).([]float64)
	if !ok || s.At != nil || len(w) != len(clean) {
		return nil
	}
	g := any(got).([]float64)
	if len(g) != len(w) {
		return violated(Leads, "%d values when lead 0 is NaN, want %d", len(g), len(w))
	}
	for i := range w {
		if i%s.Frame != 0 && math.Float64bits(g[i]) != math.Float64bits(w[i]) {
			return violated(Leads, "lead 0 is NaN, value %d of lead %d is %v, want %v", i/s.Frame, i%s.Frame, g[i], w[i])
		}
	}
	return nil
}

func (s Stage[In, Out]) reset(want []Out) *Violation {
	stage := s.New()
	delay := stage.Delay()
	run(stage, s.Input, len(s.Input)/2/s.Frame*s.Frame+s.Frame)
	if stage.Delay() != delay {
		return violated(Reset, "Delay changed from %v to %v", delay, stage.Delay())
	}
	stage.Reset()
	if v := compare(Reset, "after Reset", want, run(stage, s.Input, len(s.Input))); v != nil {
		return v
	}
	a, _ := s.New().AppendBinary(nil)
	stage.Reset()
	if b, _ := stage.AppendBinary(nil); !slices.Equal(a, b) {
		return violated(Reset, "the checkpoint after Reset is not that of a new stage")
	}
	return nil
}

func (s Stage[In, Out]) flush() *Violation {
	if out := s.New().Flush(nil); len(out) != 0 {
		return violated(Flush, "an empty stream gives %d values", len(out))
	}
	stage := s.New()
	stage.Flush(stage.Append(nil, s.Input))
	if out := stage.Flush(nil); len(out) != 0 {
		return violated(Flush, "the second Flush gives %d values", len(out))
	}
	return nil
}

func (s Stage[In, Out]) allocs() *Violation {
	if s.MayAlloc {
		return nil
	}
	stage := s.New()
	out := stage.Append(nil, s.Input) // warm
	out = slices.Grow(out, len(out)+len(s.Input))
	stage.Reset()
	block := 64 * s.Frame
	var rest []In
	if n := testing.AllocsPerRun(min(100, len(s.Input)/block), func() {
		if len(rest) < block {
			rest = s.Input
		}
		out = stage.Append(out[:0], rest[:min(block, len(rest))])
		rest = rest[min(block, len(rest)):]
	}); n != 0 {
		return violated(Allocs, "%v allocations per block of %d", n, block)
	}
	return nil
}

func (s Stage[In, Out]) monotone(want []Out) *Violation {
	for i := range want {
		if s.Known != nil && s.Known(want[i]) < s.at(i, want[i]) {
			return violated(Monotone, "output %d at %d is known at %d", i, s.at(i, want[i]), s.Known(want[i]))
		}
		if i == 0 {
			continue
		}
		if a, b := s.at(i-1, want[i-1]), s.at(i, want[i]); b < a && !s.Unordered {
			return violated(Monotone, "output %d at %d comes after one at %d", i, b, a)
		}
		if s.Known == nil {
			continue
		}
		if a, b := s.Known(want[i-1]), s.Known(want[i]); b < a {
			return violated(Monotone, "output %d known at %d comes after one known at %d", i, b, a)
		}
	}
	return nil
}

func (s Stage[In, Out]) append(want []Out) *Violation {
	if len(want) == 0 {
		return nil
	}
	stage := s.New()
	dst := []Out{want[0], want[len(want)-1]}
	in := slices.Clone(s.Input)
	dst = stage.Append(dst, in)
	if firstDifference(s.Input, in) >= 0 {
		return violated(Append, "the input was changed")
	}
	dst = stage.Flush(dst)
	if len(dst) < 2 || !sameBits(dst[0], want[0]) || !sameBits(dst[1], want[len(want)-1]) {
		return violated(Append, "what was in dst is gone")
	}
	return compare(Append, "behind other values", want, dst[2:])
}

func (s Stage[In, Out]) overlap(want []Out) *Violation {
	if _, ok := any(s.Input).([]Out); !ok {
		return nil
	}
	stage := s.New()
	var got []Out
	for rest := s.Input; len(rest) > 0; {
		n := min(61*s.Frame, len(rest))
		buf := slices.Clone(rest[:n])
		shared := any(buf).([]Out)
		got = append(got, stage.Append(shared[:0], buf)...)
		rest = rest[n:]
	}
	return compare(Overlap, "dst and in the same memory", want, stage.Flush(got))
}

func (s Stage[In, Out]) delay() *Violation {
	if s.Rate == 0 {
		return nil
	}
	stage := s.New()
	if stage.Delay() < 0 {
		return violated(Delay, "Delay is %v", stage.Delay())
	}
	limit := int64(math.Round(stage.Delay().Seconds() * s.Rate))
	var out []Out
	count := 0
	now := int64(-1)
	check := func() *Violation {
		for _, o := range out {
			at := s.at(count, o)
			count++
			if at > now && s.At != nil && s.Known != nil {
				return violated(Delay, "an output at %d comes with sample %d, before its signal", at, now)
			}
			if now-at > limit {
				return violated(Delay, "the output at %d comes with sample %d: %d later, stated are %d samples (%v)", at, now, now-at, limit, stage.Delay())
			}
			if s.Known != nil && s.Known(o) != now {
				return violated(Delay, "the output at %d says Known %d, it comes with sample %d", at, s.Known(o), now)
			}
		}
		return nil
	}
	for i := 0; i < len(s.Input); i += s.Frame {
		now = int64(i / s.Frame)
		if s.InputTime != nil {
			now = s.InputTime(s.Input[i])
		}
		out = stage.Append(out[:0], s.Input[i:i+s.Frame])
		if v := check(); v != nil {
			return v
		}
	}
	out = stage.Flush(out[:0])
	return check()
}

func (s Stage[In, Out]) state() *Violation {
	if s.MaxState == 0 {
		return nil
	}
	stage := s.New()
	for rest := s.Input; ; {
		b, err := stage.AppendBinary(nil)
		if err != nil || len(b) > s.MaxState {
			return violated(State, "%d bytes, stated are %d (err %v)", len(b), s.MaxState, err)
		}
		if len(rest) == 0 {
			return nil
		}
		n := min(max(1, len(s.Input)/8/s.Frame)*s.Frame, len(rest))
		stage.Append(nil, rest[:n])
		rest = rest[n:]
	}
}

// advance: Advance after every input, after every seventh, and never but at the
// end give the same outputs.
func (s Stage[In, Out]) advance() *Violation {
	if _, ok := s.New().(ecg.Advancer[Out]); !ok {
		return nil
	}
	schedule := func(every int) []Out {
		stage := s.New()
		adv := stage.(ecg.Advancer[Out])
		var out []Out
		now := int64(0)
		for i := 0; i < len(s.Input); i += s.Frame {
			next := int64(i / s.Frame)
			if s.InputTime != nil {
				next = s.InputTime(s.Input[i])
			}
			if every > 0 && i/s.Frame%every == 0 {
				for t := now; t < next; t += max(1, (next-now)/3) {
					out = adv.Advance(out, t)
				}
				out = adv.Advance(out, now-1)
			}
			now = next
			out = stage.Append(out, s.Input[i:i+s.Frame])
		}
		out = adv.Advance(out, now+1)
		return stage.Flush(out)
	}
	want := schedule(0)
	for _, every := range []int{1, 7} {
		if v := compare(Advance, "Advance before every "+strconv.Itoa(every), want, schedule(every)); v != nil {
			return v
		}
	}
	return nil
}
