package wfdb

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// zipped packs files, of names and contents in turn.
func zipped(t testing.TB, files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		require.NoError(t, err)
		_, err = io.WriteString(w, files[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func openZip(b []byte, l Limits) (*Archive, error) {
	return Zip(bytes.NewReader(b), int64(len(b)), l)
}

// TestZip reads a record from an archive, also after moves: its files can't
// seek. What the archive is to others, it is to package fs.
func TestZip(t *testing.T) {
	fsys, x := randomRecord(t, 212, 2, 500)
	hea, err := fs.ReadFile(fsys, "w.hea")
	require.NoError(t, err)
	dat, err := fs.ReadFile(fsys, "w.dat")
	require.NoError(t, err)
	b := zipped(t, "project-1.0.0/", "", "project-1.0.0/w.hea", string(hea), "project-1.0.0/w.dat", string(dat), "project-1.0.0/RECORDS", "w\n")
	z, err := openZip(b, Limits{})
	require.NoError(t, err)
	require.Empty(t, z.Warnings())
	_, got := allFrames(t, z, "project-1.0.0/w")
	require.Equal(t, x, got)

	r, err := Open(z, "project-1.0.0/w")
	require.NoError(t, err)
	for _, at := range []int{499, 3, 0} {
		require.NoError(t, r.SeekFrame(int64(at)))
		got, err := ecg.ReadAll(digitalReader{r})
		require.NoError(t, err)
		require.Equal(t, x[2*at:], got)
	}
	require.NoError(t, fstest.TestFS(z, "project-1.0.0/w.hea", "project-1.0.0/RECORDS"))
	sub, err := fs.Sub(z, "project-1.0.0")
	require.NoError(t, err)
	_, got = allFrames(t, sub, "w")
	require.Equal(t, x, got)
	_, err = z.Open("project-1.0.0/x")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Open(z, "project-1.0.0")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// TestZipMitdb reads a record of a real database that was packed.
func TestZipMitdb(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "mitdb")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"100.hea", "100.dat", "100.atr"} {
		w, err := z.Create("mit-bih-arrhythmia-database-1.0.0/" + name)
		require.NoError(t, err)
		f, err := os.ReadFile(dir + "/" + name)
		require.NoError(t, err)
		_, err = w.Write(f)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	a, err := openZip(b.Bytes(), Limits{})
	require.NoError(t, err)
	x, _, err := readAll(t, a, "mit-bih-arrhythmia-database-1.0.0/100")
	require.NoError(t, err, "the checksums of the header hold")
	require.Len(t, x, 2*650_000)
	list, err := ReadAnnotations(a, "mit-bih-arrhythmia-database-1.0.0/100", "atr")
	require.NoError(t, err)
	require.Len(t, list.List, 2274)
}

// reclaim makes the directory of an archive claim other sizes for its file i:
// at 20 bytes packed, at 24 unpacked.
func reclaim(b []byte, i, at int, size uint32) []byte {
	b = bytes.Clone(b)
	for p := range b {
		if bytes.HasPrefix(b[p:], []byte("PK\x01\x02")) {
			if i--; i < 0 {
				binary.LittleEndian.PutUint32(b[p+at:], size)
				break
			}
		}
	}
	return b
}

// TestHostileZip is F61 of requirements.md 3.2, and archives that are not what
// they say.
func TestHostileZip(t *testing.T) {
	const hea, dat = "r 1 360 2\nr.dat 16 1\n", "\x01\x00\x02\x00"
	good := []string{"r.hea", hea, "r.dat", dat}
	with := func(files ...string) []byte { return zipped(t, append(append([]string{}, files...), good...)...) }
	zeros := strings.Repeat("\x00", 4<<20) // 1000:1
	for _, c := range []struct {
		name     string
		zip      []byte
		limits   Limits
		err      error // of Zip
		read     error // of reading r
		warnings int
	}{
		{"fine", with(), Limits{}, nil, nil, 0},
		{"F61 parent", with("../r.hea", "x", "a/../../r.dat", "x"), Limits{}, nil, nil, 2},
		{"F61 absolute", with("/r.hea", "x", "/etc/passwd", "x", "C:\\r.hea", "x", "\\\\host\\r.hea", "x"), Limits{}, nil, nil, 4},
		{"F61 not clean", with("./r.hea", "x", "a//r.hea", "x", "", "x", ".", "x"), Limits{}, nil, nil, 4},
		{"F61 NUL and escapes", with("r\x00.hea", "x", "r\x1b[31m\n.hea", "x", "\xff.hea", "x"), Limits{}, nil, nil, 3},
		{"F61 duplicate: the first wins", zipped(t, append(good, "r.hea", "x", "r.dat", "y")...), Limits{}, nil, nil, 2},
		{"a file that is a folder too", with("r.hea/x", ""), Limits{}, nil, nil, 0},
		{"F61 1000:1", zipped(t, "r.hea", "r 1 360 2\nr.dat 16 1\n", "r.dat", zeros), Limits{}, ErrLimit, nil, 0},
		{"F61 1000:1 in a file of a large archive", zipped(t, "r.hea", hea, "r.dat", zeros, "noise", string(noise)), Limits{}, nil, ErrLimit, 0},
		{"F61 allowed", zipped(t, "r.hea", hea, "r.dat", dat+zeros), Limits{ArchiveRatio: 2000}, nil, nil, 0},
		{"F61 size", with("x", string(noise)), Limits{ArchiveBytes: 1 << 20}, ErrLimit, nil, 0},
		{"F61 size of a claim", reclaim(with("x", "y"), 0, 24, math.MaxUint32-1), Limits{}, ErrLimit, nil, 0},
		{"files", zipped(t, many(1001)...), Limits{ArchiveFiles: 1000}, ErrLimit, nil, 0},
		{"more than the claim", reclaim(with(), 1, 24, 2), Limits{}, nil, ErrArchive, 0},
		{"less than the claim", reclaim(with(), 1, 24, 2000), Limits{}, nil, io.ErrUnexpectedEOF, 0},
		{"packed bytes that are not there", reclaim(with(), 1, 20, 1), Limits{}, nil, io.ErrUnexpectedEOF, 0},
		{"empty", nil, Limits{}, ErrArchive, nil, 0},
		{"not a zip", []byte(strings.Repeat("not a zip ", 1000)), Limits{}, ErrArchive, nil, 0},
		{"cut", with()[:150], Limits{}, ErrArchive, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bounded(t, func() {
				z, err := openZip(c.zip, c.limits)
				if c.err != nil {
					var ae *ArchiveError
					require.ErrorAs(t, err, &ae)
					require.ErrorIs(t, err, c.err)
					require.True(t, strings.HasPrefix(err.Error(), "wfdb: zip: "), err)
					return
				}
				require.NoError(t, err)
				require.Len(t, z.Warnings(), c.warnings)
				for _, w := range z.Warnings() {
					require.NotContains(t, w.String(), "\x1b")
				}
				p := make([]float64, 2)
				r, err := Open(z, "r")
				if err == nil {
					err = readFull(r, p)
				}
				switch c.read {
				case nil:
					require.NoError(t, err)
					require.Equal(t, []float64{1, 2}, p)
				default:
					require.ErrorIs(t, err, c.read)
					require.ErrorContains(t, err, "r.dat")
				}
			})
		})
	}
}

// readFull reads what fits p; a record may be longer.
func readFull(r *Record, p []float64) error {
	for have := 0; have < len(p); {
		n, err := r.Read(p[have:])
		if have += n; err != nil {
			return err
		}
	}
	return nil
}

func many(n int) (files []string) {
	for i := range n {
		files = append(files, fmt.Sprint(i), "")
	}
	return files
}

// TestZipDamage: what the checksum of the archive finds, and files that can't be
// unpacked here.
func TestZipDamage(t *testing.T) {
	b := zipped(t, "r.hea", "r 1 360\nr.dat 16 1\n", "r.dat", string(noise[:10_000]))
	at := bytes.Index(b, noise[100:120]) // stored in pieces, as it can't be packed
	require.Positive(t, at)
	b[at] ^= 1
	z, err := openZip(b, Limits{})
	require.NoError(t, err)
	x, _, err := readAll(t, z, "r")
	require.ErrorIs(t, err, ErrChecksum)
	require.Len(t, x, 5000, "what came before is delivered")

	directory := bytes.Index(b, []byte("PK\x01\x02"))
	for field, at := range map[string]int{"encrypted": 8, "unsupported compression algorithm": 10} {
		odd := bytes.Clone(b)
		odd[directory+at] |= 0x61
		z, err := openZip(odd, Limits{})
		require.NoError(t, err)
		_, err = Open(z, "r")
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.ErrorContains(t, err, "r.hea: ")
		require.ErrorContains(t, err, field)
	}

	// A link is no file.
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	h := &zip.FileHeader{Name: "r.hea"}
	h.SetMode(fs.ModeSymlink | 0o777)
	f, err := w.CreateHeader(h)
	require.NoError(t, err)
	_, err = io.WriteString(f, "/etc/passwd")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	z, err = openZip(buf.Bytes(), Limits{})
	require.NoError(t, err)
	_, err = Open(z, "r")
	require.ErrorIs(t, err, fs.ErrInvalid)

	_, err = Zip(bytes.NewReader(b), -1, Limits{})
	require.ErrorIs(t, err, ErrArchive)
	_, err = Zip(bytes.NewReader(b), math.MaxInt64, Limits{})
	require.ErrorIs(t, err, ErrArchive)
}

// FuzzZip: whatever the bytes, opening every file ends, and gives no more than
// the limits allow.
func FuzzZip(f *testing.F) {
	f.Add(zipped(f, "a/", "", "a/r.hea", "r 1 360 2\nr.dat 16 1\n", "a/r.dat", "\x01\x00\x02\x00"))
	f.Add(zipped(f, "../r", "x", "r", "y", "r", "z"))
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := openZip(b, Limits{ArchiveBytes: 4 << 20, ArchiveFiles: 1000})
		if err != nil {
			return
		}
		total := int64(0)
		fs.WalkDir(z, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			if !fs.ValidPath(name) {
				t.Fatalf("%q", name)
			}
			f, err := z.Open(name)
			if err != nil {
				return nil
			}
			defer f.Close()
			n, _ := io.Copy(io.Discard, f)
			total += n
			return nil
		})
		if total > 4<<20 {
			t.Fatalf("%d bytes", total)
		}
	})
}
