// Package edf reads EDF, EDF+ and BDF files, and writes EDF+.
//
//	r, err := edf.Open(os.DirFS("data"), "night.edf")
//	...
//	defer r.Close()
//	for frame, err := range ecg.Frames(r) { ... } // one value per signal
//
// A Reader is an ecg.Signal, as a wfdb.Record is. Values are in the units of the
// file.
//
// # Rates
//
// The signals of a file may have several rates: the Reader has that of the
// fastest one it delivers, and slower ones repeat their samples.
// Options.Signals chooses; a signal chosen alone comes at its own rate.
// ReadFrames gives each signal its own samples.
//
// # Gaps and annotations
//
// Gaps of a discontinuous file (EDF+D, BDF+D) are frames of NaN, so that a
// sample number is a time. Channels of annotations are no signals:
// Reader.Annotations merges them, Reader.Passed gives those of the data records
// read since its last call.
//
// # Files from others
//
// A channel whose scale makes no sense is NaN, with a warning, and the others go
// on; a file that ends early gives its whole data records, then an error that is
// io.ErrUnexpectedEOF. The Reader holds one data record, so memory follows the
// bytes that arrive, and Limits bounds what a header may claim. Errors are
// *Error and name file, byte and field.
//
// # Writing
//
// A Writer makes EDF+C, or EDF+D once there is a gap, with annotations. What it
// has written is a file that strict readers accept, up to the last data record,
// also if the program dies.
//
// # Sources
//
// The formats are those of B. Kemp et al., A simple format for exchange of
// digitized polygraphic recordings, Electroenceph. clin. Neurophysiol. 82
// (1992) 391; B. Kemp, J. Olivan, European data format 'plus' (EDF+), Clin.
// Neurophysiol. 114 (2003) 1755; and of BioSemi for BDF, which has 24-bit
// samples.
package edf
