package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

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

// writeRecord writes record 1, of one lead at 360 Hz.
func writeRecord(t *testing.T, dir string, lead ecg.Signal, frames int) {
	w, err := wfdb.NewWriter(wfdb.Dir(dir), &wfdb.Header{Name: "1", Rate: 360,
		Signals: []wfdb.SignalInfo{{Format: 16, Gain: 200, Units: "mV", Description: "I"}}}, wfdb.WriterOptions{})
	require.NoError(t, err)
	block := make([]float64, frames)
	for n := 0; n < frames; {
		k, err := lead.Read(block[n:])
		require.NoError(t, err)
		n += k
	}
	_, err = w.Write(block)
	require.NoError(t, err)
	require.NoError(t, w.Close())
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

// Fibrillation of the ventricles and asystole behind it are told as such, and are no
// pause and no slow rhythm; where the signal is lost in fibrillation, what comes is
// not known.
func TestFibrillationThenAsystole(t *testing.T) {
	arrest := synth.Config{Leads: 1, Seed: 1, Duration: 2 * time.Minute, HeartRate: 75, LF: 20, HF: 20, Rhythms: []synth.Rhythm{
		{Kind: ecg.VentricularFibrillation, At: 30 * time.Second, For: 30 * time.Second},
		{Kind: ecg.Asystole, At: time.Minute, For: 30 * time.Second},
	}}
	noisy := arrest // in which a detector of beats finds some
	noisy.Muscle, noisy.Wander = 0.02, 0.1
	lost := arrest
	lost.Events = []synth.Event{{Kind: synth.LeadOff, At: 55 * time.Second, For: 30 * time.Second}}
	for name, c := range map[string]struct {
		config   synth.Config
		vf, asys float64 // share of the time with signal, percent
	}{"arrest": {arrest, 25, 25}, "noisy": {noisy, 25, 25}, "lead off in fibrillation": {lost, 100 * 25. / 90, 0}} {
		p, err := synth.New(c.config)
		require.NoError(t, err)
		dir := t.TempDir()
		writeRecord(t, dir, p, 120*360)
		code, stdout, stderr := holter(t.Context(), filepath.Join(dir, "1"))
		require.Zero(t, code, stderr)
		got := shares(stdout)
		require.InDelta(t, c.vf, got["VFIB"]+got["VFL"], 2, "%s: %s", name, stdout)
		require.InDelta(t, c.asys, got["ASYS"], 3, "%s: %s", name, stdout)
		for rhythm := range got {
			require.Contains(t, []string{"N", "VFIB", "VFL", "ASYS"}, rhythm, "%s: %s", name, stdout)
		}
		require.Contains(t, stdout, "Pauses          0 of 2s or more\n", name)
	}
}

// Asystole behind shocks, in the noise of a record.
func TestRecordWithAsystole(t *testing.T) {
	code, stdout, stderr := holter(t.Context(), filepath.Join(ecgtest.Shared(t, "data", "vfdb"), "430"))
	require.Zero(t, code, stderr)
	require.Regexp(t, `\n  ASYS +1\.\d +3  1\d\.\d s at 0:20:4`, stdout)
}

// Flutter of the ventricles of a record, 7.9 % of it by the reference.
func TestRecordWithFlutter(t *testing.T) {
	code, stdout, stderr := holter(t.Context(), filepath.Join(ecgtest.Shared(t, "data", "mitdb"), "207"))
	require.Zero(t, code, stderr)
	got := shares(stdout)
	require.InDelta(t, 7.9, got["VFIB"]+got["VFL"], 1, stdout)
	require.NotContains(t, got, "ASYS")
}

// Every one of many short losses of signal is told: no interval over one is an RR
// interval.
func TestManyGaps(t *testing.T) {
	c := synth.Config{Leads: 1, Duration: time.Minute}
	for s := 10; s < 50; s++ { // beats are lost in every second one: without gaps, intervals of 2 s
		if s%2 == 0 {
			c.Events = append(c.Events, synth.Event{Kind: synth.LeadOff, At: time.Duration(s) * time.Second, For: time.Second})
		}
	}
	p, err := synth.New(c)
	require.NoError(t, err)
	dir := t.TempDir()
	writeRecord(t, dir, p, 60*360)
	code, stdout, stderr := holter(t.Context(), filepath.Join(dir, "1"))
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "Pauses          0 of 2s or more\n")
	require.NotContains(t, shares(stdout), "PAUSE")
}

// shares is the table of rhythms: percent of the time.
func shares(stdout string) map[string]float64 {
	m := map[string]float64{}
	_, table, _ := strings.Cut(stdout, "\nRhythms")
	for _, line := range strings.Split(table, "\n")[1:] {
		f := strings.Fields(line)
		if len(f) < 3 || !strings.HasPrefix(line, "  ") {
			continue
		}
		m[f[0]], _ = strconv.ParseFloat(f[1], 64)
	}
	return m
}
