package detect

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
	"github.com/sinus-ecg/sinus/wfdb"
)

// The looks read nothing that is not complete yet: what the rings hold there is
// of two and a half seconds ago, and may be anything.
func TestQRSReadsNoUnknown(t *testing.T) {
	r, err := (wfdb.Options{}).Open(os.DirFS(ecgtest.Shared(t, "data", "mitdb")), "208")
	require.NoError(t, err)
	frames := make([]float64, 2*int(120*r.Format().Rate))
	for n := 0; n < len(frames); {
		k, err := r.Read(frames[n:])
		require.NoError(t, err)
		n += k
	}
	for leads := 1; leads <= 2; leads++ {
		var beats [2][]ecg.Beat
		for spoilt := range beats {
			q, err := NewQRS(QRSConfig{Rate: r.Format().Rate, Leads: leads})
			require.NoError(t, err)
			for i := 0; i < len(frames); i += 2 {
				if spoilt == 1 {
					for l := range q.s.leads {
						q.s.leads[l].ev.spoil(q.s.grid.k)
					}
				}
				beats[spoilt] = q.Append(beats[spoilt], frames[i:i+leads])
			}
		}
		require.Greater(t, len(beats[0]), 150)
		require.Equal(t, beats[0], beats[1], "%d leads", leads)
	}
}

// spoil fills the rings where the values of grid samples up to k+5 will be, the
// next being k.
func (v *qrsEvidence) spoil(k int64) {
	const wrong = 1000 // mV
	for i := k; i <= k+5; i++ {
		v.y[i&qrsMask] = wrong
	}
	for i := k - qrsSide1; i <= k+5; i++ {
		v.e1[i&qrsMask] = wrong
	}
	for i := k - qrsSide2; i <= k+5; i++ {
		v.e2[i&qrsMask] = wrong
	}
	for i := (k - 2*qrsSide3 + 1) >> 1; i <= (k+5)>>1; i++ {
		v.e3[i&qrsHalfMask] = wrong
	}
}
