package wfdb

// physionetsums.go: SHA256SUMS.txt of a project. A line is 64 hexadecimal
// digits, a blank and a path; lines are sorted by the bytes of the path. A
// short list is read whole. The lists of the largest projects have hundreds of
// megabytes: these are searched.

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"strings"
)

const sumsName = "SHA256SUMS.txt"

type sha256Sum = [sha256.Size]byte

// sumList is the list of one version of a project.
type sumList struct {
	absent bool
	sums   map[string]sha256Sum // of a short list
	long   io.ReaderAt          // a long one
	size   int64
}

// check compares r with the list of its project and leaves it at its begin.
func (p *PhysioNetFS) check(t target, r io.ReadSeeker) error {
	if t.path == sumsName {
		return nil // the list does not list itself
	}
	want, err := p.sumOf(t)
	if err != nil || want == nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return compareSum(want, h.Sum(nil))
}

func compareSum(want *sha256Sum, got []byte) error {
	if !bytes.Equal(want[:], got) {
		return &PhysioNetError{Err: ErrChecksum,
			Detail: "SHA-256 " + hex.EncodeToString(got) + ", " + sumsName + " has " + hex.EncodeToString(want[:])}
	}
	return nil
}

// sumOf returns what the list says, nil if it says nothing and need not.
func (p *PhysioNetFS) sumOf(t target) (*sha256Sum, error) {
	l, err := p.sumList(t)
	if err != nil {
		return nil, err
	}
	if !l.absent {
		s, err := l.find(p, t.path)
		if s != nil || err != nil {
			return s, err
		}
	}
	if p.verify {
		return nil, &PhysioNetError{Err: ErrChecksum, Detail: "the file is not listed in " + sumsName}
	}
	return nil, nil
}

// sumList returns the list, which is read at the first call. A long one stays
// open as long as the file system.
func (p *PhysioNetFS) sumList(t target) (*sumList, error) {
	key := t.project + "/" + t.version
	if err := take(p.ctx, p.listing); err != nil {
		return nil, err
	}
	defer give(p.listing)
	p.mu.Lock()
	l := p.sums[key]
	p.mu.Unlock()
	if l != nil {
		return l, nil
	}
	l = &sumList{}
	f, err := p.openFile(target{project: t.project, version: t.version, path: sumsName})
	switch {
	case isNotExist(err), p.offline && err != nil:
		l.absent = true
	case err != nil:
		return nil, err
	default:
		if err := l.read(f); err != nil {
			f.Close()
			return nil, err
		}
	}
	p.mu.Lock()
	p.sums[key] = l
	p.mu.Unlock()
	return l, nil
}

// read takes a short list whole and keeps a long one open.
func (l *sumList) read(f fs.File) error {
	const short = 4 << 20
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if at, ok := f.(io.ReaderAt); ok && info.Size() > short {
		l.long, l.size = at, info.Size()
		return nil
	}
	l.sums = map[string]sha256Sum{}
	s := bufio.NewScanner(io.LimitReader(f, short))
	for s.Scan() {
		if name, v, ok := parseSum(s.Text()); ok {
			l.sums[name] = v
		}
	}
	if err := s.Err(); err != nil && err != bufio.ErrTooLong {
		return err
	}
	return f.Close()
}

func parseSum(line string) (name string, v sha256Sum, ok bool) {
	line = strings.TrimSuffix(line, "\r")
	if len(line) < 66 || line[64] != ' ' {
		return "", v, false
	}
	if _, err := hex.Decode(v[:], []byte(line[:64])); err != nil {
		return "", v, false
	}
	// sha256sum writes two blanks, or a blank and a star.
	return strings.TrimPrefix(strings.TrimLeft(line[65:], " *"), "./"), v, true
}

func (l *sumList) find(p *PhysioNetFS, name string) (*sha256Sum, error) {
	if l.long == nil {
		if v, ok := l.sums[name]; ok {
			return &v, nil
		}
		return nil, nil
	}
	list := l.long
	if f, ok := list.(*partFile); ok {
		list = &partFile{p: p, parts: f.parts} // under the context of now
	}
	// The line lies in [lo, hi), where both are begins of lines.
	const block = 16 << 10 // holds a line of any sane length
	buf := make([]byte, block)
	lo, hi := int64(0), l.size
	for hi-lo > block {
		mid := lo + (hi-lo)/2
		b, err := blockAt(list, buf, mid)
		if err != nil {
			return nil, err
		}
		start := bytes.IndexByte(b, '\n') + 1 // of the first whole line
		if start == 0 {
			return nil, nil
		}
		line, _, _ := bytes.Cut(b[start:], []byte("\n"))
		n, v, ok := parseSum(string(line))
		switch {
		case !ok || mid+int64(start) >= hi:
			// No whole line of the list begins here: the rest is read as it is.
			return scanSums(list, lo, hi, name)
		case n == name:
			return &v, nil
		case n < name:
			lo = mid + int64(start)
		default:
			hi = mid + int64(start)
		}
	}
	return scanSums(list, lo, hi, name)
}

// scanSums looks for a line in [lo, hi), at most 1 MiB of it.
func scanSums(list io.ReaderAt, lo, hi int64, name string) (*sha256Sum, error) {
	s := bufio.NewScanner(io.NewSectionReader(list, lo, min(hi-lo, 1<<20)))
	for s.Scan() {
		if n, v, ok := parseSum(s.Text()); ok && n == name {
			return &v, nil
		}
	}
	return nil, s.Err()
}

func blockAt(list io.ReaderAt, buf []byte, off int64) ([]byte, error) {
	n, err := list.ReadAt(buf, off)
	if err == io.EOF {
		err = nil
	}
	return buf[:n], err
}
