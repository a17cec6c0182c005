package wfdb

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/sinus-ecg/sinus/wfdb/internal/regular"
)

// validName refuses names that could leave the root of the file system or
// mean something else on another one.
func validName(op, name string) error {
	bad := !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00\r\n") ||
		strings.Contains(name, "://") ||
		len(name) >= 2 && name[1] == ':' // a drive
	if bad {
		return &fs.PathError{Op: op, Path: shown(name), Err: fs.ErrInvalid}
	}
	return nil
}

// openFile opens a regular file.
func openFile(fsys fs.FS, name string) (fs.File, error) {
	if err := validName("open", name); err != nil {
		return nil, err
	}
	f, err := regular.Open(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("wfdb: %w", err)
	}
	return f, nil
}

// beside returns the path of a file named in a header in folder dir.
func beside(dir, file string) (string, error) {
	if err := validName("open", file); err != nil {
		return "", err
	}
	return path.Join(dir, file), nil
}
