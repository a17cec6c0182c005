package detect

import (
	_ "embed"
	"errors"
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
	live, centred network
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

var embeddedAF = sync.OnceValue(func() *AFModel { return embedded(afModelBytes, ReadAFModel) })

// ReadAFModel reads a model: four bytes of magic, version, then of both sets the
// thresholds on and off and both networks, each with the sizes of its layers and
// its numbers; CRC-32C at the end; all little endian.
func ReadAFModel(data []byte) (*AFModel, error) {
	r, err := openModel(data, afModelMagic, afModelVersion, ErrAFModel)
	if err != nil {
		return nil, err
	}
	m := &AFModel{sum: r.sum}
	for i := range m.sets {
		w := &m.sets[i]
		w.on, w.off = r.float(), r.float()
		w.live, w.centred = r.layers(AFInputs), r.layers(AFCentredInputs)
		if w.off > w.on {
			r.bad = true
		}
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	return m, nil
}
