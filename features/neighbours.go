package features

// neighbours.go: how many patterns are like each pattern. Two patterns of d
// successive values are alike when no pair of their values differs by more
// than r (Chebyshev distance <= r). All entropies that count start here.
//
// The patterns are sorted into a tree of boxes. Two boxes that lie entirely
// within r of each other add their sizes without a look at the points, two
// that lie entirely outside add nothing, and only pairs on the border are
// opened (dual-tree counting: A. Gray and A. Moore, NIPS 13, 2000). The
// rounding of x-y is monotone, so that boxes decide exactly as points would.

type neighbours struct {
	d      int
	r      float64
	points []float64 // d values per pattern, in the order of the tree
	index  []int32   // pattern at each place of the tree
	counts []int32   // per place: patterns alike, itself included
	nodes  []box
	bounds []float64 // 2 d values per node: lowest and highest of each dimension
}

type box struct {
	start, end  int32
	left, right int32 // children; 0: a leaf
	all         int32 // added to the count of every pattern inside
}

const leafSize = 12 // patterns; the fastest of 8, 12, 16, 24, 32 on 1e4 and 1e5 beats

// count fills counts for the n patterns x[i:i+d], i < n.
func (t *neighbours) count(x []float64, n, d int, r float64) {
	t.d, t.r = d, r
	t.points, t.index, t.counts = t.points[:0], t.index[:0], t.counts[:0]
	t.nodes, t.bounds = t.nodes[:0], t.bounds[:0]
	for i := range n {
		t.points = append(t.points, x[i:i+d]...)
		t.index = append(t.index, int32(i))
		t.counts = append(t.counts, 0)
	}
	if n == 0 {
		return
	}
	t.build(0, n)
	t.same(0)
	for i := range t.nodes {
		v := t.nodes[i].all
		if l := t.nodes[i].left; l > 0 {
			t.nodes[l].all += v
			t.nodes[t.nodes[i].right].all += v
			continue
		}
		for k := t.nodes[i].start; k < t.nodes[i].end; k++ {
			t.counts[k] += v
		}
	}
}

// build makes the node of the places [start, end) and returns its index.
// Parents come before their children.
func (t *neighbours) build(start, end int) int32 {
	d := t.d
	id := int32(len(t.nodes))
	t.nodes = append(t.nodes, box{start: int32(start), end: int32(end)})
	base := len(t.bounds)
	t.bounds = append(t.bounds, t.points[start*d:start*d+d]...)
	t.bounds = append(t.bounds, t.points[start*d:start*d+d]...)
	lo, hi := t.bounds[base:base+d], t.bounds[base+d:base+2*d]
	for i := start + 1; i < end; i++ {
		for k, v := range t.points[i*d : i*d+d] {
			if v < lo[k] {
				lo[k] = v
			} else if v > hi[k] {
				hi[k] = v
			}
		}
	}
	if end-start <= leafSize {
		return id
	}
	wide := 0
	for k := range d {
		if hi[k]-lo[k] > hi[wide]-lo[wide] {
			wide = k
		}
	}
	if hi[wide] == lo[wide] {
		return id // all alike: no split helps, and no pair is ever opened
	}
	middle := (start + end) / 2
	t.selectAt(start, end, middle, wide)
	left := t.build(start, middle)
	right := t.build(middle, end)
	t.nodes[id].left, t.nodes[id].right = left, right
	return id
}

// selectAt orders the places [start, end) by dimension k so far that all
// before middle are <= all from middle on (Hoare's selection; the pivot is the
// median of three, so the result depends on the data alone).
func (t *neighbours) selectAt(start, end, middle, k int) {
	d := t.d
	lo, hi := start, end-1
	for lo < hi {
		p, q, u := t.points[lo*d+k], t.points[(lo+hi)/2*d+k], t.points[hi*d+k]
		pivot := max(min(p, q), min(max(p, q), u))
		i, j := lo, hi
		for i <= j {
			for t.points[i*d+k] < pivot {
				i++
			}
			for t.points[j*d+k] > pivot {
				j--
			}
			if i <= j {
				t.swap(i, j)
				i++
				j--
			}
		}
		switch {
		case middle <= j:
			hi = j
		case middle >= i:
			lo = i
		default:
			return
		}
	}
}

func (t *neighbours) swap(i, j int) {
	d := t.d
	a, b := t.points[i*d:i*d+d], t.points[j*d:j*d+d]
	for k := range a {
		a[k], b[k] = b[k], a[k]
	}
	t.index[i], t.index[j] = t.index[j], t.index[i]
}

// relation of two nodes.
const (
	inside  = iota // every pair is alike
	outside        // no pair is
	border
)

func (t *neighbours) relation(p, q int32) int {
	d, r := t.d, t.r
	a, b := t.bounds[int(p)*2*d:int(p)*2*d+2*d], t.bounds[int(q)*2*d:int(q)*2*d+2*d]
	result := inside
	for k := range d {
		alo, ahi, blo, bhi := a[k], a[d+k], b[k], b[d+k]
		if blo-ahi > r || alo-bhi > r {
			return outside
		}
		if bhi-alo > r || ahi-blo > r {
			result = border
		}
	}
	return result
}

// same counts the pairs within one node.
func (t *neighbours) same(p int32) {
	n := &t.nodes[p]
	if t.relation(p, p) == inside {
		n.all += n.end - n.start
		return
	}
	if n.left == 0 {
		for i := n.start; i < n.end; i++ {
			t.counts[i]++
			t.pairs(i, i+1, n.end)
		}
		return
	}
	t.same(n.left)
	t.same(n.right)
	t.cross(n.left, n.right)
}

// cross counts the pairs between two nodes.
func (t *neighbours) cross(p, q int32) {
	switch t.relation(p, q) {
	case outside:
		return
	case inside:
		a, b := &t.nodes[p], &t.nodes[q]
		a.all += b.end - b.start
		b.all += a.end - a.start
		return
	}
	a, b := &t.nodes[p], &t.nodes[q]
	switch {
	case a.left == 0 && b.left == 0:
		for i := a.start; i < a.end; i++ {
			t.pairs(i, b.start, b.end)
		}
	case b.left == 0 || a.left != 0 && a.end-a.start >= b.end-b.start:
		t.cross(a.left, q)
		t.cross(a.right, q)
	default:
		t.cross(p, b.left)
		t.cross(p, b.right)
	}
}

// pairs counts the pairs of place i with the places [start, end).
func (t *neighbours) pairs(i, start, end int32) {
	d, r := t.d, t.r
	x := t.points[int(i)*d : int(i)*d+d]
	other := t.points[int(start)*d : int(end)*d]
	counts := t.counts[start:end]
	found := int32(0)
	switch d {
	case 2:
		x0, x1 := x[0], x[1]
		for j := range counts {
			y := other[2*j : 2*j+2]
			if e := x0 - y[0]; e <= r && -e <= r {
				if e := x1 - y[1]; e <= r && -e <= r {
					counts[j]++
					found++
				}
			}
		}
	case 3:
		x0, x1, x2 := x[0], x[1], x[2]
		for j := range counts {
			y := other[3*j : 3*j+3]
			if e := x0 - y[0]; e <= r && -e <= r {
				if e := x1 - y[1]; e <= r && -e <= r {
					if e := x2 - y[2]; e <= r && -e <= r {
						counts[j]++
						found++
					}
				}
			}
		}
	default:
	next:
		for j := range counts {
			for k, v := range other[j*d : j*d+d] {
				if e := x[k] - v; !(e <= r && -e <= r) {
					continue next
				}
			}
			counts[j]++
			found++
		}
	}
	t.counts[i] += found
}
