package wfdb_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/sinus-ecg/sinus/wfdb"
)

func ExamplePhysioNet() {
	// A small PhysioNet of our own. Without BaseURL it is the real one.
	server := httptest.NewServer(http.StripPrefix("/files", http.FileServerFS(fstest.MapFS{
		"mydb/1.0.0/RECORDS": {Data: []byte("one\ntwo\n")},
	})))
	defer server.Close()
	net := wfdb.PhysioNet(wfdb.PhysioNetConfig{BaseURL: server.URL + "/files"})

	records, err := fs.ReadFile(net, "mydb/RECORDS")
	fmt.Printf("%q %v\n", records, err)
	_, err = net.Open("mydb/three.hea")
	fmt.Println(err)
	// Output:
	// "one\ntwo\n" <nil>
	// open mydb/three.hea: file does not exist: HTTP status 404
}
