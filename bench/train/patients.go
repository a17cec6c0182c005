package main

import (
	"strings"

	"github.com/sinus-ecg/sinus/bench"
)

// Which records belong together: the parts of mitdb, and records of one person.
var ds1, ds2, paced = bench.Groups["ds1"], bench.Groups["ds2"], bench.Groups["paced"]

// patientOf: 201 and 202 are one person; sel8xx of qtdb are records of svdb, sel16xxx and
// sel17xxx of nsrdb.
func patientOf(db, name string) string {
	switch {
	case db == "mitdb" && name == "202":
		return "mitdb/201"
	case db == "qtdb" && len(name) == 6 && name[:4] == "sel8":
		return "svdb/" + name[3:]
	case db == "qtdb" && (strings.HasPrefix(name, "sel16") || strings.HasPrefix(name, "sel17")) && len(name) == 8:
		return "nsrdb_excerpt/" + name[3:]
	}
	return db + "/" + name
}
