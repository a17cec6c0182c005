package detect

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
)

// The weights that were fitted are those of the terms that there are.
func TestQualityModelFitsItsTerms(t *testing.T) {
	m := ecg.Unmeasured()
	require.Len(t, AppendQualityTerms(nil, &m), len(qualityWeights))
}

// Ratios of amplitudes do not know how fast the heart beats, so a second without
// a beat is as good as one with it.
func TestQualityIndexOfAPause(t *testing.T) {
	m := ecg.Unmeasured()
	want := qualityIndex(&m)
	m.Burst = 0.01
	require.Equal(t, want, qualityIndex(&m))
	m.Burst = 3
	require.Less(t, qualityIndex(&m), want)
}
