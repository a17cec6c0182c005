// Package boost trains gradient-boosted trees for log odds: histograms of at
// most 64 bins, best leaf first, second-order steps (T. Chen and C. Guestrin,
// XGBoost, KDD 2016), with monotone inputs on request. The same data and the
// same seed give the same trees to the bit.
package boost

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// Rows are training examples: inputs one after the other, what each should give
// (0 or 1), and how much it counts.
type Rows struct {
	Inputs int
	X      []float32
	Label  []float32
	Weight []float32
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.Label) }

// Append adds a row.
func (r *Rows) Append(x []float32, label, weight float32) {
	r.X = append(r.X, x...)
	r.Label = append(r.Label, label)
	r.Weight = append(r.Weight, weight)
}

// Config says how a forest is trained.
type Config struct {
	Trees, Leaves int
	Rate          float64
	MinRows       int     // of a leaf
	L2            float64 // penalty of leaf values
	Monotone      []int8  // by input: 1 rising, -1 falling, 0 free; nil: all free
	Features      float64 // share of the inputs that each tree may use; 0: all
	Seed          uint64
}

// Node is a leaf (Input < 0, with its value) or a split: rows with x[Input] <=
// Value go to child Below, others to child Below+1.
type Node struct {
	Input int
	Value float32
	Below int
}

// Forest is a sum of trees.
type Forest struct {
	Nodes []Node
	Roots []int
}

// Odds are the log odds of one row.
func (f *Forest) Odds(x []float32) float32 {
	sum := float32(0)
	for _, n := range f.Roots {
		for f.Nodes[n].Input >= 0 {
			k := f.Nodes[n].Below
			if x[f.Nodes[n].Input] > f.Nodes[n].Value {
				k++
			}
			n = k
		}
		sum += f.Nodes[n].Value
	}
	return sum
}

const maxBins = 64

// trainer holds the rows in bins, one column per input.
type trainer struct {
	c     Config
	cuts  [][]float32 // upper edge of each bin but the last
	bins  [][]uint8
	g, h  []float64
	score []float64
	rows  *Rows
}

// leaf is a part of the rows during the growth of a tree.
type leaf struct {
	rows     []int32
	g, h     float64
	lo, hi   float64 // bounds of its value by monotony
	node     int
	gain     float64
	input    int
	bin      int
	gl, hl   float64
	hist     []float64 // g, h, count per input and bin
	possible bool
}

// Train fits a forest.
func Train(ctx context.Context, rows *Rows, c Config) (*Forest, error) {
	t := &trainer{c: c, rows: rows}
	n := rows.Len()
	if n > 0 {
		t.bin()
	}
	t.g, t.h, t.score = make([]float64, n), make([]float64, n), make([]float64, n)
	sum, pos := 0.0, 0.0
	for i := range n {
		sum += float64(rows.Weight[i])
		pos += float64(rows.Weight[i]) * float64(rows.Label[i])
	}
	f := &Forest{}
	if n == 0 || pos <= 0 || pos >= sum {
		return f, nil
	}
	start := math.Log(pos / (sum - pos))
	f.Roots = append(f.Roots, 0)
	f.Nodes = append(f.Nodes, Node{Input: -1, Value: float32(start)})
	for i := range t.score {
		t.score[i] = start
	}
	rng := rand.New(rand.NewPCG(c.Seed, 0x626f6f7374))
	for range c.Trees {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range n {
			p := 1 / (1 + math.Exp(-t.score[i]))
			w := float64(rows.Weight[i])
			t.g[i] = w * (p - float64(rows.Label[i]))
			t.h[i] = max(w*p*(1-p), 1e-9)
		}
		t.grow(f, rng)
	}
	return f, nil
}

// bin finds the edges of the bins by the quantiles of each input.
func (t *trainer) bin() {
	n := t.rows.Len()
	t.cuts, t.bins = make([][]float32, t.rows.Inputs), make([][]uint8, t.rows.Inputs)
	step := max(1, n/20000)
	for j := range t.rows.Inputs {
		var sample []float32
		for i := 0; i < n; i += step {
			sample = append(sample, t.rows.X[i*t.rows.Inputs+j])
		}
		slices.Sort(sample)
		var cuts []float32
		for k := 1; k < maxBins; k++ {
			v := sample[k*(len(sample)-1)/maxBins]
			if len(cuts) == 0 || v > cuts[len(cuts)-1] {
				cuts = append(cuts, v)
			}
		}
		col := make([]uint8, n)
		for i := range col {
			k, _ := slices.BinarySearch(cuts, t.rows.X[i*t.rows.Inputs+j])
			col[i] = uint8(k)
		}
		t.cuts[j], t.bins[j] = cuts, col
	}
}

