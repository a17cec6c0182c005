//go:build slow

package detect_test

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

func wholeRecord(t *testing.T, db, name string) []float64 {
	r, err := wfdb.Open(os.DirFS(ecgtest.Shared(t, "data", db)), name)
	require.NoError(t, err)
	defer r.Close()
	x, err := ecg.ReadAll(ecg.Reader[float64](r))
	require.NoError(t, err)
	return x
}

// The index falls with the signal-to-noise ratio of electrode motion, which the
// model has not seen: over the records of the noise stress test, and with the
// same noise on a record of DS1.
func TestSignalQualityFollowsElectrodeMotion(t *testing.T) {
	index := func(x []float64) float64 {
		q, err := detect.NewSignalQuality(detect.SignalQualityConfig{Rate: 360, Leads: 2})
		require.NoError(t, err)
		return meanIndex(q.Flush(q.Append(nil, x)))
	}
	levels := []string{"24", "18", "12", "06", "00", "_6"}
	for _, record := range []string{"118", "119"} {
		last := 1.0
		for _, snr := range levels {
			now := index(wholeRecord(t, "nstdb", record+"e"+snr))
			t.Logf("%se%s %.3f", record, snr, now)
			require.Less(t, now, last, "%s at %s dB", record, snr)
			last = now
		}
	}
	clean, em := wholeRecord(t, "mitdb", "101"), wholeRecord(t, "nstdb", "em")
	sum, sum2 := 0.0, 0.0
	for _, v := range em {
		sum += v
		sum2 += v * v
	}
	n := float64(len(em))
	power := sum2/n - sum/n*sum/n
	last := 1.0
	for snr := 24.; snr >= -6; snr -= 6 {
		// A sine of the height of the complexes, 1.3 mV, against the noise.
		scale := math.Sqrt(1.3 * 1.3 / 8 / power * math.Pow(10, -snr/10))
		x := make([]float64, len(clean))
		for i, v := range clean {
			x[i] = v + scale*em[i%len(em)]
		}
		now := index(x)
		t.Log(fmt.Sprintf("101 with em at %v dB: %.3f", snr, now))
		require.Less(t, now, last)
		last = now
	}
}
