package wfdb

// Format 212: two 12-bit samples in three bytes.
//
//	byte 0   low 8 bits of sample 0
//	byte 1   high 4 bits of sample 1 | high 4 bits of sample 0
//	byte 2   low 8 bits of sample 1
//
// A single last sample takes two bytes.
var format212 = format{
	number: 212, resolution: 12, low: -2048, high: 2047, samples: 2, bytes: 3,
	decode: func(dst []int32, src []byte) {
		n := len(dst) / 2
		src = src[:3*n]
		dst = dst[:2*n]
		for i := range n {
			b := src[3*i : 3*i+3]
			d := dst[2*i : 2*i+2]
			mid := int32(b[1])
			d[0] = int32(b[0]) | mid<<28>>20
			d[1] = int32(b[2]) | int32(int8(mid&0xf0))<<4
		}
	},
	encode: func(dst []byte, src []int32) {
		n := len(src) / 2
		dst = dst[:3*n]
		for i := range n {
			s0, s1 := src[2*i], src[2*i+1]
			b := dst[3*i : 3*i+3]
			b[0], b[1], b[2] = byte(s0), byte(s0>>8)&0x0f|byte(s1>>4)&0xf0, byte(s1)
		}
	},
	tail: func(dst []int32, b []byte) (int, bool) {
		if len(b) < 2 {
			return 0, len(b) > 0
		}
		dst[0] = int32(b[0]) | int32(b[1])<<28>>20
		return 1, false
	},
	tailBytes: func(int) int { return 2 },
}
