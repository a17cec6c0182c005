package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

func hrv(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

// A list of intervals whose indices are known by hand.
const list = "# seconds\n0.8\n0.81, comment\n\n0.79\n0.8\n0.86\n0.80\n0.79\n0.81\n0.8\n0.8\n"

func TestList(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rr.txt")
	require.NoError(t, os.WriteFile(file, []byte(list), 0o600))
	code, stdout, stderr := hrv(t, "", "-keep", file)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "11 beats, 10 kept")
	require.Regexp(t, `mean_nn +806[.0]* +ms`, stdout)
	require.Regexp(t, `nn50 +2[ .]`, stdout)
	require.Regexp(t, `sdann +-  \(too short\)`, stdout)
	_, again, _ := hrv(t, list, "-keep", "-")
	require.Equal(t, strings.Replace(stdout, file, "standard input", 1), again)
	const ms = "800\n810\n790\n800\n860\n800\n790\n810\n800\n800\n"
	_, again, _ = hrv(t, ms, "-keep", "-")
	require.Equal(t, strings.Replace(stdout, file, "standard input", 1), again)
}

func TestJSON(t *testing.T) {
	code, stdout, stderr := hrv(t, list, "-json", "-keep", "-")
	require.Zero(t, code, stderr)
	var r struct {
		Beats int
		HRV   struct {
			Time struct {
				Mean  float64
				SDANN struct{ Why string }
			}
			Welch struct{ Settings struct{ Method string } }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	require.Equal(t, 11, r.Beats)
	require.InDelta(t, 806, r.HRV.Time.Mean, 1e-9)
	require.Equal(t, "too short", r.HRV.Time.SDANN.Why)
	require.Equal(t, "Welch", r.HRV.Welch.Settings.Method)
}

func TestCSV(t *testing.T) {
	code, stdout, stderr := hrv(t, "", "-csv")
	require.Zero(t, code, stderr)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 100)
	for _, r := range rows[1:] {
		require.True(t, (r[2] == "") != (r[4] == ""), "a value or a reason: %v", r)
	}
}

func TestSliding(t *testing.T) {
	code, stdout, stderr := hrv(t, "", "-sliding", "-window", "1m", "-step", "30s")
	require.Zero(t, code, stderr)
	require.Len(t, strings.Split(strings.TrimSpace(stdout), "\n"), 1+8)
	code, stdout, _ = hrv(t, "", "-sliding", "-window", "1m", "-csv")
	require.Zero(t, code)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 9)
	code, stdout, _ = hrv(t, "", "-sliding", "-window", "1m", "-json")
	require.Zero(t, code)
	require.Len(t, strings.Split(strings.TrimSpace(stdout), "\n"), 8)
}

func TestRecord(t *testing.T) {
	record := filepath.Join(ecgtest.Shared(t, "data", "mitdb"), "100")
	code, stdout, stderr := hrv(t, "", "-a", "atr", record)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "2273 beats")
	code, byDetector, stderr := hrv(t, "", record+".hea")
	require.Zero(t, code, stderr)
	require.Contains(t, byDetector, "lead MLII: 2273 beats")
	// Annotations alone will do: nsrdb has no signals here.
	code, stdout, stderr = hrv(t, "", "-a", "atr", filepath.Join(ecgtest.Shared(t, "data", "nsrdb"), "16265"))
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "too long")
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		stdin string
		args  []string
		code  int
		want  string
	}{
		{"two files", "", []string{"a", "b"}, 2, "one record or file"},
		{"unknown flag", "", []string{"-x"}, 2, "-x"},
		{"both forms", "", []string{"-json", "-csv"}, 2, "not both"},
		{"reject and keep", "", []string{"-reject", "-keep"}, 2, "not both"},
		{"unit", "", []string{"-unit", "h"}, 2, "want ms, s or auto"},
		{"annotator without record", "", []string{"-a", "atr"}, 2, "needs a record"},
		{"no such record", "", []string{"/nowhere/100"}, 1, "100"},
		{"no number", "800\nabc\n", []string{"-"}, 1, "line 2"},
		{"negative", "800\n-5\n", []string{"-"}, 1, "line 2"},
		{"empty", "", []string{"-"}, 1, "no intervals"},
		{"NaN", "800\nNaN\n", []string{"-"}, 1, "line 2"},
		{"a row", "800,810,790\n", []string{"-"}, 1, "line 1: more than one number"},
		{"too short to slide", "800\n810\n", []string{"-sliding", "-"}, 1, "shorter than a window of 5m0s"},
		{"window", "", []string{"-window", "1s"}, 2, "-window 1s"},
		{"step", "", []string{"-step", "10m"}, 2, "-step 10m0s"},
		{"priors", "", []string{"-priors", "NaN"}, 2, "-priors NaN"},
		{"lead", "", []string{"-lead", "7"}, 1, "lead 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, stderr := hrv(t, c.stdin, c.args...)
			require.Equal(t, c.code, code)
			require.Contains(t, stderr, c.want)
		})
	}
	code, stdout, _ := hrv(t, "", "-sliding")
	require.Zero(t, code)
	require.Greater(t, strings.Count(stdout, "\n"), 3)
	code, stdout, _ = hrv(t, "\ufeff800 N\r\n810 A\r\n", "-csv", "-")
	require.Zero(t, code, "a mark before the first line, words, line ends of another system")
	require.Contains(t, stdout, "time,n,2,")
	code, stdout, _ = hrv(t, "", "-h")
	require.Zero(t, code)
	require.Contains(t, stdout, "usage: hrv")
	require.Contains(t, stdout, "-priors")
}

// What is read is intervals of the given length, in order, whatever the text.
func FuzzReadIntervals(f *testing.F) {
	f.Add("800\n810 N\n# x\n\n790;\n", "auto")
	f.Add("0.8\n0.81\n", "auto")
	f.Add("\ufeff1e9\n1e-300\n", "ms")
	f.Add("1000000\n1000001\n", "s")
	f.Fuzz(func(t *testing.T, text, unit string) {
		s, err := readIntervals("list", strings.NewReader(text), unit)
		if err != nil {
			return
		}
		if len(s.beats) < 2 || s.beats[0].At != 0 {
			t.Fatal("no beats and no error")
		}
		for i := 1; i < len(s.beats); i++ {
			a, b := s.beats[i-1], s.beats[i]
			if rr := float64(b.At-a.At) + b.Frac - a.Frac; !(rr > -1e-3 && rr <= longest+1) || b.At < a.At || math.Abs(b.Frac) > 0.5 {
				t.Fatalf("interval %d of %v us", i, rr)
			}
		}
	})
}
