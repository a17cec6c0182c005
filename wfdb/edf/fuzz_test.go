package edf

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"testing"
	"testing/fstest"

	"github.com/sinus-ecg/sinus/ecg"
)

type mapFS map[string][]byte

func (m mapFS) Open(name string) (fs.File, error) {
	return fstest.MapFS{name: {Data: m[name]}}.Open(name)
}

// FuzzReader: a file as a stream and with seeking gives the same samples, in
// blocks of any size, and no more than it has bytes for; errors are typed.
func FuzzReader(f *testing.F) {
	f.Add(file{signals: []sig{{}}, data: int16s(1, 2, 3, 4, 5, 6, 7, 8)}.build(), 3)
	f.Add(gaps("+0", "+2", "+3.25"), 1)
	f.Add(file{version: "\xffBIOSEMI", reserved: "BDF+C", signals: []sig{{samples: "2"}, {label: "BDF Annotations", samples: "9"}}, data: make([]byte, 66)}.build(), 5)
	f.Fuzz(func(t *testing.T, b []byte, block int) {
		o := Options{Limits: Limits{Signals: 64, RecordBytes: 1 << 20}}
		r, err := o.Open(mapFS{"x": b}, "x")
		s, err2 := o.NewReader(bytes.NewReader(b), "x")
		if (err == nil) != (err2 == nil) {
			t.Fatal(err, err2)
		}
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		width := max(len(r.Format().Leads), 1)
		const frames = 3000
		x, err := some(r, width, frames, frames)
		y, err2 := some(s, width, frames, 1+abs(block)%7)
		if len(x) != len(y) || !same(x, y) {
			t.Fatal("a stream differs", len(x), len(y), err, err2)
		}
		if err != nil && len(x) < frames*width {
			var e *Error
			if err != io.EOF && !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
		}
		if n := int64(len(x) / width / 2); n > 0 && len(r.Format().Leads) > 0 {
			if err := r.SeekFrame(n); err != nil {
				t.Fatal(err)
			}
			z, _ := some(r, width, frames, frames)
			rest := x[n*int64(width):]
			if len(z) < len(rest) || !same(rest, z[:len(rest)]) {
				t.Fatal("other samples after a seek", len(rest), len(z))
			}
		}
		r.Annotations()
	})
}

func some(r ecg.Signal, width, frames, block int) ([]float64, error) {
	var all []float64
	p := make([]float64, width*block)
	for len(all) < frames*width {
		n, err := r.Read(p[:min(len(p), frames*width-len(all))])
		all = append(all, p[:n]...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func same(x, y []float64) bool {
	for i := range x {
		if math.Float64bits(x[i]) != math.Float64bits(y[i]) {
			return false
		}
	}
	return true
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
