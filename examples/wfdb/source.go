package main

// source.go: where a record lies. "data/mitdb/100" is a file of this machine if
// it is there; else, with a folder in its name, one of physionet.org. A name
// that ends in .edf, .bdf or .rec is an EDF file.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/wfdb"
)

// source is a record in a file system.
type source struct {
	fsys fs.FS
	name string // path of the record in fsys
	dir  string // folder on this machine; "" if it is elsewhere
	ctx  context.Context
}

// read opens a file of the record whose reading ends with the context.
func (s source) read(name string) (io.ReadCloser, error) {
	f, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	return &cancelReader{f, s.ctx}, nil
}

type cancelReader struct {
	fs.File
	ctx context.Context
}

func (r *cancelReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.File.Read(p)
}

func isEDF(record string) bool {
	switch strings.ToLower(path.Ext(record)) {
	case ".edf", ".bdf", ".rec":
		return true
	}
	return false
}

// find looks for a record. annotator is one whose file may be all there is; "".
func (e *env) find(record, annotator string) (source, error) {
	record = strings.TrimSuffix(record, ".hea")
	if record == "" || record == "-" {
		return source{}, wrongUse("a record is a file name; %q is not", record)
	}
	slashed := filepath.ToSlash(record)
	if base := path.Base(slashed); strings.HasSuffix(slashed, "/") {
		record = filepath.Join(record, base) // abc/123/ is abc/123/123
	}
	dir, base := filepath.Split(record)
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir) // links out of the folder are not followed
	if err == nil {
		for _, suffix := range []string{".hea", "", "." + annotator} {
			if (suffix == "") != isEDF(record) || suffix == "." {
				continue
			}
			if _, err := root.Stat(base + suffix); err == nil {
				root.Close()
				return source{wfdb.Dir(dir), base, filepath.Clean(dir), e.ctx}, nil
			}
		}
		root.Close()
	}
	if !strings.Contains(slashed, "/") || !fs.ValidPath(path.Clean(slashed)) || strings.HasPrefix(slashed, ".") {
		return source{}, &fs.PathError{Op: "open", Path: record, Err: fs.ErrNotExist}
	}
	net := wfdb.PhysioNet(wfdb.PhysioNetConfig{Cache: os.Getenv("SINUS_CACHE"), BaseURL: os.Getenv("SINUS_PHYSIONET")}).WithContext(e.ctx)
	e.warn("%s is not here, reading it from PhysioNet", record)
	return source{net, path.Clean(slashed), "", e.ctx}, nil
}

// openHeader reads the header of a record or of an EDF file.
func (s source) openHeader() (*wfdb.Header, error) {
	if isEDF(s.name) {
		return edfHeader(s.fsys, s.name)
	}
	return wfdb.ReadHeader(s.fsys, s.name)
}

// headerOrNot is openHeader for programs that do without one: times are then at
// 250 Hz, as in the C library.
func (s source) headerOrNot() (*wfdb.Header, error) {
	h, err := s.openHeader()
	if errors.Is(err, fs.ErrNotExist) {
		return &wfdb.Header{Name: path.Base(s.name), Rate: wfdb.DefaultRate}, nil
	}
	return h, err
}

// otherHeader is a file system in which one header has another text.
type otherHeader struct {
	fs.FS
	name string
	text []byte
}

func (o otherHeader) Open(name string) (fs.File, error) {
	if name == o.name {
		return &textFile{Reader: bytes.NewReader(o.text), name: path.Base(name)}, nil
	}
	return o.FS.Open(name)
}

type textFile struct {
	*bytes.Reader
	name string
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *textFile) Close() error               { return nil }
func (f *textFile) Name() string               { return f.name }
func (f *textFile) Mode() fs.FileMode          { return 0o444 }
func (f *textFile) ModTime() time.Time         { return time.Time{} }
func (f *textFile) IsDir() bool                { return false }
func (f *textFile) Sys() any                   { return nil }

// withHeader is the record with another text for its header.
func (s source) withHeader(text []byte) source {
	s.fsys = otherHeader{s.fsys, s.name + ".hea", text}
	return s
}

// withoutLength is the text of a header without the length that it states, so
// that signals are read to the end of their files.
func withoutLength(h *wfdb.Header) []byte {
	var b bytes.Buffer
	done := false
	for line := range strings.Lines(string(h.Text)) {
		if t := strings.TrimSpace(line); !done && t != "" && t[0] != '#' {
			f := strings.Fields(line)
			line = strings.Join(f[:min(len(f), 3)], " ") + "\n"
			done = true
		}
		b.WriteString(line)
	}
	return b.Bytes()
}

// interval is the part of a record that -f, -t and -l choose.
func interval(o options, x wfdb.Times) (from, to int64, err error) {
	at := func(name string) int64 {
		v := o.text(name, "0")
		if err != nil || v == "0" {
			return 0
		}
		var t int64
		if t, err = x.Parse(v); err != nil {
			err = wrongUse("-%s: %v", name, err)
		}
		return max(t, -t)
	}
	from, to = at("f"), at("t")
	if l := at("l"); l > 0 && (to == 0 || from+l < to) {
		to = from + l
	}
	if err == nil && to > 0 && to < from {
		err = wrongUse("the end, %d, lies before the begin, %d", to, from)
	}
	return from, to, err
}
