// Package synth makes ECG signals of patients that do not exist, with exact
// truth: where each R peak is, to a fraction of a sample, and what kind of beat
// it is. It is the embedded default of every example and test.
//
//	p, err := synth.New(synth.Default())
//	...
//	n, err := p.Read(frames)      // an ecg.Signal, MLII and V5 in mV
//	beats = p.Truth(beats[:0])    // the beats of what has been read
//
// The waves are those of McSharry, Clifford, Tarassenko and Smith (A dynamical
// model for generating synthetic electrocardiogram signals, IEEE Trans. Biomed.
// Eng. 50:289-294, 2003): Gaussian events P, Q, R, S, T around the limit cycle,
// here as the closed form of its integral, so that no solver's error is in the
// truth. As there, P and T move with the square root of the RR interval, and the
// RR intervals have a low-frequency (0.1 Hz) and a high-frequency (0.25 Hz)
// component. Premature beats, runs, pauses, loss of signal and three kinds of
// noise come on top.
//
// The same seed gives the same bits on every machine, for any block size; the
// same patient at another rate has the same beats.
package synth
