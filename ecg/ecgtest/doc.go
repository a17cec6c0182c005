// Package ecgtest is to sinus what testing/iotest and testing/fstest are to the
// standard library: one call puts any reader or stage, ours or a user's,
// through the contract of package ecg.
package ecgtest
