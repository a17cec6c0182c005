package ecgtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file or folder of the shared test material
// (reference records and outputs of reference programs), given by its path
// elements: Shared(t, "data", "mitdb"). The material lies in $SINUS_SHARED or
// in ../shared beside the module. Where it is absent the test is skipped, with
// CI set it fails.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("SINUS_SHARED")
	if root == "" {
		root = filepath.Join(moduleRoot(), "..", "shared")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	missing := "no shared test material at " + path
	if _, err := os.Stat(path + ".tar.xz"); err == nil {
		missing = path + " is still packed: run " + filepath.Join(root, "unpack") + " once"
	}
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// moduleRoot walks up from the working directory (of a test: its package) to
// the folder of go.mod.
func moduleRoot() string {
	dir, _ := os.Getwd()
	for d := dir; ; {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d
		}
		up := filepath.Dir(d)
		if up == d {
			return dir
		}
		d = up
	}
}
