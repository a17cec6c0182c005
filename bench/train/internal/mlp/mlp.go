// Package mlp trains small multilayer perceptrons with two hidden layers and one
// logistic output. The same data and the same seed give the same weights to the
// bit on processors of one architecture.
package mlp

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
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

// Config says how a network is trained.
type Config struct {
	Hidden1, Hidden2 int
	Epochs           int
	Batch            int
	Rate             float64 // learning rate, after a warm-up of 3 % and along a cosine
	Decay            float64 // of weights, per step and learning rate (AdamW)
	Drop             float64 // share of the first hidden layer that is left out at random
	Leak             float32 // slope of the rectifiers below 0
	Clip             float32 // of standardised inputs
	Seed             uint64
}

// Net is a trained network. Weights are one row per input.
type Net struct {
	Inputs, Hidden1, Hidden2 int
	Mean, Scale              []float32
	W1, B1, W2, B2, W3       []float32
	B3                       float32
}

// parameter is a group of weights with its moments for AdamW (I. Loshchilov and
// F. Hutter, Decoupled weight decay regularization, ICLR 2019).
type parameter struct {
	w, grad, m, v []float32
	decay         bool
}

func newParameter(n int, decay bool) *parameter {
	return &parameter{make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), decay}
}

func (p *parameter) step(rate, decay float64, t int) {
	const b1, b2, tiny = 0.9, 0.999, 1e-8
	c1, c2 := 1-math.Pow(b1, float64(t)), 1-math.Pow(b2, float64(t))
	lr := float32(rate / c1)
	root := float32(1 / math.Sqrt(c2))
	shrink := float32(1)
	if p.decay {
		shrink = float32(1 - rate*decay)
	}
	for i, g := range p.grad {
		p.m[i] += (1 - b1) * (g - p.m[i])
		p.v[i] += (1 - b2) * (g*g - p.v[i])
		p.w[i] = p.w[i]*shrink - lr*p.m[i]/(float32(math.Sqrt(float64(p.v[i])))*root+tiny)
		p.grad[i] = 0
	}
}

// Train fits a network.
func Train(ctx context.Context, rows *Rows, c Config) (*Net, error) {
	rng := rand.New(rand.NewPCG(c.Seed, 0x6d6c70))
	n := &Net{Inputs: rows.Inputs, Hidden1: c.Hidden1, Hidden2: c.Hidden2}
	n.standardise(rows)
	params := []*parameter{
		newParameter(n.Inputs*c.Hidden1, true), newParameter(c.Hidden1, false),
		newParameter(c.Hidden1*c.Hidden2, true), newParameter(c.Hidden2, false),
		newParameter(c.Hidden2, true), newParameter(1, false),
	}
	he := func(p *parameter, in int) {
		s := math.Sqrt(2 / float64(in))
		for i := range p.w {
			p.w[i] = float32(s * rng.NormFloat64())
		}
	}
	he(params[0], n.Inputs)
	he(params[2], c.Hidden1)
	he(params[4], c.Hidden2)

	order := make([]int32, rows.Len())
	for i := range order {
		order[i] = int32(i)
	}
	batches := rows.Len() / c.Batch
	steps := c.Epochs * batches
	b := newBatch(c, n.Inputs)
	t := 0
	for range c.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for k := range batches {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			t++
			b.load(n, rows, order[k*c.Batch:(k+1)*c.Batch], c.Clip)
			b.run(params, c, rng)
			rate := c.Rate * min(1, float64(t)/(0.03*float64(steps))) * 0.5 * (1 + math.Cos(math.Pi*float64(t)/float64(steps)))
			for _, p := range params {
				p.step(rate, c.Decay, t)
			}
		}
	}
	n.W1, n.B1, n.W2, n.B2, n.W3, n.B3 = params[0].w, params[1].w, params[2].w, params[3].w, params[4].w, params[5].w[0]
	return n, nil
}

// standardise takes mean and deviation of the inputs from the rows.
func (n *Net) standardise(rows *Rows) {
	sum, square := make([]float64, n.Inputs), make([]float64, n.Inputs)
	for r := range rows.Len() {
		for i, v := range rows.X[r*n.Inputs : (r+1)*n.Inputs] {
			sum[i] += float64(v)
			square[i] += float64(v) * float64(v)
		}
	}
	n.Mean, n.Scale = make([]float32, n.Inputs), make([]float32, n.Inputs)
	count := float64(max(1, rows.Len()))
	for i := range sum {
		m := sum[i] / count
		d := math.Sqrt(max(0, square[i]/count-m*m))
		n.Mean[i] = float32(m)
		n.Scale[i] = float32(1 / max(d, 1e-4))
	}
}

