package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func ec57(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

// The text is that of the reference evaluators, byte for byte.
func TestTextEqualsTheEvaluators(t *testing.T) {
	db := ecgtest.Shared(t, "data", "mitdb")
	want, err := os.ReadFile(ecgtest.Shared(t, "golden", "bxb", "gqrs", "from0", "mitdb.L.sum.txt"))
	require.NoError(t, err)
	code, stdout, stderr := ec57("-db", db, "-test", "gqrs", "-testdir", ecgtest.Shared(t, "golden", "bxb", "gqrs"), "-from", "0:00")
	require.Zero(t, code, stderr)
	require.Equal(t, string(want), stdout)
}

func TestJSON(t *testing.T) {
	db := ecgtest.Shared(t, "data", "mitdb")
	code, stdout, stderr := ec57("-db", db, "-records", "119,100", "-test", "osea", "-testdir", ecgtest.Shared(t, "golden", "bxb", "osea"), "-json")
	require.Zero(t, code, stderr)
	var got struct {
		Records []map[string]any
		Gross   map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Equal(t, "119", got.Records[0]["name"], "in the order asked for")
	r := got.Records[1] // golden/bxb/osea/from5/100.txt
	require.Equal(t, []any{1901., 1., 0., 1., 0., 0., 0., 29., 0.},
		[]any{r["q_tp"], r["q_fn"], r["q_fp"], r["v_tp"], r["v_fn"], r["v_fp"], r["s_tp"], r["s_fn"], r["s_fp"]})
	require.Equal(t, []any{1871., 0., 0., 0., 0., 1., 0.}, r["matrix"].([]any)[0])
	require.Nil(t, got.Gross["s_pp"], "nothing was called S")
}

func TestErrors(t *testing.T) {
	db := ecgtest.Shared(t, "data", "mitdb")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"help":              {[]string{"-h"}, 0, ""},
		"nothing":           {nil, 2, "-db"},
		"no test":           {[]string{"-db", db}, 2, "-detector"},
		"both":              {[]string{"-db", db, "-test", "qrs", "-detector", "pantompkins"}, 2, "one of"},
		"unknown flag":      {[]string{"-nosuch"}, 2, "nosuch"},
		"unknown detector":  {[]string{"-db", db, "-detector", "nosuch"}, 2, "pantompkins"},
		"bad time":          {[]string{"-db", db, "-detector", "pantompkins", "-from", "soon"}, 2, "soon"},
		"left over":         {[]string{"-db", db, "-detector", "pantompkins", "100"}, 2, "100"},
		"no folder":         {[]string{"-db", db + "/nosuch", "-detector", "pantompkins"}, 1, "nosuch"},
		"no record":         {[]string{"-db", db, "-records", "nosuch", "-detector", "pantompkins"}, 1, "nosuch.hea"},
		"no annotations":    {[]string{"-db", db, "-records", "100", "-test", "nosuch"}, 1, "100.nosuch"},
		"no lead":           {[]string{"-db", db, "-records", "100", "-detector", "pantompkins", "-lead", "V9"}, 1, "V5"},
		"immediate what":    {[]string{"-db", db, "-detector", "pantompkins", "-immediate"}, 2, "-classify"},
		"files classified":  {[]string{"-db", db, "-test", "qrs", "-classify"}, 2, "-classify"},
		"no model":          {[]string{"-db", db, "-records", "100", "-beats", "atr", "-classify", "-model", db + "/100.dat"}, 1, "model"},
		"no beats":          {[]string{"-db", db, "-records", "100", "-classify"}, 2, "one of"},
		"ends before start": {[]string{"-db", db, "-records", "100", "-detector", "pantompkins", "-from", "9:0:0"}, 1, "100"},
	} {
		code, _, stderr := ec57(c.args...)
		require.Equal(t, c.code, code, "%s: %s", name, stderr)
		require.Contains(t, stderr, c.says, name)
	}
}

// Classes of annotated beats, in text, JSON and as a figure.
func TestClassify(t *testing.T) {
	db := ecgtest.Shared(t, "data", "qtdb")
	figure := filepath.Join(t.TempDir(), "matrix.svg")
	args := []string{"-db", db, "-records", "sel803,sel821", "-beats", "atr", "-classify", "-lead", "all", "-from", "0:00", "-dechazal", "-figure", figure}
	code, stdout, stderr := ec57(args...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "\nkappa ")
	svg, err := os.ReadFile(figure)
	require.NoError(t, err)
	require.Contains(t, string(svg), "2 records")
	code, stdout, stderr = ec57(append(args, "-json")...)
	require.Zero(t, code, stderr)
	var got struct {
		JK    float64
		Gross map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	require.Greater(t, got.JK, 0.8)
	require.Equal(t, 100., got.Gross["q_se"])
}
