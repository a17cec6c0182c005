package wfdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// fakeNet is a small PhysioNet that can be told to misbehave.
type fakeNet struct {
	*httptest.Server
	files fstest.MapFS // below /files/

	// fault, if set, may answer a request itself.
	fault func(w http.ResponseWriter, r *http.Request, n int) bool

	mu       sync.Mutex
	requests []string // method, path and range
	bytes    int64
	active   atomic.Int32
	most     int32
}

var noise = func() []byte {
	b := make([]byte, 2<<20+12345)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}()

func newFakeNet(t *testing.T) *fakeNet {
	f := &fakeNet{files: fstest.MapFS{}}
	f.add("db/1.0.0/r.hea", []byte("r 1 360 10\nr.dat 16 200 12 0 0 0 0 I\n"))
	f.add("db/1.0.0/r.dat", make([]byte, 20))
	f.add("db/1.0.0/empty", nil)
	f.add("db/1.0.0/sub dir/ü#?.txt", []byte("odd name"))
	f.add("db/1.0.0/long.dat", noise)
	f.add("db/1.9.0/r.hea", []byte("older\n"))
	f.add("db/1.10.0/r.hea", []byte("newer\n"))
	f.sums("db/1.0.0")
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeNet) add(name string, b []byte) { f.files[name] = &fstest.MapFile{Data: b, Mode: 0o444} }

// sums writes the list of a version.
func (f *fakeNet) sums(dir string) {
	var l []string
	for name, file := range f.files {
		if p, ok := strings.CutPrefix(name, dir+"/"); ok && p != sumsName {
			s := sha256.Sum256(file.Data)
			l = append(l, hex.EncodeToString(s[:])+" "+p+"\n")
		}
	}
	slices.SortFunc(l, func(a, b string) int { return strings.Compare(a[65:], b[65:]) })
	f.add(dir+"/"+sumsName, []byte(strings.Join(l, "")))
}

func (f *fakeNet) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
	n := len(f.requests)
	f.most = max(f.most, f.active.Add(1))
	fault := f.fault
	f.mu.Unlock()
	defer f.active.Add(-1)
	if fault != nil && fault(w, r, n) {
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/files/")
	file := f.files[name]
	if file == nil {
		if strings.HasSuffix(name, "/") {
			http.FileServerFS(f.files).ServeHTTP(w, func() *http.Request { q := r.Clone(r.Context()); q.URL.Path = "/" + name; return q }())
			return
		}
		http.NotFound(w, r)
		return
	}
	if w.Header().Get("Etag") == "" {
		w.Header().Set("Etag", `"1"`)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(&counter{ResponseWriter: w, f: f}, r, name, time.Time{}, bytes.NewReader(file.Data))
}

type counter struct {
	http.ResponseWriter
	f *fakeNet
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.f.mu.Lock()
	c.f.bytes += int64(n)
	c.f.mu.Unlock()
	return n, err
}

// forget returns what was asked for since the last call, and the bytes sent.
func (f *fakeNet) forget() ([]string, int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, n := f.requests, f.bytes
	f.requests, f.bytes = nil, 0
	return r, n
}

func (f *fakeNet) break_(fault func(w http.ResponseWriter, r *http.Request, n int) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.requests = fault, nil
}

func (f *fakeNet) config() PhysioNetConfig {
	return PhysioNetConfig{BaseURL: f.URL + "/files", Backoff: time.Millisecond, Timeout: 2 * time.Second}
}

func TestPhysioNetReads(t *testing.T) {
	f := newFakeNet(t)
	for _, c := range []struct{ name, file, want string }{
		{"version in the name", "db/1.0.0/r.hea", string(f.files["db/1.0.0/r.hea"].Data)},
		{"latest, by numbers", "db/r.hea", "newer\n"},
		{"empty file", "db/1.0.0/empty", ""},
		{"odd names", "db/1.0.0/sub dir/ü#?.txt", "odd name"},
		{"long file", "db/1.0.0/long.dat", string(noise)},
	} {
		for _, cache := range []string{"", t.TempDir()} {
			config := f.config()
			config.Cache = cache
			for _, verify := range []bool{false, true} {
				if verify && strings.Contains(c.name, "latest") {
					continue // that version has no list
				}
				config.Verify = verify
				got, err := fs.ReadFile(PhysioNet(config), c.file)
				require.NoError(t, err, c.name)
				require.True(t, c.want == string(got), "%s: %d bytes, want %d", c.name, len(got), len(c.want))
			}
		}
	}
	config := f.config()
	config.Versions = map[string]string{"db": "1.9.0"}
	got, err := fs.ReadFile(PhysioNet(config), "db/r.hea")
	require.NoError(t, err)
	require.Equal(t, "older\n", string(got))
	require.EqualValues(t, 1, f.most, "requests at the same time")
}

func TestPhysioNetRecord(t *testing.T) {
	f := newFakeNet(t)
	config := f.config()
	config.Versions = map[string]string{"db": "1.0.0"}
	r, err := Open(PhysioNet(config), "db/r")
	require.NoError(t, err)
	defer r.Close()
	x, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Len(t, x, 10)
}

func TestPhysioNetLatestByRedirection(t *testing.T) {
	f := newFakeNet(t)
	f.break_(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == "/files/db/" {
			http.Redirect(w, r, "/files/db/1.9.0/", http.StatusFound)
			return true
		}
		return false
	})
	got, err := fs.ReadFile(PhysioNet(f.config()), "db/r.hea")
	require.NoError(t, err)
	require.Equal(t, "older\n", string(got))
}

