package detect_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func newQRS(t testing.TB, rate float64, leads int) *detect.QRS {
	t.Helper()
	q, err := detect.NewQRS(detect.QRSConfig{Rate: rate, Leads: leads})
	require.NoError(t, err)
	return q
}

func TestQRSKeepsTheContract(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		leads int
		state int // bytes of one lead at 360 Hz: the 16 KiB that a device may count on
	}{{360, 1, 16 << 10}, {100, 1, 16 << 10}, {130.061, 2, 32 << 10}, {1000, 1, 32 << 10}, {250, 3, 48 << 10}} {
		t.Run(fmt.Sprintf("%v Hz, %d leads", c.rate, c.leads), func(t *testing.T) {
			one, _ := pulses(c.rate, 30, 1)
			noise := rand.New(rand.NewPCG(1, 2))
			x := make([]float64, 0, len(one)*c.leads)
			for _, v := range one {
				for lead := range c.leads {
					x = append(x, v/float64(lead+1)+0.02*noise.NormFloat64())
				}
			}
			ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Beat]{
				New:   func() ecg.Stage[float64, ecg.Beat] { return newQRS(t, c.rate, c.leads) },
				Input: x, Rate: c.rate, Frame: c.leads,
				At:       func(_ int, b ecg.Beat) int64 { return b.At },
				Known:    func(b ecg.Beat) int64 { return b.Known },
				MaxState: c.state,
			})
		})
	}
}

func TestQRSFindsEveryBeat(t *testing.T) {
	for _, rate := range []float64{100, 128, 130.061, 200, 250, 360, 500, 1000, 2000} {
		for _, mv := range []float64{1, -1, 0.25, 4} {
			x, want := pulses(rate, 20, mv)
			q := newQRS(t, rate, 1)
			requireBeats(t, want, q.Flush(q.Append(nil, x)), rate, 0.005, fmt.Sprintf("%v Hz, R of %v mV", rate, mv))
		}
	}
}

// requireBeats is for signals in which nothing may be missed or invented. within is in s.
func requireBeats(t *testing.T, want []int64, got []ecg.Beat, rate, within float64, about string) {
	t.Helper()
	at := make([]float64, len(got))
	for i, b := range got {
		at[i] = float64(b.At) / rate
	}
	require.Len(t, got, len(want), "%s: beats at %.2f s", about, at)
	for i := range got {
		require.InDelta(t, float64(want[i]), float64(got[i].At)+got[i].Frac, within*rate, "%s, beat %d", about, i)
	}
}

// What looks like the beats before it is told at a glance, 125 ms behind the middle of
// the complex; the first beats, and one of another shape or too early, are not.
func TestQRSGlance(t *testing.T) {
	const rate = 500
	s := newTrace(rate, 30)
	for i := range 30 {
		switch at := 0.5 + float64(i); i {
		case 15:
			s.wide(at, 1.5)
		case 20: // 0.45 s behind the one before, whose interval is 1 s
			s.beat(at-0.55, 1, 0.2)
		default:
			s.beat(at, 1, 0.2)
		}
	}
	q := newQRS(t, rate, 1)
	beats := q.Flush(q.Append(nil, s.x))
	require.Len(t, beats, 30)
	for i, b := range beats {
		delay := float64(b.Known-b.At) / rate
		if i < 8 || i == 15 || i == 20 {
			require.Greater(t, delay, 0.18, "beat %d", i)
		} else {
			require.Less(t, delay, 0.15, "beat %d", i)
		}
	}
}

// The first and the last beat of a stream are beats too.
func TestQRSEnds(t *testing.T) {
	x, _ := pulses(360, 2.2, 1)
	for _, cut := range []int{195, 360, 500, len(x)} {
		q := newQRS(t, 360, 1)
		got := q.Flush(q.Append(nil, x[:cut]))
		require.NotEmpty(t, got, "%d samples", cut)
		require.InDelta(t, 180, got[0].At, 1)
		require.Equal(t, int64(cut-1), got[len(got)-1].Known)
	}
	long, want := pulses(360, 20, 1)
	long = long[:want[len(want)-1]+10]
	q := newQRS(t, 360, 1)
	got := q.Flush(q.Append(nil, long))
	require.Len(t, got, len(want))
}

func TestQRSOnNothing(t *testing.T) {
	for name, x := range nothings(360) {
		t.Run(name, func(t *testing.T) {
			q := newQRS(t, 360, 1)
			require.Empty(t, q.Flush(q.Append(nil, x)))
		})
	}
}

