package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func TestWrongUse(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"help":         {[]string{"-h"}, 0},
		"nothing":      {nil, 2},
		"unknown flag": {[]string{"-db", ".", "-nosuch"}, 2},
		"too much":     {[]string{"-db", ".", "100"}, 2},
		"no folder":    {[]string{"-db", filepath.Join(t.TempDir(), "nosuch")}, 1},
		"no record":    {[]string{"-db", t.TempDir(), "-records", "100"}, 1},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.code, run(c.args, &out, &errs), "%s: %s", name, errs.String())
		require.Equal(t, c.code == 0, errs.Len() == 0, name)
	}
}

// The detector itself is not wrong on record 100; in strong noise it is, each
// error with a reason, and the stretches can be drawn.
func TestLists(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-db", ecgtest.Shared(t, "data", "mitdb"), "-records", "100"}, &out, &errs), errs.String())
	require.Contains(t, out.String(), "\n0 missed, 0 extra, 1902 found\n") // 1902 beats from 5:00 on

	figure := filepath.Join(t.TempDir(), "worst.svg")
	out.Reset()
	require.Zero(t, run([]string{"-db", ecgtest.Shared(t, "data", "nstdb"), "-records", "118e_6", "-figure", figure}, &out, &errs), errs.String())
	require.Regexp(t, `118e_6 +\S+ +\d+   missed +\S+ +\S`, out.String())
	require.Regexp(t, `118e_6 +\S+ +\d+   extra +evidence`, out.String())
	svg, err := os.ReadFile(figure)
	require.NoError(t, err)
	require.Equal(t, 10, bytes.Count(svg, []byte("<polyline")))
}
