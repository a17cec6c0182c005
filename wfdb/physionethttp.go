package wfdb

// physionethttp.go: one request, its deadline, its retries, its answer.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// pageSize is the unit of requests and of the cache: twice the page of libwfdb
// (32 KiB), 90 s of a two-lead record at 360 Hz in format 212.
const pageSize = 64 << 10

// identity is what must not change while a file is read in parts.
type identity struct {
	size     int64  // bytes; -1: not known yet
	tag      string // ETag, or Last-Modified; "": the server gives neither
	modified time.Time
}

// newHTTPClient returns a client that shows credentials to one host only.
func newHTTPClient(c PhysioNetConfig, base *url.URL) *http.Client {
	var h http.Client
	if c.Client != nil {
		h = *c.Client
	}
	next := h.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	agent := c.UserAgent
	if agent == "" {
		agent = "sinus"
	}
	h.Timeout = 0 // deadlines go by pages
	h.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		// Here and not in the request, since a client copies headers of a request
		// to where it is redirected.
		r = r.Clone(r.Context())
		r.Header.Set("User-Agent", agent)
		r.Header.Del("Referer")
		r.Header.Del("Authorization")
		if c.User != "" && r.URL.Scheme == "https" && strings.EqualFold(r.URL.Host, base.Host) {
			r.SetBasicAuth(c.User, string(c.Password))
		}
		return next.RoundTrip(r)
	})
	h.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return &PhysioNetError{Err: ErrServer, Detail: "more than 5 redirections"}
		}
		if base.Scheme == "https" && r.URL.Scheme != "https" {
			return &PhysioNetError{Err: ErrServer, Detail: "redirected from https to " + cut(r.URL.Scheme)}
		}
		return nil
	}
	return &h
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// body is the answer to a request: the bytes from off of a file.
type body struct {
	n        *physioNet
	ctx      context.Context
	cancel   context.CancelCauseFunc
	timer    *time.Timer
	resp     *http.Response
	off, end int64 // end -1: not told
	whole    bool  // the whole file, whatever was asked for
	page     int64 // bytes until the deadline is put off
	held     bool  // the connection
}

// request asks once for the bytes from off to end of a file. It fills in id, or
// compares with it.
func (n *physioNet) request(ctx context.Context, t target, off, end int64, id *identity) (*body, error) {
	if err := take(ctx, n.connection); err != nil {
		return nil, err
	}
	b := &body{n: n, held: true, page: pageSize}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	b.timer = time.AfterFunc(n.timeout, func() {
		b.cancel(fmt.Errorf("no %d bytes within %v: %w", pageSize, n.timeout, os.ErrDeadlineExceeded))
	})
	if err := b.ask(t, off, end, id); err != nil {
		err = b.reason(err)
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *body) ask(t target, off, end int64, id *identity) error {
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, b.n.url(t), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "identity") // bytes are counted and summed as they are stored
	if end > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, end-1))
	}
	b.resp, err = b.n.client.Do(req)
	if err != nil {
		return err
	}
	h, status := b.resp.Header, b.resp.StatusCode
	fail := func(kind error, detail string) error {
		return &PhysioNetError{Status: status, Err: kind, Detail: detail}
	}
	switch {
	case status == http.StatusOK, status == http.StatusPartialContent,
		status == http.StatusRequestedRangeNotSatisfiable:
	case status == http.StatusNotFound, status == http.StatusGone:
		return fail(fs.ErrNotExist, "")
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fail(fs.ErrPermission, "")
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status >= 500:
		return &retryLater{fail(ErrUnavailable, ""), retryAfter(h)}
	default:
		return fail(ErrServer, "unexpected answer")
	}
	if e := h.Get("Content-Encoding"); e != "" && e != "identity" {
		return fail(ErrServer, fmt.Sprintf("encoding %q, which was not asked for", cut(e)))
	}
	if !t.page && strings.HasPrefix(h.Get("Content-Type"), "text/html") && !isHTML(t.path) {
		return fail(ErrNotData, "")
	}
	return b.place(h, off, end, id, fail)
}

// place finds out which bytes of the file the body holds.
func (b *body) place(h http.Header, off, end int64, id *identity, fail func(error, string) error) error {
	now := identity{size: -1, tag: h.Get("ETag")}
	if modified := h.Get("Last-Modified"); modified != "" {
		if now.tag == "" {
			now.tag = modified
		}
		now.modified, _ = http.ParseTime(modified)
	}
	now.tag = cut(now.tag)
	length := b.resp.ContentLength
	switch b.resp.StatusCode {
	case http.StatusOK:
		b.whole, b.end, now.size = true, length, length
	case http.StatusPartialContent:
		first, last, size, ok := contentRange(h.Get("Content-Range"))
		if !ok || first != off || last >= end || last >= size || length >= 0 && length != last-first+1 {
			return fail(ErrServer, fmt.Sprintf("asked for bytes %d to %d, got range %q of length %d",
				off, end-1, cut(h.Get("Content-Range")), length))
		}
		b.off, b.end, now.size = first, last+1, size
	default: // 416: nothing there
		size, ok := strings.CutPrefix(h.Get("Content-Range"), "bytes */")
		if n, err := strconv.ParseInt(size, 10, 64); ok && err == nil {
			now.size = n
		}
		if off != 0 || now.size > 0 {
			if id.size >= 0 && now.size >= 0 && now.size != id.size {
				return fail(ErrChanged, "")
			}
			return fail(ErrServer, "no such range")
		}
		now.size = 0
		b.resp.Body.Close()
		b.resp.Body = http.NoBody
	}
	if id.size >= 0 && (now.size >= 0 && now.size != id.size || id.tag != now.tag) {
		return fail(ErrChanged, "")
	}
	if id.size < 0 {
		*id = now
	}
	return nil
}

