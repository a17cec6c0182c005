package wfdb_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// A record of one lead in format 212; os.DirFS or wfdb.PhysioNet take the place
// of this file system.
var files = fstest.MapFS{
	"demo/r1.hea": {Data: []byte("r1 1 360 4 13:05:27.250 29/02/2024\nr1.dat 212 200(1024)/mV 11 1024 995 685 0 MLII\n# 69 M\n")},
	"demo/r1.dat": {Data: []byte("\xe3\x33\xca\x00\x38\x00")},
}

func Example() {
	r, err := wfdb.Open(files, "demo/r1")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println(r.Format().Rate, "Hz,", r.Format().Leads)
	for frame, err := range ecg.Frames(r) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(frame)
	}
	// Output:
	// 360 Hz, [{MLII mV}]
	// [-0.145]
	// [-0.27]
	// [NaN]
	// [-1.28]
}

func ExampleOptions_Open() {
	// One signal in adu, at its own rate; no doubt about the header accepted.
	o := wfdb.Options{Signals: []int{0}, HighResolution: true, Strict: true}
	r, err := o.Open(files, "demo/r1")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	p := make([]int32, 100)
	n, err := r.ReadDigital(p)
	for _, v := range p[:n] {
		if v == wfdb.InvalidSample {
			fmt.Print("- ")
			continue
		}
		fmt.Print(v, " ")
	}
	fmt.Println(err)
	// Output: 995 970 - 768 EOF
}

func ExampleRecord_SeekTime() {
	r, err := wfdb.Open(files, "demo/r1")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	if err := r.SeekTime(3 * time.Second / 360); err != nil {
		log.Fatal(err)
	}
	x, err := ecg.ReadAll[float64](r)
	fmt.Println(x, err)
	// Output: [-1.28] <nil>
}

func ExampleReadHeader() {
	h, err := wfdb.ReadHeader(files, "demo/r1")
	if err != nil {
		log.Fatal(err)
	}
	s := h.Signals[0]
	fmt.Println(h.Name, h.Frames, h.Start, h.Comments)
	fmt.Println(s.Description, s.Gain, s.Baseline, s.Units)
	// Output:
	// r1 4 2024-02-29 13:05:27.25 +0000 UTC [ 69 M]
	// MLII 200 1024 mV
}

func ExampleHeader_Times() {
	h, _ := wfdb.ReadHeader(files, "demo/r1")
	x := h.Times(0)
	n, err := x.Parse("1:30.5")
	fmt.Println(n, err)
	fmt.Println(x.Text(n))
	fmt.Println(x.Text(-n))
	// Output:
	// 32580 <nil>
	//     1:30.500
	// [13:06:57.750 29/02/2024]
}

func ExampleHeaderError() {
	bad := fstest.MapFS{"r.hea": {Data: []byte("r 1 360 10\n../../etc/passwd 212\n")}}
	_, err := wfdb.Open(bad, "r")
	fmt.Println(err)
	var he *wfdb.HeaderError
	fmt.Println(errors.As(err, &he), he.Line, he.Field)
	// Output:
	// wfdb: r.hea:2: file name: invalid argument: "../../etc/passwd", want a name in the folder of the header
	// true 2 file name
}

func ExampleNewWriter() {
	dir, err := os.MkdirTemp("", "sinus")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	w, err := wfdb.NewWriter(wfdb.Dir(dir), &wfdb.Header{
		Name: "r2", Rate: 250,
		Start:   time.Date(2024, 2, 29, 13, 5, 27, 0, time.UTC),
		Signals: []wfdb.SignalInfo{{Format: 16, Gain: 1000, Description: "II"}},
	}, wfdb.WriterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := w.Write([]float64{0.5, -0.25, 0.1254}); err != nil { // mV
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	text, _ := os.ReadFile(dir + "/r2.hea")
	fmt.Print(strings.ReplaceAll(string(text), "\r", ""))
	// Output:
	// r2 1 250 3 13:05:27 29/02/2024
	// r2.dat 16 1000 12 0 500 375 0 II
}

func ExampleWriteAnnotations() {
	var b bytes.Buffer
	err := wfdb.WriteAnnotations(&b, []wfdb.Annotation{
		{Time: 18, Code: wfdb.RhythmChange, Aux: "(N"},
		{Time: 77, Code: wfdb.Normal},
	}, wfdb.AnnotationWriterOptions{})
	fmt.Printf("% x %v\n", b.Bytes(), err)
	// Output: 12 70 02 fc 28 4e 3b 04 00 00 <nil>
}

func ExampleAnnotationReader() {
	file := strings.NewReader("\x12\x70\x02\xfc(N\x3b\x04\x25\x15\x03\xfcse") // cut in a text
	r := wfdb.NewAnnotationReader(file, wfdb.AnnotationOptions{Name: "r1.atr"})
	for a, err := range ecg.All[wfdb.Annotation](r) {
		if err != nil {
			fmt.Println(err, errors.Is(err, io.ErrUnexpectedEOF))
			break
		}
		fmt.Println(strings.TrimSpace(fmt.Sprintln(a.Time, a.Code, a.Code.BxbClass(), a.Text())))
	}
	// Output:
	// 18 + - (N
	// 77 N N
	// wfdb: r1.atr: byte 12: unexpected EOF: in an AUX of 3 bytes true
}

func ExampleBeats() {
	a := []wfdb.Annotation{
		{Time: 77, Code: wfdb.Normal}, {Time: 200, Code: wfdb.RhythmChange, Aux: "(AFIB"},
		{Time: 370, Code: wfdb.AtrialEscape}, {Time: 662, Code: wfdb.PrematureVentricular},
	}
	for b := range ecg.All(wfdb.Beats(ecg.Values(a), wfdb.Code.DeChazalClass)) {
		fmt.Println(b.At, b.Class)
	}
	// Output:
	// 77 N
	// 370 N
	// 662 V
}