// grow adds a tree.
func (t *trainer) grow(f *Forest, rng *rand.Rand) {
	use := make([]bool, t.rows.Inputs)
	for j := range use {
		use[j] = t.c.Features == 0 || rng.Float64() < t.c.Features
	}
	root := &leaf{rows: make([]int32, t.rows.Len()), lo: math.Inf(-1), hi: math.Inf(1), node: len(f.Nodes)}
	for i := range root.rows {
		root.rows[i] = int32(i)
		root.g += t.g[i]
		root.h += t.h[i]
	}
	f.Roots = append(f.Roots, root.node)
	f.Nodes = append(f.Nodes, Node{Input: -1})
	t.histogram(root, use)
	t.best(root, use)
	leaves := []*leaf{root}
	for len(leaves) < t.c.Leaves {
		pick := -1
		for i, l := range leaves {
			if l.possible && (pick < 0 || l.gain > leaves[pick].gain) {
				pick = i
			}
		}
		if pick < 0 {
			break
		}
		l := leaves[pick]
		a, b := t.split(l, f)
		small, large := a, b
		if len(a.rows) > len(b.rows) {
			small, large = b, a
		}
		t.histogram(small, use)
		large.hist = l.hist
		for i, v := range small.hist {
			large.hist[i] -= v
		}
		t.best(a, use)
		t.best(b, use)
		leaves[pick] = a
		leaves = append(leaves, b)
	}
	for _, l := range leaves {
		v := t.c.Rate * t.value(l.g, l.h, l.lo, l.hi)
		f.Nodes[l.node].Value = float32(v)
		for _, i := range l.rows {
			t.score[i] += float64(float32(v))
		}
	}
}

func (t *trainer) value(g, h, lo, hi float64) float64 {
	return min(hi, max(lo, -g/(h+t.c.L2)))
}

func (t *trainer) histogram(l *leaf, use []bool) {
	l.hist = make([]float64, 3*maxBins*t.rows.Inputs)
	for j, col := range t.bins {
		if !use[j] {
			continue
		}
		h := l.hist[3*maxBins*j:][:3*maxBins]
		for _, i := range l.rows {
			k := 3 * int(col[i])
			h[k] += t.g[i]
			h[k+1] += t.h[i]
			h[k+2]++
		}
	}
}

// best finds the best split of a leaf.
func (t *trainer) best(l *leaf, use []bool) {
	l.possible, l.gain = false, 1e-6
	now := t.gain(l.g, l.h, t.value(l.g, l.h, l.lo, l.hi))
	for j := range t.bins {
		if !use[j] {
			continue
		}
		h := l.hist[3*maxBins*j:]
		gl, hl, n := 0.0, 0.0, 0.0
		for k := range len(t.cuts[j]) {
			gl += h[3*k]
			hl += h[3*k+1]
			n += h[3*k+2]
			if n < float64(t.c.MinRows) || float64(len(l.rows))-n < float64(t.c.MinRows) {
				continue
			}
			vl, vr := t.value(gl, hl, l.lo, l.hi), t.value(l.g-gl, l.h-hl, l.lo, l.hi)
			if t.c.Monotone != nil {
				if m := t.c.Monotone[j]; m > 0 && vl > vr || m < 0 && vl < vr {
					continue
				}
			}
			if gain := t.gain(gl, hl, vl) + t.gain(l.g-gl, l.h-hl, vr) - now; gain > l.gain {
				l.possible, l.gain, l.input, l.bin, l.gl, l.hl = true, gain, j, k, gl, hl
			}
		}
	}
}

// gain is how much the loss falls by giving a leaf this value.
func (t *trainer) gain(g, h, v float64) float64 { return -(g*v + 0.5*(h+t.c.L2)*v*v) }

func (t *trainer) split(l *leaf, f *Forest) (a, b *leaf) {
	below := len(f.Nodes)
	f.Nodes[l.node] = Node{l.input, t.cuts[l.input][l.bin], below}
	f.Nodes = append(f.Nodes, Node{Input: -1}, Node{Input: -1})
	a = &leaf{g: l.gl, h: l.hl, lo: l.lo, hi: l.hi, node: below}
	b = &leaf{g: l.g - l.gl, h: l.h - l.hl, lo: l.lo, hi: l.hi, node: below + 1}
	if t.c.Monotone != nil {
		if m := t.c.Monotone[l.input]; m != 0 {
			mid := (t.value(a.g, a.h, l.lo, l.hi) + t.value(b.g, b.h, l.lo, l.hi)) / 2
			if m > 0 {
				a.hi, b.lo = mid, mid
			} else {
				a.lo, b.hi = mid, mid
			}
		}
	}
	col := t.bins[l.input]
	for _, i := range l.rows {
		if int(col[i]) <= l.bin {
			a.rows = append(a.rows, i)
		} else {
			b.rows = append(b.rows, i)
		}
	}
	return a, b
}