func TestLatestOf(t *testing.T) {
	for _, c := range []struct{ page, want string }{
		{`<a href="../">..</a> <a href="1.0.0/">1.0.0/</a> <a href="1.10.0/">x</a> <a href="1.9/">`, "1.10.0"},
		{`<a href="/files/db/2.0/">`, "2.0"},
		{`<a href="/files/other/2.0/">`, ""},
		{`<a href="./1.0.0/`, "1.0.0"},
		{"", ""},
	} {
		require.Equal(t, c.want, latestOf(c.page, "db"), c.page)
	}
}

func TestPhysioNetNames(t *testing.T) {
	f := newFakeNet(t)
	p := PhysioNet(f.config())
	for _, name := range []string{"", ".", "db", "/db/x", "../db/x", "db/../x", "db/./x", `db\x`, "db/x\x00", ".parts/x", "http://host/x", "c:/x", "db//x"} {
		_, err := p.Open(name)
		require.ErrorIs(t, err, fs.ErrInvalid, name)
		var pe *fs.PathError
		require.ErrorAs(t, err, &pe)
	}
	r, _ := f.forget()
	require.Empty(t, r)
	_, err := p.Open("db/1.0.0/none.hea")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = p.Open("none/x.hea")
	require.ErrorIs(t, err, fs.ErrNotExist)
	r, _ = f.forget()
	require.Len(t, r, 2, "what is not there is asked for once: %q", r)
}

func TestPhysioNetPartsOnly(t *testing.T) {
	f := newFakeNet(t)
	for _, cache := range []string{"", t.TempDir()} {
		config := f.config()
		config.Cache = cache
		f.forget()
		file, err := PhysioNet(config).Open("db/1.0.0/long.dat")
		require.NoError(t, err)
		b := make([]byte, 100)
		_, err = file.(io.ReaderAt).ReadAt(b, 2_000_000)
		require.NoError(t, err)
		require.Equal(t, noise[2_000_000:2_000_100], b)
		_, err = file.(io.Seeker).Seek(-10, io.SeekEnd)
		require.NoError(t, err)
		rest, err := io.ReadAll(file)
		require.NoError(t, err)
		require.Equal(t, noise[len(noise)-10:], rest)
		n, err := file.(io.ReaderAt).ReadAt(b, int64(len(noise))-30)
		require.Equal(t, 30, n)
		require.Equal(t, io.EOF, err)
		require.NoError(t, file.Close())
		_, err = file.Read(b)
		require.ErrorIs(t, err, fs.ErrClosed)
		r, sent := f.forget()
		require.Len(t, r, 3)
		require.LessOrEqual(t, sent, int64(3*pageSize))
	}
}

func TestPhysioNetInOrderAsksLessOften(t *testing.T) {
	f := newFakeNet(t)
	_, err := fs.ReadFile(PhysioNet(f.config()), "db/1.0.0/long.dat")
	require.NoError(t, err)
	r, sent := f.forget()
	require.Less(t, len(r), 10, "%q", r)
	require.Less(t, sent, int64(len(noise)+1000))
}

