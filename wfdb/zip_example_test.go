package wfdb_test

import (
	"archive/zip"
	"bytes"
	"fmt"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// A record in an archive as PhysioNet ships it: all files in one folder.
func ExampleZip() {
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	hea, _ := w.Create("project-1.0.0/r.hea")
	fmt.Fprint(hea, "r 1 360 2\nr.dat 16 200\n")
	dat, _ := w.Create("project-1.0.0/r.dat")
	dat.Write([]byte{100, 0, 0, 0x80})
	w.Close()

	archive, err := wfdb.Zip(bytes.NewReader(file.Bytes()), int64(file.Len()), wfdb.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := wfdb.Open(archive, "project-1.0.0/r")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	fmt.Println(ecg.ReadAll[float64](r))
	// Output: [0.5 NaN] <nil>
}
