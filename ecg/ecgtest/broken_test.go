package ecgtest

import (
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

// smoother is a small correct stage, a one-pole low-pass per lead, with a
// switch for each way to break the contract.
type smoother struct {
	y      [2]float64
	primed [2]bool
	n      int64 // values seen

	fault string
	kept  []float64
	leak  []float64
}

const testRate = 100.0

func (s *smoother) Append(dst []float64, in []float64) []float64 {
	switch s.fault {
	case "block start shows":
		s.y[0] *= 0.999
	case "overwrites dst":
		dst = dst[:0]
	case "allocates":
		s.leak = make([]float64, len(in))
	}
	if s.fault == "keeps in" {
		if len(s.kept) > 0 {
			s.y[0] += s.kept[0] - s.kept[0]/2
		}
		s.kept = in
	}
	for _, v := range in {
		l := int(s.n) % len(s.y)
		s.n++
		bad := math.IsNaN(v) || math.Abs(v) > 1e6
		if s.fault == "NaN enters" {
			bad = false
		}
		switch {
		case bad && s.fault == "one lead stops all":
			s.primed = [2]bool{}
			v = math.NaN()
		case bad:
			s.primed[l] = false
			v = math.NaN()
		case !s.primed[l]:
			s.primed[l] = true
			s.y[l] = v
		default:
			s.y[l] += float64(0.1 * (v - s.y[l]))
			v = s.y[l]
		}
		dst = append(dst, v)
	}
	return dst
}

func (s *smoother) Flush(dst []float64) []float64 {
	if s.fault == "flushes twice" {
		return append(dst, 0)
	}
	return dst
}

func (s *smoother) Reset() {
	if s.fault == "Reset forgets" {
		s.primed = [2]bool{}
		return
	}
	*s = smoother{fault: s.fault}
}

func (s *smoother) Delay() time.Duration {
	if s.fault == "Delay changes" && s.n > 0 {
		return time.Second
	}
	return 0
}

func (s *smoother) AppendBinary(b []byte) ([]byte, error) {
	if s.fault == "checkpoint drops the prefix" {
		b = nil
	}
	version := uint16(1)
	e := checkpoint.Append(b, "TEST", version, checkpoint.NewFingerprint())
	e.Floats(s.y[:])
	e.Bool(s.primed[0])
	if s.fault != "checkpoint forgets" {
		e.Bool(s.primed[1])
	} else {
		e.Bool(false)
	}
	e.Int(s.n)
	if s.fault == "state grows" {
		e.Floats(make([]float64, s.n/100))
	} else {
		e.Floats(nil)
	}
	return e.End(), nil
}

func (s *smoother) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, "TEST", 1, checkpoint.NewFingerprint())
	if s.fault == "takes anything" {
		return nil
	}
	if err != nil {
		if s.fault == "spoilt by damage" {
			s.n++
		}
		return err
	}
	c := smoother{fault: s.fault}
	d.Floats(c.y[:])
	c.primed[0], c.primed[1] = d.Bool(), d.Bool()
	c.n = d.Int()
	d.AppendFloats(nil, 1<<20)
	if err := d.Close(); err != nil {
		return err
	}
	*s = c
	return nil
}

// input is two leads of a sine and a triangle.
func input() []float64 {
	v := make([]float64, 2*3000)
	for i := range v {
		v[i] = math.Sin(float64(i/2)/9) + float64(i%2*(i%50))
	}
	return v
}

func smootherTest(fault string) Stage[float64, float64] {
	return Stage[float64, float64]{
		New:   func() ecg.Stage[float64, float64] { return &smoother{fault: fault} },
		Input: input(), Frame: 2, Rate: testRate, MaxState: 200,
	}
}

func TestGoodStagePasses(t *testing.T) {
	TestStage(t, smootherTest(""))
	TestStage(t, peakTest(""))
}

// requireRule checks that the violations in err include this rule.
func requireRule(t *testing.T, err error, want Rule) {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "no violation at all")
	for _, e := range joined.Unwrap() {
		var v *Violation
		require.ErrorAs(t, e, &v)
		if v.Rule == want {
			return
		}
	}
	t.Fatalf("rule %q not among: %v", want, err)
}

func TestBrokenStagesAreCaught(t *testing.T) {
	for fault, rule := range map[string]Rule{
		"block start shows":           Chunks,
		"keeps in":                    Chunks,
		"checkpoint forgets":          Checkpoint,
		"checkpoint drops the prefix": Checkpoint,
		"takes anything":              Checkpoint,
		"spoilt by damage":            Checkpoint,
		"NaN enters":                  NaN,
		"one lead stops all":          Leads,
		"Reset forgets":               Reset,
		"Delay changes":               Reset,
		"flushes twice":               Flush,
		"allocates":                   Allocs,
		"overwrites dst":              Append,
		"changes in":                  Append,
		"no overlap":                  Overlap,
		"state grows":                 State,
	} {
		t.Run(fault, func(t *testing.T) {
			test := smootherTest(fault)
			if fault == "changes in" {
				test.New = func() ecg.Stage[float64, float64] { return &clobber{} }
			}
			if fault == "no overlap" {
				test.New = func() ecg.Stage[float64, float64] { return &lookAhead{} }
			}
			requireRule(t, CheckStage(test), rule)
		})
	}
}

// clobber leaves its input changed.
type clobber struct{ smoother }

func (c *clobber) Append(dst, in []float64) []float64 {
	dst = c.smoother.Append(dst, in)
	for i := range in {
		in[i] = 0
	}
	return dst
}

