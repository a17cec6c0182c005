package wfdb

import "encoding/binary"

// Format 16: 16-bit two's complement, low byte first.
var format16 = format{
	number: 16, resolution: 12, low: -32768, high: 32767, samples: 1, bytes: 2,
	decode: func(dst []int32, src []byte) {
		src = src[:2*len(dst)]
		for i := range dst {
			dst[i] = int32(int16(binary.LittleEndian.Uint16(src[2*i:])))
		}
	},
	encode: func(dst []byte, src []int32) {
		dst = dst[:2*len(src)]
		for i, v := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(v))
		}
	},
}
