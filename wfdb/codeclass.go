package wfdb

import "github.com/sinus-ecg/sinus/ecg"

// Two mappings from annotation codes to the classes of EC57 are in use. They
// differ in the supraventricular escape beats j, e and n, which the evaluator
// counts as S and the classification literature as N; and the evaluator counts
// a beat of a learning period (?) as Q.

// BxbClass returns the class that the evaluators bxb and rxr give to a code
// (ANSI/AAMI EC57:1998, table 3, as in bxb.c with SVEB reports on);
// Unclassified if it is not a beat for them, as FlutterWave is not.
func (c Code) BxbClass() ecg.Class {
	switch c {
	case NodalEscape, AtrialEscape, SupraventricularEscape:
		return ecg.Supraventricular
	case Learning:
		return ecg.Unknown
	}
	return c.DeChazalClass()
}

// DeChazalClass returns the class of P. de Chazal, M. O'Dwyer, R. B. Reilly:
// Automatic classification of heartbeats using ECG morphology and heartbeat
// interval features, IEEE Trans. Biomed. Eng. 51 (2004), table I, which nearly
// all papers about mitdb follow; Unclassified if the code is not a beat there.
// The codes B, n and r, which do not occur in its data, are classed by their
// meaning.
func (c Code) DeChazalClass() ecg.Class {
	switch c {
	case Normal, LeftBundleBranchBlock, RightBundleBranchBlock, BundleBranchBlock,
		NodalEscape, AtrialEscape, SupraventricularEscape:
		return ecg.Normal
	case AberratedAtrial, NodalPremature, AtrialPremature, SupraventricularEctopic:
		return ecg.Supraventricular
	case PrematureVentricular, VentricularEscape, ROnT:
		return ecg.Ventricular
	case FusionVentricular:
		return ecg.Fusion
	case Paced, Unclassifiable, PacedFusion:
		return ecg.Unknown
	}
	return ecg.Unclassified
}
