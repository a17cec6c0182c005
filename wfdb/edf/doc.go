// Package edf reads EDF, EDF+ and BDF files, and writes EDF+.
//
//	r, err := edf.Open(os.DirFS("data"), "night.edf")
//	...
//	defer r.Close()
//	for frame, err := range ecg.Frames(r) { ... } // one value per signal
//
// A Reader is an ecg.Signal, as a wfdb.Record is. The signals of a file may
// have several rates: the Reader has that of the fastest one it delivers, and
// slower ones repeat their samples (Options.Signals chooses). Values are in the
// units of the file; gaps of a discontinuous file (EDF+D) are frames of NaN.
//
// The Reader holds one data record, so memory follows the bytes that arrive,
// and Limits bounds what a header may claim.
//
// The formats are those of B. Kemp et al., A simple format for exchange of
// digitized polygraphic recordings, Electroenceph. clin. Neurophysiol. 82
// (1992) 391; B. Kemp, J. Olivan, European data format 'plus' (EDF+), Clin.
// Neurophysiol. 114 (2003) 1755; and of BioSemi for BDF, which has 24-bit
// samples.
package edf
