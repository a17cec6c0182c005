package wfdb

// Format 8: each byte is the signed difference to the sample before of the same
// signal; the first is a difference to the initial value in the header. There
// is no code for an invalid sample. To reach a sample one must decode all
// before it.
var format8 = format{
	number: 8, resolution: 12, low: -1 << 31, high: 1<<31 - 1, valid: true, samples: 1, bytes: 1,
	decode: func(dst []int32, src []byte) { // the differences
		for i, b := range src[:len(dst)] {
			dst[i] = int32(int8(b))
		}
	},
	encode: func(dst []byte, src []int32) { // differences
		for i, v := range src {
			dst[i] = byte(v)
		}
	},
	source: func(g *group) source {
		return &deltaSource{packed: newPacked(g), g: g, value: make([]int32, len(g.signals))}
	},
}

// deltaSource sums up the differences of a packed source.
type deltaSource struct {
	packed *packedSource
	g      *group
	value  []int32 // last sample of each signal
	begun  bool
	at     int64
}

func (s *deltaSource) read(dst []int32) (int, error) {
	if !s.begun {
		s.begun = true
		for i, sig := range s.g.signals {
			s.value[i] = sig.InitialValue
		}
	}
	n, err := s.packed.read(dst)
	width := s.g.width
	for i := 0; i < n; {
		// A read begins with a frame, and may end within one at the end of the file.
		for k := range s.g.signals {
			v := s.value[k]
			for range s.g.signals[k].SamplesPerFrame {
				if i == n {
					break
				}
				v += dst[i]
				dst[i] = v
				i++
			}
			s.value[k] = v
		}
	}
	s.at += int64(n / width)
	return n, err
}

// seek decodes from the start, or from here if that is nearer.
func (s *deltaSource) seek(frame int64) error {
	if frame < s.at {
		if err := s.packed.seek(0); err != nil {
			return err
		}
		s.begun, s.at = false, 0
	}
	return skipFrames(s, s.g.width, frame-s.at)
}

func (s *deltaSource) offset() int64 { return s.packed.offset() }

func (s *deltaSource) close() error { return s.packed.close() }

// skipFrames reads and drops frames; the end of the file is no error here.
func skipFrames(s source, width int, frames int64) error {
	buf := make([]int32, max(1, 4096/width)*width)
	for left := frames; left > 0; {
		n := min(left, int64(len(buf)/width))
		got, err := s.read(buf[:n*int64(width)])
		if left -= int64(got / width); err != nil {
			return nil // it comes again with the next read
		}
	}
	return nil
}
