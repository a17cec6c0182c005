package filter

import "math"

// kernel.go: the fast loops of second-order sections. One section is bound by
// the latency of its chain (multiply, add, multiply, subtract, add), not by its
// work; so sections of one lead, or leads of one section, run side by side in
// one loop, with their states in registers. All loops do the operations of
// Cascade.one, in its order: the same bits.
//
// float64() around each product: no fused product, the same bits everywhere.

// kernelFrames is how many frames pass one group of sections or leads before the
// next group takes them: few enough to stay in the nearest cache.
const kernelFrames = 256

// runSections runs sections over whole frames in place, up to the first frame
// with a value that is no sample, and returns the number of values done. state
// holds z1, z2 of section 0 of each lead, then of section 1.
func runSections(sections []Section, state, x []float64, leads int) int {
	done := 0
	for done < len(x) {
		block := x[done:min(len(x), done+kernelFrames*leads)]
		var n int
		if leads == 1 {
			n = runChain(sections, state, block)
		} else {
			n = goodFrames(block, leads)
			runLeads(sections, state, block[:n], leads)
		}
		done += n
		if n < len(block) {
			break
		}
	}
	return done
}

// magnitude is a float as an integer that orders by magnitude, infinities and
// NaN last.
func magnitude(v float64) uint64 { return math.Float64bits(v) << 1 }

const (
	goodLimit = 0x8100000000000000 // magnitude(512)
	noLimit   = 1<<64 - 1
)

// goodFrames is the number of values at the start of x, whole frames, that are
// samples.
func goodFrames(x []float64, leads int) int {
	i := 0
	for ; i+4 <= len(x); i += 4 {
		p := x[i : i+4 : i+4]
		if max(magnitude(p[0]), magnitude(p[1]), magnitude(p[2]), magnitude(p[3])) > goodLimit {
			break
		}
	}
	for i < len(x) && magnitude(x[i]) <= goodLimit {
		i++
	}
	return i - i%leads
}

// runLeads runs sections over good frames, three leads or two at a time.
func runLeads(sections []Section, state, x []float64, leads int) {
	for k := range sections {
		z := state[2*k*leads:][:2*leads]
		for l := 0; l < leads; {
			if left := leads - l; left == 2 || left == 4 {
				twoLeads(&sections[k], z[2*l:], x[l:], leads)
				l += 2
			} else {
				threeLeads(&sections[k], z[2*l:], x[l:], leads)
				l += 3
			}
		}
	}
}

// runChain runs sections over one lead, four, two and one at a time. The first
// group looks for values that are no samples, in the shadow of its chain.
func runChain(sections []Section, state, x []float64) int {
	limit := uint64(goodLimit)
	for len(sections) > 0 {
		n := 1
		switch {
		case len(sections) >= 4:
			n = 4
			x = x[:fourSections((*[4]Section)(sections), (*[8]float64)(state), x, limit)]
		case len(sections) >= 2:
			n = 2
			x = x[:twoSections((*[2]Section)(sections), (*[4]float64)(state), x, limit)]
		default:
			x = x[:oneSection(&sections[0], (*[2]float64)(state), x, limit)]
		}
		sections, state, limit = sections[n:], state[2*n:], noLimit
	}
	return len(x)
}

func oneSection(s *Section, state *[2]float64, x []float64, limit uint64) (n int) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	z1, z2 := state[0], state[1]
	for n = 0; n < len(x); n++ {
		v := x[n]
		if magnitude(v) > limit {
			break
		}
		y := float64(b0*v) + z1
		x[n] = y
		z1 = float64(b1*v) - float64(a1*y) + z2
		z2 = float64(b2*v) - float64(a2*y)
	}
	state[0], state[1] = z1, z2
	return n
}

