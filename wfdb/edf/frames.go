package edf

// frames.go: signals of several rates, each with its own samples. A frame holds
// the smallest whole numbers of samples of all signals that are delivered, as a
// frame of a WFDB record does: of 3000 and 30 samples per data record 100 and 1.

// SamplesPerFrame returns the number of samples of each signal in a frame of
// ReadFrames.
func (r *Reader) SamplesPerFrame() []int {
	g := max(r.framesPerRecord(), 1)
	n := make([]int, len(r.lanes))
	for i := range r.lanes {
		n[i] = r.lanes[i].samples / g
	}
	return n
}

// FrameRate returns the number of frames of ReadFrames per second.
func (r *Reader) FrameRate() float64 {
	if r.perRecord == 0 {
		return r.format.Rate
	}
	return r.h.seconds.rate(r.framesPerRecord())
}

// framesPerRecord is the greatest common divisor of the samples of all signals.
func (r *Reader) framesPerRecord() int {
	g := 0
	for i := range r.lanes {
		for a := r.lanes[i].samples; a > 0; {
			g, a = a, g%a
		}
	}
	return g
}

// ReadFrames reads whole frames of samples as they are stored: those of the
// first signal, then those of the second; InvalidSample where there is none. A
// gap of a part of a frame is rounded. After a Read or SeekFrame into the
// middle of a frame it goes on with the next one.
func (r *Reader) ReadFrames(p []int32) (int, error) {
	g := r.framesPerRecord()
	if g == 0 {
		return r.ReadDigital(p)
	}
	unit := r.perRecord / g // frames of Read in one of these
	width := 0
	for i := range r.lanes {
		width += r.lanes[i].samples / g
	}
	return readUnits(r, p, width, unit, InvalidSample, func(dst []int32, sub, n int) {
		for f := range n {
			at := f * width
			for i := range r.lanes {
				l := &r.lanes[i]
				k := l.samples / g
				for j := range k {
					v, ok := r.decode(l, (sub/unit+f)*k+j)
					if !ok {
						v = InvalidSample
					}
					dst[at+j] = v
				}
				at += k
			}
		}
	})
}
