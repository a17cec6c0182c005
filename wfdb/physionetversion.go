package wfdb

// physionetversion.go: which version of a project is meant. The folder of a
// project lists its versions:
//
//	<a href="1.0.0/">1.0.0/</a>
//
// A server may instead redirect to the latest one.

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// validProject reports whether s can be the name of a project.
func validProject(s string) bool {
	for i, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && (c == '-' || c == '_' || c == '.'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// validVersion reports whether s is a version: two to five numbers with dots
// between them. A folder of a project hardly ever is named so.
func validVersion(s string) bool {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if p == "" || len(p) > 6 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return len(parts) >= 2 && len(parts) <= 5
}

// compareVersions orders versions by their numbers.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if c := cmp.Compare(m, n); c != 0 {
			return c
		}
	}
	return 0
}

// version returns the version of a project that a name without one means.
func (p *PhysioNetFS) version(project string) (string, error) {
	if v, ok := p.pinned[project]; ok {
		return v, nil
	}
	p.mu.Lock()
	v := p.versions[project]
	p.mu.Unlock()
	if v != "" {
		return v, nil
	}
	if p.cache != nil {
		v = p.cache.latest(project)
	}
	if v == "" {
		if p.offline {
			return "", ErrOffline
		}
		var err error
		if v, err = p.lookUp(project); err != nil {
			return "", err
		}
		if p.cache != nil {
			if err := p.cache.setLatest(project, v); err != nil {
				return "", err
			}
		}
	}
	p.mu.Lock()
	p.versions[project] = v
	p.mu.Unlock()
	return v, nil
}

// lookUp asks the server for the latest version.
func (p *PhysioNetFS) lookUp(project string) (string, error) {
	const limit = 1 << 20 // of the list
	var page bytes.Buffer
	var landed string
	err := p.retry(p.ctx, func() (int64, error) {
		page.Reset()
		b, err := p.request(p.ctx, target{project: project, page: true}, 0, 0, &identity{size: -1})
		if err != nil {
			return 0, err
		}
		defer b.Close()
		landed = b.resp.Request.URL.Path
		_, err = page.ReadFrom(io.LimitReader(b, limit))
		return 0, err
	})
	if err != nil {
		return "", err
	}
	if _, below, ok := strings.Cut(landed, "/"+project+"/"); ok { // redirected to a version
		if v, _, _ := strings.Cut(below, "/"); validVersion(v) {
			return v, nil
		}
	}
	if v := latestOf(page.String(), project); v != "" {
		return v, nil
	}
	return "", &PhysioNetError{Err: fs.ErrNotExist, Detail: "no version of the project is listed"}
}

// latestOf returns the highest version that a page links to, or "".
func latestOf(page, project string) string {
	latest := ""
	for {
		_, rest, ok := strings.Cut(page, `href="`)
		if !ok {
			return latest
		}
		link, rest, _ := strings.Cut(rest, `"`)
		page = rest
		if _, below, ok := strings.Cut(link, "/"+project+"/"); ok {
			link = below
		}
		link = strings.TrimPrefix(link, "./")
		if v, _, _ := strings.Cut(link, "/"); validVersion(v) && compareVersions(v, latest) > 0 {
			latest = v
		}
	}
}
