package wfdb

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// TestGoldenHeaderText writes the headers that the C library wrote.
func TestGoldenHeaderText(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	list, err := filepath.Glob(filepath.Join(dir, "*.hea"))
	require.NoError(t, err)
	same := 0
	for _, path := range list {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if !bytes.Contains(text, []byte("\r\n")) {
			continue // by hand
		}
		h, err := Options{}.ParseHeader(bytes.NewReader(text), filepath.Base(path))
		require.NoError(t, err)
		got, err := h.AppendText(nil)
		require.NoError(t, err)
		require.Equal(t, string(text), string(got), path)
		same++
	}
	require.Greater(t, same, 60)
	t.Logf("%d headers", same)
}

// TestTimes compares with the time columns of rdsamp and rdann.
func TestTimes(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	for _, name := range []string{"times", "times2", "head1"} {
		h, err := ReadHeader(os.DirFS(dir), name)
		require.NoError(t, err)
		x := h.Times(0)
		for _, kind := range []string{"pe", "pd"} {
			b, err := os.ReadFile(filepath.Join(dir, "expect", name+"."+kind+".txt"))
			require.NoError(t, err)
			for i, l := range strings.Split(strings.TrimSpace(string(b)), "\n")[2:] {
				want, _, _ := strings.Cut(l, "\t")
				got := x.Text(-int64(i))
				if kind == "pe" {
					if got = x.Text(int64(i)); i == 0 {
						got = "    0:00.000" // rdsamp puts it
					}
				}
				require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(got), "%s.%s row %d", name, kind, i)
			}
		}
	}
}

// TestParseTime has the examples of reference wfdb-format.md, section 5.1, seen
// with the C programs.
func TestParseTime(t *testing.T) {
	h, err := Options{}.ParseHeader(strings.NewReader("r 0 360/1000(5) 0 12:30:15\n"), "")
	require.NoError(t, err)
	for _, c := range []struct {
		text string
		want int64
	}{
		{"10", 3600}, {"[12:31:00]", -16200}, {"e", 0}, {"s5", 5}, {"c100", 34}, {"c5", 0},
		{"90:0", 90 * 60 * 360}, {"1:2:3.5", 1340460}, {"[0:0:0 1]", -(11*3600 + 29*60 + 45) * 360},
		{"  f7", 7}, {"[12:30:00]", 5400},
	} {
		got, err := h.Times(0).Parse(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got, c.text)
	}
	for _, bad := range []string{"", "x", "[12:30:00", "[12:30:00 1/1/2000]", "s", "1:2:3:4", "e5", "NaN", "-3"} {
		_, err := h.Times(0).Parse(bad)
		require.ErrorIs(t, err, ErrTime, bad)
	}
}
