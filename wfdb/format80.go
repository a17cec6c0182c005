package wfdb

// Format 80: 8 bits, offset binary: the value is the byte less 128.
var format80 = format{
	number: 80, resolution: 8, low: -128, high: 127, samples: 1, bytes: 1,
	decode: func(dst []int32, src []byte) {
		for i, b := range src[:len(dst)] {
			dst[i] = int32(b) - 128
		}
	},
	encode: func(dst []byte, src []int32) {
		for i, v := range src {
			dst[i] = byte(v + 128)
		}
	},
}
