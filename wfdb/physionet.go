package wfdb

// physionet.go: the projects of PhysioNet as a file system.
//
//	BaseURL/PROJECT/VERSION/PATH    on the server
//	Cache/PROJECT/VERSION/PATH      on disk, once it is whole and verified
//
// A name is PROJECT/PATH or PROJECT/VERSION/PATH.

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// PhysioNetURL is the folder of the projects on PhysioNet.
const PhysioNetURL = "https://physionet.org/files"

// PhysioNetConfig says where PhysioNet is and how it is read. The zero value
// reads the open databases and keeps nothing on disk.
type PhysioNetConfig struct {
	// BaseURL is the folder of the projects; "" is PhysioNetURL. It carries no
	// user name and no password.
	BaseURL string

	// Versions gives the version of each project that is to be read: "mitdb":
	// "1.0.0". A version in a name goes before it. A project without a version
	// is read in its latest one, which is looked up once; with a Cache it is
	// kept there, so that the same name goes on to mean the same bytes.
	Versions map[string]string

	// Cache is a folder for what has been read; "" is none. It has the layout
	// of PhysioNet itself, so a copy made with wget serves as well. What
	// projects of restricted access put there is for the user to protect.
	Cache string

	// Offline reads from the Cache only.
	Offline bool

	// Verify compares every file with SHA256SUMS.txt of its project before a
	// byte of it is given out; a file that is not listed is refused. Without
	// it, the list is used where there is one, and of a long file whose parts
	// are read as needed the sum is compared when all of them have arrived.
	Verify bool

	// User and Password are for projects of restricted access. They are sent
	// only over TLS, only to the host of BaseURL and to no host that it
	// redirects to.
	User     string
	Password Secret

	// UserAgent names the program to the server. PhysioNet lets some programs
	// only into restricted projects; to pose as one of them is the decision of
	// the user. "" is "sinus".
	UserAgent string

	// Client makes the requests; nil is a client of its own. Its Timeout and
	// CheckRedirect are not used.
	Client *http.Client

	// Timeout bounds the wait for an answer and for each 64 KiB of it; 0 is 30 s.
	Timeout time.Duration

	// Attempts is how often a request is made that fails for a reason that may
	// pass (no connection, a server that is busy, an answer cut short); 0 is 5.
	// The wait before the second is Backoff (0 is 500 ms), it doubles each
	// time up to 30 s. Attempts that bring data are not counted.
	Attempts int
	Backoff  time.Duration

	// MaxBody bounds a file that has to be taken in one piece because the
	// server does not give parts; 0 is 256 MiB. Without a Cache it is held in
	// memory.
	MaxBody int64
}

// PhysioNetFS is the file system of PhysioNet. Folders can't be opened: what a
// project holds is in its files RECORDS and SHA256SUMS.txt.
//
// A file opened also has the methods ReadAt and Seek; parts of a long file are
// requested as they are read. It makes one request at a time. A PhysioNetFS may
// be used from several goroutines, a file from several with ReadAt.
type PhysioNetFS struct {
	ctx context.Context // of fs.FS, whose methods have none; see WithContext
	*physioNet
}

// physioNet is the state that is shared by all contexts.
type physioNet struct {
	configErr error
	base      *url.URL
	client    *http.Client
	cache     *cacheDir // nil: none
	offline   bool
	verify    bool
	timeout   time.Duration
	attempts  int
	backoff   time.Duration
	maxBody   int64
	pinned    map[string]string

	// One token each, taken in this order: one file is opened at a time, one
	// list of sums, and one request is made.
	opening, listing, connection chan struct{}

	mu       sync.Mutex
	versions map[string]string    // project to latest version
	sums     map[string]*sumList  // project/version to its list
	parts    map[string]*pageFile // long files that are open
}

// PhysioNet returns the file system. A configuration that can't work is an
// *ecg.ConfigError from the first Open.
//
//	r, err := wfdb.Open(wfdb.PhysioNet(wfdb.PhysioNetConfig{}), "mitdb/100")
func PhysioNet(c PhysioNetConfig) *PhysioNetFS {
	n := &physioNet{
		offline: c.Offline, verify: c.Verify,
		timeout: c.Timeout, attempts: c.Attempts, backoff: c.Backoff, maxBody: c.MaxBody,
		pinned:     make(map[string]string, len(c.Versions)),
		opening:    make(chan struct{}, 1),
		listing:    make(chan struct{}, 1),
		connection: make(chan struct{}, 1),
		versions:   map[string]string{},
		sums:       map[string]*sumList{},
		parts:      map[string]*pageFile{},
	}
	n.configErr = n.configure(c)
	return &PhysioNetFS{context.Background(), n}
}

