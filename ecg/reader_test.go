package ecg_test

import (
	"encoding"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

var twoLeads = ecg.Format{Rate: 100, Leads: ecg.ECGLeads("I", "II")}

func ramp(values int) []float64 {
	v := make([]float64, values)
	for i := range v {
		v[i] = float64(i)
	}
	return v
}

func ramps() ecg.Signal { return ecg.Samples(twoLeads, ramp(4000)) }

// twice doubles each value, after holding back the last four.
type twice struct{ held []float64 }

func (s *twice) Append(dst, in []float64) []float64 {
	for _, v := range in {
		s.held = append(s.held, 2*v)
		if len(s.held) > 4 {
			dst = append(dst, s.held[0])
			s.held = s.held[:copy(s.held, s.held[1:])]
		}
	}
	return dst
}

func (s *twice) Flush(dst []float64) []float64 {
	dst = append(dst, s.held...)
	s.held = s.held[:0]
	return dst
}
func (s *twice) Reset()               { s.held = s.held[:0] }
func (s *twice) Delay() time.Duration { return 20 * time.Millisecond }
func (s *twice) AppendBinary(b []byte) ([]byte, error) {
	return b, errors.ErrUnsupported
}
func (s *twice) UnmarshalBinary([]byte) error { return errors.ErrUnsupported }

func newTwice() ecg.Stage[float64, float64] { return &twice{} }

func TestReadersKeepTheContract(t *testing.T) {
	must := func(s ecg.Signal, err error) ecg.Signal {
		require.NoError(t, err)
		return s
	}
	for name, open := range map[string]func() ecg.Reader[float64]{
		"Samples": func() ecg.Reader[float64] { return ramps() },
		"Values":  func() ecg.Reader[float64] { return ecg.Values(ramp(4000)) },
		"SelectLeads": func() ecg.Reader[float64] {
			return must(ecg.SelectLeads(ramps(), 1, 0, 1))
		},
		"Limit":         func() ecg.Reader[float64] { return ecg.Limit(ramps(), 1999) },
		"Concat":        func() ecg.Reader[float64] { return must(ecg.Concat(ramps(), ecg.Samples(twoLeads, nil), ramps())) },
		"Through":       func() ecg.Reader[float64] { return ecg.Through(ecg.Reader[float64](ramps()), newTwice()) },
		"SignalThrough": func() ecg.Reader[float64] { return ecg.SignalThrough(ramps(), newTwice(), twoLeads) },
	} {
		t.Run(name, func(t *testing.T) { ecgtest.TestReader(t, ecgtest.Reader[float64]{New: open}) })
	}
	t.Run("half a frame at the end", func(t *testing.T) {
		ecgtest.TestReader(t, ecgtest.Reader[float64]{
			New:   func() ecg.Reader[float64] { return ecg.Samples(twoLeads, ramp(1001)) },
			Final: io.ErrUnexpectedEOF,
		})
	})
}

func TestSelectLeadsTakesThemInOrder(t *testing.T) {
	s, err := ecg.SelectLeads(ramps(), 1, 0)
	require.NoError(t, err)
	require.Equal(t, []ecg.Lead{{Name: "II", Unit: "mV"}, {Name: "I", Unit: "mV"}}, s.Format().Leads)
	p := make([]float64, 4)
	n, err := s.Read(p)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 0, 3, 2}, p[:n])

	for _, lead := range [][]int{nil, {2}, {-1}} {
		_, err := ecg.SelectLeads(ramps(), lead...)
		require.Error(t, err)
	}
}

func TestConcatRefusesAnotherFormat(t *testing.T) {
	_, err := ecg.Concat(ramps(), ecg.Samples(ecg.Format{Rate: 200, Leads: twoLeads.Leads}, nil))
	require.ErrorContains(t, err, "signal 1")
	_, err = ecg.Concat()
	require.Error(t, err)
}

// faulty gives one value, then what its fault says.
type faulty struct {
	n    int
	err  error
	read int
}

func (f *faulty) Read(p []float64) (int, error) {
	if f.read++; f.read == 1 {
		p[0] = 21
		return 1, nil
	}
	return f.n, f.err
}

func TestThroughOnReadersThatFail(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		n    int
		err  error
		want error
	}{
		"error":            {0, broken, broken},
		"error with value": {1, broken, broken},
		"count above len":  {1 << 20, nil, ecg.ErrBadReadCount},
		"count below 0":    {-1, nil, ecg.ErrBadReadCount},
		"nothing for ever": {0, nil, io.ErrNoProgress},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ecg.ReadAll(ecg.Through(ecg.Reader[float64](&faulty{n: c.n, err: c.err}), newTwice()))
			require.ErrorIs(t, err, c.want)
			require.NotEmpty(t, got, "the stage is flushed before the error")
			require.Equal(t, 42.0, got[0])
		})
	}
}

func TestAllStopsWhenAsked(t *testing.T) {
	r := ecg.Values([]float64{1, 2, 3})
	for v, err := range ecg.All(r) {
		require.NoError(t, err)
		if v == 2 {
			break
		}
	}
	rest, err := ecg.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, []float64{3}, rest)

	s := ramps()
	for frame, err := range ecg.Frames(s) {
		require.NoError(t, err)
		require.Len(t, frame, 2)
		break
	}
	p := make([]float64, 2)
	_, err = s.Read(p)
	require.NoError(t, err)
	require.Equal(t, []float64{2, 3}, p)
}

func TestAllEndsWithTheError(t *testing.T) {
	var got []float64
	var last error
	for v, err := range ecg.All(ecg.Reader[float64](&faulty{err: io.ErrUnexpectedEOF})) {
		got, last = append(got, v), err
	}
	require.Equal(t, []float64{21, 0}, got)
	require.ErrorIs(t, last, io.ErrUnexpectedEOF)
}

func TestTextForms(t *testing.T) {
	type small interface {
		encoding.TextAppender
		String() string
	}
	for _, v := range []small{ecg.Normal, ecg.Unknown, ecg.Unclassified, ecg.AtrialFibrillation, ecg.ThirdDegreeBlock,
		ecg.Confirmed, ecg.Corrected, ecg.QualityEvent} {
		b, err := v.AppendText(nil)
		require.NoError(t, err)
		require.Equal(t, v.String(), string(b))
	}
	var c ecg.Class
	require.NoError(t, c.UnmarshalText([]byte("V")))
	require.Equal(t, ecg.Ventricular, c)
	require.ErrorIs(t, c.UnmarshalText([]byte("W")), ecg.ErrText)
	require.Equal(t, ecg.Ventricular, c)
	_, err := ecg.Class(99).AppendText(nil)
	require.ErrorIs(t, err, ecg.ErrText)
	require.Equal(t, "?99", ecg.Class(99).String())
	for r := ecg.RhythmUnknown; r <= ecg.ThirdDegreeBlock; r++ {
		var back ecg.Rhythm
		require.NoError(t, back.UnmarshalText([]byte(r.String())))
		require.Equal(t, r, back)
	}
}
