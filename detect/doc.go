// Package detect finds heart beats in an ECG while it arrives.
//
// A detector is an [ecg.Stage] from samples in mV to beats:
//
//	d, err := detect.NewQRS(detect.QRSConfig{Rate: 250, Leads: 2})
//	...
//	beats = d.Append(beats[:0], packet) // what is known now
//
// Missing samples are NaN. What is emitted is final; Beat.At is the R peak in
// the signal, Beat.Known the sample with which it became known.
//
// # The QRS detector
//
// [QRS] is the default. It sees each lead on one grid of 200 Hz that has zeros at
// the mains frequencies. Its evidence, at three scales, is the length of the
// output of an even and an odd kernel: one hump per complex, whatever its polarity.
// Every hump above 8 % of the level is a candidate, some three per beat; each is
// judged in order and finally: at a glance 125 ms behind it, if it looks just like the
// last beats and comes when one may come; by a tiny network, if it is clear; by
// networks with 161 inputs 180 ms behind it; if these leave it open, by the mean of
// them and of others with 181 inputs 320 ms behind it. What looks like two of
// the last eight beats needs less certainty at the first look: it is no P wave. Of
// each group the first is asked alone if it is sure. The inputs are what the candidate and its
// surroundings look like beside the last eight beats, as ratios, so that gain and
// polarity do not enter.
// Search-back takes the best rejected candidate after 1.55 median intervals
// without a beat. A P wave is not taken for its QRS: where two candidates exclude each
// other and one has 2.5 times the evidence, it is the beat, and what the second look
// accepts is none if the first look is surer of one 120 to 220 ms behind it.
//
// With several leads the candidates of all are joined, and their log odds weighted
// by how well each lead has agreed with the decisions of the last half minute; a
// lead that is off has no voice. Candidates within 120 ms of each other of which
// none is a beat but one probably is are one: leads see wide complexes at different
// times.
//
// The idea of permissive candidates and a verifier, with augmented training, is
// this project's own; the networks are trained with rows from the detector's own
// decisions (S. Ross, G. J. Gordon and J. A. Bagnell, AISTATS 2011). Data, method
// and figures are in models/qrs.md, the trainer is bench/train.
//
// # Pan-Tompkins and its choices
//
// [PanTompkins] follows the paper of 1985; its filters at 200 Hz equal SciPy's
// output of the published transfer functions, with the high-pass as the paper
// describes it, not as it is printed (the printed denominator 1 + z^-1 is a
// slip). Where the text is silent or leads into a dead end, this is what was
// chosen, and what other choices give on the 48 records of the MIT-BIH
// Arrhythmia Database (lead 0, from 5:00, rules of bxb; chosen on the 22
// records of DS1). The figure of the first line comes from
//
//	go run ./bench/cmd/ec57 -db ../shared/data/mitdb -detector pantompkins
//
// the others from the same command with that one constant changed:
//
//	                                                             Se      +P
//	as it is                                                   99.846  99.634
//	a peak ends after 95 ms without a rise (here 150 ms)       99.850  99.529
//	T wave below half of the slope (the paper's; here 0.6)     99.867  99.461
//	first signal level half of the maximum (here a third)      99.846  99.635
//	no new start of the regular RR average after 8 outside     99.807  99.642
//	no new learning after 2 s without a beat                   99.810  99.650
//	none of the last two, and half of the slope                99.774  99.499
//	thresholds not halved in irregular rhythm (the paper's)    99.682  99.733
//	no search-back (the paper's)                               99.718  99.630
//
// # Classes of beats
//
// [BeatClassifier] gives each beat its class by ANSI/AAMI EC57 and the probability
// of each class, one beat after it (or at once, with BeatConfig.Immediate). It has
// a detector inside and looks at the signal of all leads itself:
//
//   - rhythm: the interval before the beat, and behind it, beside medians,
//     quantiles and changes of the last 8 to 256; two forests of small trees,
//     taught by long records that have no signals, say from these how probable S
//     and atrial fibrillation are;
//   - shape: up to 12 clusters of QRS complexes that look alike on all leads
//     together, one of them dominant; likeness, area, width beside the normal
//     ones, likeness of neighbours, and how the beats of a cluster come as a whole:
//     in runs, regularly, early, with the usual P wave or without, which tells a
//     bundle branch block that comes and goes from ventricular beats. Each lead
//     counts by how reliably it has shown the dominant shape, over its noise,
//     whatever its gain;
//   - P wave: likeness with the usual one, with the T wave of the beat before
//     taken away.
//
// Small networks and a forest then decide on V, another forest on S; a beat that is
// early beside a V gets a second look by a forest that knows what runs are made of.
// The idea of these inputs is common (P. de Chazal et al. 2004, M. Llamedo and J. P.
// Martínez, IEEE Trans. Biomed. Eng. 58:616-625, 2011); clusters with a dominant shape
// are those of P. Hamilton's OSEA. How it was taught, and how good it is, stands in
// models/beats.md; bench/train makes the weights. [BurdenCounter] counts ectopic beats
// per hour.
//
// # Signal quality
//
// [SignalQuality] gives each lead and second the probability that the beats found
// there can be trusted, with its reasons: a gate for what is computed from beats.
//
// # Rhythms
//
// [RhythmRules] makes episodes of beats: rates, pauses, runs and patterns of
// ventricular beats, escape and paced rhythms, blocks, by the definitions of
// guidelines and standards. [AFDetector] finds atrial fibrillation by the
// irregularity of intervals; it works alone or within the rules. Its networks
// stand in models/af.md. [AtrialWaves] looks for P waves and the waves of fibrillation
// in the signal; with its evidence (AppendEvidence of both) there are half as many
// false alarms (models/atrial.md); [BeatClassifier.Beats] gives it beats with classes.
// The rules and AFDetector need the clock besides the beats, and to be told by
// Break where there is no signal; AppendVF tells the rules of what a VFDetector finds.
//
// # Ventricular fibrillation and asystole
//
// [VFDetector] needs no beats: each second it asks the waveform of every lead.
// Its windows and ratios are those that the literature on shock advice has found
// (moments, threshold crossings of Arafat et al. 2011, the leakage of Kuo and
// Dillman 1978, the flat slope between QRS complexes of Irusta and Ayala et al.
// 2014), without the counts of cells of a phase space, which may be claimed. Asystole
// it tells by a line that is still against what the lead has shown (models/vf.md).
//
// sinus is not a medical device.
package detect
