package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestRecords(t *testing.T) {
	list := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	fsys := fstest.MapFS{
		"a/RECORDS":     list("100\n  101\r\n\nsub/102\n../x\n/etc/passwd\nhttp://h/x\nb/\nm/\n103"),
		"a/b/RECORDS":   list("200\nc/\n"),
		"a/b/c/RECORDS": list("300\n"),
		"loop/RECORDS":  list("1\nx/\n"), "loop/x/RECORDS": list("2\n./\n"),
		"self/RECORDS":  list("1\n"),
		"long/RECORDS":  list("1\n" + strings.Repeat("x", 70_000) + "\n2\n"),
		"empty/RECORDS": list(""),
	}
	all := func(dir string) (got string, bad int, last error) {
		for name, err := range Records(fsys, dir) {
			if last = err; err != nil {
				bad++
				require.Empty(t, name)
				require.ErrorContains(t, err, "RECORDS")
				continue
			}
			got += name + " "
		}
		return got, bad, last
	}
	got, bad, err := all("a")
	require.NoError(t, err)
	require.Equal(t, "a/100 a/101 a/sub/102 a/b/200 a/b/c/300 a/m/m a/103 ", got)
	require.Equal(t, 3, bad)
	for name, err := range Records(fsys, "a") {
		if err != nil {
			require.ErrorIs(t, err, fs.ErrInvalid)
			require.ErrorContains(t, err, "a/RECORDS:5")
			break
		}
		require.NotEmpty(t, name)
	}
	got, _, err = all("loop")
	require.ErrorIs(t, err, fs.ErrInvalid, "./ is no name")
	require.Equal(t, "loop/1 loop/x/2 ", got)
	got, _, err = all("long")
	require.ErrorIs(t, err, ErrLimit)
	require.Equal(t, "long/1 ", got)
	got, _, err = all("empty")
	require.NoError(t, err)
	require.Empty(t, got)
	_, _, err = all("none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = all("../x")
	require.ErrorIs(t, err, fs.ErrInvalid)
}

// endlessFS has in each folder a list that names a folder.
type endlessFS struct{ opened int }

func (e *endlessFS) Open(name string) (fs.File, error) {
	e.opened++
	return fstest.MapFS{name: {Data: []byte("x/\n")}}.Open(name)
}

func TestRecordsWithoutEnd(t *testing.T) {
	e := &endlessFS{}
	var last error
	for _, err := range Records(e, "a") {
		last = err
	}
	require.ErrorContains(t, last, "name each other")
	require.Less(t, e.opened, 30)
}

// A list of a million lines is read as a stream.
type linesFile struct {
	left int
	rest string
}

func (f *linesFile) Stat() (fs.FileInfo, error) { return remoteInfo{name: "RECORDS"}, nil }
func (f *linesFile) Close() error               { return nil }
func (f *linesFile) Read(p []byte) (int, error) {
	if f.rest == "" {
		if f.left == 0 {
			return 0, io.EOF
		}
		f.left--
		f.rest = fmt.Sprintf("p%07d\n", f.left)
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

type linesFS int

func (n linesFS) Open(string) (fs.File, error) { return &linesFile{left: int(n)}, nil }

func TestRecordsStream(t *testing.T) {
	n := 0
	for _, err := range Records(linesFS(50_000), "a") {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 50_000, n)
	n = 0
	for range Records(linesFS(1<<60), "a") {
		if n++; n == 10 {
			break
		}
	}
	require.Equal(t, 10, n)
}
