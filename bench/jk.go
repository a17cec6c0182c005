package bench

import "math"

// Kappa returns Cohen's agreement beyond chance over the five classes of the
// beats that both sides have, NaN if there are none.
func (m *Matrix) Kappa() float64 {
	n := float64(m.sum(beats, beats))
	same, chance := 0.0, 0.0
	for _, l := range beats {
		one := []Label{l}
		same += float64(m[l][l])
		chance += float64(m.sum(one, beats)) / n * float64(m.sum(beats, one))
	}
	return (same - chance) / (n - chance)
}

// JK returns the index jk of T. Mar et al., IEEE Trans. Biomed. Eng.
// 58:2168-2177, 2011, from 0 to 1: half of kappa and an eighth of the sum of
// sensitivity and positive predictivity of S and V. Every beat of another class
// called S or V counts against, fusion beats too; missed and extra beats do not.
// A figure that is undefined counts as 0.
func (m *Matrix) JK() float64 {
	j := 0.0
	for _, l := range []Label{S, V} {
		one := []Label{l}
		for _, of := range []int{m.sum(one, beats), m.sum(beats, one)} {
			if of > 0 {
				j += float64(m[l][l]) / float64(of)
			}
		}
	}
	k := m.Kappa()
	if math.IsNaN(k) {
		k = 0
	}
	return k/2 + j/8
}
