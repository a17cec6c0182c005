package wfdb

// deidwords.go: the texts that stay in a record without personal data.

import (
	"regexp"
	"slices"
	"strings"
)

// rhythmTexts are those of rhythm annotations in the databases of PhysioNet.
var rhythmTexts = strings.Fields(`(N (NSR (AB (AFIB (AFL (AT (B (BI (BII (BIII (IVR (J (NOD (P (PM (PREX (SBR
	(SVTA (STACH (T (VER (VF (VFIB (VFL (VT (VC (VRUN (ASYS (PAUSE (HGEA (NOISE (SAB (MIS`)

// stText are the texts of ST and T changes: "(ST0+", "AST1-120", "ST0+)".
var stText = regexp.MustCompile(`^(\(|A|\(rt|art|rt)?(ST|T)[0-9]?(\+|-){1,2}[0-9]{0,4}\)?$`)

// measurement is the number of a measurement annotation, or the two of a beat
// ("ST0 ST1" in µV).
var measurement = regexp.MustCompile(`^-?[0-9]{1,4}(\.[0-9]{1,4})?( -?[0-9]{1,4})?$`)

// usualText reports whether the text of an annotation is one of those that
// databases agree on.
func usualText(a Annotation) bool {
	t := strings.TrimSpace(a.Text())
	switch a.Code {
	case RhythmChange:
		return slices.Contains(rhythmTexts, t)
	case STChange, TWaveChange:
		return stText.MatchString(t)
	case Measurement:
		return measurement.MatchString(t)
	case Note:
		return t == "MISSB" || t == "PSE" || t == "TS" // mitdb
	}
	return a.Code.IsBeat() && measurement.MatchString(t)
}
