package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sinus-ecg/sinus/wfdb"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

var deid = command{
	name: "deid", summary: "take personal data out of a record",
	help: `wfdb deid -r ward/PAT0815 -o shared/A001 -a atr     a copy without names, dates, comments and free texts

usage: wfdb deid -r RECORD -o NEW [OPTION ...]
  -a ANNOTATOR ..  copy these annotations too
  -d               keep descriptions of signals
  -k KEY ..        keep comments of these keys (Dx); age, as 90+ above 89, and sex are always kept
  -o NEW           the new record or, of an EDF file, the new file
  -s DAYS          shift the start by so many days instead of taking it out

What was changed is told on standard error. An ECG itself can identify a person:
the copy has no names, but it is not anonymous.`,
	spec: spec{"r": one, "o": one, "a": many, "d": none, "k": many, "s": one},
	run:  runDeid,
}

func runDeid(e *env, o options) error {
	record, err := o.required("r", "RECORD")
	if err != nil {
		return err
	}
	name, err := o.required("o", "NEW")
	if err != nil {
		return err
	}
	days, err := o.integer("s", 0, -36500, 36500)
	if err != nil {
		return err
	}
	shift := time.Duration(days) * 24 * time.Hour
	src, err := e.find(record, "")
	if err != nil {
		return err
	}
	if isEDF(src.name) {
		return deidEDF(e, src, name, shift)
	}
	dst, err := newSource(name)
	if err != nil {
		return err
	}
	if dst.dir == src.dir && dst.name == src.name {
		return wrongUse("the output would replace the input")
	}
	d := wfdb.Deidentifier{Name: dst.name, Shift: shift, Keep: o["k"], KeepDescriptions: o.has("d")}
	changes, err := d.Copy(wfdb.Dir(dst.dir), src.fsys, src.name, o["a"]...)
	for _, c := range changes {
		fmt.Fprintln(e.stderr, c)
	}
	return err
}

func deidEDF(e *env, src source, name string, shift time.Duration) error {
	if !isEDF(name) {
		return wrongUse("-o %s: want a name with .edf, .bdf or .rec", name)
	}
	in, err := src.fsys.Open(src.name)
	if err != nil {
		return err
	}
	defer in.Close()
	if filepath.Clean(name) == filepath.Join(src.dir, src.name) {
		return wrongUse("the output would replace the input")
	}
	return replaceFile(name, func(f *os.File) error {
		changes, err := edf.Deidentifier{Shift: shift}.Copy(f, in, src.name)
		for _, c := range changes {
			fmt.Fprintf(e.stderr, "%s: %s\n", filepath.Base(name), c)
		}
		return err
	})
}
