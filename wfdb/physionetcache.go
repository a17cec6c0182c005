package wfdb

// physionetcache.go: what has been read, on disk.
//
//	PROJECT/VERSION/PATH            whole files, verified
//	PROJECT/latest-version          the version that a name without one means
//	.parts/PROJECT/VERSION/PATH     long files of which parts are here
//
// All of it is reached through an os.Root, so that neither a name nor a
// symbolic link leads out of the folder.

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

const (
	latestName  = "latest-version"
	partsFolder = ".parts"
)

// errCache marks errors of the cache folder, which no further attempt cures.
var errCache = errors.New("cache")

func cacheError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errCache, err)
}

type cacheDir struct{ root *os.Root }

// openCache opens the folder and makes it if it is not there.
func openCache(dir string) (*cacheDir, error) {
	// Private: projects may be of restricted access.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, cacheError(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, cacheError(err)
	}
	return &cacheDir{root}, nil
}

// open opens a whole file.
func (c *cacheDir) open(key string) (*os.File, error) {
	f, err := c.root.Open(key)
	if err != nil {
		if isNotExist(err) {
			return nil, fs.ErrNotExist
		}
		return nil, cacheError(err)
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		f.Close()
		return nil, fs.ErrInvalid
	}
	return f, nil
}

// cacheFile is a file on its way into the cache.
type cacheFile struct {
	*os.File
	cache     *cacheDir
	temp, key string
}

// store copies r to a temporary file beside its final place.
func (c *cacheDir) store(key string, r io.Reader) (*cacheFile, error) {
	if err := c.root.MkdirAll(path.Dir(key), 0o700); err != nil {
		return nil, cacheError(err)
	}
	f := &cacheFile{cache: c, key: key, temp: path.Dir(key) + "/.new-" + rand.Text()}
	var err error
	if f.File, err = c.root.OpenFile(f.temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, cacheError(err)
	}
	// io.Copy would not tell which side failed.
	buf := make([]byte, pageSize)
	for {
		n, err := r.Read(buf)
		if _, err := f.Write(buf[:n]); err != nil {
			f.discard()
			return nil, cacheError(err)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			f.discard()
			return nil, err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.discard()
		return nil, cacheError(err)
	}
	return f, nil
}

// keep closes the file and moves it to its place.
func (f *cacheFile) keep() error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = f.cache.root.Rename(f.temp, f.key)
	}
	if err != nil {
		f.cache.root.Remove(f.temp)
	}
	return cacheError(err)
}

func (f *cacheFile) discard() {
	f.Close()
	f.cache.root.Remove(f.temp)
}

// latest returns the version that was looked up before, or "".
func (c *cacheDir) latest(project string) string {
	b, err := c.root.ReadFile(project + "/" + latestName)
	v := strings.TrimSpace(string(b))
	if err != nil || !validVersion(v) {
		return ""
	}
	return v
}

func (c *cacheDir) setLatest(project, version string) error {
	f, err := c.store(project+"/"+latestName, strings.NewReader(version+"\n"))
	if err != nil {
		return err
	}
	return f.keep()
}
