// Package features measures hearts: intervals between beats, heart-rate
// variability, and the waves of each beat.
//
//	beats → Intervals → ecg.Interval   which are NN, what was corrected
//	                  → Sliding        every index of the last 5 min, each 30 s
//	                  → Summaries      a day in constant memory
//	                  → Series → Analyze   a list at once
//	signal → Morphology → BeatFeatures   QRS, P, ST, T, QTc of each beat
//
// All are ecg.Stage: they take any block size, checkpoint, allocate nothing in
// the steady state and give the same bits on every machine. Live and batch are
// one implementation: a Window of Sliding is Analyze of its intervals.
//
// What can't be computed is NaN with a Reason (type Index), never an error and
// never an infinity. Every result carries its settings.
//
// # Definitions
//
// n intervals RR in ms, d the differences of intervals that share a beat. An
// interval at an ectopic beat or a gap is no NN interval (Intervals), and no
// difference, Poincaré point, run or PRSA window reaches across what was left
// out (Series.Join). Entropies, DFA, correlation dimension and spectra take the
// intervals as a list, spectra with their times.
//
//	SDNN            standard deviation, divisor n-1
//	RMSSD           √(mean d²)
//	SDSD            standard deviation of d about its mean, divisor (number of d)-1
//	NN50, pNN50     count of |d| > 50 ms, d rounded to 1e-6 ms; in % of the number of d
//	CVNN, CVSD      SDNN/mean, RMSSD/mean
//	MAD             median |RR-median| · 1.482602218505602
//	quantiles       linear between order statistics (Hyndman-Fan 7)
//	HR, HRMean      60000/mean; mean of 60000/RR
//	SDANN           SD (n-1) of the means of 5-min segments
//	SDNN index      mean of their SDs (n-1). Segments begin with the first interval;
//	                one that is not over does not count, nor one of a single interval
//	triangular      n / highest bin, bins of 7.8125 ms aligned to 0
//	TINN            base of the triangle fitted by least squares, apex in the first
//	                highest bin, feet on bin centres at most one bin outside
//	stress index    AMo/(2 Mo MxDMn), bins of 50 ms; also with the median, and its root
//
//	resampling      cubic spline, not-a-knot ends, 4 Hz, time of RR = its end; at 75/min
//	                it takes 5 % from the power of a wave of 0.35 Hz (below 1 % to
//	                0.25 Hz), which Lomb keeps
//	Welch           segments of 256 s, half overlap, periodic Hann, mean removed per
//	                segment, NFFT 1024, one-sided density
//	Lomb            classical with τ, mean removed, step 1/(4 T), density 2 P dt: a sine
//	                keeps its power a²/2
//	Burg            order 16, mean removed, 2E/(fs|A|²) on the grid of Welch
//	band power      sum of the density over low <= f < high, times the step; a band
//	                that holds no frequency of the grid is TooShort, not 0 (ULF of Lomb
//	                in a minute of beats)
//	bands           ULF 0-0.003, VLF -0.04, LF -0.15, HF -0.4, VHF -0.5 Hz
//	nu, total       100 LF/(LF+HF); all below 0.4 Hz
//	detrending      mean, line, or smoothness priors (λ) before all else
//
//	SD1, SD2        SD (n-1) of (y-x)/√2 and (y+x)/√2
//	SampEn          m 2, r 0.2 SDNN, n-m patterns for both lengths, distance <= r, nat
//	ApEn            m 2, r 0.2 SDNN, with self-matches, nat
//	FuzzyEn         m 2, r 0.2 SDNN, exp(-(d/r)²), mean of each pattern removed
//	multiscale      means of blocks, m 2, r 0.15 SDNN of scale 1 at every scale
//	DFA             boxes 4-16 and 16-64, every n, no overlap, slope of log F
//	corr. dimension m 10, lag 1, ten radii from the 1st to the 10th percentile. A pair
//	                at a radius is not closer; RR on a grid of samples has many such
//	                pairs at the first and last radius, which others leave to rounding
//	                (to 2 % of the count at 360 Hz)
//	fragmentation   PIP, IALS, PSS, PAS after Costa 2017, of the intervals
//	DC, AC          PRSA, T 1, s 2, changes to 5 %
//	turbulence      onset (%) and slope (ms/interval) after single PVCs, Schmidt 1999
//
// # Why others give other numbers
//
// NeuroKit2 (March 2026), hrv-analysis 1.0.5, pyHRV 0.4.1, BioSPPy 2.1.2, hrv
// 0.2.10, antropy 0.1.9 and nolds 0.6.1 differ by definition as follows; where
// nothing is said they agree (go test ./features -run Peers: our number, or our
// number with the difference that is named, within 1e-9).
//
//	SDNN            BioSPPy: divisor n, after removing a λ 500 trend by default
//	SDSD            hrv-analysis: divisor n; pyHRV: SD of |d|
//	pNN50           NeuroKit2, hrv: of n intervals. At 360 Hz most count 50 ms, 18
//	                samples, as more than 50 (16 in place of 14 in MIT-BIH record 121,
//	                947 in place of 946 in 123)
//	HRSD            hrv-analysis: divisor n
//	MAD             NeuroKit2: constant 1.4826 (1.5e-6)
//	triangular      hrv-analysis: bins of 8 ms from 300 ms; BioSPPy: from the shortest RR
//	TINN            NeuroKit2: inside the extremes only, often 0; pyHRV as here
//	SDANN           NeuroKit2: drops the last interval of each segment; pyHRV: keeps
//	                the unfinished segment; both close the gaps
//	SD2             hrv-analysis, hrv: √(2 SDNN² - SD1²); pyHRV, BioSPPy: divisor n
//	PSS, PAS        NeuroKit2: shares of segments, not of intervals
//	SampEn          antropy, BioSPPy: r of the SD with divisor n; nolds, hrv-analysis:
//	                r 0.2006 SD and distance < r; pyHRV: SD with divisor n+1
//	FuzzyEn         NeuroKit2: exp(-d/r), here Exponential
//	DFA             NeuroKit2: 4-11 and 12-n/10, boxes overlap by half; pyHRV, nolds:
//	                slope by RANSAC; Kubios: 4-12 and 13-64
//	Welch           hrv-analysis: linear interpolation, 64 s segments; NeuroKit2:
//	                quadratic at 100 Hz, density divided by its maximum; pyHRV: 75 s;
//	                Kubios: λ 500 first (here SmoothnessPriors), window 300 s
//	Lomb            NeuroKit2, hrv-analysis: without 2 dt, about 0.6 of the power
//	AR              pyHRV: sums decibels; hrv: line removed
//	artefacts       NeuroKit2 flags both intervals of a premature beat and moves two
//	                beats; here one beat gives way, and RMSSD after one pass is that
//	                of NeuroKit2 after its iterations, or nearer the truth
//
// # Waves
//
// Morphology on the QT Database (27 records, 886 beats, cardiologist 1; the
// nearer of both leads; mean ± SD in ms, averaged over records as in the
// literature, and over all beats), beside the wavelet delineator of Martínez et
// al. 2004 on all 105 records, from
// `go test ./features -run TestQTDatabase -v`. Its constants were chosen on the
// same 27 records:
//
//	              here, records   here, beats   wavelet, records
//	P peak          1.6 ±  7.7     1.5 ± 10.1      3.6 ± 13.2
//	QRS onset       1.4 ±  5.9     1.3 ±  7.3      4.6 ±  7.7
//	QRS offset      1.1 ±  7.2     1.2 ±  7.9      0.8 ±  8.7
//	T peak         -2.2 ±  6.9    -1.6 ± 20.6      0.2 ± 13.9
//	T end          -0.4 ± 11.9     0.1 ± 23.9     -1.6 ± 18.1
//
// The CSE working party allows 6.5 ms at the QRS onset and 11.6 ms at its end.
// Over all beats the onset has 7.3 ms, because a reader's habit differs between
// records by more than between beats of one record (means of -8 to 12 ms). The
// spread of T over all beats comes from two records: in sel301 T turns from
// negative to a flat positive part, which the reader follows for 90 ms more than
// Morphology; in sele0104 the reader adds a second bump. A rule that follows such
// parts cost more in the other records than it gave in these two.
//
// sinus is not a medical device.
package features
