//go:build slow

package features_test

import (
	"testing"
	"time"

	"github.com/sinus-ecg/sinus/features"
)

func TestStreamEqualsBatchSlow(t *testing.T) {
	for _, record := range mitdbRecords(t) {
		streamEqualsBatch(t, "mitdb", record, 360, features.SlidingConfig{}, 1)
	}
	for _, record := range recordsOf(t, "nsrdb", ".atr") {
		streamEqualsBatch(t, "nsrdb", record, 128, features.SlidingConfig{Step: 5 * time.Minute}, 1)
		summaryEqualsBatch(t, "nsrdb", record, 128)
	}
}