func twoSections(s *[2]Section, state *[4]float64, x []float64, limit uint64) (n int) {
	z1, z2, z3, z4 := state[0], state[1], state[2], state[3]
	p, q := s[0], s[1]
	for n = 0; n < len(x); n++ {
		v := x[n]
		if magnitude(v) > limit {
			break
		}
		y := float64(p.B0*v) + z1
		z1 = float64(p.B1*v) - float64(p.A1*y) + z2
		z2 = float64(p.B2*v) - float64(p.A2*y)
		w := float64(q.B0*y) + z3
		x[n] = w
		z3 = float64(q.B1*y) - float64(q.A1*w) + z4
		z4 = float64(q.B2*y) - float64(q.A2*w)
	}
	state[0], state[1], state[2], state[3] = z1, z2, z3, z4
	return n
}

func fourSections(s *[4]Section, state *[8]float64, x []float64, limit uint64) (n int) {
	z1, z2, z3, z4 := state[0], state[1], state[2], state[3]
	z5, z6, z7, z8 := state[4], state[5], state[6], state[7]
	for n = 0; n < len(x); n++ {
		v := x[n]
		if magnitude(v) > limit {
			break
		}
		// The coefficients come from memory: sixteen registers do not hold them.
		y := float64(s[0].B0*v) + z1
		z1 = float64(s[0].B1*v) - float64(s[0].A1*y) + z2
		z2 = float64(s[0].B2*v) - float64(s[0].A2*y)
		v = float64(s[1].B0*y) + z3
		z3 = float64(s[1].B1*y) - float64(s[1].A1*v) + z4
		z4 = float64(s[1].B2*y) - float64(s[1].A2*v)
		y = float64(s[2].B0*v) + z5
		z5 = float64(s[2].B1*v) - float64(s[2].A1*y) + z6
		z6 = float64(s[2].B2*v) - float64(s[2].A2*y)
		v = float64(s[3].B0*y) + z7
		x[n] = v
		z7 = float64(s[3].B1*y) - float64(s[3].A1*v) + z8
		z8 = float64(s[3].B2*y) - float64(s[3].A2*v)
	}
	state[0], state[1], state[2], state[3] = z1, z2, z3, z4
	state[4], state[5], state[6], state[7] = z5, z6, z7, z8
	return n
}

func twoLeads(s *Section, state, x []float64, leads int) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	state = state[:4]
	z1, z2, z3, z4 := state[0], state[1], state[2], state[3]
	for i := 0; i < len(x)-1; i += leads {
		p := x[i : i+2 : i+2]
		v := p[0]
		y := float64(b0*v) + z1
		p[0] = y
		z1 = float64(b1*v) - float64(a1*y) + z2
		z2 = float64(b2*v) - float64(a2*y)
		v = p[1]
		y = float64(b0*v) + z3
		p[1] = y
		z3 = float64(b1*v) - float64(a1*y) + z4
		z4 = float64(b2*v) - float64(a2*y)
	}
	state[0], state[1], state[2], state[3] = z1, z2, z3, z4
}

func threeLeads(s *Section, state, x []float64, leads int) {
	b0, b1, b2, a1, a2 := s.B0, s.B1, s.B2, s.A1, s.A2
	state = state[:6]
	z1, z2, z3, z4, z5, z6 := state[0], state[1], state[2], state[3], state[4], state[5]
	for i := 0; i < len(x)-2; i += leads {
		p := x[i : i+3 : i+3]
		// One lead after the other, each stored before the next is loaded: so few
		// values live that they stay in registers.
		v := p[0]
		y := float64(b0*v) + z1
		p[0] = y
		z1 = float64(b1*v) - float64(a1*y) + z2
		z2 = float64(b2*v) - float64(a2*y)
		v = p[1]
		y = float64(b0*v) + z3
		p[1] = y
		z3 = float64(b1*v) - float64(a1*y) + z4
		z4 = float64(b2*v) - float64(a2*y)
		v = p[2]
		y = float64(b0*v) + z5
		p[2] = y
		z5 = float64(b1*v) - float64(a1*y) + z6
		z6 = float64(b2*v) - float64(a2*y)
	}
	state[0], state[1], state[2], state[3], state[4], state[5] = z1, z2, z3, z4, z5, z6
}
