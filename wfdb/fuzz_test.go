package wfdb

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/sinus-ecg/sinus/ecg"
)

// FuzzHeader: what can be parsed and written is the same when it is parsed
// again, and nothing takes more than its share of memory.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("r 2 360 10 1:02:03 4/5/2006\nr.dat 212 200(1024)/mV 11 1024 995 -22131 0 MLII\nr.dat 212 0\n# comment\n"))
	f.Add([]byte("r/3 1 360 30\nL 0\n~ 10\na 20\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := Options{}.ParseHeader(bytes.NewReader(text), "r.hea")
		if err != nil {
			var he *HeaderError
			if !errors.As(err, &he) || he.Field == "" || len(err.Error()) > 600 {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if len(h.Signals) > 4096 || h.Frames < 0 || !(h.Rate > 0) {
			t.Fatalf("%+v", h)
		}
		for i := range h.Signals {
			h.Signals[i].SkewFrames()
			h.Signals[i].Physical(h.Signals[i].Digital(1))
		}
		x := h.Times(0)
		for _, n := range []int64{0, 1, -1, h.Frames, -h.Frames, math.MaxInt64, math.MinInt64} {
			x.Text(n)
			x.Seconds(n)
		}
		out, err := h.AppendText(nil)
		if err != nil {
			return // the writer is strict
		}
		again, err := Options{}.ParseHeader(bytes.NewReader(out), "r.hea")
		if err != nil {
			t.Fatalf("%v\n%q\n%q", err, text, out)
		}
		// Values that were left out are written; numbers have 12 digits.
		for i := range h.Signals {
			a, b := &h.Signals[i], &again.Signals[i]
			a.Given, b.Given = 0, 0
			a.Gain, b.Gain = 0, 0
		}
		if !reflect.DeepEqual(h.Signals, again.Signals) || !reflect.DeepEqual(h.Segments, again.Segments) ||
			h.Frames != again.Frames && again.Frames != 0 || !h.Start.Equal(again.Start) || !reflect.DeepEqual(h.Comments, again.Comments) {
			t.Fatalf("%+v\n%+v\n%q\n%q", h, again, text, out)
		}
		if second, err := again.AppendText(nil); err != nil || len(h.Signals) == 0 && !bytes.Equal(out, second) {
			t.Fatalf("%v\n%q\n%q", err, out, second)
		}
	})
}

// FuzzSignals: however a record is cut into reads, the values are the same; the
// physical view is that of the digital one; a move gives what reading gives;
// and what a Writer makes of it reads the same.
func FuzzSignals(f *testing.F) {
	for _, format := range formats {
		f.Add(uint16(format.number), uint8(2), uint8(1), uint8(0), uint16(5), []byte("\x01\x00\x02\x03\x00\x04\x05\x00\xff\xff\xff\x80\x00\x12"))
	}
	f.Fuzz(func(t *testing.T, number uint16, signals, spf, skew uint8, frames uint16, dat []byte) {
		format := formatOf(int(number))
		if format == nil || signals > 20 || spf > 20 || len(dat) > 1<<16 {
			return
		}
		h := &Header{Name: "r", Rate: 360, Frames: int64(frames)}
		for i := range int(signals) {
			s := SignalInfo{File: "r.dat", Format: int(number), SamplesPerFrame: 1, Gain: 100 + float64(i), Baseline: int32(i)}
			if i == 0 {
				s.SamplesPerFrame = max(1, int(spf))
				s.Skew = int(skew)
			}
			h.Signals = append(h.Signals, s)
		}
		h.SignalCount = len(h.Signals)
		text, err := h.AppendText(nil)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte(" 0 0 0 0\r"), []byte("\r")) // no checksums
		fsys := fstest.MapFS{"r.hea": {Data: text}, "r.dat": {Data: dat}}

		r, err := Open(fsys, "r")
		if err != nil {
			t.Fatal(err)
		}
		all, end := ecg.ReadAll[float64](r)
		checkEnd(t, end)
		width := len(h.Signals)
		if width == 0 {
			return
		}
		if len(all)%width != 0 || frames > 0 && len(all)/width > int(frames) {
			t.Fatalf("%d values", len(all))
		}

		// In the digital view, frame by frame.
		r, _ = Open(fsys, "r")
		p := make([]int32, width)
		for i := 0; ; i += width {
			n, err := r.ReadDigital(p)
			if err != nil {
				checkEnd(t, err)
				if i != len(all) || errors.Is(err, io.EOF) != (end == nil) {
					t.Fatalf("%d of %d values; %v, %v", i, len(all), err, end)
				}
				break
			}
			if n != width || i >= len(all) {
				t.Fatalf("%d values at %d of %d", n, i, len(all))
			}
			for k, v := range p {
				if want := h.Signals[k].Physical(v); math.Float64bits(want) != math.Float64bits(all[i+k]) && want == want {
					t.Fatalf("value %d: %v, digital %d is %v", i+k, all[i+k], v, want)
				} else if want != want && all[i+k] == all[i+k] {
					t.Fatalf("value %d: %v, digital is none", i+k, all[i+k])
				}
			}
		}

		// After a move.
		at := len(all) / width / 2
		if err := r.SeekFrame(int64(at)); err != nil {
			t.Fatal(err)
		}
		rest, _ := ecg.ReadAll[float64](r)
		if len(rest) < len(all)-at*width {
			t.Fatalf("%d values after a move to frame %d, %d without", len(rest), at, len(all)-at*width)
		}
		for i, v := range all[at*width:] {
			if math.Float64bits(rest[i]) != math.Float64bits(v) {
				t.Fatalf("value %d is %v after a move, %v without", at*width+i, rest[i], v)
			}
		}

		if format.number == 0 || skew > 0 || len(all) == 0 {
			return
		}
		// And back.
		r, _ = Open(fsys, "r")
		stored, err := ecg.ReadAll(frameReader{r})
		checkEnd(t, err)
		m := newMemory()
		w, err := NewWriter(m, h, WriterOptions{})
		if err != nil {
			if format.number > 500 {
				return // a FLAC file takes 8 signals
			}
			t.Fatal(err)
		}
		n, err := w.WriteDigital(stored)
		if format.number == 8 && errors.Is(err, ErrRange) {
			stored = stored[:n] // it wrapped around
		} else if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil && !errors.Is(err, ErrRange) {
			t.Fatal(err)
		}
		if format.number == 8 && w.Clipped() > 0 {
			return // steps that only wrapping around makes
		}
		r, err = Open(m.fs(), "r")
		if err != nil {
			t.Fatal(err)
		}
		again, err := ecg.ReadAll(frameReader{r})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range again {
			if stored[i] != v {
				t.Fatalf("value %d was %d and is %d", i, stored[i], v)
			}
		}
	})
}

