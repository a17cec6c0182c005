//go:build unix

package wfdb

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPipesAndDevices is F11: what is no file is refused and not waited for.
func TestPipesAndDevices(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "p.hea"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "r.hea"), []byte("r 1 360 1\npipe 16\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "d.hea"), []byte("d 1 360 1\nnull 16\n"), 0o600))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "null")))
	bounded(t, func() {
		for _, fsys := range []fs.FS{Dir(dir), os.DirFS(dir)} {
			for _, name := range []string{"p", "r", "d"} {
				_, _, err := readAll(t, fsys, name)
				require.Error(t, err)
				if name != "d" {
					require.ErrorIs(t, err, fs.ErrInvalid)
				}
			}
			_, err := ReadAnnotations(fsys, "p", "hea")
			require.ErrorIs(t, err, fs.ErrInvalid)
		}
	})
	_, _, err := readAll(t, os.DirFS("/dev"), "zero")
	require.Error(t, err)
}
