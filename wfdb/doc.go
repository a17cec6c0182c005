// Package wfdb reads and writes records of the WFDB kind, the format of
// PhysioNet: a text header (.hea), one or more signal files (.dat) and files of
// annotations (.atr, .qrs, ...).
//
//	r, err := wfdb.Open(os.DirFS("testdata"), "mitdb/100")
//	...
//	defer r.Close()
//	for frame, err := range ecg.Frames(r) { ... }   // mV, NaN = no sample
//
// A Record is an ecg.Signal. It holds one block of samples, however long the
// file: memory follows the bytes that arrive, never a number in a header.
// Options.Limits bounds what a header may claim.
//
// Names in headers are resolved inside the fs.FS that was given, in the folder
// of the header; absolute names, "..", drive letters, URL schemes and NUL are
// refused. os.DirFS follows symbolic links out of its root, os.Root.FS does
// not: use the latter for files of unknown origin.
//
// Facts about the formats come from the WFDB manuals (header(5), signal(5),
// annot(5)) and from what the programs of the WFDB Software Package 10.7.0 do.
package wfdb
