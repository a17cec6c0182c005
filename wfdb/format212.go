package wfdb

import "encoding/binary"

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
	direct:    direct212,
}

// direct212 takes two signals together, or the samples of any number of signals
// one signal after the other. The tables begin with the code
// -2048: a code with its sign bit turned over is the index.
func direct212(dst []float64, src []byte, n int, scales []*scale, sums []uint16) {
	width := len(scales)
	if width == 2 {
		pair212(dst, src, n, scales, sums)
		return
	}
	for c := range scales {
		table := (*[4096]float64)(scales[c].table)
		sum := uint32(0)
		for k := c; k < len(dst); k += width {
			b := src[k/2*3 : k/2*3+3]
			u := uint32(b[0]) | uint32(b[1]&0x0f)<<8
			if k%2 == 1 {
				u = uint32(b[2]) | uint32(b[1]&0xf0)<<4
			}
			u ^= 0x800
			sum += u
			dst[k] = table[u&0xfff]
		}
		sums[c] += uint16(sum - 0x800*uint32(n))
	}
}

// pair212 takes four groups of two signals at a time. A group is three bytes of
// a 32-bit word; 0x8800 turns over the sign bits of both samples.
func pair212(dst []float64, src []byte, n int, scales []*scale, sums []uint16) {
	table0, table1 := (*[4096]float64)(scales[0].table), (*[4096]float64)(scales[1].table)
	s0, s1 := uint32(0), uint32(0)
	four := n / 4
	for i := range four {
		s := src[12*i : 12*i+12 : 12*i+12]
		d := dst[8*i : 8*i+8 : 8*i+8]
		w0 := binary.LittleEndian.Uint32(s) ^ 0x8800
		w1 := binary.LittleEndian.Uint32(s[3:]) ^ 0x8800
		w2 := binary.LittleEndian.Uint32(s[6:]) ^ 0x8800
		w3 := binary.LittleEndian.Uint32(s[8:])>>8 ^ 0x8800
		u0, v0 := w0&0xfff, w0>>16&0xff|w0>>4&0xf00
		u1, v1 := w1&0xfff, w1>>16&0xff|w1>>4&0xf00
		u2, v2 := w2&0xfff, w2>>16&0xff|w2>>4&0xf00
		u3, v3 := w3&0xfff, w3>>16&0xff|w3>>4&0xf00
		d[0] = table0[u0]
		d[1] = table1[v0]
		d[2] = table0[u1]
		d[3] = table1[v1]
		d[4] = table0[u2]
		d[5] = table1[v2]
		d[6] = table0[u3]
		d[7] = table1[v3]
		s0 += u0 + u1 + u2 + u3
		s1 += v0 + v1 + v2 + v3
	}
	for k := 4 * four; k < n; k++ {
		w := (uint32(src[3*k]) | uint32(src[3*k+1])<<8 | uint32(src[3*k+2])<<16) ^ 0x8800
		u, v := w&0xfff, w>>16|w>>4&0xf00
		dst[2*k], dst[2*k+1] = table0[u], table1[v]
		s0 += u
		s1 += v
	}
	sums[0] += uint16(s0 - 0x800*uint32(n))
	sums[1] += uint16(s1 - 0x800*uint32(n))
}
