package wfdb

import "encoding/binary"

// Format 160: 16 bits, low byte first, offset binary: the value is the word
// less 32768.
var format160 = format{
	number: 160, resolution: 16, low: -32768, high: 32767, samples: 1, bytes: 2,
	decode: func(dst []int32, src []byte) {
		src = src[:2*len(dst)]
		for i := range dst {
			dst[i] = int32(binary.LittleEndian.Uint16(src[2*i:])) - 32768
		}
	},
	encode: func(dst []byte, src []int32) {
		dst = dst[:2*len(src)]
		for i, v := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(v+32768))
		}
	},
}
