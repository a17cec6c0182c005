// Package ecgtest is to sinus what testing/iotest and testing/fstest are to the
// standard library: one call puts any reader or stage, ours or a user's,
// through the contract of package ecg.
//
//	func TestMyDetector(t *testing.T) {
//		ecgtest.TestStage(t, ecgtest.Stage[float64, ecg.Beat]{
//			New:   func() ecg.Stage[float64, ecg.Beat] { return newMyDetector() },
//			Input: samples, Rate: 360,
//			At:    func(_ int, b ecg.Beat) int64 { return b.At },
//			Known: func(b ecg.Beat) int64 { return b.Known },
//		})
//	}
//
// CheckStage and CheckReader return what TestStage and TestReader report, for
// tests that want the violations as values.
package ecgtest
