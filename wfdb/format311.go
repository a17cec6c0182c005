package wfdb

import "encoding/binary"

// Format 311: three 10-bit samples in the low 30 bits of a 32-bit word, low
// byte first, sample 0 lowest.
//
// A single last sample takes two bytes, two take four; other writers make do
// with three.
var format311 = format{
	number: 311, resolution: 10, low: -512, high: 511, samples: 3, bytes: 4,
	decode: func(dst []int32, src []byte) {
		n := len(dst) / 3
		for i := range n {
			u := binary.LittleEndian.Uint32(src[4*i:])
			d := dst[3*i : 3*i+3]
			d[0], d[1], d[2] = signed(u, 10), signed(u>>10, 10), signed(u>>20, 10)
		}
	},
	encode: func(dst []byte, src []int32) {
		n := len(src) / 3
		for i := range n {
			s := src[3*i : 3*i+3]
			u := uint32(s[0]&0x3ff) | uint32(s[1]&0x3ff)<<10 | uint32(s[2]&0x3ff)<<20
			binary.LittleEndian.PutUint32(dst[4*i:], u)
		}
	},
	tail: func(dst []int32, b []byte) (int, bool) {
		if len(b) < 2 {
			return 0, len(b) > 0
		}
		u := uint32(binary.LittleEndian.Uint16(b))
		dst[0] = signed(u, 10)
		if len(b) == 2 {
			return 1, false
		}
		dst[1] = signed((u|uint32(b[2])<<16)>>10, 10)
		return 2, false
	},
	tailBytes: func(n int) int { return 2 * n },
}
