package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What does not depend on the machine: no allocations, states within their
// limits, delays within what is stated.
func TestLimits(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-json"}, &out, &errs), errs.String())
	var rows []row
	require.NoError(t, json.Unmarshal(out.Bytes(), &rows))
	require.NotEmpty(t, rows)
	limits := map[string]struct {
		state    int
		p50, p95 float64 // ms
	}{
		"bandpass":    {256, 0, 0},
		"fir101":      {1 << 10, 0, 0},
		"mains":       {2 << 10, 0, 0},
		"medians":     {4 << 10, 0, 0},
		"linear":      {16 << 10, 0, 0},
		"spline":      {32 << 10, 0, 0},
		"average":     {1 << 10, 0, 0},
		"integral":    {1 << 10, 0, 0},
		"derivative":  {256, 0, 0},
		"resample250": {1 << 10, 0, 0},
		"pacing":      {4 << 10, 0, 0},
		"flags":       {8 << 10, 0, 0},
		"morphology":  {32 << 10, 1200, 1300},
		"quality":     {15 << 10, 0, 0},
		"vf":          {4 << 10, 0, 0},
		"atrial":      {48 << 10, 260, 400},   // the detector, no wait
		"beats":       {64 << 10, 1500, 2000}, // the detector and one beat of look-ahead
		"pantompkins": {20 << 10, 300, 320},
		"qrs":         {16 << 10, 220, 260},
	}
	for _, r := range rows {
		limit, ok := limits[r.Stage]
		require.True(t, ok, "a stage without limits: %s", r.Stage)
		require.LessOrEqual(t, r.StateBytes, limit.state, r.Stage)
		require.Less(t, r.Allocs, 1e-3, r.Stage) // the tool's own
		if r.Beats > 0 {
			require.LessOrEqual(t, *r.DelayP50, limit.p50, r.Stage)
			require.LessOrEqual(t, *r.DelayP95, limit.p95, r.Stage)
			require.LessOrEqual(t, *r.DelayMax, r.Stated, r.Stage)
		}
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"help":         {[]string{"-h"}, 0},
		"text":         {[]string{"-block", "256"}, 0},
		"block 0":      {[]string{"-block", "0"}, 2},
		"unknown flag": {[]string{"-nosuch"}, 2},
		"two records":  {[]string{"a", "b"}, 2},
		"no record":    {[]string{t.TempDir() + "/nosuch"}, 1},
		"no lead":      {[]string{"-lead", "V9"}, 1},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.code, run(c.args, &out, &errs), "%s: %s", name, errs.String())
	}
}
