package features_test

import (
	"fmt"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/stretchr/testify/require"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sinus-ecg/sinus/features"
)

func minuteDuration(n int) time.Duration { return time.Duration(n) * time.Minute }

// render writes every number with all its bits.
func render(h features.HRV) string { return fmt.Sprintf("%x", h) }

func recordsOf(t testing.TB, db, ext string) (names []string) {
	t.Helper()
	dir := ecgtest.Shared(t, "data", db)
	files, err := filepath.Glob(filepath.Join(dir, "*"+ext))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ext))
	}
	return names
}

func mitdbRecords(t testing.TB) []string { return recordsOf(t, "mitdb", ".atr") }

// analyze computes some groups only.
func analyze(t testing.TB, s features.Series, only features.Groups) features.HRV {
	t.Helper()
	a, err := features.NewAnalyzer(features.Config{Skip: ^only})
	require.NoError(t, err)
	return a.Analyze(s)
}
