package wfdb

import (
	"fmt"
	"io"
	"time"
)

// sink writes the signals of one file.
type sink struct {
	name    string
	signals []SignalInfo // in the header of the writer
	format  *format
	at      int // of its first value in a frame of the record
	width   int // values per frame

	preamble []byte
	file     File
	block    []int32 // codes not yet written
	n        int
	frames   int64
	sums     []uint16
	value    []int32 // format 8: the value a reader has, by signal
	packed   []byte
	bytes    int64 // written behind the preamble
	flac     *flacSink
}

// maxBlock bounds the values of a block in memory, and the samples of a FLAC
// block by what its format takes.
const (
	maxBlock     = 1 << 18
	maxFlacBlock = 65535
)

func newSink(h *Header, first, n int, o WriterOptions) (*sink, error) {
	k := &sink{signals: h.Signals[first : first+n], sums: make([]uint16, n)}
	k.name = k.signals[0].File
	k.format = formatOf(k.signals[0].Format)
	k.preamble = o.Preamble[k.name]
	for i := range k.signals {
		k.width += k.signals[i].SamplesPerFrame
	}
	frames := int64(float64(o.Block) / float64(time.Second) * h.Rate)
	frames = min(max(frames, 1), int64(max(1, maxBlock/k.width)))
	if k.format.number > 500 {
		spf := int64(k.signals[0].SamplesPerFrame)
		for i := range k.signals {
			if int64(k.signals[i].SamplesPerFrame) != spf || n > 8 || len(k.preamble) > 0 {
				return nil, &HeaderError{Name: h.Name + ".hea", Field: "format", Value: fmt.Sprint(k.format.number), Err: ErrFormat,
					Want: "1 to 8 signals in a FLAC file, with the same number of samples per frame, and no preamble"}
			}
		}
		// A block of the stream has 16 samples at least, but for the last.
		frames = min(max(frames, (16+spf-1)/spf), max(1, maxFlacBlock/spf))
		k.flac = &flacSink{channels: n, bits: k.format.number - 500, spf: int(spf)}
	} else {
		frames += 5 - (frames+5)%6 // a multiple of 6: whole groups of every packing
	}
	// A Flush may leave the begin of a packing group in front.
	k.block = make([]int32, int(frames)*k.width+k.format.samples-1)
	if k.format.number == 8 {
		k.value = make([]int32, n)
	}
	return k, nil
}

// first takes the initial values from the first frame.
func (k *sink) first(frame []int32) {
	off := 0
	for i := range k.signals {
		s := &k.signals[i]
		s.InitialValue = frame[off]
		if frame[off] == k.format.low && !k.format.valid {
			s.InitialValue = -32768 // as the C library has it
		}
		if k.value != nil {
			k.value[i] = frame[off]
		}
		off += s.SamplesPerFrame
	}
}

// append takes one frame of codes and reports whether the block is full.
func (k *sink) append(frame []int32, clipped *int64) bool {
	if k.frames == 0 {
		k.first(frame)
	}
	k.frames++
	dst := k.block[k.n : k.n+k.width]
	off := 0
	for i := range k.signals {
		for range k.signals[i].SamplesPerFrame {
			v := frame[off]
			if k.value != nil {
				// The step is limited; later steps catch up.
				step := int64(v) - int64(k.value[i])
				if c := min(max(step, -128), 127); c != step {
					step = c
					*clipped++
				}
				k.value[i] += int32(step)
				v = k.value[i]
				dst[off] = int32(step)
			} else {
				dst[off] = v
			}
			k.sums[i] += uint16(v)
			off++
		}
	}
	k.n += k.width
	return len(k.block)-k.n < k.width
}

func (k *sink) create(c Creator) error {
	f, err := c.Create(k.name)
	if err != nil {
		return fmt.Errorf("wfdb: %w", err)
	}
	k.file = f
	if k.flac != nil {
		return k.flac.begin(f)
	}
	if len(k.preamble) > 0 {
		_, err = k.write(k.preamble)
		k.bytes = 0
	}
	return err
}

func (k *sink) write(b []byte) (int, error) {
	n, err := k.file.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		err = &SignalError{Name: k.name, Offset: k.bytes + int64(n), Frame: k.frames, Err: err}
	}
	k.bytes += int64(n)
	return n, err
}

// flush writes all whole packing groups.
func (k *sink) flush() error {
	if k.flac != nil {
		err := k.flac.write(k.block[:k.n], k.width)
		k.n = 0
		return err
	}
	whole := k.n - k.n%k.format.samples
	if whole == 0 {
		return nil
	}
	size := whole / k.format.samples * k.format.bytes
	if cap(k.packed) < size {
		k.packed = make([]byte, len(k.block)/k.format.samples*k.format.bytes+size)
	}
	k.format.encode(k.packed[:size], k.block[:whole])
	k.n = copy(k.block, k.block[whole:k.n])
	_, err := k.write(k.packed[:size])
	return err
}

// close writes what is left, if the file is to be finished, and closes it.
func (k *sink) close(finish bool) error {
	if k.file == nil {
		return nil
	}
	var err error
	if finish {
		err = k.finish()
	}
	if k.flac != nil {
		if e := k.flac.close(finish && err == nil); err == nil {
			err = e
		}
	}
	if e := k.file.Close(); err == nil && e != nil {
		err = fmt.Errorf("wfdb: %w", e)
	}
	return err
}

func (k *sink) finish() error {
	if err := k.flush(); err != nil || k.flac != nil {
		return err
	}
	if k.n > 0 { // an incomplete packing group
		var group [4]int32
		var b [4]byte
		copy(group[:], k.block[:k.n])
		k.format.encode(b[:k.format.bytes], group[:k.format.samples])
		if _, err := k.write(b[:k.format.tailBytes(k.n)]); err != nil {
			return err
		}
	}
	if size := int64(k.signals[0].BlockSize); size > 0 {
		if rest := k.bytes % size; rest > 0 {
			return k.pad(size - rest)
		}
	}
	return nil
}

// pad fills the last block of the file with zeros.
func (k *sink) pad(n int64) error {
	var zeros [4096]byte
	for n > 0 {
		m, err := k.write(zeros[:min(n, int64(len(zeros)))])
		if err != nil {
			return err
		}
		n -= int64(m)
	}
	return nil
}
