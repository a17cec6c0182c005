package ecgtest

import (
	"math"
	"reflect"
)

// sameBits compares two values of any type, floats by their bits, so that NaN
// equals the same NaN and 0 differs from -0.
func sameBits(a, b any) bool { return sameValue(reflect.ValueOf(a), reflect.ValueOf(b)) }

func sameValue(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Struct:
		for i := range a.NumField() {
			if !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array, reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// infinite reports whether a value holds an infinity anywhere.
func infinite(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.IsInf(v.Float(), 0)
	case reflect.Struct:
		for i := range v.NumField() {
			if infinite(v.Field(i)) {
				return true
			}
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			if infinite(v.Index(i)) {
				return true
			}
		}
	}
	return false
}

// firstDifference returns the first index at which the slices differ, or -1.
func firstDifference[T any](a, b []T) int {
	if f, ok := any(a).([]float64); ok {
		g := any(b).([]float64)
		for i := range min(len(f), len(g)) {
			if math.Float64bits(f[i]) != math.Float64bits(g[i]) {
				return i
			}
		}
	} else {
		for i := range min(len(a), len(b)) {
			if !sameBits(a[i], b[i]) {
				return i
			}
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

// at shows element i for a message.
func at[T any](v []T, i int) any {
	if i < len(v) {
		return v[i]
	}
	return "nothing"
}
