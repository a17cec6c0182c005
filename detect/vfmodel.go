package detect

import (
	_ "embed"
	"errors"
	"sync"
)

// VFModel tells shockable windows from others: a gate that knows the outline of a
// window and is asked first, and one or more networks, whose log odds are
// averaged, for those that it leaves in doubt. It is made by bench/train. The zero model knows nothing: its
// odds are even.
type VFModel struct {
	gate network
	nets ensemble
	sum  uint32 // of the file
}

// ErrVFModel is the error for bytes that are no model, or one of another version
// of the detector.
var ErrVFModel = errors.New("detect: not a VF model of this version")

const (
	vfModelMagic   = "SVF "
	vfModelVersion = 2
	vfMaxNets      = 16

	// Where the gate is so sure, in log odds, the others have nothing to add:
	// with held-out records the figures are the same without it.
	vfClear = 4
)

//go:embed models/vf.bin
var vfModelBytes []byte

var embeddedVF = sync.OnceValue(func() *VFModel { return embedded(vfModelBytes, ReadVFModel) })

// glance are the log odds of the outline alone, and whether they are clear. A
// model that knows nothing asks for all inputs.
func (m *VFModel) glance(x *[vfInputs]float32) (odds float32, clear bool) {
	if len(m.nets.nets) == 0 {
		return 0, false
	}
	odds = m.gate.odds(x[:vfGateInputs])
	return odds, odds >= vfClear || odds <= -vfClear
}

// odds are the log odds that the inputs are those of a shockable rhythm.
func (m *VFModel) odds(x *[vfInputs]float32) float32 {
	return m.nets.odds(x[:])
}

// ReadVFModel reads a model: four bytes of magic, version, the gate, the
// number of other networks; of each the sizes of its layers and its numbers; CRC-32C at the end;
// all little endian.
func ReadVFModel(data []byte) (*VFModel, error) {
	r, err := openModel(data, vfModelMagic, vfModelVersion, ErrVFModel)
	if err != nil {
		return nil, err
	}
	m := &VFModel{sum: r.sum, gate: r.sized(vfGateInputs)}
	m.nets = newEnsemble(r.nets(vfInputs, vfMaxNets))
	if err := r.close(); err != nil {
		return nil, err
	}
	return m, nil
}
