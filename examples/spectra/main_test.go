package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func spectra(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// requireFigure checks that a figure is well-formed and has three panels of four
// lines and their legend.
func requireFigure(t *testing.T, figure string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(figure))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.Equal(t, 3, strings.Count(figure, "<g "))
	require.Equal(t, 24, strings.Count(figure, `stroke-width="1.5"`))
	require.NotContains(t, figure, "NaN")
	for _, word := range []string{"baseline wander (bw)", "monitoring", "diagnostic", "st-safe"} {
		require.Contains(t, figure, word)
	}
}

// table reads the four figures of each noise.
func table(t *testing.T, text string) map[string][4]float64 {
	rows := map[string][4]float64{}
	for _, row := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		var name string
		var v [4]float64
		_, err := fmt.Sscan(row, &name, &v[0], &v[1], &v[2], &v[3])
		require.NoError(t, err, row)
		rows[name] = v
	}
	require.Len(t, rows, 3)
	return rows
}

func TestSynthetic(t *testing.T) {
	name := filepath.Join(t.TempDir(), "figure.svg")
	code, stdout, stderr := spectra(t, "-o", name)
	require.Zero(t, code, stderr)
	rows := table(t, stdout)
	require.Less(t, rows["bw"][1], rows["bw"][0]/5, "monitoring takes wander out")
	require.Less(t, rows["ma"][1], rows["ma"][0]/1.5, "and muscle noise")
	require.Greater(t, rows["ma"][2], rows["ma"][3], "more of it passes the wider band")
	figure, err := os.ReadFile(name)
	require.NoError(t, err)
	requireFigure(t, string(figure))
	code, stdout, stderr = spectra(t, "-o", "-")
	require.Zero(t, code)
	require.Equal(t, string(figure), stdout)
	require.Equal(t, rows, table(t, stderr))
}

func TestRecords(t *testing.T) {
	code, stdout, stderr := spectra(t, "-o", "-", ecgtest.Shared(t, "data", "nstdb"))
	require.Zero(t, code, stderr)
	requireFigure(t, stdout)
	rows := table(t, stderr)
	require.Less(t, rows["bw"][1], rows["bw"][0]/3)
	require.Greater(t, rows["em"][1], rows["em"][0]/10, "no filter takes electrode motion out")
	code, _, stderr = spectra(t, "-o", "-", "-lead", "2", ecgtest.Shared(t, "data", "nstdb"))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "no lead 2")
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{{"-x"}, {"a", "b"}, {"-lead", "-1"}, {"-o", ""}} {
		code, stdout, stderr := spectra(t, args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "spectra -h")
	}
	code, _, stderr := spectra(t, "-o", "-", t.TempDir())
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "bw")
	code, _, _ = spectra(t, "-o", filepath.Join(t.TempDir(), "no", "such", "folder.svg"))
	require.Equal(t, 1, code)
	code, stdout, _ := spectra(t, "-h")
	require.Zero(t, code)
	require.Contains(t, stdout, "Exit codes")
}