// lookAhead reads an input after having written the output that lies there when
// both share memory.
type lookAhead struct{ smoother }

func (l *lookAhead) Append(dst, in []float64) []float64 {
	for i := range in {
		dst = append(dst, in[i]+in[max(0, i-1)])
	}
	return dst
}

// peaks emits each local maximum two samples later, and once a second a mark.
type peaks struct {
	x     [3]float64
	n     int64
	fault string
}

func (p *peaks) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	for _, v := range in {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			v = 0
		}
		p.x[0], p.x[1], p.x[2] = p.x[1], p.x[2], v
		if p.n >= 2 && p.x[1] > p.x[0] && p.x[1] >= p.x[2] && p.x[1] > 0.5 {
			b := ecg.Beat{At: p.n - 1, Known: p.n}
			switch p.fault {
			case "late":
				b.At -= 20
			case "Known lies":
				b.Known++
			case "time goes back":
				b.At -= p.n % 3 * 40
			case "known before":
				b.At = p.n + 5
			}
			dst = append(dst, b)
		}
		p.n++
	}
	return dst
}

func (p *peaks) Advance(dst []ecg.Beat, now int64) []ecg.Beat {
	if p.fault == "Advance shows" && now > p.n+1 {
		return append(dst, ecg.Beat{At: now, Known: now})
	}
	if p.fault == "Advance shows" {
		p.x[1] += 0.001
	}
	return dst
}

func (p *peaks) Flush(dst []ecg.Beat) []ecg.Beat { return dst }
func (p *peaks) Reset()                          { *p = peaks{fault: p.fault} }
func (p *peaks) Delay() time.Duration            { return 10 * time.Millisecond }
func (p *peaks) AppendBinary(b []byte) ([]byte, error) {
	e := checkpoint.Append(b, "PEAK", 1, checkpoint.NewFingerprint())
	e.Floats(p.x[:])
	e.Int(p.n)
	return e.End(), nil
}
func (p *peaks) UnmarshalBinary(data []byte) error {
	d, err := checkpoint.Open(data, "PEAK", 1, checkpoint.NewFingerprint())
	if err != nil {
		return err
	}
	c := peaks{fault: p.fault}
	d.Floats(c.x[:])
	c.n = d.Int()
	if err := d.Close(); err != nil {
		return err
	}
	*p = c
	return nil
}

func peakTest(fault string) Stage[float64, ecg.Beat] {
	one := make([]float64, 3000)
	for i := range one {
		one[i] = math.Sin(float64(i) / 9)
	}
	return Stage[float64, ecg.Beat]{
		New:   func() ecg.Stage[float64, ecg.Beat] { return &peaks{fault: fault} },
		Input: one, Rate: testRate,
		At:    func(_ int, b ecg.Beat) int64 { return b.At },
		Known: func(b ecg.Beat) int64 { return b.Known },
	}
}

func TestBrokenDetectorsAreCaught(t *testing.T) {
	for fault, rule := range map[string]Rule{
		"late":           Delay,
		"Known lies":     Delay,
		"time goes back": Monotone,
		"known before":   Monotone,
		"Advance shows":  Advance,
	} {
		t.Run(fault, func(t *testing.T) { requireRule(t, CheckStage(peakTest(fault)), rule) })
	}
}

// countdown is a correct two-lead Signal with a switch for each fault.
type countdown struct {
	left  int // values
	fault string
	kept  []float64
	reads int
}

func (c *countdown) Format() ecg.Format {
	f := ecg.Format{Rate: 100, Leads: ecg.ECGLeads("a", "b")}
	if c.fault == "format changes" && c.left < 100 {
		f.Rate = 200
	}
	return f
}

func (c *countdown) Read(p []float64) (int, error) {
	c.reads++
	if len(p) < 2 && c.fault != "short" {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.ErrShortBuffer
	}
	if len(p) == 1 {
		return 0, nil
	}
	if c.left == 0 {
		if c.fault == "end forgets" && c.reads%2 == 0 {
			return 0, nil
		}
		if c.fault == "stalls" {
			return 0, nil
		}
		return 0, io.EOF
	}
	n := min(len(p)-len(p)%2, c.left)
	for i := range n {
		p[i] = float64(c.left - i)
	}
	c.left -= n
	switch c.fault {
	case "half frames":
		return n - 1, nil
	case "beyond":
		if n < len(p) {
			p[n] = 5
		}
	case "keeps p":
		if c.kept != nil {
			p[0] = c.kept[0]
		}
		c.kept = p
	case "size shows":
		p[0] = float64(len(p))
	case "allocates":
		c.kept = append([]float64(nil), p...)
	case "wrong error":
		if c.left == 0 {
			return n, errors.New("broken")
		}
	}
	return n, nil
}

func TestGoodReaderPasses(t *testing.T) {
	TestReader(t, Reader[float64]{New: func() ecg.Reader[float64] { return &countdown{left: 9000} }})
}

func TestBrokenReadersAreCaught(t *testing.T) {
	for fault, rule := range map[string]Rule{
		"half frames":    Count,
		"beyond":         Beyond,
		"keeps p":        Keep,
		"size shows":     Chunks,
		"end forgets":    End,
		"wrong error":    End,
		"stalls":         Progress,
		"short":          Short,
		"format changes": Format,
		"allocates":      Allocs,
	} {
		t.Run(fault, func(t *testing.T) {
			requireRule(t, CheckReader(Reader[float64]{
				New: func() ecg.Reader[float64] { return &countdown{left: 9000, fault: fault} },
			}), rule)
		})
	}
}
