//go:build slow

package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTenGigabytes streams a record of 100 segments of 100 MB each, with a gap
// after every one, and watches the memory.
func TestTenGigabytes(t *testing.T) {
	const segments, frames = 100, 25_000_000 // two signals of 16 bits
	var master strings.Builder
	fmt.Fprintf(&master, "m/%d 2 360\n", 2*segments)
	m := fstest.MapFS{}
	for i := range segments {
		name := fmt.Sprintf("s%d", i)
		fmt.Fprintf(&master, "%s %d\n~ 1000\n", name, frames)
		m[name+".hea"] = &fstest.MapFile{Data: fmt.Appendf(nil, "%s 2 360 %d\n%s.dat 16 200\n%s.dat 16 200\n", name, frames, name, name)}
	}
	// What the tests before this one have taken from the system does not count.
	debug.FreeOSMemory()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	m["m.hea"] = &fstest.MapFile{Data: []byte(master.String())}
	r, err := Open(virtual{m, 4 * frames}, "m")
	require.NoError(t, err)
	defer r.Close()
	require.Equal(t, int64(segments*(frames+1000)), r.Header().Frames)
	p := make([]float64, 8192)
	var total int64
	var most uint64
	for next := int64(0); ; {
		n, err := r.Read(p)
		total += int64(n)
		if total >= next {
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			most = max(most, s.HeapInuse+s.StackInuse)
			next += 1 << 28
		}
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
	}
	require.Equal(t, int64(2*segments*(frames+1000)), total)
	t.Logf("%d MB in use at most, %d of them before", most>>20, (before.HeapInuse+before.StackInuse)>>20)
	require.Less(t, most, before.HeapInuse+before.StackInuse+32<<20)
}

// virtual has signal files of a size, all of the same bytes.
type virtual struct {
	fs.FS
	size int64
}

func (v virtual) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".dat") {
		return &virtualFile{name: name, left: v.size}, nil
	}
	return v.FS.Open(name)
}

type virtualFile struct {
	name string
	left int64
}

func (f *virtualFile) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n := int(min(f.left, int64(len(p))))
	for i := range p[:n] {
		p[i] = byte(i & 1)
	}
	f.left -= int64(n)
	return n, nil
}

func (f *virtualFile) Close() error               { return nil }
func (f *virtualFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *virtualFile) Name() string               { return f.name }
func (f *virtualFile) Size() int64                { return f.left }
func (f *virtualFile) Mode() fs.FileMode          { return 0o444 }
func (f *virtualFile) ModTime() time.Time         { return time.Time{} }
func (f *virtualFile) IsDir() bool                { return false }
func (f *virtualFile) Sys() any                   { return nil }
