// Package filter designs filters for an ECG and runs them over a stream.
//
//	band, err := filter.Butterworth(2, filter.BandPass, 360, 5, 15)
//	...
//	c, err := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: band.Sections()})
//	...
//	out = c.Append(out[:0], packet)
//
// # Design with feedback
//
// [Butterworth], [Chebyshev1], [Chebyshev2], [Elliptic] and [Bessel] give low-,
// high-, band-pass and band-stop; [Notch], [Peak], [CombNotch] and [CombPeak] one
// frequency or a comb of them; [Spec.Order] the order that a task needs. A design
// is poles and zeros ([ZPK]) and, to run it, second-order sections ([Section],
// with SciPy's signs). The polynomial form b/a is never used: it loses the digits
// that an ECG's low cut-offs need.
//
// # Design without feedback
//
// [FIRWindow], with a [Window] such as [Hamming] or [Kaiser], is the simple way;
// [KaiserOrder] says how many taps a ripple takes. [Remez] needs the fewest taps
// for it (Parks and McClellan), [RemezDifferentiator] and [RemezHilbert] make
// derivatives and quadrature signals, [FIRLeastSquares] and [FIRSampled] follow a
// curve. All delay every frequency alike, by half of their length.
//
// # Run time
//
// [Cascade] runs sections and [Convolver] a [FIR] as an ecg.Stage over one lead
// or interleaved frames of many: blocks of any size, one sample at a time, or
// resumed from a checkpoint give the same bits, on every processor. The first
// good sample primes them, as if it had been there for ever, so that an electrode
// offset does not ring. NaN is no sample: it comes out as NaN and enters no state;
// after more than 20 ms without a sample a lead is primed anew. What comes out is
// late by the group delay, which stages, sections and designs tell
// ([Cascade.GroupDelay], [GroupDelay], [ZPK.GroupDelay]).
//
// [ZeroPhase], [ZeroPhaseOptimal] and [FIR.ZeroPhase] run over a record forwards
// and backwards, without any delay; [Run] is the bare filter. For a whole signal
// there are [Detrend], [SavitzkyGolay], [Hilbert] and [Envelope], and for one
// period [ResamplePeriodic].
//
// # Pieces for an ECG
//
// Ready-made pieces stand between electrode and detector. [Preset] has the bands
// of the standards. [Mains] subtracts the hum that it measures between the
// complexes. [MedianBaseline], [LinearHighPass] and [SplineBaseline] take the
// baseline out, [Pacing] the pulses of a pacemaker, which it reports. [Average],
// [Integral], [Polynomial] and [NewDerivative] smooth and differentiate;
// [Resampler] changes the rate, with the exact map of positions ([RateMap]);
// [Flags] tells flat leads, rails and leads that are off. Output k of a filter
// with look-ahead belongs to input k and comes Delay later: nothing is shifted.
// Causal filters state their group delay ([ZPK.GroupDelay],
// [Integral.GroupDelay]).
//
// # Sources
//
// Pieces name theirs; the designs are those of:
//
//	prototypes   S. Butterworth, Wireless Engineer 7:536, 1930; W. E. Thomson (Bessel),
//	             Proc. IEE 96:487, 1949; T. W. Parks and C. S. Burrus (Chebyshev,
//	             elliptic), Digital Filter Design, 1987, chapter 7
//	bands        frequency transformation and bilinear transformation with warped
//	             edges: A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal
//	             Processing, 1989, chapter 7; sections after L. B. Jackson, IEEE
//	             Trans. Audio Electroacoust. 18:107, 1970
//	orders       L. R. Rabiner and B. Gold, Theory and Application of Digital Signal
//	             Processing, 1975, section 4.6
//	notch, comb  S. J. Orfanidis, Introduction to Signal Processing, 1996, sections
//	             11.3 and 11.5
//	windows      F. J. Harris, Proc. IEEE 66:51, 1978; A. H. Nuttall, IEEE Trans.
//	             Acoust. Speech Signal Process. 29:84, 1981; J. F. Kaiser, Proc. IEEE
//	             Int. Symp. Circuits Syst. 20, 1974
//	Remez        T. W. Parks and J. H. McClellan, IEEE Trans. Circuit Theory 19:189,
//	             1972; with L. R. Rabiner, IEEE Trans. Audio Electroacoust. 21:506, 1973
//	zero phase   F. Gustafsson, IEEE Trans. Signal Process. 44:988, 1996
//
// # Accuracy
//
// Held against SciPy 1.10 and against the truth, computed with 40 to 90 digits,
// by go test ./filter:
//
//	responses of 1002 designs         1e-12, or ten times SciPy's own error
//	zeros, poles; gain                1e-13; 1e-12 of itself
//	group delay                       5e-12 of itself; of rounded sections 1e-9
//	outputs, states of sections       1e-12 of the largest value, from the truth
//	taps: window, Remez, squares      5e-15, 1e-13, 1e-12
//	medians; all that smooths         equal; 1e-12 of the largest value
//	resample_poly, decimate, upfirdn  1e-12; of its IIR form, in b/a there, 1e-10
//	detrend, Hilbert, resample        1e-13, 1e-12, 1e-12
//
// Where SciPy differs by more, it is off itself: its steady state of a 0.05 Hz
// high-pass by 2e-10, its forward-backward filter after Gustafsson by 3e-11, its
// band-stop edges by the 1e-5 at which its search stops.
//
// # Speed
//
// Nanoseconds per lead and sample on a loaded AMD EPYC: the best of 300 runs of 2
// ms (SciPy: of 30), and its ratio to the best of the plain loop over one section,
// whose chain of four operations takes 12 cycles (go test ./filter -run '^$'
// -bench 'Reference|SOS|FIR' -benchtime 2ms -count 300 -cpu 1; SciPy 1.10.1 over
// 1e5 samples a call, leads as rows):
//
//	                          here           scipy.signal.sosfilt
//	plain loop                3.55  1.00
//	1 section                 2.6   0.73     7.7   2.0
//	4 sections                5.2   1.48     7.9   2.0
//	1 section, 12 leads       1.5   0.43      12   3.1
//	1 section, packet of 1024 2.6   0.73      30   7.7
//	FIR, 101 taps              29   8.3
//
// A stage allocates nothing. After a day its output is that of one which began
// an hour before, within 3e-12 mV (go test -tags slow -run Day ./filter).
package filter
