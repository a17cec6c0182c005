package detect

// The inputs of the models, all relative to the patient. Ratios are natural
// logarithms unless told otherwise.
const (
	// Rhythm: the interval before the beat (RR) beside those of the past.
	inRR32         = iota // RR / median of 32, no logarithm
	inRR8                 // RR / mean of 8
	inRRMedian32          // RR / medians
	inRR128               //
	inRRBase              // RR / median of the last 24 that were not short
	inRRBefore            // RR / the interval before
	inBefore1             // the three intervals before / median of 32
	inBefore2             //
	inBefore3             //
	inRank                // rank of RR among 32, 0 to 1
	inQ25of16             // RR / quantiles
	inQ10of32             //
	inQ75of32             //
	inQ90of32             //
	inQ25of128            //
	inQ75of128            //
	inQ90of128            //
	inQ75of256            //
	inQ90of256            //
	inRun                 // ln(1 + short intervals in a row)
	inRunStart            // the first of these / base, no logarithm
	inIrregular8          // median change from interval to interval / median of 32
	inIrregular32         //
	inIrregular128        //
	inRough12             // root mean square change of 12 / median
	inJumps32             // share of changes above 10 % of 32
	inEntropy             // of the histogram of 32 intervals, bits
	inLogM32              // median of 32, ln s
	inLogRR               // RR, ln s
	inEarly32             // share of premature beats of 32
	inSpread8             // standard deviation / mean of 8
	inTop8                // RR / longest of 8
	inAlternate2          // how much every second interval is alike
	inAlternate3          //
	inNext                // the interval behind the beat (RR1) / median of 32
	inNextRatio           // RR1 / RR
	inPair                // (RR + RR1) / 2 medians, no logarithm: 1 is a full compensatory pause
	inNextQ75             // RR1 / quantile
	inNextM8              // |RR1 / mean of 8|
	rhythmInputs          // number of those above

	// Shape.
	inZ0             = iota - 1 // first guess: early and of low frequency
	inRDominant                 // correlation with the dominant shape
	inGain                      // height beside it
	inRNormal                   // best correlation with a normal shape
	inRLeast                    // the same of the lead with the least likeness
	inRMost                     // and of that with the most
	inFar                       // distance from it in usual distances, mean of the leads
	inFarLeast                  //
	inFarMost                   //
	inArea                      // area beside that of the dominant shape
	inRNext                     // correlation with the next beat
	inRPrev                     // and with the one before
	inRCluster                  // with the cluster that fits best
	inClusterEarly              // premature share of that
	inClusterCount              // ln(1 + its beats, decaying)
	inClusterRR                 // its usual RR / median of 32
	inClusterRun                // share of its beats that follow one of their own
	inClusterRegular            // share of its beats that come as the beat before did, on time
	inClusterP                  // usual difference of its P waves
	inClusterSame               // ln(1 + beats of it in a row before this one)
	inWidth                     // ms, no ratio
	inWidthRatio                // beside the nearest normal shape
	inFrequency                 // ln Hz, no ratio
	inNoise                     // share of noise before the beat
	inPrevAbnormal              // the beat before looks abnormal: 0 or 1
	inAbnormal10                // how many of the last 10 do
	inP                         // correlation of the P window with the usual one
	inPQ                        // what that usually is
	inPDrop                     // the difference
	inPRise                     // height in the P window beside the usual one
	inDoubt                     // ln of what the detector's confidence is short of 1
	inDoubt8                    // that of the beats before
	inMisfit8                   // how little these fitted their clusters
	inRest                      // how far the P window is from the usual one
	inRest8                     // that of the beats before
	inRKnown                    // best correlation with a shape that has come often and is not normal
	inPrevNormal                // rNormal of the beat before
	inNextDoubt                 // what the next beat tells of itself: doubt,
	inNextNormal                // likeness to a normal shape
	inNextCluster               // and to its cluster

	// Of other models.
	inXS       // log odds of S by the rhythm alone
	inAF       // running probability of atrial fibrillation
	beatInputs // number of all
)

// BeatInputs are the names of the inputs, for the trainer.
var BeatInputs = [beatInputs]string{
	"rr32", "rr8", "rrMedian32", "rr128", "rrBase", "rrBefore", "before1", "before2", "before3", "rank", "q25of16", "q10of32",
	"q75of32", "q90of32", "q25of128", "q75of128", "q90of128", "q75of256", "q90of256", "run", "runStart", "irregular8",
	"irregular32", "irregular128", "rough12", "jumps32", "entropy", "logM32", "logRR", "early32", "spread8", "top8",
	"alternate2", "alternate3", "next", "nextRatio", "pair", "nextQ75", "nextM8",
	"z0", "rDominant", "gain", "rNormal", "rLeast", "rMost", "far", "farLeast", "farMost", "area", "rNext", "rPrev",
	"rCluster", "clusterEarly", "clusterCount", "clusterRR", "clusterRun", "clusterRegular", "clusterP", "clusterSame", "width", "widthRatio", "frequency", "noise", "prevAbnormal", "abnormal10",
	"p", "pq", "pDrop", "pRise", "doubt", "doubt8", "misfit8", "rest", "rest8", "rKnown", "prevNormal", "nextDoubt", "nextNormal", "nextCluster", "xS", "af",
}

// neutralShape are the inputs of shape when no lead shows anything: those of a
// normal beat, so that the rhythm decides.
func neutralShape(x []float32) {
	for _, i := range [...]int{inRDominant, inRNormal, inRLeast, inRMost, inRCluster} {
		x[i] = 1
	}
	for _, i := range [...]int{inZ0, inGain, inFar, inFarLeast, inFarMost, inArea, inClusterEarly, inWidthRatio, inP, inPQ, inPDrop, inPRise, inPrevAbnormal, inAbnormal10} {
		x[i] = 0
	}
	x[inZ0] = -3
	x[inClusterCount] = 4
	x[inClusterRR], x[inClusterRun], x[inClusterRegular], x[inClusterP], x[inClusterSame] = 0, 1, 1, 0, 4
	x[inWidth], x[inFrequency], x[inNoise] = 80, 2.3, -4
	x[inRest] = beatQuiet0
	x[inRKnown] = 0
}
