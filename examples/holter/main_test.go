package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/ecg/synth"
	"github.com/sinus-ecg/sinus/wfdb"
)

func holter(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(ctx, args, &out, &err)
	return code, out.String(), err.String()
}

// Without arguments: the synthetic patient, whose truth is known.
func TestSyntheticPatient(t *testing.T) {
	code, stdout, stderr := holter(t.Context())
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "Duration        0:05:00 (108000 samples)")
	require.Contains(t, stdout, "Signal lost     0:00:04 (1.3 %)")
	require.Contains(t, stdout, "Usable          98.7 % of the seconds, lead off 1.3 %\n")
	require.Contains(t, stdout, "Pauses          1 of 2s or more")
	require.Contains(t, stdout, "2.60 s at 0:02:")
	require.Empty(t, stderr)
}

// The beats that are written are those of the truth.
func TestBeatsOfTheSyntheticPatient(t *testing.T) {
	dir := t.TempDir()
	code, _, stderr := holter(t.Context(), "-o", "qrs", "-outdir", dir)
	require.Zero(t, code, stderr)
	got, err := wfdb.ReadAnnotations(os.DirFS(dir), "synthetic", "qrs")
	require.NoError(t, err)
	p, err := synth.New(synth.Default())
	require.NoError(t, err)
	_, err = ecg.ReadAll(ecg.Reader[float64](p))
	require.NoError(t, err)
	truth := p.Truth(nil)
	require.InDelta(t, len(truth), len(got.List), 1)
	found := 0
	for _, b := range truth {
		for _, a := range got.List {
			if math.Abs(float64(a.Time-b.At)) <= 18 { // 50 ms
				found++
				break
			}
		}
	}
	require.GreaterOrEqual(t, found, len(truth)-1)
}

func TestRecord(t *testing.T) {
	record := filepath.Join(ecgtest.Shared(t, "data", "mitdb"), "100")
	dir := t.TempDir()
	code, stdout, stderr := holter(t.Context(), "-o", "qrs", "-outdir", dir, record+".hea")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "lead MLII, 360 Hz")
	require.Contains(t, stdout, "Beats           2273\n", "as many as the reference has")
	list, err := wfdb.ReadAnnotations(os.DirFS(dir), "100", "qrs")
	require.NoError(t, err)
	require.Len(t, list.List, 2273)
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	code, stdout, stderr := holter(ctx, "-o", "qrs", "-outdir", dir)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "interrupted")
	require.Contains(t, stdout, "Duration")
	_, err := wfdb.ReadAnnotations(os.DirFS(dir), "synthetic", "qrs")
	require.NoError(t, err, "the file is complete")
}

// Bad input is one clear error that names file, line and field.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		return filepath.Join(dir, name)
	}
	write("short.hea", "short 1 360 1000\nshort.dat 212 200 11 1024 0 0 0 MLII\n")
	write("short.dat", "\x00\x01\x02\x03\x04\x05")
	write("nonsense.hea", "nonsense two 360 1000\n")
	write("format.hea", "format 1 360 1000\nformat.dat 213 200 11 1024 0 0 0 MLII\n")
	write("nofile.hea", "nofile 1 360 1000\nnosuch.dat 212 200 11 1024 0 0 0 MLII\n")
	write("slow.hea", "slow 1 1 1000\nshort.dat 212 200 11 1024 0 0 0 MLII\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"help":           {[]string{"-h"}, 0, nil},
		"missing":        {[]string{filepath.Join(dir, "missing")}, 1, []string{"missing.hea"}},
		"truncated":      {[]string{filepath.Join(dir, "short")}, 1, []string{"short.dat"}},
		"nonsense":       {[]string{filepath.Join(dir, "nonsense")}, 1, []string{"nonsense.hea", "1", "two"}},
		"unknown format": {[]string{filepath.Join(dir, "format")}, 1, []string{"format.hea", "2", "213"}},
		"no signal file": {[]string{filepath.Join(dir, "nofile")}, 1, []string{"nosuch.dat"}},
		"too slow":       {[]string{filepath.Join(dir, "slow")}, 1, []string{"Rate"}},
		"unknown flag":   {[]string{"-nosuch"}, 2, []string{"nosuch"}},
		"two records":    {[]string{"a", "b"}, 2, []string{"one record"}},
		"lead":           {[]string{"-lead", "V9"}, 2, []string{"V9", "MLII"}},
		"annotator":      {[]string{"-o", "../x"}, 2, []string{"annotator"}},
		"outdir alone":   {[]string{"-outdir", dir}, 2, []string{"-o"}},
		"no outdir":      {[]string{"-o", "qrs", "-outdir", filepath.Join(dir, "no")}, 1, []string{"no"}},
	} {
		code, _, stderr := holter(t.Context(), c.args...)
		require.Equal(t, c.code, code, "%s: %s", name, stderr)
		for _, s := range c.says {
			require.Contains(t, stderr, s, name)
		}
	}
}