// After a minute of anything, 2 s of clean signal are enough.
func TestQRSRecovers(t *testing.T) {
	clean, want := pulses(360, 20, 1)
	for name, f := range garbage(360, clean) {
		t.Run(name, func(t *testing.T) {
			requireRecovery(t, newQRS(t, 360, 1), f, clean, want, 360)
		})
	}
}

// trace draws beats of any kind at given times.
type trace struct {
	x    []float64
	rate float64
	r    []int64
}

func newTrace(rate, seconds float64) *trace {
	return &trace{x: make([]float64, int(rate*seconds)), rate: rate}
}

// wave adds a Gaussian; times in s, height in mV.
func (t *trace) wave(at, width, height float64) {
	for i := max(0, int((at-5*width)*t.rate)); i < len(t.x) && float64(i) < (at+5*width)*t.rate; i++ {
		d := (float64(i)/t.rate - at) / width
		t.x[i] += height * math.Exp(-d*d/2)
	}
}

// beat adds P, QRS and T, and the R peak to the truth.
func (t *trace) beat(at, qrs, tWave float64) {
	t.wave(at-0.16, 0.02, 0.1)
	t.wave(at-0.025, 0.008, -0.1*qrs)
	t.wave(at, 0.01, qrs)
	t.wave(at+0.028, 0.009, -0.2*qrs)
	t.wave(at+0.25, 0.035, tWave)
	t.r = append(t.r, int64(math.Round(at*t.rate)))
}

// wide adds a complex of 160 ms without P wave, as of a ventricular or a paced
// beat, and its T wave.
func (t *trace) wide(at, height float64) {
	t.wave(at, 0.03, height)
	t.wave(at+0.06, 0.025, -0.5*height)
	t.wave(at+0.3, 0.05, -0.3*height)
	t.r = append(t.r, int64(math.Round(at*t.rate)))
}

func (t *trace) noise(sd float64) {
	r := rand.New(rand.NewPCG(7, 8))
	for i := range t.x {
		t.x[i] += sd * r.NormFloat64()
	}
}

// Hard cases in which the truth is known: nothing missed, nothing invented.
func TestQRSHardCases(t *testing.T) {
	const rate = 360
	for name, draw := range map[string]func(*trace){
		"pauses of 6 s": func(s *trace) {
			at := 0.5
			for i := 0; at < 59; i++ {
				s.beat(at, 1, 0.25)
				at += 0.8
				if i%10 == 9 {
					at += 5.2
				}
			}
		},
		"rate 40, 180, 40": func(s *trace) {
			for at := 0.5; at < 59; {
				s.beat(at, 1, 0.2)
				if at > 20 && at < 40 {
					at += 60.0 / 180
				} else {
					at += 60.0 / 40
				}
			}
		},
		"amplitude falls to a quarter": func(s *trace) {
			for at := 0.5; at < 59; at += 0.8 {
				if at > 25 {
					s.beat(at, 0.25, 0.06)
				} else {
					s.beat(at, 1, 0.25)
				}
			}
		},
		"inverted complexes": func(s *trace) {
			for i, at := 0, 0.5; at < 59; i, at = i+1, at+0.8 {
				if i%5 == 4 {
					s.beat(at, -1, 0.25)
				} else {
					s.beat(at, 1, 0.25)
				}
			}
		},
		"T of 1.2 mV, QRS of 1 mV": func(s *trace) {
			for at := 0.5; at < 59; at += 0.8 {
				s.beat(at, 1, 1.2)
			}
		},
		"bundle branch block": func(s *trace) {
			for at := 0.5; at < 59; at += 0.8 {
				s.wave(at-0.18, 0.02, 0.1)
				s.wide(at, 1)
			}
		},
		"paced": func(s *trace) {
			for at := 0.5; at < 59; at += 60.0 / 70 {
				spike := int((at - 0.05) * rate)
				s.x[spike] += 2
				s.wide(at, 1.2)
			}
		},
		"bigeminy": func(s *trace) {
			for at := 0.5; at < 58; at += 1.6 {
				s.beat(at, 1, 0.25)
				s.wide(at+0.55, -1.4)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTrace(rate, 60)
			draw(s)
			s.noise(0.01)
			q := newQRS(t, rate, 1)
			requireBeats(t, s.r, q.Flush(q.Append(nil, s.x)), rate, 0.06, name)
		})
	}
}

