package filter

import "math"

// kernel.go: the loops of second-order sections, in transposed direct form II
// (Oppenheim and Schafer, section 6.3):
//
//	y  = B0 v + z1
//	z1 = (B1 v + z2) - A1 y
//	z2 = B2 v - A2 y
//
// One section of one lead is bound by the latency of its chain: multiply by A1,
// subtract, add. B1 v + z2 does not wait for y, so it comes first. Several
// sections or leads overlap. All loops do these operations in this order: the
// same bits. float64() around each product: no fused product, the same bits on
// every processor.

// step runs one section over one value; z is its state.
func (s *Section) step(z *[2]float64, v float64) float64 {
	y := float64(s.B0*v) + z[0]
	z[0] = (float64(s.B1*v) + z[1]) - float64(s.A1*y)
	z[1] = float64(s.B2*v) - float64(s.A2*y)
	return y
}

// blockValues is how many values pass one section before the next takes them:
// few enough to stay in the nearest cache.
const blockValues = 1024

// runFrames runs sections over whole frames of x into dst, up to the first frame
// with a value that is no sample, and returns the number of values done. state
// is that of section 0 of each lead, then of section 1.
func runFrames(sections []Section, state [][2]float64, dst, x []float64, leads int) int {
	size := max(1, blockValues/leads) * leads
	for done := 0; ; {
		block := x[done:min(len(x), done+size)]
		n := goodValues(block)
		n -= n % leads
		out := dst[done:][:n]
		copy(out, block)
		if leads == 1 {
			runChain(sections, state, out)
		} else {
			for k := range sections {
				runLeads(&sections[k], state[k*leads:][:leads], out)
			}
		}
		if done += n; n < size {
			return done
		}
	}
}

// goodValues is the number of values at the start of x that are samples. Where
// the squares of two values stay below the square of the limit, both are.
func goodValues(x []float64) int {
	const limit = cascadeRange * cascadeRange
	i := 0
	for ; i+8 <= len(x); i += 8 {
		p := (*[8]float64)(x[i:])
		if p[0]*p[0]+p[1]*p[1] <= limit && p[2]*p[2]+p[3]*p[3] <= limit &&
			p[4]*p[4]+p[5]*p[5] <= limit && p[6]*p[6]+p[7]*p[7] <= limit {
			continue
		}
		for _, v := range p {
			if !good(v) {
				return i
			}
		}
	}
	for i < len(x) && good(x[i]) {
		i++
	}
	return i
}

// runChain runs sections over one lead in place.
func runChain(sections []Section, state [][2]float64, x []float64) {
	state = state[:len(sections)]
	if len(sections) == 1 {
		runOne(&sections[0], &state[0], x)
		return
	}
	// Four samples pass a section before the next takes them, with its
	// coefficients and state in registers.
	for ; len(x) >= 4; x = x[4:] {
		p := (*[4]float64)(x)
		v0, v1, v2, v3 := p[0], p[1], p[2], p[3]
		for k := range sections {
			s, z := &sections[k], &state[k]
			b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
			z1, z2 := z[0], z[1]
			y := float64(b0*v0) + z1
			z1 = (float64(b1*v0) + z2) - float64(a1*y)
			z2 = float64(b2*v0) - float64(a2*y)
			v0 = y
			y = float64(b0*v1) + z1
			z1 = (float64(b1*v1) + z2) - float64(a1*y)
			z2 = float64(b2*v1) - float64(a2*y)
			v1 = y
			y = float64(b0*v2) + z1
			z1 = (float64(b1*v2) + z2) - float64(a1*y)
			z2 = float64(b2*v2) - float64(a2*y)
			v2 = y
			y = float64(b0*v3) + z1
			z[0] = (float64(b1*v3) + z2) - float64(a1*y)
			z[1] = float64(b2*v3) - float64(a2*y)
			v3 = y
		}
		p[0], p[1], p[2], p[3] = v0, v1, v2, v3
	}
	for i, v := range x {
		for k := range sections {
			v = sections[k].step(&state[k], v)
		}
		x[i] = v
	}
}

// runOne runs one section over one lead in place.
func runOne(s *Section, z *[2]float64, x []float64) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	z1, z2 := z[0], z[1]
	for i, v := range x {
		y := float64(b0*v) + z1
		x[i] = y
		z1 = (float64(b1*v) + z2) - float64(a1*y)
		z2 = float64(b2*v) - float64(a2*y)
	}
	z[0], z[1] = z1, z2
}

// runLeads runs one section over whole frames in place; state is that of each
// lead. Two frames at a time: the state comes from memory once for both.
func runLeads(s *Section, state [][2]float64, x []float64) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	leads := len(state)
	for ; len(x) >= 2*leads; x = x[2*leads:] {
		p, q := x[:leads], x[leads:][:leads]
		for l := range state {
			z := &state[l]
			z1, z2 := z[0], z[1]
			v := p[l]
			y := float64(b0*v) + z1
			p[l] = y
			z1 = (float64(b1*v) + z2) - float64(a1*y)
			z2 = float64(b2*v) - float64(a2*y)
			v = q[l]
			y = float64(b0*v) + z1
			q[l] = y
			z[0] = (float64(b1*v) + z2) - float64(a1*y)
			z[1] = float64(b2*v) - float64(a2*y)
		}
	}
	for l, v := range x {
		x[l] = s.step(&state[l], v)
	}
}

// good reports whether v is a sample.
func good(v float64) bool { return math.Abs(v) <= cascadeRange }
