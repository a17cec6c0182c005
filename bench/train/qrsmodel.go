package main

import (
	"encoding/binary"
	"hash/crc32"
	"math"
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
	b := append([]byte("SQRS"), 1, 0)
	number := func(n int) { b = binary.LittleEndian.AppendUint16(b, uint16(n)) }
	floats := func(v []float32) {
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	net := func(n *mlp.Net) {
		number(n.Inputs)
		number(n.Hidden1)
		number(n.Hidden2)
		floats(n.Mean)
		floats(n.Scale)
		floats(transpose(n.W1, n.Inputs, n.Hidden1))
		floats(n.B1)
		floats(transpose(n.W2, n.Hidden1, n.Hidden2))
		floats(n.B2)
		floats(n.W3)
		floats([]float32{n.B3})
	}
	net(m.gate)
	for _, nets := range m.looks {
		number(len(nets))
		for _, n := range nets {
			net(n)
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

func transpose(w []float32, rows, cols int) []float32 {
	t := make([]float32, len(w))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = w[i*cols+j]
		}
	}
	return t
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
		panic(err)
	}
	return m
})
