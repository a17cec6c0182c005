package wfdb

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// databases says what the headers of each database are worth. Verified: the
// checksum and initial value of every signal are those of the samples. Zero:
// the header has 0 for a checksum of samples that have another one. Absent: the
// shared material has the header but not its signal file.
var databases = []struct {
	name                             string
	verified, zero, absent, mistaken int
}{
	{"challenge-2015", 10, 0, 0, 0},
	{"challenge-2017", 0, 530, 0, 0}, // the checksums there are all 0
	{"cudb", 26, 0, 0, 0},
	{"ltafdb", 0, 0, 42, 0}, // annotations only
	{"mitdb", 48, 0, 0, 0},
	{"nsrdb", 0, 0, 18, 0}, // annotations only
	{"nsrdb_excerpt", 8, 0, 0, 0},
	{"nstdb", 15, 0, 0, 0},
	{"qtdb", 27, 0, 0, 0},
	{"qtdb_two_readers", 0, 0, 11, 0}, // annotations only
	{"svdb", 8, 0, 0, 0},
	{"vfdb", 16, 0, 0, 0},
	// Parts of records, and cases: two headers (test01_00s_frame and _skewframe)
	// have an initial value that is not the first sample, mixedsignals has zeros
	// for initial values.
	{"wfdb-samples", 66, 1, 11, 2},
}

// TestDatabases reads every record of every database of the shared material to
// its end.
func TestDatabases(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			fsys := os.DirFS(ecgtest.Shared(t, "data", db.name))
			var verified, zero, absent, mistaken int
			p := make([]float64, 1<<16)
			err := fs.WalkDir(fsys, ".", func(path string, _ fs.DirEntry, err error) error {
				if err != nil || !strings.HasSuffix(path, ".hea") {
					return err
				}
				r, err := Open(fsys, path)
				for err == nil {
					_, err = r.Read(p)
				}
				switch {
				case errors.Is(err, fs.ErrNotExist):
					absent++
				case errors.Is(err, ErrChecksum):
					mistaken++
					t.Log(err)
				default:
					require.Equal(t, io.EOF, err)
					ok := true
					for _, w := range r.Warnings() {
						if w.Field == "checksum" || w.Field == "initial value" {
							ok = false
						}
					}
					if ok {
						verified++
					} else {
						zero++
					}
				}
				if r != nil {
					require.NoError(t, r.Close())
				}
				return nil
			})
			require.NoError(t, err)
			t.Logf("%d records verified, %d with zeros for checksums, %d without signal file, %d with a wrong value",
				verified, zero, absent, mistaken)
			require.Equal(t, []int{db.verified, db.zero, db.absent, db.mistaken}, []int{verified, zero, absent, mistaken})
		})
	}
}

// TestDatabaseAnnotations reads every annotation file there is, and writes it
// again: most have the same bytes, and all read the same.
func TestDatabaseAnnotations(t *testing.T) {
	root := ecgtest.Shared(t, "data")
	headers := map[string]bool{}
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(path, ".hea"); ok {
			headers[name] = true
		}
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	require.NoError(t, err)
	read, same := 0, 0
	var first, second []Annotation
	for _, path := range files {
		dot := max(0, strings.LastIndexByte(path, '.'))
		ext := path[dot:]
		if !headers[path[:dot]] || strings.Contains(".hea .dat .mat .xyz .edf .txt .csv", ext) || len(ext) == 3 && ext[1] == 'd' {
			continue
		}
		file, err := os.ReadFile(root + "/" + path)
		require.NoError(t, err)
		r := NewAnnotationReader(bytes.NewReader(file), AnnotationOptions{Name: path})
		first = appendAll(t, first[:0], r)
		require.NotEmpty(t, first, path)
		read++
		var b bytes.Buffer
		w := NewAnnotationWriter(&b, AnnotationWriterOptions{Rate: r.Rate(), Types: r.Types()})
		require.NoError(t, w.Write(first...), path)
		require.NoError(t, w.Close())
		if bytes.Equal(b.Bytes(), file) {
			same++
			continue
		}
		second = appendAll(t, second[:0], NewAnnotationReader(&b, AnnotationOptions{Name: path}))
		require.True(t, slices.Equal(first, second), path)
	}
	t.Logf("%d annotation files, %d with the same bytes when written again", read, same)
	require.Greater(t, read, 200)
}

func appendAll(t *testing.T, list []Annotation, r *AnnotationReader) []Annotation {
	p := make([]Annotation, 256)
	for {
		n, err := r.Read(p)
		list = append(list, p[:n]...)
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
	}
}

// TestCopies: digital in is digital out. The signal files of copies have the
// same bytes, checksums and initial values.
func TestCopies(t *testing.T) {
	for _, name := range []string{"mitdb/100", "nstdb/118e06", "vfdb/418", "cudb/cu02", "qtdb/sel16265", "svdb/800",
		"challenge-2015/a104s", "challenge-2017/A00009", "wfdb-samples/binformats", "wfdb-samples/flacformats",
		"wfdb-samples/310derive", "wfdb-samples/311derive", "wfdb-samples/mixedsignals"} {
		t.Run(name, func(t *testing.T) {
			db, record, _ := strings.Cut(name, "/")
			dir := ecgtest.Shared(t, "data", db)
			h, frames := allFrames(t, os.DirFS(dir), record)
			o := WriterOptions{Preamble: map[string][]byte{}}
			for i := range h.Signals {
				s := &h.Signals[i]
				if s.ByteOffset > 0 && o.Preamble[s.File] == nil {
					b, err := os.ReadFile(dir + "/" + s.File)
					require.NoError(t, err)
					o.Preamble[s.File] = b[:s.ByteOffset]
				}
			}
			m := newMemory()
			w, err := NewWriter(m, h, o)
			require.NoError(t, err)
			_, err = w.WriteDigital(frames)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			for i := range h.Signals {
				s := &h.Signals[i]
				if s.Format > 500 {
					continue
				}
				want, err := os.ReadFile(dir + "/" + s.File)
				require.NoError(t, err)
				got := m.files[s.File].Bytes()
				require.True(t, len(got) <= len(want) && string(got) == string(want[:len(got)]), s.File)
			}
			h2, again := allFrames(t, m.fs(), record)
			require.True(t, slices.Equal(frames, again))
			for i := range h.Signals {
				if h.Signals[i].Checksum != 0 {
					require.Equal(t, h.Signals[i].Checksum, h2.Signals[i].Checksum)
				}
			}
		})
	}
}
