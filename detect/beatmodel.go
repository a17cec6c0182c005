package detect

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
	"sync"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/portable"
)

// BeatModel are the weights of a BeatClassifier: one set with a look at the next
// beat, one without. It is made by bench/train.
type BeatModel struct {
	modes [2]beatMode
	sum   uint32 // of the file: another model is another configuration
}

// beatMode decides on a beat by its inputs: two models of the rhythm alone, taught
// by long records without signals, then one model each for "V or not" and, if
// not, "S or N".
type beatMode struct {
	rhythm, fibrillation forest
	v                    []netOf // averaged with vTrees
	vTrees, s            forest
	beside               forest  // V, taught by beats in doubt beside one
	biasS, biasV         float32 // of the log odds, for the choice of the class
}

// netOf is a network over some of the inputs.
type netOf struct {
	inputs []uint8
	net    network
}

// forest is a sum of trees, log odds. Nodes lie one after the other; a leaf has
// leafNode in place of an input and its value in place of the threshold.
type forest struct {
	roots []uint16
	nodes []treeNode
}

type treeNode struct {
	threshold float32
	below     uint16 // the child for values <= threshold; the other is the next
	input     uint8
}

const leafNode = 255

func (f *forest) odds(x *[beatInputs]float32) float32 {
	sum, nodes := float32(0), f.nodes
	for _, k := range f.roots {
		n := &nodes[k]
		for n.input < beatInputs {
			above := 0
			if x[n.input] > n.threshold {
				above = 1
			}
			n = &nodes[int(n.below)+above]
		}
		sum += n.threshold
	}
	return sum
}

// BeatAFBeats is the number of beats over which the probability of atrial
// fibrillation is averaged, for the trainer.
const BeatAFBeats = 12

// odds returns the log odds of V against all others, and of S against N if it is
// not V. It fills in what other models say and keeps the running probability of
// atrial fibrillation.
func (m *beatMode) odds(x *[beatInputs]float32, pAF *float32) (v, s float32) {
	x[inXS] = m.rhythm.odds(x)
	*pAF += (sigmoid(m.fibrillation.odds(x)) - *pAF) / BeatAFBeats
	x[inAF] = *pAF
	return m.oddsOfV(x), m.s.odds(x) + m.biasS
}

// oddsOfV are the log odds of V against all others.
func (m *beatMode) oddsOfV(x *[beatInputs]float32) float32 {
	v := m.vTrees.odds(x)
	var in [beatInputs]float32
	for i := range m.v {
		n := &m.v[i]
		for k, j := range n.inputs {
			in[k] = x[j]
		}
		v += n.net.odds(in[:len(n.inputs)])
	}
	v = v/float32(1+len(m.v)) + m.biasV
	return v - BeatCaution(x[:])
}

// posterior are the probabilities of N, S, V, F and Q.
func posterior(v, s float32) [5]float64 {
	es := portable.Exp(float64(clip(s, beatOddsLimit)))
	ev := portable.Exp(float64(clip(v, beatOddsLimit)))
	notV := 1 / (1 + ev)
	return [5]float64{notV / (1 + es), notV * es / (1 + es), ev / (1 + ev), 0, 0}
}

const beatOddsLimit = 12

// Where the detector doubts that there is a beat a false V is worse than a missed
// one: the log odds fall by beatDoubtCost for each e-fold of doubt above a
// probability of 8 % that there is none (its logarithm is beatDoubtFree).
const (
	beatDoubtCost = 0.5
	beatDoubtFree = -2.5
)

// BeatCaution is by how much the log odds of V fall for the detector's doubt among the
// inputs of a beat, for the trainer.
func BeatCaution(x []float32) float32 {
	return float32(beatDoubtCost * max(0, x[inDoubt]-beatDoubtFree))
}

// beatBesideEarly is the interval from which on a beat beside a V is looked at again:
// ln of it to the others, 10 % short.
const beatBesideEarly = -0.1

// BeatBeside reports whether a beat with these inputs is looked at again as one that
// may belong to a run, for the trainer too: it is early beside one that was called V
// (after), or before one that looks so as far as it is known. The first of a run is
// early beside the usual interval, the next ones beside all, short ones too: a beat
// behind a V that is not has had its pause. Where the detector doubts that there is a
// beat it is not looked at again.
func BeatBeside(x []float32, after bool, before func() bool) bool {
	return BeatCaution(x) == 0 && (after && x[inRRMedian32] < beatBesideEarly || x[inRRBase] < beatBesideEarly && before())
}

// mostProbable is the class of the highest probability.
func mostProbable(p [5]float64) ecg.Class {
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return ecg.Normal + ecg.Class(best)
}

// ErrBeatModel is the error for bytes that are no model, or one of another
// version of the classifier.
var ErrBeatModel = errors.New("detect: not a beat model of this version")

const (
	beatModelMagic   = "SBTS"
	beatModelVersion = 4
)

//go:embed models/beats.bin
var beatModelBytes []byte

var embeddedBeats = sync.OnceValue(func() *BeatModel { return embedded(beatModelBytes, ReadBeatModel) })

// ReadBeatModel reads a model: four bytes of magic, version, then for both modes
// the forests of rhythm and fibrillation, the networks of V, the forests of V, of
// S and of beats beside a V, both biases; CRC-32C at the end; all little endian.
func ReadBeatModel(data []byte) (*BeatModel, error) {
	r, err := openModel(data, beatModelMagic, beatModelVersion, ErrBeatModel)
	if err != nil {
		return nil, err
	}
	model := &BeatModel{sum: r.sum}
	for i := range model.modes {
		m := &model.modes[i]
		m.rhythm, m.fibrillation = r.forest(rhythmInputs), r.forest(rhythmInputs)
		nets := r.number(16)
		for range nets {
			m.v = append(m.v, r.net())
		}
		m.vTrees, m.s, m.beside = r.forest(beatInputs), r.forest(beatInputs), r.forest(beatInputs)
		m.biasS, m.biasV = r.float(), r.float()
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	return model, nil
}

// forest reads one over the first inputs: the number of nodes; of each an input
// or leafNode, a threshold or value, the lower child; the number of trees and
// their roots. Children lie behind their parents, so that every walk ends.
func (r *modelReader) forest(inputs int) forest {
	var f forest
	nodes := r.number(math.MaxUint16)
	for i := range nodes {
		b := r.take(7)
		if b == nil {
			return forest{}
		}
		in, below := b[0], binary.LittleEndian.Uint16(b[5:])
		v := math.Float32frombits(binary.LittleEndian.Uint32(b[1:]))
		if v != v || v-v != 0 || in != leafNode && (int(in) >= inputs || int(below) <= i || int(below)+1 >= nodes) {
			r.bad = true
			return forest{}
		}
		f.nodes = append(f.nodes, treeNode{v, below, in})
	}
	trees := r.number(nodes)
	for range trees {
		root := r.number(max(0, nodes-1))
		f.roots = append(f.roots, uint16(root))
	}
	return f
}

// net reads a network with the list of its inputs before it.
func (r *modelReader) net() netOf {
	var n netOf
	count := r.number(beatInputs)
	for _, i := range r.take(count) {
		if i >= beatInputs {
			r.bad = true
		}
		n.inputs = append(n.inputs, i)
	}
	n.net = r.layers(count)
	return n
}
