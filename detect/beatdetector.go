package detect

import "github.com/sinus-ecg/sinus/ecg"

// Beats returns the classifier as a detector whose beats have classes: for a stage
// that has a detector inside, as AtrialWaves, or that has no use for posteriors.
// It is the same stage, not a copy: one of the two is fed.
func (b *BeatClassifier) Beats() ecg.Stage[float64, ecg.Beat] {
	return &beatDetector{BeatClassifier: b, out: make([]ClassifiedBeat, 0, beatBlock)}
}

type beatDetector struct {
	*BeatClassifier
	out []ClassifiedBeat // scratch
}

func (d *beatDetector) Append(dst []ecg.Beat, in []float64) []ecg.Beat {
	d.out = d.BeatClassifier.Append(d.out[:0], in)
	return d.plain(dst)
}

func (d *beatDetector) Flush(dst []ecg.Beat) []ecg.Beat {
	d.out = d.BeatClassifier.Flush(d.out[:0])
	return d.plain(dst)
}

func (d *beatDetector) plain(dst []ecg.Beat) []ecg.Beat {
	for i := range d.out {
		dst = append(dst, d.out[i].Beat)
	}
	return dst
}
