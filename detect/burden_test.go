package detect_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// lettered are beats once a second at 100 Hz, known one beat later.
func lettered(t testing.TB, letters string) []ecg.Beat {
	beats := make([]ecg.Beat, len(letters))
	for i, l := range letters {
		beats[i] = ecg.Beat{At: int64(100 * i), Known: int64(100*i + 120)}
		require.NoError(t, beats[i].Class.UnmarshalText([]byte(string(l))))
	}
	return beats
}

func newBurden(t testing.TB, every time.Duration) *detect.BurdenCounter {
	b, err := detect.NewBurdenCounter(detect.BurdenConfig{Rate: 100, Every: every, Delay: 2 * time.Second})
	require.NoError(t, err)
	return b
}

func TestBurden(t *testing.T) {
	b := newBurden(t, 10*time.Second)
	//                      |0        |10       |20       |30
	in := lettered(t, "NVNVVNVVVN"+"SNSSNSSSSV"+"VVNNNNNNVV"+"VNNV")
	got := b.Flush(b.Append(nil, in))
	require.Len(t, got, 4)
	require.Equal(t, detect.Burden{From: 0, To: 1000, Known: 1120, Beats: 10, Ventricular: detect.Ectopy{Beats: 6, Couplets: 1, Runs: 1, Longest: 3}}, got[0])
	require.Equal(t, detect.Ectopy{Beats: 7, Couplets: 1, Runs: 1, Longest: 4}, got[1].Supra)
	require.Equal(t, detect.Ectopy{Beats: 1, Longest: 1}, got[1].Ventricular)
	require.Equal(t, detect.Ectopy{Beats: 4, Couplets: 1, Runs: 1, Longest: 3}, got[2].Ventricular, "the run began before")
	require.Equal(t, detect.Ectopy{Beats: 2, Runs: 1, Longest: 3}, got[3].Ventricular)
	require.Equal(t, int64(3421), got[3].To, "what is known of")
	require.InDelta(t, 6*360, got[0].PerHour(got[0].Ventricular.Beats, 100), 1e-9)
}

// Where no beat comes a stretch ends by the clock, with the same result however
// often that is asked.
func TestBurdenWithoutBeats(t *testing.T) {
	b := newBurden(t, 10*time.Second)
	got := b.Append(nil, lettered(t, "NVN"))
	require.Empty(t, b.Advance(nil, 1200))
	got = b.Advance(got, 1201)
	require.Equal(t, []detect.Burden{{To: 1000, Known: 1200, Beats: 3, Ventricular: detect.Ectopy{Beats: 1, Longest: 1}}}, got)
	got = b.Advance(got[:0], 4000)
	require.Len(t, got, 2)
	require.Zero(t, got[1].Beats)
}

func TestBurdenKeepsTheContract(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	letters := make([]byte, 400)
	for i := range letters {
		letters[i] = "NNNNVVVSSQ"[rng.IntN(10)]
	}
	ecgtest.TestStage(t, ecgtest.Stage[ecg.Beat, detect.Burden]{
		New:   func() ecg.Stage[ecg.Beat, detect.Burden] { return newBurden(t, 15*time.Second) },
		Input: lettered(t, string(letters)), Rate: 100,
		InputTime: func(b ecg.Beat) int64 { return b.Known },
		At:        func(_ int, b detect.Burden) int64 { return b.From },
		Known:     func(b detect.Burden) int64 { return b.Known },
		MaxState:  512,
	})
}

func TestBurdenConfig(t *testing.T) {
	for _, c := range []detect.BurdenConfig{{}, {Rate: 100, Every: time.Second}, {Rate: 100, Delay: -1}, {Rate: 100, Every: 25 * time.Hour}} {
		_, err := detect.NewBurdenCounter(c)
		var config *ecg.ConfigError
		require.ErrorAs(t, err, &config)
	}
}

func ExampleBurdenCounter() {
	counter, _ := detect.NewBurdenCounter(detect.BurdenConfig{Rate: 250, Delay: 2 * time.Second}) // per hour
	var beats []ecg.Beat                                                                          // of a BeatClassifier
	for at := int64(0); at < 250*3600; at += 200 {
		class := ecg.Normal
		if at%10000 == 0 {
			class = ecg.Ventricular
		}
		beats = append(beats, ecg.Beat{At: at, Known: at + 250, Class: class})
	}
	for _, hour := range counter.Flush(counter.Append(nil, beats)) {
		v := hour.Ventricular
		fmt.Printf("%d beats, %d ventricular (%.1f %%), %d couplets, %d runs\n", hour.Beats, v.Beats, 100*float64(v.Beats)/float64(hour.Beats), v.Couplets, v.Runs)
	}
	// Output: 4500 beats, 90 ventricular (2.0 %), 0 couplets, 0 runs
}
