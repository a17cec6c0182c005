// Package detect finds heart beats in a signal.
package detect
