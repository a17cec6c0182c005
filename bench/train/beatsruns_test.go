package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A run counts as found where the other side has one of its kind, or a longer one.
func TestRuns(t *testing.T) {
	series := func(beats string) *ventricular {
		s := &ventricular{}
		for i, b := range beats {
			s.add(int64(300*i), b == 'V')
		}
		return s
	}
	for _, c := range []struct {
		s, o      string
		all, same [3]int
	}{
		{"NNVNNVVN", "NNVNNVVN", [3]int{1, 0, 0}, [3]int{1, 0, 0}},
		{"NVVVVVNNVVV", "NVVNVVNNVVV", [3]int{0, 2, 0}, [3]int{0, 1, 0}},
		{"VVVVVVVVN", "VVVVVNVVN", [3]int{0, 0, 1}, [3]int{0, 0, 0}},
		{"VVVVVNVVN", "VVVVVVVVN", [3]int{1, 1, 0}, [3]int{1, 1, 0}},
		{"NNVV", "NNVV", [3]int{1, 0, 0}, [3]int{1, 0, 0}},
		{"VVNN", "", [3]int{1, 0, 0}, [3]int{0, 0, 0}},
	} {
		all, same := series(c.s).runs(series(c.o))
		require.Equal(t, c.all, all, c.s)
		require.Equal(t, c.same, same, c.s)
	}
}
