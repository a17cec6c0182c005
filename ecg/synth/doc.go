// Package synth makes ECG signals of patients that do not exist, with exact
// truth: where each R peak is, to a fraction of a sample, and what kind of beat
// it is. It is the embedded default of every example and test.
//
//	p, err := synth.New(synth.Default())
//	...
//	n, err := p.Read(frames)      // an ecg.Signal, MLII and V5 in mV
//	beats = p.Truth(beats[:0])    // the beats of what has been read
//	told = p.Episodes(told[:0])   // the rhythms that have ended in it
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
// A [Rhythm] takes the place of the sinus rhythm for a while:
//
//   - Atrial fibrillation has the beats of the AV-node model of Corino, Sandberg,
//     Mainardi and Sornmo (IEEE Trans. Biomed. Eng. 58:3386-3395, 2011) and the f
//     waves of Stridh and Sornmo (IEEE Trans. Biomed. Eng. 48:105-111, 2001), as
//     have the waves of atrial flutter, with whole numbers of them to a beat.
//   - Second-degree block is that of Wenckebach or of Mobitz (II), third-degree
//     block P waves and a narrow escape rhythm that do not know of each other.
//   - Ventricular rhythms are wide beats of one focus, paced ones have a spike.
//   - Ventricular flutter is nearly a sine, ventricular fibrillation a band of
//     sines of random phase around one frequency, which becomes finer with time
//     (Clayton, Murray and Campbell, Eur. Heart J. 16:1115-1119, 1995: a single
//     spectral peak at 4.8 Hz on average); asystole is nothing at all.
//
// They are what a textbook shows, not a measure of how well a detector does on
// people: two patients in the same rhythm differ by more than two seeds.
//
// The same seed gives the same bits on every machine, for any block size; the
// same patient at another rate has the same beats.
package synth
