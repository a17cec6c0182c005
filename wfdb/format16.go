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
	direct: direct16,
}

// direct16 takes two signals together, or the samples of any number of signals
// one signal after the other.
func direct16(dst []float64, src []byte, n int, scales []*scale, sums []uint16) {
	width := len(scales)
	if width == 2 {
		pair16(dst, src, n, scales[0].full, scales[1].full, sums)
		return
	}
	for c := range scales {
		table := scales[c].full
		sum := uint32(0)
		for k := c; k < len(dst); k += width {
			v := binary.LittleEndian.Uint16(src[2*k:])
			sum += uint32(v)
			dst[k] = table[v]
		}
		sums[c] += uint16(sum)
	}
}

// pair16 takes four frames of two signals at a time, in two words of four
// samples; sums are kept in pairs of 32 bits.
func pair16(dst []float64, src []byte, n int, table0, table1 *[1 << 16]float64, sums []uint16) {
	const even = 0x0000ffff0000ffff
	s0, s1 := uint64(0), uint64(0)
	four := n / 4
	for i := range four {
		s := src[16*i : 16*i+16 : 16*i+16]
		d := dst[8*i : 8*i+8 : 8*i+8]
		u, v := binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])
		s0 += u & even
		s1 += u >> 16 & even
		s0 += v & even
		s1 += v >> 16 & even
		d[0] = table0[uint16(u)]
		d[1] = table1[uint16(u>>16)]
		d[2] = table0[uint16(u>>32)]
		d[3] = table1[u>>48]
		d[4] = table0[uint16(v)]
		d[5] = table1[uint16(v>>16)]
		d[6] = table0[uint16(v>>32)]
		d[7] = table1[v>>48]
	}
	s0 += s0 >> 32
	s1 += s1 >> 32
	for k := 4 * four; k < n; k++ {
		u := binary.LittleEndian.Uint32(src[4*k:])
		dst[2*k], dst[2*k+1] = table0[uint16(u)], table1[u>>16]
		s0 += uint64(u & 0xffff)
		s1 += uint64(u >> 16)
	}
	sums[0] += uint16(s0)
	sums[1] += uint16(s1)
}
