package detect

import (
	_ "embed"
	"errors"
	"sync"
)

// VFModel tells shockable windows from others: one or more networks, whose log
// odds are averaged. It is made by bench/train. The zero model knows nothing: its
// odds are even.
type VFModel struct {
	nets []network
	sum  uint32 // of the file
}

// ErrVFModel is the error for bytes that are no model, or one of another version
// of the detector.
var ErrVFModel = errors.New("detect: not a VF model of this version")

const (
	vfModelMagic   = "SVF "
	vfModelVersion = 1
	vfMaxNets      = 16
)

//go:embed models/vf.bin
var vfModelBytes []byte

var embeddedVF = sync.OnceValue(func() *VFModel { return embedded(vfModelBytes, ReadVFModel) })

// odds are the log odds that the inputs are those of a shockable rhythm.
func (m *VFModel) odds(x *[vfInputs]float32) float32 {
	if len(m.nets) == 0 {
		return 0
	}
	return meanOdds(m.nets, x[:])
}

// ReadVFModel reads a model: four bytes of magic, version, the number of
// networks, of each the sizes of its layers and its numbers; CRC-32C at the end;
// all little endian.
func ReadVFModel(data []byte) (*VFModel, error) {
	r, err := openModel(data, vfModelMagic, vfModelVersion, ErrVFModel)
	if err != nil {
		return nil, err
	}
	m := &VFModel{sum: r.sum, nets: r.nets(vfInputs, vfMaxNets)}
	if err := r.close(); err != nil {
		return nil, err
	}
	return m, nil
}
