package edf

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func TestDeidentify(t *testing.T) {
	f := file{patient: "MCH-0234567 F 16-SEP-1987 Haagse_Harry", recording: "Startdate 02-MAR-2020 EMG561 BK/JOP Sony-MNC", reserved: "EDF+C ward7",
		signals: []sig{{}, {label: "Haagse bed", unit: "Harry"}, {label: "EDF Annotations", samples: "40"}}, records: "1"}
	f.data = append(int16s(1, 2, 3, 4, 5, 6, 7, 8),
		pad(80, "+0.5\x14\x14Harry in bed\x14\x00+1\x152\x14Sleep stage W\x14\x00+2\x14seen by BK\x14\x00")...)
	in := f.build()
	copy(in[256+3*16:], "AgAgCl serial 4711")
	copy(in[256+3*136:], "HP:0.05Hz LP:100Hz")
	copy(in[256+3*136+80:], "HP:0.05Hz by Porter")
	var out bytes.Buffer
	changes, err := Deidentifier{}.Copy(&out, bytes.NewReader(in), "x")
	require.NoError(t, err)
	for _, w := range []string{"MCH", "1987", "Haagse", "Harry", "2020", "20", "EMG561", "BK", "Sony", "ward7", "4711", "Porter", "04.05.06"} {
		require.NotContains(t, string(out.Bytes()[:256*4]), w)
		if w != "20" {
			require.NotContains(t, out.String(), w)
			require.NotContains(t, strings.Join(changes, "\n"), w)
		}
	}
	require.NotContains(t, out.String(), "seen")
	require.Len(t, out.Bytes(), len(in))
	require.Equal(t, in[256*4:256*4+16], out.Bytes()[256*4:256*4+16], "samples")
	r, err := openBytes(out.Bytes())
	require.NoError(t, err)
	require.Empty(t, r.Warnings())
	require.True(t, r.Header().Start.IsZero())
	require.Equal(t, "HP:0.05Hz LP:100Hz", r.Header().Signals[0].Prefilter)
	require.Equal(t, "ECG I", r.Header().Signals[0].Label)
	require.Equal(t, "signal 1", r.Header().Signals[1].Label)
	a, err := r.Annotations()
	require.NoError(t, err)
	require.Equal(t, []Annotation{{time.Second, 2 * time.Second, "Sleep stage W", 2}}, a)
	require.Equal(t, 500*time.Millisecond, r.Onset(0))

	out.Reset()
	_, err = Deidentifier{Shift: -48 * time.Hour}.Copy(&out, bytes.NewReader(in), "x")
	require.NoError(t, err)
	h, err := Options{}.ReadHeader(&out, "")
	require.NoError(t, err)
	require.Equal(t, time.Date(2020, 2, 29, 4, 5, 6, 0, time.UTC), h.Start)
	require.Empty(t, h.Warnings)

	_, err = Deidentifier{}.Copy(io.Discard, bytes.NewReader(in[:len(in)-1]), "x")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// The real files keep all samples.
func TestDeidentifyRealFiles(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	list, err := filepath.Glob(filepath.Join(dir, "*.?df"))
	require.NoError(t, err)
	for _, name := range list {
		in, err := os.ReadFile(name)
		require.NoError(t, err)
		var out bytes.Buffer
		_, err = Deidentifier{}.Copy(&out, bytes.NewReader(in), name)
		require.NoError(t, err, name)
		a, err := openBytes(in)
		require.NoError(t, err)
		b, err := openBytes(out.Bytes())
		require.NoError(t, err)
		require.Equal(t, readDigital(t, a), readDigital(t, b), name)
		if p := a.Header().Patient; strings.Trim(p, "X ") != "" {
			require.NotContains(t, out.String()[:512], p, name)
		}
	}
}
