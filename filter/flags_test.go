package filter_test

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/filter"
	"github.com/sinus-ecg/sinus/wfdb"
)

func flags(t testing.TB, c filter.FlagsConfig) *filter.Flags {
	f, err := filter.NewFlags(c)
	require.NoError(t, err)
	return f
}

// faulty is the samples from start to end that some verdict covers with a fault.
func faulty(q []ecg.Quality, fault ecg.QualityFlags, n int) []bool {
	out := make([]bool, n)
	for _, v := range q {
		if v.Flags&fault != 0 {
			for i := v.Start; i < v.End; i++ {
				out[i] = true
			}
		}
	}
	return out
}

// A good signal has no fault, at any rate and gain, whole numbers of the
// converter (5 uV) or not.
func TestFlagsOfAGoodSignal(t *testing.T) {
	for _, rate := range []float64{100, 250, 360, 1000} {
		for _, gain := range []float64{0.25, 1, 4} {
			for _, step := range []float64{0, 0.005} {
				c := synth.Default()
				c.Rate, c.Leads, c.Events = rate, 1, nil
				p, err := synth.New(c)
				require.NoError(t, err)
				x, err := ecg.ReadAll(ecg.Reader[float64](ecg.Limit(p, int64(60*rate))))
				require.NoError(t, err)
				for i := range x {
					if x[i] *= gain; step > 0 {
						x[i] = math.Round(x[i]/step) * step
					}
				}
				require.Empty(t, whole[ecg.Quality](flags(t, filter.FlagsConfig{Rate: rate}), x), "%v Hz, gain %v, step %v", rate, gain, step)
			}
		}
	}
}

// Rails that nobody has told: every stay at them is found, and what is not at
// them is not, at any gain.
func TestFlagsFindRails(t *testing.T) {
	for _, rate := range []float64{250, 360, 1000} {
		for _, gain := range []float64{0.25, 1, 4} {
			for _, known := range []bool{false, true} {
				x := patient(t, rate, 1)
				stays := make([]bool, len(x))
				for i := range x {
					v := x[i]
					if i > 5*int(rate) && i < 25*int(rate) {
						v += math.Sin(2 * math.Pi * 0.2 * float64(i) / rate) // wander drives it there
					}
					x[i] = gain * max(-0.8, min(0.9, v))
					stays[i] = v > 0.9 || v < -0.8
				}
				c := filter.FlagsConfig{Rate: rate}
				if known {
					c.Low, c.High = -0.8*gain, 0.9*gain
				}
				got := faulty(whole[ecg.Quality](flags(t, c), x), ecg.Saturated, len(x))
				missed, wrong := 0, 0
				for i := range x {
					w := i / int(rate) * int(rate)
					some := false
					for k := w; k < min(len(x), w+int(rate)); k++ {
						some = some || stays[k]
					}
					if stays[i] && !got[i] {
						missed++
					}
					if got[i] && !some {
						wrong++
					}
				}
				require.Zero(t, wrong, "%v Hz, gain %v", rate, gain)
				total := 0
				for _, s := range stays {
					if s {
						total++
					}
				}
				if known {
					require.Zero(t, missed)
				}
				// The first stay of all may be a single sample at the top of a QRS.
				require.Less(t, missed, max(4, total/20), "%v Hz, gain %v: %d of %d", rate, gain, missed, total)
			}
		}
	}
}

func TestFlagsFindFlatAndOff(t *testing.T) {
	const rate = 250
	x := patient(t, rate, 1)
	for i := 5 * rate; i < 8*rate; i++ {
		x[i] = 0.3 + 0.004*math.Sin(float64(i))
	}
	for i := 12 * rate; i < 14*rate; i++ {
		x[i] = math.NaN()
	}
	x[20*rate] = math.NaN() // one sample is no lead that is off
	q := whole[ecg.Quality](flags(t, filter.FlagsConfig{Rate: rate}), x)
	require.Len(t, q, 5)
	for k, v := range q {
		want := ecg.Flat
		if k >= 3 {
			want = ecg.LeadOff
		}
		require.Equal(t, want, v.Flags)
		require.InDelta(t, 0, v.Index, 0.1)
		require.Equal(t, (v.End+rate-1)/rate*rate+rate-1, v.Known, "a second after its window")
	}
	require.InDelta(t, 5*rate, q[0].Start, 10)
	require.InDelta(t, 8*rate, q[2].End, 10)
	require.Equal(t, []int64{12 * rate, 14 * rate}, []int64{q[3].Start, q[4].End})
}

