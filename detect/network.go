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
}

const (
	networkWidth = 256  // inputs, and units of a layer, at most
	networkSmall = 32   // up to here less memory is cleared
	networkLeak  = 0.05 // slope of the rectifiers below 0
	networkClip  = 6    // standard deviations
)

// odds are the log odds of inputs.
func (n *network) odds(x []float32) float32 {
	if max(n.inputs, n.hidden1, n.hidden2) <= networkSmall {
		var in, h1, h2 [networkSmall]float32
		return n.run(x, in[:], h1[:], h2[:])
	}
	var in, h1, h2 [networkWidth]float32
	return n.run(x, in[:], h1[:], h2[:])
}

func (n *network) run(x, in, h1, h2 []float32) float32 {
	z := in[:n.inputs]
	for i := range z {
		z[i] = clip(float32((x[i]-n.mean[i])*n.scale[i]), networkClip)
	}
	layer(h1[:n.hidden1], z, n.w1, n.b1)
	layer(h2[:n.hidden2], h1[:n.hidden1], n.w2, n.b2)
	s := n.b3
	for i, v := range h2[:n.hidden2] {
		s += float32(v * n.w3[i])
	}
	return s
}

// meanOdds averages the log odds of one or more networks.
func meanOdds(nets []network, x []float32) float32 {
	sum := float32(0)
	for i := range nets {
		sum += nets[i].odds(x)
	}
	return sum / float32(len(nets))
}

// layer is a fully connected layer with leaky rectifiers.
func layer(out, in, w, bias []float32) {
	n := len(in)
	i := 0
	for ; i+8 <= len(out); i += 8 { // an addition takes four cycles, but two can begin in each
		r0, r1, r2, r3 := w[i*n:][:n], w[(i+1)*n:][:n], w[(i+2)*n:][:n], w[(i+3)*n:][:n]
		r4, r5, r6, r7 := w[(i+4)*n:][:n], w[(i+5)*n:][:n], w[(i+6)*n:][:n], w[(i+7)*n:][:n]
		var s0, s1, s2, s3, s4, s5, s6, s7 float32
		for j, v := range in {
			s0 += float32(v * r0[j])
			s1 += float32(v * r1[j])
			s2 += float32(v * r2[j])
			s3 += float32(v * r3[j])
			s4 += float32(v * r4[j])
			s5 += float32(v * r5[j])
			s6 += float32(v * r6[j])
			s7 += float32(v * r7[j])
		}
		o, b := out[i:][:8], bias[i:][:8]
		o[0], o[1], o[2], o[3] = leak(s0+b[0]), leak(s1+b[1]), leak(s2+b[2]), leak(s3+b[3])
		o[4], o[5], o[6], o[7] = leak(s4+b[4]), leak(s5+b[5]), leak(s6+b[6]), leak(s7+b[7])
	}
	for ; i < len(out); i++ {
		a := float32(0)
		for j, v := range in {
			a += float32(v * w[i*n+j])
		}
		out[i] = leak(a + bias[i])
	}
}

func leak(v float32) float32 { return larger(v, float32(networkLeak*v)) }
