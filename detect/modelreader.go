package detect

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// modelReader reads the parts of a model file: four bytes of magic, two of the
// version, the parts, CRC-32C; all little endian. After the first failure it
// returns nothing, and close tells.
type modelReader struct {
	d     []byte
	sum   uint32 // of the file: which model it is
	wrong error  // what close returns then
	bad   bool
}

// openModel checks a file as a whole. wrong is the error for one that is no such
// model.
func openModel(data []byte, magic string, version uint16, wrong error) (*modelReader, error) {
	if len(data) < 10 || string(data[:4]) != magic || binary.LittleEndian.Uint16(data[4:]) != version {
		return nil, wrong
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return nil, fmt.Errorf("%w: damaged", wrong)
	}
	return &modelReader{d: body[6:], sum: sum, wrong: wrong}, nil
}

// embedded reads a model that is part of the program.
func embedded[M any](data []byte, read func([]byte) (*M, error)) *M {
	m, err := read(data)
	if err != nil {
		panic(err) // the program is damaged
	}
	return m
}

// close reports whether everything was there and nothing is left.
func (r *modelReader) close() error {
	if r.bad || len(r.d) != 0 {
		return r.wrong
	}
	return nil
}

func (r *modelReader) take(n int) []byte {
	if r.bad || len(r.d) < n {
		r.bad = true
		return nil
	}
	b := r.d[:n]
	r.d = r.d[n:]
	return b
}

// number reads one from 0 to most.
func (r *modelReader) number(most int) int {
	b := r.take(2)
	if b == nil {
		return 0
	}
	n := int(binary.LittleEndian.Uint16(b))
	if n > most {
		r.bad = true
		return 0
	}
	return n
}

// modelLargest is beyond every trained number; sums of what is below it and the
// inputs stay finite.
const modelLargest = 1e9

func (r *modelReader) float() float32 {
	b := r.take(4)
	if b == nil {
		return 0
	}
	v := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if !(v >= -modelLargest && v <= modelLargest) { // also NaN
		r.bad = true
	}
	return v
}

func (r *modelReader) floats(n int) []float32 {
	if r.bad || len(r.d) < 4*n {
		r.bad = true
		return nil
	}
	f := make([]float32, n)
	for i := range f {
		f[i] = r.float()
	}
	return f
}

// layers reads a network with so many inputs.
func (r *modelReader) layers(inputs int) network {
	n := network{inputs: inputs, hidden1: r.number(networkWidth), hidden2: r.number(networkWidth)}
	if inputs > networkWidth || n.hidden1 < 1 || n.hidden2 < 1 {
		r.bad = true
	}
	n.mean, n.scale = r.floats(inputs), r.floats(inputs)
	n.w1, n.b1 = r.floats(inputs*n.hidden1), r.floats(n.hidden1)
	n.w2, n.b2 = r.floats(n.hidden1*n.hidden2), r.floats(n.hidden2)
	n.w3 = r.floats(n.hidden2)
	n.b3 = r.float()
	return n
}

// sized reads a network behind the number of its inputs, which must be this one.
func (r *modelReader) sized(inputs int) network {
	if r.number(inputs) != inputs {
		r.bad = true
	}
	return r.layers(inputs)
}

// nets reads their number, 1 to most, and networks of so many inputs.
func (r *modelReader) nets(inputs, most int) []network {
	n := r.number(most)
	if n < 1 {
		r.bad = true
	}
	var nets []network
	for range n {
		nets = append(nets, r.sized(inputs))
	}
	return nets
}