// batch is the working memory of a step.
type batch struct {
	size, inputs      int
	x, h1, h2         []float32 // values behind the rectifiers
	d1, d2, out       []float32 // gradients
	keep              []float32 // drop-out
	label, rowWeights []float32
}

func newBatch(c Config, inputs int) *batch {
	f := func(n int) []float32 { return make([]float32, c.Batch*n) }
	return &batch{c.Batch, inputs, f(inputs), f(c.Hidden1), f(c.Hidden2), f(c.Hidden1), f(c.Hidden2), f(1), f(c.Hidden1), f(1), f(1)}
}

func (b *batch) load(n *Net, rows *Rows, which []int32, clip float32) {
	for i, r := range which {
		src := rows.X[int(r)*b.inputs:][:b.inputs]
		dst := b.x[i*b.inputs:][:b.inputs]
		for j, v := range src {
			dst[j] = min(clip, max(-clip, (v-n.Mean[j])*n.Scale[j]))
		}
		b.label[i], b.rowWeights[i] = rows.Label[r], rows.Weight[r]
	}
}

// run adds up the gradients of one batch.
func (b *batch) run(p []*parameter, c Config, rng *rand.Rand) {
	clear(b.h1)
	addProduct(b.h1, b.x, p[0].w, false, b.size, b.inputs, c.Hidden1)
	rectify(b.h1, p[1].w, c.Leak)
	kept := float32(1 / (1 - c.Drop))
	for i, v := range b.h1 {
		keep := float32(0)
		if c.Drop == 0 || rng.Float64() >= c.Drop {
			keep = kept
		}
		b.keep[i] = keep
		b.h1[i] = v * keep
	}
	clear(b.h2)
	addProduct(b.h2, b.h1, p[2].w, false, b.size, c.Hidden1, c.Hidden2)
	rectify(b.h2, p[3].w, c.Leak)

	for i := range b.size {
		row := b.h2[i*c.Hidden2:][:c.Hidden2]
		z := p[5].w[0]
		for j, v := range row {
			z += v * p[4].w[j]
		}
		prob := float32(1 / (1 + math.Exp(-float64(z))))
		d := b.rowWeights[i] * (prob - b.label[i]) / float32(b.size)
		p[5].grad[0] += d
		for j, v := range row {
			p[4].grad[j] += d * v
			g := d * p[4].w[j]
			if v < 0 {
				g *= c.Leak
			}
			b.d2[i*c.Hidden2+j] = g
			p[3].grad[j] += g
		}
	}
	addProduct(p[2].grad, b.h1, b.d2, true, c.Hidden1, b.size, c.Hidden2)
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, matrix(b.size, c.Hidden2, b.d2), matrix(c.Hidden1, c.Hidden2, p[2].w), 0, matrix(b.size, c.Hidden1, b.d1))
	slope := [2]float32{1, c.Leak} // by the sign bit: no branch that cannot be foreseen
	for i := range b.size {
		for j := range c.Hidden1 {
			k := i*c.Hidden1 + j
			g := b.d1[k] * b.keep[k] * slope[math.Float32bits(b.h1[k])>>31]
			b.d1[k] = g
			p[1].grad[j] += g
		}
	}
	addProduct(p[0].grad, b.x, b.d1, true, b.inputs, b.size, c.Hidden1)
}

// rectify adds the biases and applies the leaky rectifier.
func rectify(h, bias []float32, leak float32) {
	for ; len(h) > 0; h = h[len(bias):] {
		for j, b := range bias {
			v := h[j] + b
			h[j] = max(v, leak*v)
		}
	}
}

// Odds are the log odds of one row.
func (n *Net) Odds(x []float32, c Config) float32 {
	h1, h2 := make([]float32, n.Hidden1), make([]float32, n.Hidden2)
	for i, v := range x {
		z := min(c.Clip, max(-c.Clip, (v-n.Mean[i])*n.Scale[i]))
		for j := range h1 {
			h1[j] += z * n.W1[i*n.Hidden1+j]
		}
	}
	rectify(h1, n.B1, c.Leak)
	for i, v := range h1 {
		for j := range h2 {
			h2[j] += v * n.W2[i*n.Hidden2+j]
		}
	}
	rectify(h2, n.B2, c.Leak)
	z := n.B3
	for j, v := range h2 {
		z += v * n.W3[j]
	}
	return z
}
