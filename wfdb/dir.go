package wfdb

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/sinus-ecg/sinus/wfdb/internal/regular"
)

// Dir is a folder of the operating system, which has to exist: the fs.FS to
// read records from, and the Creator to write them to. Neither names nor
// symbolic links lead out of it (os.Root), as they do from an os.DirFS.
// Named pipes and devices are not opened.
type Dir string

// Open implements fs.FS.
func (d Dir) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if info, err := root.Stat(name); err == nil && !info.IsDir() {
		if err := regular.Check(name, info); err != nil {
			return nil, err
		}
	}
	return root.Open(name)
}

// Create implements Creator.
func (d Dir) Create(name string) (File, error) {
	if err := validName("create", name); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Create(name)
}

// Replace implements Creator: it writes NAME.new and renames it.
func (d Dir) Replace(name string, content []byte) error {
	if err := validName("create", name); err != nil {
		return err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return err
	}
	defer root.Close()
	temp := name + ".new"
	f, err := root.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp)
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}
