package wfdb

import "encoding/binary"

// Format 310: three 10-bit samples in two 16-bit words, low byte first.
//
//	word 0   low 5 bits of sample 2 | sample 0 | 0
//	word 1   high 5 bits of sample 2 | sample 1 | 0
//
// A single last sample takes one word, two take both.
var format310 = format{
	number: 310, resolution: 10, low: -512, high: 511, samples: 3, bytes: 4,
	decode: func(dst []int32, src []byte) {
		n := len(dst) / 3
		for i := range n {
			b := src[4*i : 4*i+4]
			d := dst[3*i : 3*i+3]
			w0, w1 := uint32(binary.LittleEndian.Uint16(b)), uint32(binary.LittleEndian.Uint16(b[2:]))
			d[0], d[1] = signed(w0>>1, 10), signed(w1>>1, 10)
			d[2] = signed(w0>>11|w1>>11<<5, 10)
		}
	},
	encode: func(dst []byte, src []int32) {
		n := len(src) / 3
		for i := range n {
			s := src[3*i : 3*i+3]
			b := dst[4*i : 4*i+4]
			w0 := uint16(s[0]&0x3ff)<<1 | uint16(s[2]&0x1f)<<11
			w1 := uint16(s[1]&0x3ff)<<1 | uint16(s[2]>>5&0x1f)<<11
			binary.LittleEndian.PutUint16(b, w0)
			binary.LittleEndian.PutUint16(b[2:], w1)
		}
	},
	tail: func(dst []int32, b []byte) (int, bool) {
		if len(b) < 2 {
			return 0, len(b) > 0
		}
		dst[0] = signed(uint32(binary.LittleEndian.Uint16(b))>>1, 10)
		return 1, len(b) > 2
	},
	tailBytes: func(n int) int { return 2 * n },
}
