package wfdb

// Format 24: 24-bit two's complement, low byte first.
var format24 = format{
	number: 24, resolution: 12, low: -1 << 23, high: 1<<23 - 1, samples: 1, bytes: 3,
	decode: func(dst []int32, src []byte) {
		src = src[:3*len(dst)]
		for i := range dst {
			b := src[3*i : 3*i+3]
			dst[i] = signed(uint32(b[0])|uint32(b[1])<<8|uint32(b[2])<<16, 24)
		}
	},
	encode: func(dst []byte, src []int32) {
		dst = dst[:3*len(src)]
		for i, v := range src {
			b := dst[3*i : 3*i+3]
			b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16)
		}
	},
}
