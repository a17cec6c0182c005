package main

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
)

// vfModelFile writes networks as detect.ReadVFModel reads them.
func vfModelFile(nets []*mlp.Net) []byte {
	b := append([]byte("SVF "), 1, 0)
	number := func(n int) { b = binary.LittleEndian.AppendUint16(b, uint16(n)) }
	floats := func(v []float32) {
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	number(len(nets))
	for _, n := range nets {
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
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}
