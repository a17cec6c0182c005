package detect

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

	// likeLast: it standardises inputs as the network before it in a list does.
	likeLast bool
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

// meanOdds averages the log odds of one or more networks.
func meanOdds(nets []network, x []float32) float32 {
	var buffer [networkWidth]float32
	var in []float32
	sum := float32(0)
	for i := range nets {
		n := &nets[i]
		if i == 0 || !n.likeLast {
			in = n.standardise(buffer[:], x)
		}
		sum += n.run(in)
	}
	return sum / float32(len(nets))
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
	if max(n.hidden1, n.hidden2) <= networkSmall {
		var h1, h2 [networkSmall]float32
		return n.layers(in, h1[:n.hidden1], h2[:n.hidden2])
	}
	var h1, h2 [networkWidth]float32
	return n.layers(in, h1[:n.hidden1], h2[:n.hidden2])
}

func (n *network) layers(in, h1, h2 []float32) float32 {
	layer(h1, in, n.w1, n.b1)
	layer(h2, h1, n.w2, n.b2)
	s := n.b3
	for i, v := range h2 {
		s += float32(v * n.w3[i])
	}
	return s
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
