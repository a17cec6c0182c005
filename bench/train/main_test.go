package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/bench/train/internal/boost"
	"github.com/sinus-ecg/sinus/bench/train/internal/mlp"
	"github.com/sinus-ecg/sinus/detect"
)

func TestWrongUse(t *testing.T) {
	nowhere := "-data=" + t.TempDir()
	for args, code := range map[string]int{
		"":                       2,
		"-h":                     0,
		"nosuch":                 2,
		"qrs -nosuch":            2,
		"qrs more":               2,
		"qrs -nets 2":            2,
		"qrs -hidden x":          2,
		"vf -cv 1":               2,
		"quality -cv 1":          2,
		"af -thresholds x":       2,
		"qrs " + nowhere:         1,
		"vf " + nowhere:          1,
		"af " + nowhere:          1,
		"beats " + nowhere:       1,
		"atrial " + nowhere:      1,
		"atrial more":            2,
		"quality -nstdb more":    2,
		"beats more":             2,
		"qrs -versions 0,twelve": 2,
	} {
		var out, errs bytes.Buffer
		require.Equal(t, code, run(strings.Fields(args), &out, &errs), "train %s: %s", args, errs.String())
		require.Equal(t, code != 0 && args != "", errs.Len() > 0, "train %s", args)
	}
	for _, m := range models {
		var out, errs bytes.Buffer
		require.Zero(t, run([]string{m.name, "-h"}, &out, &errs))
		require.Contains(t, out.String(), "train "+m.name)
	}
}

// What the trainers write, package detect reads.
func TestModelFiles(t *testing.T) {
	some := func(inputs int) *mlp.Net { return constantNet(inputs, 1) }
	_, err := detect.ReadQRSModel(qrsModelFile(qrsNets{open(), [2][]*mlp.Net{{some(qrsInputs[0])}, {some(qrsInputs[1]), some(qrsInputs[1])}}}))
	require.NoError(t, err)
	_, err = detect.ReadQRSModel(qrsModelFile(qrsNets{open(), [2][]*mlp.Net{{some(qrsInputs[1])}, {some(qrsInputs[1])}}}))
	require.ErrorIs(t, err, detect.ErrQRSModel, "a first look with the inputs of the second")
	_, err = detect.ReadQRSModel(qrsModelFile(qrsNets{open(), [2][]*mlp.Net{{some(qrsInputs[0])}, nil}}))
	require.ErrorIs(t, err, detect.ErrQRSModel, "no second look")

	set := afNets{1, -1, some(detect.AFInputs), some(detect.AFCentredInputs)}
	_, err = detect.ReadAFModel(afModelFile([2]afNets{set, set}))
	require.NoError(t, err)
	set.on = -2
	_, err = detect.ReadAFModel(afModelFile([2]afNets{set, set}))
	require.ErrorIs(t, err, detect.ErrAFModel, "on below off")

	mode := beatMode{leaf(0), leaf(1), []int{0, 1}, []*mlp.Net{some(2)}, leaf(2), leaf(3), leaf(4), 0, 0}
	_, err = detect.ReadBeatModel(beatModelFile([2]beatMode{mode, mode}))
	require.NoError(t, err)
	mode.s = &boost.Forest{Nodes: []boost.Node{{Input: 0, Below: 0}}, Roots: []int{0}}
	_, err = detect.ReadBeatModel(beatModelFile([2]beatMode{mode, mode}))
	require.ErrorIs(t, err, detect.ErrBeatModel, "a tree that never ends")
}
