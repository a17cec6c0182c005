package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// project makes a folder with a project of PhysioNet: a minute of the synthetic
// patient.
func project(t *testing.T) string {
	root := t.TempDir()
	dir := filepath.Join(root, "files", "synthdb", "1.0.0")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	p, err := synth.New(synth.Default())
	require.NoError(t, err)
	lead, err := ecg.SelectLeads(p, 0)
	require.NoError(t, err)
	writeRecord(t, dir, lead, 60*360)
	var sums strings.Builder
	for _, name := range []string{"1.dat", "1.hea"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		s := sha256.Sum256(b)
		sums.WriteString(hex.EncodeToString(s[:]) + " " + name + "\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "SHA256SUMS.txt"), []byte(sums.String()), 0o600))
	return root
}

// TestPhysioNet reads from a server, from one that misbehaves, and from the
// cache.
func TestPhysioNet(t *testing.T) {
	root := project(t)
	_, want, _ := holter(t.Context(), filepath.Join(root, "files", "synthdb", "1.0.0", "1"))
	_, want, _ = strings.Cut(want, "\n")
	require.Contains(t, want, "Beats")
	files := http.FileServer(http.Dir(root))
	signal := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "1.dat") }
	part := func(w http.ResponseWriter, r *http.Request) []byte {
		rec := httptest.NewRecorder()
		files.ServeHTTP(rec, r)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		return rec.Body.Bytes()
	}
	for _, c := range []struct {
		name  string
		fault func(w http.ResponseWriter, r *http.Request, n int32) bool
		says  string // of the error; "": all is well
	}{
		{"sound", func(http.ResponseWriter, *http.Request, int32) bool { return false }, ""},
		{"500 once", func(w http.ResponseWriter, _ *http.Request, n int32) bool {
			if n == 1 {
				w.WriteHeader(500)
			}
			return n == 1
		}, ""},
		{"truncated once", func(w http.ResponseWriter, r *http.Request, n int32) bool {
			if !signal(r) || n > 5 {
				return false
			}
			b := part(w, r)
			w.Write(b[:len(b)/2])
			panic(http.ErrAbortHandler)
		}, ""},
		{"lies about the range", func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			if !signal(r) {
				return false
			}
			w.Header().Set("Content-Range", "bytes 7-99/100")
			w.WriteHeader(http.StatusPartialContent)
			return true
		}, "range"},
		{"404", func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			if signal(r) {
				http.NotFound(w, r)
			}
			return signal(r)
		}, "not exist"},
		{"401", func(w http.ResponseWriter, r *http.Request, _ int32) bool { w.WriteHeader(401); return true }, "permission"},
		{"other bytes", func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			if !signal(r) {
				return false
			}
			b := bytes.Clone(part(w, r))
			b[100] ^= 1
			w.Write(b)
			return true
		}, "checksum"},
		{"a page to log in", func(w http.ResponseWriter, r *http.Request, _ int32) bool {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<!doctype html><p>Log in"))
			return true
		}, "1.hea"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !c.fault(w, r, requests.Add(1)) {
					files.ServeHTTP(w, r)
				}
			}))
			defer s.Close()
			cache := t.TempDir()
			t.Setenv("SINUS_PHYSIONET", s.URL+"/files")
			t.Setenv("SINUS_CACHE", cache)
			code, stdout, stderr := holter(t.Context(), "synthdb/1.0.0/1")
			require.Contains(t, stderr, "asking PhysioNet")
			if c.says != "" {
				require.Equal(t, 1, code)
				require.Contains(t, stderr, c.says)
				require.NotContains(t, stderr, s.URL)
				require.NoFileExists(t, filepath.Join(cache, "synthdb", "1.0.0", "1.dat"))
				return
			}
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, want)

			// Again without the server, and with the beats.
			s.Close()
			out := t.TempDir()
			code, stdout, stderr = holter(t.Context(), "-o", "qrs", "-outdir", out, "synthdb/1.0.0/1")
			require.Zero(t, code, stderr)
			require.Contains(t, stdout, want)
			require.FileExists(t, filepath.Join(out, "1.qrs"))
			code, _, stderr = holter(t.Context(), "-o", "qrs", "synthdb/1.0.0/1")
			require.Equal(t, 2, code)
			require.Contains(t, stderr, "-outdir")
		})
	}
}

// A server that says nothing is left at once when the program is interrupted.
func TestPhysioNetStall(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	t.Setenv("SINUS_PHYSIONET", s.URL)
	t.Setenv("SINUS_CACHE", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	code, _, stderr := holter(ctx, "mitdb/1.0.0/100")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "canceled")
}
