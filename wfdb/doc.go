// Package wfdb reads and writes records of the WFDB kind, the format of
// PhysioNet: a text header (.hea), one or more signal files (.dat) and files of
// annotations (.atr, .qrs, ...).
//
//	r, err := wfdb.Open(wfdb.Dir("data"), "mitdb/100")
//	...
//	defer r.Close()
//	for frame, err := range ecg.Frames(r) { ... } // mV, NaN = no sample
//
// A Record is an ecg.Signal. It holds one block of samples, however long the
// file: memory follows the bytes that arrive, never a number in a header.
// Options.Limits bounds what a header may claim.
//
// # Formats
//
// All signal formats of WFDB are read and written:
//
//	format        samples                      a move to a frame
//	0             none                         at once
//	8             8-bit differences            decodes what lies before
//	16, 61, 160   16 bits, three byte orders   at once
//	24, 32, 80    24, 32, 8 bits               at once
//	212           two of 12 bits in 3 bytes    at once
//	310, 311      three of 10 bits in 4 bytes  at once
//	508, 516, 524 FLAC of 8, 16, 24 bits       decodes what lies before
//
// The lowest code of a format means "no sample" and becomes NaN, or
// InvalidSample in adu; format 8 has no such code. Records may have several
// files, byte offsets, several samples per frame, skews, and segments in a
// fixed or variable layout with gaps. For EDF and BDF see package wfdb/edf.
//
// Readers are tolerant: what is odd but can be read is a Warning. Writers are
// strict. A number that was read and is written again is the same number.
//
// # Annotations
//
// ReadAnnotations reads the marks of an annotator whole, AnnotationReader one
// after the other, in the MIT or the AHA format. A Code knows its mnemonic and
// its class: BxbClass is that of the program bxb and of EC57, DeChazalClass
// that of de Chazal et al. 2004, which most papers on classification follow;
// they differ in supraventricular escape beats. Beats leaves out what is no
// beat, so that a mark of rhythm or noise does not split an RR interval.
//
// # Where records lie
//
// Everything is read through an fs.FS: Dir is a folder, PhysioNet the projects
// of physionet.org with a cache on disk, Zip an archive as PhysioNet ships it,
// and any other will do, also one whose files can't go back.
//
//	z, err := wfdb.Zip(file, size, wfdb.Limits{})
//	r, err := wfdb.Open(z, "mit-bih-arrhythmia-database-1.0.0/100")
//
// # Writing
//
// A Writer takes samples as they come. What it has written is a record at any
// time, up to the last block, if the program dies; Close writes length, initial
// values and checksums, and RepairHeader does it for a Writer that could not.
//
// # De-identification
//
// A Deidentifier copies a record without the personal data in its header and
// annotations. The ECG itself can identify a person: a copy is de-identified
// and never anonymous.
//
// # Files from others
//
// Names in headers are resolved inside the fs.FS that was given, in the folder
// of the header; absolute names, "..", drive letters, URL schemes and NUL are
// refused. Dir and os.Root.FS do not follow symbolic links out of their root,
// os.DirFS does.
//
// Errors name the file, and the line and field of a header or the byte of a
// signal or annotation file. They can hold what stood there, and names of
// records: Redacted gives the text for logs that others read.
//
// # Sources
//
// Facts about the formats come from the WFDB manuals (header(5), signal(5),
// annot(5)) and from what the programs of the WFDB Software Package 10.7.0 do.
//
// sinus is not a medical device.
package wfdb
