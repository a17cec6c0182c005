package edf_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

func Example() {
	dir, _ := os.MkdirTemp("", "edf")
	defer os.RemoveAll(dir)

	// Writing.
	f, err := os.Create(filepath.Join(dir, "holter.edf"))
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := edf.NewWriter(f, edf.WriterConfig{
		Rate:    4,
		Start:   time.Date(2024, 5, 17, 8, 30, 0, 0, time.UTC),
		Signals: []edf.WriterSignal{{Label: "ECG II", Unit: "mV"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w.Write([]float64{0, 0.5, 1.5, -0.25})
	w.Annotate(edf.Annotation{Onset: w.Onset(2), Text: "R peak"})
	fmt.Println(w.Close(), f.Close())

	// Reading.
	r, err := edf.Open(os.DirFS(dir), "holter.edf")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Println(r.Format().Rate, "Hz", r.Format().Leads, r.Format().Start)
	for x, err := range ecg.All[float64](r) {
		fmt.Printf("%.3f %v\n", x, err)
	}
	notes, err := r.Annotations()
	fmt.Println(r.Frame(notes[0].Onset), notes[0].Text, err)
	// Output:
	// <nil> <nil>
	// 4 Hz [{ECG II mV}] 2024-05-17 08:30:00 +0000 UTC
	// 0.000 <nil>
	// 0.500 <nil>
	// 1.500 <nil>
	// -0.250 <nil>
	// 2 R peak <nil>
}
