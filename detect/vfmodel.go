package detect

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"sync"
)

// VFModel tells shockable windows from others: one or more networks, whose log
// odds are averaged. It is made by bench/train. The zero model knows nothing: its
// odds are even.
type VFModel struct {
	nets []qrsNet
	sum  uint32 // of the file
}

// ErrVFModel is the error for bytes that are no model, or one of another version
// of the detector.
var ErrVFModel = errors.New("detect: not a VF model of this version")

const (
	vfModelMagic   = "SVF "
	vfModelVersion = 1
	vfMaxHidden    = 64
	vfMaxNets      = 16
)

//go:embed models/vf.bin
var vfModelBytes []byte

var embeddedVF = sync.OnceValue(func() *VFModel {
	m, err := ReadVFModel(vfModelBytes)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return m
})

// odds are the log odds that the inputs are those of a shockable rhythm.
func (m *VFModel) odds(x *[vfInputs]float32) float32 {
	if len(m.nets) == 0 {
		return 0
	}
	var in [vfInputs]float32
	var h1, h2 [vfMaxHidden]float32
	sum := float32(0)
	for i := range m.nets {
		n := &m.nets[i]
		for k := range in {
			in[k] = clip(float32((x[k]-n.mean[k])*n.scale[k]), qrsClip)
		}
		layer(h1[:n.hidden1], in[:], n.w1, n.b1)
		layer(h2[:n.hidden2], h1[:n.hidden1], n.w2, n.b2)
		sum += n.b3
		for k, v := range h2[:n.hidden2] {
			sum += float32(v * n.w3[k])
		}
	}
	return sum / float32(len(m.nets))
}

// ReadVFModel reads a model: four bytes of magic, version, the number of
// networks, of each the sizes of its layers and its numbers; CRC-32C at the end;
// all little endian.
func ReadVFModel(data []byte) (*VFModel, error) {
	if len(data) < 12 || string(data[:4]) != vfModelMagic || binary.LittleEndian.Uint16(data[4:]) != vfModelVersion {
		return nil, ErrVFModel
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return nil, fmt.Errorf("%w: damaged", ErrVFModel)
	}
	d := body[6:]
	short := false
	number := func() int {
		if len(d) < 2 {
			short = true
			return 0
		}
		v := binary.LittleEndian.Uint16(d)
		d = d[2:]
		return int(v)
	}
	floats := func(n int) []float32 {
		if len(d) < 4*n {
			short = true
			return nil
		}
		f := make([]float32, n)
		for i := range f {
			f[i] = math.Float32frombits(binary.LittleEndian.Uint32(d[4*i:]))
			if !(math.Abs(float64(f[i])) <= 1e9) { // also NaN: no trained weight
				short = true
			}
		}
		d = d[4*n:]
		return f
	}
	nets := number()
	if nets < 1 || nets > vfMaxNets {
		return nil, ErrVFModel
	}
	m := &VFModel{sum: sum}
	for range nets {
		n := qrsNet{inputs: number(), hidden1: number(), hidden2: number()}
		if n.inputs != vfInputs || n.hidden1 < 1 || n.hidden1 > vfMaxHidden || n.hidden2 < 1 || n.hidden2 > vfMaxHidden {
			return nil, ErrVFModel
		}
		n.mean, n.scale = floats(n.inputs), floats(n.inputs)
		n.w1, n.b1 = floats(n.inputs*n.hidden1), floats(n.hidden1)
		n.w2, n.b2 = floats(n.hidden1*n.hidden2), floats(n.hidden2)
		n.w3 = floats(n.hidden2)
		b := floats(1)
		if short {
			return nil, ErrVFModel
		}
		n.b3 = b[0]
		m.nets = append(m.nets, n)
	}
	if len(d) != 0 {
		return nil, ErrVFModel
	}
	return m, nil
}