// A constant is flat; after a signal, a constant at its edge is a rail too.
func TestFlagsOfAConstant(t *testing.T) {
	const rate = 250
	for _, v := range []float64{0, 5} {
		q := whole[ecg.Quality](flags(t, filter.FlagsConfig{Rate: rate}), make([]float64, 10*rate))
		require.Len(t, q, 10)
		for i := range q {
			require.Equal(t, ecg.Flat, q[i].Flags)
			require.Zero(t, q[i].Index)
		}
		x := patient(t, rate, 1)
		for i := range 10 * rate {
			x[10*rate+i] = 5 + v
		}
		q = whole[ecg.Quality](flags(t, filter.FlagsConfig{Rate: rate}), x)
		require.Equal(t, ecg.Flat|ecg.Saturated, q[4].Flags)
	}
}

// mitdb/100, half an hour of two leads, has no fault.
func TestFlagsOfARecord(t *testing.T) {
	r, err := wfdb.Open(os.DirFS(ecgtest.Shared(t, "data", "mitdb")), "100")
	require.NoError(t, err)
	defer r.Close()
	x, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Empty(t, whole[ecg.Quality](flags(t, filter.FlagsConfig{Rate: 360, Leads: 2}), x))
}

func TestFlagsKeepTheContract(t *testing.T) {
	const rate = 250
	x := patient(t, rate, 2)
	for i := range x {
		x[i] = max(-0.5, min(0.9, x[i]))
		if s := i / 2 / rate; s == 7 || s == 8 {
			x[i] = 0.9
		} else if s == 15 {
			x[i] = math.NaN()
		}
	}
	ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Quality]{
		New:   func() ecg.Stage[float64, ecg.Quality] { return flags(t, filter.FlagsConfig{Rate: rate, Leads: 2}) },
		Input: x, Frame: 2, Rate: rate,
		At:        func(_ int, q ecg.Quality) int64 { return q.Start },
		Known:     func(q ecg.Quality) int64 { return q.Known },
		Unordered: true,
		Recovered: func(want, got []ecg.Quality) error {
			if n := len(got) - len(want); n < -2 || n > 2 {
				return fmt.Errorf("%d verdicts, without garbage %d", len(got), len(want))
			}
			return nil
		},
	})
}

func TestFlagsRefuse(t *testing.T) {
	for _, c := range []filter.FlagsConfig{
		{}, {Rate: 1}, {Rate: 360, Window: time.Hour}, {Rate: 360, Low: 3, High: 2},
		{Rate: 360, Low: math.NaN()}, {Rate: 360, FlatRange: -1}, {Rate: 360, Leads: -1},
	} {
		require.Error(t, second(filter.NewFlags(c)))
	}
}

func BenchmarkFlags(b *testing.B) {
	x := patient(b, 360, 1)
	f := flags(b, filter.FlagsConfig{Rate: 360})
	var out []ecg.Quality
	b.ReportAllocs()
	for b.Loop() {
		out = f.Append(out[:0], x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/sample")
}

func ExampleNewFlags() {
	const rate = 250
	f, err := filter.NewFlags(filter.FlagsConfig{Rate: rate})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := make([]float64, 4*rate)
	for i := range x {
		x[i] = math.Sin(float64(i) / 10)
		if i >= 300 && i < 400 {
			x[i] = math.NaN()
		}
	}
	for _, q := range f.Flush(f.Append(nil, x)) {
		fmt.Printf("lead %d, %d to %d: off %v, index %.1f\n", q.Lead, q.Start, q.End, q.Flags&ecg.LeadOff != 0, q.Index)
	}
	// Output: lead 0, 300 to 400: off true, index 0.6
}
