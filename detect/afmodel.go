package detect

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
)

// AFModel are the weights of an AFDetector: one set for beats without classes,
// one for beats with. It is made by bench/train.
type AFModel struct {
	sets [2]afWeights
	sum  uint32 // of the file: another model is another configuration
}

// afWeights are two networks: one speaks about now, the other one about the
// interval afLook ago, with what came after it.
type afWeights struct {
	live, centred qrsNet
	on, off       float32 // of the smoothed log odds
}

// ErrAFModel is the error for bytes that are no model, or one of another version
// of the detector.
var ErrAFModel = errors.New("detect: not an AF model of this version")

const (
	afModelMagic   = "SAFS"
	afModelVersion = 1
)

//go:embed models/af.bin
var afModelBytes []byte

var embeddedAF = sync.OnceValue(func() *AFModel {
	m, err := ReadAFModel(afModelBytes)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return m
})

// ReadAFModel reads a model: four bytes of magic, version, then of both sets the
// thresholds on and off and both networks, each with the sizes of its layers and
// its numbers; CRC-32C at the end; all little endian.
func ReadAFModel(data []byte) (*AFModel, error) {
	if len(data) < 10 || string(data[:4]) != afModelMagic || binary.LittleEndian.Uint16(data[4:]) != afModelVersion {
		return nil, ErrAFModel
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return nil, fmt.Errorf("%w: damaged", ErrAFModel)
	}
	r := modelReader{d: body[6:]}
	m := &AFModel{sum: sum}
	for i := range m.sets {
		w := &m.sets[i]
		w.on, w.off = r.float(), r.float()
		w.live, w.centred = r.layers(AFInputs), r.layers(AFCentredInputs)
		if w.off > w.on {
			r.bad = true
		}
	}
	if r.bad || len(r.d) != 0 {
		return nil, ErrAFModel
	}
	return m, nil
}

// layers reads a network with so many inputs.
func (r *modelReader) layers(inputs int) qrsNet {
	n := qrsNet{inputs: inputs, hidden1: r.number(qrsMaxHidden), hidden2: r.number(qrsMaxHidden)}
	n.mean, n.scale = r.floats(inputs), r.floats(inputs)
	n.w1, n.b1 = r.floats(inputs*n.hidden1), r.floats(n.hidden1)
	n.w2, n.b2 = r.floats(n.hidden1*n.hidden2), r.floats(n.hidden2)
	n.w3 = r.floats(n.hidden2)
	n.b3 = r.float()
	return n
}