// WithContext returns the same file system, with the same cache, whose
// requests end when ctx is done. It holds for the files opened with it too.
func (p *PhysioNetFS) WithContext(ctx context.Context) *PhysioNetFS {
	return &PhysioNetFS{ctx, p.physioNet}
}

func (n *physioNet) configure(c PhysioNetConfig) error {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "wfdb.PhysioNet", Field: field, Want: want}
	}
	if c.BaseURL == "" {
		c.BaseURL = PhysioNetURL
	}
	u, err := url.Parse(strings.TrimSuffix(c.BaseURL, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return bad("BaseURL", "http(s)://host/folder, without user, query and fragment")
	}
	n.base = u
	if c.Password != "" && c.User == "" {
		return bad("User", "a name to the password")
	}
	if c.User != "" && u.Scheme != "https" {
		return bad("BaseURL", "https for a user and a password")
	}
	for project, v := range c.Versions {
		if !validProject(project) || !validVersion(v) {
			return bad("Versions", `a project and a version, "mitdb": "1.0.0"`)
		}
		n.pinned[project] = v
	}
	switch {
	case c.Timeout < 0:
		return bad("Timeout", "0 or more")
	case c.Backoff < 0:
		return bad("Backoff", "0 or more")
	case c.Attempts < 0:
		return bad("Attempts", "0 or more")
	case c.MaxBody < 0:
		return bad("MaxBody", "0 or more")
	case c.Offline && c.Cache == "":
		return bad("Cache", "a folder, to be Offline")
	}
	if n.timeout == 0 {
		n.timeout = 30 * time.Second
	}
	if n.backoff == 0 {
		n.backoff = 500 * time.Millisecond
	}
	if n.attempts == 0 {
		n.attempts = 5
	}
	if n.maxBody == 0 {
		n.maxBody = 256 << 20
	}
	n.client = newHTTPClient(c, u)
	if c.Cache != "" {
		if n.cache, err = openCache(c.Cache); err != nil {
			return err
		}
	}
	return nil
}

// Open opens a file. It returns an *fs.PathError; errors.Is tells
// fs.ErrNotExist, fs.ErrPermission, fs.ErrInvalid, ErrOffline, ErrChecksum,
// ErrServer, ErrNotData, ErrLimit and what the network gave.
func (p *PhysioNetFS) Open(name string) (fs.File, error) {
	f, err := p.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: shown(name), Err: err}
	}
	return f, nil
}

func (p *PhysioNetFS) open(name string) (fs.File, error) {
	if validName("open", name) != nil {
		return nil, fs.ErrInvalid
	}
	if p.configErr != nil {
		return nil, p.configErr
	}
	project, rest, _ := strings.Cut(name, "/")
	if !validProject(project) || rest == "" {
		return nil, fs.ErrInvalid
	}
	version, file, ok := strings.Cut(rest, "/")
	if !ok || !validVersion(version) {
		var err error
		if version, err = p.version(project); err != nil {
			return nil, err
		}
		file = rest
	}
	if err := take(p.ctx, p.opening); err != nil {
		return nil, err
	}
	defer give(p.opening)
	return p.openFile(target{project: project, version: version, path: file})
}

