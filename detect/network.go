package detect

import "slices"

// network is a small multilayer perceptron: inputs that are standardised and
// clipped, two hidden layers with leaky rectifiers, one output, log odds.
// bench/train makes its numbers.
type network struct {
	inputs, hidden1, hidden2 int
	mean, scale              []float32 // of each input
	w1, b1                   []float32 // rows of weights, one row per unit
	w2, b2                   []float32
	w3                       []float32
	b3                       float32
}

const (
	networkWidth = 256  // inputs, and units of a layer, at most
	networkSmall = 32   // up to here less memory is cleared
	networkLeak  = 0.05 // slope of the rectifiers below 0
	networkClip  = 6    // standard deviations
)

// odds are the log odds of inputs.
func (n *network) odds(x []float32) float32 {
	if n.inputs <= networkSmall {
		var in [networkSmall]float32
		return n.run(n.standardise(in[:], x))
	}
	var in [networkWidth]float32
	return n.run(n.standardise(in[:], x))
}

// standardise makes the inputs of the first layer.
func (n *network) standardise(in, x []float32) []float32 {
	in = in[:n.inputs]
	x, mean, scale := x[:len(in)], n.mean[:len(in)], n.scale[:len(in)]
	for i := range in {
		in[i] = clip(float32((x[i]-mean[i])*scale[i]), networkClip)
	}
	return in
}

// run are the log odds of inputs that are standardised.
func (n *network) run(in []float32) float32 {
	if n.hidden1 <= networkSmall {
		var h [networkSmall]float32
		return n.behind(n.first(h[:], in))
	}
	var h [networkWidth]float32
	return n.behind(n.first(h[:], in))
}

// first is the first layer.
func (n *network) first(h, in []float32) []float32 {
	h = h[:n.hidden1]
	layer(h, in, n.w1, n.b1)
	return h
}

// behind is what comes behind the first layer: of the second one some units at a
// time, which go into the sum one after the other.
func (n *network) behind(h []float32) float32 {
	size, rows := len(h), n.w2
	bias, last := n.b2[:n.hidden2], n.w3[:n.hidden2]
	sum := n.b3
	for len(bias) >= 4 && len(last) >= 4 {
		r0, r1, r2, r3 := rows[:size], rows[size:][:size], rows[2*size:][:size], rows[3*size:][:size]
		var s0, s1, s2, s3 float32
		for j, v := range h {
			s0 += float32(v * r0[j])
			s1 += float32(v * r1[j])
			s2 += float32(v * r2[j])
			s3 += float32(v * r3[j])
		}
		sum += float32(leak(s0+bias[0]) * last[0])
		sum += float32(leak(s1+bias[1]) * last[1])
		sum += float32(leak(s2+bias[2]) * last[2])
		sum += float32(leak(s3+bias[3]) * last[3])
		rows, bias, last = rows[4*size:], bias[4:], last[4:]
	}
	for i, b := range bias {
		s := float32(0)
		for j, v := range h {
			s += float32(v * rows[i*size+j])
		}
		sum += float32(leak(s+b) * last[i])
	}
	return sum
}

// ensemble are networks whose log odds are averaged.
type ensemble struct {
	nets  []network
	joint network // of all: inputs and first layer, if they standardise inputs alike and are small
}

const ensembleSmall = 64 // inputs, and units of the first layers together

// newEnsemble joins networks with the same inputs.
func newEnsemble(nets []network) ensemble {
	e := ensemble{nets: nets}
	for i := range nets {
		n := &nets[i]
		if i == 0 {
			e.joint = network{inputs: n.inputs, mean: n.mean, scale: n.scale}
		} else if !slices.Equal(n.mean, e.joint.mean) || !slices.Equal(n.scale, e.joint.scale) {
			return ensemble{nets: nets}
		}
		e.joint.hidden1 += n.hidden1
		e.joint.w1 = append(e.joint.w1, n.w1...)
		e.joint.b1 = append(e.joint.b1, n.b1...)
	}
	if max(e.joint.inputs, e.joint.hidden1) > ensembleSmall {
		return ensemble{nets: nets}
	}
	return e
}

// odds are the mean log odds, even ones of no network.
func (e *ensemble) odds(x []float32) float32 {
	sum := float32(0)
	if e.joint.hidden1 == 0 {
		for i := range e.nets {
			sum += e.nets[i].odds(x)
		}
		return sum / float32(max(1, len(e.nets)))
	}
	var in, buffer [ensembleSmall]float32
	h := e.joint.first(buffer[:], e.joint.standardise(in[:], x))
	for i := range e.nets {
		n := &e.nets[i]
		sum += n.behind(h[:n.hidden1])
		h = h[n.hidden1:]
	}
	return sum / float32(len(e.nets))
}

// layer is a fully connected layer with leaky rectifiers.
func layer(out, in, w, bias []float32) {
	products(out, in, w, len(in))
	bias = bias[:len(out)]
	for i, v := range out {
		out[i] = leak(v + bias[i])
	}
}

func leak(v float32) float32 { return larger(v, float32(networkLeak*v)) }

// products multiplies a matrix with a vector: of each row, which are stride apart,
// the products with in, summed from the first to the last.
//
// A sum waits for one addition after the other, but six sums can go on at once;
// with eight, and their products, there are not registers enough.
func products(out, in, rows []float32, stride int) {
	n := len(in)
	i := 0
	for ; i+6 <= len(out) && i+8 != len(out); i += 6 {
		r0, r1, r2 := rows[i*stride:][:n], rows[(i+1)*stride:][:n], rows[(i+2)*stride:][:n]
		r3, r4, r5 := rows[(i+3)*stride:][:n], rows[(i+4)*stride:][:n], rows[(i+5)*stride:][:n]
		var s0, s1, s2, s3, s4, s5 float32
		for j, v := range in {
			s0 += float32(v * r0[j])
			s1 += float32(v * r1[j])
			s2 += float32(v * r2[j])
			s3 += float32(v * r3[j])
			s4 += float32(v * r4[j])
			s5 += float32(v * r5[j])
		}
		o := (*[6]float32)(out[i:])
		o[0], o[1], o[2], o[3], o[4], o[5] = s0, s1, s2, s3, s4, s5
	}
	for ; i+4 <= len(out); i += 4 {
		r0, r1 := rows[i*stride:][:n], rows[(i+1)*stride:][:n]
		r2, r3 := rows[(i+2)*stride:][:n], rows[(i+3)*stride:][:n]
		var s0, s1, s2, s3 float32
		for j, v := range in {
			s0 += float32(v * r0[j])
			s1 += float32(v * r1[j])
			s2 += float32(v * r2[j])
			s3 += float32(v * r3[j])
		}
		o := (*[4]float32)(out[i:])
		o[0], o[1], o[2], o[3] = s0, s1, s2, s3
	}
	for ; i < len(out); i++ {
		r := rows[i*stride:][:n]
		s := float32(0)
		for j, v := range in {
			s += float32(v * r[j])
		}
		out[i] = s
	}
}
