package main

import (
	"sync"

	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
)

// Sizes of the inputs of both looks.
var qrsInputs = [2]int{161, 181}

// qrsGateInputs are the first ones of both looks.
const qrsGateInputs = 14

// qrsNets are the networks of a model.
type qrsNets struct {
	gate  *mlp.Net
	looks [2][]*mlp.Net
}

// open is a gate that lets everything through.
func open() *mlp.Net { return constantNet(qrsGateInputs, 0) }

// qrsModelFile writes networks as detect.ReadQRSModel reads them.
func qrsModelFile(m qrsNets) []byte {
	w := newModelWriter("SQRS", 2)
	w.net(m.gate)
	for _, nets := range m.looks {
		w.nets(nets)
	}
	return w.end()
}

// constantNet says the same to everything.
func constantNet(n int, odds float32) *mlp.Net {
	return &mlp.Net{
		Inputs: n, Hidden1: 1, Hidden2: 1, Mean: make([]float32, n), Scale: make([]float32, n),
		W1: make([]float32, n), B1: make([]float32, 1), W2: make([]float32, 1), B2: make([]float32, 1), W3: make([]float32, 1), B3: odds,
	}
}

// silent is the model of that.
var silent = sync.OnceValue(func() *detect.QRSModel {
	m, err := detect.ReadQRSModel(qrsModelFile(qrsNets{open(), [2][]*mlp.Net{{constantNet(qrsInputs[0], -20)}, {constantNet(qrsInputs[1], -20)}}}))
	if err != nil {
		panic(err) // a model of constants
	}
	return m
})