// take waits for a token.
func take(ctx context.Context, token chan struct{}) error {
	select {
	case token <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func give(token chan struct{}) { <-token }

// target is one file of a project.
type target struct {
	project, version, path string

	page bool // a web page is what is asked for
}

// key is the path below the folder of projects.
func (t target) key() string { return t.project + "/" + t.version + "/" + t.path }

func (n *physioNet) url(t target) string {
	if t.version == "" {
		return n.base.JoinPath(t.project).String() + "/"
	}
	names := strings.Split(t.path, "/")
	for i := range names {
		names[i] = url.PathEscape(names[i])
	}
	return n.base.JoinPath(t.project, t.version).JoinPath(names...).String()
}

// openFile opens a file from the cache or the server.
func (p *PhysioNetFS) openFile(t target) (fs.File, error) {
	if p.cache != nil {
		f, err := p.cache.open(t.key())
		if err == nil && p.verify {
			err = p.check(t, f)
		}
		if err == nil {
			return f, nil
		}
		if f != nil {
			f.Close()
		}
		if !isNotExist(err) {
			return nil, err
		}
	}
	if f, err := p.openParts(t); f != nil || err != nil {
		return f, err
	}
	if p.offline {
		return nil, ErrOffline
	}
	return p.openRemote(t)
}

// smallFile is the size up to which a file is taken whole at once, so that headers
// and annotations are verified before they are used.
const smallFile = 1 << 20

// openRemote asks the server for the begin of a file and decides by the answer
// how to go on.
func (p *PhysioNetFS) openRemote(t target) (fs.File, error) {
	id := identity{size: -1}
	var head bytes.Buffer
	var whole *cacheFile
	complete := false
	err := p.retry(p.ctx, func() (int64, error) {
		had := int64(head.Len())
		b, err := p.request(p.ctx, t, had, pageSize, &id)
		if err != nil {
			return 0, err
		}
		defer b.Close()
		if !b.whole {
			return head.ReadFrom(b)
		}
		// The server ignores ranges: this is the file, and another attempt has
		// to begin anew.
		head.Reset()
		if b.end > p.maxBody {
			return 0, &PhysioNetError{Err: ErrLimit, Detail: "the server does not give parts of files, and this one is too long"}
		}
		all := &limitReader{r: b, left: p.maxBody}
		if p.cache != nil {
			whole, err = p.cache.store(t.key(), all)
		} else {
			_, err = head.ReadFrom(all)
			id.size = int64(head.Len())
		}
		if complete = err == nil; !complete {
			head.Reset()
			id.size = -1
		}
		return 0, err
	})
	switch {
	case err != nil:
		return nil, err
	case whole != nil:
		return p.keepFile(t, whole)
	case complete:
		return p.keepBytes(t, head.Bytes(), id)
	}
	want := id.size
	if want > smallFile {
		want = pageSize
	}
	if have := int64(head.Len()); have < want {
		if err := p.fetch(p.ctx, t, have, want, &id, head.Write); err != nil {
			return nil, err
		}
	}
	if want == id.size {
		return p.keepBytes(t, head.Bytes(), id)
	}
	return p.openNewParts(t, id, head.Bytes())
}

// keepBytes verifies a file that is in memory, puts it into the cache and
// returns it.
func (p *PhysioNetFS) keepBytes(t target, b []byte, id identity) (fs.File, error) {
	if isWebPage(b) && !isHTML(t.path) {
		return nil, &PhysioNetError{Err: ErrNotData}
	}
	if err := p.check(t, bytes.NewReader(b)); err != nil {
		return nil, err
	}
	if p.cache != nil {
		f, err := p.cache.store(t.key(), bytes.NewReader(b))
		if err == nil {
			err = f.keep()
		}
		if err != nil {
			return nil, err
		}
	}
	return &remoteBytes{Reader: bytes.NewReader(b), info: id.info(t)}, nil
}

// keepFile verifies a file that is on disk and puts it into its place.
func (p *PhysioNetFS) keepFile(t target, f *cacheFile) (fs.File, error) {
	head := make([]byte, 64)
	n, _ := f.ReadAt(head, 0)
	var err error
	if isWebPage(head[:n]) && !isHTML(t.path) {
		err = &PhysioNetError{Err: ErrNotData}
	} else {
		err = p.check(t, f)
	}
	if err != nil {
		f.discard()
		return nil, err
	}
	if err := f.keep(); err != nil {
		return nil, err
	}
	return p.cache.open(t.key())
}

// isWebPage looks at the first bytes, since not every server says what it sends.
func isWebPage(b []byte) bool {
	s := strings.ToLower(string(bytes.TrimSpace(b[:min(len(b), 64)])))
	return strings.HasPrefix(s, "<!doctype html") || strings.HasPrefix(s, "<html")
}

// remoteBytes is a file that is held in memory.
type remoteBytes struct {
	*bytes.Reader
	info   fs.FileInfo
	closed bool
}

func (f *remoteBytes) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f *remoteBytes) Read(p []byte) (int, error) {
	if f.closed {
		return 0, fs.ErrClosed
	}
	return f.Reader.Read(p)
}

func (f *remoteBytes) Close() error {
	if f.closed {
		return fs.ErrClosed
	}
	f.closed = true
	return nil
}

// remoteInfo is the fs.FileInfo of a file on a server.
type remoteInfo struct {
	name string
	size int64
	time time.Time
}

func (i remoteInfo) Name() string       { return i.name }
func (i remoteInfo) Size() int64        { return i.size }
func (i remoteInfo) Mode() fs.FileMode  { return 0o444 }
func (i remoteInfo) ModTime() time.Time { return i.time }
func (i remoteInfo) IsDir() bool        { return false }
func (i remoteInfo) Sys() any           { return nil }

func (id identity) info(t target) fs.FileInfo {
	return remoteInfo{path.Base(t.path), id.size, id.modified}
}

// limitReader gives an error, not an end, where too much comes.
type limitReader struct {
	r    io.Reader
	left int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		// One byte tells the end from too much.
		if n, err := l.r.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, &PhysioNetError{Err: ErrLimit, Detail: "more bytes than MaxBody"}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
