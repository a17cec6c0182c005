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

// QRSModel is the verifier of a QRS detector: for each of its two looks one or
// more networks, whose log odds are averaged. It is made by bench/train.
type QRSModel struct {
	gate  qrsNet
	looks [2][]qrsNet
	sum   uint32 // of the file: which model it is
}

// qrsNet is a multilayer perceptron: standardised inputs, clipped at 6 standard
// deviations, two hidden layers with leaky rectifiers, one output.
type qrsNet struct {
	inputs, hidden1, hidden2 int
	mean, scale              []float32 // of each input
	w1, b1                   []float32 // rows of weights, one row per unit
	w2, b2                   []float32
	w3                       []float32
	b3                       float32
}

const (
	qrsLeak      = 0.05
	qrsClip      = 6
	qrsMaxHidden = 256
)

// ErrQRSModel is the error for bytes that are no model, or one of another
// version of the detector.
var ErrQRSModel = errors.New("detect: not a QRS model of this version")

const (
	qrsModelMagic   = "SQRS"
	qrsModelVersion = 1
)

//go:embed models/qrs.bin
var qrsModelBytes []byte

var embeddedQRS = sync.OnceValue(func() *QRSModel {
	m, err := ReadQRSModel(qrsModelBytes)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return m
})

// odds are the log odds that inputs are those of a beat.
func (m *QRSModel) odds(look int, x []float32) float32 {
	sum := float32(0)
	for i := range m.looks[look] {
		sum += m.looks[look][i].odds(x)
	}
	return sum / float32(len(m.looks[look]))
}

func (n *qrsNet) odds(x []float32) float32 {
	var in, h1, h2 [qrsMaxHidden]float32
	z := in[:n.inputs]
	for i := range z {
		z[i] = clip(float32((x[i]-n.mean[i])*n.scale[i]), qrsClip)
	}
	layer(h1[:n.hidden1], z, n.w1, n.b1)
	layer(h2[:n.hidden2], h1[:n.hidden1], n.w2, n.b2)
	s := n.b3
	for i, v := range h2[:n.hidden2] {
		s += float32(v * n.w3[i])
	}
	return s
}

// layer is a fully connected layer with leaky rectifiers.
func layer(out, in, w, bias []float32) {
	n := len(in)
	i := 0
	for ; i+8 <= len(out); i += 8 { // an addition takes four cycles, but two can begin in each
		r0, r1, r2, r3 := w[i*n:][:n], w[(i+1)*n:][:n], w[(i+2)*n:][:n], w[(i+3)*n:][:n]
		r4, r5, r6, r7 := w[(i+4)*n:][:n], w[(i+5)*n:][:n], w[(i+6)*n:][:n], w[(i+7)*n:][:n]
		var s0, s1, s2, s3, s4, s5, s6, s7 float32
		for j, v := range in {
			s0 += float32(v * r0[j])
			s1 += float32(v * r1[j])
			s2 += float32(v * r2[j])
			s3 += float32(v * r3[j])
			s4 += float32(v * r4[j])
			s5 += float32(v * r5[j])
			s6 += float32(v * r6[j])
			s7 += float32(v * r7[j])
		}
		o, b := out[i:][:8], bias[i:][:8]
		o[0], o[1], o[2], o[3] = leak(s0+b[0]), leak(s1+b[1]), leak(s2+b[2]), leak(s3+b[3])
		o[4], o[5], o[6], o[7] = leak(s4+b[4]), leak(s5+b[5]), leak(s6+b[6]), leak(s7+b[7])
	}
	for ; i < len(out); i++ {
		a := float32(0)
		for j, v := range in {
			a += float32(v * w[i*n+j])
		}
		out[i] = leak(a + bias[i])
	}
}

func leak(v float32) float32 { return max(v, float32(qrsLeak*v)) }

// ReadQRSModel reads a model: four bytes of magic, version, the gate, then per
// look the number of networks and these; of each network the sizes of its layers
// and its numbers; CRC-32C at the end; all little endian.
func ReadQRSModel(data []byte) (*QRSModel, error) {
	if len(data) < 10 || string(data[:4]) != qrsModelMagic || binary.LittleEndian.Uint16(data[4:]) != qrsModelVersion {
		return nil, ErrQRSModel
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return nil, fmt.Errorf("%w: damaged", ErrQRSModel)
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
		}
		d = d[4*n:]
		return f
	}
	m := &QRSModel{sum: sum}
	net := func(inputs int) (n qrsNet, ok bool) {
		n = qrsNet{inputs: number(), hidden1: number(), hidden2: number()}
		if n.inputs != inputs || n.hidden1 < 1 || n.hidden1 > qrsMaxHidden || n.hidden2 < 1 || n.hidden2 > qrsMaxHidden {
			return n, false
		}
		n.mean, n.scale = floats(n.inputs), floats(n.inputs)
		n.w1, n.b1 = floats(n.inputs*n.hidden1), floats(n.hidden1)
		n.w2, n.b2 = floats(n.hidden1*n.hidden2), floats(n.hidden2)
		n.w3 = floats(n.hidden2)
		if b := floats(1); !short {
			n.b3 = b[0]
		}
		return n, !short
	}
	ok := false
	if m.gate, ok = net(qrsGateInputs); !ok {
		return nil, ErrQRSModel
	}
	for look, inputs := range [2]int{qrsInputs1, qrsInputs2} {
		nets := number()
		if nets < 1 || nets > 16 {
			return nil, ErrQRSModel
		}
		for range nets {
			n, ok := net(inputs)
			if !ok {
				return nil, ErrQRSModel
			}
			m.looks[look] = append(m.looks[look], n)
		}
	}
	if len(d) != 0 {
		return nil, ErrQRSModel
	}
	return m, nil
}
