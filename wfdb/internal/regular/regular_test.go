package regular

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	m := fstest.MapFS{"a": {Data: []byte("x")}, "folder/b": {}, "pipe": {Mode: fs.ModeNamedPipe}, "\x1b[31m": {Mode: fs.ModeDevice}}
	f, err := Open(m, "a")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range []string{"folder", "pipe", "\x1b[31m"} {
		for _, fsys := range []fs.FS{m, struct{ fs.FS }{m}} { // with and without Stat
			_, err = Open(fsys, name)
			require.ErrorIs(t, err, fs.ErrInvalid)
			require.ErrorContains(t, err, "not a regular file")
			require.NotContains(t, err.Error(), "\x1b")
		}
	}
	_, err = Open(m, "\x1b]0;title\a")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, `open "\x1b]0;title\a": file does not exist`)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
	f, err = Open(os.DirFS(dir), "a")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