// What has been read once is read again without the network, in parts or whole.
func TestPhysioNetCache(t *testing.T) {
	f := newFakeNet(t)
	config := f.config()
	config.Cache = t.TempDir()
	p := PhysioNet(config)
	_, err := fs.ReadFile(p, "db/r.hea")
	require.NoError(t, err)
	file, err := p.Open("db/1.0.0/long.dat")
	require.NoError(t, err)
	b := make([]byte, 200_000)
	_, err = file.(io.ReaderAt).ReadAt(b, 1_000_000)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	config.Offline = true
	f.forget()
	off := PhysioNet(config)
	got, err := fs.ReadFile(off, "db/r.hea") // the version is known too
	require.NoError(t, err)
	require.Equal(t, "newer\n", string(got))
	file, err = off.Open("db/1.0.0/long.dat")
	require.NoError(t, err)
	clear(b)
	_, err = file.(io.ReaderAt).ReadAt(b, 1_000_000)
	require.NoError(t, err)
	require.True(t, bytes.Equal(noise[1_000_000:1_200_000], b))
	_, err = file.(io.ReaderAt).ReadAt(b, 2_000_000)
	require.ErrorIs(t, err, ErrOffline)
	require.NoError(t, file.Close())
	_, err = off.Open("db/1.0.0/r.hea")
	require.ErrorIs(t, err, ErrOffline)
	_, err = off.Open("none/r.hea")
	require.ErrorIs(t, err, ErrOffline)
	r, _ := f.forget()
	require.Empty(t, r)

	// Going on takes only what is missing, and the whole file gets to its place.
	config.Offline = false
	on := PhysioNet(config)
	got, err = fs.ReadFile(on, "db/1.0.0/long.dat")
	require.NoError(t, err)
	require.True(t, bytes.Equal(noise, got))
	_, sent := f.forget()
	require.Less(t, sent, int64(len(noise)-3*pageSize))
	got, err = os.ReadFile(filepath.Join(config.Cache, "db", "1.0.0", "long.dat"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(noise, got))
	require.NoFileExists(t, filepath.Join(config.Cache, ".parts", "db", "1.0.0", "long.dat.pages"))
}

func TestPhysioNetCacheDamage(t *testing.T) {
	f := newFakeNet(t)
	config := f.config()
	config.Cache = t.TempDir()
	read := func() []byte {
		file, err := PhysioNet(config).Open("db/1.0.0/long.dat")
		require.NoError(t, err)
		defer file.Close()
		b := make([]byte, 1000)
		_, err = file.(io.ReaderAt).ReadAt(b, 1_000_000)
		require.NoError(t, err)
		return b
	}
	want := noise[1_000_000:1_001_000]
	require.Equal(t, want, read())
	part := filepath.Join(config.Cache, ".parts", "db", "1.0.0", "long.dat")
	b, err := os.ReadFile(part)
	require.NoError(t, err)
	b[1_000_500] ^= 1
	require.NoError(t, os.WriteFile(part, b, 0o600))
	require.Equal(t, want, read(), "a page with a flipped bit is asked for again")
	for _, n := range []int64{0, 5, 511, 512, 600, 640} {
		require.NoError(t, os.Truncate(part+partsSuffix, n))
		require.Equal(t, want, read(), "state cut to %d bytes", n)
	}
	require.NoError(t, os.Truncate(part, 1_000_100))
	require.Equal(t, want, read(), "data cut")

	// Damage shows at the latest when the rest has come.
	require.Equal(t, want, read())
	b, err = os.ReadFile(part)
	require.NoError(t, err)
	clear(b[1_000_000:1_010_000])
	require.NoError(t, os.WriteFile(part, b, 0o600))
	for range 2 {
		got, err := fs.ReadFile(PhysioNet(config), "db/1.0.0/long.dat")
		require.NoError(t, err)
		require.True(t, bytes.Equal(noise, got))
	}

	// A link out of the folder is not followed.
	require.NoError(t, os.MkdirAll(filepath.Join(config.Cache, "evil"), 0o700))
	if os.Symlink(t.TempDir(), filepath.Join(config.Cache, "evil", "1.0")) == nil {
		f.add("evil/1.0/x", []byte("x"))
		_, err := PhysioNet(config).Open("evil/1.0/x")
		require.Error(t, err)
	}
}

func TestPhysioNetChecksums(t *testing.T) {
	f := newFakeNet(t)
	f.files["db/1.0.0/r.hea"].Data[3] ^= 1
	bad := bytes.Clone(noise)
	bad[len(bad)-1] ^= 1
	f.add("db/1.0.0/long.dat", bad)
	f.add("db/1.0.0/extra", []byte("not listed"))
	for _, cache := range []string{"", t.TempDir()} {
		for _, ranges := range []bool{true, false} {
			f.break_(func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !ranges {
					r.Header.Del("Range")
				}
				return false
			})
			config := f.config()
			config.Cache = cache
			p := PhysioNet(config)
			_, err := p.Open("db/1.0.0/r.hea")
			require.ErrorIs(t, err, ErrChecksum)
			require.ErrorContains(t, err, "db/1.0.0/r.hea")
			_, err = fs.ReadFile(p, "db/1.0.0/long.dat")
			require.ErrorIs(t, err, ErrChecksum)
			_, err = fs.ReadFile(p, "db/1.0.0/extra")
			require.NoError(t, err)
			config.Verify = true
			p = PhysioNet(config)
			_, err = p.Open("db/1.0.0/long.dat")
			require.ErrorIs(t, err, ErrChecksum)
			_, err = p.Open("db/1.0.0/extra")
			require.ErrorIs(t, err, ErrChecksum)
			_, err = p.Open("db/1.9.0/r.hea") // no list
			require.ErrorIs(t, err, ErrChecksum)
			if cache != "" {
				require.NoFileExists(t, filepath.Join(cache, "db", "1.0.0", "r.hea"))
				require.NoFileExists(t, filepath.Join(cache, "db", "1.0.0", "long.dat"))
			}
		}
	}
}