type frameReader struct{ r *Record }

func (f frameReader) Read(p []int32) (int, error) {
	width := 0
	for i := range f.r.h.Signals {
		width += f.r.h.Signals[i].SamplesPerFrame
	}
	if len(p) < width {
		return 0, nil
	}
	return f.r.ReadFrames(p)
}

func checkEnd(t *testing.T, err error) {
	t.Helper()
	var se *SignalError
	if err != nil && err != io.EOF && !errors.As(err, &se) {
		t.Fatalf("%T: %v", err, err)
	}
}

// FuzzAnnotations: what is read can be written, and reads the same; however
// the bytes arrive.
func FuzzAnnotations(f *testing.F) {
	f.Add([]byte("\x12\x70\x03\xfc(N\x00\x00\x3b\x04\x00\x00"))
	f.Add([]byte("\x00\x58\x17\xfc## time resolution: 360\x00\x00\xec\xff\xff\xff\xff\x01\x00\x52\x04\xff\xf7\x01\xf8\x02\xf0\x00\x00"))
	f.Add([]byte("\x00N\x00\x00\x3c\x03\x01\x00\x00\x03\x00\x00\x00\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewAnnotationReader(bytes.NewReader(b), AnnotationOptions{Negative: true})
		all, err := ecg.ReadAll[Annotation](r)
		if err != nil {
			var ae *AnnotationError
			if !errors.As(err, &ae) {
				t.Fatalf("%T: %v", err, err)
			}
		}
		slow := NewAnnotationReader(iotest.OneByteReader(bytes.NewReader(b)), AnnotationOptions{Negative: true})
		again, err2 := ecg.ReadAll[Annotation](slow)
		if !reflect.DeepEqual(all, again) || (err == nil) != (err2 == nil) || r.Unclosed() != slow.Unclosed() {
			t.Fatalf("byte by byte: %v %v, %v %v", all, again, err, err2)
		}
		o := AnnotationWriterOptions{Types: r.Types()}
		if r.Rate() > 0 && strings.Contains(formatFloat(r.Rate()), "e") == false {
			o.Rate = r.Rate()
		}
		var out bytes.Buffer
		w := NewAnnotationWriter(&out, o)
		for i, a := range all {
			if a.Code == Note && a.Time == 0 && a.Subtype == 0 && o.Types == nil && o.Rate == 0 && i == 0 {
				return // it would be one about the file
			}
			if err := w.Write(a); err != nil {
				if errors.Is(err, ErrRange) || errors.Is(err, ErrAnnotation) {
					return // codes from 50 on, intervals of years, odd definitions
				}
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			return // odd definitions
		}
		r2 := NewAnnotationReader(&out, AnnotationOptions{Format: MITFormat, Negative: true})
		back, err := ecg.ReadAll[Annotation](r2)
		if err != nil || len(back) != len(all) {
			t.Fatalf("%d annotations were %d: %v", len(back), len(all), err)
		}
		for i := range back {
			if back[i] != all[i] {
				t.Fatalf("%+v was %+v", back[i], all[i])
			}
		}
	})
}
