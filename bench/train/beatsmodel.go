package main

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
)

// beatMode are the parts of a model with, or without, a look at the next beat.
type beatMode struct {
	rhythm, fibrillation *boost.Forest
	vInputs              []int
	v                    []*mlp.Net
	vTrees, s            *boost.Forest
	biasS, biasV         float32
}

// beatModelFile writes a model as detect.ReadBeatModel reads it.
func beatModelFile(modes [2]beatMode) []byte {
	b := append([]byte("SBTS"), 1, 0)
	number := func(n int) { b = binary.LittleEndian.AppendUint16(b, uint16(n)) }
	floats := func(v ...float32) {
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	forest := func(f *boost.Forest) {
		number(len(f.Nodes))
		for _, n := range f.Nodes {
			input, below := byte(255), 0
			if n.Input >= 0 {
				input, below = byte(n.Input), n.Below
			}
			b = append(b, input)
			floats(n.Value)
			number(below)
		}
		number(len(f.Roots))
		for _, r := range f.Roots {
			number(r)
		}
	}
	for _, m := range modes {
		forest(m.rhythm)
		forest(m.fibrillation)
		number(len(m.v))
		for _, n := range m.v {
			number(n.Inputs)
			for _, i := range m.vInputs {
				b = append(b, byte(i))
			}
			number(n.Hidden1)
			number(n.Hidden2)
			floats(n.Mean...)
			floats(n.Scale...)
			floats(transpose(n.W1, n.Inputs, n.Hidden1)...)
			floats(n.B1...)
			floats(transpose(n.W2, n.Hidden1, n.Hidden2)...)
			floats(n.B2...)
			floats(n.W3...)
			floats(n.B3)
		}
		forest(m.vTrees)
		forest(m.s)
		floats(m.biasS, m.biasV)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// leaf is a forest that says the same to everything.
func leaf(odds float32) *boost.Forest {
	return &boost.Forest{Nodes: []boost.Node{{Input: -1, Value: odds}}, Roots: []int{0}}
}
