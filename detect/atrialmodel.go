package detect

import (
	_ "embed"
	"errors"
	"sync"
)

// AtrialModel are the networks of AtrialWaves: those of intervals and waves
// together, and those of the waves alone. It is made by bench/train. The zero
// model knows nothing: its odds are even.
type AtrialModel struct {
	both, waves ensemble
	weight      float32 // of the evidence, in an AFDetector
	sum         uint32  // of the file: another model is another configuration
}

// ErrAtrialModel is the error for bytes that are no model, or one of another
// version of the stage.
var ErrAtrialModel = errors.New("detect: not an atrial model of this version")

const (
	atrialModelMagic   = "SATR"
	atrialModelVersion = 1
	atrialMaxNets      = 16

	// AtrialInputs and AtrialWaveInputs are the numbers of inputs of the two kinds
	// of networks; those of the waves come first.
	AtrialInputs     = atrialInputs
	AtrialWaveInputs = atrialWaveInputs
)

//go:embed models/atrial.bin
var atrialModelBytes []byte

var embeddedAtrial = sync.OnceValue(func() *AtrialModel { return embedded(atrialModelBytes, ReadAtrialModel) })

// ReadAtrialModel reads a model: four bytes of magic, version, of both kinds the
// number of networks, of each the sizes of its layers and its numbers; the weight;
// CRC-32C at the end; all little endian.
func ReadAtrialModel(data []byte) (*AtrialModel, error) {
	r, err := openModel(data, atrialModelMagic, atrialModelVersion, ErrAtrialModel)
	if err != nil {
		return nil, err
	}
	m := &AtrialModel{sum: r.sum}
	m.both = newEnsemble(r.nets(atrialInputs, atrialMaxNets))
	m.waves = newEnsemble(r.nets(atrialWaveInputs, atrialMaxNets))
	m.weight = r.float()
	if err := r.close(); err != nil {
		return nil, err
	}
	return m, nil
}