// Ventricular flutter, a sine of 4 Hz, has at most one beat per wave; so much
// motion that nothing can be seen brings no spray of beats, and neither keeps
// the beats behind it from being found.
func TestQRSInStorms(t *testing.T) {
	const rate = 360
	r := rand.New(rand.NewPCG(9, 10))
	low := 0.0
	for name, c := range map[string]struct {
		storm func(seconds float64) float64
		most  int // beats in 20 s
	}{
		"flutter": {func(s float64) float64 { return math.Sin(2 * math.Pi * 4 * s) }, 82},
		"motion": {func(float64) float64 {
			low += 0.02 * (2*r.NormFloat64() - low)
			return 4 * low
		}, 60},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTrace(rate, 60)
			for at := 0.5; at < 59; at += 0.8 {
				if at < 19 || at > 40.5 {
					s.beat(at, 1, 0.25)
				}
			}
			for i := 20 * rate; i < 40*rate; i++ {
				s.x[i] += c.storm(float64(i)/rate - 20)
			}
			q := newQRS(t, rate, 1)
			var calm []ecg.Beat
			stormy := 0
			for _, b := range q.Flush(q.Append(nil, s.x)) {
				if b.At >= 19.5*rate && b.At < 40.2*rate {
					stormy++
				} else {
					calm = append(calm, b)
				}
			}
			require.LessOrEqual(t, stormy, c.most)
			late := func(at int64) bool { return at < 19.5*rate || at >= 42.5*rate } // 2 s to recover
			want := slices.DeleteFunc(slices.Clone(s.r), func(at int64) bool { return !late(at) })
			calm = slices.DeleteFunc(calm, func(b ecg.Beat) bool { return !late(b.At) })
			requireBeats(t, want, calm, rate, 0.06, name)
		})
	}
}

// Leads may drop out one after the other, and return, while one at least is there.
func TestQRSLeadsDropOut(t *testing.T) {
	const rate, leads = 250, 3
	s := newTrace(rate, 90)
	for at := 0.5; at < 89; at += 0.8 {
		s.beat(at, 1, 0.25)
	}
	noise := rand.New(rand.NewPCG(11, 12))
	var x []float64
	for i, v := range s.x {
		for lead := range leads {
			sample := v*[]float64{1, -0.6, 0.3}[lead] + 0.02*noise.NormFloat64()
			if second := i / rate; second >= 20*(lead+1) && second < 20*(lead+1)+15 || lead > 0 && second >= 80 {
				sample = math.NaN()
			}
			x = append(x, sample)
		}
	}
	q := newQRS(t, rate, leads)
	requireBeats(t, s.r, q.Flush(q.Append(nil, x)), rate, 0.02, "three leads")
}

// One lead that shows noise only does not spoil what a clean one shows.
func TestQRSTrustsTheCleanLead(t *testing.T) {
	const rate = 360
	s := newTrace(rate, 120)
	for at := 0.5; at < 119; at += 0.8 {
		s.beat(at, 1, 0.25)
	}
	s.noise(0.02)
	for _, clean := range []int{0, 1} {
		noise := rand.New(rand.NewPCG(13, 14))
		low := 0.0
		var x []float64
		for _, v := range s.x {
			low += 0.2 * (noise.NormFloat64() - low)
			frame := [2]float64{low, low}
			frame[clean] = v
			x = append(x, frame[:]...)
		}
		q := newQRS(t, rate, 2)
		got := q.Flush(q.Append(nil, x))
		late := func(at int64) bool { return at > 60*rate } // a minute to learn whom to trust
		want := slices.DeleteFunc(slices.Clone(s.r), func(at int64) bool { return !late(at) })
		got = slices.DeleteFunc(got, func(b ecg.Beat) bool { return !late(b.At) })
		requireBeats(t, want, got, rate, 0.02, fmt.Sprintf("lead %d clean", clean))
	}
}

// Onset and offset lie where the Gaussians of the complex begin and end.
func TestQRSEdges(t *testing.T) {
	for _, rate := range []float64{128, 360, 1000} {
		x, _ := pulses(rate, 20, 1)
		q := newQRS(t, rate, 1)
		for _, b := range q.Flush(q.Append(nil, x)) {
			require.InDelta(t, -0.045, float64(b.Onset)/rate, 0.02)
			require.InDelta(t, 0.050, float64(b.Offset)/rate, 0.02)
		}
	}
}

func TestQRSConfig(t *testing.T) {
	for _, c := range []detect.QRSConfig{{}, {Rate: 99}, {Rate: 2001}, {Rate: math.NaN()}, {Rate: 360, Leads: -1}, {Rate: 360, Leads: 17}} {
		_, err := detect.NewQRS(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config)
	}
	require.Less(t, newQRS(t, 360, 1).Delay(), 2600*time.Millisecond)
}

func TestQRSModelIsRefused(t *testing.T) {
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("no model at all"), "other version": []byte("SQRS\x09\x00\x00\x00\x00\x00\x00\x00")} {
		_, err := detect.ReadQRSModel(b)
		require.ErrorIs(t, err, detect.ErrQRSModel, name)
	}
}
