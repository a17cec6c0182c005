package main

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
)

// modelWriter makes a model file of package detect: four bytes of magic, the
// version, the parts, CRC-32C; all little endian.
type modelWriter []byte

func newModelWriter(magic string, version byte) *modelWriter {
	w := modelWriter(append([]byte(magic), version, 0))
	return &w
}

// end completes the file.
func (w *modelWriter) end() []byte {
	return binary.LittleEndian.AppendUint32(*w, crc32.Checksum(*w, crc32.MakeTable(crc32.Castagnoli)))
}

func (w *modelWriter) bytes(v ...byte) { *w = append(*w, v...) }
func (w *modelWriter) number(n int)    { *w = binary.LittleEndian.AppendUint16(*w, uint16(n)) }

func (w *modelWriter) floats(v ...float32) {
	for _, f := range v {
		*w = binary.LittleEndian.AppendUint32(*w, math.Float32bits(f))
	}
}

// layers writes the sizes of the hidden layers of a network, and its numbers.
func (w *modelWriter) layers(n *mlp.Net) {
	w.number(n.Hidden1)
	w.number(n.Hidden2)
	w.floats(n.Mean...)
	w.floats(n.Scale...)
	w.floats(transpose(n.W1, n.Inputs, n.Hidden1)...)
	w.floats(n.B1...)
	w.floats(transpose(n.W2, n.Hidden1, n.Hidden2)...)
	w.floats(n.B2...)
	w.floats(n.W3...)
	w.floats(n.B3)
}

// net writes a network behind the number of its inputs.
func (w *modelWriter) net(n *mlp.Net) {
	w.number(n.Inputs)
	w.layers(n)
}

// nets writes how many there are, and these.
func (w *modelWriter) nets(nets []*mlp.Net) {
	w.number(len(nets))
	for _, n := range nets {
		w.net(n)
	}
}

func (w *modelWriter) forest(f *boost.Forest) {
	w.number(len(f.Nodes))
	for _, n := range f.Nodes {
		input, below := byte(255), 0
		if n.Input >= 0 {
			input, below = byte(n.Input), n.Below
		}
		w.bytes(input)
		w.floats(n.Value)
		w.number(below)
	}
	w.number(len(f.Roots))
	for _, r := range f.Roots {
		w.number(r)
	}
}

// transpose turns one row per input into one row per unit.
func transpose(w []float32, rows, cols int) []float32 {
	t := make([]float32, len(w))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = w[i*cols+j]
		}
	}
	return t
}
