// Package regular opens files that are nothing but files.
package regular

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode"
)

// Open opens a regular file. What is none is refused before it is opened,
// where the file system tells: to open a named pipe is to wait for its other
// end, and to open a device can do anything.
func Open(fsys fs.FS, name string) (fs.File, error) {
	if s, ok := fsys.(fs.StatFS); ok {
		if info, err := s.Stat(name); err == nil {
			if err := Check(name, info); err != nil {
				return nil, err
			}
		}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, printable(err)
	}
	if info, err := f.Stat(); err == nil {
		if err := Check(name, info); err != nil {
			f.Close()
			return nil, err
		}
	}
	return f, nil
}

// Check returns an error that is fs.ErrInvalid for what is no regular file.
func Check(name string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return printable(&fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("not a regular file: %w", fs.ErrInvalid)})
}

// printable quotes the name in an error if it holds what a terminal could take
// for more than text: names come from files.
func printable(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) && strings.ContainsFunc(e.Path, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return &fs.PathError{Op: e.Op, Path: strconv.Quote(e.Path), Err: e.Err}
	}
	return err
}
