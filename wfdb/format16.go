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

// direct16 takes two samples of two signals at a time, or the samples of any
// number of signals one signal after the other.
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

func pair16(dst []float64, src []byte, n int, table0, table1 *[1 << 16]float64, sums []uint16) {
	s0, s1 := uint64(0), uint64(0)
	twice := n / 2
	for i := range twice {
		u := binary.LittleEndian.Uint64(src[8*i:])
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0] = table0[uint16(u)]
		d[1] = table1[uint16(u>>16)]
		d[2] = table0[uint16(u>>32)]
		d[3] = table1[uint16(u>>48)]
		s0 += u&0xffff + u>>32&0xffff
		s1 += u>>16&0xffff + u>>48
	}
	if n%2 == 1 {
		u := binary.LittleEndian.Uint32(src[8*twice:])
		dst[4*twice], dst[4*twice+1] = table0[uint16(u)], table1[uint16(u>>16)]
		s0 += uint64(u & 0xffff)
		s1 += uint64(u >> 16)
	}
	sums[0] += uint16(s0)
	sums[1] += uint16(s1)
}
