package filter

import "math"

// kernel.go: the loops of second-order sections. Transposed direct form II
// (Oppenheim and Schafer, section 6.3) keeps z1 and z2, and y comes between one
// z1 and the next: four operations in a row. Here y is written out in the next
// state, which leaves two, a product and a sum:
//
//	y  = B0 v + z1
//	z1 = (B1 - A1 B0) v + z2 - A1 z1
//	z2 = (B2 - A2 B0) v      - A2 z1
//
// and d = z1 + z2 stands for z2, which at a low cut-off is nearly -z1:
//
//	z1 = d + c v + g z1    c = B1 - A1 B0              g = -1 - A1
//	d  = d + e v - m z1    e = B0 + B1 + B2 - m B0     m = 1 + A1 + A2
//
// m and e are small where the poles are near to 1, and have all their digits: the
// errors of d are small with d, and it takes those of z1 back. The poles are
// those of the "delta" forms of R. H. Middleton and G. C. Goodwin (IEEE Trans.
// Autom. Control 31:1015, 1986).
//
// All loops do these operations in this order: the same bits. float64() around
// each product: no fused product, the same bits on every processor.

// loop is a section as the loops want it; its state is z1 and d.
type loop struct{ b0, c, e, g, m float64 }

func (s Section) loop() loop {
	// math.FMA has the same bits on every processor. It keeps the digits of a
	// difference of near values.
	m := (1 + s.A1) + s.A2
	return loop{
		b0: s.B0,
		c:  math.FMA(-s.A1, s.B0, s.B1),
		e:  math.FMA(-m, s.B0, (s.B0+s.B2)+s.B1),
		g:  -1 - s.A1,
		m:  m,
	}
}

func loops(sections []Section) []loop {
	l := make([]loop, len(sections))
	for k, s := range sections {
		l[k] = s.loop()
	}
	return l
}

// step runs one section over one value; z is its state.
func (s *loop) step(z *[2]float64, v float64) float64 {
	z1, d := z[0], z[1]
	z[0] = (d + float64(s.c*v)) + float64(s.g*z1)
	z[1] = (d + float64(s.e*v)) - float64(s.m*z1)
	return float64(s.b0*v) + z1
}

// settle sets z to what v for ever would leave, where y comes out.
func (s *loop) settle(z *[2]float64, v, y float64) {
	z[0] = y - float64(s.b0*v)
	z[1] = float64((1-s.g)*z[0]) - float64(s.c*v)
}

// blockValues is how many values pass one section before the next takes them:
// few enough to stay in the nearest cache.
const blockValues = 1024

// runFrames runs sections over whole frames of x into dst, up to the first frame
// with a value that is no sample, and returns the number of values done. state
// is that of section 0 of each lead, then of section 1.
func runFrames(sections []loop, state [][2]float64, dst, x []float64, leads int) int {
	size := max(1, blockValues/leads) * leads
	for done := 0; ; {
		block := x[done:min(len(x), done+size)]
		n := goodValues(block)
		n -= n % leads
		out, in := dst[done:][:n], block[:n]
		if leads == 1 {
			runChain(sections, state, out, in)
		} else {
			for k := range sections {
				runLeads(&sections[k], state[k*leads:][:leads], out, in)
				in = out
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

// runChain runs sections over one lead.
func runChain(sections []loop, state [][2]float64, dst, x []float64) {
	state, dst = state[:len(sections)], dst[:len(x)]
	if len(sections) == 1 {
		runOne(&sections[0], &state[0], dst, x)
		return
	}
	// Four samples pass a section before the next takes them, with its
	// coefficients and state in registers.
	for len(x) >= 4 {
		p, q := (*[4]float64)(x), (*[4]float64)(dst)
		v0, v1, v2, v3 := p[0], p[1], p[2], p[3]
		for k := range sections {
			s, z := &sections[k], &state[k]
			b0, c, e, g, m := s.b0, s.c, s.e, s.g, s.m
			z1, d := z[0], z[1]
			y := float64(b0*v0) + z1
			z1, d = (d+float64(c*v0))+float64(g*z1), (d+float64(e*v0))-float64(m*z1)
			v0 = y
			y = float64(b0*v1) + z1
			z1, d = (d+float64(c*v1))+float64(g*z1), (d+float64(e*v1))-float64(m*z1)
			v1 = y
			y = float64(b0*v2) + z1
			z1, d = (d+float64(c*v2))+float64(g*z1), (d+float64(e*v2))-float64(m*z1)
			v2 = y
			y = float64(b0*v3) + z1
			z[0], z[1] = (d+float64(c*v3))+float64(g*z1), (d+float64(e*v3))-float64(m*z1)
			v3 = y
		}
		q[0], q[1], q[2], q[3] = v0, v1, v2, v3
		x, dst = x[4:], dst[4:]
	}
	for i, v := range x {
		for k := range sections {
			v = sections[k].step(&state[k], v)
		}
		dst[i] = v
	}
}

// runOne runs one section over one lead.
func runOne(s *loop, z *[2]float64, dst, x []float64) {
	b0, c, e, g, m := s.b0, s.c, s.e, s.g, s.m
	z1, d := z[0], z[1]
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = float64(b0*v) + z1
		z1, d = (d+float64(c*v))+float64(g*z1), (d+float64(e*v))-float64(m*z1)
	}
	z[0], z[1] = z1, d
}

// runLeads runs one section over whole frames; state is that of each lead. Two
// frames at a time: the state comes from memory once for both.
func runLeads(s *loop, state [][2]float64, dst, x []float64) {
	b0, c, e, g, m := s.b0, s.c, s.e, s.g, s.m
	leads := len(state)
	for len(x) >= 2*leads {
		p, q := x[:leads], x[leads:][:leads]
		o, r := dst[:leads], dst[leads:][:leads]
		for l := range state {
			z := &state[l]
			z1, d := z[0], z[1]
			v := p[l]
			o[l] = float64(b0*v) + z1
			z1, d = (d+float64(c*v))+float64(g*z1), (d+float64(e*v))-float64(m*z1)
			v = q[l]
			r[l] = float64(b0*v) + z1
			z[0], z[1] = (d+float64(c*v))+float64(g*z1), (d+float64(e*v))-float64(m*z1)
		}
		x, dst = x[2*leads:], dst[2*leads:]
	}
	for l, v := range x {
		dst[l] = s.step(&state[l], v)
	}
}

// good reports whether v is a sample.
func good(v float64) bool { return math.Abs(v) <= cascadeRange }
