package detect

import (
	_ "embed"
	"errors"
	"sync"
)

// QRSModel is the verifier of a QRS detector: a gate, and for each of its two
// looks one or more networks, whose log odds are averaged. It is made by
// bench/train.
type QRSModel struct {
	gate  network
	looks [2][]network
	sum   uint32 // of the file: which model it is
}

// One network that is this sure, in log odds, is not overruled by the others of
// its look: they are not asked.
const (
	qrsClearNo  = -6
	qrsClearYes = 5
)

// odds are the log odds of a look: the mean of its networks.
func (m *QRSModel) odds(look int, x []float32) float32 {
	nets := m.looks[look]
	first := nets[0].odds(x)
	if first <= qrsClearNo || first >= qrsClearYes {
		return first
	}
	for i := range nets[1:] {
		first += nets[1+i].odds(x)
	}
	return first / float32(len(nets))
}

// ErrQRSModel is the error for bytes that are no model, or one of another
// version of the detector.
var ErrQRSModel = errors.New("detect: not a QRS model of this version")

const (
	qrsModelMagic   = "SQRS"
	qrsModelVersion = 2
	qrsMaxNets      = 16
)

//go:embed models/qrs.bin
var qrsModelBytes []byte

var embeddedQRS = sync.OnceValue(func() *QRSModel { return embedded(qrsModelBytes, ReadQRSModel) })

// ReadQRSModel reads a model: four bytes of magic, version, the gate, then per
// look the number of networks and these; of each network the sizes of its layers
// and its numbers; CRC-32C at the end; all little endian.
func ReadQRSModel(data []byte) (*QRSModel, error) {
	r, err := openModel(data, qrsModelMagic, qrsModelVersion, ErrQRSModel)
	if err != nil {
		return nil, err
	}
	m := &QRSModel{sum: r.sum, gate: r.sized(qrsGateInputs)}
	for look, inputs := range [2]int{qrsInputs1, qrsInputs2} {
		m.looks[look] = r.nets(inputs, qrsMaxNets)
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	return m, nil
}
