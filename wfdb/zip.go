package wfdb

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

// Archive is a zip archive as a file system: that of a whole project as
// PhysioNet ships it, or any other with records.
//
//	z, err := wfdb.Zip(file, size, wfdb.Limits{})
//	...
//	r, err := wfdb.Open(z, "mit-bih-arrhythmia-database-1.0.0/100")
//
// Files are unpacked as they are read; nothing is written to disk. A move
// backwards in a file unpacks it from its start. An Archive may be used from
// several goroutines, if its io.ReaderAt may.
type Archive struct {
	zip      *zip.Reader
	limits   Limits
	warnings warnings
	packed   map[string]*zip.File
}

// Zip opens an archive of size bytes. It reads the directory of the archive,
// and holds it: about 500 bytes for each file.
//
// Names that lead out of the archive, or are none that a header may hold, are
// left out with a warning, and so is a second file of a name. An archive that
// claims more than Limits.ArchiveFiles files, or to unpack to more than
// Limits.ArchiveBytes in all, or to more than Limits.ArchiveRatio times its
// size (a zip bomb), is an error: ErrLimit. What is no archive is ErrArchive.
func Zip(r io.ReaderAt, size int64, l Limits) (*Archive, error) {
	a := &Archive{limits: l.withDefaults(), packed: map[string]*zip.File{}}
	in := &directoryReader{ReaderAt: r, left: a.limits.ArchiveFiles}
	var err error
	if size < 0 {
		err = zip.ErrFormat
	} else {
		a.zip, err = zip.NewReader(in, size)
	}
	if errors.Is(err, zip.ErrInsecurePath) {
		err = nil // those are left out below
	}
	if err != nil {
		return nil, &ArchiveError{Err: archiveKind(err)}
	}
	in.done = true
	unpacked := uint64(0)
	kept := a.zip.File[:0]
	for _, f := range a.zip.File {
		name := strings.TrimSuffix(f.Name, "/")
		if f.UncompressedSize64 > math.MaxInt64-unpacked {
			unpacked = math.MaxInt64
		} else {
			unpacked += f.UncompressedSize64
		}
		switch {
		case validName("open", name) != nil:
			a.warnings.add(Warning{Name: "zip", Field: "name", Value: f.Name, Text: "not one of a file in the archive; left out"})
		case name != f.Name: // a folder
			kept = append(kept, f)
		case a.packed[name] != nil:
			a.warnings.add(Warning{Name: "zip", Field: "name", Value: f.Name, Text: "of a second file; left out"})
		default:
			a.packed[name] = f
			kept = append(kept, f)
		}
	}
	a.zip.File = kept
	if unpacked > uint64(a.limits.ArchiveBytes) {
		return nil, &ArchiveError{Err: ErrLimit, Detail: fmt.Sprintf("%d bytes unpacked, more than Limits.ArchiveBytes", unpacked)}
	}
	if a.bomb(unpacked, uint64(size)) {
		return nil, &ArchiveError{Err: ErrLimit, Detail: fmt.Sprintf("%d bytes unpack to %d, over Limits.ArchiveRatio", size, unpacked)}
	}
	return a, nil
}

// bomb compares what bytes unpack to with the limit. Short files are spared:
// a header of blanks does no harm.
func (a *Archive) bomb(unpacked, packed uint64) bool {
	const spared = 1 << 20
	return unpacked > spared && (unpacked-spared)/uint64(max(1, a.limits.ArchiveRatio)) > packed
}

// Warnings returns the doubts about the directory of the archive.
func (a *Archive) Warnings() []Warning { return a.warnings }

// Open implements fs.FS. The error is an *fs.PathError; errors.Is tells
// fs.ErrNotExist, fs.ErrInvalid, ErrLimit, ErrArchive and errors.ErrUnsupported
// for a file that is encrypted or packed by a rare method.
func (a *Archive) Open(name string) (fs.File, error) {
	fail := func(err error) error { return &fs.PathError{Op: "open", Path: shown(name), Err: err} }
	if name != "." && validName("open", name) != nil {
		return nil, fail(fs.ErrInvalid)
	}
	if f := a.packed[name]; f != nil {
		const encrypted = 1
		switch {
		case f.Flags&encrypted != 0:
			return nil, fail(fmt.Errorf("encrypted: %w", errors.ErrUnsupported))
		case a.bomb(f.UncompressedSize64, f.CompressedSize64):
			return nil, fail(&ArchiveError{File: name, Err: ErrLimit,
				Detail: fmt.Sprintf("%d bytes unpack to %d, over Limits.ArchiveRatio", f.CompressedSize64, f.UncompressedSize64)})
		}
	}
	f, err := a.zip.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, fail(archiveKind(err))
	}
	if a.packed[name] == nil {
		return f, nil // a folder
	}
	return &archiveFile{f, name}, nil
}

// archiveFile has the errors of this package.
type archiveFile struct {
	fs.File
	name string
}

func (f *archiveFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return n, err
	}
	return n, &ArchiveError{File: f.name, Err: archiveKind(err)}
}

// ArchiveError is an error in a zip archive, with its place.
type ArchiveError struct {
	File   string // in the archive; "": the archive as a whole
	Err    error  // ErrArchive, ErrLimit, ErrChecksum, or of the reader
	Detail string // more about it; may be empty
}

func (e *ArchiveError) Error() string {
	s := "wfdb: zip"
	if e.File != "" {
		s += ": " + shown(e.File)
	}
	s += ": " + e.Err.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *ArchiveError) Unwrap() error { return e.Err }

// archiveKind turns the errors of the packages below into ours.
func archiveKind(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, zip.ErrFormat), errors.As(err, &corrupt):
		return ErrArchive
	case errors.Is(err, zip.ErrChecksum):
		return ErrChecksum
	case errors.Is(err, zip.ErrAlgorithm):
		return fmt.Errorf("%w: %w", zip.ErrAlgorithm, errors.ErrUnsupported)
	}
	return err
}

// directoryReader ends the reading of a directory of too many files, which
// package zip holds in memory whatever their number.
type directoryReader struct {
	io.ReaderAt
	left int
	done bool
}

func (d *directoryReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := d.ReaderAt.ReadAt(p, off)
	if d.done {
		return n, err
	}
	if d.left -= bytes.Count(p[:max(0, n)], []byte("PK\x01\x02")); d.left < 0 {
		return 0, fmt.Errorf("%w: more than Limits.ArchiveFiles files", ErrLimit)
	}
	return n, err
}
