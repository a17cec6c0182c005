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