func isHTML(name string) bool {
	e := path.Ext(name)
	return e == ".html" || e == ".htm"
}

// contentRange parses "bytes FIRST-LAST/SIZE".
func contentRange(s string) (first, last, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, total, ok2 := strings.Cut(s, "/")
	a, b, ok3 := strings.Cut(span, "-")
	first, err := strconv.ParseInt(a, 10, 64)
	last, err2 := strconv.ParseInt(b, 10, 64)
	size, err3 := strconv.ParseInt(total, 10, 64)
	ok = ok && ok2 && ok3 && errors.Join(err, err2, err3) == nil && first >= 0 && first <= last
	return first, last, size, ok
}

// Read reads the body. An end before the last byte that was announced is
// io.ErrUnexpectedEOF.
func (b *body) Read(p []byte) (int, error) {
	if b.end >= 0 {
		if b.off >= b.end {
			return 0, io.EOF
		}
		p = p[:min(int64(len(p)), b.end-b.off)]
	}
	n, err := b.resp.Body.Read(p)
	b.off += int64(n)
	if b.page -= int64(n); b.page <= 0 {
		b.page = pageSize
		b.timer.Reset(b.n.timeout)
	}
	switch {
	case err == io.EOF && b.end >= 0 && b.off < b.end:
		err = io.ErrUnexpectedEOF
	case err == io.EOF:
		b.timer.Stop()
	case err != nil:
		err = b.reason(err)
	}
	return n, err
}

// reason is the error behind an error: without the address, and the deadline
// where it was the reason.
func (b *body) reason(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		err = e.Err
	}
	if b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	return unexpected(err) // no end of a file, but of a connection
}

// release gives the connection to the next request.
func (b *body) release() {
	if b.held {
		b.held = false
		b.timer.Stop()
		b.cancel(nil)
		if b.resp != nil {
			b.resp.Body.Close()
		}
		give(b.n.connection)
	}
}

func (b *body) Close() error { b.release(); return nil }

// retryLater is an error with the wait that the server asks for.
type retryLater struct {
	error
	wait time.Duration
}

func (e *retryLater) Unwrap() error { return e.error }

func retryAfter(h http.Header) time.Duration {
	s, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || s < 0 {
		return 0
	}
	return time.Duration(min(s, 60)) * time.Second
}

// passing reports whether another attempt may do better.
func passing(err error) bool {
	for _, final := range []error{context.Canceled, context.DeadlineExceeded, fs.ErrNotExist, fs.ErrPermission,
		ErrServer, ErrChanged, ErrNotData, ErrLimit, ErrChecksum, ErrOffline, errCache} {
		if errors.Is(err, final) {
			return false
		}
	}
	return true
}

// goodProgress is how many bytes make an attempt count as one that did well. Less
// would let a server that sends a byte per answer keep us busy.
const goodProgress = 4096

// retry calls f until it succeeds or fails for good. f tells how many bytes it
// has gained.
func (n *physioNet) retry(ctx context.Context, f func() (int64, error)) error {
	const maxBackoff = 30 * time.Second
	wait := n.backoff
	for tries := 1; ; tries++ {
		gained, err := f()
		var later *retryLater
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if gained >= goodProgress {
			tries, wait = 1, n.backoff
		}
		pause := wait
		if errors.As(err, &later) {
			pause = max(pause, later.wait)
			err = later.error
		}
		if !passing(err) || tries >= n.attempts {
			return final(err, tries)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		wait = min(2*wait, maxBackoff)
	}
}

// final gives an error its number of attempts.
func final(err error, tries int) error {
	var e *PhysioNetError
	if !errors.As(err, &e) {
		if errors.Is(err, errCache) {
			return err
		}
		return &PhysioNetError{Tries: tries, Err: err}
	}
	e.Tries = tries
	return err
}

// fetch brings the bytes from off to end of a file, in order, to put. What an
// attempt has brought is not asked for again.
func (n *physioNet) fetch(ctx context.Context, t target, off, end int64, id *identity, put func([]byte) (int, error)) error {
	buf := make([]byte, pageSize)
	return n.retry(ctx, func() (int64, error) {
		b, err := n.request(ctx, t, off, end, id)
		if err != nil {
			return 0, err
		}
		defer b.Close()
		if b.whole {
			if off > n.maxBody {
				return 0, &PhysioNetError{Err: ErrLimit, Detail: "the server does not give parts of files any more"}
			}
			if _, err := io.CopyN(io.Discard, b, off); err != nil {
				return 0, unexpected(err)
			}
		}
		start := off
		for off < end {
			m, err := b.Read(buf[:min(int64(len(buf)), end-off)])
			off += int64(m)
			if _, err := put(buf[:m]); err != nil {
				return off - start, err
			}
			if err != nil && off < end {
				return off - start, unexpected(err)
			}
		}
		return off - start, nil
	})
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
