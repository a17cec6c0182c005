package wfdb

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// listed is a line of rdann without its time column.
func listed(a *Annotations, x Annotation) string {
	s := fmt.Sprintf("%7d%6s%5d%5d%5d", x.Time, a.Mnemonic(x.Code), x.Subtype, x.Channel, x.Num)
	if x.Aux != "" {
		s += "\t" + x.Text()
	}
	return s
}

func TestGoldenAnnotations(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "annotations")
	list, err := filepath.Glob(filepath.Join(dir, "expect", "*.x.txt"))
	require.NoError(t, err)
	for _, path := range list {
		base := strings.TrimSuffix(filepath.Base(path), ".x.txt")
		record, _, _ := strings.Cut(base, ".")
		t.Run(base, func(t *testing.T) {
			h, err := ReadHeader(os.DirFS(dir), record)
			require.NoError(t, err)
			f, err := os.Open(filepath.Join(dir, base))
			require.NoError(t, err)
			defer f.Close()
			r := NewAnnotationReader(f, AnnotationOptions{Name: base, Clock: h.Rate, Negative: true})
			got, err := ecg.ReadAll[Annotation](r)
			a := &Annotations{Types: r.Types()}
			stderr, _ := os.ReadFile(filepath.Join(dir, "expect", base+".err"))
			if strings.Contains(string(stderr), "unexpected EOF") {
				require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || err == nil && slices.ContainsFunc(r.Warnings(), func(w Warning) bool { return w.Field == "end mark" }))
				if r.Unclosed() {
					got = got[:len(got)-1] // the C library loses it
				}
			} else {
				require.NoError(t, err)
				require.False(t, r.Unclosed())
			}
			text, err := os.ReadFile(filepath.Join(dir, "expect", base+".txt"))
			require.NoError(t, err)
			lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
			if len(text) == 0 {
				lines = nil
			}
			require.Len(t, got, len(lines))
			for i, l := range lines {
				// The time column is as wide as its text; the rest is compared.
				want := l[strings.IndexAny(l, ".")+4:]
				want = strings.TrimPrefix(want, "]")
				if j := strings.Index(want, "] "); j >= 0 && j < 12 {
					want = want[j+1:]
				}
				require.Equal(t, strings.TrimLeft(want, " "), strings.TrimLeft(listed(a, got[i]), " "), "line %d", i+1)
			}
		})
	}
}

// TestGoldenAnnotationWriter writes what the C library wrote and compares the
// bytes.
func TestGoldenAnnotationWriter(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "annotations")
	list, err := filepath.Glob(filepath.Join(dir, "*.list"))
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, path := range list {
		base := strings.TrimSuffix(path, ".list")
		t.Run(filepath.Base(base), func(t *testing.T) {
			want, err := os.ReadFile(base)
			require.NoError(t, err)
			r := NewAnnotationReader(bytes.NewReader(want), AnnotationOptions{})
			o := AnnotationWriterOptions{Rate: r.Rate(), Types: r.Types()}
			if r.aha {
				o.Format = AHAFormat
			}
			var b bytes.Buffer
			w := NewAnnotationWriter(&b, o)
			require.NoError(t, w.Write(readList(t, path)...))
			require.NoError(t, w.Close())
			require.Equal(t, hex.Dump(want), hex.Dump(b.Bytes()))

			// And again from what is read.
			all, err := ecg.ReadAll[Annotation](r)
			require.NoError(t, err)
			if o.Format != AHAFormat {
				b.Reset()
				require.NoError(t, WriteAnnotations(&b, all, o))
				require.Equal(t, hex.Dump(want), hex.Dump(b.Bytes()))
			}
		})
	}
}

// readList reads the lines "time code subtyp chan num aux".
func readList(t *testing.T, path string) (list []Annotation) {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	for l := range strings.Lines(string(b)) {
		f := strings.Fields(l)
		if strings.HasPrefix(l, "#") || len(f) != 6 {
			continue
		}
		var v [5]int64
		for i := range v {
			v[i], err = strconv.ParseInt(f[i], 10, 64)
			require.NoError(t, err)
		}
		a := Annotation{Time: v[0], Code: Code(v[1]), Subtype: int8(v[2]), Channel: uint8(v[3]), Num: int8(v[4])}
		if f[5] != "-" {
			aux, err := hex.DecodeString(f[5])
			require.NoError(t, err)
			a.Aux = string(aux)
		}
		list = append(list, a)
	}
	return list
}
