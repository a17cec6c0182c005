package wfdb

import "encoding/binary"

// Format 61: 16-bit two's complement, high byte first.
var format61 = format{
	number: 61, resolution: 12, low: -32768, high: 32767, samples: 1, bytes: 2,
	decode: func(dst []int32, src []byte) {
		src = src[:2*len(dst)]
		for i := range dst {
			dst[i] = int32(int16(binary.BigEndian.Uint16(src[2*i:])))
		}
	},
	encode: func(dst []byte, src []int32) {
		dst = dst[:2*len(src)]
		for i, v := range src {
			binary.BigEndian.PutUint16(dst[2*i:], uint16(v))
		}
	},
}
