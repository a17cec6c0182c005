package wfdb

// physionetparts.go: a long file of which parts are requested as they are read.
// In the cache it is two files, so that what is here survives the program:
//
//	PATH          the bytes, with holes
//	PATH.pages    512 bytes of text: a mark, the size, the tag of the server;
//	              then 8 bytes a page: CRC-32C and its complement, 0 if absent

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

const (
	partsMark   = "sinus parts 1"
	partsHeader = 512
	partsSuffix = ".pages"

	// maxRun is how many pages one request asks for at most, when a file is
	// read from front to back.
	maxRun = 16

	// memoryPages bounds the pages in memory of one file, 2 MiB.
	memoryPages = 2 * maxRun
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// pageFile is a long file; all that have it open share it.
type pageFile struct {
	net  *physioNet
	t    target
	id   identity
	refs int // guarded by physioNet.mu

	busy chan struct{} // one token: guards what follows
	err  error         // that stays: the file has changed or is wrong

	pages [memoryPages]memoryPage // in memory, the next to go at turn
	turn  int

	data, state *os.File // in the cache; nil without one
	missing     int64    // pages that are not there

	next int64 // page behind the last request
	run  int64 // pages of the last request

	verified bool

	// Without a cache: the sum of the bytes up to summed, and of each page of
	// them one that tells whether it is the same when it is requested again.
	sum    hash.Hash
	summed int64
	crcs   []uint32
}

type memoryPage struct {
	index int64
	bytes []byte // nil: unused
}

// openParts opens a file of which parts are known here, or returns nil.
func (p *PhysioNetFS) openParts(t target) (fs.File, error) {
	p.mu.Lock()
	if f := p.parts[t.key()]; f != nil {
		f.refs++
		p.mu.Unlock()
		return &partFile{p: p, parts: f}, nil
	}
	p.mu.Unlock()
	if p.cache == nil {
		return nil, nil
	}
	f := newPageFile(p.physioNet, t, identity{size: -1})
	if err := f.openState(false); err != nil {
		if isNotExist(err) {
			return nil, nil
		}
		return nil, err
	}
	return p.begin(f)
}

// openNewParts begins a file with its first page.
func (p *PhysioNetFS) openNewParts(t target, id identity, first []byte) (fs.File, error) {
	f := newPageFile(p.physioNet, t, id)
	if p.cache != nil {
		if err := f.openState(true); err != nil {
			return nil, err
		}
	}
	if err := f.put(0, first[:pageSize]); err != nil {
		f.close()
		return nil, err
	}
	return p.begin(f)
}

// begin verifies a file where that has to be now, and shares it.
func (p *PhysioNetFS) begin(f *pageFile) (fs.File, error) {
	var err error
	if p.verify && f.t.path != sumsName {
		err = f.fetchAll(p.ctx)
	} else {
		err = f.settle(p.ctx) // all of it may be here without having got to its place
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return p.share(f), nil
}

func newPageFile(n *physioNet, t target, id identity) *pageFile {
	f := &pageFile{net: n, t: t, id: id, busy: make(chan struct{}, 1), sum: sha256.New(), next: 1}
	f.missing = f.count()
	return f
}

func (f *pageFile) count() int64 { return (f.id.size + pageSize - 1) / pageSize }

// share makes f the one that all who open it share, unless there is one by now.
func (p *PhysioNetFS) share(f *pageFile) fs.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g := p.parts[f.t.key()]; g != nil {
		f.close()
		f = g
	} else {
		p.parts[f.t.key()] = f
	}
	f.refs++
	return &partFile{p: p, parts: f}
}

func (p *PhysioNetFS) unshare(f *pageFile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.refs--; f.refs == 0 {
		delete(p.parts, f.t.key())
		f.close()
	}
}

func (f *pageFile) close() {
	if f.data != nil {
		f.data.Close()
		f.state.Close()
	}
}

func (f *pageFile) place() string { return partsFolder + "/" + f.t.key() }

// openState opens both files of the cache, or makes them.
func (f *pageFile) openState(create bool) error {
	root, flags := f.net.cache.root, os.O_RDWR
	if create {
		flags |= os.O_CREATE | os.O_TRUNC
		if err := root.MkdirAll(path.Dir(f.place()), 0o700); err != nil {
			return cacheError(err)
		}
	}
	var err error
	if f.state, err = root.OpenFile(f.place()+partsSuffix, flags, 0o600); err != nil {
		return cacheError(err)
	}
	if f.data, err = root.OpenFile(f.place(), flags, 0o600); err != nil {
		f.state.Close()
		return cacheError(err)
	}
	if create {
		head := make([]byte, partsHeader)
		copy(head, fmt.Sprintf("%s\n%d\n%s\n", partsMark, f.id.size, f.id.tag))
		if _, err = f.state.WriteAt(head, 0); err != nil {
			f.close()
			return cacheError(err)
		}
		return nil
	}
	if err := f.readState(); err != nil {
		f.close()
		f.drop()
		return fs.ErrNotExist // begin anew
	}
	return nil
}

// readState reads the header of the state and counts what is missing.
func (f *pageFile) readState() error {
	head := make([]byte, partsHeader)
	if _, err := f.state.ReadAt(head, 0); err != nil {
		return err
	}
	l := strings.SplitN(string(head), "\n", 4)
	if len(l) < 4 || l[0] != partsMark {
		return errors.New("not a list of pages")
	}
	size, err := strconv.ParseInt(l[1], 10, 64)
	if err != nil || size <= 0 {
		return errors.New("no size")
	}
	f.id.size, f.id.tag = size, l[2]
	f.missing = f.count()
	var entry [8 * 512]byte
	for at := int64(partsHeader); ; at += int64(len(entry)) {
		n, err := f.state.ReadAt(entry[:], at)
		for e := entry[:n]; len(e) >= 8; e = e[8:] {
			if _, ok := pageSum(e); ok {
				f.missing--
			}
		}
		if err != nil {
			break
		}
	}
	f.missing = max(f.missing, 0)
	return nil
}

// pageSum returns the sum of an entry of the state, and whether the page is there.
func pageSum(entry []byte) (uint32, bool) {
	s := binary.LittleEndian.Uint32(entry)
	return s, binary.LittleEndian.Uint32(entry[4:]) == ^s
}

// drop removes both files.
func (f *pageFile) drop() {
	f.net.cache.root.Remove(f.place())
	f.net.cache.root.Remove(f.place() + partsSuffix)
}

// readAt reads from one page: n is at least 1 without an error.
func (f *pageFile) readAt(ctx context.Context, p []byte, off int64) (int, error) {
	if err := take(ctx, f.busy); err != nil {
		return 0, err
	}
	defer give(f.busy)
	if f.err != nil {
		return 0, f.err
	}
	i := off / pageSize
	page := f.held(i)
	if page == nil {
		if err := f.request(ctx, i); err != nil {
			return 0, err
		}
		if page = f.held(i); page == nil {
			return 0, io.ErrUnexpectedEOF
		}
	}
	return copy(p, page[off-i*pageSize:]), nil
}

// held returns a page from memory or disk, or nil.
func (f *pageFile) held(i int64) []byte {
	for k := range f.pages {
		if m := &f.pages[k]; m.bytes != nil && m.index == i {
			return m.bytes
		}
	}
	if f.data == nil {
		return nil
	}
	var entry [8]byte
	if _, err := f.state.ReadAt(entry[:], partsHeader+8*i); err != nil {
		return nil
	}
	sum, ok := pageSum(entry[:])
	if !ok {
		return nil
	}
	b := f.room(i)
	if _, err := f.data.ReadAt(b, i*pageSize); err != nil || crc32.Checksum(b, castagnoli) != sum {
		f.pages[f.turn].bytes = nil
		return nil
	}
	f.turn = (f.turn + 1) % memoryPages
	return b
}

// room is the memory of the page at turn, cut to the length of page i.
func (f *pageFile) room(i int64) []byte {
	m := &f.pages[f.turn]
	if cap(m.bytes) == 0 {
		m.bytes = make([]byte, pageSize)
	}
	m.index, m.bytes = i, m.bytes[:min(pageSize, f.id.size-i*pageSize)]
	return m.bytes
}

// request brings page i, and more if the file is read in order.
func (f *pageFile) request(ctx context.Context, i int64) error {
	if f.net.offline {
		return ErrOffline
	}
	run := int64(1)
	if i == f.next && i > 0 {
		run = min(2*max(f.run, 1), maxRun)
	}
	end := min(i+run, f.count())
	page := make([]byte, 0, pageSize)
	at := i
	err := f.net.fetch(ctx, f.t, i*pageSize, min(end*pageSize, f.id.size), &f.id, func(b []byte) (int, error) {
		for n := len(b); ; {
			k := copy(page[len(page):min(pageSize, f.id.size-at*pageSize)], b)
			page, b = page[:len(page)+k], b[k:]
			if int64(len(page)) == min(pageSize, f.id.size-at*pageSize) {
				if err := f.put(at, page); err != nil {
					return 0, err
				}
				at, page = at+1, page[:0]
			}
			if len(b) == 0 {
				return n, nil
			}
		}
	})
	f.next, f.run = at, run
	if err == nil {
		err = f.settle(ctx)
	}
	if errors.Is(err, ErrChanged) && f.data != nil {
		f.drop()
	}
	if errors.Is(err, ErrChanged) || errors.Is(err, ErrChecksum) {
		f.err = err
	}
	return err
}

// put keeps page i.
func (f *pageFile) put(i int64, page []byte) error {
	crc := crc32.Checksum(page, castagnoli)
	if f.data == nil && i < int64(len(f.crcs)) && f.crcs[i] != crc {
		return &PhysioNetError{Err: ErrChanged}
	}
	copy(f.room(i), page)
	f.turn = (f.turn + 1) % memoryPages
	if f.data == nil {
		if i == int64(len(f.crcs)) {
			f.crcs = append(f.crcs, crc)
			f.sum.Write(page)
			f.summed += int64(len(page))
		}
		return nil
	}
	var entry [8]byte
	if _, err := f.state.ReadAt(entry[:], partsHeader+8*i); err != nil && err != io.EOF {
		return cacheError(err)
	}
	_, had := pageSum(entry[:])
	if _, err := f.data.WriteAt(page, i*pageSize); err != nil {
		return cacheError(err)
	}
	binary.LittleEndian.PutUint32(entry[:], crc)
	binary.LittleEndian.PutUint32(entry[4:], ^crc)
	if _, err := f.state.WriteAt(entry[:], partsHeader+8*i); err != nil {
		return cacheError(err)
	}
	if !had {
		f.missing--
	}
	return nil
}

// settle verifies a file that is whole: all of it is in the cache, or has been
// seen from front to back.
func (f *pageFile) settle(ctx context.Context) error {
	p := &PhysioNetFS{ctx, f.net}
	switch {
	case f.verified:
		return nil
	case f.data != nil && f.missing == 0:
		if !f.intact() {
			return nil // what is damaged is requested again when it is read
		}
		if err := p.check(f.t, io.NewSectionReader(f.data, 0, f.id.size)); err != nil {
			if errors.Is(err, ErrChecksum) {
				f.drop()
			}
			return err
		}
		f.move()
	case f.data == nil && f.summed == f.id.size:
		if f.t.path == sumsName {
			return nil
		}
		want, err := p.sumOf(f.t)
		if err != nil {
			return err
		}
		if want != nil {
			if err := compareSum(want, f.sum.Sum(nil)); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	f.verified = true
	return nil
}

// intact reads all pages and reports whether they are what was put. Another
// program that uses the same cache may have written over them.
func (f *pageFile) intact() bool {
	var entry [8]byte
	page := make([]byte, pageSize)
	for i := range f.count() {
		b := page[:min(pageSize, f.id.size-i*pageSize)]
		_, err := f.state.ReadAt(entry[:], partsHeader+8*i)
		_, err2 := f.data.ReadAt(b, i*pageSize)
		sum, ok := pageSum(entry[:])
		if err == nil && err2 == nil && ok && crc32.Checksum(b, castagnoli) == sum {
			continue
		}
		f.state.WriteAt(make([]byte, 8), partsHeader+8*i)
		f.missing++
	}
	return f.missing == 0
}

// move brings a whole file to its place in the cache. Where an open file can't
// be moved it stays, and is moved when it is opened next.
func (f *pageFile) move() {
	root := f.net.cache.root
	if root.MkdirAll(path.Dir(f.t.key()), 0o700) == nil && root.Rename(f.place(), f.t.key()) == nil {
		root.Remove(f.place() + partsSuffix)
	}
}

// fetchAll brings all pages that are missing, in order, and verifies the file.
func (f *pageFile) fetchAll(ctx context.Context) error {
	for range 2 { // once more if pages prove to be damaged
		for i := range f.count() {
			if f.held(i) != nil {
				continue
			}
			if err := f.request(ctx, i); err != nil {
				return err
			}
		}
		if err := f.settle(ctx); err != nil || f.verified {
			return err
		}
	}
	return cacheError(errors.New("what is written is not what is read"))
}

// partFile is an open long file.
type partFile struct {
	p      *PhysioNetFS
	parts  *pageFile
	off    int64
	closed bool
}

func (f *partFile) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: shown(f.parts.t.key()), Err: err}
}

func (f *partFile) Stat() (fs.FileInfo, error) { return f.parts.id.info(f.parts.t), nil }

func (f *partFile) Close() error {
	if f.closed {
		return f.fail("close", fs.ErrClosed)
	}
	f.closed = true
	f.p.unshare(f.parts)
	return nil
}

func (f *partFile) Read(p []byte) (int, error) {
	if f.closed {
		return 0, f.fail("read", fs.ErrClosed)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if f.off >= f.parts.id.size {
		return 0, io.EOF
	}
	n, err := f.parts.readAt(f.p.ctx, p, f.off)
	f.off += int64(n)
	if err != nil {
		err = f.fail("read", err)
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (f *partFile) ReadAt(p []byte, off int64) (int, error) {
	if f.closed {
		return 0, f.fail("read", fs.ErrClosed)
	}
	if off < 0 {
		return 0, f.fail("read", fs.ErrInvalid)
	}
	n := 0
	for n < len(p) {
		if off+int64(n) >= f.parts.id.size {
			return n, io.EOF
		}
		m, err := f.parts.readAt(f.p.ctx, p[n:], off+int64(n))
		if n += m; err != nil {
			return n, f.fail("read", err)
		}
	}
	return n, nil
}

// Seek implements io.Seeker.
func (f *partFile) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.off
	case io.SeekEnd:
		offset += f.parts.id.size
	case io.SeekStart:
	default:
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	f.off = offset
	return offset, nil
}
