package wfdb

// physionetrecords.go: the list RECORDS of a database. A line is the path of a
// record below the folder of the list; one that ends in / is a folder with a
// list of its own.

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// maxRecordsDepth bounds lists in lists; MIMIC has two.
const maxRecordsDepth = 8

// Records ranges over the records that the file RECORDS in a folder lists, as
// names for Open: the folder and the line. Lists of folders that end in / are
// read in their place. The list is read line by line, however long it is.
//
// A line that is no name gives an error that is fs.ErrInvalid, in its place;
// the lines behind it follow. Any other error is the last pair.
//
//	for name, err := range wfdb.Records(os.DirFS("data"), "mitdb") { ... }
func Records(fsys fs.FS, dir string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { eachRecordName(fsys, path.Clean(dir), nil, yield) }
}

// eachRecordName reports whether to go on.
func eachRecordName(fsys fs.FS, dir string, above []string, yield func(string, error) bool) bool {
	fail := func(line int, err error) bool {
		return yield("", fmt.Errorf("wfdb: %s: %w", place(path.Join(dir, "RECORDS"), line), err))
	}
	if slices.Contains(above, dir) || len(above) >= maxRecordsDepth {
		fail(0, fmt.Errorf("lists that name each other: %s", strings.Join(append(above, dir), " -> ")))
		return false
	}
	f, err := openFile(fsys, path.Join(dir, "RECORDS"))
	if err != nil {
		return yield("", err) && false
	}
	defer f.Close()
	s := bufio.NewScanner(f) // a line of 64 KiB at most
	line := 0
	for s.Scan() {
		line++
		name := strings.TrimSpace(s.Text())
		if name == "" {
			continue
		}
		entry, folder := strings.CutSuffix(name, "/")
		if err := validName("open", entry); err != nil {
			if !fail(line, err) {
				return false
			}
			continue
		}
		switch full := path.Join(dir, entry); {
		case folder:
			// A folder without a list is a record of that name: MIMIC has both.
			_, err := fs.Stat(fsys, path.Join(full, "RECORDS"))
			if errors.Is(err, fs.ErrNotExist) {
				if !yield(full+"/"+path.Base(full), nil) {
					return false
				}
			} else if !eachRecordName(fsys, full, append(above, dir), yield) {
				return false
			}
		default:
			if !yield(full, nil) {
				return false
			}
		}
	}
	if err := s.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("%w: line of more than 64 KiB", ErrLimit)
		}
		fail(line+1, err)
		return false
	}
	return true
}
