package main

import (
	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
)

// beatMode are the parts of a model with, or without, a look at the next beat.
type beatMode struct {
	rhythm, fibrillation *boost.Forest
	vInputs              []int
	v                    []*mlp.Net
	vTrees, s, beside    *boost.Forest
	biasS, biasV         float32
}

// beatModelFile writes a model as detect.ReadBeatModel reads it.
func beatModelFile(modes [2]beatMode) []byte {
	w := newModelWriter("SBTS", 4)
	for _, m := range modes {
		w.forest(m.rhythm)
		w.forest(m.fibrillation)
		w.number(len(m.v))
		for _, n := range m.v {
			w.number(n.Inputs)
			for _, i := range m.vInputs {
				w.bytes(byte(i))
			}
			w.layers(n)
		}
		w.forest(m.vTrees)
		w.forest(m.s)
		w.forest(m.beside)
		w.floats(m.biasS, m.biasV)
	}
	return w.end()
}

// leaf is a forest that says the same to everything.
func leaf(odds float32) *boost.Forest {
	return &boost.Forest{Nodes: []boost.Node{{Input: -1, Value: odds}}, Roots: []int{0}}
}
