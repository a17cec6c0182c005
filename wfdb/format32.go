package wfdb

import (
	"encoding/binary"
	"math"
)

// Format 32: 32-bit two's complement, low byte first.
var format32 = format{
	number: 32, resolution: 12, low: math.MinInt32, high: math.MaxInt32, samples: 1, bytes: 4,
	decode: func(dst []int32, src []byte) {
		src = src[:4*len(dst)]
		for i := range dst {
			dst[i] = int32(binary.LittleEndian.Uint32(src[4*i:]))
		}
	},
	encode: func(dst []byte, src []int32) {
		dst = dst[:4*len(src)]
		for i, v := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(v))
		}
	},
}