// The list of a large project is searched, not read.
func TestPhysioNetLongList(t *testing.T) {
	f := newFakeNet(t)
	var list bytes.Buffer
	for i := range 60_000 {
		s := sha256.Sum256([]byte(strconv.Itoa(i)))
		fmt.Fprintf(&list, "%x files/p%06d/record%d.dat\n", s, i, i)
	}
	f.add("big/1.0/"+sumsName, list.Bytes())
	for _, cache := range []string{"", t.TempDir()} {
		config := f.config()
		config.Cache, config.Verify = cache, true
		p := PhysioNet(config)
		f.forget()
		for _, i := range []int{0, 1, 777, 31_415, 59_999} {
			name := fmt.Sprintf("big/1.0/files/p%06d/record%d.dat", i, i)
			f.add(name, []byte(strconv.Itoa(i)))
			got, err := fs.ReadFile(p, name)
			require.NoError(t, err, name)
			require.Equal(t, strconv.Itoa(i), string(got))
			f.add(name, []byte("other"))
		}
		f.add("big/1.0/nothing", nil)
		_, err := p.Open("big/1.0/nothing")
		require.ErrorIs(t, err, ErrChecksum)
		_, sent := f.forget()
		require.Less(t, sent, int64(list.Len())*2/3)
		require.ErrorIs(t, func() error {
			_, err := PhysioNet(PhysioNetConfig{BaseURL: config.BaseURL}).Open("big/1.0/files/p000777/record777.dat")
			return err
		}(), ErrChecksum)
	}
}

