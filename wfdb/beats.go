package wfdb

import "github.com/sinus-ecg/sinus/ecg"

// Beats returns a reader of the beats among annotations, and of nothing else: a
// rhythm or quality mark between two beats does not split their interval.
//
// class maps codes to classes, Code.BxbClass or Code.DeChazalClass; nil is the
// first. A beat is what has a class there, or is Unclassified but counted as a
// beat by the WFDB programs (Code.IsBeat), which concerns FlutterWave.
func Beats(r ecg.Reader[Annotation], class func(Code) ecg.Class) ecg.Reader[ecg.Beat] {
	if class == nil {
		class = Code.BxbClass
	}
	return &beats{r: r, class: class, buf: make([]Annotation, 64)}
}

type beats struct {
	r     ecg.Reader[Annotation]
	class func(Code) ecg.Class
	buf   []Annotation
	rest  []Annotation
	err   error
}

func (b *beats) Read(p []ecg.Beat) (int, error) {
	n := 0
	for n < len(p) {
		if len(b.rest) == 0 {
			if b.err != nil {
				return n, b.err
			}
			var m int
			m, b.err = b.r.Read(b.buf)
			if b.rest = b.buf[:m]; m == 0 && b.err == nil {
				return n, nil
			}
			continue
		}
		a := &b.rest[0]
		b.rest = b.rest[1:]
		if c := b.class(a.Code); c != ecg.Unclassified || a.Code.IsBeat() {
			p[n] = ecg.Beat{At: a.Time, Known: a.Time, Class: c}
			n++
		}
	}
	return n, nil
}

// CodeOf returns the code by which a beat of a class is annotated; Normal for
// an Unclassified one, as detectors write it.
func CodeOf(c ecg.Class) Code {
	switch c {
	case ecg.Supraventricular:
		return SupraventricularEctopic
	case ecg.Ventricular:
		return PrematureVentricular
	case ecg.Fusion:
		return FusionVentricular
	case ecg.Unknown:
		return Unclassifiable
	}
	return Normal
}
