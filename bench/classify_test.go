package bench_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// Marks come with the frame they lie on, whatever the blocks, also after a
// checkpoint.
func TestMarks(t *testing.T) {
	beats := []ecg.Beat{{At: 0}, {At: 30}, {At: 31}, {At: 99}}
	m := bench.NewMarks(2, beats)
	var got []ecg.Beat
	for i := range 200 { // half frames
		if i == 120 {
			saved, err := m.AppendBinary(nil)
			require.NoError(t, err)
			m = bench.NewMarks(2, beats)
			require.NoError(t, m.UnmarshalBinary(saved))
		}
		before := len(got)
		got = m.Append(got, []float64{0})
		for _, b := range got[before:] {
			require.Equal(t, int64(i/2), b.Known)
			require.Equal(t, b.At, b.Known)
		}
	}
	require.Len(t, got, len(beats))
	m.Reset()
	require.Len(t, m.Append(nil, make([]float64, 120)), 3)
}

// Two published tables: of experiments on DS1 (kappa 0.893, jk 0.883), and a
// matrix without any error.
func TestJK(t *testing.T) {
	m := bench.Matrix{}
	for r, row := range [][3]int{{45569, 175, 122}, {67, 765, 112}, {101, 4, 3683}, {249, 0, 166}, {4, 0, 4}} {
		copy(m[r][:], row[:])
	}
	require.InDelta(t, 0.893, m.Kappa(), 0.0005)
	require.InDelta(t, 0.883, m.JK(), 0.0005)
	m[bench.N][bench.O], m[bench.O][bench.V] = 100, 200
	require.InDelta(t, 0.883, m.JK(), 0.0005, "missed and extra beats do not count")
	perfect := bench.Matrix{}
	for _, l := range []bench.Label{bench.N, bench.S, bench.V} {
		perfect[l][l] = 10
	}
	require.Equal(t, 1., perfect.JK())
	require.True(t, math.IsNaN((&bench.Matrix{}).Kappa()))
	require.Zero(t, (&bench.Matrix{}).JK())
}

func TestMatrixFigureIsXML(t *testing.T) {
	m := bench.Matrix{{5, 1}, {0, 3}}
	var b bytes.Buffer
	require.NoError(t, m.WriteSVG(&b, `a <title> & "more"`))
	d := xml.NewDecoder(&b)
	texts := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "text" {
			texts++
		}
	}
	require.Equal(t, 1+12+35, texts)
}

// The classes of annotated beats: as many beats as there are, whatever their
// class, and with one lead other ones than with two.
func TestClassifiedSource(t *testing.T) {
	d := bench.Database{FS: os.DirFS(ecgtest.Shared(t, "data", "qtdb"))}
	for _, lead := range []string{"0", bench.AllLeads} {
		list, err := d.ClassifiedSource(bench.Classification{}, "atr", lead)("sel803")
		require.NoError(t, err)
		ref := load(t, d.FS, "sel803", "atr", 250)
		beats := 0
		for _, a := range ref {
			if a.Code.IsBeat() {
				beats++
			}
		}
		require.Len(t, list, beats)
	}
}

func TestClassificationDelay(t *testing.T) {
	d, err := bench.FindDetector("pantompkins")
	require.NoError(t, err)
	s, err := bench.Classification{Immediate: true}.With(d).New(360, 1)
	require.NoError(t, err)
	plain, err := d.New(360, 1)
	require.NoError(t, err)
	require.InDelta(t, 0.39, (s.Delay() - plain.Delay()).Seconds(), 0.05)
	s, err = bench.Classification{}.With(d).New(360, 1)
	require.NoError(t, err)
	require.LessOrEqual(t, s.Delay(), plain.Delay()+500*time.Millisecond)
}