func TestPhysioNetFaults(t *testing.T) {
	long := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "long.dat") }
	head := func(w http.ResponseWriter, status int, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			w.Header().Set(pairs[i], pairs[i+1])
		}
		w.WriteHeader(status)
	}
	for _, c := range []struct {
		name   string
		fault  func(w http.ResponseWriter, r *http.Request, n int) bool
		config func(*PhysioNetConfig)
		want   error // nil: the file is read all the same
		tries  int   // requests for the file; 0: not counted
	}{
		{"500 twice", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n <= 2 {
				w.WriteHeader(500)
			}
			return n <= 2
		}, nil, nil, 0},
		{"503 for ever", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 503, "Retry-After", "0")
			return true
		}, nil, ErrUnavailable, 5},
		{"429 then good", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 1 {
				w.WriteHeader(429)
			}
			return n == 1
		}, nil, nil, 0},
		{"401", func(w http.ResponseWriter, r *http.Request, _ int) bool { w.WriteHeader(401); return true }, nil, fs.ErrPermission, 1},
		{"403", func(w http.ResponseWriter, r *http.Request, _ int) bool { w.WriteHeader(403); return true }, nil, fs.ErrPermission, 1},
		{"404", func(w http.ResponseWriter, r *http.Request, _ int) bool { w.WriteHeader(404); return true }, nil, fs.ErrNotExist, 1},
		{"418", func(w http.ResponseWriter, r *http.Request, _ int) bool { w.WriteHeader(418); return true }, nil, ErrServer, 1},
		{"connection dropped at once", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n <= 2 {
				panic(http.ErrAbortHandler)
			}
			return false
		}, nil, nil, 0},
		{"every answer cut after 30 kB", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !long(r) {
				return false
			}
			first, last := asked(r)
			last = min(last, int64(len(noise))-1)
			head(w, 206, "Etag", `"1"`, "Content-Length", strconv.FormatInt(last-first+1, 10),
				"Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(noise)))
			w.Write(noise[first:min(last+1, first+30_000)])
			panic(http.ErrAbortHandler)
		}, nil, nil, 0},
		{"shorter range than asked for", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !long(r) {
				return false
			}
			first, last := asked(r)
			last = min(last, first+39_999, int64(len(noise))-1)
			head(w, 206, "Etag", `"1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(noise)))
			w.Write(noise[first : last+1])
			return true
		}, nil, nil, 0},
		{"nothing but headers", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 200, "Content-Length", "1000")
			panic(http.ErrAbortHandler)
		}, nil, io.ErrUnexpectedEOF, 5},
		{"length of the range is a lie", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 206, "Content-Range", "bytes 0-99/1000", "Content-Length", "500")
			w.Write(make([]byte, 500))
			return true
		}, nil, ErrServer, 1},
		{"more than the range in chunks", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !long(r) {
				return false
			}
			first, last := asked(r)
			last = min(last, int64(len(noise))-1)
			head(w, 206, "Etag", `"1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(noise)))
			w.(http.Flusher).Flush()
			w.Write(noise[first : last+1])
			w.Write(noise)
			return true
		}, nil, nil, 0},
		{"another range", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 206, "Content-Range", "bytes 5-104/1000")
			return true
		}, nil, ErrServer, 1},
		{"range without a size", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 206, "Content-Range", "bytes 0-65535/*")
			return true
		}, nil, ErrServer, 1},
		{"no range in a 206", func(w http.ResponseWriter, r *http.Request, _ int) bool { w.WriteHeader(206); return true }, nil, ErrServer, 1},
		{"range backwards", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 206, "Content-Range", "bytes 0--5/-3")
			return true
		}, nil, ErrServer, 1},
		{"ranges ignored", func(w http.ResponseWriter, r *http.Request, _ int) bool { r.Header.Del("Range"); return false }, nil, nil, 0},
		{"ranges ignored, length not told", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !long(r) {
				return false
			}
			w.Header().Set("Content-Type", "application/octet-stream")
			w.(http.Flusher).Flush()
			w.Write(noise)
			return true
		}, nil, nil, 0},
		{"ranges ignored and too long", func(w http.ResponseWriter, r *http.Request, _ int) bool { r.Header.Del("Range"); return false },
			func(c *PhysioNetConfig) { c.MaxBody = 1 << 20 }, ErrLimit, 1},
		{"the same without a length", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			w.(http.Flusher).Flush()
			w.Write(noise)
			return true
		}, func(c *PhysioNetConfig) { c.MaxBody = 1 << 20 }, ErrLimit, 1},
		{"ranges ignored in mid-read", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n > 3 {
				r.Header.Del("Range")
			}
			return false
		}, nil, nil, 0},
		{"tag changes in mid-read", func(w http.ResponseWriter, r *http.Request, n int) bool {
			w.Header().Set("Etag", fmt.Sprintf(`"%d"`, n/3))
			return false
		}, nil, ErrChanged, 0},
		{"size changes in mid-read", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 3 {
				return false
			}
			first, last := asked(r)
			head(w, 206, "Etag", `"1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(noise)+1))
			w.Write(noise[first : last+1])
			return true
		}, nil, ErrChanged, 0},
		{"416 in mid-read", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n >= 3 {
				head(w, 416, "Content-Range", "bytes */5", "Etag", `"1"`)
			}
			return n >= 3
		}, nil, ErrChanged, 0},
		{"gzip", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 200, "Content-Encoding", "gzip")
			return true
		}, nil, ErrServer, 1},
		{"login page", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 200, "Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<!DOCTYPE html><p>Please log in")
			return true
		}, nil, ErrNotData, 1},
		{"login page that does not say so", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 200, "Content-Type", "application/octet-stream")
			io.WriteString(w, "\n<!doctype HTML><p>Please log in")
			return true
		}, nil, ErrNotData, 1},
		{"redirections without end", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, nil, ErrServer, 0},
		{"stall before the answer", func(w http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true },
			func(c *PhysioNetConfig) { c.Timeout, c.Attempts = 30*time.Millisecond, 2 }, os.ErrDeadlineExceeded, 2},
		{"stall in the answer, then good", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if n > 1 {
				return false
			}
			head(w, 206, "Etag", `"1"`, "Content-Range", fmt.Sprintf("bytes 0-65535/%d", len(noise)))
			w.Write(noise[:30_000])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return true
		}, func(c *PhysioNetConfig) { c.Timeout = 300 * time.Millisecond }, nil, 0},
		{"a byte now and then", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			head(w, 200, "Content-Length", "100000")
			for {
				w.Write([]byte{0})
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
					return true
				case <-time.After(5 * time.Millisecond):
				}
			}
		}, func(c *PhysioNetConfig) { c.Timeout, c.Attempts = 50*time.Millisecond, 2 }, os.ErrDeadlineExceeded, 2},
	} {
		for _, cached := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, "/cache=", cached), func(t *testing.T) {
				f := newFakeNet(t)
				f.break_(c.fault)
				config := f.config()
				if cached {
					config.Cache = t.TempDir()
				}
				if c.config != nil {
					c.config(&config)
				}
				got, err := fs.ReadFile(PhysioNet(config), "db/1.0.0/long.dat")
				if c.want == nil {
					require.NoError(t, err)
					require.True(t, bytes.Equal(noise, got))
				} else {
					require.ErrorIs(t, err, c.want)
					require.ErrorContains(t, err, "db/1.0.0/long.dat")
					require.NotContains(t, err.Error(), f.URL)
				}
				if c.tries > 0 {
					r, _ := f.forget()
					require.Len(t, r, c.tries)
				}
				if config.Cache != "" && c.want != nil {
					require.NoFileExists(t, filepath.Join(config.Cache, "db", "1.0.0", "long.dat"))
				}
			})
		}
	}
}

// asked returns the range of a request.
func asked(r *http.Request) (first, last int64) {
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last)
	return first, last
}

func TestPhysioNetContext(t *testing.T) {
	f := newFakeNet(t)
	p := PhysioNet(f.config())
	ctx, cancel := context.WithCancel(context.Background())
	file, err := p.WithContext(ctx).Open("db/1.0.0/long.dat")
	require.NoError(t, err)
	defer file.Close()
	f.break_(func(w http.ResponseWriter, r *http.Request, _ int) bool { cancel(); <-r.Context().Done(); return true })
	_, err = file.(io.ReaderAt).ReadAt(make([]byte, 10), 1_000_000)
	require.ErrorIs(t, err, context.Canceled)
	_, err = p.WithContext(ctx).Open("db/1.0.0/r.hea")
	require.ErrorIs(t, err, context.Canceled)
	f.break_(nil)
	_, err = p.Open("db/1.0.0/r.hea")
	require.NoError(t, err, "another context is not disturbed")

	// The wait between attempts ends too.
	f.break_(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.Header().Set("Retry-After", "50")
		w.WriteHeader(503)
		return true
	})
	ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = p.WithContext(ctx).Open("db/1.0.0/r.dat")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 45*time.Second, "Retry-After is not waited for")
}

func TestPhysioNetTogether(t *testing.T) {
	f := newFakeNet(t)
	for _, cache := range []string{"", t.TempDir()} {
		config := f.config()
		config.Cache = cache
		p := PhysioNet(config)
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				file, err := p.Open("db/1.0.0/long.dat")
				if err != nil {
					t.Error(err)
					return
				}
				defer file.Close()
				b := make([]byte, 5000)
				for i := range 40 {
					off := int64((i*7919 + g*104729) * 97 % (len(noise) - len(b)))
					if _, err := file.(io.ReaderAt).ReadAt(b, off); err != nil || !bytes.Equal(b, noise[off:off+5000]) {
						t.Error(off, err)
					}
				}
			})
		}
		wg.Wait()
		require.Empty(t, p.parts, "files left open")
		got, err := fs.ReadFile(p, "db/1.0.0/long.dat")
		require.NoError(t, err)
		require.True(t, bytes.Equal(noise, got))
	}
	require.EqualValues(t, 1, f.most)
}

// Credentials go to one host only, and only over TLS.
func TestPhysioNetCredentials(t *testing.T) {
	const user, password = "jane-doe", "tr0ub4dor&3"
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("another host was told %q", r.Header)
		}
		io.WriteString(w, "elsewhere")
	}))
	defer other.Close()
	plain := httptest.NewServer(other.Config.Handler)
	defer plain.Close()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, p, _ := r.BasicAuth()
		switch {
		case u != user || p != password:
			w.WriteHeader(401)
		case strings.HasSuffix(r.URL.Path, "elsewhere"):
			http.Redirect(w, r, other.URL+"/x?token=0815", http.StatusFound)
		case strings.HasSuffix(r.URL.Path, "plain"):
			http.Redirect(w, r, plain.URL+"/x?token=0815", http.StatusFound)
		case strings.HasSuffix(r.URL.Path, "gone"):
			http.Redirect(w, r, "https://"+user+":"+password+"@127.0.0.1:1/x?token=0815", http.StatusFound)
		case strings.HasSuffix(r.URL.Path, "secret"):
			io.WriteString(w, "inside")
		default:
			w.WriteHeader(404)
		}
	}))
	defer server.Close()
	config := PhysioNetConfig{BaseURL: server.URL + "/files", User: user, Password: password, Client: server.Client(),
		Backoff: time.Millisecond, Attempts: 2, Timeout: time.Second}
	server.Client().Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true // two certificates
	p := PhysioNet(config)
	got, err := fs.ReadFile(p, "db/1.0/secret")
	require.NoError(t, err)
	require.Equal(t, "inside", string(got))
	got, err = fs.ReadFile(p, "db/1.0/elsewhere")
	require.NoError(t, err)
	require.Equal(t, "elsewhere", string(got))
	silent := func(text string) {
		t.Helper()
		for _, s := range []string{password, user, "0815"} {
			require.NotContains(t, text, s)
		}
	}
	_, err = p.Open("db/1.0/plain")
	require.ErrorIs(t, err, ErrServer)
	silent(err.Error())
	_, err = p.Open("db/1.0/gone")
	require.Error(t, err)
	silent(err.Error())
	for e := err; e != nil; e = errors.Unwrap(e) {
		silent(fmt.Sprintf("%+v", e))
	}
	silent(fmt.Sprintf("%v %+v %#v", p, p, p))
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		require.NotContains(t, fmt.Sprintf(verb, config), password)
	}
	for _, verb := range []string{"%s", "%q", "%x", "%d", "%v"} {
		require.Equal(t, "(secret)", fmt.Sprintf(verb, config.Password))
	}

	config.BaseURL = plain.URL
	_, err = PhysioNet(config).Open("db/1.0/x")
	var ce *ecg.ConfigError
	require.ErrorAs(t, err, &ce)
	silent(err.Error())
}

func TestPhysioNetConfig(t *testing.T) {
	for _, c := range []struct {
		field  string
		config PhysioNetConfig
	}{
		{"BaseURL", PhysioNetConfig{BaseURL: "ftp://host/x"}},
		{"BaseURL", PhysioNetConfig{BaseURL: "https://u:p@host/x"}},
		{"BaseURL", PhysioNetConfig{BaseURL: "https://host/x?y"}},
		{"BaseURL", PhysioNetConfig{BaseURL: "::"}},
		{"User", PhysioNetConfig{Password: "x"}},
		{"Versions", PhysioNetConfig{Versions: map[string]string{"db": "latest"}}},
		{"Timeout", PhysioNetConfig{Timeout: -1}},
		{"Backoff", PhysioNetConfig{Backoff: -1}},
		{"Attempts", PhysioNetConfig{Attempts: -1}},
		{"MaxBody", PhysioNetConfig{MaxBody: -1}},
		{"Cache", PhysioNetConfig{Offline: true}},
	} {
		_, err := PhysioNet(c.config).Open("db/1.0/x")
		var ce *ecg.ConfigError
		require.ErrorAs(t, err, &ce)
		require.Equal(t, c.field, ce.Field)
	}
}

// Long and short files keep the rules of io.Reader, io.Seeker and io.ReaderAt.
func TestPhysioNetFileRules(t *testing.T) {
	f := newFakeNet(t)
	for _, cache := range []string{"", t.TempDir()} {
		config := f.config()
		config.Cache = cache
		for _, name := range []string{"db/1.0.0/r.dat", "db/1.0.0/long.dat", "db/1.0.0/long.dat"} {
			file, err := PhysioNet(config).Open(name)
			require.NoError(t, err)
			content := f.files[name].Data
			if len(content) > 1<<20 {
				// iotest.TestReader reads byte by byte; a part of it will do.
				_, err = file.(io.Seeker).Seek(0, io.SeekStart)
				require.NoError(t, err)
				_, err = file.(io.Seeker).Seek(-1, io.SeekStart)
				require.Error(t, err)
				_, err = file.(io.ReaderAt).ReadAt(make([]byte, 1), -1)
				require.Error(t, err)
				n, err := file.(io.ReaderAt).ReadAt(make([]byte, 1), int64(len(content)))
				require.Zero(t, n)
				require.Equal(t, io.EOF, err)
				section := io.NewSectionReader(file.(io.ReaderAt), 65_000, 3000)
				require.NoError(t, iotest.TestReader(section, content[65_000:68_000]))
			} else {
				require.NoError(t, iotest.TestReader(file, content))
			}
			info, err := file.Stat()
			require.NoError(t, err)
			require.EqualValues(t, len(content), info.Size())
			require.True(t, info.Mode().IsRegular())
			require.NoError(t, file.Close())
			require.ErrorIs(t, file.Close(), fs.ErrClosed)
		}
	}
}

// A record of mitdb over the network is the record on disk, bit for bit; a part
// of it costs a part of the bytes.
func TestPhysioNetMitdb(t *testing.T) {
	local := os.DirFS(ecgtest.Shared(t, "data", "mitdb"))
	f := newFakeNet(t)
	for _, name := range []string{"100.hea", "100.dat", "100.atr"} {
		b, err := fs.ReadFile(local, name)
		require.NoError(t, err)
		f.add("mitdb/1.0.0/"+name, b)
	}
	f.sums("mitdb/1.0.0")
	config := f.config()
	config.Cache = t.TempDir()
	r, err := Open(PhysioNet(config), "mitdb/100")
	require.NoError(t, err)
	require.NoError(t, r.SeekFrame(600_000))
	x := make([]float64, 720)
	_, err = r.Read(x)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, sent := f.forget()
	require.Less(t, sent, int64(4*pageSize))

	r, err = Open(PhysioNet(config), "mitdb/100")
	require.NoError(t, err)
	defer r.Close()
	got, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	w, err := Open(local, "100")
	require.NoError(t, err)
	defer w.Close()
	want, err := ecg.ReadAll[float64](w)
	require.NoError(t, err)
	require.True(t, slices.Equal(want, got))
	require.True(t, slices.Equal(want[1_200_000:1_200_720], x))
	a, err := ReadAnnotations(PhysioNet(config), "mitdb/100", "atr")
	require.NoError(t, err)
	require.Len(t, a.List, 2274)
}

// FuzzPhysioNetText: what a server writes is parsed without surprise.
func FuzzPhysioNetText(f *testing.F) {
	f.Add(`<a href="1.0.0/">1.0.0/</a>`, "bytes 0-9/10", strings.Repeat("0a", 32)+" x/y.dat")
	f.Add(`<a href="/files/db/1.10/">`, "bytes */0", strings.Repeat("f", 64)+"  *./a")
	f.Fuzz(func(t *testing.T, page, span, line string) {
		if v := latestOf(page, "db"); v != "" && (!validVersion(v) || !strings.Contains(page, v)) {
			t.Fatalf("version %q", v)
		}
		if first, last, _, ok := contentRange(span); ok && (first < 0 || last < first) {
			t.Fatalf("range %d to %d", first, last)
		}
		if name, s, ok := parseSum(line); ok && (!strings.Contains(line, name) || !strings.EqualFold(hex.EncodeToString(s[:]), line[:64])) {
			t.Fatalf("sum of %q", name)
		}
	})
}
