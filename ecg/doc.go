// Package ecg holds the words and the two contracts of sinus.
//
// The words are the things that move through a monitor: a [Signal] in
// millivolts with its [Format], and what is found in it: [Beat], [Interval],
// [Episode], [Quality], [Event].
//
// The contracts are [Reader] and [Stage]. A Reader is an io.Reader for values
// of any kind and is pulled; a Stage is pushed: a packet arrives, Append
// returns what is known now. [Through] joins both, so that the same stage, bit
// for bit, runs over a live device and over a record.
//
//	beats := ecg.Through(signal, detector)
//	for b, err := range ecg.All(beats) {
//		...
//	}
//
// # Rules for every Reader and every Stage
//
// Positions are int64 sample numbers of the source stream, counted in frames
// from 0; [Clock] maps them to wall time. NaN is "no sample": a lost packet, a
// lead that is off. The sample clock runs on over NaN, and neither NaN nor an
// infinity stays in any state. Cutting the input into other blocks changes no
// bit of the output. What has been emitted is never taken back: each result
// says where it is (At, Start, End) and with which sample it became known
// (Known).
//
// Package ecg/ecgtest puts any Reader or Stage through this contract, package
// ecg/synth makes signals with exact truth.
//
// sinus is not a medical device.
package ecg
