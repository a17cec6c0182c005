package wfdb

import (
	"errors"
	"io"
	"io/fs"
)

// group is the signals that share a file, with a window of decoded frames.
// The window holds one block, and as many frames more as the largest skew
// holds back.
type group struct {
	first   int // index of its first signal in the header
	signals []SignalInfo
	format  *format
	file    *signalFile
	src     source
	width   int // samples in a frame
	skew    int // largest of its signals, frames

	share      int // number of groups that share the memory of a record
	window     []int32
	pos, end   int   // frames of the window that are still to come
	decoded    int64 // frames decoded, from the start of the file
	frames     int64 // length by the header; 0: unknown
	err        error // why there are no more: io.EOF or another
	run, most  int64 // frames decoded since the last move, and how many may be: Limits.DecodedBytes
	sequential bool  // all frames were read from the first on

	sums   []uint16 // of the stored codes, for the checksums
	firsts []int32  // first sample of each signal
}

// blockSamples is about the number of samples of a window without skew. The
// window and what is made of it fit the first-level cache together. From
// manyFiles files on, windows and blocks get smaller, that a header with a
// thousand files needs no more memory than one with few.
const (
	blockSamples = 3072
	manyFiles    = 8
)

func newGroup(fsys fs.FS, dir string, h *Header, first, n int) (*group, error) {
	g := &group{first: first, signals: h.Signals[first : first+n], frames: h.Frames, sequential: true}
	g.format = formatOf(g.signals[0].Format)
	name, err := beside(dir, g.signals[0].File)
	if err != nil {
		return nil, err
	}
	g.file = &signalFile{fsys: fsys, name: name}
	for i := range g.signals {
		g.width += g.signals[i].SamplesPerFrame
		g.skew = max(g.skew, g.signals[i].SkewFrames())
	}
	g.sums, g.firsts = make([]uint16, n), make([]int32, n)
	if g.format.source != nil {
		g.src = g.format.source(g)
	} else {
		g.src = newPacked(g)
	}
	return g, nil
}

// firstWindow makes the window.
func (g *group) firstWindow() {
	frames := blockSamples / max(1, g.share/manyFiles) / g.width
	if frames > 6 {
		frames -= frames % 6 // whole groups of every packing
	}
	g.window = make([]int32, max(1, frames)*g.width)
}

// blockBytes is the size of a read: large enough that a call to the system or
// a network page costs little per sample, small enough for the second-level
// cache. A multiple of 1, 2, 3 and 4.
func (g *group) blockBytes() int {
	const most, least = 3 << 14, 3 << 9
	return max(least, most/max(1, g.share/manyFiles)/12*12)
}

// bufferBytes is the memory that the window of a skewed group may grow to.
func (g *group) bufferBytes() int64 { return 4 * 4 * int64(g.skew) * int64(g.width) }

// available returns the number of frames that can be delivered now. Near the
// end signals with a skew have no samples any more.
func (g *group) available() int {
	if g.err != nil {
		return g.end - g.pos
	}
	return g.end - g.pos - g.skew
}

// fill decodes more frames, until some are available or there are no more.
func (g *group) fill() {
	if g.window == nil {
		g.firstWindow()
	}
	for g.err == nil && g.available() <= 0 {
		room := len(g.window) / g.width
		live := g.end - g.pos
		if live > room/2 {
			bigger := make([]int32, 2*len(g.window))
			copy(bigger, g.window[g.pos*g.width:g.end*g.width])
			g.window, room = bigger, 2*room
		} else {
			copy(g.window, g.window[g.pos*g.width:g.end*g.width])
		}
		g.pos, g.end = 0, live
		n := room - live
		if g.frames > 0 {
			n = int(min(int64(n), g.frames-g.decoded))
		}
		if n > 0 && g.run >= g.most {
			g.err = &SignalError{Name: g.file.name, Offset: g.src.offset(), Frame: g.decoded, Err: ErrLimit,
				Detail: "more samples than Limits.DecodedBytes allows"}
			return
		}
		n = int(min(int64(n), max(0, g.most-g.run)))
		if n == 0 {
			g.err = io.EOF
			return
		}
		g.decode(g.window[live*g.width : (live+n)*g.width])
	}
}

func (g *group) decode(dst []int32) {
	n, err := g.src.read(dst)
	frames := n / g.width
	g.count(dst[:frames*g.width])
	g.end += frames
	g.decoded += int64(frames)
	g.run += int64(frames)
	if err == nil {
		return
	}
	if rest := dst[frames*g.width : n]; err == io.EOF && len(rest) > 0 && !g.filler(rest) {
		err = io.ErrUnexpectedEOF
	}
	if g.frames > 0 && err == io.EOF && g.decoded < g.frames {
		err = io.ErrUnexpectedEOF
	}
	if err != io.EOF {
		var ours *SignalError
		var path *fs.PathError // of opening the file: it says all
		if !errors.As(err, &ours) && !errors.As(err, &path) {
			err = &SignalError{Name: g.file.name, Offset: g.src.offset(), Frame: g.decoded, Err: err}
		}
	}
	g.err = err
}

// filler reports whether samples that do not make a frame are no samples: the
// zeros that fill a last packing group or the last block of a file.
func (g *group) filler(rest []int32) bool {
	for _, v := range rest {
		if v != 0 {
			return false
		}
	}
	return g.signals[0].BlockSize > 0 || len(rest) < g.format.samples-1
}

// count adds frames to the checksums.
func (g *group) count(block []int32) {
	if !g.sequential || len(block) == 0 {
		return
	}
	if g.width == 2 && len(g.signals) == 2 {
		g.countPairs(block)
		return
	}
	off := 0
	for k := range g.signals {
		spf := g.signals[k].SamplesPerFrame
		if g.decoded == 0 {
			g.firsts[k] = block[off]
		}
		sum := uint32(0)
		if spf == 1 {
			for i := off; i < len(block); i += g.width {
				sum += uint32(block[i])
			}
		} else {
			for i := off; i < len(block); i += g.width {
				for _, v := range block[i : i+spf] {
					sum += uint32(v)
				}
			}
		}
		g.sums[k] += uint16(sum)
		off += spf
	}
}

// countPairs is count for two signals, the most common number.
func (g *group) countPairs(block []int32) {
	if g.decoded == 0 {
		g.firsts[0], g.firsts[1] = block[0], block[1]
	}
	s0, s1 := uint32(0), uint32(0)
	for ; len(block) >= 4; block = block[4:] {
		s0 += uint32(block[0]) + uint32(block[2])
		s1 += uint32(block[1]) + uint32(block[3])
	}
	if len(block) >= 2 {
		s0 += uint32(block[0])
		s1 += uint32(block[1])
	}
	g.sums[0] += uint16(s0)
	g.sums[1] += uint16(s1)
}

// seek moves to a frame.
func (g *group) seek(frame int64) {
	g.pos, g.end, g.err = 0, 0, nil
	g.decoded, g.run = frame, 0
	g.sequential = frame == 0 // from there on checksums can be had
	clear(g.sums)
	if g.frames > 0 && frame >= g.frames {
		g.decoded, g.err = g.frames, io.EOF
		return
	}
	if err := g.src.seek(frame); err != nil {
		g.err = &SignalError{Name: g.file.name, Offset: g.src.offset(), Frame: frame, Err: err}
	}
}
